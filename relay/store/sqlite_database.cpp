#include "relay/store/sqlite_database.hpp"

#include <sqlite3.h>

#include "proto/base/translate.hpp"
#include "relay/store/sqlite_ledger.hpp"
#include "relay/store/sqlite_schema.hpp"
#include "relay/store/sqlite_store.hpp"

namespace porchlight::relay {
namespace {

using sqlite::guarded;
using sqlite::Run;
using sqlite::signed_integer;

class SqliteReader final : public Reader {
 public:
  explicit SqliteReader(std::unique_ptr<SQLite::Database> database)
      : database_(std::move(database)),
        read_(*database_,
              "SELECT seq, bytes FROM envelope WHERE mailbox ="
              " (SELECT id FROM mailbox WHERE name = ?) AND seq > ? ORDER BY seq LIMIT ?"),
        newest_(*database_,
                "SELECT coalesce(emptied_newest, (SELECT max(seq) FROM envelope"
                " WHERE mailbox = mailbox.id)) FROM mailbox WHERE name = ?") {}

  Result<std::vector<StoredEnvelope>> read(const MailboxId& mailbox, Seq after,
                                           std::size_t count_max, std::size_t bytes_max) override {
    return guarded([&]() -> Result<std::vector<StoredEnvelope>> {
      std::vector<StoredEnvelope> found;
      if (after > static_cast<Seq>(INT64_MAX)) return found;
      std::size_t bytes = 0;
      Run rows(read_, mailbox, signed_integer(after), signed_integer(count_max));
      while (rows.step()) {
        const ByteView envelope = rows.blob(1);
        bytes += envelope.size();
        if (!found.empty() && bytes > bytes_max) break;
        found.push_back({static_cast<Seq>(rows.integer(0)),
                         std::make_shared<const Bytes>(envelope.begin(), envelope.end())});
      }
      return found;
    });
  }

  Result<Seq> newest(const MailboxId& mailbox) override {
    return guarded([&]() -> Result<Seq> {
      Run found(newest_, mailbox);
      return found.step() ? static_cast<Seq>(found.integer(0)) : 0;
    });
  }

 private:
  std::unique_ptr<SQLite::Database> database_;
  SQLite::Statement read_;
  SQLite::Statement newest_;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(SqliteOptions options, std::unique_ptr<SQLite::Database> database,
                 std::uint64_t secret)
      : options_(std::move(options)),
        database_(std::move(database)),
        begin_(*database_, "BEGIN IMMEDIATE"),
        commit_(*database_, "COMMIT"),
        rollback_(*database_, "ROLLBACK"),
        usage_(*database_,
               "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count,"
               " pragma_freelist_count, pragma_page_size"),
        scrub_(*database_, "PRAGMA wal_checkpoint(TRUNCATE)"),
        store_(*database_, secret),
        ledger_(*database_) {}

  Store& store() override { return store_; }
  Ledger& ledger() override { return ledger_; }

  Status prepare() override {
    PORCHLIGHT_ASSERT(!batch_open_);
    return store_.prepare();
  }

  Status begin() override {
    PORCHLIGHT_ASSERT(!batch_open_);
    TRY(const std::uint64_t disk_free, disk_free_bytes());
    return guarded([&]() -> Status {
      // Before the batch: only this connection writes, and a failure then leaves nothing open.
      const sqlite::Room room{used_bytes(), options_.capacity_bytes, disk_free};
      Run(begin_).step();
      batch_open_ = true;
      store_.on_begin(room);
      return Ok{};
    });
  }

  Status commit() override {
    PORCHLIGHT_ASSERT(batch_open_);
    auto committed = guarded([&]() -> Status {
      Run(commit_).step();
      batch_open_ = false;
      return Ok{};
    });
    if (!committed) rollback();
    return committed;
  }

  void rollback() override {
    if (!std::exchange(batch_open_, false)) return;
    store_.on_rollback();
    if (!in_transaction()) return;  // after some errors SQLite has rolled back by itself
    const auto undone = guarded([&]() -> Status {
      Run(rollback_).step();
      return Ok{};
    });
    PORCHLIGHT_ASSERT(undone.ok() || !in_transaction());
  }

  Status scrub() override {
    PORCHLIGHT_ASSERT(!batch_open_);
    if (!store_.has_erased() && !ledger_.has_erased()) return Ok{};
    // Waiting for readers would hold up the commit thread: the caller comes again.
    database_->setBusyTimeout(0);
    auto scrubbed = guarded([&]() -> Status {
      // With secure_delete the pages themselves are overwritten; what is left is the log.
      Run checkpoint(scrub_);
      checkpoint.step();
      const bool busy = checkpoint.integer(0) != 0;
      if (busy) return Error{Errc::conflict, tr("The relay's database is being read. Try again.")};
      store_.clear_erased();
      ledger_.clear_erased();
      return Ok{};
    });
    database_->setBusyTimeout(sqlite::busy_timeout_ms);
    return scrubbed;
  }

  Result<std::unique_ptr<Reader>> reader() override {
    TRY(auto connection, sqlite::open_reader(options_.file));
    return guarded([&]() -> Result<std::unique_ptr<Reader>> {
      return std::unique_ptr<Reader>(std::make_unique<SqliteReader>(std::move(connection)));
    });
  }

  Result<Usage> usage() override {
    return guarded([&]() -> Result<Usage> { return Usage{used_bytes(), options_.capacity_bytes}; });
  }

 private:
  bool in_transaction() const { return sqlite3_get_autocommit(database_->getHandle()) == 0; }

  std::uint64_t used_bytes() {
    Run found(usage_);
    found.step();
    return static_cast<std::uint64_t>(found.integer(0));
  }

  Result<std::uint64_t> disk_free_bytes() const {
    if (options_.disk_free) return options_.disk_free();
    std::error_code failed;
    const auto space = std::filesystem::space(options_.file.parent_path(), failed);
    if (failed)
      return Error{Errc::storage, tr("The free space of the data folder cannot be read.")};
    return space.available;
  }

  SqliteOptions options_;
  std::unique_ptr<SQLite::Database> database_;
  bool batch_open_ = false;
  SQLite::Statement begin_;
  SQLite::Statement commit_;
  SQLite::Statement rollback_;
  SQLite::Statement usage_;
  SQLite::Statement scrub_;
  sqlite::SqliteStore store_;
  sqlite::SqliteLedger ledger_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite_database(SqliteOptions options, Random& random) {
  TRY(auto database, sqlite::open_writer(options.file, random.fixed<Incarnation>()));
  std::uint64_t secret = 0;
  random.fill({reinterpret_cast<Byte*>(&secret), sizeof secret});
  return guarded([&]() -> Result<std::unique_ptr<Database>> {
    return std::unique_ptr<Database>(
        std::make_unique<SqliteDatabase>(std::move(options), std::move(database), secret));
  });
}

}  // namespace porchlight::relay
