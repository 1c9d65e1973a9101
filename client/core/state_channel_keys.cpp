// Channels: what the members of a group tell one another of theirs (clauses 14.5 and 14.10). Their
// keys travel in the group's own frames, so exactly those have them who are in the group.
#include "client/core/bodies.hpp"
#include "client/core/rules.hpp"
#include "client/core/state.hpp"
#include "proto/crypto/unseal.hpp"

namespace porchlight::client {
namespace {

bool is_lead(const Group& group, const VerifyKey& member) { return group.roster().is_lead(member); }

}  // namespace

// ---- telling ------------------------------------------------------------------------------------

MessageId Core::State::tell_group(Group& group, wire::Body body, TimePoint now) {
  const Status complete = complete_body(body, random, now);
  PORCHLIGHT_ASSERT(complete.ok());
  const MessageId id = *MessageId::from(as_bytes(body.id()));
  queue(group, std::move(body), now);
  return id;
}

MessageId Core::State::announce(const ChannelAnnouncement& what, Group& group, TimePoint now) {
  wire::Body body;
  write_announcement(what, *body.mutable_channel_keys());
  return tell_group(group, std::move(body), now);
}

/// To everybody who leads now, in as many bodies as it takes.
void Core::State::tell_roots(const Channel& channel, Group& group, TimePoint now) {
  for (const auto& [root, seed] : channel.owner->roots) {
    wire::Body body;
    const auto flush_boxes = [&, &key = root] {
      if (body.channel_root().boxes_size() == 0) return;
      body.mutable_channel_root()->set_channel_id(channel.id().str());
      body.mutable_channel_root()->set_root(key.str());
      tell_group(group, std::exchange(body, {}), now);
    };
    for (const RosterEntry& entry : group.roster().entries()) {
      if (entry.role != wire::ROLE_LEAD || entry.identity() == me.id()) continue;
      body.mutable_channel_root()->add_boxes(to_string(seal(entry.card().seal_key, seed.reveal())));
      if (body.channel_root().boxes_size() == static_cast<int>(limits::root_boxes_max)) {
        flush_boxes();
      }
    }
    flush_boxes();
  }
}

void Core::State::share_list(Channel& channel, Group& group, TimePoint now) {
  if (!channel.owner->has_list || channel.newest().signed_epoch.empty()) return;
  // One at a time: of one that has not left yet the newer takes the place.
  outbox.erase_if([&](const OutboxEntry& entry) {
    return entry.purpose == OutboxPurpose::list_page && entry.group == channel.id();
  });
  channel.owner->list_seed = random.secret<ListSeed>();
  channel.save_head();
  const ListSeed& seed = *channel.owner->list_seed;
  wire::Body body;
  wire::AudienceList& list = *body.mutable_audience_list();
  list.set_channel_id(channel.id().str());
  list.set_seed(to_string(seed.reveal()));
  std::vector<ListPage> pages = make_audience_list(channel.audience, channel.newest().signed_epoch,
                                                   channel.newest().signed_by, seed);
  for (const ListPage& page : pages) list.add_pages(to_string(page.hash.view()));
  const Status complete = complete_body(body, random, now);
  PORCHLIGHT_ASSERT(complete.ok());
  const MessageId id = *MessageId::from(as_bytes(body.id()));
  for (std::size_t i = 0; i < pages.size(); ++i) {
    OutboxEntry entry;
    entry.item.address = pages[i].address;
    entry.item.envelope = std::move(pages[i].envelope);
    entry.purpose = OutboxPurpose::list_page;
    entry.group = channel.id();
    entry.page = static_cast<std::uint32_t>(i);
    entry.message = id;
    outbox.add(std::move(entry));
  }
  queue(group, std::move(body), now);
}

void Core::State::share_channels(Group& group, const Change& change, TimePoint now) {
  if (change.author != me.id() || group.removed()) return;
  const bool has_newcomers = !change.added.empty() || !change.refreshed.empty();
  const bool has_leads =
      std::any_of(change.role_changed.begin(), change.role_changed.end(),
                  [&](const VerifyKey& member) { return is_lead(group, member); });
  if (!has_newcomers && !has_leads) return;
  for (auto& [id, channel] : channels) {
    if (!channel.owner || channel.owner->group != group.id() || channel.over()) continue;
    const ChannelEpoch& epoch = channel.newest();
    if (has_newcomers && channel.can_share()) announce(channel.announcement(), group, now);
    if (channel.owner->roots.contains(epoch.head.root)) tell_roots(channel, group, now);
    if (has_newcomers) share_list(channel, group, now);
  }
}

/// Who has come since does not have what was said before. Everybody else has it, and is told it in
/// words they know.
void Core::State::share_rules(Group& group, const Change& change, TimePoint now) {
  const bool has_newcomers = !change.added.empty() || !change.refreshed.empty();
  if (change.author != me.id() || !has_newcomers || !is_lead(group, me.id())) return;
  std::vector<MessageView> said;
  for (const StoredMessage* message : messages.list(group.id())) {
    if (message->body.has_rules() && message->is_stored()) said.push_back(view_of(group, *message));
  }
  const auto rules = current_rules(said);
  if (!rules) return;
  wire::Body body;
  body.mutable_rules()->set_version(rules->version);
  body.mutable_rules()->set_text(rules->text);
  tell_group(group, std::move(body), now);
}

// ---- being told ---------------------------------------------------------------------------------

void Core::State::receive_channel_body(Group& group, const StoredMessage& message, TimePoint now) {
  const Epoch* said_in = group.find_epoch(message.order.epoch);
  if (said_in == nullptr) return;
  if (!group.led(*said_in, message.sender)) return;
  wire::Body body = message.body;
  if (body.has_channel_keys()) {
    return receive_channel_keys(group, message.order.epoch, std::move(*body.mutable_channel_keys()),
                                now);
  }
  const auto of = [&](const std::string& field) -> Channel* {
    const auto id = ChannelId::from(as_bytes(field));
    Channel* channel = id ? find_channel(*id) : nullptr;
    const bool is_its = channel != nullptr && channel->owner && !channel->over() &&
                        channel->owner->group == group.id();
    return is_its ? channel : nullptr;
  };
  if (body.has_channel_root()) {
    if (Channel* channel = of(body.channel_root().channel_id())) {
      receive_channel_root(*channel, body.channel_root(), now);
    }
  } else if (body.has_audience_add()) {
    if (Channel* channel = of(body.audience_add().channel_id())) {
      receive_audience_add(*channel, body.audience_add(), now);
    }
  } else if (body.has_audience_invite()) {
    if (Channel* channel = of(body.audience_invite().channel_id())) {
      receive_audience_invite(*channel, message.sender, body.audience_invite());
    }
  } else if (body.has_audience_remove()) {
    Channel* channel = of(body.audience_remove().channel_id());
    const auto id = AudienceId::from(as_bytes(body.audience_remove().entry()));
    if (channel != nullptr && id) receive_audience_remove(*channel, *id);
  } else if (body.has_audience_list()) {
    Channel* channel = of(body.audience_list().channel_id());
    if (channel != nullptr) receive_list(*channel, std::move(*body.mutable_audience_list()));
  }
}

void Core::State::receive_channel_keys(Group& group, std::uint32_t said_in, wire::ChannelKeys body,
                                       TimePoint now) {
  auto announced = read_announcement(body);
  // Nobody knows which epochs the group is going to have.
  if (!announced || announced->post.made_under > said_in ||
      announced->post.root_made_under > said_in) {
    return;
  }
  const ChannelHead head = announced->head;
  Channel* known = find_channel(head.channel);
  if (known == nullptr) {
    if (!announced->stands || channels.size() >= limits::channels_max) return;
    Channel& channel = channels.try_emplace(head.channel, journal, head.channel).first->second;
    channel.owner.emplace();
    channel.owner->group = group.id();
    channel.begin(std::move(announced).value());
    channel.save_head();
    enter_channel_days(channel, now);
    return tell(Notice::Kind::channel_shared, head.channel, {}, head.name);
  }
  if (!known->owner || known->over()) {
    return change_sides(*known, group, std::move(announced).value(), now);
  }
  if (known->owner->group != group.id() || head.number <= known->newest().head.number) return;
  known->offer(std::move(announced).value());
  if (follow_announced(*known, now)) return propose_channel(*known, now);
  if (known->awaited && known->newest().caught_up) skip_to_announced(*known, now);
}

/// Who was in its audience is in its group from now on. Anybody could say so who knows the channel:
/// what counts is the key that speaks there, which its audience does not hold.
void Core::State::change_sides(Channel& channel, const Group& group,
                               ChannelAnnouncement announcement, TimePoint now) {
  const ChannelHead& read = channel.newest().head;
  const bool is_proven =
      channel.over() || (announcement.head.id == read.id && announcement.head.post == read.post);
  if (!announcement.stands || !is_proven) return;
  take_back_said(channel, UINT32_MAX, 0);
  messages.erase_queued(channel.id());
  outbox.erase_if([&](const OutboxEntry& entry) {
    return entry.group == channel.id() &&
           (entry.purpose == OutboxPurpose::join || entry.purpose == OutboxPurpose::catch_up);
  });
  const std::string name = announcement.head.name;
  channel.change_sides(group.id(), std::move(announcement));
  reads_anew = true;  // what was read before the end of a day, or waited for a grant, comes again
  enter_channel_days(channel, now);
  tell(Notice::Kind::channel_shared, channel.id(), {}, name);
}

void Core::State::receive_channel_root(Channel& channel, const wire::ChannelRoot& body,
                                       TimePoint now) {
  VerifyKey root;
  if (!read(root, body.root())) return;
  for (const std::string& box : body.boxes()) {
    for (const HeldCard& card : me.cards()) {
      const auto opened = unseal(card.keys.seal, as_bytes(box));
      auto seed = opened ? RootSeed::from(opened->reveal()) : std::nullopt;
      if (!seed || SigningKey(*seed).verify_key() != root) continue;
      channel.owner->roots.insert_or_assign(root, *std::move(seed));
      channel.save_head();
      return propose_channel(channel, now);
    }
  }
}

void Core::State::receive_list(Channel& channel, wire::AudienceList body) {
  if (channel.owner->has_list) return;
  ListSeed seed;
  std::vector<Digest> hashes;
  if (!take_secret(seed, *body.mutable_seed())) return;
  for (const std::string& hash : body.pages()) {
    if (!read(hashes.emplace_back(), hash)) return;
  }
  channel.await_list(seed, std::move(hashes));
}

void Core::State::deliver_list_page(Channel& channel, const MailboxId& mailbox, ByteView envelope,
                                    TimePoint now) {
  Channel::Arriving& arriving = *channel.arriving;
  Bytes whole;
  bool all = true;
  for (std::size_t i = 0; i < arriving.mailboxes.size(); ++i) {
    if (arriving.mailboxes[i] == mailbox && !arriving.payloads[i]) {
      arriving.payloads[i] = open_list_page(arriving.keys[i], envelope, arriving.hashes[i]);
    }
    all &= arriving.payloads[i].has_value();
  }
  if (!all) return;
  for (const auto& payload : arriving.payloads) {
    whole.insert(whole.end(), payload->begin(), payload->end());
  }
  channel.forget_list();
  auto content = read_audience_list(whole);
  if (!content) return;
  const auto head = read_channel_epoch(content->signed_epoch, content->signed_by);
  const ChannelHead& known = channel.newest().head;
  if (head && channel.newest().signed_epoch.empty() && head->channel == known.channel &&
      head->number == known.number && head->id == known.id && head->day == known.day &&
      head->root == known.root && head->post == known.post && head->ctl_drop == known.ctl_drop &&
      head->salt == known.salt) {
    channel.learn(*head, content->signed_epoch, content->signed_by);
  }
  // That they are left out is the care of whoever took them out.
  std::vector<Bytes> left_out;
  for (const AudienceId& id : content->removed) {
    if (channel.audience.remove(id)) left_out.push_back(to_bytes(id.view().first(16)));
  }
  channel.audience.settle(left_out);
  for (AudienceEntry& entry : content->entries) {
    const InviteId invite = entry.invite;
    channel.audience.add(std::move(entry));
    channel.audience.remove_used(invite);
  }
  if (channel.newest().signed_epoch.empty()) return;  // it has gone on meanwhile: another follows
  channel.owner->has_list = true;
  channel.save_head();
  propose_channel(channel, now);
}

}  // namespace porchlight::client
