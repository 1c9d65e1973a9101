// What the core shows of channels, and takes for them.
#include "client/core/bodies.hpp"
#include "client/core/short_name.hpp"
#include "client/core/state.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Voice = MessageView::Voice;

ChannelView::Standing standing_of(const Channel& channel) {
  using Standing = ChannelView::Standing;
  if (channel.over()) return Standing::over;
  if (channel.halted()) return Standing::halted;
  if (!channel.awaited) return Standing::reading;
  const auto& pages = channel.awaited->pages;
  const bool in_vain = !pages.empty() && std::all_of(pages.begin(), pages.end(),
                                                     [](const auto& p) { return p.caught_up; });
  return in_vain ? Standing::behind : Standing::entering;
}

}  // namespace

Result<ChannelId> Core::create_channel(const GroupId& group, std::string_view name, TimePoint now) {
  return state_->create_channel(group, name, now);
}

std::vector<ChannelView> Core::channels() const {
  std::vector<ChannelView> views;
  for (const auto& [id, channel] : state_->channels) {
    ChannelView view;
    view.id = id;
    view.name = channel.name();
    view.standing = standing_of(channel);
    view.epoch = channel.newest().head.number;
    view.keys_until_day = channel.newest().last_day();
    if (channel.owner) {
      view.side = ChannelView::Side::group;
      const Group* group = state_->find_group(channel.owner->group);
      if (group != nullptr) {
        view.group_name = group->name();
        view.leads = !group->removed() && group->roster().is_lead(state_->me.id());
      }
      view.people = channel.audience.count_people();
      view.invites = channel.audience.entries().size() - view.people;
      view.waits_for_list = !channel.over() && !channel.owner->has_list;
      view.waits_for_keys =
          !channel.over() && group != nullptr &&
          (channel.awaited || channel.newest().post->made_under < group->removal_epoch());
    }
    views.push_back(std::move(view));
  }
  std::sort(views.begin(), views.end(), [](const ChannelView& a, const ChannelView& b) {
    return std::tie(a.name, a.id) < std::tie(b.name, b.id);
  });
  return views;
}

Result<ChannelView> Core::channel(std::string_view name_or_id) const {
  std::vector<ChannelView> found;
  std::string names;
  for (ChannelView& view : channels()) {
    names += (names.empty() ? "" : ", ") + view.name;
    if (view.name == name_or_id || matches_short_name(view.id.view(), name_or_id)) {
      found.push_back(std::move(view));
    }
  }
  if (found.size() > 1) {
    std::erase_if(found, [](const ChannelView& view) {
      return view.standing == ChannelView::Standing::over;
    });
  }
  if (found.size() == 1) return std::move(found[0]);
  if (found.empty()) {
    return Error{
        Errc::not_found,
        names.empty()
            ? porchlight::say(
                  tr("there is no channel \"{}\" here; you read none, and your groups have none"),
                  name_or_id)
            : porchlight::say(tr("there is no channel \"{0}\" here; there are: {1}"), name_or_id,
                              names)};
  }
  std::string ids;
  for (const ChannelView& view : found) ids += " " + short_name(view.id.view(), 8);
  return Error{
      Errc::usage,
      porchlight::say(tr("more than one channel here is called \"{0}\": say which by its ID:{1}"),
                      name_or_id, ids)};
}

