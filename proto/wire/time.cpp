#include "proto/wire/time.hpp"

#include "proto/base/result.hpp"

namespace porchlight::wire {
namespace {

constexpr std::uint32_t thursday = 3;  // 1970-01-01, counted from Monday

std::uint64_t since_epoch(TimePoint now) {
  const auto seconds = now.time_since_epoch().count();
  PORCHLIGHT_ASSERT(seconds >= 0);
  return static_cast<std::uint64_t>(seconds);
}

}  // namespace

std::uint64_t unix_minute(TimePoint now) { return since_epoch(now) / 60; }
std::uint32_t unix_hour(TimePoint now) {
  return static_cast<std::uint32_t>(since_epoch(now) / 3600);
}
std::uint32_t unix_day(TimePoint now) {
  return static_cast<std::uint32_t>(since_epoch(now) / 86400);
}

std::uint32_t token_week(std::uint32_t unix_day) { return (unix_day + thursday) / 7; }

TimePoint token_week_start(std::uint32_t week) {
  const std::int64_t day = std::int64_t{week} * 7 - thursday;
  return TimePoint{std::chrono::days{day}};
}

}  // namespace porchlight::wire
