// Welcomes into a channel: the input is a ChannelWelcome that the root signed, as it is, and
// completed with a good epoch. And invites: the input is a ChannelInvite, the same, completed with
// a good Welcome, in a parcel for one person and for an event.
#include "client/core/channel_welcome.hpp"

#include "client/core/codec.hpp"
#include "client/core/parcel.hpp"
#include "proto/base/limits.hpp"
#include "proto/wire/channel.pb.h"
#include "proto/wire/envelope.hpp"
#include "tests/fuzz/channel.hpp"

using namespace porchlight;
using namespace porchlight::client;

namespace {

const fuzz::Channel channel;
const VerifyKey other_key = SigningKey(channel.other_root).verify_key();
const RelayIdentity relay = fuzz::filled<RelayIdentity>(0x72);
constexpr TimePoint now{std::chrono::days(20'000)};

SecretBytes good_welcome() {
  const ChannelReading reading{fuzz::filled<Carry>(1),
                               fuzz::filled<SigningSeed>(2),
                               fuzz::filled<SealSeed>(3),
                               fuzz::Channel::day,
                               derive_channel_day(fuzz::filled<DaySecret>(4)),
                               fuzz::filled<DaySecret>(5)};
  return make_channel_welcome(channel.next.signed_epoch, channel.root_key, reading, channel.root);
}

void check_welcome(const wire::ChannelWelcome& message) {
  const Bytes body = serialise(message);
  const auto made = [&](const RootSeed& root) {
    return wire::make_signed(wire::label::channel_welcome, body, SigningKey(root));
  };
  PORCHLIGHT_ASSERT(!open_channel_welcome(made(channel.other_root), {}).ok());
  PORCHLIGHT_ASSERT(!open_channel_welcome(made(channel.root), other_key).ok());
  const auto welcome = open_channel_welcome(made(channel.root), {});
  if (!welcome.ok()) return;
  const ChannelHead& head = welcome->head;
  PORCHLIGHT_ASSERT(head.root == channel.root_key);
  PORCHLIGHT_ASSERT(read_channel_epoch(welcome->signed_epoch, welcome->signed_by)->id == head.id);
  PORCHLIGHT_ASSERT(welcome->keys.day >= head.day);
  PORCHLIGHT_ASSERT(as_text(welcome->keys.carry.reveal()) == message.carry());
  PORCHLIGHT_ASSERT(as_text(welcome->keys.next.reveal()) == message.next_day_secret());
  // It says the same when it is made again.
  const auto again =
      make_channel_welcome(welcome->signed_epoch, welcome->signed_by, welcome->keys, channel.root);
  PORCHLIGHT_ASSERT(open_channel_welcome(again.reveal(), channel.root_key)->head.id == head.id);
}

void check_offer(const ChannelOffer& offer, const wire::InviteKeys& keys) {
  PORCHLIGHT_ASSERT(offer.root == channel.root_key && offer.expires > now);
  const auto welcome = open_channel_welcome(offer.welcome.reveal(), offer.root);
  PORCHLIGHT_ASSERT(welcome.ok() && welcome->head.channel == offer.channel);
  PORCHLIGHT_ASSERT(welcome->head.name == offer.name);
  if (keys.kind == wire::InviteKind::event) {
    PORCHLIGHT_ASSERT(offer.bundles.size() >= 2 && offer.bundles.size() <= limits::event_uses_max);
  } else {
    PORCHLIGHT_ASSERT(offer.bundles.empty() && is_enroll_token(offer.supplies.enroll()));
  }
  const Bytes again = make_channel_parcel(offer, channel.root, keys);
  const auto opened = open_parcel(again, keys, relay, now);
  PORCHLIGHT_ASSERT(opened.ok() && expires(*opened) == offer.expires);
  PORCHLIGHT_ASSERT(open_parcel(again, keys, relay, offer.expires).error().code == Errc::expired);
}

void check_invite(const wire::ChannelInvite& invite, wire::InviteKind kind) {
  const wire::InviteKeys keys(fuzz::filled<wire::InviteSeed>(0x5e), kind);
  const auto open = [&](const RootSeed& root) {
    wire::Parcel parcel;
    parcel.set_channel_invite(to_string(
        wire::make_signed(wire::label::channel_invite, serialise(invite), SigningKey(root))));
    const auto envelope = wire::seal_envelope(seal_key(keys.seal), serialise(parcel));
    return envelope.ok() ? open_parcel(*envelope, keys, relay, now)
                         : Result<ParcelOffer>(envelope.error());
  };
  PORCHLIGHT_ASSERT(!open(channel.other_root).ok());
  const auto offer = open(channel.root);
  if (offer.ok()) check_offer(std::get<ChannelOffer>(*offer), keys);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const SecretBytes whole = good_welcome();
  wire::ChannelWelcome welcome;
  if (parse(welcome, {data, size})) {
    check_welcome(welcome);
    wire::ChannelWelcome completed;
    PORCHLIGHT_ASSERT(parse(completed, wire::parse_signed(whole.reveal())->body));
    completed.MergeFrom(welcome);
    check_welcome(completed);
  }
  wire::ChannelInvite invite;
  if (parse(invite, {data, size})) {
    if (invite.welcome().empty()) invite.set_welcome(to_string(whole.reveal()));
    check_invite(invite, wire::InviteKind::personal);
    check_invite(invite, wire::InviteKind::event);
  }
  return 0;
}
