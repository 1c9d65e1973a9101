// What the commands about channels share: which channel and which alert a person means, and how
// something is said in one.
// Must not know: any one command.
#pragma once

#include "client/cli/context.hpp"

namespace porchlight::client {

/// The channel meant by `name`; the only one there is where `name` is empty. 'not_found' and
/// 'usage' say which there are.
Result<ChannelView> pick_channel(const Core& core, const std::string& name);
/// For what the group alone may do: 'not_permitted' for the audience.
Status check_own(const ChannelView& channel);
/// pick_channel() and check_own().
Result<ChannelView> pick_own_channel(const Core& core, const std::string& name);

/// The group that a channel belongs to.
Result<GroupView> group_of(const Core& core, const ChannelView& channel);

struct FoundAlert {
  ChannelView channel;
  AlertView alert;
};
/// In any channel. 'not_found' when none has it, or says how those differ that begin so.
Result<FoundAlert> find_alert(const Core& core, const std::string& short_id, TimePoint now);
/// The same; where it is not here, what the relay has is fetched first.
Result<FoundAlert> fetch_alert(Context& context, Engine& engine, const std::string& short_id);

/// Who of the audience answered what. 'not_permitted' for the audience.
Result<AlertCount> count_in(const Core& core, const FoundAlert& found);

struct Said {
  MessageView message;  // as it stands afterwards
  SyncReport report;
};
/// Says `body` (zone and minute are filled in here) in a channel, and sends what can be sent.
Result<Said> say(Context& context, Engine& engine, const ChannelView& channel, wire::Body body);

/// Whether a person wants this although it reaches many; nobody is asked where it reaches few.
/// 'usage' where nobody can be asked.
Result<bool> is_meant_for_so_many(Context& context, const ChannelView& channel, std::size_t people);

}  // namespace porchlight::client
