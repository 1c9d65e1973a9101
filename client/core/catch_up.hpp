// Asking for a group's state anew (clause 10.10): a member whose keys did not come, or who put back
// a backup, asks the leads; one of them agrees, and a Welcome comes to the one-time key.
// Must not know: groups' state, how it travels.
#pragma once

#include "client/core/card.hpp"
#include "proto/crypto/hash.hpp"

namespace porchlight::client {

/// A verified one.
struct CatchUp {
  Bytes bytes;       // Signed, as received
  RequestHash hash;  // H("catch up", body bytes)
  GroupId group;
  std::uint32_t number = 0;  // of the newest epoch its author holds
  EpochId epoch;
  SealKey one_time_key;
  Card card;          // the author's newest
  Bytes signed_card;  // the same

  const VerifyKey& identity() const { return card.identity; }
};

struct CatchUpDraft {
  GroupId group;
  std::uint32_t number = 0;
  EpochId epoch;
  SealKey one_time_key;
  Bytes card;  // Signed, of the same identity
};

/// A Signed CatchUp; it fits the smallest envelope.
Bytes make_catch_up(const CatchUpDraft& draft, const SigningKey& identity);

/// 'malformed', 'not_authentic', or 'update_needed' for an unknown suite. Whether its author is in
/// that group is the caller's to check.
Result<CatchUp> verify_catch_up(ByteView signed_catch_up);

}  // namespace porchlight::client
