// Asking to join a group (clauses 9.4 to 9.6). The joiner's signature is the consent that every
// member checks; the MAC shows the inviter that the request came from the invite's link.
// Must not know: invites' state, groups' state.
#pragma once

#include <string>

#include "client/core/card.hpp"
#include "client/core/channel_schedule.hpp"
#include "client/core/views.hpp"
#include "proto/crypto/hash.hpp"
#include "proto/crypto/random.hpp"
#include "proto/wire/link.hpp"

namespace porchlight::client {

/// A verified request.
struct JoinRequest {
  Bytes bytes;  // Signed, as received: at most limits::join_request_bytes_max
  RequestHash hash;
  GroupId group;
  VerifyKey inviter;
  InviteId invite;
  SealKey one_time_key;
  TagKey tag_key;  // under what an audience's grants lie (clause 14.4)
  Card card;
  std::string name;

  const VerifyKey& identity() const { return card.identity; }
};

struct RequestDraft {
  GroupId group;
  VerifyKey inviter;  // the founder names itself
  InviteId invite;
  SealKey one_time_key;
  Bytes card;  // Signed, of the same identity
  std::string name;
  std::optional<TagKey> tag_key = {};  // drawn where none is given: a group has no use for it
};

/// A Signed JoinRequest of at most limits::join_request_bytes_max. The name has been checked.
Bytes make_join_request(const RequestDraft& draft, const SigningKey& identity, Random& random);

/// 'malformed', 'not_authentic', or 'update_needed' for an unknown suite. For which group and by
/// whose invite is the caller's to check.
Result<JoinRequest> verify_join_request(ByteView signed_request);
/// One that was verified before it was kept: what stands in it, without the work.
Result<JoinRequest> read_kept_join_request(ByteView signed_request);

/// H("join request", body bytes) (clause 9.5): not over what protobuf puts around body and
/// signature, which can be written in more than one way.
RequestHash request_hash(ByteView body);

using JoinMac = Secret<struct JoinMacTag, 32>;

/// KDF(join secret, "join mac", Signed bytes); compared in constant time.
JoinMac join_mac(const wire::JoinSecret& secret, ByteView signed_request);

/// What two people compare: the same whichever way round they are given.
SafetyWords safety_words(const VerifyKey& a, const VerifyKey& b, const RequestHash& request);

}  // namespace porchlight::client
