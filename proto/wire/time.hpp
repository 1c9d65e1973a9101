// The protocol's coarse times (clause 1.6). Time is an argument everywhere; nothing here reads a
// clock.
#pragma once

#include <chrono>
#include <cstdint>

namespace porchlight::wire {

/// Seconds of Unix time, UTC.
using TimePoint = std::chrono::sys_seconds;

/// Since 1970-01-01T00:00Z. Times before that are our own bug.
std::uint64_t unix_minute(TimePoint now);
std::uint32_t unix_hour(TimePoint now);
std::uint32_t unix_day(TimePoint now);

/// Token weeks start on Mondays at 00:00 UTC; week 0 began on Monday, 1969-12-29.
std::uint32_t token_week(std::uint32_t unix_day);
inline std::uint32_t token_week(TimePoint now) { return token_week(unix_day(now)); }
TimePoint token_week_start(std::uint32_t week);

/// seq = unix hour << 24 | counter (clause 4.6).
inline std::uint32_t seq_hour(std::uint64_t seq) { return static_cast<std::uint32_t>(seq >> 24); }
inline std::uint64_t first_seq_of_hour(std::uint32_t hour) { return std::uint64_t{hour} << 24; }

}  // namespace porchlight::wire
