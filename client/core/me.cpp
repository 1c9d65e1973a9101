#include "client/core/me.hpp"

#include "client/core/state.pb.h"

namespace porchlight::client {
namespace {

/// Of all records: a vault with a higher one was written by a newer version.
constexpr std::uint32_t format = 1;

Bytes record_name() { return to_bytes(as_bytes("me")); }

Error damaged() { return {Errc::malformed, "the vault is damaged: it does not say whose it is"}; }

}  // namespace

Me::Me(wire::RelayAddress relay, SigningSeed identity, SigningSeed account, CardKeys card_keys,
       std::uint32_t card_version)
    : relay_(std::move(relay)),
      identity_seed_(std::move(identity)),
      account_seed_(std::move(account)),
      identity_(identity_seed_),
      account_(account_seed_),
      card_keys_(std::move(card_keys)),
      card_version_(card_version),
      card_(make_card(identity_, card_version, card_keys_)),
      inbox_(card_keys_.inbox()),
      inbox_id_(inbox_.id()) {}

Me Me::draw(const wire::RelayAddress& relay, Random& random) {
  auto identity = random.secret<SigningSeed>();
  auto account = random.secret<SigningSeed>();
  auto collect = random.secret<SigningSeed>();
  auto seal = random.secret<SealSeed>();
  return Me(relay, std::move(identity), std::move(account),
            CardKeys{std::move(collect), std::move(seal)}, 1);
}

Result<Me> Me::load(const Record& record) {
  state::Me kept;
  if (!parse(kept, record.value.reveal())) return damaged();
  if (kept.format() != format) return update_needed("this vault");
  auto relay = wire::RelayAddress::parse(kept.relay());
  SigningSeed identity;
  SigningSeed account;
  CardKeys card_keys;
  if (!relay || !take_secret(identity, *kept.mutable_identity()) ||
      !take_secret(account, *kept.mutable_account()) ||
      !take_secret(card_keys.collect, *kept.mutable_inbox()) ||
      !take_secret(card_keys.seal, *kept.mutable_seal())) {
    return damaged();
  }
  Me me(std::move(relay).value(), std::move(identity), std::move(account), std::move(card_keys),
        kept.card_version());
  me.set_name(kept.name());
  return me;
}

void Me::save(Journal& journal) const {
  state::Me kept;
  kept.set_format(format);
  kept.set_relay(relay_.str());
  kept.set_name(name_);
  kept.set_identity(to_string(identity_seed_.reveal()));
  kept.set_account(to_string(account_seed_.reveal()));
  kept.set_card_version(card_version_);
  kept.set_inbox(to_string(card_keys_.collect.reveal()));
  kept.set_seal(to_string(card_keys_.seal.reveal()));
  journal.put(Table::profile, record_name(), kept);
  for (std::string* secret : {kept.mutable_identity(), kept.mutable_account(), kept.mutable_inbox(),
                              kept.mutable_seal()}) {
    wipe_text(*secret);
  }
}

}  // namespace porchlight::client
