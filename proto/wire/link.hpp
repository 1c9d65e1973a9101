// Join links, short enough for a QR in a terminal, and the keys an invite's seed makes (clause 9).
// porchlight:j/<base64url of version(1) || relay identity(32) || port(2) || host length(1) || host ||
// seed(32) || week(4) || nonce(32) || output(32) || checksum(4)>
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

/// Whoever has a link can use it: it is a secret until it is used or expires.
struct Link {
  RelayAddress relay;
  InviteSeed seed;
  Token session;  // pays for collecting the parcel

  /// At most limits::link_chars_max characters.
  std::string str() const;
  /// 'usage' names what is wrong: not a porchlight link, cut short, mistyped (checksum), of a newer
  /// version ('update_needed'). White space around it and inside it (a wrapped line) is ignored.
  static Result<Link> parse(std::string_view text);
};

/// What the seed makes. Inviter and invitee hold all of it.
struct InviteKeys {
  SigningSeed collect;
  SigningSeed drop;
  SealSeed seal;
  JoinSecret join;

  explicit InviteKeys(const InviteSeed& seed);
  /// ERASABLE, so that the inviter can take the parcel back.
  MailboxAddress address() const;
};

}  // namespace porchlight::wire
