#include "relay/store/sqlite_ledger.hpp"

namespace porchlight::relay::sqlite {
namespace {

// One integer for kind and week, ascending by week.
std::int64_t key_row(TokenKind kind, std::uint32_t week) {
  return std::int64_t{week} * 4 + static_cast<int>(kind);
}
TokenKind kind_of(std::int64_t key_row) { return static_cast<TokenKind>(key_row % 4); }
std::uint32_t week_of(std::int64_t key_row) { return static_cast<std::uint32_t>(key_row / 4); }
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
      token_keys_(db, "SELECT id, private_key, statement FROM token_key"),
      has_token_key_(db, "SELECT 1 FROM token_key WHERE id = ?"),
      add_token_key_(db,
                     "INSERT OR IGNORE INTO token_key (id, private_key, statement)"
                     " VALUES (?, ?, ?)"),
      destroy_token_keys_(db, "DELETE FROM token_key WHERE id < ?"),
      find_destroyed_before_(db, "SELECT keys_destroyed_before FROM meta"),
      set_destroyed_before_(db,
                            "UPDATE meta SET keys_destroyed_before = ?1"
                            " WHERE keys_destroyed_before < ?1"),
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

// ---- the relay's own keys -------------------------------------------------------------------

Result<std::vector<TokenKeyRecord>> SqliteLedger::token_keys() {
  return guarded([&]() -> Result<std::vector<TokenKeyRecord>> {
    std::vector<TokenKeyRecord> keys;
    Run found(token_keys_);
    while (found.step()) {
      auto private_key = voprf::PrivateKey::from(found.blob(1));
      if (!private_key) {
        return Error{Errc::storage, "A stored token key is damaged. Run porchlightd check."};
      }
      keys.push_back({kind_of(found.integer(0)), week_of(found.integer(0)), *std::move(private_key),
                      to_bytes(found.blob(2))});
    }
    return keys;
  });
}

Result<bool> SqliteLedger::has_token_key(TokenKind kind, std::uint32_t week) {
  return guarded([&]() -> Result<bool> { return Run(has_token_key_, key_row(kind, week)).step(); });
}

Status SqliteLedger::add_token_key(const TokenKeyRecord& key) {
  return guarded([&]() -> Status {
    {
      Run found(find_destroyed_before_);
      if (found.step() && key.week < column32(found, 0)) {
        return Error{Errc::expired, destroyed_keys_sentence};
      }
    }
    Run(add_token_key_, key_row(key.kind, key.week), key.private_key.reveal(),
        ByteView(key.statement))
        .finish();
    return Ok{};
  });
}

Status SqliteLedger::destroy_token_keys(std::uint32_t week) {
  return guarded([&]() -> Status {
    Run(set_destroyed_before_, signed_integer(week)).finish();
    const std::size_t count = Run(destroy_token_keys_, first_key_row(week)).finish();
    erased_ = erased_ || count > 0;
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
