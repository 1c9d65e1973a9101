// A vault that was put back from a backup, while its other life had gone on for a while.
#include <gmock/gmock.h>

#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Warn = WarningView::Kind;

struct RestoreScene : GroupScene {
  RestoreScene() {
    ben.say(group, "warm up");
    sync_all();
  }
  MailboxId newest_day(Device& device) {
    return device.core().subscriptions(Lane::collect, device.now()).back().address.id();
  }
  /// Ben says something that the relay shows to everybody but him from then on.
  void hide_from_himself(Device& device, const std::string& text) {
    device.say(group, text);
    device.sync();
    device.withheld.insert(relay.newest(newest_day(device)));
  }
};

TEST(RestoredVault, SealsAgainOnlyWhatItsOtherLifeHasNotSent) {
  RestoreScene scene;
  scene.ben.say(scene.group, "sealed in the backup");
  ASSERT_FALSE(scene.ben.core().outbox(Lane::drop).empty());
  auto backup = scene.ben.records();
  scene.sync_all();
  scene.ben.say(scene.group, "after the backup");
  scene.sync_all();
  const std::size_t stored = scene.relay.mailbox(scene.newest_day(scene.ben)).size();

  scene.ben.put_back(std::move(backup));
  EXPECT_THAT(scene.ben.core().outbox(Lane::drop), IsEmpty());
  EXPECT_EQ(scene.ben.core().health(scene.ben.now()).queued, 1u);
  scene.sync_all();
  EXPECT_EQ(scene.relay.mailbox(scene.newest_day(scene.ben)).size(), stored);
  scene.ben.say(scene.group, "after the restore");
  scene.sync_all();
  for (Device* device : scene.everybody()) {
    EXPECT_THAT(device->texts(scene.group), ElementsAre("warm up", "sealed in the backup",
                                                        "after the backup", "after the restore"));
  }
  EXPECT_EQ(scene.ben.core().health(scene.ben.now()).queued, 0u);
  scene.expect_no_warnings();
}

TEST(RestoredVault, SendsNothingWhereAFrameOfItsOwnMayBeMissing) {
  RestoreScene scene;
  auto backup = scene.ben.records();
  scene.hide_from_himself(scene.ben, "hidden");
  scene.cleo.sync();
  scene.cleo.say(scene.group, "cites it");
  scene.cleo.sync();

  scene.ben.put_back(std::move(backup));
  scene.ben.say(scene.group, "not yet");
  scene.ben.sync();
  EXPECT_TRUE(scene.ben.has_warning(Warn::restored));
  EXPECT_EQ(scene.ben.core().health(scene.ben.now()).queued, 1u);
  scene.ben.reload();
  scene.ben.sync();
  EXPECT_EQ(scene.ben.core().health(scene.ben.now()).queued, 1u);

  scene.ana.sync();
  const auto asked = scene.ana.core().requests();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].kind, RequestView::Kind::catch_up);
  // Under new keys it stands at the beginning of a chain that nobody has used.
  ASSERT_TRUE(scene.ana.core().rekey(scene.group, scene.ana.now()).ok());
  scene.sync_all();
  for (Device* device : {&scene.ana, &scene.cleo}) {
    EXPECT_THAT(device->texts(scene.group),
                ElementsAre("warm up", "hidden", "cites it", "not yet"));
    EXPECT_FALSE(device->has_warning(Warn::two_versions));
  }
  EXPECT_EQ(scene.ben.core().health(scene.ben.now()).queued, 0u);
}

TEST(RestoredVault, OfALeadAsksForNewKeysByItself) {
  RestoreScene scene;
  auto backup = scene.ana.records();
  scene.hide_from_himself(scene.ana, "hidden");
  scene.cleo.sync();
  scene.cleo.say(scene.group, "cites it");
  scene.cleo.sync();
  const auto before = scene.epoch(scene.cleo);

  scene.ana.put_back(std::move(backup));
  scene.ana.say(scene.group, "under new keys");
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.cleo), before + 1);
  EXPECT_THAT(scene.cleo.texts(scene.group),
              ElementsAre("warm up", "hidden", "cites it", "under new keys"));
  EXPECT_FALSE(scene.cleo.has_warning(Warn::two_versions));
}

TEST(RestoredVault, IsSureAgainOnADayThatItsOtherLifeHasNotSeen) {
  RestoreScene scene;
  auto backup = scene.ben.records();
  scene.hide_from_himself(scene.ben, "hidden");
  scene.cleo.sync();
  scene.cleo.say(scene.group, "cites it");
  scene.cleo.sync();
  scene.ben.put_back(std::move(backup));
  scene.ben.say(scene.group, "the next day");
  scene.ben.sync();
  ASSERT_EQ(scene.ben.core().health(scene.ben.now()).queued, 1u);
  scene.relay.now += 24h;
  scene.sync_all();
  EXPECT_EQ(scene.ben.core().health(scene.ben.now()).queued, 0u);
  EXPECT_EQ(scene.ben.core().group("dispatch")->standing, GroupView::Standing::member);
  EXPECT_TRUE(scene.ben.core().health(scene.ben.now()).restored);
  scene.relay.now += 48h;
  scene.ben.sync();
  EXPECT_FALSE(scene.ben.core().health(scene.ben.now()).restored);
  EXPECT_FALSE(scene.ben.has_warning(Warn::restored));
}

