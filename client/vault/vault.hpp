// Encrypted state at rest: one SQLite file whose rows are a keyed hash and a sealed value. Who
// copies it without the passphrase learns how many records there are and how long, and when it was
// written last.
// Must not know: what the records mean.
// PROTOCOL.md clause 8.2.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "client/core/record.hpp"
#include "client/vault/lock.hpp"
#include "proto/base/result.hpp"
#include "proto/crypto/aead.hpp"
#include "proto/crypto/password.hpp"
#include "proto/crypto/random.hpp"

namespace porchlight::client {

/// What opening a vault needs the passphrase for. A long-running program keeps it while it steps
/// aside for another.
class VaultKeys {
 public:
  VaultKeys(VaultKeys&&) noexcept = default;
  VaultKeys& operator=(VaultKeys&&) noexcept = default;

 private:
  friend class Vault;
  using LookupKey = Secret<struct VaultLookupKeyTag, 32>;
  VaultKeys() = default;

  AeadKey values_;
  LookupKey lookup_;
  Bytes wrapped_;  // as in the file: recognises the vault these keys are of
};

class Vault {
 public:
  /// Whether `folder` holds a vault; it may still be damaged or not ours to read.
  static bool exists(const std::filesystem::path& folder);
  /// Or what is left of one that was not finished: nobody can use it, but it opens with its
  /// passphrase.
  static bool has_remains(const std::filesystem::path& folder);

  /// A new, empty vault in the lock's folder, durable before this returns. The passphrase is 1 to
  /// limits::passphrase_bytes_max bytes. `cost` is what every later open() will take. 'conflict'
  /// where there is one already, 'full' or 'storage' when it cannot be written.
  static Result<Vault> create(VaultLock lock, ByteView passphrase, PasswordCost cost,
                              Random& random);

  /// 'not_found' without a vault, 'wrong_passphrase' for that or a damaged file, 'update_needed'
  /// for a vault of a newer version, 'storage' for one that cannot be read.
  static Result<Vault> open(VaultLock lock, ByteView passphrase, Random& random);
  /// The same with keys from release(). 'wrong_passphrase' when it is not the same vault any more.
  static Result<Vault> open(VaultLock lock, VaultKeys keys, Random& random);

  Vault(Vault&&) noexcept;
  Vault& operator=(Vault&&) noexcept;
  ~Vault();

  const std::filesystem::path& folder() const;

  /// Everything, in no order. 'wrong_passphrase' when a record does not hold: the file is damaged.
  Result<std::vector<Record>> read_all();

  /// All of `writes`, or none of them; durable before this returns. 'full' when the disk is,
  /// 'storage' otherwise. After an error the caller's state is ahead of the vault: it must stop.
  Status apply(std::span<const Write> writes);

  /// Closes the file, gives up the lock, and keeps only what open() needs.
  static VaultKeys release(Vault vault);

  // ---- copies, and the end (copies.cpp) ------------------------------------------------------
  /// Everything as it is now into a new file (0600) that opens with the same passphrase; durable
  /// before this returns. 'conflict' where there is such a file, 'full' or 'storage' when it
  /// cannot be written: then nothing is left of it.
  Status back_up(const std::filesystem::path& file);
  /// Whether `backup` could become the vault in `folder`, as far as can be said without its
  /// passphrase: 'conflict' where there is a vault, 'not_found' without the file, 'malformed' for
  /// what is no vault or not a whole one, 'update_needed', 'storage'.
  static Status check_restore(const std::filesystem::path& folder,
                              const std::filesystem::path& backup);
  /// A copy of a backup, opened, in the lock's folder; errors as above. It is the vault only after
  /// put_in_place(), and is gone where it is not.
  static Result<Vault> stage(VaultLock lock, const std::filesystem::path& backup,
                             ByteView passphrase, Random& random);
  /// A staged vault becomes the vault, all at once and durable. 'storage'.
  Status put_in_place();
  /// Destroys the vault in the lock's folder, whoever's and however damaged: overwrites the wrapped
  /// key, durable before anything else; then the rest; then erases the files. 'storage' where a
  /// file could not be overwritten, or not erased: the others are gone all the same.
  static Status wipe(const VaultLock& lock);

 private:
  struct State;
  using Key = Secret<struct VaultKeyTag, 32>;  // random; everything else is derived from it
  explicit Vault(std::unique_ptr<State> state);
  static VaultKeys derive(const Key& key, Bytes wrapped);
  static Result<Vault> open_file(VaultLock lock, std::filesystem::path file, ByteView passphrase,
                                 Random& random);
  static Result<Vault> attach(VaultLock lock, std::filesystem::path file, VaultKeys keys,
                              Random& random);

  std::unique_ptr<State> state_;
};

}  // namespace porchlight::client
