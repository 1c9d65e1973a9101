#include "client/cli/shift_plan.hpp"

#include "client/core/bodies.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using std::chrono::days;
using std::chrono::hours;

/// After its end, for who looks at what was.
constexpr auto life_after_end = hours(24);

std::uint32_t hours_until(TimePoint when, TimePoint now) {
  const auto left = std::chrono::ceil<hours>(when - now).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(left, limits::shift_lifetime_hours,
                                                             limits::shift_lifetime_hours_max));
}

}  // namespace

LocalDay last_day_of(const ShiftDraft& draft) {
  return draft.to > draft.from ? draft.on : draft.on + days(1);
}

Result<PlannedShift> plan_shift(const ShiftDraft& draft, Random& random, TimePoint now) {
  TRY(const SiteZone::Moment from, draft.zone.at(draft.on, draft.from));
  TRY(const SiteZone::Moment to, draft.zone.at(last_day_of(draft), draft.to));
  if (to.when <= now) {
    return Error{Errc::usage, say(tr("That shift is over already: {}."),
                                  span_text(from.when, to.when, draft.zone.name()))};
  }
  if (to.when + life_after_end > now + hours(limits::shift_lifetime_hours_max)) {
    return Error{Errc::usage,
                 say(tr("A shift can be planned at most {} days ahead."),
                     limits::shift_lifetime_hours_max / 24 - life_after_end / days(1))};
  }
  PlannedShift planned;
  for (const std::string& doubt : {from.doubt, to.doubt}) {
    if (!doubt.empty()) planned.doubts.push_back(doubt);
  }
  wire::Shift& shift = *planned.body.mutable_shift();
  shift.set_site(draft.site);
  shift.set_post(draft.post);
  shift.set_note(draft.note);
  shift.set_start_minute(wire::unix_minute(from.when));
  shift.set_end_minute(wire::unix_minute(to.when));
  shift.set_min_people(draft.people);
  shift.set_max_people(draft.at_most == 0 ? draft.people : draft.at_most);
  planned.body.set_zone(draft.zone.name());
  planned.body.set_lifetime_hours(hours_until(to.when + life_after_end, now));
  CHECK(complete_body(planned.body, random, now));
  return planned;
}

std::uint32_t hours_left(const wire::Body& shift, TimePoint now) {
  // Its end counts from an hour that the relay says: one more is never too short.
  const TimePoint ends = end_of_life(shift, std::nullopt) + hours(2);
  return hours_until(ends, now);
}

}  // namespace porchlight::client
