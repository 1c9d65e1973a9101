#include "client/vault/vault_file.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "client/vault/lock.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/hash.hpp"

namespace porchlight::client {
namespace {

using std::filesystem::path;

constexpr std::uint32_t vault_version = 1;
const char* wrong_or_damaged() {
  return tr(
      "The passphrase is wrong, or the vault file is damaged: the two cannot be told apart. "
      "Nothing "
      "was changed. Try again; if it is damaged, wipe it and restore a backup (porchlight vault).");
}

Error cannot(const char* sentence, const path& file) {
  const Errc code = errno == ENOSPC || errno == EDQUOT ? Errc::full : Errc::storage;
  return Error{code, say(sentence, file.string(), std::strerror(errno))};
}

Status sync_folder_of(const path& file) {
  const path parent = file.has_parent_path() ? file.parent_path() : path(".");
  const FileHandle folder{::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder || fsync(folder.get()) != 0) return cannot(tr("Cannot keep {0}: {1}."), file);
  return Ok{};
}

}  // namespace

path vault_file(const path& folder) { return folder / "vault.db"; }
path new_vault_file(const path& folder) { return folder / "vault.db.new"; }

Error wrong_passphrase() { return Error{Errc::wrong_passphrase, wrong_or_damaged()}; }

Error from_sqlite(const SQLite::Exception& failure) {
  switch (failure.getErrorCode()) {
    case SQLITE_FULL:
      return Error{Errc::full,
                   tr("The disk with the vault is full. The last change was not kept: make "
                      "room and try again.")};
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:  // a table is missing or has another shape
      return wrong_passphrase();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error{Errc::locked,
                   tr("Another program has the vault file open. Nothing was changed.")};
    default:
      return Error{Errc::storage, say(tr("The vault could not be read or written ({}). The last "
                                         "change was not kept: check the disk."),
                                      failure.getErrorStr())};
  }
}

Bytes Header::associated() const {
  return to_bytes(
      hash_digest("vault header", {version, salt, cost.operations, cost.memory_bytes}).view());
}

void configure(SQLite::Database& db) {
  db.exec("PRAGMA locking_mode=EXCLUSIVE");
  db.exec("PRAGMA journal_mode=DELETE");
  db.exec("PRAGMA secure_delete=ON");
  // FULL, and the folder is synced after a commit too: what follows from a record leaves the device
  // at once, so a power cut must not bring the older record back.
  db.exec("PRAGMA synchronous=EXTRA");
  db.exec("PRAGMA temp_store=MEMORY");
  db.exec("PRAGMA trusted_schema=OFF");
}

Status make_private_file(const path& file) {
  const FileHandle made{::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (made) return Ok{};
  if (errno == EEXIST) {
    return Error{Errc::conflict, say(tr("There is a {} already."), file.string())};
  }
  return cannot(tr("Cannot make {0}: {1}."), file);
}

Status check_private_file(const path& file) {
  struct stat info {};
  if (stat(file.c_str(), &info) != 0) return cannot(tr("Cannot look at {0}: {1}."), file);
  if (info.st_uid != geteuid() || (info.st_mode & 077) != 0) {
    return Error{Errc::storage,
                 say(tr("Other users of this computer may read {0}. Close it with: chmod 600 {0}"),
                     file.string())};
  }
  return Ok{};
}

Status publish(const path& from, const path& to) {
  if (rename(from.c_str(), to.c_str()) != 0) return cannot(tr("Cannot make {0}: {1}."), to);
  return sync_folder_of(to);
}

Status sync_file(const path& file) {
  const FileHandle opened{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!opened || fsync(opened.get()) != 0) return cannot(tr("Cannot keep {0}: {1}."), file);
  return sync_folder_of(file);
}

Bytes column_bytes(const SQLite::Column& column) {
  const auto* begin = static_cast<const Byte*>(column.getBlob());
  return {begin, begin + column.getBytes()};
}

void bind_bytes(SQLite::Statement& statement, int index, ByteView bytes) {
  statement.bind(index, bytes.data(), static_cast<int>(bytes.size()));
}

Result<StoredHeader> read_header(SQLite::Database& db) {
  SQLite::Statement row(db, "SELECT version, salt, operations, memory_bytes, wrapped FROM vault");
  if (!row.executeStep()) return wrong_passphrase();
  const std::int64_t version = row.getColumn(0).getInt64();
  if (version > vault_version) {
    return Error{Errc::update_needed,
                 tr("This vault was made by a newer porchlight: update this one. Nothing was "
                    "changed.")};
  }
  const auto salt = PasswordSalt::from(column_bytes(row.getColumn(1)));
  if (version != vault_version || !salt) return wrong_passphrase();
  StoredHeader stored;
  stored.header.salt = *salt;
  stored.header.cost = {static_cast<std::uint64_t>(row.getColumn(2).getInt64()),
                        static_cast<std::uint64_t>(row.getColumn(3).getInt64())};
  stored.wrapped = column_bytes(row.getColumn(4));
  return stored;
}

void write_header(SQLite::Database& db, const Header& header, ByteView wrapped) {
  SQLite::Transaction transaction(db);
  db.exec(
      "CREATE TABLE vault(id INTEGER PRIMARY KEY CHECK(id = 1), version INTEGER NOT NULL, "
      "salt BLOB NOT NULL, operations INTEGER NOT NULL, memory_bytes INTEGER NOT NULL, "
      "wrapped BLOB NOT NULL)");
  db.exec("CREATE TABLE records(lookup BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID");
  SQLite::Statement row(db, "INSERT INTO vault VALUES(1, ?, ?, ?, ?, ?)");
  row.bind(1, static_cast<std::int64_t>(header.version));
  bind_bytes(row, 2, header.salt.view());
  row.bind(3, static_cast<std::int64_t>(header.cost.operations));
  row.bind(4, static_cast<std::int64_t>(header.cost.memory_bytes));
  bind_bytes(row, 5, wrapped);
  row.exec();
  transaction.commit();
}

}  // namespace porchlight::client
