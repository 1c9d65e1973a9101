// The embedded database: one SQLite file in WAL mode, durable at every commit (synchronous=FULL),
// which overwrites what is deleted (secure_delete). Mailboxes and tokens get integer ids, so that
// the indexes stay compact; envelopes lie in a rowid table in order of arrival.
// Must not know: the rules of commit.hpp.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "proto/crypto/random.hpp"
#include "relay/store/database.hpp"

namespace porchlight::relay {

struct SqliteOptions {
  std::filesystem::path file;
  /// What the file may grow to with envelopes.
  std::uint64_t capacity_bytes = std::uint64_t{8} << 30;
  /// Free bytes of the file system that holds the file; tests put their own in. Envelopes are
  /// refused while less than limits::disk_reserve_bytes is free, so that erasing has room to work.
  std::function<Result<std::uint64_t>()> disk_free = {};
};

/// Opens the database, making it (with a fresh incarnation, mode 0600) if there is no such file.
/// 'update_needed' for a file made by a newer program, 'malformed' for one that is something else
/// or is damaged, 'storage' when it cannot be read or written. One process at a time may change
/// mailboxes, which the data folder's lock sees to: the index of duplicates is in its memory.
Result<std::unique_ptr<Database>> open_sqlite_database(SqliteOptions options, Random& random);

/// Reads every page and row and checks them against each other, for `porchlightd check`.
/// 'malformed' says what is wrong.
Status check_sqlite_database(const std::filesystem::path& file);

}  // namespace porchlight::relay
