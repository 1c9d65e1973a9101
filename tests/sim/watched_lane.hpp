// A lane's host that looks on: an envelope which was planted to be refused may move the reader's
// position and nothing else (clause 5.2).
#pragma once

#include <functional>

#include "client/core/lane_host.hpp"

namespace porchlight::sim {

class WatchedLane final : public client::LaneHost {
 public:
  /// Delivers to the core by `deliver`, and holds what follows against what may follow.
  using Watch = std::function<void(const MailboxId& mailbox, std::uint64_t seq,
                                   const std::function<void()>& deliver)>;

  WatchedLane(client::Core& core, client::Keeper& keeper, client::Lane lane, Watch watch)
      : inner_(core, keeper, lane), watch_(std::move(watch)) {}

  std::vector<client::Subscription> subscriptions() override { return inner_.subscriptions(); }
  std::vector<client::OutboxItem> outbox() override { return inner_.outbox(); }
  std::vector<client::Erasure> erasures() override { return inner_.erasures(); }
  Result<client::SpendOrder> spend_order() override { return inner_.spend_order(); }
  Result<Signature> prove(const wire::MailboxAddress& address, wire::MailboxRight right,
                          const Challenge& challenge) override {
    return inner_.prove(address, right, challenge);
  }

  void on_relay_facts(const client::RelayFacts& facts) override { inner_.on_relay_facts(facts); }
  void on_budget(const SpendId& spend, const wire::Budget& left) override {
    inner_.on_budget(spend, left);
  }
  void on_spend_refused(const SpendId& spend) override { inner_.on_spend_refused(spend); }
  void on_delivery(const MailboxId& mailbox, std::uint64_t seq, ByteView envelope) override {
    watch_(mailbox, seq, [&] { inner_.on_delivery(mailbox, seq, envelope); });
  }
  void on_caught_up(const MailboxId& mailbox, const Incarnation& incarnation) override {
    inner_.on_caught_up(mailbox, incarnation);
  }
  void on_dropped(client::OutboxId id, std::uint64_t seq) override { inner_.on_dropped(id, seq); }
  void on_drop_refused(client::OutboxId id, const wire::Failure& failure) override {
    inner_.on_drop_refused(id, failure);
  }
  void on_erased(const MailboxId& mailbox, std::uint64_t up_to_seq) override {
    inner_.on_erased(mailbox, up_to_seq);
  }
  Status persist() override { return inner_.persist(); }

 private:
  client::CoreLane inner_;
  Watch watch_;
};

}  // namespace porchlight::sim
