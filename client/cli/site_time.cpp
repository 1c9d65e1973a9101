#include "client/cli/site_time.hpp"

#include <date/tz.h>

#include <algorithm>
#include <ctime>
#include <sstream>

#include "client/cli/output.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using std::chrono::minutes;

constexpr std::size_t near_names_max = 3;
constexpr std::size_t near_edits_max = 2;
constexpr std::size_t near_letters_min = 5;  // of fewer, two may be all

/// The whole of `text` by one of the library's patterns.
template <class Value>
std::optional<Value> read_as(const std::string& text, const char* pattern) {
  std::istringstream in(text);
  Value value{};
  in >> date::parse(std::string(pattern), value);
  if (in.fail() || in.peek() != std::istringstream::traits_type::eof()) return std::nullopt;
  return value;
}

/// With "%a": a day as people write it, in this device's language.
std::string format(LocalDay day, minutes time, const char* pattern) {
  const std::time_t seconds =
      std::chrono::duration_cast<std::chrono::seconds>(day.time_since_epoch() + time).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);  // a local time, of which the parts alone are wanted
  char text[64];
  return {text, std::strftime(text, sizeof text, pattern, &parts)};
}

std::string day_of(LocalDay day) { return format(day, minutes(0), "%a %Y-%m-%d"); }

std::string clock_of(const SiteZone::Local& local) {
  const std::string clock = format(local.day, local.time, "%H:%M");
  return local.abbreviation.empty() ? clock : clock + " " + local.abbreviation;
}

// ---- names of zones -----------------------------------------------------------------------------

std::string folded(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == ' ') c = '_';
  }
  return text;
}

/// How many letters must be changed, added or left out (Levenshtein).
std::size_t count_edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t before = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = before + (a[i - 1] != b[j - 1]);
      before = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
    }
  }
  return row[b.size()];
}

std::string_view city_of(std::string_view name) { return name.substr(name.rfind('/') + 1); }

std::string near_names(const std::string& typed) {
  const std::string wanted = folded(typed);
  const std::string_view city = city_of(wanted);
  std::string names;
  std::size_t count = 0;
  for (const date::time_zone& zone : date::get_tzdb().zones) {
    const std::string name = folded(zone.name());
    const bool is_like =
        wanted.size() >= near_letters_min &&
        (count_edits(name, wanted) <= near_edits_max ||
         (city.size() >= near_letters_min && count_edits(city_of(name), city) <= near_edits_max));
    const bool is_near = is_like || name == wanted || city_of(name) == city;
    if (!is_near || count == near_names_max) continue;
    names += (count++ == 0 ? "" : ", ") + zone.name();
  }
  return names;
}

/// This device's, which may be set by other means than a name.
SiteZone::Local local_here(TimePoint when) {
  const std::time_t seconds = when.time_since_epoch().count();
  std::tm parts{};
  localtime_r(&seconds, &parts);
  const std::time_t shown = timegm(&parts);
  const auto day = std::chrono::floor<std::chrono::days>(std::chrono::seconds(shown));
  const auto time = std::chrono::floor<minutes>(std::chrono::seconds(shown) - day);
  return {LocalDay(day), time, ""};
}

std::string words_of(const SiteZone::Local& from, const SiteZone::Local& to) {
  if (from.day == to.day) {
    return say(tr("{0} {1} to {2}"), day_of(from.day), clock_of(from), clock_of(to));
  }
  return say(tr("{0} {1} to {2} {3}"), day_of(from.day), clock_of(from), day_of(to.day),
             clock_of(to));
}

}  // namespace

Result<LocalDay> parse_day(const std::string& text) {
  if (const auto day = read_as<date::local_days>(text, "%F"); day && text.size() == 10) {
    return LocalDay(day->time_since_epoch());
  }
  return Error{Errc::usage,
               say(tr("A day looks like 2026-11-24; \"{}\" is none."), one_line(text))};
}

Result<minutes> parse_time_of_day(const std::string& text) {
  if (const auto time = read_as<minutes>(text, "%H:%M")) {
    // The library takes 24:00 and 14:60 as well.
    const std::string shown = format(LocalDay(), *time, "%H:%M");
    if (shown == text || shown == "0" + text) return *time;
  }
  return Error{Errc::usage,
               say(tr("A time of day looks like 14:30; \"{}\" is none."), one_line(text))};
}

