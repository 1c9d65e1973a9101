#include "client/cli/sighting_bodies.hpp"

#include "client/cli/show.hpp"
#include "client/core/waiting.hpp"
#include "proto/base/encoding.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Standing = SightingView::Standing;

wire::Body body_about(const SightingView& sighting) {
  wire::Body body;
  body.mutable_verification()->set_sighting(sighting.id.str());
  body.set_lifetime_hours(sighting.report.body.lifetime_hours());
  return body;
}

Result<MessageId> what_to_take_back(std::span<const MessageView> messages, const Board& board,
                                    const SightingView& sighting, TakenBack what) {
  if (what == TakenBack::outcome) {
    const MessageView* const outcome = own_outcome(messages, board, sighting);
    if (outcome != nullptr) return outcome->id;
    return Error{Errc::not_found, say(tr("You have said no outcome of {}: there is nothing to take "
                                         "back."),
                                      sighting.short_id)};
  }
  if (sighting.taken_back) {
    return Error{Errc::conflict, say(tr("{} was taken back already."), sighting.short_id)};
  }
  if (sighting.report.mine) return sighting.id;
  return Error{Errc::not_permitted,
               say(tr("{0} was reported by {1}, and nobody else can take it back. Nothing was "
                      "said: porchlight sighting dismiss {0} says that it is not so."),
                   sighting.short_id, one_line(sighting.report.sender_name))};
}

}  // namespace

bool may_claim(const SightingView& sighting, TimePoint now) {
  return sighting.standing == Standing::open ||
         (sighting.standing == Standing::claimed &&
          (sighting.claim->mine || is_overdue(sighting, now)));
}

wire::Body claim_body(const SightingView& sighting, std::uint32_t eta_minutes,
                      const std::optional<RulesView>& rules) {
  wire::Body body = body_about(sighting);
  wire::Claim& claim = *body.mutable_verification()->mutable_claim();
  claim.set_eta_minutes(eta_minutes);
  if (rules) claim.set_rules(rules->hash.str());
  if (sighting.standing == Standing::claimed) claim.set_over(sighting.claim->id.str());
  return body;
}

Result<wire::Body> release_body(const SightingView& sighting, const Board& board,
                                const std::string& note) {
  if (sighting.standing != Standing::claimed || !sighting.claim->mine) {
    return Error{Errc::not_permitted,
                 say(tr("{0} is not yours to release: it is {1}. Nothing was said."),
                     sighting.short_id, standing_text(sighting, board))};
  }
  wire::Body body = body_about(sighting);
  body.mutable_verification()->mutable_release()->set_note(note);
  return body;
}

wire::Body outcome_body(const SightingView& sighting, wire::OutcomeKind kind,
                        const std::string& basis) {
  wire::Body body = body_about(sighting);
  body.mutable_verification()->mutable_outcome()->set_kind(kind);
  body.mutable_verification()->mutable_outcome()->set_basis(basis);
  return body;
}

Result<wire::Body> duplicate_body(const SightingView& sighting, const Board& board,
                                  const std::string& original, const std::string& basis) {
  const SightingView* const other = board.find(original);
  if (other == nullptr) {
    return Error{Errc::not_found, say(tr("There is no sighting {} on this board. Nothing was said: "
                                         "look up what the other one is called."),
                                      one_line(original))};
  }
  if (other->id == sighting.id) {
    return Error{Errc::usage, say(tr("{} is no duplicate of itself. Nothing was said: name the "
                                     "other one."),
                                  sighting.short_id)};
  }
  wire::Body body = outcome_body(sighting, wire::OUTCOME_DUPLICATE, basis);
  body.mutable_verification()->mutable_outcome()->set_duplicate_of(other->id.str());
  return body;
}

wire::Body closure_body(const SightingView& sighting, const std::string& note) {
  wire::Body body = body_about(sighting);
  body.mutable_verification()->mutable_closure()->set_note(note);
  return body;
}

const MessageView* own_outcome(std::span<const MessageView> messages, const Board& board,
                               const SightingView& sighting) {
  const MessageView* found = nullptr;
  for (const MessageView& message : messages) {
    const wire::Verification& said = message.body.verification();
    const auto about = MessageId::from(as_bytes(said.sighting()));
    if (!message.mine || !said.has_outcome() || !about || board.is_taken_back(message)) continue;
    const SightingView* const here = board.find_id(*about);
    if (here != nullptr && here->id == sighting.id) found = &message;
  }
  return found;
}

Result<wire::Body> retraction_body(std::span<const MessageView> messages, const Board& board,
                                   const SightingView& sighting, TakenBack what) {
  TRY(const MessageId id, what_to_take_back(messages, board, sighting, what));
  wire::Body body;
  body.mutable_retraction()->set_message(id.str());
  body.set_lifetime_hours(sighting.report.body.lifetime_hours());
  return body;
}

}  // namespace porchlight::client
