#include "client/cli/plausible.hpp"

namespace porchlight::client {
namespace {

using std::chrono::minutes;

constexpr auto rounding = minutes(1);  // times are typed in minutes
constexpr auto clocks_differ = minutes(5);
constexpr auto old_report = std::chrono::hours(2);

}  // namespace

Doubt doubt_about(TimePoint observed, TimePoint now) {
  if (observed > now + clocks_differ) return Doubt::ahead;
  if (observed > now + rounding) return Doubt::slightly_ahead;
  return now - observed >= old_report ? Doubt::old : Doubt::none;
}

}  // namespace porchlight::client
