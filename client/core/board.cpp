#include "client/core/board.hpp"

#include <map>

#include "client/core/short_name.hpp"

namespace porchlight::client {
namespace {

using Standing = SightingView::Standing;

class Maker {
 public:
  explicit Maker(std::vector<SightingView>& sightings) : sightings_(sightings) {}

  void add_report(const MessageView& message) {
    if (!places_.emplace(message.id, sightings_.size()).second) return;  // the first has the id
    SightingView& view = sightings_.emplace_back();
    view.id = message.id;
    view.report = message;
  }

  void apply(const MessageView& message) {
    const wire::Verification& verification = message.body.verification();
    SightingView* view = find(verification.sighting());
    if (view == nullptr || view->standing == Standing::closed) return;
    if (verification.has_claim()) claim(*view, message, verification.claim());
    if (verification.has_outcome()) judge(*view, message, verification.outcome());
    if (verification.has_closure()) {
      view->standing = Standing::closed;
      view->closing_note = verification.closure().note();
    }
  }

  /// After all outcomes: the last one counts, so only now is it known what is a duplicate.
  void fold_duplicates() {
    for (const SightingView& view : sightings_) {
      if (!view.outcome || view.outcome->kind() != wire::OUTCOME_DUPLICATE) continue;
      SightingView* original = find(view.outcome->duplicate_of());
      if (original != nullptr && original != &view) original->duplicates.push_back(view.id);
    }
  }

 private:
  SightingView* find(const std::string& id) {
    const auto message = MessageId::from(as_bytes(id));
    const auto place = message ? places_.find(*message) : places_.end();
    return place == places_.end() ? nullptr : &sightings_[place->second];
  }

  static void claim(SightingView& view, const MessageView& message, const wire::Claim& claim) {
    if (view.standing != Standing::open) return;
    view.standing = Standing::claimed;
    view.claimed_by = message.sender_name;
    if (claim.eta_minutes() > 0) view.eta_minutes = claim.eta_minutes();
  }

  static void judge(SightingView& view, const MessageView& message, const wire::Outcome& outcome) {
    view.outcome = outcome;
    view.outcome_by = message.sender_name;
    view.standing =
        outcome.kind() == wire::OUTCOME_CONFIRMED ? Standing::confirmed : Standing::dismissed;
  }

  std::vector<SightingView>& sightings_;
  std::map<MessageId, std::size_t> places_;
};

}  // namespace

Board make_board(std::span<const MessageView> messages) {
  Board board;
  Maker maker(board.sightings);
  // Two passes: a verification may stand before its report where two clocks disagree about the day.
  for (const MessageView& message : messages) {
    if (message.body.has_sighting()) maker.add_report(message);
  }
  for (const MessageView& message : messages) {
    if (message.body.has_verification()) maker.apply(message);
  }
  maker.fold_duplicates();

  std::vector<MessageId> ids;
  for (const SightingView& view : board.sightings) ids.push_back(view.id);
  const std::size_t length = unique_length<MessageId>(ids);
  for (SightingView& view : board.sightings) view.short_id = "S-" + short_id(view.id, length);
  return board;
}

const SightingView* Board::find(std::string_view typed) const {
  return find_by_short_name(sightings, 'S', typed);
}

std::string short_id(const MessageId& id, std::size_t length) {
  return short_name(id.view(), length);
}

}  // namespace porchlight::client
