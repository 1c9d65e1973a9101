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
using BranchSecret = Secret<struct BranchSecretTag, 32>;  // of some of a day's chains
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

/// What lies on pages: grants of an epoch's fresh secret (clause 10.7), in mailboxes that follow
/// from the epoch before it, and an epoch's state for who enters it (clause 10.6), from its own.
enum class PageKind : std::uint8_t { grants, state };

/// The seeds of one page's mailbox: all who hold the control mailbox's keys hold them.
struct PageKeys {
  SigningSeed collect;
  SigningSeed drop;
  SealSeed seal;

  /// LONG, with a drop key.
  wire::MailboxAddress address() const;
};

PageKeys derive_page(const ControlKeys& control, PageKind kind, std::uint32_t page);
/// The part of them that whoever drops the page needs.
SigningSeed derive_page_drop(const ControlKeys& control, PageKind kind, std::uint32_t page);

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
/// Which of a day's branches, 0 to 31, a sender's chain is on (clause 12.1).
std::uint32_t branch_of(const VerifyKey& sender);
BranchSecret derive_branch(const DaySecret& secret, std::uint32_t branch);
ChainKey first_chain_key(const BranchSecret& secret, const VerifyKey& sender);
MessageKey message_key(const ChainKey& chain);
ChainKey next_chain_key(const ChainKey& chain);

}  // namespace porchlight::client
