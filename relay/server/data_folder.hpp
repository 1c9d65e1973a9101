// The data folder: who may read it, who owns it now, and what lies where. Mode 0700 throughout.
// Must not know: what the store holds.
#pragma once

#include <optional>

#include "proto/crypto/sign.hpp"
#include "relay/core/keyring.hpp"
#include "relay/server/config.hpp"
#include "relay/server/file.hpp"

namespace porchlight::relay {

class DataFolder {
 public:
  /// Makes the folder with a new identity and `config`. A folder that exists must be empty, ours
  /// and private; 'storage' and 'usage' otherwise, and then nothing in it was touched.
  static Result<DataFolder> create(const std::filesystem::path& path, const Config& config);
  /// The folder alone, with nothing in it yet: no relay's until fill() has come to its end.
  /// Otherwise as create().
  static Result<DataFolder> make_empty(const std::filesystem::path& path);
  /// Puts these into an empty folder, durably, and the identity, which makes it a relay's, last.
  Status fill(std::string_view config_text, const SigningSeed& identity,
              const TokenSecret& token_secret) const;
  /// An existing one; refuses ('usage') a folder or identity that others can read, with the command
  /// that mends it. 'not_found' when it is no data folder.
  static Result<DataFolder> open(const std::filesystem::path& path);

  /// Makes this process the store's only owner until the handle goes. 'locked' when another is.
  Result<FileHandle> lock() const;

  Result<SigningSeed> identity_seed() const;
  Result<TokenSecret> token_secret() const;
  Result<Config> config() const;
  Result<std::string> config_text() const;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path store() const { return path_ / "relay.db"; }
  std::filesystem::path admin_socket() const { return path_ / "admin.sock"; }
  std::filesystem::path config_file() const { return path_ / "porchlightd.toml"; }
  std::filesystem::path identity_file() const { return path_ / "identity.key"; }
  std::filesystem::path token_secret_file() const { return path_ / "tokens.key"; }

  /// Of the disk the folder lies on; none when it cannot be asked.
  std::optional<std::uint64_t> free_bytes() const;
  /// What the folder's files take; none when it cannot be asked.
  std::optional<std::uint64_t> used_bytes() const;

 private:
  explicit DataFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

/// 'usage' when others than the owner can read `path`, or the owner is not this process's user; the
/// sentence holds the command that mends it.
Status check_private(const std::filesystem::path& path);

}  // namespace porchlight::relay
