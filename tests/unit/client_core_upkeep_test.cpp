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

}  // namespace
}  // namespace porchlight::client
