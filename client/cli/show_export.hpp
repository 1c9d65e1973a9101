// Counts as they leave the group: CSV (RFC 4180) and JSON. Must not know: what was counted.
#pragma once

#include <span>

#include "client/cli/output.hpp"
#include "client/core/export.hpp"

namespace porchlight::client {

/// "confirmed" and so on; "open" where there was no outcome.
const char* outcome_label(wire::OutcomeKind outcome);
/// "17", or "<5" where it is not shown.
std::string count_text(const ExportRow& row);

/// With a line of titles. What a spreadsheet would take for a formula comes with ' in front.
std::string export_csv(std::span<const ExportRow> rows);
/// The fields of a "count" record: `count` is null where it is not shown.
Json export_json(const ExportRow& row);

}  // namespace porchlight::client
