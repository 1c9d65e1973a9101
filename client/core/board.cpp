#include "client/core/board.hpp"

#include <algorithm>
#include <map>

#include "client/core/short_name.hpp"
#include "proto/base/limits.hpp"

namespace porchlight::client {
namespace {

using Standing = SightingView::Standing;

/// For each the next one, none at an end.
using Links = std::vector<std::optional<std::size_t>>;

/// Where each comes to an end. Of a circle that is the earliest in it, for all who lead there.
std::vector<std::size_t> ends_of(const Links& links) {
  constexpr std::size_t unknown = SIZE_MAX;
  std::vector<std::size_t> ends(links.size(), unknown);
  std::vector<std::size_t> visited_from(links.size(), unknown);
  for (std::size_t start = 0; start < links.size(); ++start) {
    std::vector<std::size_t> path;
    std::size_t at = start;
    while (ends[at] == unknown && visited_from[at] != start && links[at]) {
      visited_from[at] = start;
      path.push_back(at);
      at = *links[at];
    }
    std::size_t end = ends[at] != unknown ? ends[at] : at;
    if (ends[at] == unknown && links[at]) {
      for (std::size_t i = *links[at]; i != at; i = *links[i]) end = std::min(end, i);
    }
    ends[at] = end;
    for (const std::size_t passed : path) ends[passed] = end;
  }
  return ends;
}

class Maker {
 public:
  explicit Maker(Board& board) : board_(board) {}

  void note_retraction(const MessageView& message) {
    const auto id = MessageId::from(as_bytes(message.body.retraction().message()));
    if (id) board_.taken_back.emplace(message.sender, *id);
  }

  /// All that are, before a correction is looked at: it may stand before what it corrects where two
  /// clocks disagree about the day.
  void add_reports(std::span<const MessageView> messages);
  void hear(const MessageView& message);
  void add_photo(const MessageView& message);
  /// After all was heard: the last outcome counts, so only now is it known what is a duplicate.
  void settle();

 private:
  struct Said {
    const MessageView& message;
    std::size_t about;
  };

  std::optional<std::size_t> find(const std::string& id) const {
    const auto message = MessageId::from(as_bytes(id));
    const auto place = message ? places_.find(*message) : places_.end();
    if (place == places_.end()) return std::nullopt;
    return place->second;
  }
  void add_view(const MessageView& report);
  bool hear_duplicate(const MessageView& message, std::size_t about);
  void fold(const std::vector<std::size_t>& originals);
  void apply(const Said& said, std::size_t original);
  static void claim(SightingView& view, const MessageView& message);
  static void release(SightingView& view, const MessageView& message);
  static void judge(SightingView& view, const MessageView& message);

  Board& board_;
  std::map<MessageId, std::size_t> places_;  // of reports and corrections
  std::vector<Said> said_;
  Links links_;                                // from duplicates
  std::vector<const MessageView*> folded_by_;  // the outcome that links
  std::vector<bool> closed_;
};

void Maker::add_view(const MessageView& report) {
  SightingView& view = board_.sightings.emplace_back();
  view.id = report.id;
  view.report = report;
  view.taken_back = board_.is_taken_back(report);
}

void Maker::add_reports(std::span<const MessageView> messages) {
  std::vector<const MessageView*> reports;
  std::map<MessageId, std::size_t> numbers;
  for (const MessageView& message : messages) {
    if (!message.body.has_sighting()) continue;
    if (numbers.emplace(message.id, reports.size()).second) reports.push_back(&message);
  }
  Links corrected(reports.size());
  for (std::size_t i = 0; i < reports.size(); ++i) {
    const auto id = MessageId::from(as_bytes(reports[i]->body.supersedes()));
    const auto first = id ? numbers.find(*id) : numbers.end();
    if (first == numbers.end() || reports[first->second]->sender != reports[i]->sender) continue;
    corrected[i] = first->second;
  }
  const std::vector<std::size_t> firsts = ends_of(corrected);
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (firsts[i] != i) continue;
    places_.emplace(reports[i]->id, board_.sightings.size());
    add_view(*reports[i]);
  }
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (firsts[i] == i) continue;
    const std::size_t place = places_.at(reports[firsts[i]]->id);
    places_.emplace(reports[i]->id, place);
    if (board_.is_taken_back(*reports[i])) continue;
    SightingView& view = board_.sightings[place];
    *view.report.body.mutable_sighting() = reports[i]->body.sighting();
    view.corrections.push_back(reports[i]->id);
  }
  links_.resize(board_.sightings.size());
  folded_by_.resize(board_.sightings.size());
  closed_.resize(board_.sightings.size());
}

void Maker::hear(const MessageView& message) {
  const wire::Verification& verification = message.body.verification();
  const auto about = find(verification.sighting());
  if (!about || closed_[*about] || board_.is_taken_back(message)) return;
  if (verification.has_closure()) closed_[*about] = true;
  if (!hear_duplicate(message, *about)) said_.push_back({message, *about});
}

void Maker::add_photo(const MessageView& message) {
  const wire::Attachment& photo = message.body.attachment();
  const auto about = find(photo.message());
  if (!about) return;
  SightingView& view = board_.sightings[*about];
  if (view.report.sender != message.sender || view.taken_back ||
      view.photos.size() >= limits::attachments_per_message_max) {
    return;
  }
  view.photos.push_back({message.id, photo.size(), message.standing});
}

