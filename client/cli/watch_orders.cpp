#include "client/cli/watch_orders.hpp"

#include <algorithm>
#include <charconv>

#include "client/cli/alert_order.hpp"
#include "client/cli/channels.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using porchlight::say;  // the sentence; a channel has one of its own
using Kind = WatchOrder::Kind;

Error gone() { return {Errc::not_found, tr("It is not on the board any more. Nothing was done.")}; }

Result<ChannelView> channel_by(const Core& core, const GroupId& id) {
  for (ChannelView& channel : core.channels()) {
    if (channel.id == id) return std::move(channel);
  }
  return gone();
}

/// Into a group, for as long as a report lives that it is about.
Result<WatchOutcome> post(Core& core, const GroupId& group, wire::Body body, std::string done,
                          TimePoint now) {
  body.set_zone(zone_name());
  TRY(const MessageId id, core.post(group, std::move(body), now));
  static_cast<void>(id);
  return WatchOutcome{std::move(done)};
}

// ---- sightings ------------------------------------------------------------------------------

Status add_claim(wire::Verification& verification, const std::string& typed) {
  std::uint32_t minutes = 0;
  const char* const end = typed.data() + typed.size();
  const auto [stop, failed] = std::from_chars(typed.data(), end, minutes);
  if (!typed.empty() && (failed != std::errc{} || stop != end)) {
    return Error{Errc::usage, tr("Minutes are a number, like 10. Nothing was sent.")};
  }
  verification.mutable_claim()->set_eta_minutes(minutes);
  return Ok{};
}

Status add_dismissal(wire::Verification& verification, const WatchOrder& order, const Core& core,
                     TimePoint now) {
  wire::Outcome& outcome = *verification.mutable_outcome();
  for (const auto kind : {wire::OUTCOME_NOT_ENFORCEMENT, wire::OUTCOME_GONE,
                          wire::OUTCOME_UNVERIFIABLE, wire::OUTCOME_DUPLICATE}) {
    if (order.answers.at(0) == outcome_name(kind)) outcome.set_kind(kind);
  }
  outcome.set_basis(order.answers.at(2));
  if (outcome.kind() != wire::OUTCOME_DUPLICATE) return Ok{};
  const Board board = core.board(order.about->place, now);
  const SightingView* const other = board.find(order.answers.at(1));
  if (other == nullptr || other->id.str() == order.about->key) {
    return Error{Errc::usage, say(tr("There is no other sighting {}. Nothing was sent."),
                                  one_line(order.answers.at(1)))};
  }
  outcome.set_duplicate_of(other->id.str());
  return Ok{};
}

std::string done_text(const WatchOrder& order) {
  switch (order.kind) {
    case Kind::claim:
      return say(tr("{} is yours, as soon as the relay has it."), order.name);
    case Kind::confirm:
      return say(tr("{} is confirmed."), order.name);
    case Kind::dismiss:
      return say(tr("{} is dismissed."), order.name);
    default:
      return say(tr("{} is closed."), order.name);
  }
}

