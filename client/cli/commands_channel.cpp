// channel create, list, show.
#include "client/cli/channels.hpp"
#include "client/cli/commands.hpp"
#include "client/cli/people.hpp"
#include "client/cli/show_channel.hpp"

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
      context.out().line("Channel \"" + name + "\" is made. It speaks for \"" +
                         one_line(channel.group_name) + "\": everybody there can.");
      context.out().say("Next  porchlight invite new --as audience --channel \"" + name +
                        "\" --to NAME");
    }
  }
  return context.end_of_sending(*engine, report);
}

// ---- list and show --------------------------------------------------------------------------

std::string side_text(const ChannelView& channel) {
  return channel.side == ChannelView::Side::group ? "of " + one_line(channel.group_name)
                                                  : "audience";
}

/// Whoever is in the audience knows of nobody else there.
std::string size_text(const ChannelView& channel) {
  if (channel.side == ChannelView::Side::audience) return "";
  return "an audience of " + std::to_string(channel.people) +
         (channel.invites ? ", " + counted(channel.invites, "open invite") : "");
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
  if (rows.empty() && !context.out().json()) context.out().say("You have no channel yet.");
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
  out.line(one_line(channel.name) + "  " + side_text(channel) + ", state " +
           std::to_string(channel.epoch));
  if (channel.side == ChannelView::Side::group) {
    out.line("  reaches    " + size_text(channel));
    out.line("  keys       until " + keys_until(channel) +
             (channel.leads ? "; this device renews them" : "; those who lead renew them"));
  }
  const std::string standing = standing_text(channel);
  if (!standing.empty()) out.line("  standing   " + standing);
  return context.end_of_reading(report);
}

}  // namespace

Action define_channel_create(CLI::App& app) {
  auto options = std::make_shared<CreateOptions>();
  app.add_option("channel", options->channel, "What the channel is called; its audience sees it")
      ->type_name("NAME")
      ->required();
  app.add_option("--group", options->group,
                 "Which group it speaks for; may be left out where there is only one");
  return [options](Context& context) { return run_create(context, *options); };
}

Action define_channel_list(CLI::App&) { return run_list; }

Action define_channel_show(CLI::App& app) {
  auto name = std::make_shared<std::string>();
  app.add_option("channel", *name, "Which channel; may be left out where there is only one")
      ->type_name("NAME");
  return [name](Context& context) { return run_show(context, *name); };
}

}  // namespace porchlight::client
