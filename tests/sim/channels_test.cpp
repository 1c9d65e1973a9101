// Channels in the simulation: whole runs, and people who are up to something in them.
#include <gtest/gtest.h>

#include "tests/sim/simulation.hpp"

namespace porchlight::sim {
namespace {

using std::chrono::minutes;
using Name = ChannelIntruder::Name;

TEST(ChannelRuns, HoldTheInvariants) {
  std::map<std::string, std::uint64_t> counts;
  for (const std::uint64_t seed : {21U, 22U}) {
    const Plan plan{.seed = seed, .steps = 70, .clients = 7, .opening = Opening::channel};
    const Report report = Simulation(plan).run();
    EXPECT_FALSE(report.failure) << report.story << '\n' << *report.failure << '\n' << repeat(plan);
    for (const auto& [what, often] : report.counts) counts[what] += often;
  }
  // Runs in which nothing happens would hold them too.
  EXPECT_GE(counts["said in channels"], 30U);
  EXPECT_GE(counts["answers"], 5U);
  EXPECT_GE(counts["channels at rest"], 6U);
  EXPECT_GE(counts["same alerts"], 20U);
  EXPECT_GE(counts["listeners held apart"], 100U);
}

class ChannelInfiltrator : public testing::Test {
 protected:
  ChannelInfiltrator() {
    simulation_.found_channel(2);
    simulation_.channels().alert(client(2));
    simulation_.world().advance(minutes{2});
  }

  ClientNode& client(std::size_t i) { return *simulation_.clients()[i]; }
  client::ChannelId channel() { return client(0).core().channels().front().id; }
  std::unique_ptr<ChannelIntruder> enter(std::size_t i) {
    return ChannelIntruder::enter(client(i).vault(), channel(), random_);
  }
  std::vector<Bytes> contents(const MailboxId& mailbox) {
    std::vector<Bytes> all;
    for (const auto& held : simulation_.relay().contents(mailbox)) all.push_back(*held.bytes);
    return all;
  }
  std::size_t alarms(std::size_t i) {
    const auto warnings = simulation_.warnings(i);
    return static_cast<std::size_t>(
        std::count_if(warnings.begin(), warnings.end(), [](const client::WarningView& warning) {
          return warning.kind == client::WarningView::Kind::unattributed;
        }));
  }
  std::size_t count(std::size_t i) { return client(i).core().channel_messages(channel()).size(); }
  std::uint64_t minute() { return wire::unix_minute(simulation_.world().now()); }

  Simulation simulation_{{.seed = 701, .clients = 5, .conduct = Conduct::bad_member}};
  SeededRandom random_{701};
};

TEST_F(ChannelInfiltrator, OfTheGroupWhoSpeaksUnderNoNameOrAnothersAlarmsTheGroupAlone) {
  for (const Name name : {Name::none, Name::of_another}) {
    const auto intruder = enter(1);
    ASSERT_TRUE(intruder && intruder->speaks());
    const std::size_t before = count(4);
    auto mail =
        intruder->speak("nobody's word", minute(), name, contents(*intruder->day_mailbox()));
    ASSERT_TRUE(mail);
    simulation_.relay().put(mail->mailbox, std::move(mail->envelope));
    simulation_.world().advance(minutes{2});
    EXPECT_EQ(count(4), before + 1);
    for (const std::size_t i : {0U, 1U, 2U}) {
      EXPECT_GE(alarms(i), 1U);  // each alert is named
      const auto last = client(i).core().channel_messages(channel()).back();
      EXPECT_EQ(last.voice, client::MessageView::Voice::unattributed);
    }
    EXPECT_EQ(alarms(3), 0U);
    EXPECT_EQ(alarms(4), 0U);
  }
}

TEST_F(ChannelInfiltrator, OfTheAudienceIsHeardByNobody) {
  const auto intruder = enter(4);
  ASSERT_TRUE(intruder && !intruder->speaks());
  auto alert = intruder->forge_alert(minute());
  auto rubbish = intruder->bring_to_replies({});
  ASSERT_TRUE(alert && rubbish);
  // The relay lets nobody in there who has no drop key; and if it did:
  simulation_.relay().plant(alert->mailbox, std::move(alert->envelope));
  simulation_.relay().plant(rubbish->mailbox, std::move(rubbish->envelope));
  simulation_.world().advance(minutes{5});
  for (const std::size_t i : {0U, 1U, 2U, 3U, 4U}) {
    EXPECT_EQ(count(i), 1U);
    EXPECT_EQ(alarms(i), 0U);
  }
  EXPECT_FALSE(simulation_.report().failure);
}

}  // namespace
}  // namespace porchlight::sim
