// member remove, member role, group rekey: what leads change about who is in.
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show.hpp"

namespace porchlight::client {
namespace {

struct MemberOptions {
  std::string member;
  std::string role;
  std::string group;
};

/// Fetches what is there, so that the change is made to the newest state; then makes it, and waits
/// until it has come back from the relay.
template <class Change>
Result<ExitCode> change_group(Context& context, const std::string& group_name,
                              const std::string& done, Change change) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport fetched, context.sync(*engine));
  TRY(const GroupView group, pick_group(engine->core(), group_name));
  CHECK(change(engine->core(), group));
  TRY(const SyncReport report, context.sync(*engine));
  const bool through = !engine->core().has_wishes(group.id);
  TRY(const GroupView after, pick_group(engine->core(), group.name));
  if (context.out().json()) {
    context.out().record("group_change", {{"group", after.name},
                                          {"done", through},
                                          {"epoch", after.epoch},
                                          {"members", after.members.size()}});
  } else if (through) {
    context.out().line(done + " Everybody in \"" + one_line(after.name) +
                       "\" has new keys: " + counted(after.members.size(), "member") + ".");
  }
  if (through || report.trouble) return context.end_of_sending(*engine, report);
  context.out().warn(
      "The change is not through yet. It is kept here, and the next command goes on.");
  return ExitCode::queued;
}

Result<ExitCode> run_remove(Context& context, const MemberOptions& options) {
  return change_group(context, options.group, "Removed " + one_line(options.member) + ".",
                      [&](Core& core, const GroupView& group) {
                        return core.remove_member(group.id, options.member, context.now());
                      });
}

Result<ExitCode> run_role(Context& context, const MemberOptions& options) {
  TRY(const wire::Role role, parse_role(options.role));
  return change_group(context, options.group,
                      one_line(options.member) + " is a " + role_name(role) + " now.",
                      [&](Core& core, const GroupView& group) {
                        return core.set_role(group.id, options.member, role, context.now());
                      });
}

Result<ExitCode> run_rekey(Context& context, const std::string& group_name) {
  return change_group(context, group_name, "Done.", [&](Core& core, const GroupView& group) {
    return core.rekey(group.id, context.now());
  });
}

constexpr const char* which_group = "Which group; may be left out where there is only one";

}  // namespace

Action define_member_remove(CLI::App& app) {
  auto options = std::make_shared<MemberOptions>();
  app.add_option("member", options->member, "As porchlight group show has it")
      ->type_name("NAME")
      ->required();
  app.add_option("--group", options->group, which_group);
  return [options](Context& context) { return run_remove(context, *options); };
}

Action define_member_role(CLI::App& app) {
  auto options = std::make_shared<MemberOptions>();
  app.add_option("member", options->member, "As porchlight group show has it")
      ->type_name("NAME")
      ->required();
  app.add_option("role", options->role, "member or lead")->type_name("ROLE")->required();
  app.add_option("--group", options->group, which_group);
  return [options](Context& context) { return run_role(context, *options); };
}

Action define_group_rekey(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  app.add_option("group", *name, which_group)->type_name("NAME");
  return [name](Context& context) { return run_rekey(context, *name); };
}

}  // namespace porchlight::client
