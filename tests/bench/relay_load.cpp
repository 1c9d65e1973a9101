// relay_load: what porchlightd does under load, on loopback alone, bounded in count and time.
// Prints one table: CPU is the relay's CPU-seconds (schedstat, all threads) for a million drops or
// deliveries; gen is this program's own CPU, which near 100% is the bottleneck. Tokens are minted
// before the relay starts, so that blinding and signing them is not measured; spending them is.
#include <sys/resource.h>

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
  std::vector<std::string> steps{"drops", "idle", "fan-out", "channel"};
  std::vector<std::size_t> audiences{100, 1'000, 10'000};
};

/// As far as the system allows: each connection is a descriptor.
void raise_descriptors() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

int run(const Arguments& arguments) {
  const auto wants = [&](const char* step) {
    return std::find(arguments.steps.begin(), arguments.steps.end(), step) != arguments.steps.end();
  };
  const auto at = wire::HostPort::parse(arguments.at);
  if (!at.ok()) return (void)std::fprintf(stderr, "%s\n", at.error().what.c_str()), 2;
  // A fresh relay for each: memory that one left behind must not be charged to the next.
  const auto with_relay = [&](const auto& measure, std::size_t tokens) {
    auto subject = Subject::start(arguments.program, *at, tokens);
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
    good = good &&
           with_relay(
               [&](Subject& subject) {
                 std::printf("empty             rss %6.1f MiB\n", subject.use().rss_kib / 1024);
                 measure_idle(subject, {1'000, 5'000});
               },
               arguments.tokens);
  }
  if (wants("drops")) {
    const std::pair<std::size_t, std::size_t> shapes[] = {{64, 64}, {64, 1}, {1, 1}};
    for (const auto& [connections, window] : shapes) {
      good = good && with_relay(
                         [&, c = connections, w = window](Subject& subject) {
                           measure_drops(subject, c, w, arguments.seconds);
                         },
                         arguments.tokens);
    }
  }
  if (wants("fan-out")) {
    for (const std::size_t count : {std::size_t{100}, std::size_t{5'000}}) {
      good =
          good &&
          with_relay([&](Subject& subject) { measure_fan_out(subject, count, arguments.seconds); },
                     arguments.tokens);
    }
  }
  if (wants("channel")) {
    for (const std::size_t count : arguments.audiences) {
      const auto measure = [&](Subject& subject) { measure_channel(subject, count); };
      good = good && with_relay(measure, channel_tokens(count));
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
  app.add_option("--steps", arguments.steps, "drops, idle, fan-out, channel")->delimiter(',');
  app.add_option("--audiences", arguments.audiences, "For the step channel")
      ->delimiter(',')
      ->check(CLI::Range(1, 15'000));
  CLI11_PARSE(app, argc, argv);
  porchlight::bench::raise_descriptors();
  return porchlight::bench::run(arguments);
}
