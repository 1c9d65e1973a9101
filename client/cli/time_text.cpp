#include "client/cli/time_text.hpp"
#include "proto/base/translate.hpp"

#include <charconv>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>

namespace porchlight::client {
namespace {

std::tm local(TimePoint when) {
  const std::time_t seconds = when.time_since_epoch().count();
  std::tm parts{};
  localtime_r(&seconds, &parts);
  return parts;
}

std::string format(const std::tm& parts, const char* pattern) {
  char text[64];
  return {text, std::strftime(text, sizeof text, pattern, &parts)};
}

Error not_a_time() {
  return {Errc::usage, tr("A time looks like 14:02, 2026-11-23 14:02 or 2026-11-23T14:02:00Z.")};
}

/// The whole of `text` by one of strptime's patterns, into what `parts` already holds.
bool read_as(const std::string& text, const char* pattern, std::tm& parts) {
  const char* end = strptime(text.c_str(), pattern, &parts);
  return end && *end == 0;
}

TimePoint from_seconds(std::time_t seconds) { return TimePoint(std::chrono::seconds(seconds)); }

/// An Area/City, as the time zone database has them.
bool is_zone(const std::string& name) {
  return !name.empty() && name.size() <= 64 && name[0] != '/' && name[0] != ':' &&
         name.find("..") == std::string::npos &&
         std::filesystem::exists("/usr/share/zoneinfo/" + name);
}

}  // namespace

std::string short_time(TimePoint when, TimePoint now) {
  const std::tm parts = local(when);
  const std::tm today = local(now);
  if (parts.tm_year == today.tm_year && parts.tm_yday == today.tm_yday) {
    return format(parts, "%H:%M");
  }
  const bool this_week = when < now && now - when < std::chrono::days(6);
  return format(parts, this_week ? "%a %H:%M" : "%Y-%m-%d %H:%M");
}

std::string rfc3339(TimePoint when) {
  const std::time_t seconds = when.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return format(parts, "%Y-%m-%dT%H:%M:%SZ");
}

std::string day_text(std::uint32_t unix_day) {
  return rfc3339(TimePoint(std::chrono::days(unix_day))).substr(0, 10);
}

Result<std::chrono::seconds> parse_span(std::string_view text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, number);
  if (failed == std::errc{} && stop + 1 == end && number > 0 && number <= 366 * 24 * 60) {
    std::chrono::minutes span{0};
    if (*stop == 'm') span = std::chrono::minutes(number);
    if (*stop == 'h') span = std::chrono::hours(number);
    if (*stop == 'd') span = std::chrono::days(number);
    if (span > std::chrono::minutes(0) && span <= std::chrono::days(366)) return {span};
  }
  return Error{Errc::usage,
               tr("A span of time is a number with m, h or d behind it, like 90m or 1h.")};
}

Result<TimePoint> parse_time(std::string_view text, TimePoint now) {
  const std::string typed(text);
  std::tm parts = local(now);
  parts.tm_sec = 0;
  parts.tm_isdst = -1;
  if (read_as(typed, "%H:%M", parts) || read_as(typed, "%Y-%m-%d %H:%M", parts) ||
      read_as(typed, "%Y-%m-%dT%H:%M", parts)) {
    return from_seconds(std::mktime(&parts));
  }
  parts = {};
  if (read_as(typed, "%Y-%m-%dT%H:%M:%SZ", parts)) return from_seconds(timegm(&parts));
  return not_a_time();
}

Result<TimePoint> parse_deadline(std::string_view text, TimePoint now) {
  if (const auto span = parse_span(text); span.ok()) return now + *span;
  std::tm parts = local(now);
  parts.tm_sec = 0;
  parts.tm_isdst = -1;
  if (!read_as(std::string(text), "%H:%M", parts)) return parse_time(text, now);
  std::tm tomorrow = parts;
  ++tomorrow.tm_mday;
  const TimePoint today = from_seconds(std::mktime(&parts));
  return today > now ? today : from_seconds(std::mktime(&tomorrow));
}

Result<TimePoint> parse_since(std::string_view text, TimePoint now) {
  if (const auto span = parse_span(text); span.ok()) return now - *span;
  return parse_time(text, now);
}

std::string zone_name() {
  if (const char* set = std::getenv("TZ"); set && is_zone(set)) return set;
  std::error_code ignored;
  const std::string target = std::filesystem::read_symlink("/etc/localtime", ignored).string();
  constexpr std::string_view folder = "zoneinfo/";
  if (const auto at = target.find(folder); at != std::string::npos) {
    const std::string name = target.substr(at + folder.size());
    if (is_zone(name)) return name;
  }
  std::string name;
  std::ifstream("/etc/timezone") >> name;
  return is_zone(name) ? name : "UTC";
}

}  // namespace porchlight::client
