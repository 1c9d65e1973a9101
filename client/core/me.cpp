#include "client/core/me.hpp"

#include "client/core/state.pb.h"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// Of all records: a vault with a higher one was written by a newer version.
constexpr std::uint32_t format = 1;

Bytes record_name() { return to_bytes(as_bytes("me")); }

Error damaged() {
  return {Errc::malformed, tr("the vault is damaged: it does not say whose it is")};
}

}  // namespace

Me::Me(wire::RelayAddress relay, SigningSeed identity, SigningSeed account)
    : relay_(std::move(relay)),
      identity_seed_(std::move(identity)),
      account_seed_(std::move(account)),
      identity_(identity_seed_),
      account_(account_seed_) {}

Me Me::draw(const wire::RelayAddress& relay, Random& random, std::uint32_t today) {
  auto identity = random.secret<SigningSeed>();
  auto account = random.secret<SigningSeed>();
  Me me(relay, std::move(identity), std::move(account));
  me.renew_card(random, today, 0);
  return me;
}

void Me::renew_card(Random& random, std::uint32_t today, std::uint32_t above) {
  auto collect = random.secret<SigningSeed>();
  auto seal = random.secret<SealSeed>();
  const std::uint32_t newest = cards_.empty() ? 0 : cards_.back().version;
  add_card(std::max(newest, above) + 1, {std::move(collect), std::move(seal)}, today, {});
}

void Me::add_card(std::uint32_t version, CardKeys keys, std::uint32_t made_day,
                  std::optional<std::uint32_t> replaced_day) {
  HeldCard& card = cards_.emplace_back();
  card.version = version;
  card.keys = std::move(keys);
  card.made_day = made_day;
  card.replaced_day = replaced_day;
  card.inbox = card.keys.inbox();
  card.inbox_id = card.inbox.id();
  card_ = make_card(identity_, version, card.keys);
}

bool Me::holds_card(const Card& card) const {
  return std::any_of(cards_.begin(), cards_.end(), [&](const HeldCard& held) {
    return held.version == card.version && held.inbox == card.inbox;
  });
}

HeldCard* Me::find_inbox(const MailboxId& inbox) {
  for (HeldCard& card : cards_) {
    if (card.inbox_id == inbox) return &card;
  }
  return nullptr;
}

Result<Me> Me::load(const Record& record) {
  state::Me kept;
  if (!parse(kept, record.value.reveal())) return damaged();
  if (kept.format() != format) return update_needed(tr("this vault"));
  auto relay = wire::RelayAddress::parse(kept.relay());
  SigningSeed identity;
  SigningSeed account;
  if (!relay || !take_secret(identity, *kept.mutable_identity()) ||
      !take_secret(account, *kept.mutable_account()) || kept.cards().empty()) {
    return damaged();
  }
  Me me(std::move(relay).value(), std::move(identity), std::move(account));
  for (auto& card : *kept.mutable_cards()) {
    CardKeys keys;
    if (!take_secret(keys.collect, *card.mutable_inbox()) ||
        !take_secret(keys.seal, *card.mutable_seal())) {
      return damaged();
    }
    me.add_card(card.version(), std::move(keys), card.made_day(),
                card.has_replaced_day() ? std::optional(card.replaced_day()) : std::nullopt);
  }
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
  for (const HeldCard& card : cards_) {
    auto* added = kept.add_cards();
    added->set_version(card.version);
    added->set_inbox(to_string(card.keys.collect.reveal()));
    added->set_seal(to_string(card.keys.seal.reveal()));
    added->set_made_day(card.made_day);
    if (card.replaced_day) added->set_replaced_day(*card.replaced_day);
  }
  journal.put(Table::profile, record_name(), kept);
  wipe_text(*kept.mutable_identity());
  wipe_text(*kept.mutable_account());
  for (auto& card : *kept.mutable_cards()) {
    wipe_text(*card.mutable_inbox());
    wipe_text(*card.mutable_seal());
  }
}

}  // namespace porchlight::client
