// What a lane asks of the state behind it, and tells it: the core seen from one lane, without a
// clock. An interface so that the lane's own tests can answer by script.
// Must not know: frames, sockets.
#pragma once

#include "client/core/core.hpp"

namespace porchlight::client {

/// Whoever runs a core: knows the time, and keeps what the core's drain() gives.
class Keeper {
 public:
  virtual ~Keeper() = default;
  virtual TimePoint now() = 0;
  /// Drains the core and makes it durable. After an error nothing may leave the device any more.
  virtual Status keep() = 0;
};

/// One lane's view. The events are those of Core, without the time.
class LaneHost {
 public:
  virtual ~LaneHost() = default;

  virtual std::vector<Subscription> subscriptions() = 0;
  virtual std::vector<OutboxItem> outbox() = 0;
  virtual std::vector<Erasure> erasures() = 0;
  virtual Result<SpendOrder> spend_order() = 0;
  virtual Result<Signature> prove(const wire::MailboxAddress& address, wire::MailboxRight right,
                                  const Challenge& challenge) = 0;

  virtual void on_relay_facts(const RelayFacts& facts) = 0;
  virtual void on_budget(const SpendId& spend, const wire::Budget& left) = 0;
  virtual void on_spend_refused(const SpendId& spend) = 0;
  virtual void on_delivery(const MailboxId& mailbox, std::uint64_t seq, ByteView envelope) = 0;
  virtual void on_caught_up(const MailboxId& mailbox, const Incarnation& incarnation) = 0;
  virtual void on_dropped(OutboxId id, std::uint64_t seq) = 0;
  virtual void on_drop_refused(OutboxId id, const wire::Failure& failure) = 0;
  virtual void on_erased(const MailboxId& mailbox, std::uint64_t up_to_seq) = 0;

  virtual Status persist() = 0;
};

/// An errand's view: enrolling or fetching tokens, on a connection of its own.
class ErrandHost {
 public:
  virtual ~ErrandHost() = default;

  virtual void on_relay_facts(const RelayFacts& facts) = 0;
  virtual Result<wire::Request> errand_request(const Challenge& challenge) = 0;
  virtual void on_errand_answer(const wire::Answer& answer) = 0;

  virtual Status persist() = 0;
};

/// The core behind one lane. `core` and `keeper` outlive it.
class CoreLane final : public LaneHost {
 public:
  CoreLane(Core& core, Keeper& keeper, Lane lane) : core_(core), keeper_(keeper), lane_(lane) {}

  std::vector<Subscription> subscriptions() override {
    return core_.subscriptions(lane_, keeper_.now());
  }
  std::vector<OutboxItem> outbox() override { return core_.outbox(lane_); }
  std::vector<Erasure> erasures() override {
    return lane_ == Lane::collect ? core_.erasures() : std::vector<Erasure>{};
  }
  Result<SpendOrder> spend_order() override { return core_.spend_order(lane_, keeper_.now()); }
  Result<Signature> prove(const wire::MailboxAddress& address, wire::MailboxRight right,
                          const Challenge& challenge) override {
    return core_.prove(address, right, challenge);
  }

  void on_relay_facts(const RelayFacts& facts) override {
    core_.on_relay_facts(facts, lane_, keeper_.now());
  }
  void on_budget(const SpendId& spend, const wire::Budget& left) override {
    core_.on_budget(spend, left, keeper_.now());
  }
  void on_spend_refused(const SpendId& spend) override {
    core_.on_spend_refused(spend, keeper_.now());
  }
  void on_delivery(const MailboxId& mailbox, std::uint64_t seq, ByteView envelope) override {
    core_.on_delivery(mailbox, seq, envelope, keeper_.now());
  }
  void on_caught_up(const MailboxId& mailbox, const Incarnation& incarnation) override {
    core_.on_caught_up(mailbox, incarnation, keeper_.now());
  }
  void on_dropped(OutboxId id, std::uint64_t seq) override {
    core_.on_dropped(id, seq, keeper_.now());
  }
  void on_drop_refused(OutboxId id, const wire::Failure& failure) override {
    core_.on_drop_refused(id, failure, keeper_.now());
  }
  void on_erased(const MailboxId& mailbox, std::uint64_t up_to_seq) override {
    core_.on_erased(mailbox, up_to_seq);
  }

  Status persist() override { return keeper_.keep(); }

 private:
  Core& core_;
  Keeper& keeper_;
  Lane lane_;
};

/// The core behind one errand. `core` and `keeper` outlive it.
class CoreErrand final : public ErrandHost {
 public:
  CoreErrand(Core& core, Keeper& keeper, Errand errand)
      : core_(core), keeper_(keeper), errand_(errand) {}

  void on_relay_facts(const RelayFacts& facts) override {
    core_.on_relay_facts(facts, std::nullopt, keeper_.now());
  }
  Result<wire::Request> errand_request(const Challenge& challenge) override {
    return core_.errand_request(errand_, challenge, keeper_.now());
  }
  void on_errand_answer(const wire::Answer& answer) override {
    core_.on_errand_answer(errand_, answer, keeper_.now());
  }

  Status persist() override { return keeper_.keep(); }

 private:
  Core& core_;
  Keeper& keeper_;
  Errand errand_;
};

}  // namespace porchlight::client
