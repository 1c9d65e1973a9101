// What a relay is made of, opened from its data folder by the one process that owns it.
// Must not know: sockets.
#pragma once

#include "relay/core/relay_info.hpp"
#include "relay/server/data_folder.hpp"
#include "relay/store/database.hpp"

namespace porchlight::relay {

struct Node {
  DataFolder folder;
  FileHandle lock;  // goes last: the database is closed by then
  Config config;
  SigningKey identity;
  TokenSecret token_secret;
  std::unique_ptr<Database> database;
  Incarnation incarnation;
  std::shared_ptr<const Keyring> keyring;  // of the week in which it was opened

  /// Takes the lock, checks permissions and configuration, opens (at the first time: makes) the
  /// database, and derives this week's token keys. Errors: those of the parts, each a sentence for
  /// the operator; 'locked' when a relay is running.
  static Result<std::unique_ptr<Node>> open(const std::filesystem::path& path, Random& random);

  RelayIdentity relay_identity() const { return wire::relay_identity(identity.verify_key()); }
  wire::RelayAddress address() const { return {relay_identity(), config.host}; }
  Policy policy() const;
};

/// What the database may grow to.
std::uint64_t capacity_bytes(const Config& config);

}  // namespace porchlight::relay