TEST(RestoredVault, DoesNotSendAgainWhatTheRelayCannotTellAboutAnyMore) {
  RestoreScene scene;
  scene.ben.say(scene.group, "queued in the backup");
  auto backup = scene.ben.records();
  scene.sync_all();
  scene.relay.now += 24h * 9;
  scene.relay.mailbox(scene.newest_day(scene.ben)).clear();  // its retention has ended
  scene.ben.put_back(std::move(backup));
  scene.ben.notices.clear();
  scene.sync_all();
  EXPECT_EQ(scene.ben.core().health(scene.ben.now()).queued, 0u);
  ASSERT_TRUE(scene.ben.has_notice(Notice::Kind::warning));
  EXPECT_THAT(scene.ben.notices.back().text, HasSubstr("not sent again"));
  scene.expect_no_warnings();
}

TEST(RestoredVault, OfALeadDoesNotAskAnewAboutWhoIsInByNow) {
  RestoreScene scene;
  Device dora(scene.relay, 5);
  const wire::Link link = invite(scene.ana, scene.group, "Dora");
  ask(dora, link, "Dora");
  auto backup = scene.ana.records();
  approve_all(scene.ana);
  dora.sync();
  const auto epoch = scene.epoch(scene.ana);

  scene.ana.put_back(std::move(backup));
  scene.sync_all();
  dora.sync();
  EXPECT_THAT(scene.ana.core().requests(), IsEmpty());
  EXPECT_EQ(scene.ana.core().invites(scene.ana.now()).back().standing,
            InviteView::Standing::joined);
  EXPECT_EQ(scene.epoch(scene.ana), epoch);
  EXPECT_EQ(scene.epoch(dora), epoch);
  scene.expect_no_warnings();
}

// ---- tokens ------------------------------------------------------------------------------------

struct SupplyScene {
  SupplyScene() { take_operator_invite(ana, relay, 4, 20); }
  /// Spends a token as a lane does; false where the relay refuses it.
  bool spend(Device& device, Lane lane) {
    const auto order = device.core().spend_order(lane, device.now());
    EXPECT_TRUE(order.ok());
    device.keep();
    if (!order.ok()) return false;
    const bool good = relay.spend(*order);
    if (good) device.core().on_budget(order->spend_id, {}, device.now());  // and it is used up
    if (!good) device.core().on_spend_refused(order->spend_id, device.now());
    device.keep();
    return good;
  }
  MemoryRelay relay;
  Device ana{relay, 2};
};

TEST(RestoredVault, DropsTokensThatItsOtherLifeSpentWithoutAWord) {
  SupplyScene scene;
  auto backup = scene.ana.records();
  const auto sessions = scene.ana.core().health(scene.ana.now()).session_tokens;
  constexpr unsigned spent = 5;
  for (unsigned i = 0; i < spent; ++i) ASSERT_TRUE(scene.spend(scene.ana, Lane::collect));

  scene.ana.put_back(std::move(backup));
  // First those that the other life would have spent last.
  for (unsigned i = spent; i < sessions; ++i) EXPECT_TRUE(scene.spend(scene.ana, Lane::collect));
  for (unsigned i = 0; i < spent; ++i) EXPECT_FALSE(scene.spend(scene.ana, Lane::collect));
  EXPECT_EQ(scene.ana.core().spend_order(Lane::collect, scene.ana.now()).error().code,
            Errc::no_tokens);
  EXPECT_THAT(scene.ana.core().warnings(), IsEmpty());
}

TEST(RestoredVault, GoesOnWithATokenThatWasOpen) {
  SupplyScene scene;
  const auto open = scene.ana.core().spend_order(Lane::collect, scene.ana.now());
  scene.ana.keep();
  auto backup = scene.ana.records();
  ASSERT_TRUE(scene.relay.spend(*open));
  scene.ana.put_back(std::move(backup));
  const auto again = scene.ana.core().spend_order(Lane::collect, scene.ana.now());
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->spend_id, open->spend_id);
  EXPECT_TRUE(scene.relay.spend(*again));
}

TEST(RestoredVault, GivesNobodyTokensThatMayHaveBeenUsed) {
  SupplyScene scene;
  const auto group = scene.ana.core().create_group("dispatch", "Ana", scene.ana.now());
  scene.ana.keep();
  scene.ana.sync();
  scene.ana.put_back(scene.ana.records());
  const auto made =
      scene.ana.core().create_invite({*group, "Ben", wire::ROLE_MEMBER, 1h}, scene.ana.now());
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Errc::no_tokens);
  EXPECT_THAT(made.error().what, HasSubstr("before this vault was restored"));
  // Those that come now are its own.
  scene.ana.sync();
  scene.ana.run_errands();
  const auto later =
      scene.ana.core().create_invite({*group, "Ben", wire::ROLE_MEMBER, 1h}, scene.ana.now());
  EXPECT_TRUE(later.ok()) << later.error().what;
}

TEST(RestoredVault, AsksForAnAllotmentAnewWhoseTokensItsOtherLifeMayHave) {
  SupplyScene scene;
  scene.ana.sync();
  scene.ana.core().on_relay_facts(scene.relay.facts(), Lane::drop, scene.ana.now());
  const auto enrol =
      scene.ana.core().errand_request(Errand::enroll, scene.relay.challenge(), scene.ana.now());
  scene.ana.core().on_errand_answer(Errand::enroll, scene.relay.answer(*enrol), scene.ana.now());
  const auto first = scene.ana.core().errand_request(Errand::issue_session, scene.relay.challenge(),
                                                     scene.ana.now());
  ASSERT_TRUE(first.ok()) << first.error().what;
  scene.ana.keep();
  scene.ana.put_back(scene.ana.records());
  const auto again = scene.ana.core().errand_request(Errand::issue_session, scene.relay.challenge(),
                                                     scene.ana.now());
  ASSERT_TRUE(again.ok()) << again.error().what;
  EXPECT_NE(again->issue().blinded(0), first->issue().blinded(0));
}

}  // namespace
}  // namespace porchlight::client
