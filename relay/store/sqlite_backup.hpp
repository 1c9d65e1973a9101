// A backup of a relay: one file that holds its database as it was at one moment, and what else
// makes it that relay (clause 4.8). It is a database of its own kind, which is never taken for a
// running relay's. Must not know: folders, who may read them.
#pragma once

#include <filesystem>
#include <string>

#include "proto/crypto/sign.hpp"
#include "proto/wire/time.hpp"
#include "relay/core/keyring.hpp"

namespace porchlight::relay {

/// What a backup holds besides the database.
struct BackupRest {
  SigningSeed identity;
  TokenSecret token_secret;
  std::string config;
  wire::TimePoint made;
};

/// Copies the database `from`, which may be in use, to the empty file `to`, and puts `rest` into
/// it. The caller makes it durable. 'full' or 'storage' when it fails: then what there
/// is of `to` is of no use.
Status write_sqlite_backup(const std::filesystem::path& from, const std::filesystem::path& to,
                           const BackupRest& rest);

/// 'not_found', 'malformed' for a file that is no backup or a damaged one, 'update_needed' for one
/// by a newer program. Does not look at the mailboxes.
Result<BackupRest> read_sqlite_backup(const std::filesystem::path& file);

/// Makes the empty file `to` the database that the backup `from` holds, under another incarnation,
/// and checks all of it: 'malformed' for what does not hold. Otherwise as write_sqlite_backup().
Status restore_sqlite_backup(const std::filesystem::path& from, const std::filesystem::path& to,
                             const Incarnation& incarnation);

}  // namespace porchlight::relay
