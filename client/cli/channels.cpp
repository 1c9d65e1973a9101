#include "client/cli/channels.hpp"

#include "client/cli/posting.hpp"
#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// Above this a person is asked first.
constexpr std::size_t many_people = 50;

/// What to write instead: enough letters that they differ.
Error ambiguous(const std::string& typed, const std::vector<FoundAlert>& found) {
  std::vector<MessageId> ids;
  for (const FoundAlert& each : found) ids.push_back(each.alert.id);
  const std::size_t length = unique_length<MessageId>(ids);
  std::string names;
  for (const FoundAlert& each : found) {
    names += (names.empty() ? "" : ", ") +
             say(tr("{0} in \"{1}\""), "A-" + short_id(each.alert.id, length), each.channel.name);
  }
  return {Errc::not_found,
          say(tr("More than one alert is called {0}: say which, {1}."), typed, names)};
}

ChannelView as_it_stands(const Core& core, const ChannelView& before) {
  for (ChannelView& channel : core.channels()) {
    if (channel.id == before.id) return std::move(channel);
  }
  return before;
}

}  // namespace

Result<ChannelView> pick_channel(const Core& core, const std::string& name) {
  if (!name.empty()) return core.channel(name);
  auto channels = core.channels();
  if (channels.size() > 1) {
    std::erase_if(channels, [](const ChannelView& channel) {
      return channel.standing == ChannelView::Standing::over;
    });
  }
  if (channels.size() == 1) return channels.front();
  if (channels.empty()) {
    return Error{Errc::not_found,
                 tr("There is no channel here yet: follow an invite with porchlight join LINK, or "
                    "make one with porchlight channel create NAME --group G.")};
  }
  std::string names;
  for (const ChannelView& channel : channels) {
    names += (names.empty() ? "" : ", ") + channel.name;
  }
  return Error{Errc::usage, say(tr("Say which channel: {}."), names)};
}

Status check_own(const ChannelView& channel) {
  if (channel.side == ChannelView::Side::group) return Ok{};
  return Error{Errc::not_permitted, say(tr("You are in the audience of \"{}\": this is for the "
                                           "group that it belongs to. Nothing was changed."),
                                        channel.name)};
}

Result<ChannelView> pick_own_channel(const Core& core, const std::string& name) {
  TRY(ChannelView channel, pick_channel(core, name));
  CHECK(check_own(channel));
  return channel;
}

Result<GroupView> group_of(const Core& core, const ChannelView& channel) {
  return core.group(channel.group_name);
}

Result<FoundAlert> find_alert(const Core& core, const std::string& typed, TimePoint now) {
  std::vector<FoundAlert> found;
  for (const ChannelView& channel : core.channels()) {
    const AlertBoard board = core.alerts(channel.id, now);
    if (const AlertView* alert = board.find(typed)) found.push_back({channel, *alert});
  }
  if (found.size() == 1) return std::move(found.front());
  if (found.size() > 1) return ambiguous(typed, found);
  return Error{
      Errc::not_found,
      say(tr("There is no alert {} here: porchlight alert list shows those there are."), typed)};
}

Status fetch_first(Context& context, Engine& engine) {
  TRY(const SyncReport report, context.sync(engine));
  if (report.trouble) {
    context.out().warn(sentences(report.trouble->what,
                                 tr("The relay may have newer things than this device knows.")));
  }
  return Ok{};
}

Result<FoundAlert> fetch_alert(Context& context, Engine& engine, const std::string& typed) {
  CHECK(fetch_first(context, engine));
  return find_alert(engine.core(), typed, context.now());
}

// ---- whom it reaches ------------------------------------------------------------------------

Result<Reach> reach_of(const Core& core, const ChannelView& channel, TimePoint now) {
  TRY(const auto audience, core.audience(channel.id));
  Reach reach;
  reach.is_partial = channel.waits_for_list;
  for (const AudienceView& entry : audience) {
    if (!entry.invite) ++reach.people;
    const bool open = entry.invite && entry.expires > now && entry.joined < entry.uses;
    if (open) reach.open_uses += entry.uses - entry.joined;
  }
  return reach;
}

