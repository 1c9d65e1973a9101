// A member's card (clause 8.2): where to write to them, and which key to seal to.
// Must not know: groups.
#pragma once

#include "proto/crypto/seal.hpp"
#include "proto/crypto/sign.hpp"
#include "proto/wire/mailbox.hpp"

namespace porchlight::client {

inline constexpr std::uint32_t suite = 1;
/// Far beyond a card a week, and below where the next one would begin anew.
inline constexpr std::uint32_t card_version_max = 1u << 30;

/// What a verified card says.
struct Card {
  VerifyKey identity;
  std::uint32_t version = 0;
  wire::MailboxAddress inbox;
  SealKey seal_key;
};

/// One that was verified, with the bytes to pass on.
struct SignedCard {
  Bytes bytes;
  Card card;
};

/// What its owner keeps of it: the seed of the inbox's collect key, and of the seal key.
struct CardKeys {
  SigningSeed collect;
  SealSeed seal;

  /// LONG | ERASABLE, without a drop key: whoever holds the card may write.
  wire::MailboxAddress inbox() const;
};

/// A Signed Card.
Bytes make_card(const SigningKey& identity, std::uint32_t version, const CardKeys& keys);

/// 'malformed', 'not_authentic', or 'update_needed' for a suite this version does not know.
Result<Card> verify_card(ByteView signed_card);
/// One that was verified before it was kept: what stands in it, without the work.
Result<Card> read_kept_card(ByteView signed_card);

/// What a member tells the leads with a new card (clause 8.4), so that branches of a group that a
/// relay has split meet.
struct CardNotice {
  GroupId group;
  std::uint32_t number = 0;  // of the newest epoch its author holds
  EpochId epoch;
  SignedCard card;
};

/// A Signed CardNotice; it fits the smallest envelope.
Bytes make_card_notice(const GroupId& group, std::uint32_t number, const EpochId& epoch,
                       ByteView signed_card, const SigningKey& identity);
/// As verify_card.
Result<CardNotice> verify_card_notice(ByteView signed_notice);

/// What a person is told when something was made by a newer version.
Error update_needed(std::string_view what);

}  // namespace porchlight::client
