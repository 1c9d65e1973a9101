#include <algorithm>
#include <cstdio>
#include <cstring>

#include "tests/bench/subscriber.hpp"
#include "tests/bench/workloads.hpp"

namespace porchlight::bench {
namespace {

constexpr std::size_t alerts_sent = 11;
constexpr double a_minute = 60;
constexpr double answers_seconds_max = 300;

double part_of(std::vector<double>& values, double part) {
  std::sort(values.begin(), values.end());
  const auto index = static_cast<std::size_t>(part * static_cast<double>(values.size()));
  return values.empty() ? 0 : values[std::min(index, values.size() - 1)];
}

wire::Request drop_into(const SigningKey& mailbox, std::size_t number) {
  wire::Request drop;
  drop.set_id(number + 1);
  drop.mutable_drop()->set_address(to_string(mailbox_of(mailbox).encode()));
  drop.mutable_drop()->mutable_envelope()->resize(envelope_bytes);
  std::memcpy(drop.mutable_drop()->mutable_envelope()->data(), &number, sizeof number);
  return drop;
}

/// One alert at a time, each to all subscribers of a day mailbox.
bool send_alerts(Subject& subject, Engine& engine, const SigningKey& mailbox,
                 const Subscribers& subscribers) {
  Client& sender = engine.dial();
  bool ready = false;
  std::size_t stored = 0;
  sender.on_answer = [&](Client&, const wire::Answer& answer) {
    ready |= answer.has_relay_info();
    stored += answer.has_dropped();
  };
  engine.run([&] { return ready; }, setup_seconds_max);
  append_spend(subject.take_token(), std::uint64_t{1} << 32, sender.out);
  std::vector<double> last;
  const std::size_t count = subscribers.size();
  const Use before = subject.use();
  const double cpu_before = own_cpu_seconds();
  const double began = seconds_now();
  for (std::size_t number = 0; number < alerts_sent; ++number) {
    wire::append_frame(drop_into(mailbox, number), sender.out);
    const double start = seconds_now();
    engine.flush(sender);
    const auto all_have_it = [&] {
      return stored == number + 1 &&
             total(subscribers, &Subscriber::deliveries) == count * (number + 1);
    };
    if (!engine.run(all_have_it, setup_seconds_max)) return false;
    last.push_back((seconds_now() - start) * 1e3);
  }
  const double took = seconds_now() - began;
  const double cpu = subject.use().cpu_seconds - before.cpu_seconds;
  engine.hang_up(sender);
  const auto deliveries = static_cast<double>(count * alerts_sent);
  std::printf(
      "channel %5zu     to the last: p50 %7.1f ms  max %7.1f ms  CPU %6.2f/M  relay %3.0f%%  "
      "gen %3.0f%%  rss %6.1f MiB\n",
      count, part_of(last, 0.5), part_of(last, 1), cpu / deliveries * 1e6, cpu / took * 100,
      (own_cpu_seconds() - cpu_before) / took * 100, subject.use().rss_kib / 1024);
  return true;
}

/// Answers by `count` connections that come in over `seconds`, or so many at a time, spend, drop
/// and go, to one live collector that counts them.
class Answers {
 public:
  Answers(Subject& subject, Engine& engine, std::size_t count, double seconds)
      : subject_(subject), engine_(engine), count_(count), seconds_(seconds) {
    SystemRandom random;
    mailbox_.emplace_back(random.secret<SigningSeed>());
  }

  bool run() {
    if (!subscribe(subject_, engine_, mailbox_, 1, collector_)) return false;
    collector_.front()->on_delivery = [this](const wire::Delivery& delivery) {
      std::size_t number = 0;
      std::memcpy(&number, delivery.envelope().data(), sizeof number);
      counted_.push_back(seconds_now() - began_.at(number));
    };
    const Use before = subject_.use();
    const double cpu_before = own_cpu_seconds();
    const double start = seconds_now();
    const auto go_on = [&] {
      while (began_.size() < count_ && is_due(seconds_now() - start)) come_in();
      return counted_.size() == count_ && gone_ == count_;
    };
    const bool all = engine_.run(go_on, answers_seconds_max);
    const double took = seconds_now() - start;
    const double cpu = subject_.use().cpu_seconds - before.cpu_seconds;
    std::printf(
        "answers %5zu     in %5.1f s  counted after p50 %7.1f ms  p99 %7.1f ms  max %7.1f ms  CPU "
        "%6.2f ms each  relay %3.0f%%  gen %3.0f%%%s\n",
        counted_.size(), took, part_of(counted_, 0.5) * 1e3, part_of(counted_, 0.99) * 1e3,
        part_of(counted_, 1) * 1e3, cpu / static_cast<double>(count_) * 1e3, cpu / took * 100,
        (own_cpu_seconds() - cpu_before) / took * 100, refused_ > 0 ? "  ERRORS" : "");
    return all;
  }

 private:
  bool is_due(double elapsed) const {
    if (seconds_ == 0) return began_.size() - gone_ < dials_at_once;
    return static_cast<double>(began_.size()) < elapsed / seconds_ * static_cast<double>(count_);
  }
  void come_in() {
    const std::size_t number = began_.size();
    began_.push_back(seconds_now());
    engine_.dial().on_answer = [this, number](Client& client, const wire::Answer& answer) {
      if (answer.has_relay_info()) {
        append_spend(subject_.take_token(), 1, client.out);
        wire::append_frame(drop_into(mailbox_.front(), number), client.out);
      } else if (answer.has_dropped()) {
        ++gone_;
        engine_.hang_up(client);
      } else if (!answer.has_budget()) {
        ++refused_;
      }
    };
  }

  Subject& subject_;
  Engine& engine_;
  std::size_t count_;
  double seconds_;  // 0: as fast as it goes
  std::deque<SigningKey> mailbox_;
  Subscribers collector_;
  std::vector<double> began_;    // by number
  std::vector<double> counted_;  // how long after
  std::size_t gone_ = 0;
  std::size_t refused_ = 0;
};

}  // namespace

std::size_t channel_tokens(std::size_t count) { return 3 * count + 16; }

void measure_channel(Subject& subject, std::size_t count) {
  SystemRandom random;
  Engine engine(subject.address());
  std::deque<SigningKey> mailbox;
  mailbox.emplace_back(random.secret<SigningSeed>());
  Subscribers subscribers;
  if (!subscribe(subject, engine, mailbox, count, subscribers)) {
    return (void)std::puts("channel: subscribing failed");
  }
  bool good = send_alerts(subject, engine, mailbox.front(), subscribers);
  Answers over_a_minute(subject, engine, count, a_minute);
  good = good && over_a_minute.run();
  Answers at_once(subject, engine, count, 0);
  good = good && at_once.run();
  if (!good || total(subscribers, &Subscriber::failed) + engine.failures() > 0) {
    std::puts("  (not all of it went well: these figures are of less)");
  }
}

}  // namespace porchlight::bench
