// What goes by itself: invites, requests, claims and copies that nobody needs any more.
#include <gmock/gmock.h>

#include "tests/unit/client_core_event_scene.hpp"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Warn = WarningView::Kind;
using Standing = InviteView::Standing;

std::size_t count_records(const Device& device, Table table) {
  const auto records = device.records();
  return static_cast<std::size_t>(std::count_if(
      records.begin(), records.end(), [&](const Record& record) { return record.table == table; }));
}

// ---- invites ------------------------------------------------------------------------------------

TEST(EventInvite, BeforeTheRelayWasHeardOfSaysSo) {
  MemoryRelay relay;
  Device ana(relay, 2);
  const auto group = ana.core().create_group("dispatch", "Ana", ana.now());
  ASSERT_TRUE(group.ok()) << group.error().what;
  const auto made =
      ana.core().create_invite({*group, "Evening", wire::ROLE_MEMBER, 3h, 5, 0}, ana.now());
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().what, HasSubstr("porchlight sync"));
}

// ---- copies, and what is kept of a group --------------------------------------------------------

TEST(Kept, InviteThatIsOverIsNotBroughtBack) {
  GroupScene scene;
  const auto backup = scene.relay.back_up();
  const wire::Link link = invite(scene.ana, scene.group, "Dora");
  const MailboxId parcel = wire::InviteKeys(link.seed).address().id();
  scene.ana.sync();
  ASSERT_FALSE(scene.relay.mailbox(parcel).empty());
  const auto replace = [&] {
    scene.relay.restore(backup);
    scene.ana.forget_deliveries();
    scene.ana.sync();
  };
  replace();
  EXPECT_FALSE(scene.relay.mailbox(parcel).empty());
  scene.relay.now += 2h;
  replace();
  EXPECT_TRUE(scene.relay.mailbox(parcel).empty());
}

TEST(RemovedGroup, IsWrittenNoMoreOnceItsKeysAreGone) {
  GroupScene scene;
  ASSERT_TRUE(scene.ana.core().remove_member(scene.group, "Cleo", scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  scene.cleo.sync();
  scene.relay.now += 24h * 10;
  scene.cleo.sync();
  scene.cleo.sync();
  scene.cleo.core().on_tick(scene.cleo.now());
  for (const Write& write : scene.cleo.core().drain().writes) {
    EXPECT_NE(write.table, Table::groups);
  }
}

TEST(RestoredCopy, SaysNothingAgainBetweenDevices) {
  GroupScene scene;
  scene.relay.now += 24h * 8;
  scene.ben.connect(Lane::collect);  // a new card is due, and not sealed yet
  ASSERT_GE(scene.ben.core().health(scene.ben.now()).queued, 1u);
  auto backup = scene.ben.records();
  scene.ben.sync();
  const std::size_t stored = scene.relay.count_envelopes();
  scene.ben.put_back(std::move(backup));
  scene.ben.sync();
  const auto notices =
      std::count_if(scene.ben.notices.begin(), scene.ben.notices.end(),
                    [](const Notice& notice) { return notice.kind == Notice::Kind::warning; });
  EXPECT_EQ(notices, 0);
  EXPECT_EQ(scene.relay.count_envelopes(), stored);
  EXPECT_EQ(scene.ben.core().health(scene.ben.now()).queued, 0u);
}

TEST(RestoredCopy, DecidesNothingByAClockThatMayBeWrong) {
  GroupScene scene;
  scene.sync_all();
  scene.ben.say(scene.group, "queued in the backup");
  auto backup = scene.ben.records();
  scene.ben.put_back(std::move(backup));
  scene.relay.now += 24h * 9;
  scene.ben.clock_ahead = -24h * 9;  // by which of the two clocks is it old?
  scene.ben.sync();
  EXPECT_EQ(scene.ben.core().health(scene.ben.now()).queued, 1u);
  scene.relay.now -= 24h * 9;
  scene.cleo.sync();
  EXPECT_THAT(scene.cleo.texts(scene.group), IsEmpty());
  scene.ben.clock_ahead = 0h;
  scene.ben.sync();
  scene.cleo.sync();
  EXPECT_THAT(scene.cleo.texts(scene.group), ElementsAre("queued in the backup"));
}

}  // namespace
}  // namespace porchlight::client
