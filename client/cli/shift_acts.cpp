#include "client/cli/shift_acts.hpp"

#include "client/cli/shift_plan.hpp"
#include "client/cli/show_shift.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

Error without_place(const ShiftView& shift) {
  return {Errc::not_permitted,
          say(tr("You have no place on {0} and are no backup there: porchlight shift claim {0} "
                 "comes first. Nothing was said."),
              shift.short_id)};
}

/// Of who has no place there yet.
Status check_claim(const ShiftView& shift, wire::ShiftActKind kind) {
  const ShiftPerson* const mine = shift.mine();
  if (mine == nullptr) return Ok{};
  if (shift.has_place(mine->who)) {
    return Error{Errc::used, say(tr("You have a place on {0} already; porchlight shift release {0} "
                                    "gives it back. Nothing was said."),
                                 shift.short_id)};
  }
  if (kind == wire::SHIFT_CLAIM) return Ok{};
  return Error{Errc::used,
               say(tr("You are a backup on {0} already. Nothing was said."), shift.short_id)};
}

Status check_act(const ShiftView& shift, wire::ShiftActKind kind, TimePoint now) {
  if (shift.cancelled) {
    return Error{Errc::expired, say(tr("{0} was cancelled. Nothing was said."), shift.short_id)};
  }
  const bool may_come_late = kind == wire::SHIFT_RELEASE || kind == wire::SHIFT_CHECK_OUT;
  if (now >= shift.end() && !may_come_late) {
    return Error{Errc::expired,
                 say(tr("{0} is over: {1}. Nothing was said."), shift.short_id, shift_span(shift))};
  }
  if (kind == wire::SHIFT_CLAIM || kind == wire::SHIFT_BACKUP) return check_claim(shift, kind);
  const ShiftPerson* const mine = shift.mine();
  if (mine == nullptr) return without_place(shift);
  if (kind == wire::SHIFT_HAND_OVER && !shift.has_place(mine->who)) return without_place(shift);
  if (kind != wire::SHIFT_CHECK_OUT || mine->checked_in) return Ok{};
  return Error{Errc::usage, say(tr("You have not checked in on {0}: porchlight shift checkin {0} "
                                   "comes first. Nothing was said."),
                                shift.short_id)};
}

}  // namespace

Result<wire::Body> shift_act_body(const ShiftView& shift, wire::ShiftActKind kind,
                                  const std::string& note, TimePoint now) {
  CHECK(check_act(shift, kind, now));
  wire::Body body;
  wire::ShiftAct& act = *body.mutable_shift_act();
  act.set_shift(shift.id.str());
  act.set_kind(kind);
  act.set_note(note);
  body.set_lifetime_hours(hours_left(shift.plan.body, now));
  body.set_zone(shift.plan.body.zone());
  return body;
}

}  // namespace porchlight::client
