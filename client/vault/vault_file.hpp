// The file of a vault: where it lies, how it is opened, and its header with the wrapped key.
// Must not know: records, passphrases.
// PROTOCOL.md clause 8.2.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>

#include "proto/base/result.hpp"
#include "proto/crypto/password.hpp"

namespace porchlight::client {

std::filesystem::path vault_file(const std::filesystem::path& folder);
/// What is to become the vault's file, until it is whole.
std::filesystem::path new_vault_file(const std::filesystem::path& folder);

/// A wrong passphrase and a damaged file cannot be told apart.
Error wrong_passphrase();
/// For a person, with what was kept.
Error from_sqlite(const SQLite::Exception& failure);
/// Journal, locks and erasing as every vault has them.
void configure(SQLite::Database& db);

/// An empty file (0600) before SQLite sees it; the journal takes its permissions over. 'conflict'
/// where there is one already, 'full' or 'storage' when it cannot be made.
Status make_private_file(const std::filesystem::path& file);
/// 'storage' where others may read it.
Status check_private_file(const std::filesystem::path& file);
/// Renames it, and makes the name durable.
Status publish(const std::filesystem::path& from, const std::filesystem::path& to);
/// Makes the file's contents and its name durable.
Status sync_file(const std::filesystem::path& file);

/// Everything about the wrapped key but the key itself; it is authenticated with it.
struct Header {
  std::uint32_t version = 1;
  PasswordSalt salt;
  PasswordCost cost{};

  Bytes associated() const;
};
struct StoredHeader {
  Header header;
  Bytes wrapped;
};

/// 'update_needed' for a vault of a newer version, 'wrong_passphrase' for none. Throws what SQLite
/// finds wrong.
Result<StoredHeader> read_header(SQLite::Database& db);
/// Makes the tables. The header's is the first: the wrapped key stands at the beginning of the
/// file, where erasing begins.
void write_header(SQLite::Database& db, const Header& header, ByteView wrapped);

Bytes column_bytes(const SQLite::Column& column);
void bind_bytes(SQLite::Statement& statement, int index, ByteView bytes);

}  // namespace porchlight::client
