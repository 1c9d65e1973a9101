// A live collector: spends a token, proves, collects, and then waits.
// Must not know: who drops.
#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "proto/crypto/sign.hpp"
#include "tests/bench/engine.hpp"
#include "tests/bench/subject.hpp"

namespace porchlight::bench {

class Subscriber {
 public:
  /// Begins to connect; `mailbox` is the key that proves, and outlives this.
  Subscriber(Subject& subject, Engine& engine, const SigningKey& mailbox);

  /// Called with each delivery, if it is there.
  std::function<void(const wire::Delivery&)> on_delivery;

  bool caught_up() const { return caught_up_; }
  bool failed() const { return failed_; }
  std::size_t deliveries() const { return deliveries_; }

 private:
  void begin(Subject& subject, const wire::RelayInfo& info, std::string& out);

  const SigningKey& mailbox_;
  Client& client_;
  bool caught_up_ = false;
  bool failed_ = false;
  std::size_t deliveries_ = 0;
};

using Subscribers = std::vector<std::unique_ptr<Subscriber>>;

/// More of them until there are `count`, in turn on `mailboxes`, and all have caught up. False
/// where they did not in time.
bool subscribe(Subject& subject, Engine& engine, const std::deque<SigningKey>& mailboxes,
               std::size_t count, Subscribers& subscribers);

}  // namespace porchlight::bench
