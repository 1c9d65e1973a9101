// invite new, list, revoke.
#include "client/cli/channels.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/qr.hpp"
#include "client/cli/show.hpp"
#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

Json invite_json(const InviteView& invite) {
  const bool audience = invite.role == wire::ROLE_AUDIENCE;
  return {{"id", invite_name(invite.id)},
          {"to", invite.to},
          {audience ? "channel" : "group", invite.group_name},
          {"role", role_name(invite.role)},
          {"standing", standing_name(invite.standing)},
          {"expires", rfc3339(invite.expires)},
          {"uses", invite.uses},
          {"asked", invite.asked},
          {"joined", invite.joined},
          {"auto_approve", invite.auto_approve}};
}

/// "joined 3 of 40, 5 asked; lets 40 in by itself", and the standing where it is for one.
std::string progress_text(const InviteView& invite) {
  if (invite.uses == 1) return tr(standing_name(invite.standing));
  return say(invite.asked > invite.joined ? tr("{0}, joined {1} of {2}, {3} asked")
                                          : tr("{0}, joined {1} of {2}"),
             tr(standing_name(invite.standing)), invite.joined, invite.uses, invite.asked);
}

/// Empty where a person approves everybody.
std::string by_itself_text(const InviteView& invite) {
  if (invite.auto_approve == 0) return "";
  if (invite.uses == 1) return tr("let in without asking you");
  return say(tr("the first {} are let in without asking you"), invite.auto_approve);
}

// ---- new ------------------------------------------------------------------------------------

struct NewOptions {
  std::string to;
  std::string group;
  std::string channel;
  std::string role = "member";
  std::string expires;  // empty for limits::invite_lifetime_default
  std::uint32_t uses = 1;
  std::uint32_t auto_approve = 0;
  bool qr = false;
};

void show_qr(Output& out, const std::string& link, bool demanded) {
  if (!demanded && !out.to_terminal()) return;
  // Where the width is not known, whoever asked for the code knows best.
  const std::size_t columns = out.to_terminal() ? terminal_columns() : 1000;
  if (const auto qr = terminal_qr(link, columns)) {
    out.line(*qr);
  } else {
    out.warn(tr("The window is too narrow for the QR code: make it wider, or send the link."));
  }
}

/// What whoever follows it may do; into an audience nobody has to be let in.
std::string promise_text(const InviteView& invite) {
  const std::string name = one_line(invite.group_name);
  if (invite.role != wire::ROLE_AUDIENCE) {
    return say(tr("ask to join \"{0}\" as {1}"), name, tr(role_name(invite.role)));
  }
  return say(tr("read \"{}\" at once, without anybody being asked"), name);
}

void show_new(Context& context, const InviteView& invite, const std::string& link, bool qr) {
  Output& out = context.out();
  if (out.json()) {
    Json fields = invite_json(invite);
    fields["link"] = link;
    return out.record("invite", std::move(fields));
  }
  const bool event = invite.uses > 1;
  const std::string id = invite_name(invite.id);
  const std::string until = short_time(invite.expires, context.now());
  out.say(
      event ? say(tr("Invite {0} lets {1} {2}, {3} times, until {4}.\nWhoever has the link can use "
                     "it, also all of it: show it to those who are there, and take it\nback with "
                     "porchlight invite revoke {0} when everybody is in."),
                  id, one_line(invite.to), promise_text(invite), invite.uses, until)
            : say(tr("Invite {0} lets {1} {2}, once, until {3}.\nWhoever has the link can use it: "
                     "give it to that person alone."),
                  id, one_line(invite.to), promise_text(invite), until));
  if (invite.auto_approve > 0) {
    out.say(
        event ? say(tr("While porchlight listen runs here, the first {} are let in without asking "
                       "you."),
                    invite.auto_approve)
              : tr("While porchlight listen runs here, they are let in without asking you."));
  }
  out.line(link);
  show_qr(out, link, qr);
}

