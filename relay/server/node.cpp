#include "relay/server/node.hpp"

#include "relay/server/clock.hpp"
#include "relay/store/commit.hpp"
#include "relay/store/sqlite_database.hpp"

namespace porchlight::relay {

std::uint64_t capacity_bytes(const Config& config) {
  return std::uint64_t{config.store_mib_max} << 20;
}

Policy Node::policy() const {
  Policy policy;
  policy.ordinary_days = config.ordinary_days;
  policy.inviter_wait_days = config.inviter_wait_days;
  policy.guest_drops = config.guest_drops;
  return policy;
}

Result<std::unique_ptr<Node>> Node::open(const std::filesystem::path& path, Random& random) {
  TRY(DataFolder folder, DataFolder::open(path));
  TRY(Config config, folder.config());
  TRY(FileHandle lock, folder.lock());
  TRY(const SigningSeed seed, folder.identity_seed());
  SigningKey identity(seed);
  TRY(TokenSecret token_secret, folder.token_secret());
  SqliteOptions options;
  options.file = folder.store();
  options.capacity_bytes = capacity_bytes(config);
  TRY(std::unique_ptr<Database> database, open_sqlite_database(std::move(options), random));
  TRY(const Incarnation incarnation, database->ledger().incarnation());
  TRY(Keyring keyring, load_keyring(*database, token_secret, identity, system_now()));
  return std::unique_ptr<Node>(new Node{std::move(folder), std::move(lock), std::move(config),
                                        std::move(identity), std::move(token_secret),
                                        std::move(database), incarnation,
                                        std::make_shared<const Keyring>(std::move(keyring))});
}

}  // namespace porchlight::relay
