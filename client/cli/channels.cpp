#include "client/cli/channels.hpp"

#include "client/cli/posting.hpp"
#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/short_name.hpp"

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
    names += (names.empty() ? "" : ", ") + ("A-" + short_id(each.alert.id, length)) + " in \"" +
             each.channel.name + "\"";
  }
  return {Errc::not_found,
          "More than one alert is called " + typed + ": say which, " + names + "."};
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
                 "There is no channel here yet: follow an invite with porchlight join LINK, or "
                 "make one with porchlight channel create NAME --group G."};
  }
  std::string names;
  for (const ChannelView& channel : channels) {
    names += (names.empty() ? "" : ", ") + channel.name;
  }
  return Error{Errc::usage, "Say which channel: " + names + "."};
}

Status check_own(const ChannelView& channel) {
  if (channel.side == ChannelView::Side::group) return Ok{};
  return Error{Errc::not_permitted, "You are in the audience of \"" + channel.name +
                                        "\": this is for the group that it belongs to. Nothing "
                                        "was changed."};
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
  return Error{Errc::not_found, "There is no alert " + typed +
                                    " here: porchlight alert list shows those there are."};
}

Result<FoundAlert> fetch_alert(Context& context, Engine& engine, const std::string& typed) {
  auto known = find_alert(engine.core(), typed, context.now());
  if (known.ok()) return known;
  TRY(const SyncReport report, context.sync(engine));
  if (report.trouble) context.out().warn(report.trouble->what);
  return find_alert(engine.core(), typed, context.now());
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
  if (message) return Said{*message, std::move(report)};
  return Error{Errc::not_permitted, "You were taken out of \"" + channel.name +
                                        "\" meanwhile; what you wrote was not sent."};
}

Result<bool> is_meant_for_so_many(Context& context, const ChannelView& channel,
                                  std::size_t people) {
  if (people <= many_people || context.options().yes) return true;
  const std::string reach = "This reaches " + std::to_string(people) + " people at once in \"" +
                            one_line(channel.name) + "\"";
  return confirm(reach + ". Send it?", reach + ": say --yes to send it without being asked.");
}

}  // namespace porchlight::client