/// The one that was not among `before`. Its coming may have made the others' names longer.
InviteView newest(const std::vector<InviteView>& before, std::vector<InviteView> after) {
  for (const InviteView& old : before) {
    std::erase_if(after, [&](const InviteView& invite) {
      return invite.id.starts_with(old.id) && invite.to == old.to && after.size() > 1;
    });
  }
  PORCHLIGHT_ASSERT(!after.empty());
  return after.back();
}

Result<wire::Role> parse_invite_role(const NewOptions& options) {
  const bool audience = options.role == "audience";
  if (!audience && !options.channel.empty()) {
    return Error{Errc::usage, tr("--channel goes with --as audience. Nothing was made.")};
  }
  if (!audience) return parse_role(options.role);
  if (options.auto_approve > 0) {
    return Error{
        Errc::usage,
        tr("Into an audience everybody is let in who follows the link, so that nobody has to "
           "be online for it: leave --auto-approve out. Nothing was made.")};
  }
  return wire::ROLE_AUDIENCE;
}

/// Where an invite leads.
struct Place {
  GroupId id;
  std::string name;
  std::size_t room;
  std::string limit;  // why there is no more
};

Result<Place> pick_place(const Core& core, const NewOptions& options, wire::Role role) {
  if (role == wire::ROLE_AUDIENCE) {
    TRY(const ChannelView channel, pick_own_channel(core, options.channel));
    if (!options.group.empty() && options.group != channel.group_name) {
      return Error{Errc::usage,
                   say(tr("\"{0}\" belongs to \"{1}\": leave --group out. Nothing was made."),
                       channel.name, channel.group_name)};
    }
    const std::size_t taken = std::min(channel.people + channel.invites, limits::audience_max);
    return Place{channel.id, channel.name, limits::audience_max - taken,
                 say(tr("an audience has at most {} people"), limits::audience_max)};
  }
  TRY(const GroupView group, pick_group(core, options.group));
  return Place{group.id, group.name, limits::group_members_max - group.members.size(),
               say(tr("a group has at most {} members"), limits::group_members_max)};
}

Result<ExitCode> run_new(Context& context, const NewOptions& options) {
  std::chrono::seconds lifetime = limits::invite_lifetime_default;
  if (!options.expires.empty()) {
    TRY(lifetime, parse_span(options.expires));
  }
  TRY(const wire::Role role, parse_invite_role(options));
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  TRY(const Place place, pick_place(core, options, role));
  const auto before = core.invites(context.now());
  TRY(const wire::Link link,
      core.create_invite({place.id, options.to, role, lifetime, options.uses, options.auto_approve},
                         context.now()));
  const InviteView invite = newest(before, core.invites(context.now()));
  TRY(const SyncReport report, context.sync(*engine));
  show_new(context, invite, link.str(), options.qr);
  if (invite.uses > 1 && invite.uses > place.room) {
    context.out().warn(say(tr("\"{0}\" has room for {1} more: {2}."), one_line(place.name),
                           place.room, place.limit));
  }
  const ExitCode end = context.end_of_sending(*engine, report);
  if (end == ExitCode::queued || end == ExitCode::refused) {
    context.out().warn(
        tr("The link does not work before that: run porchlight sync, then pass it on."));
  }
  return end;
}

// ---- list and revoke ------------------------------------------------------------------------

Result<ExitCode> run_list(Context& context) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  std::vector<std::vector<std::string>> rows;
  for (const InviteView& invite : engine->core().invites(context.now())) {
    if (context.out().json()) {
      context.out().record("invite", invite_json(invite));
      continue;
    }
    rows.push_back({invite_name(invite.id), progress_text(invite), one_line(invite.to),
                    one_line(invite.group_name), tr(role_name(invite.role)),
                    say(tr("until {}"), short_time(invite.expires, context.now())),
                    by_itself_text(invite)});
  }
  context.out().table(rows);
  return context.end_of_reading(report);
}

/// None where there is no such invite here.
std::optional<InviteView> find_invite(const Core& core, const std::string& id, TimePoint now) {
  for (const InviteView& invite : core.invites(now)) {
    if (matches_shown_name(invite.id, id)) return invite;
  }
  return std::nullopt;
}

