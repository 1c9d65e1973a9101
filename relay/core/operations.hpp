// What a session asks of the commit thread, as values, and what comes of it (clauses 4.3, 4.5 and
// 6). An operation carries everything that decides it, so that checking, charging and storing
// happen in one transaction. Operations of one connection MUST be applied in the order in which
// they were asked for; those of different connections in any order. Must not know: how anything is
// stored, connections, wire messages.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <variant>

#include "proto/base/ids.hpp"
#include "relay/core/budget.hpp"

namespace porchlight::relay {

/// An account's Ed25519 key (clause 6.4).
using AccountKey = FixedBytes<struct AccountKeyTag, 32>;
/// H("issue", ...) of clause 3.3: recognises an Issue that is asked again.
using IssueDigest = FixedBytes<struct IssueDigestTag, 32>;
/// The position of an envelope in its mailbox (clause 4.6). 0 is before the first.
using Seq = std::uint64_t;

enum class TokenKind : std::uint8_t { session = 1, enroll_member = 2, enroll_inviter = 3 };
inline constexpr std::array all_token_kinds = {TokenKind::session, TokenKind::enroll_member,
                                               TokenKind::enroll_inviter};

enum class Role : std::uint8_t { member = 1, inviter = 2, relay_operator = 3 };
enum class Retention : std::uint8_t { ordinary, long_kept };

/// Names one token: a nonce means nothing without its key.
struct TokenId {
  TokenKind kind = TokenKind::session;
  std::uint32_t week = 0;
  TokenNonce nonce;
  friend auto operator<=>(const TokenId&, const TokenId&) = default;
};

/// One spending of a session token: whose budget pays.
struct Payer {
  TokenId token;
  SpendId spend_id;
  friend bool operator==(const Payer&, const Payer&) = default;
};

/// Erase and expiry aside, the only thing that changes a mailbox.
struct Append {
  MailboxId mailbox;
  /// One of the three sizes. Shared because the store writes it while every live collector of the
  /// mailbox is sent the same bytes.
  std::shared_ptr<const Bytes> envelope;
  EnvelopeHash hash;
  Retention retention = Retention::ordinary;
  std::optional<Seq> if_last;
  /// None where the session itself has paid it out of what a guest may do.
  std::optional<Payer> payer;
};  // Stored, NotLast, NoBudget, Full, Failed

struct EraseUpTo {
  MailboxId mailbox;
  Seq up_to = 0;
};  // Erased, ErasedSome, Failed

struct SpendToken {
  Payer payer;
  Budget full;  // what a token buys that was not spent before
};              // Budget (what is left), NotPermitted (spent under another spend_id), Failed

struct ChargeProof {
  Payer payer;
};  // Budget, NoBudget, Failed

struct Enroll {
  TokenId token;  // enroll_member or enroll_inviter
  AccountKey account;
  std::uint32_t week = 0;  // of the enrolment
};                         // Enrolled, NotPermitted (the token enrolled another account), Failed

struct ReserveAllotment {
  AccountKey account;
  TokenKind kind = TokenKind::session;
  std::uint32_t week = 0;        // now
  std::uint32_t period = 0;      // the day, or for enroll_inviter the week
  std::uint32_t wait_weeks = 0;  // for enroll kinds: since the account's enrolment
  IssueDigest digest;
};  // Reserved (now or before), AllotmentUsed, NotPermitted, Failed

using Operation =
    std::variant<Append, EraseUpTo, SpendToken, ChargeProof, Enroll, ReserveAllotment>;

struct Stored {
  enum class Novelty : std::uint8_t { fresh, duplicate };
  Seq seq = 0;
  Novelty novelty = Novelty::fresh;  // only a fresh one is news to live collectors
  friend bool operator==(const Stored&, const Stored&) = default;
};
struct NotLast {
  Seq newest = 0;
  friend bool operator==(const NotLast&, const NotLast&) = default;
};
struct NoBudget {
  friend bool operator==(const NoBudget&, const NoBudget&) = default;
};
/// There is no room for an envelope of this size; smaller ones may still fit.
struct Full {
  friend bool operator==(const Full&, const Full&) = default;
};
struct Erased {
  friend bool operator==(const Erased&, const Erased&) = default;
};
/// A piece of it: the same operation is to be asked again, so that it never holds up the others.
struct ErasedSome {
  friend bool operator==(const ErasedSome&, const ErasedSome&) = default;
};
struct Enrolled {
  friend bool operator==(const Enrolled&, const Enrolled&) = default;
};
struct Reserved {
  friend bool operator==(const Reserved&, const Reserved&) = default;
};
struct AllotmentUsed {
  friend bool operator==(const AllotmentUsed&, const AllotmentUsed&) = default;
};
struct NotPermitted {
  friend bool operator==(const NotPermitted&, const NotPermitted&) = default;
};
/// Reading or writing failed. Nothing of the operation was kept; it may be asked again.
struct Failed {
  friend bool operator==(const Failed&, const Failed&) = default;
};

/// Every outcome but Failed is durable before it is reported.
using Outcome = std::variant<Stored, NotLast, NoBudget, Full, Erased, ErasedSome, Budget, Enrolled,
                             Reserved, AllotmentUsed, NotPermitted, Failed>;

}  // namespace porchlight::relay
