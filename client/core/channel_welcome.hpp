// What brings somebody into a channel's audience (clauses 14.8 and 14.9): the Welcome, which holds
// no roster and names nobody of the group, and the invite whose parcel carries it, so that a
// volunteer reads at once with no coordinator awake.
// Must not know: how they travel, who made them.
#pragma once

#include "client/core/channel_epoch.hpp"
#include "client/core/views.hpp"
#include "proto/wire/link.hpp"
#include "proto/wire/person.pb.h"

namespace porchlight::client {

/// Signed by `root`, the epoch's own. `signed_by` is the key that signed the epoch.
SecretBytes make_channel_welcome(ByteView signed_epoch, const VerifyKey& signed_by,
                                 const ChannelReading& keys, const RootSeed& root);

struct ChannelWelcome {
  ChannelHead head;
  Bytes signed_epoch;
  VerifyKey signed_by;
  ChannelReading keys;
};
/// That the root named in the epoch signed both; and where `root` is given, that it is this one.
/// 'malformed', 'not_authentic' or 'update_needed'.
Result<ChannelWelcome> open_channel_welcome(ByteView signed_welcome,
                                            const std::optional<VerifyKey>& root);

/// What a channel's parcel offers. Its inviter is the channel.
struct ChannelOffer {
  ChannelId channel;
  std::string name;
  VerifyKey root;
  InviteId invite;
  TimePoint expires;
  wire::Supplies supplies;              // of an invite for one person
  std::vector<wire::Supplies> bundles;  // of an event's
  SecretBytes welcome;                  // Signed, verified
};

/// The envelope of a parcel, sealed to the invite's key; `offer`'s name and channel stand in its
/// Welcome.
Bytes make_channel_parcel(const ChannelOffer& offer, const RootSeed& root,
                          const wire::InviteKeys& keys);

}  // namespace porchlight::client
