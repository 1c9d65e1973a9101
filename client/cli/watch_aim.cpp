// What an order is about, and whether it can be: before anybody is asked anything.
#include "client/cli/sighting_bodies.hpp"
#include "client/cli/time_text.hpp"
#include "client/cli/watch_acts.hpp"
#include "client/cli/watch_rows.hpp"
#include "client/core/waiting.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Kind = WatchOrder::Kind;

constexpr auto check_in_ahead = std::chrono::hours(1);

bool has_own_channel(const WatchFacts& facts) {
  for (const auto& channel : facts.channels) {
    if (channel.eye.is_group()) return true;
  }
  return false;
}

Status wants(const WatchOrder& order, ItemId::Kind kind, const char* otherwise) {
  if (order.about && order.about->kind == kind) return Ok{};
  return Error{Errc::usage, otherwise};
}

/// carry_out() looks again.
Status check_sighting(const WatchOrder& order, const WatchFacts& facts) {
  CHECK(wants(order, ItemId::Kind::sighting,
              tr("That is for a sighting: select one with the arrows first.")));
  const WatchFacts::Group* const group = group_of(order, facts);
  const SightingView* const sighting = sighting_of(order, facts);
  if (sighting == nullptr) return gone();
  if (order.kind == Kind::claim && !may_claim(*sighting, facts.now)) {
    return taken(*sighting, facts.now);
  }
  if (order.kind == Kind::release) {
    const auto body = release_body(*sighting, group->board, "");
    return body.ok() ? Status(Ok{}) : Status(body.error());
  }
  const bool has_own =
      sighting->report.mine || own_outcome(group->messages, group->board, *sighting) != nullptr;
  if (order.kind != Kind::take_back || has_own) return Ok{};
  return Error{Errc::not_permitted,
               say(tr("You have neither reported {0} nor said what came of it: there is nothing "
                      "that you could take back."),
                   sighting->short_id)};
}

/// The roll call that is selected, or the one that waits for this member, or else the one of which
/// they change their mind.
Status aim_at_call(WatchOrder& order, const WatchFacts& facts) {
  if (order.about && order.about->kind == ItemId::Kind::roll_call) return Ok{};
  const auto* call = call_for_me(facts);
  if (call == nullptr) call = last_answered(facts);
  if (call == nullptr) {
    return Error{Errc::usage, tr("No roll call waits for your answer. Nothing was sent.")};
  }
  order.about = ItemId{ItemId::Kind::roll_call, call->found.call.id.str(), call->found.group.id};
  return Ok{};
}

/// Whether the order is what a shift waits for from this member.
bool is_due(const ShiftView& shift, const WatchOrder& order, TimePoint now) {
  const ShiftPerson* const mine = shift.mine();
  if (mine == nullptr || !is_at_hand(shift, now)) return false;
  if (order.kind == Kind::check_out) return mine->checked_in && !mine->checked_out;
  // Who is on one shift already does not mean the next one, hours ahead.
  return !mine->checked_in && shift.start() <= now + check_in_ahead && now < shift.end();
}

/// The shift that is selected, or else the first on the board that waits for this.
Status aim_at_shift(WatchOrder& order, const WatchFacts& facts) {
  if (order.about && order.about->kind == ItemId::Kind::shift) return Ok{};
  for (const auto& group : facts.groups) {
    for (const ShiftView& shift : group.shifts.shifts) {
      if (!is_due(shift, order, facts.now)) continue;
      order.about = ItemId{ItemId::Kind::shift, shift.id.str(), group.view.id};
      return Ok{};
    }
  }
  return Error{Errc::usage, tr("None of the shifts on the board waits for that from you just now: "
                               "select one with the arrows first.")};
}

}  // namespace

const WatchFacts::Group* group_of(const WatchOrder& order, const WatchFacts& facts) {
  for (const auto& group : facts.groups) {
    if (order.about && group.view.id == order.about->place) return &group;
  }
  return nullptr;
}

const SightingView* sighting_of(const WatchOrder& order, const WatchFacts& facts) {
  const WatchFacts::Group* const group = group_of(order, facts);
  const auto id = order.about ? MessageId::from(as_bytes(order.about->key)) : std::nullopt;
  return group && id ? group->board.find_id(*id) : nullptr;
}

Error taken(const SightingView& sighting, TimePoint now) {
  if (sighting.standing != SightingView::Standing::claimed) {
    return {Errc::not_permitted, say(tr("Nobody has to go to {} any more."), sighting.short_id)};
  }
  return {Errc::not_permitted,
          say(tr("{0} has {1}: leave it to them. If nothing is heard from them, c takes it over "
                 "from {2} on."),
              one_line(sighting.claimed_by.value_or("")), sighting.short_id,
              short_time(*overdue_from(sighting), now))};
}

Status aim(WatchOrder& order, const WatchFacts& facts) {
  switch (order.kind) {
    case Kind::claim:
    case Kind::release:
    case Kind::confirm:
    case Kind::dismiss:
    case Kind::close:
    case Kind::take_back:
      return check_sighting(order, facts);
    case Kind::clear:
    case Kind::call_again:
      return wants(order, ItemId::Kind::alert,
                   tr("That is for an alert: select one with the arrows first."));
    case Kind::answer_ok:
    case Kind::answer_need_help:
    case Kind::answer_urgent:
      return aim_at_call(order, facts);
    case Kind::take_place:
    case Kind::give_back:
      return wants(order, ItemId::Kind::shift,
                   tr("That is for a shift: select one with the arrows first."));
    case Kind::check_in:
    case Kind::check_out:
      return aim_at_shift(order, facts);
    case Kind::let_in:
    case Kind::turn_down:
      return wants(order, ItemId::Kind::request,
                   tr("That is for a request: select one with the arrows first."));
    case Kind::dismiss_warning:
      return wants(order, ItemId::Kind::warning,
                   tr("That is for a warning: w goes to the warnings."));
    case Kind::report:
    case Kind::post:
    case Kind::call_roll:
      if (!facts.groups.empty()) return Ok{};
      return Error{Errc::not_permitted, tr("You are in no group yet.")};
    case Kind::broadcast:
      if (has_own_channel(facts)) return Ok{};
      return Error{Errc::not_permitted,
                   tr("No group of yours has a channel: porchlight channel create makes one.")};
  }
  return Ok{};
}

}  // namespace porchlight::client
