// Fixed seeds, and the proof that the checks bite. Fresh ones are for porchlight_sim --for.
#include <gtest/gtest.h>

#include "tests/sim/faults.hpp"
#include "tests/sim/split.hpp"

namespace porchlight::sim {
namespace {

std::string explain(const Plan& plan, const Report& report) {
  return report.story + "\nseed " + std::to_string(plan.seed) + ": " + report.failure.value_or("") +
         "\nrepeat it: " + repeat(plan);
}

Report run(const Plan& plan) {
  Simulation simulation(plan);
  const Report report = simulation.run();
  EXPECT_FALSE(report.failure) << explain(plan, report);
  return report;
}

TEST(Simulation, RunsOfFixedSeedsHoldTheInvariants) {
  std::map<std::string, std::uint64_t> counts;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const Plan plan{.seed = seed, .opening = seed % 2 == 0 ? Opening::group : Opening::strangers};
    for (const auto& [what, often] : run(plan).counts) counts[what] += often;
  }
  // Runs in which nothing happens would hold them too.
  EXPECT_GE(counts["posts"], 200U);
  EXPECT_GE(counts["arrivals"], 200U);
  EXPECT_GE(counts["epochs"], 20U);
  EXPECT_GE(counts["removals"], 2U);
  EXPECT_GE(counts["crashes"], 20U);
  EXPECT_GE(counts["closures"], 2'000U);
  EXPECT_GE(counts["copied vaults"], 20U);
  EXPECT_GE(counts["cuts"], 20U);
  EXPECT_GE(counts["relay restarts"], 10U);
}

TEST(Simulation, WhoeverIsUpToSomethingBreaksNoInvariantForTheOthers) {
  std::map<std::string, std::uint64_t> counts;
  for (const Conduct conduct : {Conduct::bad_member, Conduct::bad_lead, Conduct::thief}) {
    for (const std::uint64_t seed : {501U, 502U}) {
      const Plan plan{.seed = seed, .steps = 90, .opening = Opening::group, .conduct = conduct};
      for (const auto& [what, often] : run(plan).counts) counts[what] += often;
    }
  }
  EXPECT_GE(counts["forgeries"], 10U);
  EXPECT_GE(counts["changes out of turn"], 5U);
  EXPECT_GE(counts["catch-ups"], 1U);
  EXPECT_GE(counts["words from copies"], 20U);
}

TEST(Simulation, TheSameSeedTellsTheSameStory) {
  const auto story = [] {
    Simulation simulation({.seed = 5, .steps = 40});
    simulation.run();
    return simulation.world().story();
  };
  const std::string first = story();
  EXPECT_GT(first.size(), 500U);
  EXPECT_EQ(first, story());
}

TEST(Simulation, ReplaysByTheRelayChangeNothing) {
  for (const std::uint64_t seed : {101U, 102U}) {
    run({.seed = seed, .honesty = Honesty::dishonest});
  }
}

TEST(Simulation, WhereTheRelayShowsTwoHistoriesWhoeverHearsOfTheOtherIsWarned) {
  std::map<std::string, std::uint64_t> counts;
  for (const std::uint64_t seed : {1U, 2U}) {
    const Report report = run_split(seed);
    EXPECT_FALSE(report.failure) << explain({.seed = seed, .plot = Plot::split}, report);
    for (const auto& [what, often] : report.counts) counts[what] += often;
  }
  EXPECT_EQ(counts["changes hidden"], 1U);
  EXPECT_EQ(counts["changes swapped"], 1U);
  EXPECT_GE(counts["leads who hear of the other side"], 4U);
}

TEST(Simulation, CopiesOfVaultsAreHealedByNewCardsAndNewKeys) {
  Report report = run_healing(1);
  EXPECT_FALSE(report.failure) << explain({.seed = 1, .plot = Plot::healing}, report);
  EXPECT_GE(report.counts["healed copies"], 4U);
}

TEST(Simulation, NothingIsLostWhenTheRelayIsRestoredFromABackup) {
  std::uint64_t restores = 0;
  for (std::uint64_t seed = 501; seed < 504; ++seed) {
    restores += run({.seed = seed, .restores_per_mille = 60}).counts["relay restores"];
  }
  EXPECT_GE(restores, 10U);
}

TEST(Simulation, LeadsWhoApproveAtOnceBothGetTheirWay) {
  std::uint64_t lost_races = 0;
  for (std::uint64_t seed = 401; seed < 405; ++seed) {
    Simulation simulation({.seed = seed, .clients = 8});
    simulation.found_group(2);
    Clients& clients = simulation.clients();
    for (std::size_t i = 2; i < clients.size(); ++i) {
      simulation.ask_to_join(*clients[i % 2], *clients[i]);
    }
    // News is slow, so that each proposes before it hears of the other's.
    simulation.network().set_weather({.delay_max = std::chrono::seconds{20}});
    for (int i = 0; i < 10 && simulation.people().approve_together(*clients[1]); ++i) {
      simulation.world().advance(std::chrono::minutes{10});
    }
    simulation.settle();
    Report report = simulation.report();
    ASSERT_FALSE(report.failure) << *report.failure << '\n' << report.story;
    lost_races += report.counts["lost races"];
    for (const auto& client : clients) {
      ASSERT_TRUE(simulation.people().has_group(*client));
      EXPECT_EQ(client->core().groups().front().members.size(), clients.size());
    }
  }
  EXPECT_GE(lost_races, 1U);
}

TEST(Simulation, ASuppressedFrameIsNoticedByEveryReaderWhoDoesNotGetIt) {
  const SuppressionReport one = run_suppression(201, {1});
  ASSERT_FALSE(one.report.failure) << *one.report.failure << '\n' << one.report.story;
  EXPECT_EQ(one.warnings[0], 0U);
  EXPECT_GE(one.warnings[1], 1U);
  EXPECT_EQ(one.warnings[2], 0U);
  EXPECT_EQ(one.warnings[3], 0U);

  const SuppressionReport two = run_suppression(202, {1, 3});
  ASSERT_FALSE(two.report.failure) << *two.report.failure << '\n' << two.report.story;
  EXPECT_EQ(two.warnings[0], 0U);
  EXPECT_GE(two.warnings[1], 1U);
  EXPECT_EQ(two.warnings[2], 0U);
  EXPECT_GE(two.warnings[3], 1U);
}

TEST(Checks, PassTheirScenarioWithoutAFault) {
  const Report report = run_with_fault(301, Fault::none);
  EXPECT_FALSE(report.failure) << *report.failure << '\n' << report.story;
}

struct Bite {
  Fault fault;
  std::string words;  // in the failure that must follow
};
std::string bite_name(const testing::TestParamInfo<Bite>& bite) {
  constexpr std::array names = {
      "None",    "AnsweredBeforeDurable", "DeliveredUnderTwoSeqs", "Suppressed",
      "Swapped", "SentBeforeKept"};
  return names[static_cast<std::size_t>(bite.param.fault)];
}
class Bites : public testing::TestWithParam<Bite> {};

TEST_P(Bites, OnADeliberateFault) {
  const Report report = run_with_fault(301, GetParam().fault);
  ASSERT_TRUE(report.failure);
  EXPECT_NE(report.failure->find(GetParam().words), std::string::npos) << *report.failure;
}
INSTANTIATE_TEST_SUITE_P(Checks, Bites,
                         testing::Values(Bite{Fault::answered_before_durable, "never came"},
                                         Bite{Fault::delivered_under_two_seqs, "B "},
                                         Bite{Fault::suppressed_delivery,
                                              "never came here: the relay may be"},
                                         Bite{Fault::swapped_deliveries, "B "},
                                         Bite{Fault::sent_before_kept, "two spend ids"}),
                         bite_name);

}  // namespace
}  // namespace porchlight::sim
