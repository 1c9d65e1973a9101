// What an invite's mailbox holds (clause 9.3): who invites, to what, until when, and the tokens to
// come in with.
// Must not know: the state of invites and wallets.
#pragma once

#include <variant>

#include "client/core/card.hpp"
#include "client/core/channel_welcome.hpp"
#include "client/core/views.hpp"
#include "proto/wire/link.hpp"

namespace porchlight::client {

/// A verified invite to a group.
struct GroupOffer {
  Card inviter;
  InviteId invite;
  GroupId group;
  std::string group_name;
  std::string inviter_name;
  wire::Role role = wire::ROLE_NONE;  // ROLE_MEMBER or ROLE_LEAD
  TimePoint expires;
  wire::Supplies supplies;  // one enrol token, at least two session tokens; none at an event
  /// Of an event's invite alone, 2 to limits::event_uses_max: each two session tokens, for whoever
  /// spends the first of them first. The enrol token comes with the Welcome.
  std::vector<wire::Supplies> bundles = {};
};

/// The operator's own: access to the relay, no group.
struct RelayOffer {
  TimePoint expires;
  wire::Supplies supplies;  // one enrol token, at least one session token
};

using ParcelOffer = std::variant<GroupOffer, RelayOffer, ChannelOffer>;

TimePoint expires(const ParcelOffer& offer);
const wire::Supplies& supplies(const ParcelOffer& offer);
/// Of an event's; empty of others.
const std::vector<wire::Supplies>& bundles(const ParcelOffer& offer);

/// The envelope for an invite's mailbox: `offer` signed by the inviter, sealed to the seed's key.
/// `inviter_card` is the inviter's Signed Card.
Bytes make_group_parcel(const GroupOffer& offer, ByteView inviter_card, const SigningKey& inviter,
                        const wire::InviteKeys& keys);

/// What lies behind a link of one kind is no offer behind the other.
/// 'not_authentic' or 'malformed' for what the seed or the inviter's signature, or that of the
/// channel's root, does not stand for,
/// 'wrong_identity' for another relay, 'expired', 'update_needed'.
Result<ParcelOffer> open_parcel(ByteView envelope, const wire::InviteKeys& keys,
                                const RelayIdentity& relay, TimePoint now);

/// A minute since 1970 that the clock can hold; none beyond the year 9999.
std::optional<TimePoint> time_of_minute(std::uint64_t minute);

/// A token of possible sizes of one of the given kinds.
bool is_session_token(const wire::Token& token);
bool is_enroll_token(const wire::Token& token);

}  // namespace porchlight::client