bool has_wishes_for(const Core& core, const std::string& channel_name) {
  for (const ChannelView& channel : core.channels()) {
    if (channel.name == channel_name && core.has_wishes_for(channel.id)) return true;
  }
  return false;
}

/// Into an audience nobody was asked: the link itself reads, until there are other keys.
ExitCode tell_audience_revoked(Context& context, Engine& engine, const InviteView& invite,
                               const SyncReport& report) {
  const bool done = !has_wishes_for(engine.core(), invite.group_name);
  const std::string channel = one_line(invite.group_name);
  if (context.out().json()) {
    context.out().record("revoked", {{"id", invite_name(invite.id)}, {"done", done}});
  } else if (done) {
    context.out().line(
        say(tr("Taken back. Whoever holds the link reads \"{}\" no further: everybody in the "
               "audience has new keys. Who came by it and is listed stays in."),
            channel));
  }
  if (done) return context.end_of_sending(engine, report);
  return end_of_unfinished(
      context, engine, report,
      say(tr("This is not done yet: whoever holds the link reads \"{}\" until the new keys are "
             "out. It is kept here, and the next command goes on."),
          channel));
}

Result<ExitCode> run_revoke(Context& context, const std::string& id) {
  TRY(const auto engine, context.open());
  if (!context.options().yes) {
    TRY(const bool sure, confirm(say(tr("Take invite {} back?"), one_line(id)),
                                 tr("Taking an invite back cannot be undone: say --yes.")));
    if (!sure) {
      context.out().say(tr("Nothing was changed."));
      return ExitCode::done;
    }
  }
  // Whoever has been let in by now is in.
  TRY(const SyncReport before, context.sync(*engine));
  static_cast<void>(before);
  const auto invite = find_invite(engine->core(), invite_id(id), context.now());
  CHECK(engine->core().revoke_invite(invite_id(id), context.now()));
  TRY(const SyncReport report, context.sync(*engine));
  if (invite && invite->role == wire::ROLE_AUDIENCE) {
    return tell_audience_revoked(context, *engine, *invite, report);
  }
  if (context.out().json()) {
    context.out().record("revoked", {{"id", invite_name(invite_id(id))}, {"done", true}});
  } else {
    context.out().line(
        tr("Taken back. Nobody can be let in by it, nor whoever asked by it already. "
           "Who was approved stays in."));
  }
  return context.end_of_sending(*engine, report);
}

}  // namespace

Action define_invite_new(CLI::App& app) {
  auto options = std::make_shared<NewOptions>();
  app.add_option("--to", options->to, tr("Whom it is for; they do not see this"))->required();
  app.add_option("--group", options->group,
                 tr("Which group; may be left out where there is only one"));
  app.add_option("--as", options->role, tr("member (the usual), lead or audience"))
      ->type_name("member|lead|audience");
  app.add_option("--channel", options->channel,
                 tr("With --as audience: which channel; may be left out where there is only one"))
      ->type_name(tr("NAME"));
  app.add_option("--expires", options->expires,
                 tr("How long it holds: 30m, 1h, 2d; 1h where nothing is said"))
      ->type_name(tr("SPAN"));
  app.add_option("--uses", options->uses,
                 say(tr("For an event: how many people may come with this one link, at most {}"),
                     limits::event_uses_max))
      ->type_name(tr("N"));
  app.add_option(
         "--auto-approve", options->auto_approve,
         tr("Let the first N who ask in without asking you, while listen or sync runs here"))
      ->type_name(tr("N"));
  app.add_flag("--qr", options->qr, tr("Show the QR code even when this is no terminal"));
  return [options](Context& context) { return run_new(context, *options); };
}

Action define_invite_list(CLI::App&) { return run_list; }

Action define_invite_revoke(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, tr("As invite list shows it"))->type_name(tr("ID"))->required();
  return [id](Context& context) { return run_revoke(context, *id); };
}

}  // namespace porchlight::client
