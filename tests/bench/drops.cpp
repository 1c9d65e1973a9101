#include <algorithm>
#include <cstdio>
#include <cstring>
#include <deque>

#include "tests/bench/workloads.hpp"

namespace porchlight::bench {
namespace {

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

}  // namespace

void append_spend(const wire::Token& token, std::uint64_t id, std::string& out) {
  SystemRandom random;
  wire::Request request;
  request.set_id(id);
  *request.mutable_spend()->mutable_token() = token;
  request.mutable_spend()->set_spend_id(random.fixed<SpendId>().str());
  wire::append_frame(request, out);
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

}  // namespace porchlight::bench
