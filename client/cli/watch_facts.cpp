#include "client/cli/watch_facts.hpp"

#include "client/cli/channels.hpp"
#include "client/cli/show_channel.hpp"

namespace porchlight::client {
namespace {

bool is_in(const GroupView& group) {
  using Standing = GroupView::Standing;
  return group.standing != Standing::removed && group.standing != Standing::asking;
}

WatchFacts::Channel look_into(const Core& core, const ChannelView& view, TimePoint now) {
  WatchFacts::Channel channel{look_at(core, view, now), core.channel_messages(view.id), {}};
  if (!channel.eye.is_group()) return channel;
  for (const AlertView& alert : channel.eye.alerts.alerts) {
    if (alert.is_over() || !alert.asks_for_answers()) continue;
    if (auto count = count_in(core, {view, alert}); count.ok()) {
      channel.counts.emplace(alert.id, *std::move(count));
    }
  }
  return channel;
}

WatchFacts::Group look_into(const Core& core, const GroupView& view, TimePoint now) {
  WatchFacts::Group group{view, core.live_messages(view.id, now), {}};
  group.board = make_board(group.messages);
  group.shifts = make_shifts(group.messages);
  for (RollCallView& call : make_roll_calls(group.messages)) {
    FoundCall found{view, std::move(call)};
    RollCallCount count = count_in(core, found);
    group.calls.push_back({std::move(found), std::move(count)});
  }
  group.rules_to_accept = current_rules(group.messages);
  const bool accepted =
      group.rules_to_accept && core.accepted_rules(view.id) == group.rules_to_accept->hash;
  if (accepted) group.rules_to_accept.reset();
  return group;
}

}  // namespace

WatchFacts look_around(const Core& core, TimePoint now) {
  WatchFacts facts;
  facts.now = now;
  for (const GroupView& group : core.groups()) {
    if (is_in(group)) facts.groups.push_back(look_into(core, group, now));
  }
  for (const ChannelView& channel : core.channels()) {
    if (channel.standing == ChannelView::Standing::over) continue;
    facts.channels.push_back(look_into(core, channel, now));
  }
  facts.requests = core.requests();
  facts.warnings = core.warnings();
  facts.queued = core.health(now).queued;
  return facts;
}

}  // namespace porchlight::client
