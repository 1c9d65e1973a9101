#include "relay/store/sqlite_ledger.hpp"

namespace porchlight::relay::sqlite {
namespace {

// One integer for kind and week, ascending by week.
std::int64_t key_row(TokenKind kind, std::uint32_t week) {
  return std::int64_t{week} * 4 + static_cast<int>(kind);
}
std::int64_t first_key_row(std::uint32_t week) { return std::int64_t{week} * 4; }

std::uint32_t column32(const Run& run, int column) {
  return static_cast<std::uint32_t>(run.integer(column));
}

}  // namespace

SqliteLedger::SqliteLedger(SQLite::Database& db)
    : find_spent_(db,
                  "SELECT holder, drops, drop_bytes, proofs FROM spent"
                  " WHERE token_key = ? AND nonce = ?"),
      put_spent_(db,
                 "INSERT INTO spent (token_key, nonce, holder, drops, drop_bytes, proofs)"
                 " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (token_key, nonce) DO UPDATE SET"
                 " holder = excluded.holder, drops = excluded.drops,"
                 " drop_bytes = excluded.drop_bytes, proofs = excluded.proofs"),
      forget_spent_(db,
                    "DELETE FROM spent WHERE id IN"
                    " (SELECT id FROM spent WHERE token_key < ? LIMIT ?)"),
      find_account_(db, "SELECT role, enrolled_week FROM account WHERE name = ?"),
      put_account_(db,
                   "INSERT INTO account (name, role, enrolled_week) VALUES (?, ?, ?)"
                   " ON CONFLICT (name) DO UPDATE SET role = excluded.role,"
                   " enrolled_week = excluded.enrolled_week"),
      find_allotment_(db,
                      "SELECT digest FROM allotment WHERE kind = ? AND period = ? AND account = ?"),
      add_allotment_(db,
                     "INSERT INTO allotment (kind, period, account, digest) VALUES (?, ?, ?, ?)"),
      forget_allotments_(db,
                         "DELETE FROM allotment WHERE id IN"
                         " (SELECT id FROM allotment WHERE kind = ? AND period < ? LIMIT ?)"),
      find_first_week_(db, "SELECT first_token_week FROM meta"),
      set_first_week_(db, "UPDATE meta SET first_token_week = ?1 WHERE first_token_week < ?1"),
      find_incarnation_(db, "SELECT incarnation FROM meta"),
      set_incarnation_(db, "UPDATE meta SET incarnation = ?"),
      counts_(db, "SELECT (SELECT count(*) FROM account), (SELECT count(*) FROM spent)") {}

// ---- tokens ---------------------------------------------------------------------------------

Result<std::optional<SpentToken>> SqliteLedger::find_spent(const TokenId& token) {
  return guarded([&]() -> Result<std::optional<SpentToken>> {
    Run found(find_spent_, key_row(token.kind, token.week), token.nonce);
    if (!found.step()) return std::optional<SpentToken>{};
    TRY(const auto holder, found.fixed<decltype(Holder::bytes)>(0));
    return std::optional<SpentToken>{
        {{holder}, {column32(found, 1), column32(found, 2), column32(found, 3)}}};
  });
}

Status SqliteLedger::put_spent(const TokenId& token, const SpentToken& spent) {
  return guarded([&]() -> Status {
    const Budget& left = spent.left;
    Run(put_spent_, key_row(token.kind, token.week), token.nonce, spent.holder.bytes,
        signed_integer(left.drops), signed_integer(left.drop_bytes), signed_integer(left.proofs))
        .finish();
    return Ok{};
  });
}

Result<std::size_t> SqliteLedger::forget_spent(std::uint32_t week, std::size_t count_max) {
  return guarded([&]() -> Result<std::size_t> {
    const std::size_t count =
        Run(forget_spent_, first_key_row(week), signed_integer(count_max)).finish();
    erased_ = erased_ || count > 0;
    return count;
  });
}

// ---- accounts -------------------------------------------------------------------------------

Result<std::optional<Account>> SqliteLedger::find_account(const AccountKey& account) {
  return guarded([&]() -> Result<std::optional<Account>> {
    Run found(find_account_, account);
    if (!found.step()) return std::optional<Account>{};
    return std::optional<Account>{{static_cast<Role>(found.integer(0)), column32(found, 1)}};
  });
}

Status SqliteLedger::put_account(const AccountKey& key, const Account& account) {
  return guarded([&]() -> Status {
    Run(put_account_, key, std::int64_t{static_cast<int>(account.role)},
        signed_integer(account.enrolled_week))
        .finish();
    return Ok{};
  });
}

Result<std::optional<IssueDigest>> SqliteLedger::find_allotment(const AllotmentId& id) {
  return guarded([&]() -> Result<std::optional<IssueDigest>> {
    Run found(find_allotment_, std::int64_t{static_cast<int>(id.kind)}, signed_integer(id.period),
              id.account);
    if (!found.step()) return std::optional<IssueDigest>{};
    TRY(const auto digest, found.fixed<IssueDigest>(0));
    return std::optional<IssueDigest>{digest};
  });
}

Status SqliteLedger::add_allotment(const AllotmentId& id, const IssueDigest& digest) {
  return guarded([&]() -> Status {
    Run(add_allotment_, std::int64_t{static_cast<int>(id.kind)}, signed_integer(id.period),
        id.account, digest)
        .finish();
    return Ok{};
  });
}

Result<std::size_t> SqliteLedger::forget_allotments(TokenKind kind, std::uint32_t period,
                                                    std::size_t count_max) {
  return guarded([&]() -> Result<std::size_t> {
    const std::size_t count = Run(forget_allotments_, std::int64_t{static_cast<int>(kind)},
                                  signed_integer(period), signed_integer(count_max))
                                  .finish();
    erased_ = erased_ || count > 0;
    return count;
  });
}

// ---- the relay itself -----------------------------------------------------------------------

Result<std::uint32_t> SqliteLedger::first_token_week() {
  return guarded([&]() -> Result<std::uint32_t> {
    Run found(find_first_week_);
    found.step();
    return column32(found, 0);
  });
}

Status SqliteLedger::end_token_weeks(std::uint32_t week) {
  return guarded([&]() -> Status {
    Run(set_first_week_, signed_integer(week)).finish();
    return Ok{};
  });
}

Result<Incarnation> SqliteLedger::incarnation() {
  return guarded([&]() -> Result<Incarnation> {
    Run found(find_incarnation_);
    found.step();
    return found.fixed<Incarnation>(0);
  });
}

Status SqliteLedger::set_incarnation(const Incarnation& incarnation) {
  return guarded([&]() -> Status {
    Run(set_incarnation_, incarnation).finish();
    return Ok{};
  });
}

Result<LedgerCounts> SqliteLedger::counts() {
  return guarded([&]() -> Result<LedgerCounts> {
    Run found(counts_);
    found.step();
    return LedgerCounts{static_cast<std::uint64_t>(found.integer(0)),
                        static_cast<std::uint64_t>(found.integer(1))};
  });
}

}  // namespace porchlight::relay::sqlite