Result<std::vector<AudienceView>> Core::audience(const ChannelId& id) const {
  const Channel* channel = state_->find_channel(id);
  if (channel == nullptr) return Error{Errc::not_found, tr("there is no such channel here")};
  if (!channel->owner || channel->over()) {
    return Error{Errc::not_permitted,
                 tr("who else reads a channel is known to the group that speaks in it alone")};
  }
  std::vector<AudienceView> views;
  std::vector<AudienceId> ids;
  for (const auto& [entry_id, entry] : channel->audience.entries()) ids.push_back(entry_id);
  const std::size_t length = unique_length<AudienceId>(ids);
  for (const auto& [entry_id, entry] : channel->audience.entries()) {
    AudienceView view;
    view.id = short_name(entry_id.view(), length);
    view.name = channel->audience.display_name(entry_id);
    view.identity = entry.identity;
    view.invite = entry.invited.has_value();
    if (entry.invited) {
      view.expires = entry.invited->expires;
      view.uses = entry.invited->uses;
      view.joined = static_cast<std::uint32_t>(channel->audience.count_by(entry.invite));
    } else {
      view.words = audience_words(id, entry);
    }
    views.push_back(std::move(view));
  }
  std::sort(views.begin(), views.end(), [](const AudienceView& a, const AudienceView& b) {
    return std::tie(a.invite, a.name) < std::tie(b.invite, b.name);
  });
  return views;
}

Status Core::remove_from_audience(const ChannelId& channel, std::string_view name, TimePoint now) {
  return state_->remove_from_audience(channel, name, now);
}

bool Core::has_wishes_for(const ChannelId& id) const {
  const Channel* channel = state_->find_channel(id);
  return channel != nullptr && channel->owner && !channel->over() &&
         !channel->audience.due().empty();
}

Result<MessageId> Core::say(const ChannelId& channel, wire::Body body, TimePoint now) {
  return state_->say(channel, std::move(body), now);
}

MessageView Core::State::view_of(const Channel& channel, const StoredMessage& message) const {
  MessageView view;
  view.id = message.id;
  view.sender = message.sender;
  view.voice = message.voice;
  view.mine = message.sender == me.id();
  view.standing =
      message.is_stored() ? MessageView::Standing::stored : MessageView::Standing::queued;
  view.sent = from_minute(message.body.sent_minute());
  view.received = message.received;
  view.body = message.body;
  if (channel.reader) {
    view.sender_name = view.mine ? me.name() : channel.name();
  } else if (message.voice == Voice::person) {
    const AudienceEntry* entry = channel.audience.find(message.sender);
    view.sender_name = entry == nullptr ? tr("somebody who is not in the audience")
                                        : channel.audience.display_name(entry->id);
  } else if (message.voice == Voice::channel && message.sender.is_zero()) {
    view.sender_name = channel.name();  // it was read as somebody of the audience
  } else {
    const Group* group = find_group(channel.owner->group);
    view.sender_name = message.voice == Voice::unattributed || group == nullptr
                           ? tr("nobody of the group")
                           : name_of(*group, message.sender);
  }
  return view;
}

std::vector<MessageView> Core::channel_messages(const ChannelId& id) const {
  std::vector<MessageView> views;
  const Channel* channel = state_->find_channel(id);
  if (channel == nullptr) return views;
  for (const StoredMessage* message : state_->messages.list(id)) {
    if (is_for_people(message->body)) views.push_back(state_->view_of(*channel, *message));
  }
  return views;
}

AlertBoard Core::alerts(const ChannelId& id, TimePoint now) const {
  const Channel* channel = state_->find_channel(id);
  if (channel == nullptr) return {};
  std::vector<MessageView> views;
  std::vector<MessageView> group_views;
  const TimePoint until = state_->relay.sure_time(now);  // as they are erased
  for (const StoredMessage* message : state_->messages.list(id)) {
    if (message->ends > until) views.push_back(state_->view_of(*channel, *message));
  }
  const Group* group = channel->owner ? state_->find_group(channel->owner->group) : nullptr;
  if (group != nullptr) {
    for (const StoredMessage* message : state_->messages.list(group->id())) {
      if (message->ends > until) group_views.push_back(state_->view_of(*group, *message));
    }
  }
  return make_alerts(views, group_views);
}

std::optional<TimePoint> Core::next_tick_at(TimePoint now) const {
  std::optional<TimePoint> next;
  for (const auto& [id, channel] : state_->channels) {
    for (const StoredMessage* message : state_->messages.queued(id)) {
      if (message->in_flight != 0 || message->not_before <= now) continue;
      if (!next || message->not_before < *next) next = message->not_before;
    }
  }
  return next;
}

}  // namespace porchlight::client
