#include <cstdio>
#include <cstring>
#include <deque>

#include "tests/bench/subscriber.hpp"
#include "tests/bench/workloads.hpp"

namespace porchlight::bench {

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
