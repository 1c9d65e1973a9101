#include "relay/store/sqlite_schema.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include "proto/base/translate.hpp"
#include "relay/store/sqlite_support.hpp"

namespace porchlight::relay::sqlite {
namespace {

constexpr int relay_id = 0x504c5231;   // "PLR1"
constexpr int backup_id = 0x504c4231;  // "PLB1"
constexpr int schema_version = 2;

// Integer ids keep the indexes compact: mailboxes of today stand next to each other, so a batch
// touches few pages. Envelopes lie in a rowid table in order of arrival; a table WITHOUT ROWID
// would carry the bytes through every split of a page. `hash` is the first 8 bytes of the
// envelope's hash. It stands in an index so that a DuplicateIndex is made without reading the
// bytes, and in the one that grows at its end, where more bytes do not make more pages dirty.
constexpr auto schema = R"sql(
CREATE TABLE meta (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  incarnation BLOB NOT NULL,
  first_token_week INTEGER NOT NULL       -- those before it are over
);
CREATE TABLE mailbox (
  id INTEGER PRIMARY KEY,
  name BLOB NOT NULL UNIQUE,              -- MailboxId
  emptied_newest INTEGER                  -- seq; NULL while there are envelopes
);
CREATE INDEX mailbox_emptied ON mailbox (emptied_newest) WHERE emptied_newest IS NOT NULL;
CREATE TABLE envelope (
  id INTEGER PRIMARY KEY,
  mailbox INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  expiry_hour INTEGER NOT NULL,
  hash INTEGER NOT NULL,
  bytes BLOB NOT NULL
);
CREATE UNIQUE INDEX envelope_seq ON envelope (mailbox, seq);
CREATE INDEX envelope_expiry ON envelope (expiry_hour, id, mailbox, hash);
CREATE TABLE spent (
  id INTEGER PRIMARY KEY,
  token_key INTEGER NOT NULL,             -- week * 4 + kind
  nonce BLOB NOT NULL,
  holder BLOB NOT NULL,
  drops INTEGER NOT NULL,
  drop_bytes INTEGER NOT NULL,
  proofs INTEGER NOT NULL
);
CREATE UNIQUE INDEX spent_nonce ON spent (token_key, nonce);
CREATE TABLE account (
  id INTEGER PRIMARY KEY,
  name BLOB NOT NULL UNIQUE,              -- AccountKey
  role INTEGER NOT NULL,
  enrolled_week INTEGER NOT NULL
);
CREATE TABLE allotment (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  period INTEGER NOT NULL,
  account BLOB NOT NULL,
  digest BLOB NOT NULL
);
CREATE UNIQUE INDEX allotment_once ON allotment (kind, period, account);
)sql";

using Opened = Result<std::unique_ptr<SQLite::Database>>;

constexpr auto not_ours = mark("The file in the database's place is not a relay's database.");
constexpr auto not_a_backup =
    mark("This file is not a backup of a relay. Look for the one that porchlightd backup made.");

// As guarded(), but a file that is no database is the person's to put right, not the disk's.
template <class Work>
Opened opening(FileKind kind, Work&& work) {
  try {
    return work();
  } catch (const SQLite::Exception& exception) {
    const bool backup = kind == FileKind::backup;
    switch (exception.getErrorCode()) {
      case SQLITE_NOTADB:
        return Error{Errc::malformed, tr(backup ? not_a_backup : not_ours)};
      case SQLITE_CORRUPT:
        if (backup) return damaged_backup();
        [[fallthrough]];
      default:
        return as_error(exception);
    }
  }
}

// SQLite gives the files beside this one the same mode.
Status make_private_file(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    return Error{Errc::storage,
                 tr("The relay's database cannot be opened. Check the data folder's owner.")};
  }
  ::close(descriptor);
  return Ok{};
}

int pragma(SQLite::Database& database, const char* name) {
  return database.execAndGet(std::string("PRAGMA ") + name).getInt();
}

void make_tables(SQLite::Database& database, const Incarnation& incarnation) {
  database.exec("BEGIN IMMEDIATE");
  database.exec(schema);
  SQLite::Statement meta(database, "INSERT INTO meta VALUES (1, ?, 0)");
  Run(meta, incarnation).finish();
  set_kind(database, FileKind::relay);
  database.exec("PRAGMA user_version = " + std::to_string(schema_version));
  database.exec("COMMIT");
}

