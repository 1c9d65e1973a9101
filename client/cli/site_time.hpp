// Dates and times at a site, in its own time zone, by the system's time zone database (Debian's
// tzdata, read by the library date). A time that a site's clocks skip is none; of one that they
// show twice, the first is meant (clause 15.4).
// Must not know: clocks, shifts.
#pragma once

#include <chrono>
#include <string>

#include "proto/base/result.hpp"
#include "proto/wire/time.hpp"

namespace date {
class time_zone;
}

namespace porchlight::client {

using wire::TimePoint;
using LocalDay = std::chrono::local_days;

/// "2026-11-24"; 'usage' otherwise.
Result<LocalDay> parse_day(const std::string& text);
/// "14:30", since midnight; 'usage' otherwise.
Result<std::chrono::minutes> parse_time_of_day(const std::string& text);
/// Days since 1970-01-01; 'usage' for one before that.
Result<std::uint32_t> unix_day_of(LocalDay day);

class SiteZone {
 public:
  /// By its IANA name, "America/Chicago". 'usage' for one that is not in the database, with names
  /// that look like it.
  static Result<SiteZone> find(const std::string& name);

  std::string name() const;

  struct Moment {
    TimePoint when;
    std::string doubt;  // a sentence where the clocks show that time twice, otherwise empty
  };
  /// 'usage', in words for a person, where the clocks skip that time.
  Result<Moment> at(LocalDay day, std::chrono::minutes time) const;

  struct Local {
    LocalDay day;
    std::chrono::minutes time;  // since midnight
    std::string abbreviation;   // "CDT", where the clocks show that time twice
  };
  Local local(TimePoint when) const;

 private:
  explicit SiteZone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_;  // lives as long as the process
};

/// "Tue 2026-11-24 14:30 to 15:30 in America/Chicago", and where this device's clock shows another
/// time, that as well. Of a zone that is not known here, this device's time alone, saying so.
std::string span_text(TimePoint from, TimePoint to, const std::string& zone);

}  // namespace porchlight::client
