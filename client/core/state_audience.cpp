// Channels: who is in the audience, as the group brings it about (clauses 14.8 to 14.10).
#include "client/core/bodies.hpp"
#include "client/core/short_name.hpp"
#include "client/core/state.hpp"
#include "client/core/text.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {
namespace {

AudienceEntry entry_of(const JoinRequest& request) {
  AudienceEntry entry;
  entry.id = audience_id(request.hash);
  entry.name = request.name;
  entry.identity = request.identity();
  entry.seal_key = request.card.seal_key;
  entry.card_version = request.card.version;
  entry.tag_key = request.tag_key;
  entry.invite = request.invite;
  return entry;
}

}  // namespace

// ---- inviting -----------------------------------------------------------------------------------

Result<wire::Link> Core::State::create_audience_invite(const InviteOrder& order, TimePoint now) {
  if (find_group(order.group) != nullptr) {
    return Error{Errc::usage, tr("a channel has an audience, and a group has members: say which "
                                 "channel they are invited to; nothing was made")};
  }
  TRY(Channel * channel, led_channel(order.group, tr("invite to its audience")));
  CHECK(check_lifetime(order));
  CHECK(check_name(order.to, tr("whom the invite is for")));
  if (order.auto_approve > 0) {
    return Error{Errc::usage,
                 tr("whoever follows an invite to an audience is let in: nobody approves them")};
  }
  CHECK(check_event(order));
  using porchlight::say;
  if (channel->audience.entries().size() + order.uses >= limits::audience_max) {
    return Error{Errc::full, say(tr("an audience has at most {} people; nothing was made"),
                                 limits::audience_max)};
  }
  enter_channel_days(*channel, now);
  if (!channel->can_share()) {
    return Error{Errc::conflict, say(tr("the keys of \"{}\" have run out; nothing was made. Run "
                                        "porchlight sync, which makes new ones, then try again"),
                                     channel->name())};
  }
  const ChannelEpoch& epoch = channel->newest();
  const RootSeed& root = channel->owner->roots.at(epoch.head.root);
  const auto seed = random.secret<wire::InviteSeed>();
  Invite invite;
  invite.id = random.fixed<InviteId>();
  invite.group = order.group;
  invite.to = order.to;
  invite.role = wire::ROLE_AUDIENCE;
  invite.expires = to_the_minute(relay.relay_time(now) + order.lifetime);
  invite.uses = order.uses;
  ChannelOffer offer;
  offer.channel = channel->id();
  offer.name = channel->name();
  offer.root = epoch.head.root;
  offer.invite = invite.id;
  offer.expires = invite.expires;
  offer.welcome =
      make_channel_welcome(epoch.signed_epoch, epoch.signed_by, channel->reading(), root);
  wire::Link link{me.relay(), *wire::InviteSeed::from(seed.reveal()), {}};
  CHECK(supply(invite, {offer.supplies, offer.bundles, epoch.head.root}, link, now));
  wire::InviteKeys keys(seed, invite.kind());
  OutboxEntry entry;
  entry.item.address = keys.address();
  entry.item.envelope = make_channel_parcel(offer, root, keys);
  entry.purpose = OutboxPurpose::parcel;
  entry.group = order.group;
  entry.invite = invite.id;
  // Nothing that opens the parcel is kept: all that is said from now on would follow from it.
  invite.parcel.emplace(Invite::Parcel{std::move(keys.collect), std::move(keys.drop)});

  const AudienceInviteKeys shown = derive_audience_invite(seed.reveal());
  wire::Body body;
  wire::AudienceInvite& told = *body.mutable_audience_invite();
  told.set_channel_id(order.group.str());
  told.set_invite_id(invite.id.str());
  told.set_to(order.to);
  told.set_seal_key(seal_key(shown.seal).str());
  told.set_tag_key(shown.tag.str());
  told.set_join_key(SigningKey(shown.join).verify_key().str());
  told.set_expires_minute(wire::unix_minute(invite.expires));
  told.set_uses(invite.uses);
  receive_audience_invite(*channel, me.id(), told);
  tell_group(*find_group(channel->owner->group), std::move(body), now);
  outbox.add(std::move(entry));
  people.save(invite);
  people.invites.emplace(invite.id, std::move(invite));
  return link;
}