Status check_version(SQLite::Database& database, FileKind kind) {
  const int id = pragma(database, "application_id");
  if (kind == FileKind::relay && id == backup_id) {
    return Error{Errc::malformed, tr("The file in the database's place is a backup. It comes back "
                                     "by porchlightd restore, in a new folder.")};
  }
  if (kind == FileKind::relay && id != relay_id) return Error{Errc::malformed, tr(not_ours)};
  if (kind == FileKind::backup && id != backup_id) return Error{Errc::malformed, tr(not_a_backup)};
  const int version = pragma(database, "user_version");
  if (version > schema_version) {
    return Error{
        Errc::update_needed,
        tr("The relay's database was written by a newer porchlightd. Install that version; "
           "nothing was changed.")};
  }
  if (version < schema_version) {
    return Error{
        Errc::malformed,
        tr("The relay's database was written by a porchlightd from before the first release, and "
           "cannot be taken over: its token keys were kept in another way. Nothing was changed. "
           "Make a new relay with porchlightd init, in another folder.")};
  }
  return Ok{};
}

// These hold for a connection, not for a file.
void set_up(SQLite::Database& database) {
  database.setBusyTimeout(busy_timeout_ms);
  database.exec("PRAGMA secure_delete = ON");
  database.exec("PRAGMA synchronous = FULL");
  database.exec("PRAGMA trusted_schema = OFF");
  database.exec("PRAGMA cell_size_check = ON");
  database.exec("PRAGMA temp_store = MEMORY");
}

}  // namespace

Error as_error(const SQLite::Exception& exception) {
  switch (exception.getErrorCode()) {
    case SQLITE_FULL:
      return {Errc::full,
              tr("There is no room left for the relay's database. Free some disk space.")};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::conflict, tr("Another process is using the relay's database. Try again.")};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Errc::malformed,
              tr("The relay's database is damaged. Stop the relay and run porchlightd check.")};
    default:
      return {
          Errc::storage,
          tr("Reading or writing the relay's database failed. Check that its disk has room and is "
             "well; what was stored before is still there.")};
  }
}

Result<std::unique_ptr<SQLite::Database>> open_writer(const std::filesystem::path& file,
                                                      const Incarnation& incarnation) {
  CHECK(make_private_file(file));
  return opening(FileKind::relay, [&]() -> Opened {
    auto database = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE);
    set_up(*database);
    database->exec("PRAGMA page_size = 16384");  // only counts while the file is empty
    const bool empty = pragma(*database, "schema_version") == 0;
    if (!empty) CHECK(check_version(*database, FileKind::relay));
    if (database->execAndGet("PRAGMA journal_mode = WAL").getString() != "wal") {
      return Error{Errc::storage,
                   tr("The file system of the data folder cannot hold the database.")};
    }
    database->exec("PRAGMA wal_autocheckpoint = 2048");
    database->exec("PRAGMA cache_size = -32768");
    if (empty) make_tables(*database, incarnation);
    return database;
  });
}

Result<std::unique_ptr<SQLite::Database>> open_reader(const std::filesystem::path& file) {
  return opening(FileKind::relay, [&]() -> Opened {
    auto database = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE);
    set_up(*database);
    CHECK(check_version(*database, FileKind::relay));
    database->exec("PRAGMA query_only = ON");
    return database;
  });
}

Result<std::unique_ptr<SQLite::Database>> open_backup(const std::filesystem::path& file) {
  std::error_code failed;
  if (!std::filesystem::exists(file, failed)) {
    return Error{Errc::not_found, say(tr("There is no file {}."), file.string())};
  }
  return opening(FileKind::backup, [&]() -> Opened {
    auto database = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READONLY);
    set_up(*database);
    CHECK(check_version(*database, FileKind::backup));
    return database;
  });
}

Error damaged_backup() {
  return {Errc::malformed,
          tr("This backup is damaged, or not whole. Copy it again, or use another.")};
}

void set_kind(SQLite::Database& database, FileKind kind) {
  const int id = kind == FileKind::relay ? relay_id : backup_id;
  database.exec("PRAGMA application_id = " + std::to_string(id));
}

}  // namespace porchlight::relay::sqlite
