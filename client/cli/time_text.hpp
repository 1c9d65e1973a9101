// Times as people type and read them, in this device's time zone.
// Must not know: clocks; `now` is an argument.
#pragma once

#include <string>

#include "proto/base/result.hpp"
#include "proto/wire/time.hpp"

namespace porchlight::client {

using wire::TimePoint;

/// "14:02" today, "Mon 14:02" within the last six days, else "2026-11-23 14:02".
std::string short_time(TimePoint when, TimePoint now);
/// RFC 3339, UTC.
std::string rfc3339(TimePoint when);
/// A Unix day as "2026-12-23".
std::string day_text(std::uint32_t unix_day);

/// "90m", "1h", "2d": more than nothing, at most 366 days. 'usage' otherwise.
Result<std::chrono::seconds> parse_span(std::string_view text);
/// "14:02" (today), "2026-11-23 14:02", or RFC 3339 with a Z. 'usage' otherwise.
Result<TimePoint> parse_time(std::string_view text, TimePoint now);
/// A span from now, or a time; of the day alone it is the next one, today's or tomorrow's.
Result<TimePoint> parse_deadline(std::string_view text, TimePoint now);
/// A time, or a span before now.
Result<TimePoint> parse_since(std::string_view text, TimePoint now);

/// The IANA name of this device's time zone, "UTC" where it has none.
std::string zone_name();

}  // namespace porchlight::client
