// What the commands about channels share: which channel and which alert a person means, and how
// something is said in one.
// Must not know: any one command.
#pragma once

#include "client/cli/context.hpp"
#include "proto/base/translate.hpp"

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
/// What the relay has, before something is judged by what is here; trouble is a warning.
Status fetch_first(Context& context, Engine& engine);
/// fetch_first() and find_alert().
Result<FoundAlert> fetch_alert(Context& context, Engine& engine, const std::string& short_id);

/// Whom a channel reaches, as far as this device knows.
struct Reach {
  std::size_t people = 0;
  std::size_t open_uses = 0;  // how many may still come by open invites
  bool is_partial = false;    // a lead's device has the whole list
};
/// 'not_permitted' for the audience.
Result<Reach> reach_of(const Core& core, const ChannelView& channel, TimePoint now);
/// "12 listed, and up to 28 more by open invites".
std::string reach_text(const Reach& reach);

/// Within which time the answers of so many are spread, so that they tell less.
std::uint32_t answer_delay(const Reach& reach);
/// Ok where `alert` can be called again; 'usage' or 'expired' where nobody's answer is awaited.
Status check_askable(const AlertView& alert);
/// Who of the audience answered what. 'not_permitted' for the audience.
Result<AlertCount> count_in(const Core& core, const FoundAlert& found);

using porchlight::say;  // beside the sentence, what a channel says

struct Said {
  MessageView message;  // as it stands afterwards
  SyncReport report;
  ChannelView channel;  // the same
};
/// Says `body` (zone and minute are filled in here) in a channel, and sends what can be sent.
Result<Said> say(Context& context, Engine& engine, const ChannelView& channel, wire::Body body);

/// After say(): whether it has left, and what it waits for.
ExitCode end_of_saying(Context& context, Engine& engine, const Said& said);

/// A change to an audience that is kept and not done yet; `warning` says what that means. The
/// relay's own trouble goes before 'queued'.
ExitCode end_of_unfinished(Context& context, Engine& engine, const SyncReport& report,
                           const std::string& warning);

/// More people than are told at once without asking, or nobody can say how many.
bool reaches_many(const Reach& reach);
/// Whether a person wants this although it reaches many, or nobody can say how many; nobody is
/// asked where it reaches few. 'usage' where nobody can be asked.
Result<bool> is_meant_for_so_many(Context& context, const ChannelView& channel, const Reach& reach);

}  // namespace porchlight::client
