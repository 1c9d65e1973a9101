// relay_load: what porchlightd does under load, on loopback alone, bounded in count and time.
// Prints one table; units as usual for such tables: CPU is the relay's CPU-seconds (schedstat, all
// threads) for a million drops or deliveries, gen% is this program's own CPU, which near 100 is the
// bottleneck.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "proto/crypto/random.hpp"
#include "proto/wire/mailbox.hpp"
#include "proto/wire/signed.hpp"
#include "tests/bench/engine.hpp"
#include "tests/bench/subject.hpp"

namespace porchlight::bench {
namespace {

constexpr std::size_t envelope_bytes = 2048;
constexpr double setup_seconds_max = 60;
constexpr std::size_t dials_at_once = 64;

wire::MailboxAddress mailbox_of(const SigningKey& key) { return {0, key.verify_key(), {}}; }

void append_spend(const wire::Token& token, std::uint64_t id, std::string& out) {
  SystemRandom random;
  wire::Request request;
  request.set_id(id);
  *request.mutable_spend()->mutable_token() = token;
  request.mutable_spend()->set_spend_id(random.fixed<SpendId>().str());
  wire::append_frame(request, out);
}

// ---- durable drops
// --------------------------------------------------------------------------------

/// Keeps `window` drops unanswered, in a mailbox of its own, and spends a token for every 64.
class Dropper {
 public:
  Dropper(Subject& subject, Engine& engine, std::size_t window, std::vector<double>& latencies)
      : subject_(subject),
        window_(window),
        latencies_(latencies),
        address_(to_string(mailbox_of(SigningKey(random_.secret<SigningSeed>())).encode())),
        client_(engine.dial()) {
    request_.mutable_drop()->set_address(address_);
    std::string& envelope = *request_.mutable_drop()->mutable_envelope();
    envelope.resize(envelope_bytes);
    random_.fill({reinterpret_cast<Byte*>(envelope.data()), envelope.size()});
    client_.on_answer = [this](Client&, const wire::Answer& answer) { on_answer(answer); };
  }

  bool ready() const { return ready_; }
  std::size_t stored() const { return stored_; }
  std::size_t refused() const { return refused_; }
  Client& client() { return client_; }
  void begin() { fill(); }
  void stop() { stopping_ = true; }
  bool idle() const { return in_flight_.empty(); }

 private:
  void on_answer(const wire::Answer& answer) {
    if (answer.has_relay_info()) {
      ready_ = true;
    } else if (answer.has_dropped()) {
      ++stored_;
      latencies_.push_back(seconds_now() - in_flight_.front());
      in_flight_.pop_front();
      fill();
    } else if (!answer.has_budget()) {
      ++refused_;
    }
  }
  void fill() {
    while (!stopping_ && in_flight_.size() < window_) {
      if (budget_ == 0) {
        if (subject_.tokens_left() == 0) return;
        append_spend(subject_.take_token(), ++id_, client_.out);
        budget_ = limits::session_drops;
      }
      --budget_;
      request_.set_id(++id_);
      // Another envelope each time; what is in it is nothing to the relay.
      std::memcpy(request_.mutable_drop()->mutable_envelope()->data(), &id_, sizeof id_);
      wire::append_frame(request_, client_.out);
      in_flight_.push_back(seconds_now());
    }
  }

