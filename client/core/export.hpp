// Counts of sightings that may leave a group (clause 15.7): by week, zone and outcome, without
// texts and names, and nothing of which few are. Pure.
// Must not know: sightings, formats.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "proto/wire/body.pb.h"

namespace porchlight::client {

/// What counts as one. Weeks are those of wire::token_week(); a zone is none where nobody named
/// one, and an outcome is OUTCOME_NONE where there was none.
struct CountCell {
  std::uint32_t week = 0;
  std::string zone;
  wire::OutcomeKind outcome = wire::OUTCOME_NONE;

  friend auto operator<=>(const CountCell&, const CountCell&) = default;
};
/// For which counts are kept: two years.
inline constexpr std::uint32_t tally_weeks = 104;
using Counts = std::map<CountCell, std::uint64_t>;

/// What zones are called that are not shown by their own name, and where there is none.
inline constexpr const char* other_zones = "other";
inline constexpr const char* unnamed_zone = "unnamed";

struct ExportRow {
  std::string week;  // ISO 8601, "2026-W48"
  std::string zone;
  wire::OutcomeKind outcome = wire::OUTCOME_NONE;
  std::optional<std::uint64_t> count;  // none below limits::export_cell_min, also where it is 0
};

/// The weeks from `first` to `last`, whole: each with the same zones, by name, then unnamed_zone
/// and other_zones, and each of these with every outcome. So a row that is there says no more than
/// its count, and there is no sum from which a count could be worked out that is not shown. What is
/// not shown of a zone counts among the others of its week, the same whichever weeks are asked for:
/// two exports beside one another say no more than each.
std::vector<ExportRow> make_export(const Counts& counts, std::uint32_t first, std::uint32_t last);

/// "2026-W48"
std::string iso_week(std::uint32_t week);

}  // namespace porchlight::client
