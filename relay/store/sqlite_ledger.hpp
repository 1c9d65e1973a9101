// The Ledger of the embedded database.
#pragma once

#include "relay/store/ledger.hpp"
#include "relay/store/sqlite_support.hpp"

namespace porchlight::relay::sqlite {

class SqliteLedger final : public Ledger {
 public:
  /// `database` must outlive it.
  explicit SqliteLedger(SQLite::Database& database);

  Result<std::optional<SpentToken>> find_spent(const TokenId& token) override;
  Status put_spent(const TokenId& token, const SpentToken& spent) override;
  Result<std::optional<Account>> find_account(const AccountKey& account) override;
  Status put_account(const AccountKey& key, const Account& account) override;
  Result<std::optional<IssueDigest>> find_allotment(const AllotmentId& id) override;
  Status add_allotment(const AllotmentId& id, const IssueDigest& digest) override;
  Result<std::size_t> forget_allotments(TokenKind kind, std::uint32_t period,
                                        std::size_t count_max) override;
  Result<std::uint32_t> first_token_week() override;
  Status end_token_weeks(std::uint32_t week) override;
  Result<std::size_t> forget_spent(std::uint32_t week, std::size_t count_max) override;
  Result<Incarnation> incarnation() override;
  Status set_incarnation(const Incarnation& incarnation) override;
  Result<LedgerCounts> counts() override;

  /// As SqliteStore.
  bool has_erased() const { return erased_; }
  void clear_erased() { erased_ = false; }

 private:
  bool erased_ = true;
  SQLite::Statement find_spent_;
  SQLite::Statement put_spent_;
  SQLite::Statement forget_spent_;
  SQLite::Statement find_account_;
  SQLite::Statement put_account_;
  SQLite::Statement find_allotment_;
  SQLite::Statement add_allotment_;
  SQLite::Statement forget_allotments_;
  SQLite::Statement find_first_week_;
  SQLite::Statement set_first_week_;
  SQLite::Statement find_incarnation_;
  SQLite::Statement set_incarnation_;
  SQLite::Statement counts_;
};

}  // namespace porchlight::relay::sqlite
