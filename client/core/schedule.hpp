// The key schedule of groups (clauses 10.1, 11.1 and 12.1): every secret a type of its own, every
// step a function with its label.
// Must not know: messages, state.
#pragma once

#include "proto/crypto/aead.hpp"
#include "proto/crypto/hash.hpp"
#include "proto/crypto/seal.hpp"
#include "proto/crypto/sign.hpp"
#include "proto/wire/mailbox.hpp"

namespace porchlight::client {

using Carry = Secret<struct CarryTag, 32>;              // from one epoch into the next
using Fresh = Secret<struct FreshTag, 32>;              // granted to each who stays
using EpochSecret = Secret<struct EpochSecretTag, 32>;  // lives only while it is taken apart
using AttributionKey = Secret<struct AttributionKeyTag, 32>;
using DaySecret = Secret<struct DaySecretTag, 32>;
using ChainKey = Secret<struct ChainKeyTag, 32>;
using MessageKey = AeadKey;

/// The seeds of an epoch's control mailbox.
struct ControlKeys {
  SigningSeed collect;
  SigningSeed drop;
  SealSeed seal;

  /// LONG, with a drop key.
  wire::MailboxAddress address() const;
};

/// What is kept of an epoch's secret.
struct EpochKeys {
  Carry carry;
  ControlKeys control;
  AttributionKey attribution;
  DaySecret day;  // of the epoch's own day
};

/// secret = KDF(carry of the epoch before, "epoch", fresh, epoch id), taken apart; `fresh` is empty
/// where the change has none. The secret is wiped on the way out.
EpochKeys derive_epoch(const Carry& before, ByteView fresh, const EpochId& id);

/// The seeds of one grant page's mailbox (clause 10.7): whoever could propose the change holds
/// them.
struct PageKeys {
  SigningSeed collect;
  SigningSeed drop;
  SealSeed seal;

  /// LONG, with a drop key.
  wire::MailboxAddress address() const;
};

/// Page `page` of a change that lies in the control mailbox of these keys.
PageKeys derive_page(const ControlKeys& control, std::uint32_t page);

/// H("fresh", fresh): what an epoch's body commits to.
Digest fresh_commit(ByteView fresh);

/// The seeds of one day's mailbox.
struct DayKeys {
  SigningSeed collect;
  SigningSeed drop;
  SealSeed seal;

  /// No flags, with a drop key.
  wire::MailboxAddress address() const;
};

DayKeys derive_day(const DaySecret& secret);
DaySecret next_day(const DaySecret& secret);
ChainKey first_chain_key(const DaySecret& secret, const VerifyKey& sender);
MessageKey message_key(const ChainKey& chain);
ChainKey next_chain_key(const ChainKey& chain);

}  // namespace porchlight::client
