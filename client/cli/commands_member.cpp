// member remove, keep and role, group rekey: what leads change about who is in.
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

struct MemberOptions {
  std::string member;
  std::string role;
  std::string group;
};

/// The member of that name, where there is one; the core says what is wrong where there is none.
std::optional<VerifyKey> identity_of(const GroupView& group, const std::string& name) {
  for (const MemberView& member : group.members) {
    if (member.name == name) return member.identity;
  }
  return std::nullopt;
}

const MemberView* find(const GroupView& group, const std::optional<VerifyKey>& identity) {
  for (const MemberView& member : group.members) {
    if (member.identity == identity) return &member;
  }
  return nullptr;
}

GroupView now_of(const Core& core, GroupView group) {
  for (GroupView& known : core.groups()) {
    if (known.id == group.id) return std::move(known);
  }
  return group;
}

bool is_led_by_me(const GroupView& group) {
  return std::any_of(group.members.begin(), group.members.end(), [](const MemberView& member) {
    return member.me && member.role == wire::ROLE_LEAD;
  });
}

/// A change to a group as a person orders it.
struct Order {
  std::string group;
  std::string done;  // what is said once it is
  std::function<Status(Core&, const GroupView&)> begin;
  std::function<bool(const Core&, const GroupView& before, const GroupView& after)> is_done;
};

/// Fetches what is there, so that the change is made to the newest state; then makes it, and waits
/// until it has come back from the relay.
Result<ExitCode> change_group(Context& context, const Order& order) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport fetched, context.sync(*engine));
  TRY(const GroupView before, pick_group(engine->core(), order.group));
  CHECK(order.begin(engine->core(), before));
  TRY(const SyncReport report, context.sync(*engine));
  const GroupView after = now_of(engine->core(), before);
  const bool done = order.is_done(engine->core(), before, after);
  if (context.out().json()) {
    context.out().record("group_change", {{"group", after.name},
                                          {"done", done},
                                          {"epoch", after.epoch},
                                          {"members", after.members.size()}});
  } else if (done) {
    context.out().line(say(tr("{0} {1}: {2} member, state {3}.", "{0} {1}: {2} members, state {3}.",
                              after.members.size()),
                           order.done, one_line(after.name), after.members.size(), after.epoch));
  }
  if (done) return context.end_of_sending(*engine, report);
  if (!engine->core().has_wishes(before.id)) {
    return Error{Errc::not_permitted,
                 say(tr("Somebody else changed \"{}\" first, and this was not done: see porchlight "
                        "group show for who leads it now."),
                     after.name)};
  }
  if (report.trouble) context.out().warn(report.trouble->what);
  context.say_if_changes_wait(*engine);
  context.out().warn(tr("This is not done yet. It is kept here, and the next command goes on."));
  return ExitCode::queued;
}

Result<ExitCode> run_remove(Context& context, const MemberOptions& options) {
  std::optional<VerifyKey> member;
  return change_group(
      context, {options.group,
                say(tr("Removed {}. Those who stay have new keys."), one_line(options.member)),
                [&](Core& core, const GroupView& group) {
                  member = identity_of(group, options.member);
                  return core.remove_member(group.id, options.member, context.now());
                },
                [&](const Core&, const GroupView&, const GroupView& after) {
                  return !find(after, member);
                }});
}

Result<ExitCode> run_keep(Context& context, const MemberOptions& options) {
  std::optional<VerifyKey> member;
  return change_group(context,
                      {options.group, say(tr("It is settled: {} stays."), one_line(options.member)),
                       [&](Core& core, const GroupView& group) {
                         member = identity_of(group, options.member);
                         return core.keep_member(group.id, options.member, context.now());
                       },
                       [&](const Core&, const GroupView&, const GroupView& after) {
                         const MemberView* now = find(after, member);
                         return now && !now->contested;
                       }});
}

Result<ExitCode> run_role(Context& context, const MemberOptions& options) {
  TRY(const wire::Role role, parse_role(options.role));
  std::optional<VerifyKey> member;
  return change_group(
      context,
      {options.group, say(tr("{0} is a {1} now."), one_line(options.member), tr(role_name(role))),
       [&](Core& core, const GroupView& group) {
         member = identity_of(group, options.member);
         return core.set_role(group.id, options.member, role, context.now());
       },
       [&](const Core&, const GroupView&, const GroupView& after) {
         const MemberView* now = find(after, member);
         return now && now->role == role;
       }});
}

Result<ExitCode> run_rekey(Context& context, const std::string& group_name) {
  return change_group(
      context,
      {group_name, tr("Everybody has new keys."),
       [&](Core& core, const GroupView& group) { return core.rekey(group.id, context.now()); },
       // Another's change in between may not have been one; and who leads no longer wants nothing.
       [](const Core& core, const GroupView& before, const GroupView& after) {
         return after.epoch > before.epoch && !core.has_wishes(after.id) && is_led_by_me(after);
       }});
}

constexpr const char* which_group = mark("Which group; may be left out where there is only one");

}  // namespace

Action define_member_remove(CLI::App& app) {
  auto options = std::make_shared<MemberOptions>();
  app.add_option("member", options->member, tr("As porchlight group show has it"))
      ->type_name(tr("NAME"))
      ->required();
  app.add_option("--group", options->group, tr(which_group));
  return [options](Context& context) { return run_remove(context, *options); };
}

Action define_member_keep(CLI::App& app) {
  auto options = std::make_shared<MemberOptions>();
  app.add_option("member", options->member, tr("As porchlight group show has it"))
      ->type_name(tr("NAME"))
      ->required();
  app.add_option("--group", options->group, tr(which_group));
  return [options](Context& context) { return run_keep(context, *options); };
}

Action define_member_role(CLI::App& app) {
  auto options = std::make_shared<MemberOptions>();
  app.add_option("member", options->member, tr("As porchlight group show has it"))
      ->type_name(tr("NAME"))
      ->required();
  app.add_option("role", options->role, tr("member or lead"))->type_name("member|lead")->required();
  app.add_option("--group", options->group, tr(which_group));
  return [options](Context& context) { return run_role(context, *options); };
}

Action define_group_rekey(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  app.add_option("group", *name, which_group)->type_name(tr("NAME"));
  return [name](Context& context) { return run_rekey(context, *name); };
}

}  // namespace porchlight::client
