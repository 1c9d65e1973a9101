// An open vault, for the two files that make up its class.
#pragma once

#include "client/vault/vault.hpp"
#include "client/vault/vault_file.hpp"
#include "proto/crypto/hash.hpp"

namespace porchlight::client {

struct Vault::State {
  State(VaultLock lock_in, std::filesystem::path file_in, VaultKeys keys_in, Random& random_in)
      : lock(std::move(lock_in)),
        file(std::move(file_in)),
        keys(std::move(keys_in)),
        random(random_in),
        db(file.string(), SQLite::OPEN_READWRITE) {
    configure(db);
  }

  ~State() {
    // Never put in place: nobody is to come across it.
    if (file == new_vault_file(lock.folder())) std::filesystem::remove(file, ignored);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Digest lookup(Table table, ByteView key) const {
    Digest out;
    kdf_into(std::span<Byte, 32>(out.data(), 32), keys.lookup_.reveal(), "vault lookup",
             {static_cast<std::uint32_t>(table), key});
    return out;
  }

  VaultLock lock;
  std::filesystem::path file;
  VaultKeys keys;
  Random& random;
  SQLite::Database db;
  std::error_code ignored;
};

}  // namespace porchlight::client
