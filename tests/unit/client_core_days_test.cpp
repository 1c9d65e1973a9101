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

}  // namespace
}  // namespace porchlight::client