void Core::State::receive_audience_invite(Channel& channel, const VerifyKey& by,
                                          const wire::AudienceInvite& body) {
  AudienceEntry entry;
  AudienceInvite& invited = entry.invited.emplace();
  if (!read(entry.invite, body.invite_id()) || !read(entry.seal_key, body.seal_key()) ||
      !read(entry.tag_key, body.tag_key()) || !read(invited.join_key, body.join_key())) {
    return;
  }
  entry.id = audience_id(entry.invite);
  entry.name = body.to();
  invited.expires = from_minute(body.expires_minute());
  invited.uses = std::clamp(body.uses(), 1u, limits::event_uses_max);
  invited.by = by;
  const InviteId invite = entry.invite;
  channel.audience.add(std::move(entry));
  channel.audience.remove_used(invite);
}

/// Whose time is over, or whose maker was taken out and still has the link: who holds it reads no
/// further.
void Core::State::lapse_audience_invites(Channel& channel, TimePoint now) {
  const Group* group = channel.owner ? find_group(channel.owner->group) : nullptr;
  if (group == nullptr || group->is_still() || !group->roster().is_lead(me.id()) ||
      !relay.clocks_checked(now)) {
    return;
  }
  // Who came in time may not have been read yet, as when this device has slept.
  if (!collecting_since || now > *collecting_since + std::chrono::hours(25)) return;
  for (const auto& [number, epoch] : channel.epochs()) {
    if (epoch.door_address && !epoch.door_caught_up) return;
  }
  std::vector<AudienceId> over;
  for (const auto& [id, entry] : channel.audience.entries()) {
    if (!entry.invited) continue;
    // Where the device of whoever made it sleeps, another does it.
    const auto patience =
        people.invites.contains(entry.invite) ? std::chrono::hours(0) : std::chrono::hours(24);
    const bool is_orphan = group->roster().find(entry.invited->by) == nullptr;
    if (is_orphan || entry.invited->expires + patience < relay.sure_time(now)) over.push_back(id);
  }
  remove_entries(channel, over, now);
}

// ---- what the audience answers ------------------------------------------------------------------

void Core::State::deliver_reply(Channel& channel, ChannelEpoch& epoch, std::uint32_t day,
                                std::uint64_t seq, ByteView envelope, TimePoint now) {
  const ChannelPlace place{channel.id(), epoch.head.id, day};
  const auto reply = open_reply(place, epoch.days.at(day).group->keys.reply_seal, envelope);
  if (!reply || reply->kind != OpenedReply::Kind::said) return;
  const TimePoint stored = from_seconds(std::uint64_t{wire::seq_hour(seq)} * 3600);
  StoredMessage message;
  message.body = read_body(
      reply->body.reveal(),
      *MessageId::from(wire::envelope_hash(envelope).view().first(MessageId::size_bytes)), stored);
  if (message.body.has_card_update()) {
    const auto card = verify_card(as_bytes(message.body.card_update().card()));
    if (card && card->identity == reply->author) channel.audience.renew_card(*card);
    return;
  }
  if (!message.body.has_ack() && !message.body.has_text()) return;
  message.sender = reply->author;
  message.id = *MessageId::from(as_bytes(message.body.id()));
  message.order = {epoch.head.number, day, seq};
  message.store = relay.store();
  message.received = now;
  message.ends = end_of_life(message.body, stored);
  const MessageId id = message.id;
  if (messages.add(channel.id(), std::move(message))) tell(Notice::Kind::message, channel.id(), id);
}

void Core::State::deliver_to_door(Channel& channel, ChannelEpoch& epoch, std::uint64_t seq,
                                  ByteView envelope, TimePoint now) {
  const ChannelPlace place{channel.id(), epoch.head.id, 0};
  const auto asked = open_reply(place, epoch.post->door.seal, envelope);
  if (!asked) return;
  if (asked->kind == OpenedReply::Kind::join) {
    receive_audience_join(channel, epoch, *asked, seq, now);
  }
  if (asked->kind == OpenedReply::Kind::catch_up) {
    receive_audience_catch_up(channel, wire::envelope_hash(envelope), asked->request, now);
  }
}

