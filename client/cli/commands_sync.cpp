// sync and outbox list.
#include "client/cli/commands.hpp"
#include "client/cli/show.hpp"
#include "client/cli/show_channel.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

std::size_t count_messages(const Core& core) {
  std::size_t count = 0;
  for (const GroupView& group : core.groups()) count += core.messages(group.id).size();
  for (const ChannelView& channel : core.channels()) {
    count += core.channel_messages(channel.id).size();
  }
  return count;
}

Result<ExitCode> run_sync(Context& context, Haste haste) {
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  Output& out = context.out();
  if (haste == Haste::now) {
    out.say(
        tr("Enrolling and fetching tokens now rather than at a random time: the relay may guess "
           "that\nthis account belongs to whoever else acts from this address now."));
  }
  const std::size_t before = count_messages(core);
  TRY(const SyncReport report, context.sync(*engine, haste));
  const std::size_t after = count_messages(core);
  const Health health = core.health(context.now());
  const std::size_t fresh = after > before ? after - before : 0;
  const std::size_t asking = core.requests().size();
  if (out.json()) {
    out.record("sync", {{"new_messages", fresh},
                        {"queued", health.queued},
                        {"requests", asking},
                        {"session_tokens", health.session_tokens},
                        {"enrolled", health.enrolled}});
  } else if (report.reached) {
    out.line(
        say(tr("{0} new message, {1} queued here.", "{0} new messages, {1} queued here.", fresh),
            fresh, health.queued));
    if (asking > 0)
      out.say(say(
          tr("{} asks to join: porchlight requests", "{} ask to join: porchlight requests", asking),
          asking));
  } else if (!report.trouble) {
    out.say(tr("There was nothing to send or to fetch."));
  }
  if (!report.reached && report.trouble) {
    const ExitCode code = exit_code_of(report.trouble->code);
    out.fail(*report.trouble, code);
    return code == ExitCode::failure ? ExitCode::queued : code;
  }
  return context.end_of_sending(*engine, report);
}

// ---- outbox ---------------------------------------------------------------------------------

/// How many of a channel's were shown.
std::size_t show_queued(Output& out, const Core& core, const ChannelView& channel, TimePoint now) {
  std::size_t shown = 0;
  const ChannelEye eye = look_at(core, channel, now);
  for (const MessageView& message : core.channel_messages(channel.id)) {
    if (message.standing != MessageView::Standing::queued) continue;
    ++shown;
    if (out.json()) {
      out.record("message", channel_message_json(message, eye));
    } else {
      out.line(say(tr("queued  {}"), channel_line(message, eye)));
    }
  }
  return shown;
}

Result<ExitCode> run_outbox_list(Context& context) {
  TRY(const auto engine, context.open());
  Core& core = engine->core();
  Output& out = context.out();
  std::size_t shown = 0;
  for (const GroupView& group : core.groups()) {
    const Board board = core.board(group.id, context.now());
    for (const MessageView& message : core.messages(group.id)) {
      if (message.standing != MessageView::Standing::queued) continue;
      ++shown;
      if (out.json()) {
        out.record("message", message_json(message, group.name, board));
      } else {
        out.line(say(tr("queued  {}"), message_line(message, group.name, board, context.now())));
      }
    }
  }
  for (const ChannelView& channel : core.channels()) {
    shown += show_queued(out, core, channel, context.now());
  }
  const std::size_t queued = core.health(context.now()).queued;
  // Invites, requests to join and changes to groups have no text of their own.
  const std::size_t others = queued > shown ? queued - shown : 0;
  if (out.json()) {
    out.record("outbox", {{"messages", shown}, {"others", others}});
  } else if (others > 0) {
    out.line(say(tr("queued  {} that is no message: invites, requests, changes, photos",
                    "queued  {} that are no messages: invites, requests, changes, photos", others),
                 others));
  } else if (shown == 0) {
    out.say(tr("Nothing is queued."));
  }
  return ExitCode::done;
}

}  // namespace

Action define_sync(CLI::App& app) {
  auto now = std::make_shared<bool>(false);
  app.add_flag("--now", *now, tr("Enrol and fetch tokens at once, not at a random time"));
  return [now](Context& context) { return run_sync(context, *now ? Haste::now : Haste::none); };
}

Action define_outbox_list(CLI::App&) { return run_outbox_list; }

}  // namespace porchlight::client
