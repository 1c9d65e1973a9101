// What is said in a group, over a relay that holds things back, days that go by, clocks that are
// wrong and vaults that come back from the past.
#include <gmock/gmock.h>

#include "client/core/group_records.hpp"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using Warn = WarningView::Kind;

TEST(Talk, NoticesTwoVersionsOfOneMessage) {
  GroupScene scene;
  scene.ben.say(scene.group, "warm up");
  scene.sync_all();
  auto backup = scene.ben.records();
  scene.ben.say(scene.group, "first");
  scene.sync_all();
  // The backup is put back, and the relay hides from Ben what he has sent since.
  const auto day = scene.ben.core().subscriptions(Lane::collect, scene.ben.now()).back();
  scene.ben.withheld.insert(scene.relay.newest(day.address.id()));
  scene.ben.restore(std::move(backup));
  scene.ben.forget_deliveries();
  scene.ben.say(scene.group, "second");
  scene.ben.sync();
  scene.ana.sync();
  EXPECT_TRUE(scene.ana.has_warning(Warn::two_versions));
  EXPECT_THAT(scene.ana.texts(scene.group), ElementsAre("warm up", "first"));
}

TEST(Talk, ReadsItsOwnFramesBackAfterABackupWasRestored) {
  GroupScene scene;
  scene.ben.say(scene.group, "warm up");
  scene.sync_all();
  scene.ben.say(scene.group, "queued in the backup");
  auto backup = scene.ben.records();
  scene.sync_all();
  scene.ben.say(scene.group, "after the backup");
  scene.sync_all();
  scene.ben.restore(std::move(backup));
  scene.ben.forget_deliveries();
  scene.ben.say(scene.group, "after the restore");
  scene.sync_all();
  for (Device* device : scene.everybody()) {
    EXPECT_THAT(device->texts(scene.group), ElementsAre("warm up", "queued in the backup",
                                                        "after the backup", "after the restore"));
  }
  EXPECT_EQ(scene.ben.core().health(scene.ben.now()).queued, 0u);
  scene.expect_no_warnings();
}

TEST(Talk, TakesARelayThatStartsAgainForWhatItIs) {
  GroupScene scene;
  scene.ben.say(scene.group, "hello");
  scene.sync_all();
  scene.relay.begin_again();
  for (Device* device : scene.everybody()) device->forget_deliveries();
  scene.cleo.say(scene.group, "again");
  scene.sync_all();
  for (Device* device : scene.everybody()) {
    EXPECT_THAT(device->texts(scene.group), ElementsAre("hello", "again"));
  }
  scene.expect_no_warnings();
}

TEST(Talk, SealsAgainWhatWasNotStoredBeforeTheEpochChanged) {
  GroupScene scene;
  scene.ben.connect(Lane::collect);
  scene.ben.say(scene.group, "late");
  while (scene.ben.collect(Lane::collect)) {
  }
  ASSERT_EQ(scene.ben.core().outbox(Lane::drop).size(), 1u);
  const OutboxItem before = scene.ben.core().outbox(Lane::drop)[0];
  Device dan(scene.relay, 6);
  bring_in(scene.ana, dan, scene.group, "Dan");
  // It was stored, but the answer was lost; now it is made anew for the new epoch as well.
  scene.relay.drop(before.address, before.envelope, before.if_last);
  scene.sync_all();
  dan.sync();
  for (Device* device : {&scene.ana, &scene.ben, &scene.cleo}) {
    EXPECT_THAT(device->texts(scene.group), ElementsAre("late"));
  }
  EXPECT_EQ(scene.ben.core().health(scene.ben.now()).queued, 0u);
  scene.expect_no_warnings();
}

TEST(Talk, GivesTheNewestMemberWhatWasNotStoredBefore) {
  GroupScene scene;
  scene.ben.connect(Lane::collect);
  scene.ben.say(scene.group, "late");
  while (scene.ben.collect(Lane::collect)) {
  }
  Device dan(scene.relay, 6);
  bring_in(scene.ana, dan, scene.group, "Dan");
  scene.sync_all();
  dan.sync();
  EXPECT_THAT(dan.texts(scene.group), ElementsAre("late"));
  scene.expect_no_warnings();
}

TEST(Talk, SendsNothingBeforeItHasReadItsMailboxesToTheEnd) {
  GroupScene scene;
  scene.ben.say(scene.group, "hello");
  scene.ben.connect(Lane::collect);
  EXPECT_TRUE(scene.ben.core().outbox(Lane::drop).empty());
  scene.ben.collect(Lane::collect);
  EXPECT_EQ(scene.ben.core().outbox(Lane::drop).size(), 1u);
  scene.ben.connect(Lane::collect);  // a new connection
  EXPECT_TRUE(scene.ben.core().outbox(Lane::drop).empty());
}

