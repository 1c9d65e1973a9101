#include "client/cli/show_export.hpp"

#include "client/cli/show.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

std::string csv_field(const std::string& text) {
  std::string safe = text;
  if (!text.empty() && std::string_view("=+-@\t").find(text[0]) != std::string_view::npos) {
    safe.insert(0, "'");
  }
  if (safe.find_first_of(",\"\n\r") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

const char* outcome_label(wire::OutcomeKind outcome) {
  return outcome == wire::OUTCOME_NONE ? mark("open") : outcome_name(outcome);
}

std::string count_text(const ExportRow& row) {
  return row.count ? std::to_string(*row.count) : "<" + std::to_string(limits::export_cell_min);
}

std::string export_csv(std::span<const ExportRow> rows) {
  std::string csv = "week,zone,outcome,count\r\n";
  for (const ExportRow& row : rows) {
    csv += row.week + "," + csv_field(row.zone) + "," + outcome_label(row.outcome) + "," +
           count_text(row) + "\r\n";
  }
  return csv;
}

Json export_json(const ExportRow& row) {
  return {{"week", row.week},
          {"zone", row.zone},
          {"outcome", outcome_label(row.outcome)},
          {"count", row.count ? Json(*row.count) : Json(nullptr)},
          {"below", limits::export_cell_min}};
}

}  // namespace porchlight::client
