// What a new member gets (clause 10.6): the group's present state and today's keys, from the person
// whose invite it followed; and a member who could not follow (clause 10.10), from a lead.
// Must not know: how it travels.
#pragma once

#include "client/core/epoch.hpp"
#include "client/core/schedule.hpp"

namespace porchlight::client {

/// A Signed Welcome. `keys` are those of the epoch that `signed_epoch` is.
Bytes make_welcome(ByteView signed_epoch, const Change& change, const EpochKeys& keys,
                   const SigningKey& inviter);

struct Welcomed {
  Change change;
  EpochKeys keys;
};

/// Checks all of clause 10.6 for whoever asked with `mine`. 'malformed', 'not_authentic' or
/// 'update_needed'; then nothing of it may be used.
Result<Welcomed> verify_welcome(ByteView signed_welcome, const JoinRequest& mine);

/// The same for a member who asked for the state anew (clause 10.10): by one of the leads it asked,
/// in a change that refreshes it.
Result<Welcomed> verify_refresh(ByteView signed_welcome, const JoinRequest& mine,
                                std::span<const VerifyKey> asked);

}  // namespace porchlight::client
