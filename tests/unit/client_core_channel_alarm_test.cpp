// What a channel's devices warn of, and what they do not (clauses 14.5 and 14.10).
#include "tests/unit/client_core_channel_scene.hpp"

namespace porchlight::client {
namespace {

using Warn = WarningView::Kind;

TEST(ChannelAlarm, WaitsForTheDayOnWhichAnAuthorAheadToldTheGroup) {
  ChannelScene scene;
  scene.volunteer("Maria");
  scene.sync_all();
  scene.relay.now = std::chrono::ceil<std::chrono::days>(scene.relay.now) + 22h;
  scene.sync_all();
  // For Ana it is tomorrow, and what she tells lies where the others do not look yet.
  scene.ana.clock_ahead = 3h;
  scene.ana.sync();
  ASSERT_TRUE(scene.ana.core().remove_from_audience(scene.channel, "Maria", scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  scene.ana.sync();
  ASSERT_EQ(scene.epoch(scene.ana), 1u);
  scene.ben.sync();
  scene.ben.sync();
  ASSERT_EQ(scene.epoch(scene.ben), 0u);
  EXPECT_FALSE(scene.ben.has_warning(Warn::taken_over));
  scene.relay.now += 4h;
  scene.ben.sync();
  scene.ben.sync();
  EXPECT_EQ(scene.epoch(scene.ben), 1u);
  EXPECT_FALSE(scene.ben.has_warning(Warn::taken_over));
}

TEST(ChannelAlarm, OfHavingBeenLeftBehindGoesWithANewInvite) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  ASSERT_TRUE(scene.ana.core().remove_from_audience(scene.channel, "Maria", scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  ASSERT_TRUE(maria.has_warning(Warn::left_behind));
  ask(maria, scene.invite("Maria again"), "Maria");
  EXPECT_EQ(maria.core().channel("pickup")->standing, ChannelView::Standing::reading);
  EXPECT_FALSE(maria.has_warning(Warn::left_behind));
}

TEST(ChannelAlarm, IsKeptThroughARestart) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.relay.now += 24h * 12;
  for (Device* device : {&scene.ben, &maria}) {
    device->sync();
    device->sync();
    ASSERT_TRUE(device->has_warning(Warn::keys_run_out));
    device->reload();
    EXPECT_TRUE(device->has_warning(Warn::keys_run_out));
  }
}

TEST(ChannelReturn, OfWhoWasTakenOutSinceTheyAskedIsOfferedNoMore) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.volunteer("Noor");
  scene.sync_all();
  const auto before = scene.relay.mailboxes();
  ASSERT_TRUE(scene.ana.core().remove_from_audience(scene.channel, "Noor", scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  // The page with the grants is lost, and Maria asks for the keys.
  for (const MailboxId& id : scene.relay.mailboxes()) {
    auto& mailbox = scene.relay.mailbox(id);
    if (before.contains(id) || mailbox.empty()) continue;
    if (mailbox.begin()->second.size() == limits::envelope_sizes_bytes[1]) mailbox.clear();
  }
  scene.sync_all();
  const auto requests = scene.ana.core().requests();
  ASSERT_EQ(requests.size(), 1u);
  ASSERT_TRUE(scene.ana.core().remove_from_audience(scene.channel, "Maria", scene.ana.now()).ok());
  scene.ana.keep();
  EXPECT_TRUE(scene.ana.core().requests().empty());
  const std::vector<std::string> ids{requests[0].id};
  EXPECT_EQ(scene.ana.core().approve(ids, scene.ana.now()).error().code, Errc::not_found);
  scene.sync_all();
  EXPECT_LT(scene.epoch(maria), scene.epoch(scene.ana));
  EXPECT_EQ(maria.core().channel("pickup")->standing, ChannelView::Standing::behind);
}

}  // namespace
}  // namespace porchlight::client
