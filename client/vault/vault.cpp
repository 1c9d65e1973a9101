#include "client/vault/vault.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <limits>

#include "proto/base/limits.hpp"
#include "proto/crypto/hash.hpp"

namespace porchlight::client {
namespace {

using std::filesystem::path;

constexpr std::uint32_t vault_version = 1;
constexpr std::string_view wrong_or_damaged =
    "The passphrase is wrong, or the vault file is damaged: the two cannot be told apart. Nothing "
    "was "
    "changed. Try again, or put a backup of the vault in its place.";

path vault_file(const path& folder) { return folder / "vault.db"; }
path new_vault_file(const path& folder) { return folder / "vault.db.new"; }

Error wrong_passphrase() { return Error{Errc::wrong_passphrase, std::string(wrong_or_damaged)}; }

Error from_sqlite(const SQLite::Exception& failure) {
  switch (failure.getErrorCode()) {
    case SQLITE_FULL:
      return Error{Errc::full,
                   "The disk with the vault is full. The last change was not kept: make "
                   "room and try again."};
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_ERROR:  // a table is missing or has another shape
      return wrong_passphrase();
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error{Errc::locked, "Another program has the vault file open. Nothing was changed."};
    default:
      return Error{Errc::storage, std::string("The vault could not be read or written (") +
                                      failure.getErrorStr() +
                                      "). The last change was not kept: check the disk."};
  }
}

/// Everything about the wrapped key but the key itself; it is authenticated with it.
struct Header {
  std::uint32_t version = vault_version;
  PasswordSalt salt;
  PasswordCost cost{};

