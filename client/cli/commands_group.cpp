// group create, list, show, leave.
#include <algorithm>

#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show.hpp"
#include "client/cli/terminal.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

const MemberView* me_in(const GroupView& group) {
  const auto me = std::find_if(group.members.begin(), group.members.end(),
                               [](const MemberView& member) { return member.me; });
  return me == group.members.end() ? nullptr : &*me;
}

std::string my_role(const GroupView& group) {
  const MemberView* me = me_in(group);
  return me ? tr(role_name(me->role)) : "";
}

/// Who only asks knows of nobody but the inviter.
std::string size_of(const GroupView& group) {
  if (group.standing == GroupView::Standing::asking) return "";
  return say(tr("{} member", "{} members", group.members.size()), group.members.size());
}

/// What is out of the ordinary.
std::string standing_text(GroupView::Standing standing) {
  switch (standing) {
    case GroupView::Standing::asking:
      return tr("asked to join, not approved yet");
    case GroupView::Standing::member:
      return "";
    case GroupView::Standing::behind:
      return tr("waiting for a lead to let this device catch up");
    case GroupView::Standing::leaving:
      return tr("you asked to leave; a lead's device has to take you out");
    case GroupView::Standing::halted:
      return tr("halted: update porchlight");
    case GroupView::Standing::removed:
      return tr("you were taken out");
  }
  return "";
}

Json group_json(const GroupView& group) {
  Json members = Json::array();
  for (const MemberView& member : group.members) {
    members.push_back({{"name", member.name}, {"role", role_name(member.role)}, {"me", member.me}});
  }
  return {{"group", group.name},
          {"standing", standing_name(group.standing)},
          {"legal", group.kind == GroupKind::legal},
          {"epoch", group.epoch},
          {"members", std::move(members)}};
}

// ---- create ---------------------------------------------------------------------------------

struct CreateOptions {
  std::string group;
  std::string name;
  GroupKind kind = GroupKind::ordinary;
};

Result<ExitCode> run_create(Context& context, const CreateOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const std::string name, my_name(engine->core(), options.name));
  TRY(const GroupId id,
      engine->core().create_group(options.group, name, context.now(), options.kind));
  TRY(const SyncReport report, context.sync(*engine));
  for (const GroupView& group : engine->core().groups()) {
    if (group.id != id) continue;
    if (context.out().json()) {
      context.out().record("group", group_json(group));
    } else {
      context.out().line(say(tr("Group \"{}\" is made, and you lead it."), one_line(group.name)));
      context.out().say(
          say(tr("Next  porchlight invite new --to NAME --group {}"), one_line(group.name)));
    }
  }
  return context.end_of_sending(*engine, report);
}

// ---- list and show --------------------------------------------------------------------------

Result<ExitCode> run_list(Context& context) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  std::vector<std::vector<std::string>> rows;
  for (const GroupView& group : engine->core().groups()) {
    if (context.out().json()) {
      context.out().record("group", group_json(group));
      continue;
    }
    rows.push_back(
        {one_line(group.name), my_role(group), size_of(group), standing_text(group.standing)});
  }
  context.out().table(rows);
  if (rows.empty() && !context.out().json()) context.out().say(tr("You are in no group yet."));
  return context.end_of_reading(report);
}

Result<ExitCode> run_show(Context& context, const std::string& name) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const GroupView group, pick_group(engine->core(), name));
  if (context.out().json()) {
    context.out().record("group", group_json(group));
    return context.end_of_reading(report);
  }
  const std::string standing = standing_text(group.standing);
  context.out().line(say(tr("{0}  {1}, state {2}"), one_line(group.name),
                         standing.empty() ? size_of(group) : standing, group.epoch));
  if (group.kind == GroupKind::legal) {
    context.out().line(tr("  marked legal: detention notices may be posted here"));
  }
  std::vector<std::vector<std::string>> rows;
  for (const MemberView& member : group.members) {
    rows.push_back(
        {"  " + one_line(member.name), tr(role_name(member.role)), member.me ? tr("you") : ""});
  }
  context.out().table(rows);
  return context.end_of_reading(report);
}

// ---- leave ----------------------------------------------------------------------------------

struct LeaveOptions {
  std::string group;
  bool yes = false;
};

Result<ExitCode> run_leave(Context& context, const LeaveOptions& options) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport fetched, context.sync(*engine));
  TRY(const GroupView before, pick_group(engine->core(), options.group));
  if (!options.yes) {
    TRY(const bool sure,
        confirm(say(tr("Leave \"{}\"? Coming back needs a new invite."), one_line(before.name)),
                tr("Leaving cannot be undone: say --yes to do it without being "
                   "asked.")));
    if (!sure) {
      context.out().say(tr("You are still in."));
      return ExitCode::done;
    }
  }
  CHECK(engine->core().leave_group(before.id, context.now()));
  TRY(const SyncReport report, context.sync(*engine));
  const auto groups = engine->core().groups();
  const auto after = std::find_if(groups.begin(), groups.end(),
                                  [&](const GroupView& group) { return group.id == before.id; });
  const bool gone = after == groups.end() || after->standing == GroupView::Standing::removed;
  if (context.out().json()) {
    context.out().record("group_left", {{"group", before.name}, {"done", gone}});
  } else if (gone) {
    context.out().line(say(tr("You are not in \"{}\" any more."), one_line(before.name)));
  } else {
    context.out().line(say(tr("Asked to leave \"{}\". The next lead's device that is online takes "
                              "you out; until then this device can still read there."),
                           one_line(before.name)));
  }
  return context.end_of_sending(*engine, report);
}

}  // namespace

Action define_group_leave(CLI::App& app) {
  auto options = std::make_shared<LeaveOptions>();
  app.add_option("group", options->group,
                 tr("Which group; may be left out where there is only one"))
      ->type_name(tr("NAME"));
  app.add_flag("--yes", options->yes, tr("Do not ask"));
  return [options](Context& context) { return run_leave(context, *options); };
}

Action define_group_create(CLI::App& app) {
  auto options = std::make_shared<CreateOptions>();
  app.add_option("group", options->group, tr("What the group is called"))
      ->type_name(tr("NAME"))
      ->required();
  app.add_option("--name", options->name, tr("Your name, as the others will see it"));
  app.add_flag_callback(
      "--legal", [options] { options->kind = GroupKind::legal; },
      tr("For who helps after detentions: detention notices may be posted there. This never "
         "changes"));
  return [options](Context& context) { return run_create(context, *options); };
}

Action define_group_list(CLI::App&) { return run_list; }

Action define_group_show(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  app.add_option("group", *name, tr("Which group; may be left out where there is only one"))
      ->type_name(tr("NAME"));
  return [name](Context& context) { return run_show(context, *name); };
}

}  // namespace porchlight::client
