// Join links, short enough for a QR in a terminal, and the keys an invite's seed makes (clause 9).
// porchlight:j/<base64url of version(1) || relay identity(32) || port(2) || host length(1) || host
// || seed(32) || what the version has || checksum(4)>. Version 1, for one person: week(4) ||
// nonce(32) || output(32) of a session token. Version 2, for an event: inviter's identity(32).
// Numbers are big-endian. The checksum is the first 4 bytes of H("link", all bytes before it), in
// every version of the link, so that a typing mistake never looks like a newer version. Must not
// know: what the parcel holds.
#pragma once

#include <string>

#include "proto/base/result.hpp"
#include "proto/crypto/seal.hpp"
#include "proto/crypto/sign.hpp"
#include "proto/wire/mailbox.hpp"
#include "proto/wire/relay.pb.h"
#include "proto/wire/relay_address.hpp"

namespace porchlight::wire {

using InviteSeed = Secret<struct InviteSeedTag, 32>;
using JoinSecret = Secret<struct JoinSecretTag, 32>;

/// For one person, or for all who come to an event.
enum class InviteKind : std::uint8_t { personal, event };

/// Whoever has a link can use it: it is a secret until it is used or expires.
struct Link {
  RelayAddress relay;
  InviteSeed seed;
  Token session;  // pays for collecting the parcel; none in an event's, where a puzzle does
  /// Of an event alone: who made it. Many hold the link, and none of them can invite in its place.
  std::optional<VerifyKey> inviter = std::nullopt;

  InviteKind kind() const { return inviter ? InviteKind::event : InviteKind::personal; }

  /// At most limits::link_chars_max characters where the relay's host has at most 75 bytes (an
  /// onion name has 62); longer hosts give a longer link, which parse() takes all the same.
  std::string str() const;
  /// 'usage' names what is wrong: not a porchlight link, cut short, mistyped (checksum), of a newer
  /// version ('update_needed'). White space around it and inside it (a wrapped line) is ignored.
  static Result<Link> parse(std::string_view text);
};

/// ERASABLE, so that the inviter can take the parcel back; an event's is GUEST too.
MailboxAddress parcel_address(const VerifyKey& collect, const VerifyKey& drop, InviteKind kind);

/// What the seed makes, as KDF(seed, "invite collect"), "invite drop", "invite seal" and
/// "invite join". Inviter and invitee hold all of it.
struct InviteKeys {
  SigningSeed collect;
  SigningSeed drop;
  SealSeed seal;
  JoinSecret join;

  InviteKind kind;

  explicit InviteKeys(const InviteSeed& seed, InviteKind kind = InviteKind::personal);
  MailboxAddress address() const;
};

}  // namespace porchlight::wire
