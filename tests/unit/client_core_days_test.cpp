// Days and clocks: a clock that is set while the program runs, devices that were away, and days and
// epochs that change where clocks differ (clauses 11.2 to 11.4).
#include <gmock/gmock.h>

#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using Warn = WarningView::Kind;

// ---- a clock that leaps ------------------------------------------------------------------------

void tick(Device& device) {
  device.core().on_tick(device.now());
  device.keep();
}

MessageId sight(Device& device, const GroupId& group) {
  wire::Body body;
  body.mutable_sighting()->set_location("5th & Oak");
  const auto posted = device.core().post(group, body, device.now());
  EXPECT_TRUE(posted.ok());
  device.sync();
  return *posted;
}

TEST(Clock, ThatIsSetErasesNothingBeforeTheRelaysWasSeenAgain) {
  GroupScene scene;
  sight(scene.ana, scene.group);
  scene.sync_all();
  const std::size_t before = scene.ben.records().size();
  for (const auto leap : {30h, 24h * 10, -30h, -24h * 10}) {
    scene.ben.clock_ahead = leap;
    tick(scene.ben);
    EXPECT_TRUE(scene.ben.core().wants_new_connection(scene.ben.now()));
    EXPECT_EQ(scene.ben.core().messages(scene.group).size(), 1u);
    EXPECT_GE(scene.ben.records().size(), before);
    scene.ben.clock_ahead = 0min;
    tick(scene.ben);
    EXPECT_FALSE(scene.ben.core().wants_new_connection(scene.ben.now()));
  }
}

TEST(Clock, ThatIsSetSendsNothingBeforeTheRelaysWasSeenAgain) {
  GroupScene scene;
  scene.sync_all();
  scene.ben.clock_ahead = 24h * 20;
  const auto collect = [&] {
    tick(scene.ben);
    while (scene.ben.collect(Lane::collect)) tick(scene.ben);
  };
  scene.ben.say(scene.group, "hello");
  collect();
  EXPECT_TRUE(scene.ben.core().outbox(Lane::drop).empty());
  scene.ben.sync();
  EXPECT_TRUE(scene.ben.has_warning(Warn::clock));
  scene.relay.now += 24h;  // which is the day that it was sent in
  scene.ana.sync();
  EXPECT_THAT(scene.ana.texts(scene.group), ElementsAre("hello"));
}

TEST(Clock, ThatIsSetChangesNoGroupBeforeTheRelaysWasSeenAgain) {
  GroupScene scene;
  scene.sync_all();
  scene.ana.clock_ahead = 35h;
  ASSERT_TRUE(scene.ana.core().rekey(scene.group, scene.ana.now()).ok());
  scene.ana.keep();
  EXPECT_TRUE(scene.ana.core().outbox(Lane::drop).empty());
  const auto before = scene.epoch(scene.ben);
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.ben), before + 1);
  scene.expect_no_warnings();
}

TEST(Clock, ThatWasWrongWhenALinkWasFollowedForgetsNoRequest) {
  GroupScene scene;
  Device dan(scene.relay, 9);
  dan.clock_ahead = -24h * 40;
  ask(dan, invite(scene.ana, scene.group, "Dan"), "Dan");
  EXPECT_TRUE(dan.has_warning(Warn::clock));
  dan.clock_ahead = 0min;
  dan.sync();
  dan.sync();
  approve_all(scene.ana);
  dan.sync();
  ASSERT_TRUE(dan.core().group("dispatch").ok());
  EXPECT_EQ(dan.core().group("dispatch")->standing, GroupView::Standing::member);
}

// ---- being away --------------------------------------------------------------------------------

struct Away {
  const char* name;
  int days;
  int read;        // of one text a day
  int epochs;      // that were followed
  bool follows;    // where the others are by now
  bool is_warned;  // on coming back
};
class AwayTest : public testing::TestWithParam<Away> {};

TEST_P(AwayTest, ReadsWhatTheRelayKeepsAndFollowsTheGroup) {
  GroupScene scene;
  scene.sync_all();
  const std::uint32_t before = scene.epoch(scene.cleo);
  for (int day = 0; day < GetParam().days; ++day) {
    scene.ana.say(scene.group, "day " + std::to_string(day));
    for (Device* device : {&scene.ana, &scene.ben}) {
      device->run_errands();
      device->sync();
    }
    scene.relay.now += 24h;
    scene.relay.sweep();
  }
  scene.cleo.connect(Lane::collect);  // which shows the keys for new tokens: the old are over
  scene.cleo.run_errands();
  scene.sync_all();
  scene.sync_all();
  EXPECT_EQ(scene.cleo.texts(scene.group).size(), static_cast<std::size_t>(GetParam().read));
  EXPECT_EQ(scene.epoch(scene.cleo) - before, static_cast<std::uint32_t>(GetParam().epochs));
  EXPECT_EQ(scene.epoch(scene.cleo) == scene.epoch(scene.ana), GetParam().follows);
  EXPECT_EQ(!scene.cleo.core().warnings().empty(), GetParam().is_warned);
  // What is said afterwards is heard where the group was followed.
  scene.cleo.say(scene.group, "back");
  scene.sync_all();
  const bool is_heard =
      !scene.ana.texts(scene.group).empty() && scene.ana.texts(scene.group).back() == "back";
  EXPECT_EQ(is_heard, GetParam().follows);
}
INSTANTIATE_TEST_SUITE_P(Days, AwayTest,
                         testing::Values(Away{"One", 1, 1, 0, true, false},
                                         Away{"Six", 6, 6, 0, true, false},
                                         Away{"Twelve", 12, 6, 1, true, false},
                                         Away{"Forty", 40, 0, 0, false, true}),
                         [](const auto& row) { return std::string(row.param.name); });

