// Every public identifier and key of the protocol, as a type of its own. Sizes in bytes.
#pragma once

#include "proto/base/bytes.hpp"

namespace porchlight {

/// An Ed25519 public key (RFC 8032): of the relay, a member, an account, or a mailbox's half.
using VerifyKey = FixedBytes<struct VerifyKeyTag, 32>;
using Signature = FixedBytes<struct SignatureTag, 64>;
/// An X25519 public key that boxes are sealed to.
using SealKey = FixedBytes<struct SealKeyTag, 32>;
/// BLAKE2b-256 of the labelled input; see hash().
using Digest = FixedBytes<struct DigestTag, 32>;

/// H("relay identity", the relay's VerifyKey). What a relay address pins.
using RelayIdentity = FixedBytes<struct RelayIdentityTag, 32>;
/// Changes when a relay's store is not the one it was (restored, moved).
using Incarnation = FixedBytes<struct IncarnationTag, 16>;
/// What a connection's proofs of possession sign over; fresh per connection.
using Challenge = FixedBytes<struct ChallengeTag, 32>;
/// H("mailbox", address).
using MailboxId = FixedBytes<struct MailboxIdTag, 32>;
/// H("envelope", bytes): recognises an envelope that is dropped or delivered twice.
using EnvelopeHash = FixedBytes<struct EnvelopeHashTag, 32>;

/// The client-chosen input of a token, and the first half of its PRF output.
using TokenNonce = FixedBytes<struct TokenNonceTag, 32>;
using TokenOutput = FixedBytes<struct TokenOutputTag, 32>;
/// Random; names one spending of a token so that it can be resumed.
using SpendId = FixedBytes<struct SpendIdTag, 16>;
/// What solves a guest's puzzle.
using PuzzleNonce = FixedBytes<struct PuzzleNonceTag, 8>;

using GroupId = FixedBytes<struct GroupIdTag, 32>;
using EpochId = FixedBytes<struct EpochIdTag, 32>;
using InviteId = FixedBytes<struct InviteIdTag, 16>;
/// Of one body: a sighting, a text. Random.
using MessageId = FixedBytes<struct MessageIdTag, 16>;
/// H("frame", frame bytes): what cites name.
using FrameHash = FixedBytes<struct FrameHashTag, 32>;
/// H("join request", the signed body's bytes).
using RequestHash = FixedBytes<struct RequestHashTag, 32>;

}  // namespace porchlight
