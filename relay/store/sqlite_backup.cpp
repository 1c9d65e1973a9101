#include "relay/store/sqlite_backup.hpp"

#include <sqlite3.h>

#include "proto/base/translate.hpp"
#include "proto/crypto/hash.hpp"
#include "relay/store/sqlite_database.hpp"
#include "relay/store/sqlite_ledger.hpp"
#include "relay/store/sqlite_schema.hpp"
#include "relay/store/sqlite_support.hpp"

namespace porchlight::relay {
namespace {

using sqlite::Run;

constexpr auto backup_table =
    "CREATE TABLE backup (only INTEGER PRIMARY KEY CHECK (only = 1), identity BLOB NOT NULL,"
    " token_secret BLOB NOT NULL, config BLOB NOT NULL, made INTEGER NOT NULL,"
    " digest BLOB NOT NULL)";

// SQLite does not notice a byte that changed: a relay of another identity would come back.
Digest digest_of(const BackupRest& rest) {
  return hash_digest("relay backup",
                     {rest.identity, rest.token_secret, rest.config,
                      static_cast<std::uint64_t>(rest.made.time_since_epoch().count())});
}

// What `work` returns. A copy is of no use after any error, so there is one sentence for most.
template <class Work>
auto copying(const Error& damaged, Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const SQLite::Exception& failure) {
    switch (failure.getErrorCode()) {
      case SQLITE_FULL:
        return Error{Errc::full, tr("There is no room left for the copy. Free some disk space.")};
      case SQLITE_CORRUPT:
        return damaged;
      default:
        return Error{Errc::storage,
                     say(tr("Copying the database failed ({})."), failure.getErrorStr())};
    }
  }
}

// What this leaves is whole or no use: the file beside it, which a power cut would need, is not
// made.
std::unique_ptr<SQLite::Database> open_copy(const std::filesystem::path& file) {
  auto copy = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE);
  copy->exec("PRAGMA journal_mode = MEMORY");
  copy->exec("PRAGMA secure_delete = ON");
  return copy;
}

void vacuum_into(SQLite::Database& from, const std::filesystem::path& to) {
  SQLite::Statement vacuum(from, "VACUUM INTO ?");
  vacuum.bind(1, to.string());
  vacuum.exec();
}

}  // namespace

Status write_sqlite_backup(const std::filesystem::path& from, const std::filesystem::path& to,
                           const BackupRest& rest) {
  TRY(const auto database, sqlite::open_reader(from));
  const Error damaged{Errc::malformed,
                      tr("The relay's database is damaged: run porchlightd check.")};
  return copying(damaged, [&]() -> Status {
    database->exec("PRAGMA query_only = OFF");  // under which nothing can be copied
    vacuum_into(*database, to);
    const auto copy = open_copy(to);
    copy->exec("BEGIN");
    copy->exec(backup_table);
    SQLite::Statement insert(*copy, "INSERT INTO backup VALUES (1, ?, ?, ?, ?, ?)");
    Run(insert, rest.identity.reveal(), rest.token_secret.reveal(), as_bytes(rest.config),
        std::int64_t{rest.made.time_since_epoch().count()}, digest_of(rest))
        .finish();
    sqlite::set_kind(*copy, sqlite::FileKind::backup);
    copy->exec("COMMIT");
    return Ok{};
  });
}

Result<BackupRest> read_sqlite_backup(const std::filesystem::path& file) {
  TRY(const auto backup, sqlite::open_backup(file));
  return copying(sqlite::damaged_backup(), [&]() -> Result<BackupRest> {
    SQLite::Statement all(*backup,
                          "SELECT identity, token_secret, config, made, digest FROM backup");
    Run row(all);
    if (!row.step()) return sqlite::damaged_backup();
    auto identity = SigningSeed::from(row.blob(0));
    auto token_secret = TokenSecret::from(row.blob(1));
    if (!identity || !token_secret) return sqlite::damaged_backup();
    BackupRest rest{std::move(*identity), std::move(*token_secret), to_string(row.blob(2)),
                    wire::TimePoint{std::chrono::seconds{row.integer(3)}}};
    TRY(const Digest digest, row.fixed<Digest>(4));
    if (digest != digest_of(rest)) return sqlite::damaged_backup();
    return rest;
  });
}

Status restore_sqlite_backup(const std::filesystem::path& from, const std::filesystem::path& to,
                             const Incarnation& incarnation) {
  TRY(const auto backup, sqlite::open_backup(from));
  const Status copied = copying(sqlite::damaged_backup(), [&]() -> Status {
    vacuum_into(*backup, to);
    const auto copy = open_copy(to);
    copy->exec("BEGIN");
    copy->exec("DROP TABLE backup");
    CHECK(sqlite::SqliteLedger(*copy).set_incarnation(incarnation));
    sqlite::set_kind(*copy, sqlite::FileKind::relay);
    copy->exec("COMMIT");
    return Ok{};
  });
  if (!copied.ok()) return copied;
  const Status checked = check_sqlite_database(to);
  if (!checked.ok() && checked.error().code == Errc::malformed) return sqlite::damaged_backup();
  return checked;
}

}  // namespace porchlight::relay