void Core::State::receive_audience_join(Channel& channel, const ChannelEpoch& epoch,
                                        const OpenedReply& reply, std::uint64_t seq,
                                        TimePoint now) {
  const Group* group = find_group(channel.owner->group);
  if (group == nullptr || !group->roster().is_lead(me.id())) return;
  auto request = verify_join_request(reply.request);
  if (!request || request->group != channel.id()) return;
  const AudienceId id = audience_id(request->hash);
  if (channel.audience.find(id) != nullptr || channel.audience.was_removed(id)) return;
  const AudienceEntry* invite = channel.audience.find_invite(request->invite);
  if (invite == nullptr) return warn_of_second(channel, epoch, request->invite, now);
  // Who goes on by their invite asks at the next epoch's door again.
  if (channel.waiting().contains(id) || !verify_audience_join(reply, invite->invited->join_key)) {
    return;
  }
  if (from_seconds(std::uint64_t{wire::seq_hour(seq)} * 3600) > invite->invited->expires) return;
  // Whoever has its link can ask in any number of names.
  const auto waiting =
      std::count_if(channel.waiting().begin(), channel.waiting().end(), [&](const auto& other) {
        const auto asked = read_kept_join_request(other.second.request);
        return asked && asked->invite == request->invite;
      });
  if (channel.audience.count_by(request->invite) + static_cast<std::size_t>(waiting) >=
      invite->invited->uses) {
    return warn_of_crowd(channel, *invite, now);
  }
  channel.wait(id, {request->bytes, now});
  answer_waiting(channel, now);
}

/// Whoever made the invite answers at once; where their device sleeps, any lead's does later.
void Core::State::answer_waiting(Channel& channel, TimePoint now) {
  const Group* group = channel.owner ? find_group(channel.owner->group) : nullptr;
  if (group == nullptr || group->is_still() || channel.is_still() ||
      !group->roster().is_lead(me.id())) {
    return;
  }
  std::vector<JoinRequest> ready;
  std::vector<AudienceId> gone;
  for (const auto& [id, waiting] : channel.waiting()) {
    auto request = read_kept_join_request(waiting.request);
    const AudienceEntry* invite = request ? channel.audience.find_invite(request->invite) : nullptr;
    if (invite == nullptr || channel.audience.find(id) != nullptr) {
      gone.push_back(id);
      continue;
    }
    const bool is_mine = people.invites.contains(request->invite);
    if (!is_mine && now < waiting.since + limits::audience_patience) continue;
    gone.push_back(id);
    ready.push_back(std::move(request).value());
  }
  for (const AudienceId& id : gone) channel.stop_waiting(id);
  for (const JoinRequest& request : ready) add_to_audience(channel, request, now);
}

void Core::State::warn_of_crowd(const Channel& channel, const AudienceEntry& invite,
                                TimePoint now) {
  warn(WarningView::Kind::invite_reused,
       porchlight::say(
           tr("More people came to \"{0}\" with the invite for {1} than the {2} it is for, and are "
              "not in its audience: the link was passed on. Whoever has it can read the channel "
              "until you take the invite back: porchlight channel audience remove."),
           channel.name(), invite.name, invite.invited->uses),
       now, channel.id());
}

/// Whoever followed a link after it was used reads under the newest keys, and no further: so there
/// are to be others, though once a day at most, as who is in could feign this.
void Core::State::warn_of_second(Channel& channel, const ChannelEpoch& epoch,
                                 const InviteId& invite, TimePoint now) {
  const auto first = channel.audience.find_by(invite);
  if (!first || epoch.head.number != channel.newest().head.number) return;
  if (!channel.owner->wants_rekey) {
    channel.owner->wants_rekey = true;
    channel.save_head();
    propose_channel(channel, now);
  }
  warn(WarningView::Kind::invite_reused,
       porchlight::say(tr("Somebody else came to \"{0}\" with the link by which {1} is in it: the "
                          "link was passed on. Only {1} gets the channel's next keys, which come "
                          "within a day; ask them who had the link."),
                       channel.name(), channel.audience.display_name(*first)),
       now, channel.id());
}

void Core::State::add_to_audience(Channel& channel, const JoinRequest& request, TimePoint now) {
  const AudienceEntry* invite = channel.audience.find_invite(request.invite);
  if (invite == nullptr) return;
  if (channel.audience.count_by(request.invite) >= invite->invited->uses) {
    return warn_of_crowd(channel, *invite, now);
  }
  wire::Body body;
  wire::AudienceAdd& told = *body.mutable_audience_add();
  told.set_channel_id(channel.id().str());
  told.set_request(to_string(request.bytes));
  told.set_invite_id(request.invite.str());
  channel.added_here.emplace(audience_id(request.hash), channel.newest().head.number);
  receive_audience_add(channel, told, now);
  tell_group(*find_group(channel.owner->group), std::move(body), now);
  answer_newcomers(channel, now);
}

// ---- what the group knows of it -----------------------------------------------------------------

