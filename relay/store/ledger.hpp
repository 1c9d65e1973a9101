// Spent tokens with their remaining budgets, accounts, allotments, which weeks are over and the
// incarnation (clauses 4.7 and 6): what a database must do for them.
// Same rules, errors and thread as store.hpp.
// Must not know: what a token or an account is for, clocks, network addresses.
#pragma once

#include <optional>
#include <vector>

#include "proto/base/ids.hpp"
#include "proto/base/result.hpp"
#include "proto/crypto/hash.hpp"
#include "relay/core/operations.hpp"

namespace porchlight::relay {

/// Who spent a token: a spend id, or the account an enroll token made.
struct Holder {
  FixedBytes<struct HolderTag, 32> bytes;  // a spend id is followed by 16 zeros

  static Holder of(const SpendId& spend_id);
  static Holder of(const AccountKey& account);
  /// In constant time: who knows a spend id has the budget.
  friend bool operator==(const Holder& a, const Holder& b) {
    return equal_constant_time(a.bytes.view(), b.bytes.view());
  }
};

struct SpentToken {
  Holder holder;
  Budget left;  // of an enroll token: nothing
  friend bool operator==(const SpentToken&, const SpentToken&) = default;
};

/// All that is kept of an account.
struct Account {
  Role role = Role::member;
  std::uint32_t enrolled_week = 0;
  friend bool operator==(const Account&, const Account&) = default;
};

/// Whose tokens, which, when.
struct AllotmentId {
  AccountKey account;
  TokenKind kind = TokenKind::session;
  std::uint32_t period = 0;
  friend auto operator<=>(const AllotmentId&, const AllotmentId&) = default;
};

struct LedgerCounts {
  std::uint64_t accounts = 0;
  std::uint64_t spent_tokens = 0;
};

class Ledger {
 public:
  virtual ~Ledger() = default;

  virtual Result<std::optional<SpentToken>> find_spent(const TokenId& token) = 0;
  /// Adds or replaces.
  virtual Status put_spent(const TokenId& token, const SpentToken& spent) = 0;

  virtual Result<std::optional<Account>> find_account(const AccountKey& account) = 0;
  /// Adds or replaces.
  virtual Status put_account(const AccountKey& key, const Account& account) = 0;

  virtual Result<std::optional<IssueDigest>> find_allotment(const AllotmentId& id) = 0;
  virtual Status add_allotment(const AllotmentId& id, const IssueDigest& digest) = 0;
  /// Forgets allotments of `kind` of periods before `period`, at most `count_max`. How many it
  /// forgot.
  virtual Result<std::size_t> forget_allotments(TokenKind kind, std::uint32_t period,
                                                std::size_t count_max) = 0;

  /// The first week whose tokens may still count; 0 at first.
  virtual Result<std::uint32_t> first_token_week() = 0;
  /// Tokens of all weeks before `week` are over, for ever: the clock may go back after this.
  virtual Status end_token_weeks(std::uint32_t week) = 0;
  /// Forgets tokens spent of weeks before `week`, at most `count_max`. How many it forgot.
  virtual Result<std::size_t> forget_spent(std::uint32_t week, std::size_t count_max) = 0;

  virtual Result<Incarnation> incarnation() = 0;
  virtual Status set_incarnation(const Incarnation& incarnation) = 0;

  virtual Result<LedgerCounts> counts() = 0;
};

}  // namespace porchlight::relay
