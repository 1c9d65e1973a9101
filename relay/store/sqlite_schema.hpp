// The tables of the embedded database, and opening a connection to them.
// Must not know: what the rows mean.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <memory>

#include "proto/base/ids.hpp"
#include "proto/base/result.hpp"

namespace porchlight::relay::sqlite {

/// How long a connection waits for another process, such as `porchlightd invite`.
inline constexpr int busy_timeout_ms = 5'000;

/// A connection that reads and writes; makes the file and its tables (with `incarnation`) when
/// there are none. Errors as open_sqlite_database.
Result<std::unique_ptr<SQLite::Database>> open_writer(const std::filesystem::path& file,
                                                      const Incarnation& incarnation);

/// A connection that reads a database that is there. The same errors.
Result<std::unique_ptr<SQLite::Database>> open_reader(const std::filesystem::path& file);

/// The same for a backup (sqlite_backup.hpp), which may lie where nothing can be written.
Result<std::unique_ptr<SQLite::Database>> open_backup(const std::filesystem::path& file);

Error damaged_backup();

/// As what a file is marked: what is marked as one is not opened as the other.
enum class FileKind { relay, backup };
void set_kind(SQLite::Database& database, FileKind kind);

}  // namespace porchlight::relay::sqlite
