// Runs the simulation for as long as asked.
#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>

#include "tests/sim/faults.hpp"
#include "tests/sim/split.hpp"

namespace {

using namespace porchlight;

/// "90", "90s", "10m" or "2h"; none for anything else.
std::optional<std::chrono::seconds> parse_span(const std::string& text) {
  std::size_t end = 0;
  unsigned long number = 0;
  try {
    number = std::stoul(text, &end);
  } catch (const std::exception&) {
    return std::nullopt;
  }
  const std::string unit = text.substr(end);
  if (unit.empty() || unit == "s") return std::chrono::seconds{number};
  if (unit == "m") return std::chrono::minutes{number};
  if (unit == "h") return std::chrono::hours{number};
  return std::nullopt;
}

bool run_one(const sim::Plan& plan) {
  const sim::Report report = plan.plot == sim::Plot::split     ? sim::run_split(plan.seed)
                             : plan.plot == sim::Plot::healing ? sim::run_healing(plan.seed)
                                                               : sim::Simulation(plan).run();
  const auto seed = static_cast<unsigned long long>(plan.seed);
  if (report.failure) {
    std::printf("%s\nseed %llu FAILED: %s\nrepeat it: %s\n", report.story.c_str(), seed,
                report.failure->c_str(), sim::repeat(plan).c_str());
  } else {
    std::printf("seed %llu:", seed);
    for (const auto& [what, often] : report.counts) {
      std::printf(" %llu %s,", static_cast<unsigned long long>(often), what.c_str());
    }
    std::printf(" all is well\n");
  }
  std::fflush(stdout);
  return !report.failure;
}

/// With --for, everything there is takes its turn.
void vary(sim::Plan& plan, std::uint64_t run) {
  constexpr std::array conducts = {sim::Conduct::good, sim::Conduct::bad_member,
                                   sim::Conduct::good, sim::Conduct::bad_lead,
                                   sim::Conduct::good, sim::Conduct::thief};
  plan.conduct = conducts[run % conducts.size()];
  constexpr std::array openings = {sim::Opening::group, sim::Opening::channel,
                                   sim::Opening::strangers, sim::Opening::channel,
                                   sim::Opening::group};
  plan.opening = openings[run % openings.size()];
  plan.honesty = run % 5 == 0 ? sim::Honesty::dishonest : sim::Honesty::honest;
  plan.restores_per_mille = run % 6 == 2 ? 20 : 0;
  plan.plot = run % 10 == 9   ? sim::Plot::split
              : run % 20 == 8 ? sim::Plot::healing
                              : sim::Plot::lives;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Seeded simulation of clients and a relay in virtual time"};
  sim::Plan plan;
  std::uint64_t runs = 1;
  std::string span_text;
  bool dishonest = false;
  bool frames = false;
  bool group = false;
  bool split = false;
  bool healing = false;
  bool channel = false;
  const std::map<std::string, sim::Conduct> conducts = {{"good", sim::Conduct::good},
                                                        {"member", sim::Conduct::bad_member},
                                                        {"lead", sim::Conduct::bad_lead},
                                                        {"thief", sim::Conduct::thief}};
  SystemRandom system_random;
  crypto_init();
  plan.seed = system_random.below(1'000'000'000);
  app.add_option("--seed", plan.seed, "the first seed; a fresh one where none is given");
  app.add_option("--steps", plan.steps, "things that people do in a run");
  app.add_option("--clients", plan.clients, "devices in a run")->check(CLI::Range(2, 12));
  auto* runs_option = app.add_option("--runs", runs, "how many seeds, one after the other");
  auto* restores_option =
      app.add_option("--restores", plan.restores_per_mille,
                     "how often, of a thousand steps, the relay is restored from a backup");
  auto* dishonest_option = app.add_flag("--dishonest", dishonest, "a relay that replays envelopes");
  auto* split_option =
      app.add_flag("--split", split, "a relay that shows a group two histories, and nothing else");
  auto* healing_option =
      app.add_flag("--healing", healing, "copies of vaults, new cards, new keys, and nothing else")
          ->excludes(split_option);
  auto* group_option = app.add_flag("--group", group, "everybody is in one group from the start");
  auto* channel_option =
      app.add_flag("--channel", channel, "three in a group with a channel, the others its audience")
          ->excludes(group_option);
  auto* conduct_option =
      app.add_option("--conduct", plan.conduct, "who among the people is up to something")
          ->transform(CLI::CheckedTransformer(conducts));
  app.add_option("--for", span_text,
                 "run seeds for this long, each kind of run in its turn: 90s, 10m, 2h")
      ->excludes(runs_option, dishonest_option, group_option, channel_option, conduct_option,
                 restores_option, split_option, healing_option);
  app.add_flag("--frames", frames, "a failure's story holds every frame");
  CLI11_PARSE(app, argc, argv);
  if (split) plan.plot = sim::Plot::split;
  if (healing) plan.plot = sim::Plot::healing;
  if (group) plan.opening = sim::Opening::group;
  if (channel) plan.opening = sim::Opening::channel;
  if (dishonest) plan.honesty = sim::Honesty::dishonest;
  if (frames) plan.detail = sim::Detail::frames;

  std::optional<std::chrono::seconds> span;
  if (!span_text.empty() && !(span = parse_span(span_text))) {
    std::fprintf(stderr, "--for takes a number and s, m or h\n");
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  const auto elapsed = [&] { return std::chrono::steady_clock::now() - begin; };
  std::vector<std::string> failed;
  std::uint64_t done = 0;
  for (; span ? elapsed() < *span : done < runs; ++done, ++plan.seed) {
    if (span) vary(plan, done);
    if (!run_one(plan)) failed.push_back(sim::repeat(plan));
    if (!span && !failed.empty()) return 1;
  }
  const double seconds = std::chrono::duration<double>(elapsed()).count();
  std::printf("%llu runs, %.0f simulated steps a second, %zu failed\n",
              static_cast<unsigned long long>(done),
              static_cast<double>(done * plan.steps) / seconds, failed.size());
  for (const std::string& line : failed) std::printf("%s\n", line.c_str());
  return failed.empty() ? 0 : 1;
}
