#include "client/cli/watch_orders.hpp"

#include <charconv>

#include "client/cli/channels.hpp"
#include "client/cli/conduct.hpp"
#include "client/cli/shift_acts.hpp"
#include "client/cli/show.hpp"
#include "client/cli/show_roll_call.hpp"
#include "client/cli/sighting_bodies.hpp"
#include "client/cli/time_text.hpp"
#include "client/cli/watch_acts.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using porchlight::say;  // the sentence; a channel has one of its own
using Kind = WatchOrder::Kind;

Result<WatchOutcome> post(Core& core, const GroupId& group, wire::Body body, std::string done,
                          TimePoint now) {
  if (body.zone().empty()) body.set_zone(zone_name());
  TRY(const MessageId id, core.post(group, std::move(body), now));
  static_cast<void>(id);
  return WatchOutcome{std::move(done)};
}

// ---- sightings ------------------------------------------------------------------------------

Result<std::uint32_t> parse_minutes(const std::string& typed) {
  std::uint32_t minutes = 0;
  const char* const end = typed.data() + typed.size();
  const auto [stop, failed] = std::from_chars(typed.data(), end, minutes);
  if (typed.empty() || (failed == std::errc{} && stop == end)) return minutes;
  return Error{Errc::usage, tr("Minutes are a number, like 10. Nothing was sent.")};
}

/// The group's rules, which this member accepts with `accepted`, their hash, where it has not
/// before.
Result<std::optional<RulesView>> rules_for_claim(Core& core, const GroupId& group,
                                                 std::span<const MessageView> messages,
                                                 const std::string& accepted) {
  auto rules = current_rules(messages);
  if (!rules || core.accepted_rules(group) == rules->hash) return rules;
  if (accepted.empty()) return rules_declined();
  if (accepted != rules->hash.str()) {
    return Error{Errc::conflict, tr("The group has set new rules of conduct meanwhile. Nothing was "
                                    "claimed: press c again, and read them.")};
  }
  core.accept_rules(group, rules->hash);
  return rules;
}

/// A sighting, and all that was said beside it.
struct Subject {
  std::vector<MessageView> messages;
  Board board;
  SightingView sighting;
};

Result<wire::Body> claim(const WatchOrder& order, Core& core, const Subject& subject,
                         TimePoint now) {
  // It may have been claimed while the questions were answered.
  if (!may_claim(subject.sighting, now)) return taken(subject.sighting, now);
  TRY(const std::uint32_t minutes, parse_minutes(order.answers.size() > 1 ? order.answers[1] : ""));
  TRY(const auto rules,
      rules_for_claim(core, order.about->place, subject.messages, order.answers.at(0)));
  return claim_body(subject.sighting, minutes, rules);
}

Result<wire::Body> dismissal(const WatchOrder& order, const Subject& subject) {
  const std::string& basis = order.answers.at(2);
  for (const auto kind :
       {wire::OUTCOME_NOT_ENFORCEMENT, wire::OUTCOME_GONE, wire::OUTCOME_UNVERIFIABLE}) {
    if (order.answers.at(0) == outcome_name(kind)) {
      return outcome_body(subject.sighting, kind, basis);
    }
  }
  return duplicate_body(subject.sighting, subject.board, order.answers.at(1), basis);
}

Result<wire::Body> body_of(const WatchOrder& order, Core& core, const Subject& subject,
                           TimePoint now) {
  const std::string& first = order.answers.at(0);
  switch (order.kind) {
    case Kind::claim:
      return claim(order, core, subject, now);
    case Kind::release:
      return release_body(subject.sighting, subject.board, first);
    case Kind::confirm:
      return outcome_body(subject.sighting, wire::OUTCOME_CONFIRMED, first);
    case Kind::dismiss:
      return dismissal(order, subject);
    case Kind::take_back:
      return retraction_body(subject.messages, subject.board, subject.sighting,
                             first == "report" ? TakenBack::report : TakenBack::outcome);
    default:
      return closure_body(subject.sighting, first);
  }
}

std::string done_text(const WatchOrder& order) {
  switch (order.kind) {
    case Kind::claim:
      return say(tr("{} is yours, as soon as the relay has it."), order.name);
    case Kind::release:
      return say(tr("{} is not yours any more: somebody else can claim it."), order.name);
    case Kind::confirm:
      return say(tr("{} is confirmed."), order.name);
    case Kind::dismiss:
      return say(tr("{} is dismissed; u takes that back."), order.name);
    case Kind::take_back:
      return say(tr("{}: what you said is taken back."), order.name);
    default:
      return say(tr("{} is closed."), order.name);
  }
}

Result<WatchOutcome> verify(const WatchOrder& order, Core& core, TimePoint now) {
  Subject subject{core.live_messages(order.about->place, now), {}, {}};
  subject.board = make_board(subject.messages);
  const auto id = MessageId::from(as_bytes(order.about->key));
  const SightingView* const found = id ? subject.board.find_id(*id) : nullptr;
  if (found == nullptr) return gone();
  subject.sighting = *found;
  TRY(wire::Body body, body_of(order, core, subject, now));
  return post(core, order.about->place, std::move(body), done_text(order), now);
}