void Core::State::receive_audience_add(Channel& channel, const wire::AudienceAdd& body,
                                       TimePoint now) {
  const auto request = verify_join_request(as_bytes(body.request()));
  if (!request || request->group != channel.id()) return;
  AudienceEntry entry = entry_of(*request);
  const AudienceId id = entry.id;
  channel.stop_waiting(id);
  if (!channel.audience.add(std::move(entry))) return;
  // Whoever lets them in answers what they have asked meanwhile.
  if (!channel.added_here.contains(id)) settle_catch_up(channel.id(), request->identity());
  tell(Notice::Kind::audience_added, channel.id(), {}, channel.audience.display_name(id));
  channel.audience.remove_used(request->invite);
  const auto mine = people.invites.find(request->invite);
  if (mine == people.invites.end()) return;
  mine->second.asked.push_back(request->hash);
  if (mine->second.is_used_up()) take_parcel_back(mine->second, now);
  count_joined(mine->second);
  if (mine->second.kind() == wire::InviteKind::event) send_enroll(*request, now);
}

/// Who came by an event has no means to enrol yet.
void Core::State::send_enroll(const JoinRequest& request, TimePoint now) {
  const auto token = take_enroll(request.invite, now);
  if (!token) return;
  wire::InboxMessage message;
  *message.mutable_enroll() = *token;
  auto envelope = wire::seal_envelope(request.one_time_key, serialise(message));
  if (!envelope) return;
  OutboxEntry entry;
  entry.item.address = request.card.inbox;
  entry.item.envelope = std::move(envelope).value();
  entry.purpose = OutboxPurpose::to_audience;
  entry.group = request.group;
  outbox.add(std::move(entry));
}

/// All at once: a change for each of them would cost its grants as many times.
void Core::State::remove_entries(Channel& channel, std::span<const AudienceId> ids, TimePoint now) {
  if (ids.empty()) return;
  for (const AudienceId& id : ids) {
    wire::Body body;
    body.mutable_audience_remove()->set_channel_id(channel.id().str());
    body.mutable_audience_remove()->set_entry(id.str());
    receive_audience_remove(channel, id);
    tell_group(*find_group(channel.owner->group), std::move(body), now);
  }
  forget_channel_proposal(channel);  // what is under way is made anew, without them
  propose_channel(channel, now);
}

/// The change that leaves them out is by whoever took them out; the others see to it at their next
/// tick, where it has not come.
void Core::State::receive_audience_remove(Channel& channel, const AudienceId& id) {
  const AudienceEntry* entry = channel.audience.find(id);
  const std::string name = entry == nullptr ? "" : channel.audience.display_name(id);
  const auto person = entry == nullptr ? std::nullopt : entry->identity;
  channel.stop_waiting(id);
  if (!channel.audience.remove(id)) return;
  if (person && channel.audience.find(*person) == nullptr) settle_catch_up(channel.id(), *person);
  if (!name.empty()) tell(Notice::Kind::audience_removed, channel.id(), {}, name);
}

Status Core::State::remove_from_audience(const ChannelId& channel_id, std::string_view name,
                                         TimePoint now) {
  TRY(Channel * channel, led_channel(channel_id, tr("take somebody out of its audience")));
  std::vector<AudienceId> found;
  std::optional<VerifyKey> identity;
  const auto look = [&](const auto& is_meant) {
    for (const auto& [id, entry] : channel->audience.entries()) {
      if (!is_meant(id)) continue;
      found.push_back(id);
      identity = entry.identity;
    }
  };
  look([&](const AudienceId& id) { return channel->audience.display_name(id) == name; });
  // Somebody may have called themselves "Ana (2)".
  if (found.size() != 1) {
    found.clear();
    look([&](const AudienceId& id) { return matches_short_name(id.view(), name); });
  }
  using porchlight::say;
  if (found.empty()) {
    return Error{Errc::not_found, say(tr("nobody in the audience of \"{0}\" is called {1}: see who "
                                         "is, with porchlight channel audience"),
                                      channel->name(), name)};
  }
  if (found.size() > 1) {
    return Error{
        Errc::usage,
        say(tr("more than one in the audience is shown as {}, or has an ID that begins so; nobody "
               "was taken out. Say who by the ID that porchlight channel audience shows"),
            name)};
  }
  if (identity) {
    for (const auto& [id, entry] : channel->audience.entries()) {
      if (entry.identity == identity && id != found[0]) found.push_back(id);
    }
  }
  for (const AudienceId& id : found) {
    const AudienceEntry& entry = *channel->audience.find(id);
    const auto mine = entry.invited ? people.invites.find(entry.invite) : people.invites.end();
    if (mine != people.invites.end()) {
      mine->second.standing = Invite::Standing::revoked;
      take_enrolls_back(mine->second);
      take_parcel_back(mine->second, now);
    }
  }
  remove_entries(*channel, found, now);
  return Ok{};
}

}  // namespace porchlight::client