  Subject& subject_;
  const std::size_t window_;
  std::vector<double>& latencies_;
  SystemRandom random_;
  std::string address_;
  Client& client_;
  wire::Request request_;
  std::uint64_t id_ = 0;
  std::uint32_t budget_ = 0;
  std::deque<double> in_flight_;
  std::size_t stored_ = 0;
  std::size_t refused_ = 0;
  bool ready_ = false;
  bool stopping_ = false;
};

template <class Things, class Member>
std::size_t total(const Things& things, Member member) {
  std::size_t sum = 0;
  for (const auto& thing : things) sum += (*thing.*member)();
  return sum;
}

void measure_drops(Subject& subject, std::size_t connections, std::size_t window, double seconds) {
  Engine engine(subject.address());
  std::vector<double> latencies;
  latencies.reserve(1'000'000);
  std::vector<std::unique_ptr<Dropper>> droppers;
  for (std::size_t i = 0; i < connections; ++i) {
    droppers.push_back(std::make_unique<Dropper>(subject, engine, window, latencies));
  }
  const auto all_ready = [&] { return total(droppers, &Dropper::ready) == connections; };
  if (!engine.run(all_ready, setup_seconds_max)) return (void)std::puts("drops: no connection");
  const auto begin = [&](auto& dropper) {
    dropper->begin();
    engine.flush(dropper->client());
  };
  std::for_each(droppers.begin(), droppers.end(), begin);
  engine.run([] { return false; }, 0.5);  // warm-up

  const Use before = subject.use();
  const double cpu_before = own_cpu_seconds();
  const std::size_t stored_before = total(droppers, &Dropper::stored);
  latencies.clear();
  const double start = seconds_now();
  engine.run([] { return false; }, seconds);
  const double took = seconds_now() - start;
  const auto stored = static_cast<double>(total(droppers, &Dropper::stored) - stored_before);
  const Use after = subject.use();
  const double generator = (own_cpu_seconds() - cpu_before) / took * 100;
  for (auto& dropper : droppers) dropper->stop();
  engine.run([&] { return total(droppers, &Dropper::idle) == connections; }, 10);

  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double part) {
    const auto index = static_cast<std::size_t>(part * static_cast<double>(latencies.size()));
    return latencies.empty() ? 0 : latencies[std::min(index, latencies.size() - 1)] * 1e3;
  };
  const double cpu = after.cpu_seconds - before.cpu_seconds;
  std::printf(
      "drops %4zu x %-3zu  %8.0f/s  p50 %8.2f ms  p99 %8.2f ms  CPU %6.2f/M  relay %3.0f%%  gen "
      "%3.0f%%  rss %5.1f MiB%s\n",
      connections, window, stored / took, at(0.5), at(0.99), cpu / stored * 1e6, cpu / took * 100,
      generator, after.rss_kib / 1024,
      total(droppers, &Dropper::refused) + engine.failures() > 0 ? "  ERRORS" : "");
  if (subject.tokens_left() == 0) std::puts("  (the tokens ran out: give --tokens more)");
}

// ---- subscribers
// ----------------------------------------------------------------------------------

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

/// Each on a mailbox of its own, as the people of a town would be.
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

/// One mailbox that all listen to, `ahead` broadcasts unfinished at a time.
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

struct Arguments {
  std::string program = PORCHLIGHTD;
  std::string at = "127.0.0.1:17443";
  double seconds = 4;
  std::size_t tokens = 30'000;
  std::vector<std::string> steps{"drops", "idle", "fan-out"};
};

int run(const Arguments& arguments) {
  const auto wants = [&](const char* step) {
    return std::find(arguments.steps.begin(), arguments.steps.end(), step) != arguments.steps.end();
  };
  const auto at = wire::HostPort::parse(arguments.at);
  if (!at.ok()) return (void)std::fprintf(stderr, "%s\n", at.error().what.c_str()), 2;
  // A fresh relay for each: memory that one left behind must not be charged to the next.
  const auto with_relay = [&](const auto& measure) {
    auto subject = Subject::start(arguments.program, *at, arguments.tokens);
    if (!subject.ok()) {
      std::fprintf(stderr, "relay_load: %s\n", subject.error().what.c_str());
      return false;
    }
    measure(**subject);
    std::fflush(stdout);
    return true;
  };
  bool good = true;
  if (wants("idle")) {
    good = good && with_relay([&](Subject& subject) {
             std::printf("empty             rss %6.1f MiB\n", subject.use().rss_kib / 1024);
             measure_idle(subject, {1'000, 5'000});
           });
  }
  if (wants("drops")) {
    const std::pair<std::size_t, std::size_t> shapes[] = {{64, 64}, {64, 1}, {1, 1}};
    for (const auto& [connections, window] : shapes) {
      good = good && with_relay([&, c = connections, w = window](Subject& subject) {
               measure_drops(subject, c, w, arguments.seconds);
             });
    }
  }
  if (wants("fan-out")) {
    for (const std::size_t count : {std::size_t{100}, std::size_t{5'000}}) {
      good = good && with_relay([&](Subject& subject) {
               measure_fan_out(subject, count, arguments.seconds);
             });
    }
  }
  return good ? 0 : 1;
}

}  // namespace
}  // namespace porchlight::bench

int main(int argc, char** argv) {
  porchlight::crypto_init();
  porchlight::bench::Arguments arguments;
  CLI::App app{"Loads a porchlightd that it starts itself, on loopback", "relay_load"};
  app.add_option("--porchlightd", arguments.program, "The program to measure");
  app.add_option("--at", arguments.at, "Where it is to listen; 127/8 alone");
  app.add_option("--seconds", arguments.seconds, "For each measurement")
      ->check(CLI::Range(0.1, 60.));
  app.add_option("--tokens", arguments.tokens, "Session tokens to mint beforehand, for each relay")
      ->check(CLI::Range(100, 200'000));
  app.add_option("--steps", arguments.steps, "drops, idle, fan-out")->delimiter(',');
  CLI11_PARSE(app, argc, argv);
  return porchlight::bench::run(arguments);
}
