#include "tests/bench/subscriber.hpp"

#include <algorithm>

#include "proto/wire/signed.hpp"
#include "tests/bench/workloads.hpp"

namespace porchlight::bench {

Subscriber::Subscriber(Subject& subject, Engine& engine, const SigningKey& mailbox)
    : mailbox_(mailbox), client_(engine.dial()) {
  client_.on_answer = [this, &subject](Client& client, const wire::Answer& answer) {
    if (answer.has_relay_info()) begin(subject, answer.relay_info(), client.out);
    if (answer.has_caught_up()) caught_up_ = true;
    if (answer.has_failure()) failed_ = true;
    if (!answer.has_delivery()) return;
    ++deliveries_;
    if (on_delivery) on_delivery(answer.delivery());
  };
}

void Subscriber::begin(Subject& subject, const wire::RelayInfo& info, std::string& out) {
  const Bytes address = mailbox_of(mailbox_).encode();
  append_spend(subject.take_token(), 1, out);
  wire::Request prove;
  prove.set_id(2);
  prove.mutable_prove()->set_right(wire::MAILBOX_RIGHT_COLLECT);
  prove.mutable_prove()->set_address(to_string(address));
  prove.mutable_prove()->set_signature(
      wire::prove_possession(wire::label::prove_collect, subject.address().identity,
                             *Challenge::from(info.challenge()), address, mailbox_)
          .str());
  wire::append_frame(prove, out);
  wire::Request collect;
  collect.set_id(3);
  collect.mutable_collect()->set_address(to_string(address));
  collect.mutable_collect()->set_live(true);
  wire::append_frame(collect, out);
}

bool subscribe(Subject& subject, Engine& engine, const std::deque<SigningKey>& mailboxes,
               std::size_t count, Subscribers& subscribers) {
  while (subscribers.size() < count) {
    const std::size_t next = std::min(count, subscribers.size() + dials_at_once);
    while (subscribers.size() < next) {
      const SigningKey& mailbox = mailboxes[subscribers.size() % mailboxes.size()];
      subscribers.push_back(std::make_unique<Subscriber>(subject, engine, mailbox));
    }
    const auto ready = [&] { return total(subscribers, &Subscriber::caught_up) == next; };
    if (!engine.run(ready, setup_seconds_max)) return false;
  }
  return true;
}

}  // namespace porchlight::bench