Result<WatchOutcome> verify(const WatchOrder& order, Core& core, TimePoint now) {
  const Board board = core.board(order.about->place, now);
  const auto found =
      std::find_if(board.sightings.begin(), board.sightings.end(),
                   [&](const SightingView& each) { return each.id.str() == order.about->key; });
  if (found == board.sightings.end()) return gone();
  wire::Body body;
  wire::Verification& verification = *body.mutable_verification();
  verification.set_sighting(order.about->key);
  body.set_lifetime_hours(found->report.body.lifetime_hours());
  if (order.kind == Kind::claim) CHECK(add_claim(verification, order.answers.at(0)));
  if (order.kind == Kind::confirm) {
    verification.mutable_outcome()->set_kind(wire::OUTCOME_CONFIRMED);
    verification.mutable_outcome()->set_basis(order.answers.at(0));
  }
  if (order.kind == Kind::dismiss) CHECK(add_dismissal(verification, order, core, now));
  if (order.kind == Kind::close) verification.mutable_closure()->set_note(order.answers.at(0));
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

// ---- channels -------------------------------------------------------------------------------

/// To `reach`, who may be many.
Result<WatchOutcome> say_to(const WatchOrder& order, Core& core, const ChannelView& channel,
                            const Reach& reach, wire::Body body, TimePoint now) {
  if (reaches_many(reach) && order.sure == WatchOrder::Sure::no) {
    return WatchOutcome{"", say(tr("This reaches {0} of \"{1}\" at once. Type yes to send it."),
                                reach_text(reach), one_line(channel.name))};
  }
  body.set_zone(zone_name());
  TRY(const MessageId id, core.say(channel.id, std::move(body), now));
  static_cast<void>(id);
  return WatchOutcome{
      channel.waits_for_keys
          ? say(tr("Kept: \"{}\" waits for new keys from a lead's device."), one_line(channel.name))
          : say(tr("On its way to \"{0}\": {1}."), one_line(channel.name), reach_text(reach))};
}

Status rest_on(wire::Alert& alert, const Core& core, const ChannelView& channel,
               const std::string& sighting, TimePoint now) {
  if (sighting.empty()) return Ok{};
  TRY(const GroupView group, group_of(core, channel));
  for (const SightingView& each : core.board(group.id, now).sightings) {
    if (each.id.str() != sighting) continue;
    if (each.standing == SightingView::Standing::confirmed) {
      alert.set_sighting(sighting);
      return Ok{};
    }
    return Error{Errc::not_permitted,
                 say(tr("{0} is not confirmed: nothing was sent. Confirm it with f; or, where "
                        "waiting is worse, porchlight alert send --sighting {0} --force \"WHY\"."),
                     each.short_id)};
  }
  return Error{Errc::not_found, say(tr("That sighting is not of the group behind \"{}\". Nothing "
                                       "was sent."),
                                    one_line(channel.name))};
}

Result<WatchOutcome> broadcast(const WatchOrder& order, Core& core, TimePoint now) {
  AlertOrder typed;
  typed.words = {"", order.answers.at(3)};
  typed.urgency = order.answers.at(2);
  typed.answers = order.answers.at(4);
  TRY(const ChannelView channel, channel_by(core, *GroupId::from(as_bytes(order.answers.at(0)))));
  TRY(const Reach reach, reach_of(core, channel, now));
  // A lone "-" would be read from where the keys come from.
  if (order.answers.at(3) == "-") return Error{Errc::usage, tr("Say more than that.")};
  TRY(wire::Body body, order_alert(typed, now));
  wire::Alert& alert = *body.mutable_alert();
  alert.set_answer_delay_seconds(alert.answers().empty() ? 0 : answer_delay(reach));
  CHECK(rest_on(alert, core, channel, order.answers.at(1), now));
  return say_to(order, core, channel, reach, std::move(body), now);
}

/// What is to be said of a live alert.
Result<WatchOutcome> follow_up(const WatchOrder& order, Core& core, TimePoint now) {
  TRY(const ChannelView channel, channel_by(core, order.about->place));
  CHECK(check_own(channel));
  const AlertBoard board = core.alerts(channel.id, now);
  const auto found =
      std::find_if(board.alerts.begin(), board.alerts.end(),
                   [&](const AlertView& each) { return each.id.str() == order.about->key; });
  if (found == board.alerts.end()) return gone();
  TRY(Reach reach, reach_of(core, channel, now));
  wire::Body body;
  body.set_lifetime_hours(found->message.body.lifetime_hours());
  if (order.kind == Kind::call_again) {
    CHECK(check_askable(*found));
    TRY(const AlertCount count, count_in(core, {channel, *found}));
    reach = {.people = count.silent.size(), .is_partial = channel.waits_for_list};
    if (reach.people == 0 && !reach.is_partial) {
      return WatchOutcome{tr("Everybody has answered. Nothing was sent.")};
    }
    body.mutable_recall()->set_alert(order.about->key);
  } else {
    wire::AllClear& clear = *body.mutable_all_clear();
    clear.set_alert(order.about->key);
    for (const auto kind : {wire::CLEAR_LEFT, wire::CLEAR_FALSE_ALARM, wire::CLEAR_EXPIRED}) {
      if (order.answers.at(0) == clear_name(kind)) clear.set_kind(kind);
    }
    CHECK(add_wordings(*clear.mutable_wordings(), order.answers.at(1), {}));
  }
  return say_to(order, core, channel, reach, std::move(body), now);
}

}  // namespace

Result<WatchOutcome> carry_out(const WatchOrder& order, Core& core, TimePoint now) {
  switch (order.kind) {
    case Kind::claim:
    case Kind::confirm:
    case Kind::dismiss:
    case Kind::close:
      return verify(order, core, now);
    case Kind::report:
      return report(order, core, now);
    case Kind::post:
      return say_text(order, core, now);
    case Kind::broadcast:
      return broadcast(order, core, now);
    case Kind::clear:
    case Kind::call_again:
      return follow_up(order, core, now);
    case Kind::dismiss_warning:
      CHECK(core.dismiss_warning(order.about->key));
      return WatchOutcome{say(tr("{} is dismissed."), order.name)};
  }
  return gone();
}

}  // namespace porchlight::client
