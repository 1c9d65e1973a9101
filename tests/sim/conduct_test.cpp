// People who are up to something: what they can do to others, and what others notice.
#include <gtest/gtest.h>

#include "tests/sim/simulation.hpp"

namespace porchlight::sim {
namespace {

using std::chrono::minutes;

GroupId only_group(const ClientNode& client) { return client.core().groups().front().id; }

std::size_t count_warnings(const ClientNode& client, client::WarningView::Kind kind) {
  const auto warnings = client.core().warnings();
  return static_cast<std::size_t>(
      std::count_if(warnings.begin(), warnings.end(),
                    [&](const client::WarningView& warning) { return warning.kind == kind; }));
}

std::size_t count_messages(const ClientNode& client) {
  return client.core().messages(only_group(client)).size();
}

class CopiedVault : public testing::Test {
 protected:
  CopiedVault() { simulation_.found_group(3); }

  ClientNode& client(std::size_t i) { return *simulation_.clients()[i]; }
  std::unique_ptr<Intruder> enter(std::size_t i) {
    return Intruder::enter(client(i).vault(), only_group(client(i)), random_);
  }
  std::uint64_t minute() { return wire::unix_minute(simulation_.world().now()); }
  void bring(std::optional<Mail> mail) {
    ASSERT_TRUE(mail);
    simulation_.relay().put(mail->mailbox, std::move(mail->envelope));
    simulation_.world().advance(minutes{1});
  }

  Simulation simulation_{{.seed = 601, .clients = 3, .conduct = Conduct::thief}};
  SeededRandom random_{601};
};

TEST_F(CopiedVault, SpeaksAsItsOwnerAndIsNoticed) {
  const auto thief = enter(1);
  ASSERT_TRUE(thief);
  bring(thief->speak("a word", minute(), 0));
  EXPECT_EQ(count_messages(client(0)), 1U);
  EXPECT_EQ(count_messages(client(2)), 1U);
  // It cited what never was, and its owner sees what it never said.
  EXPECT_EQ(count_warnings(client(0), client::WarningView::Kind::missing_message), 1U);
  EXPECT_EQ(count_messages(client(1)), 1U);
  // A second one at the same counter is not read.
  bring(thief->speak("another", minute(), 0));
  EXPECT_EQ(count_messages(client(0)), 1U);
  EXPECT_EQ(count_warnings(client(0), client::WarningView::Kind::two_versions), 1U);
}

TEST_F(CopiedVault, IsOfNoUseOnceItsOwnerWasTakenOut) {
  const auto thief = enter(1);
  ASSERT_TRUE(thief);
  const GroupId group = only_group(client(0));
  const std::string owner = client(0).core().groups().front().members[1].name;
  client(0).act([&](client::Core& core) {
    ASSERT_TRUE(core.remove_member(group, owner, client(0).device_now()).ok());
  });
  simulation_.world().advance(minutes{3});
  bring(thief->speak("a word", minute(), 0));
  EXPECT_EQ(count_messages(client(0)), 0U);
  EXPECT_EQ(count_messages(client(2)), 0U);
}

TEST_F(CopiedVault, OfWhoDoesNotLeadChangesNothing) {
  const auto thief = enter(2);
  ASSERT_TRUE(thief);
  const auto before = client(0).core().groups().front().epoch;
  auto change = thief->forge_change(wire::unix_day(simulation_.world().now()));
  ASSERT_TRUE(change);
  for (Mail& page : change->pages) bring(std::move(page));
  bring(std::move(change->head));
  EXPECT_EQ(client(0).core().groups().front().epoch, before);
  EXPECT_EQ(client(1).core().groups().front().epoch, before);
  EXPECT_EQ(count_warnings(client(0), client::WarningView::Kind::foreign_epoch), 1U);
}

// Nobody can be stopped from forging in a chain that all of them hold: the true frame comes
// through.
TEST_F(CopiedVault, ForgesInAnothersNameInVain) {
  const auto thief = enter(2);
  ASSERT_TRUE(thief);
  for (int i = 0; i < 8; ++i) bring(thief->forge_frame());
  EXPECT_EQ(count_messages(client(0)), 0U);
  simulation_.people().post_text(client(1));
  simulation_.world().advance(minutes{3});
  EXPECT_EQ(count_messages(client(0)), 1U);
  EXPECT_EQ(count_messages(client(2)), 1U);
}

}  // namespace
}  // namespace porchlight::sim
