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
  scene.ana.reload();  // it knows no more that it let her in just now
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

TEST(ChannelAlarm, IsNotRaisedWhereSomebodyAsksAtTheNextDoorAgain) {
  ChannelScene scene;
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.volunteer("Noor");
  scene.sync_all();
  const wire::Link link = scene.invite();
  scene.ben.sync();  // hears of the invite
  Device& maria = scene.follows(link, "Maria");
  ASSERT_TRUE(scene.ben.core().remove_from_audience(scene.channel, "Noor", scene.ben.now()).ok());
  scene.ben.keep();
  scene.ben.sync();
  scene.ben.sync();
  maria.sync();  // goes on by the invite
  maria.sync();
  ASSERT_EQ(scene.epoch(maria), 1u);
  scene.ben.sync();  // Ana's device answers, as the invite is hers
  EXPECT_FALSE(scene.ben.has_warning(Warn::invite_reused));
}

TEST(ChannelReturn, WithANewInviteReadsItsMailboxesFromTheirBeginning) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.remove_from_audience("Maria");
  scene.sync_all();
  ASSERT_TRUE(maria.has_warning(Warn::left_behind));
  ASSERT_TRUE(maria.core().follow(scene.invite("Maria again"), maria.now()).ok());
  maria.sync();
  EXPECT_FALSE(maria.core().wants_new_connection(maria.now()));
  ASSERT_TRUE(maria.core().accept_offer("Maria", maria.now()).ok());
  EXPECT_TRUE(maria.core().wants_new_connection(maria.now()));
  maria.sync();
  EXPECT_FALSE(maria.core().wants_new_connection(maria.now()));
}

TEST(ChannelReturn, IsForNobodyToDecideWhereAChangeOvertookTheInvite) {
  ChannelScene scene;
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.volunteer("Noor");
  scene.sync_all();
  // Ben's change is drawn before he hears of the invite, and another hands the channel on.
  ASSERT_TRUE(scene.ben.core().remove_from_audience(scene.channel, "Noor", scene.ben.now()).ok());
  scene.ben.keep();
  const wire::Link link = scene.invite();
  scene.ben.sync();
  scene.ben.sync();
  ASSERT_EQ(scene.epoch(scene.ben), 1u);
  Device& maria = scene.follows(link, "Maria");
  maria.sync();
  ASSERT_EQ(maria.core().channel("pickup")->standing, ChannelView::Standing::behind);
  scene.ana.sync();
  EXPECT_TRUE(scene.ana.core().requests().empty());
  maria.sync();
  EXPECT_EQ(scene.epoch(maria), 1u);
  EXPECT_EQ(maria.core().channel("pickup")->standing, ChannelView::Standing::reading);
  EXPECT_FALSE(maria.has_warning(Warn::left_behind));
}

TEST(ChannelReturn, IsByTheRootThatTheKnownOneHasHandedTheChannelTo) {
  ChannelScene scene;
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  Device& maria = scene.volunteer("Maria");
  scene.volunteer("Noor");
  scene.sync_all();
  const auto before = scene.relay.mailboxes();
  scene.remove_from_audience("Noor");
  for (const MailboxId& id : scene.relay.mailboxes()) {
    auto& mailbox = scene.relay.mailbox(id);
    if (before.contains(id) || mailbox.empty()) continue;
    if (mailbox.begin()->second.size() == limits::envelope_sizes_bytes[1]) mailbox.clear();
  }
  scene.ben.sync();
  scene.ben.sync();
  ASSERT_TRUE(scene.ben.core().remove_member(scene.group, "Ana", scene.ben.now()).ok());
  scene.ben.keep();
  for (int round = 0; round < 3; ++round) scene.ben.sync();
  ASSERT_EQ(scene.epoch(scene.ben), 2u);
  maria.sync();  // misses the first of the two changes, and asks
  scene.ben.sync();
  const auto requests = scene.ben.core().requests();
  ASSERT_EQ(requests.size(), 1u);
  const std::vector<std::string> ids{requests[0].id};
  ASSERT_TRUE(scene.ben.core().approve(ids, scene.ben.now()).ok());
  scene.ben.keep();
  scene.ben.sync();
  maria.sync();
  EXPECT_EQ(scene.epoch(maria), 2u);
}

TEST(ChannelReturn, ToItsGroupAsAMemberShowsWhatWasReadBefore) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.alert(scene.ben, "Before");
  scene.sync_all();
  bring_in(scene.ana, maria, scene.group, "Maria");
  for (int round = 0; round < 2; ++round) scene.sync_all();
  ASSERT_EQ(maria.core().channel("pickup")->side, ChannelView::Side::group);
  const auto messages = maria.core().channel_messages(scene.channel);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].sender_name, "pickup");
}

TEST(ChannelList, ThatIsOnItsWayIsFetchedAfterARestart) {
  ChannelScene scene;
  scene.volunteer("Maria");
  scene.sync_all();
  const auto before = scene.relay.mailboxes();
  Device dora{scene.relay, 77};
  std::map<MailboxId, std::map<std::uint64_t, Bytes>> held_back;
  ask(dora, invite(scene.ana, scene.group, "Dora"), "Dora");
  approve_all(scene.ana);
  scene.ana.sync();
  for (const MailboxId& id : scene.relay.mailboxes()) {
    auto& mailbox = scene.relay.mailbox(id);
    if (before.contains(id) || mailbox.empty()) continue;
    if (mailbox.begin()->second.size() == limits::envelope_sizes_bytes.back()) {
      std::swap(held_back[id], mailbox);
    }
  }
  ASSERT_FALSE(held_back.empty());
  dora.sync();
  ASSERT_TRUE(dora.core().channel("pickup")->waits_for_list);
  dora.reload();
  for (auto& [id, mailbox] : held_back) std::swap(scene.relay.mailbox(id), mailbox);
  dora.sync();
  EXPECT_FALSE(dora.core().channel("pickup")->waits_for_list);
}

}  // namespace
}  // namespace porchlight::client