std::string reach_text(const Reach& reach) {
  const char* sentence = tr("{0} listed");
  if (reach.open_uses > 0) {
    sentence = reach.is_partial
                   ? tr("{0} listed, and up to {1} more by open invites; the whole list "
                        "is on its way from a lead's device")
                   : tr("{0} listed, and up to {1} more by open invites");
  } else if (reach.is_partial) {
    sentence = tr("{0} listed; the whole list is on its way from a lead's device");
  }
  return say(sentence, reach.people, reach.open_uses);
}

std::uint32_t answer_delay(const Reach& reach) {
  const bool small = reach.people + reach.open_uses <= limits::small_audience && !reach.is_partial;
  return small ? limits::answer_delay_seconds_small : limits::answer_delay_seconds_large;
}

Status check_askable(const AlertView& alert) {
  if (!alert.asks_for_answers()) {
    return Error{Errc::usage, say(tr("{} asks for no answer: nobody is silent. Nothing was sent."),
                                  alert.short_id)};
  }
  if (!alert.is_over()) return Ok{};
  return Error{Errc::expired, say(tr("{} is over. Nothing was sent: send a new one if it is not."),
                                  alert.short_id)};
}

Result<AlertCount> count_in(const Core& core, const FoundAlert& found) {
  TRY(const auto audience, core.audience(found.channel.id));
  std::vector<AudiencePerson> people;
  for (const AudienceView& entry : audience) {
    if (entry.identity) people.push_back({*entry.identity, entry.name});
  }
  return count_answers(found.alert, people);
}

Result<Said> say(Context& context, Engine& engine, const ChannelView& channel, wire::Body body) {
  body.set_zone(zone_name());
  TRY(const MessageId id, engine.core().say(channel.id, std::move(body), context.now()));
  TRY(SyncReport report, context.sync(engine));
  const auto messages = engine.core().channel_messages(channel.id);
  const MessageView* const message = find_message(messages, id);
  if (message) return Said{*message, std::move(report), as_it_stands(engine.core(), channel)};
  return Error{Errc::not_permitted,
               say(tr("You were taken out of \"{}\" meanwhile; what you wrote was not sent."),
                   channel.name)};
}

ExitCode end_of_saying(Context& context, Engine& engine, const Said& said) {
  const bool queued = said.message.standing == MessageView::Standing::queued;
  if (!queued || !said.channel.waits_for_keys) {
    return end_of_posting(context, engine, said.report, said.message);
  }
  context.out().warn(say(tr("\"{}\" waits for new keys: this is kept here, and goes out once the "
                            "device of somebody who leads has made them."),
                         one_line(said.channel.name)));
  return said.report.trouble ? context.end_of_sending(engine, said.report) : ExitCode::queued;
}

ExitCode end_of_unfinished(Context& context, Engine& engine, const SyncReport& report,
                           const std::string& warning) {
  ExitCode code = ExitCode::queued;
  if (report.trouble) {
    const ExitCode own = exit_code_of(report.trouble->code);
    const bool matters =
        own == ExitCode::refused || own == ExitCode::security || own == ExitCode::update_needed;
    if (matters) code = own;
    if (matters) context.out().fail(*report.trouble, own);
    if (!matters) context.out().warn(report.trouble->what);
  }
  context.say_if_changes_wait(engine);
  context.out().warn(warning);
  return code;
}

bool reaches_many(const Reach& reach) {
  return reach.is_partial || reach.people + reach.open_uses > many_people;
}

Result<bool> is_meant_for_so_many(Context& context, const ChannelView& channel,
                                  const Reach& reach) {
  if (!reaches_many(reach) || context.options().yes) return true;
  const std::string name = one_line(channel.name);
  const std::string text = reach_text(reach);
  return confirm(say(tr("This reaches the audience of \"{0}\" at once: {1}. Send it?"), name, text),
                 say(tr("This reaches the audience of \"{0}\" at once: {1}. Nothing was sent: say "
                        "--yes to send it without being asked."),
                     name, text));
}

}  // namespace porchlight::client