  Bytes associated() const {
    return to_bytes(
        hash_digest("vault header", {version, salt, cost.operations, cost.memory_bytes}).view());
  }
};

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

/// The file with the right permissions before SQLite sees it; the journal takes them over.
Status make_private_file(const path& file) {
  unlink(file.c_str());
  const FileHandle made{::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
  if (made) return Ok{};
  const Errc code = errno == ENOSPC || errno == EDQUOT ? Errc::full : Errc::storage;
  return Error{code, "Cannot make " + file.string() + ": " + std::strerror(errno) + "."};
}

Status check_private_file(const path& file) {
  struct stat info {};
  if (stat(file.c_str(), &info) != 0) {
    return Error{Errc::storage,
                 "Cannot look at " + file.string() + ": " + std::strerror(errno) + "."};
  }
  if (info.st_uid != geteuid() || (info.st_mode & 077) != 0) {
    return Error{Errc::storage, "Other users of this computer may read " + file.string() +
                                    ". Close it with: chmod 600 " + file.string()};
  }
  return Ok{};
}

/// Makes the file's name durable.
Status publish(const path& from, const path& to) {
  const FileHandle folder{::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!folder || rename(from.c_str(), to.c_str()) != 0 || fsync(folder.get()) != 0) {
    return Error{Errc::storage, "Cannot make " + to.string() + ": " + std::strerror(errno) + "."};
  }
  return Ok{};
}

Bytes column_bytes(const SQLite::Column& column) {
  const auto* begin = static_cast<const Byte*>(column.getBlob());
  return {begin, begin + column.getBytes()};
}

void bind_bytes(SQLite::Statement& statement, int index, ByteView bytes) {
  statement.bind(index, bytes.data(), static_cast<int>(bytes.size()));
}

struct StoredHeader {
  Header header;
  Bytes wrapped;
};

Result<StoredHeader> read_header(SQLite::Database& db) {
  SQLite::Statement row(db, "SELECT version, salt, operations, memory_bytes, wrapped FROM vault");
  if (!row.executeStep()) return wrong_passphrase();
  const std::int64_t version = row.getColumn(0).getInt64();
  if (version > vault_version) {
    return Error{Errc::update_needed,
                 "This vault was made by a newer porchlight: update this one. Nothing was "
                 "changed."};
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

// A record's plaintext: table(1) || key length(4, big-endian) || key || value. Its associated data
// is the row's lookup, itself a keyed hash of table and key, so that no value can change places.
constexpr std::size_t record_header_bytes = 5;

SecretBytes encode_record(Table table, ByteView key, ByteView value) {
  SecretBytes plain(record_header_bytes + key.size() + value.size());
  const auto out = plain.fill();
  out[0] = static_cast<Byte>(table);
  for (unsigned i = 0; i < 4; ++i) out[1 + i] = static_cast<Byte>(key.size() >> (24 - 8 * i));
  std::copy(key.begin(), key.end(), out.begin() + record_header_bytes);
  std::copy(value.begin(), value.end(),
            out.begin() + static_cast<std::ptrdiff_t>(record_header_bytes + key.size()));
  return plain;
}

std::optional<Record> decode_record(const SecretBytes& plain) {
  const ByteView in = plain.reveal();
  if (in.size() < record_header_bytes) return std::nullopt;
  std::size_t key_bytes = 0;
  for (unsigned i = 0; i < 4; ++i) key_bytes = key_bytes << 8 | in[1 + i];
  if (key_bytes > in.size() - record_header_bytes) return std::nullopt;
  return Record{static_cast<Table>(in[0]), to_bytes(in.subspan(record_header_bytes, key_bytes)),
                SecretBytes(in.subspan(record_header_bytes + key_bytes))};
}

}  // namespace

struct Vault::State {
  State(VaultLock lock_in, VaultKeys keys_in, Random& random_in)
      : lock(std::move(lock_in)),
        keys(std::move(keys_in)),
        random(random_in),
        db(vault_file(lock.folder()).string(), SQLite::OPEN_READWRITE) {
    configure(db);
  }

  Digest lookup(Table table, ByteView key) const {
    Digest out;
    kdf_into(std::span<Byte, 32>(out.data(), 32), keys.lookup_.reveal(), "vault lookup",
             {static_cast<std::uint32_t>(table), key});
    return out;
  }

  VaultLock lock;
  VaultKeys keys;
  Random& random;
  SQLite::Database db;
};

Vault::Vault(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vault::Vault(Vault&&) noexcept = default;
Vault& Vault::operator=(Vault&&) noexcept = default;
Vault::~Vault() = default;

const path& Vault::folder() const { return state_->lock.folder(); }

bool Vault::exists(const path& folder) {
  std::error_code ignored;
  return std::filesystem::exists(vault_file(folder), ignored);
}

Result<Vault> Vault::create(VaultLock lock, ByteView passphrase, PasswordCost cost,
                            Random& random) {
  PORCHLIGHT_ASSERT(!passphrase.empty() && passphrase.size() <= limits::passphrase_bytes_max);
  const path folder = lock.folder();
  if (exists(folder)) {
    return Error{Errc::conflict, "There is a vault in " + folder.string() + " already."};
  }
  Header header;
  header.salt = random.fixed<PasswordSalt>();
  header.cost = cost;
  TRY(const AeadKey wrapping, key_from_password(passphrase, header.salt, cost));
  const auto key = random.secret<Key>();
  const Bytes wrapped = aead_seal(wrapping, header.associated(), key.reveal(), random);
  CHECK(make_private_file(new_vault_file(folder)));
  try {
    SQLite::Database db(new_vault_file(folder).string(), SQLite::OPEN_READWRITE);
    configure(db);
    write_header(db, header, wrapped);
  } catch (const SQLite::Exception& failure) {
    return from_sqlite(failure);
  }
  CHECK(publish(new_vault_file(folder), vault_file(folder)));
  return attach(std::move(lock), derive(key, wrapped), random);
}

Result<Vault> Vault::open(VaultLock lock, ByteView passphrase, Random& random) {
  const path folder = lock.folder();
  if (!exists(folder)) {
    return Error{Errc::not_found, "There is no vault in " + folder.string() +
                                      " yet: porchlight join makes one from an invite."};
  }
  CHECK(check_private_file(vault_file(folder)));
  StoredHeader stored;
  try {
    SQLite::Database db(vault_file(folder).string(), SQLite::OPEN_READWRITE);
    TRY(stored, read_header(db));
  } catch (const SQLite::Exception& failure) {
    return from_sqlite(failure);
  }
  auto wrapping = key_from_password(passphrase, stored.header.salt, stored.header.cost);
  if (!wrapping.ok()) {
    if (wrapping.error().code == Errc::malformed) return wrong_passphrase();
    return std::move(wrapping).error();
  }
  const auto opened = aead_open(*wrapping, stored.header.associated(), stored.wrapped);
  const auto key = opened ? Key::from(opened->reveal()) : std::nullopt;
  if (!key) return wrong_passphrase();
  return attach(std::move(lock), derive(*key, std::move(stored.wrapped)), random);
}

VaultKeys Vault::derive(const Key& key, Bytes wrapped) {
  VaultKeys keys;
  keys.values_ = kdf<AeadKey>(key, "vault values");
  keys.lookup_ = kdf<VaultKeys::LookupKey>(key, "vault lookups");
  keys.wrapped_ = std::move(wrapped);
  return keys;
}

Result<Vault> Vault::open(VaultLock lock, VaultKeys keys, Random& random) {
  if (!exists(lock.folder())) return Error{Errc::not_found, "The vault is gone from its folder."};
  return attach(std::move(lock), std::move(keys), random);
}

Result<Vault> Vault::attach(VaultLock lock, VaultKeys keys, Random& random) {
  try {
    auto state = std::make_unique<State>(std::move(lock), std::move(keys), random);
    TRY(const StoredHeader stored, read_header(state->db));
    if (stored.wrapped != state->keys.wrapped_) return wrong_passphrase();
    return Vault(std::move(state));
  } catch (const SQLite::Exception& failure) {
    return from_sqlite(failure);
  }
}

Result<std::vector<Record>> Vault::read_all() {
  std::vector<Record> records;
  try {
    SQLite::Statement row(state_->db, "SELECT lookup, value FROM records");
    while (row.executeStep()) {
      const Bytes lookup = column_bytes(row.getColumn(0));
      const auto plain = aead_open(state_->keys.values_, lookup, column_bytes(row.getColumn(1)));
      auto record = plain ? decode_record(*plain) : std::nullopt;
      if (!record) return wrong_passphrase();
      const Digest expected = state_->lookup(record->table, record->key);
      if (!equal_constant_time(expected.view(), lookup)) return wrong_passphrase();
      records.push_back(std::move(*record));
    }
  } catch (const SQLite::Exception& failure) {
    return from_sqlite(failure);
  }
  return records;
}

Status Vault::apply(std::span<const Write> writes) {
  if (writes.empty()) return Ok{};
  try {
    SQLite::Transaction transaction(state_->db);
    SQLite::Statement put(state_->db, "INSERT OR REPLACE INTO records VALUES(?, ?)");
    SQLite::Statement erase(state_->db, "DELETE FROM records WHERE lookup = ?");
    for (const Write& write : writes) {
      const Digest lookup = state_->lookup(write.table, write.key);
      SQLite::Statement& statement = write.value ? put : erase;
      bind_bytes(statement, 1, lookup.view());
      if (write.value) {
        const SecretBytes plain = encode_record(write.table, write.key, write.value->reveal());
        bind_bytes(statement, 2,
                   aead_seal(state_->keys.values_, lookup.view(), plain.reveal(), state_->random));
      }
      statement.exec();
      statement.reset();
    }
    transaction.commit();
  } catch (const SQLite::Exception& failure) {
    return from_sqlite(failure);
  }
  return Ok{};
}

VaultKeys Vault::release(Vault vault) { return std::move(vault.state_->keys); }

}  // namespace porchlight::client
