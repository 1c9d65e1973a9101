// Channels: coming into an audience, and staying in it (clauses 14.8 and 14.9).
#include "client/core/bodies.hpp"
#include "client/core/state.hpp"
#include "client/core/text.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// In place of an inviter: nobody of the group is named to its audience.
VerifyKey voice_of(const ChannelId& channel) { return *VerifyKey::from(channel.view()); }

const Join* find_join(const People& people, const ChannelId& channel) {
  for (const auto& [parcel, join] : people.joins) {
    if (join.is_asking() && join.request->group == channel) return &join;
  }
  return nullptr;
}

}  // namespace

Result<std::optional<SafetyWords>> Core::State::take_channel_offer(const MailboxId& parcel,
                                                                   Join& join,
                                                                   const ChannelOffer& offer,
                                                                   std::string_view name,
                                                                   TimePoint now) {
  CHECK(check_name(name, tr("your name")));
  Channel* known = find_channel(offer.channel);
  const bool is_behind =
      known != nullptr && known->reader && known->awaited &&
      std::all_of(known->awaited->pages.begin(), known->awaited->pages.end(),
                  [](const AwaitedChannel::Page& page) { return page.caught_up; });
  if (known != nullptr && !known->over() && !is_behind) {
    if (enrolment.wants_token() && !join.event_inviter) {
      take_tokens_alone(parcel, offer.supplies, now);
      return std::optional<SafetyWords>{};
    }
    return Error{Errc::conflict, porchlight::say(tr("you read \"{}\" already"), offer.name)};
  }
  if (known == nullptr && channels.size() >= limits::channels_max) {
    return Error{Errc::full,
                 porchlight::say(tr("this device reads {} channels, and no more can be kept"),
                                 limits::channels_max)};
  }
  TRY(ChannelWelcome welcome, open_channel_welcome(offer.welcome.reveal(), offer.root));
  if (join.event_inviter) {
    TRY(join.bundles, draw_bundles(offer.bundles, now));
  }
  if (known != nullptr) {
    erase_channel(*known);
    settle_warnings(offer.channel);
  }
  Channel& channel = channels.try_emplace(offer.channel, journal, offer.channel).first->second;
  AudiencePart& mine = channel.reader.emplace();
  AudienceInviteKeys keys = derive_audience_invite(join.seed.reveal());
  mine.by_invite.emplace(
      AudiencePart::ByInvite{offer.invite, std::move(keys.seal), keys.tag, std::move(keys.join)});
  mine.one_time = random.secret<SealSeed>();
  mine.tag_key = random.fixed<TagKey>();
  mine.card_version = me.newest().version;
  mine.request =
      make_join_request({offer.channel, voice_of(offer.channel), offer.invite,
                         seal_key(mine.one_time), me.card(), std::string(name), mine.tag_key},
                        me.identity(), random);
  TRY(JoinRequest request, verify_join_request(mine.request));
  const SafetyWords words = client::safety_words(me.id(), voice_of(offer.channel), request.hash);
  channel.begin(welcome.head, std::move(welcome.keys));
  channel.learn(welcome.head, welcome.signed_epoch, welcome.signed_by);
  channel.save_head();
  enter_channel_days(channel, now);
  if (join.event_inviter) {
    try_bundle(join);
  } else {
    take_supplies(offer.supplies, now);
  }
  join.request = std::move(request);
  join.accepted = true;
  join.followed = wire::unix_minute(relay.relay_time(now));
  join.refused.reset();
  people.save(parcel, join);
  renew_audience_join(channel);
  tell(Notice::Kind::channel_joined, offer.channel, {}, channel.name());
  return std::optional(words);
}

void Core::State::renew_audience_join(Channel& channel) {
  const AudiencePart& mine = *channel.reader;
  const ChannelEpoch& epoch = channel.newest();
  if (mine.request_stored || !mine.by_invite) return;
  bool is_under_way = false;
  outbox.erase_if([&](const OutboxEntry& entry) {
    if (entry.purpose != OutboxPurpose::join || entry.group != channel.id()) return false;
    const bool stays = entry.epoch == epoch.head.number;
    is_under_way |= stays;
    return !stays;
  });
  if (is_under_way) return;
  auto envelope = seal_audience_join(mine.request, mine.by_invite->join, epoch.head.door_seal);
  PORCHLIGHT_ASSERT(envelope.ok());  // a request has its limit
  OutboxEntry entry;
  entry.item.address = door_address(epoch.head.door);
  entry.item.envelope = std::move(envelope).value();
  // The first time it pays with what the invite brought for that.
  entry.lane = find_join(people, channel.id()) != nullptr ? Lane::join : Lane::drop;
  entry.purpose = OutboxPurpose::join;
  entry.group = channel.id();
  entry.invite = mine.by_invite->invite;
  entry.epoch = epoch.head.number;
  outbox.add(std::move(entry));
}

/// From now on the link's seed is of no use but to whoever takes this device.
void Core::State::audience_join_stored(Channel& channel) {
  channel.reader->request_stored = true;
  channel.save_head();
  const Join* join = find_join(people, channel.id());
  if (join == nullptr) return;
  const MailboxId parcel = join->parcel_id();
  people.erase_join(parcel);
  cursors.erase(parcel);
}

void Core::State::tell_channel_card(Channel& channel, TimePoint now) {
  if (!channel.reader || !channel.reader->request_stored || restored.is_on() ||
      channel.reader->card_version >= me.newest().version) {
    return;
  }
  wire::Body body;
  body.mutable_card_update()->set_card(to_string(me.card()));
  const Status complete = complete_body(body, random, now);
  PORCHLIGHT_ASSERT(complete.ok());
  StoredMessage message;
  message.sender = me.id();
  message.id = *MessageId::from(as_bytes(body.id()));
  message.received = now;
  message.ends = end_of_life(body, std::nullopt);
  message.body = std::move(body);
  messages.queue(channel.id(), std::move(message));
  channel.reader->card_version = me.newest().version;
  channel.save_head();
}

}  // namespace porchlight::client
