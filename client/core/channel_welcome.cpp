#include "client/core/channel_welcome.hpp"

#include "client/core/card.hpp"
#include "client/core/codec.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/channel.pb.h"
#include "proto/wire/envelope.hpp"
#include "proto/wire/signed.hpp"
#include "proto/wire/time.hpp"

namespace porchlight::client {
namespace {

/// Of what is in a message and has to be wiped.
std::array<std::string*, 6> secrets_of(wire::ChannelWelcome& message) {
  return {message.mutable_carry(),    message.mutable_ctl_collect(),
          message.mutable_ctl_seal(), message.mutable_day_collect(),
          message.mutable_day_seal(), message.mutable_next_day_secret()};
}

bool take_keys(ChannelReading& keys, wire::ChannelWelcome& message) {
  keys.day = message.day();
  // All of them are taken, whatever the first ones are: each field is wiped on the way.
  bool good = take_secret(keys.carry, *message.mutable_carry());
  good &= take_secret(keys.ctl_collect, *message.mutable_ctl_collect());
  good &= take_secret(keys.ctl_seal, *message.mutable_ctl_seal());
  good &= take_secret(keys.today.collect, *message.mutable_day_collect());
  good &= take_secret(keys.today.seal, *message.mutable_day_seal());
  good &= take_secret(keys.next, *message.mutable_next_day_secret());
  return good;
}

Error undecodable() { return {Errc::malformed, "a channel's welcome does not decode"}; }

}  // namespace

SecretBytes make_channel_welcome(ByteView signed_epoch, const VerifyKey& signed_by,
                                 const ChannelReading& keys, const RootSeed& root) {
  wire::ChannelWelcome message;
  message.set_suite(suite);
  message.set_epoch(to_string(signed_epoch));
  message.set_signed_by(signed_by.str());
  message.set_carry(to_string(keys.carry.reveal()));
  message.set_ctl_collect(to_string(keys.ctl_collect.reveal()));
  message.set_ctl_seal(to_string(keys.ctl_seal.reveal()));
  message.set_day(keys.day);
  message.set_day_collect(to_string(keys.today.collect.reveal()));
  message.set_day_seal(to_string(keys.today.seal.reveal()));
  message.set_next_day_secret(to_string(keys.next.reveal()));
  const SecretBytes body = serialise_secret(message);
  for (std::string* secret : secrets_of(message)) wipe_text(*secret);
  Bytes made = wire::make_signed(wire::label::channel_welcome, body.reveal(), SigningKey(root));
  SecretBytes welcome{ByteView(made)};
  wipe(made);
  return welcome;
}

Result<ChannelWelcome> open_channel_welcome(ByteView signed_welcome,
                                            const std::optional<VerifyKey>& root) {
  TRY(wire::Unverified unverified, wire::parse_signed(signed_welcome));
  const SecretBytes body{ByteView(unverified.body)};
  wire::ChannelWelcome message;
  const bool decoded = parse(message, unverified.body);
  ChannelWelcome welcome;
  const bool whole = take_keys(welcome.keys, message);
  wipe(unverified.body);
  if (!decoded) return undecodable();
  if (message.suite() != suite) return update_needed(tr("the channel's welcome"));
  if (!whole || !read(welcome.signed_by, message.signed_by())) return undecodable();
  welcome.signed_epoch = to_bytes(as_bytes(message.epoch()));
  TRY(welcome.head, read_channel_epoch(welcome.signed_epoch, welcome.signed_by));
  // The root that the epoch names stands for all of it, whoever signed the epoch.
  const ChannelHead& head = welcome.head;
  if ((root && head.root != *root) ||
      !wire::verify(wire::label::channel_welcome, body.reveal(), unverified.signature, head.root)) {
    return Error{Errc::not_authentic, "a channel's welcome is not by who leads the channel"};
  }
  if (welcome.keys.day < head.day || welcome.keys.day - head.day >= limits::channel_days) {
    return undecodable();
  }
  return welcome;
}

Bytes make_channel_parcel(const ChannelOffer& offer, const RootSeed& root,
                          const wire::InviteKeys& keys) {
  wire::ChannelInvite message;
  message.set_suite(suite);
  message.set_welcome(to_string(offer.welcome.reveal()));
  message.set_invite_id(offer.invite.str());
  message.set_expires_minute(wire::unix_minute(offer.expires));
  if (offer.bundles.empty()) *message.mutable_supplies() = offer.supplies;
  for (const wire::Supplies& bundle : offer.bundles) *message.add_bundles() = bundle;
  const SecretBytes body = serialise_secret(message);
  wipe_text(*message.mutable_welcome());
  wire::Parcel parcel;
  parcel.set_channel_invite(
      to_string(wire::make_signed(wire::label::channel_invite, body.reveal(), SigningKey(root))));
  const SecretBytes payload = serialise_secret(parcel);
  wipe_text(*parcel.mutable_channel_invite());
  auto envelope = wire::seal_envelope(seal_key(keys.seal), payload.reveal());
  PORCHLIGHT_ASSERT(envelope.ok());  // about 3,000 bytes, and limits::bundle_bytes_max a bundle
  return std::move(envelope).value();
}

}  // namespace porchlight::client
