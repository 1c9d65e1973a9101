// Shifts as a person plans them, by options or from a file, made into what is said (clause 15.4).
// Must not know: groups, the relay.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/cli/site_time.hpp"
#include "proto/crypto/random.hpp"
#include "proto/wire/body.pb.h"

namespace porchlight::client {

struct ShiftDraft {
  std::string site;
  std::string post;
  std::string note;
  SiteZone zone;
  LocalDay on;
  std::chrono::minutes from;  // since midnight
  std::chrono::minutes to;    // not after `from` is on the day after
  std::uint32_t people = 1;
  std::uint32_t at_most = 0;  // 0: as many as `people`
};

LocalDay last_day_of(const ShiftDraft& draft);

struct PlannedShift {
  wire::Body body;                  // complete, with its id
  std::vector<std::string> doubts;  // sentences for a person
};

/// It lives for a day after its end, and 14 days at the least. 'usage' where it is over at `now`,
/// ends more than 29 days ahead, or is outside the limits.
Result<PlannedShift> plan_shift(const ShiftDraft& draft, Random& random, TimePoint now);

/// What is done about a shift lives as long as the shift.
std::uint32_t hours_left(const wire::Body& shift, TimePoint now);

/// The shifts of a TOML file, as `porchlight shift plan --help` describes it:
///
///   site = "Lincoln"            # these stand for all that say nothing else
///   zone = "America/Chicago"
///   [[shift]]
///   post = "north gate"
///   on = "2026-11-24"           # quotes may be left out
///   from = "14:30"
///   to = "15:30"
///   people = 2
///   at_most = 3
///   repeat = ["mon", "wed"]     # on these days, from `on` on
///   until = "2026-12-04"        # at most 14 days after `on`
///   note = "yellow vests"
///
/// Of one entry that is wrong nothing comes but a 'usage' which names `name`, line and field.
/// `zone` is for what names none.
Result<std::vector<PlannedShift>> read_shift_file(std::string_view text, const std::string& name,
                                                  const std::string& zone, Random& random,
                                                  TimePoint now);

}  // namespace porchlight::client