// ---- midnight ----------------------------------------------------------------------------------

/// Minutes by which the author's clock and the reader's are ahead, and from midnight to the change.
struct Midnight {
  const char* name;
  int author;
  int reader;
  int change;
};
class MidnightTest : public testing::TestWithParam<Midnight> {};

TEST_P(MidnightTest, AndAChangeLoseNothingThatIsUnderWay) {
  GroupScene scene;
  scene.ben.clock_ahead = std::chrono::minutes{GetParam().author};
  scene.cleo.clock_ahead = std::chrono::minutes{GetParam().reader};
  const auto at = [&](int minutes_from_midnight) {
    scene.relay.now = std::chrono::ceil<std::chrono::days>(monday_noon) +
                      std::chrono::minutes{minutes_from_midnight};
  };
  at(-20);
  scene.sync_all();
  scene.ben.say(scene.group, "stored before both");
  scene.ben.sync();
  // Sealed for this day and this epoch, and not stored before both are over.
  scene.ben.say(scene.group, "under way");
  at(GetParam().change);
  ASSERT_TRUE(scene.ana.core().rekey(scene.group, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  scene.ana.say(scene.group, "after the change");
  scene.ana.sync();
  at(20);
  scene.ben.sync();
  scene.cleo.say(scene.group, "the last");
  scene.sync_all();
  // Who is ahead writes in a day that others enter later.
  at(24 * 60 + 120);
  scene.sync_all();
  for (Device* device : scene.everybody()) {
    EXPECT_THAT(device->texts(scene.group),
                testing::UnorderedElementsAre("stored before both", "under way", "after the change",
                                              "the last"));
    EXPECT_EQ(device->texts(scene.group), scene.ana.texts(scene.group));
    EXPECT_EQ(scene.epoch(*device), scene.epoch(scene.ana));
  }
  scene.expect_no_warnings();
}
INSTANTIATE_TEST_SUITE_P(Days, MidnightTest,
                         testing::Values(Midnight{"BeforeItWithRightClocks", 0, 0, -1},
                                         Midnight{"AfterItWithRightClocks", 0, 0, 1},
                                         Midnight{"BeforeItByWhoIsAheadToWhoIsBehind", 70, -70, -1},
                                         Midnight{"AfterItByWhoIsAheadToWhoIsBehind", 70, -70, 1},
                                         Midnight{"BeforeItByWhoIsBehindToWhoIsAhead", -70, 70, -1},
                                         Midnight{"AfterItByWhoIsBehindToWhoIsAhead", -70, 70, 1}),
                         [](const auto& row) { return std::string(row.param.name); });

// ---- a clock that is wrong by more than agreement ----------------------------------------------

struct Wrong {
  const char* name;
  std::chrono::hours relay;  // its clock, from what is right
  std::chrono::hours device;
};
class WrongClockTest : public testing::TestWithParam<Wrong> {};

TEST_P(WrongClockTest, OnEitherSideErasesNothingAndIsTold) {
  GroupScene scene;
  sight(scene.ana, scene.group);
  scene.sync_all();
  const auto count = [&] {
    const auto records = scene.ben.records();
    return std::count_if(records.begin(), records.end(), [](const Record& record) {
      return record.table == Table::groups || record.table == Table::messages;
    });
  };
  const auto before = count();
  scene.relay.now += GetParam().relay;
  scene.ben.clock_ahead = GetParam().device - GetParam().relay;
  for (int i = 0; i < 3; ++i) {
    scene.ben.sync();
    tick(scene.ben);
  }
  EXPECT_TRUE(scene.ben.has_warning(Warn::clock));
  EXPECT_EQ(scene.ben.core().messages(scene.group).size(), 1u);
  EXPECT_GE(count(), before);
  // Set right again: the relay's clock too.
  scene.relay.now -= GetParam().relay;
  scene.ben.clock_ahead = 0min;
  scene.ben.sync();
  EXPECT_FALSE(scene.ben.has_warning(Warn::clock));
  scene.ana.say(scene.group, "all is well");
  scene.ana.sync();
  scene.ben.sync();
  EXPECT_THAT(scene.ben.texts(scene.group), Contains("all is well"));
}
INSTANTIATE_TEST_SUITE_P(
    Days, WrongClockTest,
    testing::Values(Wrong{"DeviceAhead", 0h, 37h}, Wrong{"DeviceFarAhead", 0h, 24h * 60},
                    Wrong{"DeviceBehind", 0h, -37h}, Wrong{"DeviceFarBehind", 0h, -24h * 60},
                    Wrong{"RelayAhead", 37h, 0h}, Wrong{"RelayFarAhead", 24h * 20, 0h},
                    Wrong{"RelayBehind", -37h, 0h}),
    [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace porchlight::client
