// Channels: making one, and giving it new keys (clauses 14.2, 14.4 and 14.5).
#include "client/core/state.hpp"
#include "client/core/text.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/group.pb.h"

namespace porchlight::client {
namespace {

constexpr unsigned attempts_max = 8;
constexpr unsigned refusals_max = 2;

/// What the group is told of an epoch whose secrets have just been taken apart.
ChannelAnnouncement announcement_of(const ChannelHead& head, ChannelEpochKeys keys, PostKeys post,
                                    std::uint32_t made_under, std::uint32_t root_made_under) {
  ChannelAnnouncement made;
  made.head = head;
  made.reading = {std::move(keys.carry),        std::move(keys.ctl_collect),
                  std::move(keys.ctl_seal),     head.day,
                  derive_channel_day(keys.day), next_day(keys.day)};
  made.today = derive_post_day(post.day);
  made.post = {std::move(post.post),
               std::move(post.attribution),
               std::move(post.made_under),
               std::move(post.door),
               made_under,
               root_made_under,
               next_post_day(post.day)};
  return made;
}

}  // namespace

Result<ChannelId> Core::State::create_channel(const GroupId& group_id, std::string_view name,
                                              TimePoint now) {
  TRY(Group * group, led_group(group_id, tr("make a channel for it")));
  CHECK(check_name(name, tr("the channel's name")));
  std::size_t held = 0;
  for (const auto& [other_id, other] : channels) {
    if (other.over()) continue;
    ++held;
    if (other.name() == name) {
      return Error{Errc::conflict, tr("there is a channel of this name here already")};
    }
  }
  if (held >= limits::channels_max) {
    return Error{
        Errc::full,
        porchlight::say(tr("there are {} channels here, and no more can be kept; nothing was made"),
                        held)};
  }
  auto root = random.secret<RootSeed>();
  PostKeys post = derive_post(random.secret<PostSecret>());
  const ChannelEpochPlan plan{std::string(name), relay.today(now), random.fixed<ChannelSalt>(),
                              fresh_commit({}), 0};
  const MadeChannelEpoch made = found_channel(plan, root, post);
  const ChannelId id = made.head.channel;
  const VerifyKey root_key = made.head.root;
  const std::uint32_t under = group->newest().head.number;
  Channel& channel = channels.try_emplace(id, journal, id).first->second;
  channel.owner.emplace();
  channel.owner->group = group_id;
  channel.owner->roots.emplace(root_key, std::move(root));
  channel.owner->has_list = true;
  channel.begin(announcement_of(made.head,
                                derive_channel_epoch(random.secret<Carry>(), {}, made.head.id),
                                std::move(post), under, under));
  channel.learn(made.head, made.signed_epoch, root_key);
  channel.save_head();
  enter_channel_days(channel, now);
  if (group->roster().size() > 1) {
    announce(channel.announcement(), *group, now);
    tell_roots(channel, *group, now);
    share_list(channel, *group, now);
  }
  return id;
}

Result<Channel*> Core::State::led_channel(const ChannelId& id, std::string_view what) {
  Channel* channel = find_channel(id);
  if (channel == nullptr || channel->over()) {
    return Error{Errc::not_found, tr("there is no such channel here")};
  }
  if (channel->halted()) return update_needed(tr("the channel"));
  const std::string only = porchlight::say(
      tr("only somebody who leads the group of a channel can {}; nothing was changed"), what);
  if (!channel->owner) return Error{Errc::not_permitted, only};
  TRY(const Group* group, led_group(channel->owner->group, what));
  (void)group;
  if (!channel->owner->has_list || channel->newest().signed_epoch.empty() ||
      !channel->can_share() || !channel->owner->roots.contains(channel->newest().head.root)) {
    return Error{
        Errc::conflict,
        tr("what leads a channel has not come to this device yet: a device of another lead "
           "sends it when it is online. Nothing was changed: try again after a sync")};
  }
  return channel;
}

/// What was drawn before somebody went is known to them; what is a week old is renewed; who was
/// taken out of the audience reads until there are other keys, and so does who followed a link that
/// was used.
bool Core::State::wants_new_epoch(const Channel& channel, const Group& group,
                                  std::uint32_t day) const {
  const ChannelEpoch& epoch = channel.newest();
  return (channel.owner->wants_rekey && day > epoch.head.day) || !channel.audience.due().empty() ||
         epoch.post->made_under < group.removal_epoch() ||
         epoch.post->root_made_under < group.lead_loss_epoch() ||
         day >= epoch.head.day + limits::channel_rekey_days;
}

bool Core::State::may_propose(const Channel& channel, TimePoint now) const {
  if (!channel.owner || channel.is_still() || restored.is_on()) return false;
  const Group* group = find_group(channel.owner->group);
  const ChannelEpoch& epoch = channel.newest();
  if (group == nullptr || group->is_mute() || group->leaving() || !group->newest().caught_up ||
      !group->roster().is_lead(me.id()) || !epoch.caught_up || !relay.clocks_checked(now) ||
      relay.changes_wait_until(now)) {
    return false;
  }
  if (!channel.owner->has_list || epoch.signed_epoch.empty() ||
      !channel.owner->roots.contains(epoch.head.root)) {
    return false;
  }
  const auto& proposal = channel.proposal;
  const std::uint64_t read_up_to = cursors.after(epoch.control_mailbox);
  // One of ours may win yet, or somebody else's may have won.
  return proposal.stored_seq.value_or(0) <= read_up_to &&
         proposal.refused_newest.value_or(0) <= read_up_to;
}

void Core::State::propose_channel(Channel& channel, TimePoint now) {
  if (!may_propose(channel, now)) return;
  channel.proposal.stored_seq.reset();
  const Group& group = *find_group(channel.owner->group);
  const std::uint32_t relays = wire::unix_day(relay.relay_time(now));
  const std::uint32_t day =
      std::max(std::clamp(relay.today(now), relays == 0 ? 0 : relays - 1, relays + 1),
               channel.newest().head.day);
  const auto is_under_way = [&](const auto& entry) {
    return entry.second.purpose == OutboxPurpose::channel_epoch &&
           entry.second.group == channel.id() && entry.second.day == day;
  };
  if (std::any_of(outbox.entries().begin(), outbox.entries().end(), is_under_way)) return;
  forget_channel_proposal(channel);  // what is left is too old to be valid when it arrives
  if (!wants_new_epoch(channel, group, day)) return;
  if (channel.proposal.attempts++ >= attempts_max) return;
  queue_channel_epoch(channel, day, now);
}

/// Draws everything anew. The author finds its own change in the mailbox like everybody else.
void Core::State::queue_channel_epoch(Channel& channel, std::uint32_t day, TimePoint now) {
  Group* group = find_group(channel.owner->group);
  ChannelEpoch& epoch = channel.newest();
  auto& proposal = channel.proposal;
  const bool new_root = epoch.post->root_made_under < group->lead_loss_epoch();
  const std::uint32_t under = group->newest().head.number;
  const RootSeed signer = *RootSeed::from(channel.owner->roots.at(epoch.head.root).reveal());
  RootSeed next = new_root ? random.secret<RootSeed>() : *RootSeed::from(signer.reveal());
  const auto readers = channel.audience.readers();
  const GrantPlan grants = plan_grants(readers, channel.id(), epoch.head.number + 1, random);
  const auto fresh = random.secret<Fresh>();
  PostKeys post = derive_post(random.secret<PostSecret>());
  const ChannelEpochPlan plan{channel.name(), day, grants.salt, fresh_commit(fresh.reveal()),
                              grants.grants};
  const MadeChannelEpoch made = make_channel_epoch(epoch.head, plan, signer, next, post);
  std::uint32_t page = 0;
  for (AudiencePage& made_page : make_audience_pages(made.head, readers, fresh, signer,
                                                     epoch.ctl_collect, epoch.ctl_seal, random)) {
    OutboxEntry entry;
    entry.item.address = made_page.address;
    entry.item.envelope = std::move(made_page.envelope);
    entry.purpose = OutboxPurpose::channel_page;
    entry.group = channel.id();
    entry.epoch = epoch.head.number;
    entry.day = day;
    entry.page = page++;
    outbox.add(std::move(entry));
  }
  channel.owner->page_salt = grants.salt;
  channel.owner->roots.insert_or_assign(made.head.root, std::move(next));
  channel.save_head();

  ChannelAnnouncement told =
      announcement_of(made.head, derive_channel_epoch(*epoch.carry, fresh.reveal(), made.head.id),
                      std::move(post), under, new_root ? under : epoch.post->root_made_under);
  for (const AudienceId& id : channel.audience.due()) {
    if (told.left_out.size() >= limits::left_out_max) break;
    told.left_out.push_back(to_bytes(id.view().first(16)));
  }
  wire::ControlMessage message;
  message.set_epoch(to_string(made.signed_epoch));
  auto envelope = wire::seal_envelope(seal_key(epoch.ctl_seal), serialise(message));
  PORCHLIGHT_ASSERT(envelope.ok());
  OutboxEntry entry;
  entry.item.address = epoch.control_address;
  entry.item.envelope = std::move(envelope).value();
  if (proposal.refusals < refusals_max) {
    entry.item.if_last = proposal.refused_newest.value_or(cursors.after(epoch.control_mailbox));
  }
  entry.purpose = OutboxPurpose::channel_epoch;
  entry.group = channel.id();
  entry.epoch = epoch.head.number;
  entry.day = day;
  entry.message = announce(told, *group, now);
  channel.offer(std::move(told));
  outbox.add(std::move(entry));
  if (new_root) tell_roots(channel, *group, now);
}

/// What has not left of it. Its announcement, where that has left, is of nothing.
void Core::State::forget_channel_proposal(Channel& channel) {
  std::vector<MessageId> untold;
  outbox.erase_if([&](const OutboxEntry& entry) {
    const bool ours = (entry.purpose == OutboxPurpose::channel_epoch ||
                       entry.purpose == OutboxPurpose::channel_page) &&
                      entry.group == channel.id();
    if (ours && entry.purpose == OutboxPurpose::channel_epoch) untold.push_back(entry.message);
    return ours;
  });
  if (!channel.owner) return;
  for (const MessageId& id : untold) {
    const StoredMessage* told = messages.find(channel.owner->group, me.id(), id);
    if (told != nullptr && told->in_flight == 0) {
      messages.erase(channel.owner->group, me.id(), id);
    }
  }
}

}  // namespace porchlight::client