Result<WatchOutcome> report(const WatchOrder& order, Core& core, TimePoint now) {
  wire::Body body;
  wire::Sighting& sighting = *body.mutable_sighting();
  sighting.set_location(order.answers.at(1));
  sighting.set_activity(order.answers.at(2));
  sighting.set_observed_minute(wire::unix_minute(now));
  return post(core, *GroupId::from(as_bytes(order.answers.at(0))), std::move(body),
              tr("Your sighting is on the board, and leaves as soon as it can."), now);
}

Result<WatchOutcome> say_text(const WatchOrder& order, Core& core, TimePoint now) {
  wire::Body body;
  body.mutable_text()->set_text(order.answers.at(1));
  return post(core, *GroupId::from(as_bytes(order.answers.at(0))), std::move(body),
              tr("It is among the messages, and leaves as soon as it can."), now);
}

// ---- roll calls, shifts, requests -----------------------------------------------------------

Result<WatchOutcome> call_roll(const WatchOrder& order, Core& core, TimePoint now) {
  const GroupId id = *GroupId::from(as_bytes(order.answers.at(0)));
  for (const GroupView& group : core.groups()) {
    if (group.id != id) continue;
    TRY(wire::Body body, call_body(group, {}, order.answers.at(1), order.answers.at(2), now));
    const auto people = static_cast<std::size_t>(body.roll_call().asked_size());
    if (reaches_many({.people = people}) && order.sure == WatchOrder::Sure::no) {
      return WatchOutcome{"", say(tr("This asks {0} people of \"{1}\" at once. Type yes to send "
                                     "it."),
                                  people, one_line(group.name))};
    }
    return post(core, id, std::move(body),
                say(tr("{} person is asked.", "{} people are asked.", people), people), now);
  }
  return gone();
}

wire::RollCallAnswerKind answer_of(WatchOrder::Kind kind) {
  return kind == Kind::answer_ok          ? wire::ROLL_CALL_OK
         : kind == Kind::answer_need_help ? wire::ROLL_CALL_NEED_HELP
                                          : wire::ROLL_CALL_URGENT;
}

Result<WatchOutcome> answer(const WatchOrder& order, Core& core, TimePoint now) {
  const auto kind = answer_of(order.kind);
  for (const RollCallView& call : make_roll_calls(core.live_messages(order.about->place, now))) {
    if (call.id.str() != order.about->key) continue;
    return post(core, order.about->place, answer_body(call, kind, ""),
                say(tr("You answer {0}: {1}. Another of the keys 1, 2, 3 changes it."), order.name,
                    answer_text(kind)),
                now);
  }
  return gone();
}

wire::ShiftActKind act_of(WatchOrder::Kind kind) {
  return kind == Kind::take_place  ? wire::SHIFT_CLAIM
         : kind == Kind::give_back ? wire::SHIFT_RELEASE
         : kind == Kind::check_in  ? wire::SHIFT_CHECK_IN
                                   : wire::SHIFT_CHECK_OUT;
}

std::string act_text(const WatchOrder& order) {
  switch (order.kind) {
    case Kind::take_place:
      return say(tr("You claim a place on {}."), order.name);
    case Kind::give_back:
      return say(tr("You give your place on {} back."), order.name);
    case Kind::check_in:
      return say(tr("You are checked in on {}; o checks you out."), order.name);
    default:
      return say(tr("You are checked out of {}."), order.name);
  }
}

Result<WatchOutcome> act(const WatchOrder& order, Core& core, TimePoint now) {
  for (const ShiftView& shift : make_shifts(core.live_messages(order.about->place, now)).shifts) {
    if (shift.id.str() != order.about->key) continue;
    TRY(wire::Body body, shift_act_body(shift, act_of(order.kind), "", now));
    return post(core, order.about->place, std::move(body), act_text(order), now);
  }
  return gone();
}

Result<WatchOutcome> let_in(const WatchOrder& order, Core& core, TimePoint now) {
  const std::vector<std::string> only{order.about->key};
  CHECK(core.approve(only, now));
  return WatchOutcome{say(tr("{} is approved, as soon as the relay has it."), order.name)};
}

}  // namespace

Error gone() { return {Errc::not_found, tr("It is not on the board any more. Nothing was done.")}; }

Result<WatchOutcome> carry_out(const WatchOrder& order, Core& core, TimePoint now) {
  switch (order.kind) {
    case Kind::claim:
    case Kind::release:
    case Kind::confirm:
    case Kind::dismiss:
    case Kind::close:
    case Kind::take_back:
      return verify(order, core, now);
    case Kind::report:
      return report(order, core, now);
    case Kind::post:
      return say_text(order, core, now);
    case Kind::broadcast:
    case Kind::clear:
    case Kind::call_again:
      return carry_out_alert(order, core, now);
    case Kind::call_roll:
      return call_roll(order, core, now);
    case Kind::answer_ok:
    case Kind::answer_need_help:
    case Kind::answer_urgent:
      return answer(order, core, now);
    case Kind::take_place:
    case Kind::give_back:
    case Kind::check_in:
    case Kind::check_out:
      return act(order, core, now);
    case Kind::let_in:
      return let_in(order, core, now);
    case Kind::turn_down:
      CHECK(core.deny(order.about->key, now));
      return WatchOutcome{say(tr("{} is turned down. They are not told."), order.name)};
    case Kind::dismiss_warning:
      CHECK(core.dismiss_warning(order.about->key));
      return WatchOutcome{say(tr("{} is dismissed."), order.name)};
  }
  return gone();
}

}  // namespace porchlight::client
