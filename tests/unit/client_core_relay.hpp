// A relay in memory, as little of one as the client's core can tell from a real relay.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "client/core/core.hpp"
#include "proto/base/limits.hpp"
#include "proto/crypto/hash.hpp"
#include "proto/crypto/voprf.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::client {

using namespace std::chrono_literals;

/// Repeatable where the core draws; libsodium's own boxes are not.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : seed_(seed) {}
  void fill(std::span<Byte> bytes) override {
    for (std::size_t at = 0; at < bytes.size(); at += 32) {
      const Digest block = hash_digest("test random", {seed_, counter_++});
      std::copy_n(block.data(), std::min<std::size_t>(32, bytes.size() - at),
                  bytes.begin() + static_cast<std::ptrdiff_t>(at));
    }
  }

 private:
  std::uint64_t seed_;
  std::uint64_t counter_ = 0;
};

inline const TimePoint monday_noon{std::chrono::days(20'000 + 4) + 12h};

/// Mailboxes, tokens and accounts, as little as the core can tell from a real relay.
class MemoryRelay {
 public:
  MemoryRelay() {
    crypto_init();
    key_.emplace(random_.secret<SigningSeed>());
    address_ = {wire::relay_identity(key_->verify_key()), {"relay.test", 7443}};
    incarnation_ = random_.fixed<Incarnation>();
  }

  const wire::RelayAddress& address() const { return address_; }
  TimePoint now = monday_noon;
  /// It stores what it should refuse.
  bool ignore_if_last = false;
  /// How long it says that it keeps what is not LONG.
  std::uint32_t ordinary_days = limits::ordinary_days;
  std::uint32_t guest_drops = limits::guest_drops;

  RelayFacts facts() {
    RelayFacts facts;
    const std::uint32_t week = wire::token_week(now);
    for (const std::uint32_t shown : {week - 1, week}) {
      for (const auto kind : {wire::TOKEN_KIND_SESSION, wire::TOKEN_KIND_ENROLL_MEMBER,
                              wire::TOKEN_KIND_ENROLL_INVITER}) {
        facts.token_keys.push_back({kind, shown, to_bytes(key(kind, shown).public_key.view())});
      }
    }
    facts.incarnation = incarnation_;
    facts.clock_minute = wire::unix_minute(now);
    facts.ordinary_days = ordinary_days;
    facts.guest_drops = guest_drops;
    return facts;
  }

  wire::Token mint(wire::TokenKind kind) {
    const auto nonce = random_.fixed<TokenNonce>();
    wire::Token token;
    token.set_kind(kind);
    token.set_week(wire::token_week(now));
    token.set_nonce(nonce.str());
    const auto output = voprf::evaluate(key(kind, token.week()).private_key, nonce.view());
    token.set_output(to_string(output->view().first(32)));
    return token;
  }

  /// The operator's first invite.
  wire::Link operator_invite(int enroll_stock = 4, int sessions = 20) {
    wire::Link link{address_, random_.secret<wire::InviteSeed>(), mint(wire::TOKEN_KIND_SESSION)};
    wire::Parcel parcel;
    auto* invite = parcel.mutable_relay_invite();
    invite->set_suite(1);
    invite->set_relay_identity(address_.identity.str());
    invite->set_expires_minute(wire::unix_minute(now + 24h));
    auto* supplies = invite->mutable_supplies();
    *supplies->mutable_enroll() = mint(wire::TOKEN_KIND_ENROLL_INVITER);
    for (int i = 0; i < sessions; ++i) *supplies->add_session() = mint(wire::TOKEN_KIND_SESSION);
    for (int i = 0; i < enroll_stock; ++i) {
      *supplies->add_enroll_stock() = mint(wire::TOKEN_KIND_ENROLL_MEMBER);
    }
    const wire::InviteKeys keys(link.seed);
    put(keys.address(),
        *wire::seal_envelope(seal_key(keys.seal), as_bytes(parcel.SerializeAsString())));
    return link;
  }

  /// As a Drop: none where `if_last` does not hold.
  std::optional<std::uint64_t> drop(const wire::MailboxAddress& to, const Bytes& envelope,
                                    std::optional<std::uint64_t> if_last) {
    EXPECT_TRUE(wire::is_envelope_size(envelope.size()));
    Mailbox& mailbox = mailboxes_[to.id()];
    for (const auto& [seq, held] : mailbox) {
      if (held == envelope) return seq;
    }
    if (!ignore_if_last && if_last && *if_last != newest(to.id())) return std::nullopt;
    return put(to, envelope);
  }
  std::uint64_t newest(const MailboxId& id) {
    const Mailbox& mailbox = mailboxes_[id];
    return mailbox.empty() ? 0 : mailbox.rbegin()->first;
  }
  std::uint64_t put(const wire::MailboxAddress& to, const Bytes& envelope) {
    const std::uint64_t seq =
        std::max(wire::first_seq_of_hour(wire::unix_hour(now)) + 1, newest(to.id()) + 1);
    mailboxes_[to.id()].emplace(seq, envelope);
    if (to.has(wire::mailbox_flag::long_kept)) long_.insert(to.id());
    return seq;
  }
  /// What a relay has kept for its time goes.
  void sweep() {
    for (auto& [id, mailbox] : mailboxes_) {
      const std::uint32_t days = long_.contains(id) ? limits::long_days : ordinary_days;
      std::erase_if(mailbox, [&](const auto& held) {
        return wire::seq_hour(held.first) + 24 * days < wire::unix_hour(now);
      });
    }
  }
  std::map<std::uint64_t, Bytes>& mailbox(const MailboxId& id) { return mailboxes_[id]; }

  std::set<MailboxId> mailboxes() const {
    std::set<MailboxId> ids;
    for (const auto& [id, mailbox] : mailboxes_) ids.insert(id);
    return ids;
  }

  /// As a Spend: false for a token that is not good, or was spent under another id.
  bool spend(const SpendOrder& order) {
    const auto nonce = TokenNonce::from(as_bytes(order.token.nonce()));
    if (!nonce) return false;
    const auto output =
        voprf::evaluate(key(order.token.kind(), order.token.week()).private_key, nonce->view());
    if (to_string(output->view().first(32)) != order.token.output()) return false;
    const auto [spent, first] = spent_.try_emplace(*nonce, order.spend_id);
    return spent->second == order.spend_id;
  }
  std::size_t tokens_spent() const { return spent_.size(); }

  Challenge challenge() { return random_.fixed<Challenge>(); }

  /// Answers an errand's request, without the rules that the relay's own tests are about.
  wire::Answer answer(const wire::Request& request) {
    wire::Answer answer;
    if (request.has_enroll()) {
      const bool fresh = spend({request.enroll().token(), {}});
      if (fresh) accounts_.insert(request.enroll().account());
      if (fresh) answer.mutable_done();
      if (!fresh) answer.mutable_failure()->set_code(wire::FAILURE_NOT_AUTHORISED);
      return answer;
    }
    const wire::Issue& issue = request.issue();
    if (!accounts_.contains(issue.account())) {
      answer.mutable_failure()->set_code(wire::FAILURE_NOT_AUTHORISED);
      return answer;
    }
    std::vector<voprf::Element> elements;
    for (const auto& bytes : issue.blinded()) elements.push_back(*voprf::Element::from(bytes));
    const auto evaluation =
        voprf::blind_evaluate(key(issue.kind(), issue.week()), elements, random_);
    for (const auto& element : evaluation->elements) {
      answer.mutable_issued()->add_evaluated(element.str());
    }
    answer.mutable_issued()->set_proof(evaluation->proof.str());
    return answer;
  }

  /// What an operator's backup holds of the store.
  struct Backup {
    std::map<MailboxId, std::map<std::uint64_t, Bytes>> mailboxes;
    std::map<TokenNonce, SpendId> spent;
    std::set<std::string> accounts;
  };
  Backup back_up() const { return {mailboxes_, spent_, accounts_}; }
  void restore(Backup backup) {
    mailboxes_ = std::move(backup.mailboxes);
    spent_ = std::move(backup.spent);
    accounts_ = std::move(backup.accounts);
    begin_again();
  }
  std::size_t count_envelopes() const {
    std::size_t count = 0;
    for (const auto& [id, mailbox] : mailboxes_) count += mailbox.size();
    return count;
  }
  /// The store is gone, or another one.
  void begin_again() { incarnation_ = random_.fixed<Incarnation>(); }
  /// Shows and signs with other token keys than before; 0 are the first ones.
  void use_keys(unsigned generation) { generation_ = generation; }
  const Incarnation& incarnation() const { return incarnation_; }

 private:
  using Mailbox = std::map<std::uint64_t, Bytes>;

  const voprf::KeyPair& key(wire::TokenKind kind, std::uint32_t week) {
    const std::string name =
        std::to_string(kind) + "/" + std::to_string(week) + "/" + std::to_string(generation_);
    auto found = keys_.find(name);
    if (found == keys_.end()) {
      const auto seed = random_.secret<voprf::Seed>();
      found = keys_.emplace(name, voprf::derive_key_pair(seed, as_bytes(name))).first;
    }
    return found->second;
  }

  SeededRandom random_{1};
  std::optional<SigningKey> key_;
  wire::RelayAddress address_;
  Incarnation incarnation_;
  unsigned generation_ = 0;
  std::map<MailboxId, Mailbox> mailboxes_;
  std::set<MailboxId> long_;
  std::map<TokenNonce, SpendId> spent_;
  std::set<std::string> accounts_;
  std::map<std::string, voprf::KeyPair> keys_;
};

}  // namespace porchlight::client