/// True where it says nothing about the sighting but that it is another one on this board.
bool Maker::hear_duplicate(const MessageView& message, std::size_t about) {
  const wire::Verification& verification = message.body.verification();
  if (verification.outcome().kind() != wire::OUTCOME_DUPLICATE) return false;
  const auto other = find(verification.outcome().duplicate_of());
  if (!other) return false;
  // What was taken back carries nobody else's report away with it.
  const bool counts = *other != about && !board_.sightings[about].taken_back &&
                      !board_.sightings[*other].taken_back;
  if (counts) {
    links_[about] = *other;
    folded_by_[about] = &message;
  }
  return true;
}

void Maker::settle() {
  const std::vector<std::size_t> originals = ends_of(links_);
  for (const Said& said : said_) apply(said, originals[said.about]);
  fold(originals);
  for (SightingView& view : board_.sightings) {
    if (view.taken_back) view.standing = Standing::closed;
  }
}

void Maker::fold(const std::vector<std::size_t>& originals) {
  for (std::size_t i = 0; i < originals.size(); ++i) {
    if (originals[i] == i) continue;
    SightingView& view = board_.sightings[i];
    SightingView& original = board_.sightings[originals[i]];
    original.duplicates.push_back(view.id);
    view.folded_into = original.id;
    if (view.standing != Standing::closed) view.standing = Standing::dismissed;
    view.outcome = folded_by_[i]->body.verification().outcome();
    view.outcome->set_duplicate_of(original.id.str());
    view.outcome_by = folded_by_[i]->sender_name;
  }
}

void Maker::apply(const Said& said, std::size_t original) {
  const wire::Verification& verification = said.message.body.verification();
  if (verification.has_closure()) {
    // Of a duplicate that is put away, the original is not.
    board_.sightings[said.about].standing = Standing::closed;
    board_.sightings[said.about].closing_note = verification.closure().note();
    return;
  }
  SightingView& view = board_.sightings[original];
  if (view.standing == Standing::closed) return;
  if (verification.has_claim()) claim(view, said.message);
  if (verification.has_release()) release(view, said.message);
  if (!verification.has_outcome()) return;
  // A duplicate of what is not here says nothing about an original that is.
  const bool names_other = verification.outcome().kind() == wire::OUTCOME_DUPLICATE;
  if (!names_other || said.about == original) judge(view, said.message);
}

void Maker::claim(SightingView& view, const MessageView& message) {
  const wire::Claim& claim = message.body.verification().claim();
  const bool takes_over =
      view.standing == Standing::claimed && view.claim && claim.over() == view.claim->id.str();
  if (view.standing != Standing::open && !takes_over) return;
  view.standing = Standing::claimed;
  view.claim = {message.id,   message.sender,   message.mine,
                message.sent, message.standing, claim.rules()};
  view.claimed_by = message.sender_name;
  view.eta_minutes.reset();
  if (claim.eta_minutes() > 0) view.eta_minutes = claim.eta_minutes();
}

void Maker::release(SightingView& view, const MessageView& message) {
  if (view.standing != Standing::claimed || view.claim->by != message.sender) return;
  view.standing = Standing::open;
  view.claim.reset();
  view.claimed_by.reset();
  view.eta_minutes.reset();
}

void Maker::judge(SightingView& view, const MessageView& message) {
  view.outcome = message.body.verification().outcome();
  view.outcome_by = message.sender_name;
  view.standing =
      view.outcome->kind() == wire::OUTCOME_CONFIRMED ? Standing::confirmed : Standing::dismissed;
}

}  // namespace

Board make_board(std::span<const MessageView> messages) {
  Board board;
  Maker maker(board);
  // In several passes: a message may stand before what it is about where two clocks disagree about
  // the day.
  for (const MessageView& message : messages) {
    if (message.body.has_retraction()) maker.note_retraction(message);
  }
  maker.add_reports(messages);
  for (const MessageView& message : messages) {
    if (message.body.has_verification()) maker.hear(message);
    if (message.body.has_attachment()) maker.add_photo(message);
  }
  maker.settle();

  give_short_names(board.sightings, 'S');
  return board;
}

const SightingView* Board::find(std::string_view typed) const {
  return find_by_short_name(sightings, 'S', typed);
}

const SightingView* Board::find_id(const MessageId& id) const {
  const auto found = std::find_if(sightings.begin(), sightings.end(), [&](const auto& view) {
    return view.id == id || std::find(view.corrections.begin(), view.corrections.end(), id) !=
                                view.corrections.end();
  });
  return found == sightings.end() ? nullptr : &*found;
}

const SightingView& Board::original(const SightingView& sighting) const {
  const SightingView* found = sighting.folded_into ? find_id(*sighting.folded_into) : nullptr;
  return found == nullptr ? sighting : *found;
}

bool Board::is_taken_back(const MessageView& message) const {
  return taken_back.contains({message.sender, message.id});
}

std::string short_id(const MessageId& id, std::size_t length) {
  return short_name(id.view(), length);
}

}  // namespace porchlight::client
