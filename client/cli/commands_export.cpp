// export: counts that may leave the group.
#include <charconv>

#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show_export.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

struct ExportOptions {
  std::string group;
  std::string since = "8w";
  bool csv = false;
};

Result<std::uint32_t> parse_weeks(const std::string& typed) {
  std::uint32_t weeks = 0;
  const char* const end = typed.data() + typed.size();
  const auto [stop, failed] = std::from_chars(typed.data(), end, weeks);
  if (failed == std::errc{} && stop + 1 == end && *stop == 'w' && weeks > 0 &&
      weeks <= tally_weeks) {
    return weeks;
  }
  return Error{Errc::usage, say(tr("Counts are of whole weeks: a number with a w behind it, at "
                                   "most {0}w."),
                                tally_weeks)};
}

Result<ExitCode> run_export(Context& context, const ExportOptions& options) {
  TRY(const std::uint32_t weeks, parse_weeks(options.since));
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const GroupView group, pick_group(engine->core(), options.group));
  const std::uint32_t last = wire::token_week(context.now());
  const auto rows = make_export(engine->core().counts(group.id), last + 1 - weeks, last);
  Output& out = context.out();
  if (out.json()) {
    for (const ExportRow& row : rows) out.record("count", export_json(row));
  } else if (options.csv) {
    std::string csv = export_csv(rows);
    csv.pop_back();  // a line brings its own end
    out.line(csv);
  } else {
    std::vector<std::vector<std::string>> table;
    for (const ExportRow& row : rows) {
      table.push_back(
          {row.week, one_line(row.zone), tr(outcome_label(row.outcome)), count_text(row)});
    }
    out.table(table);
  }
  return context.end_of_reading(report);
}

}  // namespace

Action define_export(CLI::App& app) {
  auto options = std::make_shared<ExportOptions>();
  app.add_option("group", options->group,
                 tr("Which group; may be left out where there is only one"))
      ->type_name(tr("GROUP"));
  app.add_flag("--csv", options->csv, tr("For a spreadsheet"));
  app.add_option("--since", options->since,
                 tr("How many weeks, the present one among them; 8w if you do not say"))
      ->type_name(tr("WEEKS"));
  return [options](Context& context) { return run_export(context, *options); };
}

}  // namespace porchlight::client
