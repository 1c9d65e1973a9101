// shift list, show: what posts there are, and who has them.
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show_shift.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

struct ListOptions {
  std::string group;
  bool all = false;
};

Result<ExitCode> run_list(Context& context, const ListOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  Core& core = engine->core();
  std::vector<GroupView> groups = core.groups();
  if (!options.group.empty()) {
    TRY(const GroupView only, core.group(options.group));
    groups = {only};
  }
  std::vector<std::vector<std::string>> rows;
  for (const GroupView& group : groups) {
    for (const ShiftView& shift : shifts_of(core, group.id, context.now()).shifts) {
      if (!options.all && (shift.cancelled || context.now() >= shift.end())) continue;
      if (context.out().json()) {
        context.out().record("shift", shift_json({group, shift}, context.now()));
        continue;
      }
      rows.push_back({shift.short_id, shift_span(shift), post_text(shift.shift()),
                      shift_standing(shift, context.now())});
      if (groups.size() > 1) rows.back().insert(rows.back().begin(), one_line(group.name));
    }
  }
  context.out().table(rows);
  if (rows.empty() && !context.out().json()) {
    context.out().say(options.all ? tr("No shifts.")
                                  : tr("No shifts ahead; --all shows those that are over."));
  }
  return context.end_of_reading(report);
}

Result<ExitCode> run_show(Context& context, const std::string& id) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const FoundShift found, find_shift(engine->core(), id, context.now()));
  if (context.out().json()) {
    context.out().record("shift", shift_json(found, context.now()));
  } else {
    for (const std::string& line : shift_lines(found, context.now())) context.out().line(line);
  }
  return context.end_of_reading(report);
}

}  // namespace

Action define_shift_list(CLI::App& app) {
  auto options = std::make_shared<ListOptions>();
  app.add_option("group", options->group, tr("Only of this group"))->type_name(tr("GROUP"));
  app.add_flag("--all", options->all, tr("Also those that are over or cancelled"));
  return [options](Context& context) { return run_list(context, *options); };
}

Action define_shift_show(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, tr("As shift list shows it"))->type_name(tr("ID"))->required();
  return [id](Context& context) { return run_show(context, *id); };
}

}  // namespace porchlight::client
