// What is said to a channel's audience from the board.
#include <algorithm>

#include "client/cli/alert_order.hpp"
#include "client/cli/channels.hpp"
#include "client/cli/time_text.hpp"
#include "client/cli/watch_acts.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using porchlight::say;  // the sentence; a channel has one of its own
using Kind = WatchOrder::Kind;

Result<ChannelView> channel_by(const Core& core, const GroupId& id) {
  for (ChannelView& channel : core.channels()) {
    if (channel.id == id) return std::move(channel);
  }
  return gone();
}

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

wire::ClearKind clear_kind(const std::string& name) {
  for (const auto kind : {wire::CLEAR_LEFT, wire::CLEAR_FALSE_ALARM, wire::CLEAR_CORRECTED}) {
    if (name == clear_name(kind)) return kind;
  }
  return wire::CLEAR_EXPIRED;
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
  if (order.kind == Kind::call_again) {
    CHECK(check_askable(*found));
    TRY(const AlertCount count, count_in(core, {channel, *found}));
    reach = {.people = count.silent.size(), .is_partial = channel.waits_for_list};
    if (reach.people == 0 && !reach.is_partial) {
      return WatchOutcome{tr("Everybody has answered. Nothing was sent.")};
    }
    body = order_recall(*found);
  } else {
    TRY(body, order_clear(clear_kind(order.answers.at(0)), order.answers.at(1), {}));
    follow(body, *found);
  }
  return say_to(order, core, channel, reach, std::move(body), now);
}

}  // namespace

Result<WatchOutcome> carry_out_alert(const WatchOrder& order, Core& core, TimePoint now) {
  return order.kind == Kind::broadcast ? broadcast(order, core, now) : follow_up(order, core, now);
}

}  // namespace porchlight::client
