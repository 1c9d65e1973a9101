#include "client/core/export.hpp"

#include <array>
#include <set>

#include "proto/base/limits.hpp"
#include "proto/wire/time.hpp"

namespace porchlight::client {
namespace {

/// In which they are shown. What is folded under another is not counted.
constexpr std::array outcomes = {wire::OUTCOME_CONFIRMED, wire::OUTCOME_NOT_ENFORCEMENT,
                                 wire::OUTCOME_GONE, wire::OUTCOME_UNVERIFIABLE,
                                 wire::OUTCOME_NONE};

bool is_shown(std::uint64_t count) { return count >= limits::export_cell_min; }

/// As they are called outside. What is too little counts among the others of its week, whatever is
/// shown of its zone elsewhere: so no cell depends on which weeks were asked for.
Counts relabelled(const Counts& counts, std::uint32_t first, std::uint32_t last) {
  Counts labelled;
  for (const auto& [cell, count] : counts) {
    if (cell.week < first || cell.week > last) continue;
    CountCell to = cell;
    if (to.zone.empty()) {
      to.zone = unnamed_zone;
    } else if (!is_shown(count)) {
      to.zone = other_zones;
    }
    labelled[to] += count;
  }
  return labelled;
}

}  // namespace

std::string iso_week(std::uint32_t week) {
  using namespace std::chrono;
  // A week belongs to the year in which its Thursday lies.
  const sys_days thursday = floor<days>(wire::token_week_start(week)) + days(3);
  const year of = year_month_day(thursday).year();
  const auto number = (thursday - sys_days(of / January / 1)) / weeks(1) + 1;
  return std::to_string(static_cast<int>(of)) + (number < 10 ? "-W0" : "-W") +
         std::to_string(number);
}

std::vector<ExportRow> make_export(const Counts& counts, std::uint32_t first, std::uint32_t last) {
  const Counts labelled = relabelled(counts, first, last);
  std::set<std::string> named;
  for (const auto& [cell, count] : labelled) named.insert(cell.zone);
  named.erase(unnamed_zone);
  named.erase(other_zones);
  std::vector<std::string> zones(named.begin(), named.end());
  zones.insert(zones.end(), {unnamed_zone, other_zones});
  std::vector<ExportRow> rows;
  for (std::uint32_t week = first; week <= last; ++week) {
    for (const std::string& zone : zones) {
      for (const wire::OutcomeKind outcome : outcomes) {
        ExportRow& row = rows.emplace_back(ExportRow{iso_week(week), zone, outcome, {}});
        const auto found = labelled.find({week, zone, outcome});
        if (found != labelled.end() && is_shown(found->second)) row.count = found->second;
      }
    }
  }
  return rows;
}

}  // namespace porchlight::client
