#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>

#include "proto/wire/signed.hpp"
#include "tests/bench/workloads.hpp"

namespace porchlight::bench {
namespace {

constexpr std::size_t dials_at_once = 64;

/// Spends, proves, collects live, and then waits.
class Subscriber {
 public:
  Subscriber(Subject& subject, Engine& engine, const SigningKey& mailbox)
      : mailbox_(mailbox), client_(engine.dial()) {
    client_.on_answer = [this, &subject](Client& client, const wire::Answer& answer) {
      if (answer.has_relay_info()) begin(subject, answer.relay_info(), client.out);
      if (answer.has_caught_up()) caught_up_ = true;
      if (answer.has_delivery()) ++deliveries_;
      if (answer.has_failure()) failed_ = true;
    };
  }
  bool caught_up() const { return caught_up_; }
  bool failed() const { return failed_; }
  std::size_t deliveries() const { return deliveries_; }

 private:
  void begin(Subject& subject, const wire::RelayInfo& info, std::string& out) {
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

  const SigningKey& mailbox_;
  Client& client_;
  bool caught_up_ = false;
  bool failed_ = false;
  std::size_t deliveries_ = 0;
};

using Subscribers = std::vector<std::unique_ptr<Subscriber>>;

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

}  // namespace

void measure_idle(Subject& subject, const std::vector<std::size_t>& counts) {
  SystemRandom random;
  Engine engine(subject.address());
  std::deque<SigningKey> mailboxes;
  for (std::size_t i = 0; i < counts.back(); ++i) {
    mailboxes.emplace_back(random.secret<SigningSeed>());
  }
  Subscribers subscribers;
  const Use base = subject.use();
  for (const std::size_t count : counts) {
    if (!subscribe(subject, engine, mailboxes, count, subscribers)) {
      return (void)std::puts("idle: subscribing failed");
    }
    engine.run([] { return false; }, 0.3);
    const Use now = subject.use();
    const auto n = static_cast<double>(count);
    std::printf("idle %5zu        rss %6.1f MiB  %6.2f KiB each  CPU %5.2f ms each to come in%s\n",
                count, now.rss_kib / 1024, (now.rss_kib - base.rss_kib) / n,
                (now.cpu_seconds - base.cpu_seconds) / n * 1e3,
                total(subscribers, &Subscriber::failed) + engine.failures() > 0 ? "  ERRORS" : "");
  }
}

void measure_fan_out(Subject& subject, std::size_t count, double seconds) {
  constexpr std::size_t ahead = 8;
  SystemRandom random;
  Engine engine(subject.address());
  std::deque<SigningKey> mailbox;
  mailbox.emplace_back(random.secret<SigningSeed>());
  Subscribers subscribers;
  if (!subscribe(subject, engine, mailbox, count, subscribers)) {
    return (void)std::puts("fan-out: subscribing failed");
  }
  wire::Request drop;
  drop.mutable_drop()->set_address(to_string(mailbox_of(mailbox.front()).encode()));
  drop.mutable_drop()->mutable_envelope()->resize(envelope_bytes);
  Client& sender = engine.dial();
  bool ready = false;
  sender.on_answer = [&](Client&, const wire::Answer& answer) { ready |= answer.has_relay_info(); };
  engine.run([&] { return ready; }, setup_seconds_max);

  std::uint64_t sent = 0;
  const auto delivered = [&] { return total(subscribers, &Subscriber::deliveries); };
  const auto keep_ahead = [&] {
    const std::size_t finished = delivered() / count;
    while (sent < finished + ahead && subject.tokens_left() > 0) {
      if (sent % limits::session_drops == 0) {
        append_spend(subject.take_token(), (std::uint64_t{1} << 32) + sent, sender.out);
      }
      drop.set_id(++sent);
      std::memcpy(drop.mutable_drop()->mutable_envelope()->data(), &sent, sizeof sent);
      wire::append_frame(drop, sender.out);
    }
    engine.flush(sender);
    return false;
  };
  const Use before = subject.use();
  const double cpu_before = own_cpu_seconds();
  const double start = seconds_now();
  engine.run(keep_ahead, seconds);
  const double took = seconds_now() - start;
  const auto done = static_cast<double>(delivered());
  const double cpu = subject.use().cpu_seconds - before.cpu_seconds;
  std::printf("fan-out %5zu     %8.0f deliveries/s  CPU %6.2f/M  relay %3.0f%%  gen %3.0f%%%s\n",
              count, done / took, cpu / done * 1e6, cpu / took * 100,
              (own_cpu_seconds() - cpu_before) / took * 100,
              total(subscribers, &Subscriber::failed) + engine.failures() > 0 ? "  ERRORS" : "");
}

}  // namespace porchlight::bench
