#include "client/vault/vault.hpp"

#include <unistd.h>

#include "client/vault/vault_state.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using std::filesystem::path;

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
    return Error{Errc::conflict, say(tr("There is a vault in {} already."), folder.string())};
  }
  Header header;
  header.salt = random.fixed<PasswordSalt>();
  header.cost = cost;
  TRY(const AeadKey wrapping, key_from_password(passphrase, header.salt, cost));
  const auto key = random.secret<Key>();
  const Bytes wrapped = aead_seal(wrapping, header.associated(), key.reveal(), random);
  unlink(new_vault_file(folder).c_str());
  CHECK(make_private_file(new_vault_file(folder)));
  try {
    SQLite::Database db(new_vault_file(folder).string(), SQLite::OPEN_READWRITE);
    configure(db);
    write_header(db, header, wrapped);
  } catch (const SQLite::Exception& failure) {
    return from_sqlite(failure);
  }
  CHECK(publish(new_vault_file(folder), vault_file(folder)));
  return attach(std::move(lock), vault_file(folder), derive(key, wrapped), random);
}

Result<Vault> Vault::open(VaultLock lock, ByteView passphrase, Random& random) {
  const path folder = lock.folder();
  if (!exists(folder)) {
    return Error{Errc::not_found,
                 say(tr("There is no vault in {} yet: porchlight join makes one from an invite."),
                     folder.string())};
  }
  CHECK(check_private_file(vault_file(folder)));
  return open_file(std::move(lock), vault_file(folder), passphrase, random);
}

Result<Vault> Vault::open_file(VaultLock lock, path file, ByteView passphrase, Random& random) {
  StoredHeader stored;
  try {
    SQLite::Database db(file.string(), SQLite::OPEN_READWRITE);
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
  return attach(std::move(lock), std::move(file), derive(*key, std::move(stored.wrapped)), random);
}

VaultKeys Vault::derive(const Key& key, Bytes wrapped) {
  VaultKeys keys;
  keys.values_ = kdf<AeadKey>(key, "vault values");
  keys.lookup_ = kdf<VaultKeys::LookupKey>(key, "vault lookups");
  keys.wrapped_ = std::move(wrapped);
  return keys;
}

Result<Vault> Vault::open(VaultLock lock, VaultKeys keys, Random& random) {
  if (!exists(lock.folder()))
    return Error{Errc::not_found, tr("The vault is gone from its folder.")};
  path file = vault_file(lock.folder());
  return attach(std::move(lock), std::move(file), std::move(keys), random);
}

Result<Vault> Vault::attach(VaultLock lock, path file, VaultKeys keys, Random& random) {
  try {
    auto state = std::make_unique<State>(std::move(lock), std::move(file), std::move(keys), random);
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
