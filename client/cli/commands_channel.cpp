// channel create, list, show.
#include "client/cli/channels.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show_channel.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

// ---- create ---------------------------------------------------------------------------------

struct CreateOptions {
  std::string channel;
  std::string group;
};

Result<ExitCode> run_create(Context& context, const CreateOptions& options) {
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  TRY(const GroupView group, pick_group(core, options.group));
  TRY(const ChannelId id, core.create_channel(group.id, options.channel, context.now()));
  TRY(const SyncReport report, context.sync(*engine));
  for (const ChannelView& channel : core.channels()) {
    if (channel.id != id) continue;
    const std::string name = one_line(channel.name);
    if (context.out().json()) {
      context.out().record("channel", channel_json(channel));
    } else {
      context.out().line(
          say(tr("Channel \"{0}\" is made. It speaks for \"{1}\": everybody there can."), name,
              one_line(channel.group_name)));
      context.out().say(
          say(tr("Next  porchlight invite new --as audience --channel \"{}\" --to NAME"), name));
    }
  }
  return context.end_of_sending(*engine, report);
}

// ---- list and show --------------------------------------------------------------------------

std::string side_text(const ChannelView& channel) {
  return channel.side == ChannelView::Side::group ? say(tr("of {}"), one_line(channel.group_name))
                                                  : std::string(tr("audience"));
}

/// Whoever is in the audience knows of nobody else there.
std::string size_text(const ChannelView& channel) {
  if (channel.side == ChannelView::Side::audience) return "";
  if (channel.invites == 0) return say(tr("an audience of {}"), channel.people);
  return say(tr("an audience of {0}, {1} open invite", "an audience of {0}, {1} open invites",
                channel.invites),
             channel.people, channel.invites);
}

Result<ExitCode> run_list(Context& context) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  std::vector<std::vector<std::string>> rows;
  for (const ChannelView& channel : engine->core().channels()) {
    if (context.out().json()) {
      context.out().record("channel", channel_json(channel));
    } else {
      rows.push_back(
          {one_line(channel.name), side_text(channel), size_text(channel), standing_text(channel)});
    }
  }
  context.out().table(rows);
  if (rows.empty() && !context.out().json()) context.out().say(tr("You have no channel yet."));
  return context.end_of_reading(report);
}

Result<ExitCode> run_show(Context& context, const std::string& name) {
  TRY(const auto engine, context.open());
  TRY(const SyncReport report, context.sync(*engine));
  TRY(const ChannelView channel, pick_channel(engine->core(), name));
  Output& out = context.out();
  if (out.json()) {
    out.record("channel", channel_json(channel));
    return context.end_of_reading(report);
  }
  out.line(
      say(tr("{0}  {1}, state {2}"), one_line(channel.name), side_text(channel), channel.epoch));
  LabelledRows rows;
  if (channel.side == ChannelView::Side::group) {
    rows.push_back({tr("reaches"), size_text(channel)});
    rows.push_back({tr("keys"), say(channel.leads ? tr("until {}; this device renews them")
                                                  : tr("until {}; those who lead renew them"),
                                    keys_until(channel))});
  }
  const std::string standing = standing_text(channel);
  rows.push_back({tr("standing"), standing});
  out.labelled(rows);
  return context.end_of_reading(report);
}

}  // namespace

Action define_channel_create(CLI::App& app) {
  auto options = std::make_shared<CreateOptions>();
  app.add_option("channel", options->channel,
                 tr("What the channel is called; its audience sees it"))
      ->type_name(tr("NAME"))
      ->required();
  app.add_option("--group", options->group,
                 tr("Which group it speaks for; may be left out where there is only one"));
  return [options](Context& context) { return run_create(context, *options); };
}

Action define_channel_list(CLI::App&) { return run_list; }

Action define_channel_show(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  app.add_option("channel", *name, tr("Which channel; may be left out where there is only one"))
      ->type_name(tr("NAME"));
  return [name](Context& context) { return run_show(context, *name); };
}

}  // namespace porchlight::client
