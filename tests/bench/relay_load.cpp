// relay_load: what porchlightd does under load, on loopback alone, bounded in count and time.
// Prints one table: CPU is the relay's CPU-seconds (schedstat, all threads) for a million drops or
// deliveries; gen is this program's own CPU, which near 100% is the bottleneck. Tokens are minted
// before the relay starts, so that blinding and signing them is not measured; spending them is.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>

#include "tests/bench/workloads.hpp"

namespace porchlight::bench {
namespace {

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