Result<std::uint32_t> unix_day_of(LocalDay day) {
  const auto days = day.time_since_epoch().count();
  if (days >= 0) return static_cast<std::uint32_t>(days);
  return Error{Errc::usage, tr("That day was before 1970.")};
}

Result<SiteZone> SiteZone::find(const std::string& name) {
  try {
    const auto& zones = date::get_tzdb().zones;
    const auto found = std::find_if(zones.begin(), zones.end(), [&](const date::time_zone& zone) {
      return zone.name() == name;
    });
    if (found != zones.end()) return SiteZone(&*found);
    const std::string names = near_names(name);
    if (names.empty()) {
      return Error{Errc::usage, say(tr("No time zone is called \"{}\"; a name looks like "
                                       "America/Chicago or Europe/Berlin."),
                                    one_line(name))};
    }
    return Error{Errc::usage, say(tr("No time zone is called \"{0}\". Names that look like it: "
                                     "{1}."),
                                  one_line(name), names)};
  } catch (const std::runtime_error&) {
    return Error{Errc::storage,
                 tr("This device has no time zone database: install Debian's package "
                    "tzdata, then try again.")};
  }
}

std::string SiteZone::name() const { return zone_->name(); }

Result<SiteZone::Moment> SiteZone::at(LocalDay day, minutes time) const {
  const date::local_seconds local(day.time_since_epoch() + time);
  const date::local_info info = zone_->get_info(local);
  const std::string clock = format(day, time, "%H:%M");
  if (info.result == date::local_info::nonexistent) {
    const auto shown = [&](std::chrono::seconds offset) {
      const auto since = (info.first.end + offset).time_since_epoch();
      return format(LocalDay(), std::chrono::floor<minutes>(since), "%H:%M");
    };
    return Error{
        Errc::usage,
        say(tr("There is no {0} on {1} in {2}: the clocks go forward from {3} to {4} then. "
               "Say another time."),
            clock, day_of(day), name(), shown(info.first.offset), shown(info.second.offset))};
  }
  Moment moment{TimePoint((local - info.first.offset).time_since_epoch()), ""};
  if (info.result == date::local_info::ambiguous) {
    moment.doubt = say(tr("On {1} the clocks in {2} show {0} twice, as they go back then: the "
                          "first of the two is meant ({3}). For the second, give the times in UTC, "
                          "with --zone UTC."),
                       clock, day_of(day), name(), info.first.abbrev);
  }
  return moment;
}

SiteZone::Local SiteZone::local(TimePoint when) const {
  const date::sys_info info = zone_->get_info(when);
  const auto shown = when.time_since_epoch() + info.offset;
  const auto day = std::chrono::floor<std::chrono::days>(shown);
  Local local{LocalDay(day), std::chrono::floor<minutes>(shown - day), ""};
  const bool twice =
      zone_->get_info(date::local_seconds(shown)).result == date::local_info::ambiguous;
  if (twice) local.abbreviation = info.abbrev;
  return local;
}

std::string span_text(TimePoint from, TimePoint to, const std::string& zone) {
  const SiteZone::Local from_here = local_here(from);
  const SiteZone::Local to_here = local_here(to);
  const auto site = SiteZone::find(zone);
  if (!site.ok()) {
    return say(tr("{0} here ({1} is a time zone that this device does not know)"),
               words_of(from_here, to_here), one_line(zone));
  }
  const SiteZone::Local from_there = site->local(from);
  const SiteZone::Local to_there = site->local(to);
  const std::string there = words_of(from_there, to_there);
  const auto is_same = [](const SiteZone::Local& a, const SiteZone::Local& b) {
    return a.day == b.day && a.time == b.time;
  };
  if (is_same(from_here, from_there) && is_same(to_here, to_there)) {
    return say(tr("{0} in {1}"), there, zone);
  }
  return say(tr("{0} in {1}; here {2}"), there, zone, words_of(from_here, to_here));
}

}  // namespace porchlight::client