TEST(Talk, KeepsItsDaysForTheDaysThatAreNeeded) {
  GroupScene scene;
  const auto count = [&](char kind) {
    const auto records = scene.ben.records();
    return std::count_if(records.begin(), records.end(), [&](const Record& record) {
      return record.table == Table::groups && record.key[0] == static_cast<Byte>(kind);
    });
  };
  for (int day = 0; day < 18; ++day) {
    scene.ana.say(scene.group, "x");
    scene.sync_all();
    scene.relay.now += 24h;
    for (Device* device : scene.everybody()) device->run_errands();
  }
  scene.sync_all();
  scene.ben.core().on_tick(scene.ben.now());
  scene.ben.keep();
  EXPECT_LE(count(group_record::day), 3);
  EXPECT_LE(count(group_record::chain), 9);
  // A rekey a week: its predecessors' predecessors are gone, with all their keys.
  EXPECT_EQ(scene.epoch(scene.ben), 4u);
  EXPECT_EQ(count(group_record::epoch), 2);
  EXPECT_LE(count(group_record::frame), 14);  // a week's, cards among them
}

TEST(Talk, ErasesNothingWhileTheClocksDisagree) {
  GroupScene scene;
  scene.ana.say(scene.group, "hello");
  scene.sync_all();
  const std::size_t before = scene.ben.records().size();
  scene.ben.clock_ahead = 24h * 40;
  scene.ben.sync();
  EXPECT_TRUE(scene.ben.has_warning(Warn::clock));
  EXPECT_THAT(scene.ben.texts(scene.group), ElementsAre("hello"));
  EXPECT_GE(scene.ben.records().size(), before);
  // The others still read it, tomorrow at the latest.
  scene.ben.say(scene.group, "from the future");
  scene.ben.sync();
  scene.relay.now += 24h;
  scene.ana.sync();
  EXPECT_THAT(scene.ana.texts(scene.group), Contains("from the future"));
  scene.ben.clock_ahead = 0min;
  scene.ben.sync();
  EXPECT_FALSE(scene.ben.has_warning(Warn::clock));
}

TEST(Talk, LeavesNothingBehindThatIsOverByOneClockAlone) {
  GroupScene scene;
  wire::Body sighting;
  sighting.mutable_sighting()->set_location("5th & Oak");
  ASSERT_TRUE(scene.ana.core().post(scene.group, sighting, scene.ana.now()).ok());
  scene.ana.sync();
  // Too little for a warning; but it is the day after tomorrow here, and a sighting lives a day.
  scene.relay.now += 2h;
  scene.ben.clock_ahead = 35h;
  scene.ben.sync();
  scene.ben.sync();
  scene.ana.say(scene.group, "in the afternoon");
  scene.ana.sync();
  scene.ben.sync();
  scene.ben.sync();
  EXPECT_THAT(scene.ben.texts(scene.group), ElementsAre("", "in the afternoon"));
  scene.expect_no_warnings();
}

TEST(Talk, NoticesAMessageThatIsHeldBack) {
  GroupScene scene;
  scene.ben.say(scene.group, "seen by ana");
  scene.ben.sync();
  scene.ana.sync();
  const auto day = scene.cleo.core().subscriptions(Lane::collect, scene.cleo.now()).back();
  scene.cleo.withheld.insert(scene.relay.newest(day.address.id()));
  scene.ana.say(scene.group, "have you seen that?");
  scene.ana.sync();
  scene.cleo.sync();
  EXPECT_TRUE(scene.cleo.has_warning(Warn::missing_message));
  EXPECT_THAT(scene.cleo.texts(scene.group), ElementsAre("have you seen that?"));
  EXPECT_FALSE(scene.ben.has_warning(Warn::missing_message));
}

TEST(Talk, NoticesAMessageOfAnotherDayThatIsHeldBack) {
  GroupScene scene;
  scene.ben.say(scene.group, "yesterday");
  scene.ben.sync();
  scene.ana.sync();
  const auto day = scene.cleo.core().subscriptions(Lane::collect, scene.cleo.now()).back();
  scene.cleo.withheld.insert(scene.relay.newest(day.address.id()));
  scene.relay.now += 24h;
  scene.ana.say(scene.group, "today");
  scene.ana.sync();
  scene.cleo.sync();
  scene.cleo.sync();  // yesterday's mailbox is read to its end once more
  EXPECT_TRUE(scene.cleo.has_warning(Warn::missing_message));
}

TEST(Talk, DoesNotMissWhatOnlyComesLate) {
  GroupScene scene;
  scene.ben.say(scene.group, "one");
  scene.ben.sync();
  scene.relay.now += 12h;  // the next day
  scene.ana.sync();
  scene.ana.say(scene.group, "two");
  scene.ana.sync();
  scene.cleo.sync();
  scene.cleo.sync();
  EXPECT_THAT(scene.cleo.texts(scene.group), ElementsAre("one", "two"));
  scene.relay.now += 24h * 20;
  scene.ana.say(scene.group, "three");
  scene.sync_all();
  scene.sync_all();
  scene.expect_no_warnings();
}

}  // namespace
}  // namespace porchlight::client
