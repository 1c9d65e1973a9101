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

// ---- requests -----------------------------------------------------------------------------------

TEST(Requests, ByOneLinkDoNotCrowdOutThoseByAnother) {
  CrowdScene scene;
  for (int i = 0; i < 7; ++i) take_operator_invite(scene.ana, scene.relay, 40, 90);
  const wire::Link personal = invite(scene.ana, scene.group, "Dora");
  for (int event = 0; event < 2; ++event) {
    const wire::Link leaked = scene.must_make(130);
    scene.offer.reset();
    for (int i = 0; i < 140; ++i) scene.made_up_request(leaked, "x" + std::to_string(i));
  }
  Device dora(scene.relay, 50);
  ask(dora, personal, "Dora");
  scene.ana.sync();
  const auto requests = scene.ana.core().requests();
  EXPECT_EQ(requests.size(), 261u);
  EXPECT_TRUE(std::any_of(requests.begin(), requests.end(),
                          [](const RequestView& view) { return view.name == "Dora"; }));
  // What is beyond is told, once.
  const auto warnings = scene.ana.core().warnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].kind, Warn::invite_reused);
}

TEST(Requests, GoWhenNobodyCanWaitForThemAnyMore) {
  EventScene scene;
  Device ben(scene.relay, 50);
  ask(ben, invite(scene.ana, scene.group, "Ben"), "Ben");
  scene.ana.sync();
  ASSERT_EQ(scene.ana.core().requests().size(), 1u);
  scene.relay.now += 24h * 30;
  scene.ana.sync();
  EXPECT_EQ(scene.ana.core().requests().size(), 1u);  // a device may wait that long
  scene.relay.now += 24h * 6;
  scene.ana.sync();
  EXPECT_THAT(scene.ana.core().requests(), IsEmpty());
  EXPECT_EQ(count_records(scene.ana, Table::requests), 0u);
  ben.sync();
  EXPECT_THAT(ben.core().groups(), IsEmpty());
}

TEST(Requests, ThatTheInviteApprovedByItselfGoWithIt) {
  EventScene scene;
  const wire::Link link = scene.must_make(4, 4);
  Device& ben = scene.asks(link);
  scene.ana.connect(Lane::collect);
  while (scene.ana.collect(Lane::collect)) {
  }
  ASSERT_FALSE(scene.ana.core().outbox(Lane::drop).empty());  // Ben is being let in
  ASSERT_TRUE(scene.ana.core().revoke_invite(scene.view().id, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  EXPECT_EQ(scene.members(), 1u);
  EXPECT_FALSE(scene.is_in(ben));
  EXPECT_EQ(count_records(scene.ana, Table::requests), 0u);
}

TEST(Requests, WhoseChangeIsStoredAreWelcomedThoughTheInviteIsTakenBack) {
  EventScene scene;
  Device& ben = scene.asks(scene.must_make(3, 3));
  scene.ana.connect(Lane::collect);
  while (scene.ana.core().outbox(Lane::drop).empty()) {
    ASSERT_TRUE(scene.ana.collect(Lane::collect));
  }
  scene.ana.drop(Lane::drop);
  // The plug is pulled before the change is read back, and then the link is taken back.
  scene.ana.reload();
  ASSERT_EQ(scene.members(), 1u);
  ASSERT_TRUE(scene.ana.core().revoke_invite(scene.view().id, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  EXPECT_EQ(scene.members(), 2u);
  EXPECT_TRUE(scene.is_in(ben));
}

TEST(Requests, ThatAPersonApprovedStayWhenTheInviteIsTakenBack) {
  EventScene scene;
  const wire::Link link = scene.must_make(4);
  Device& ben = scene.asks(link);
  scene.ana.sync();
  const std::vector ids{scene.ana.core().requests()[0].id};
  ASSERT_TRUE(scene.ana.core().approve(ids, scene.ana.now()).ok());
  ASSERT_TRUE(scene.ana.core().revoke_invite(scene.view().id, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  EXPECT_TRUE(scene.is_in(ben));
}

TEST(Requests, ToCatchUpThatWereDeniedDoNotComeBackWithAnotherStore) {
  GroupScene scene;
  scene.rekey_and_lose_page();
  scene.ben.sync();
  scene.ana.sync();
  ASSERT_EQ(scene.ana.core().requests().size(), 1u);
  ASSERT_TRUE(scene.ana.core().deny(scene.ana.core().requests()[0].id, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.reload();
  scene.relay.begin_again();
  scene.ana.forget_deliveries();
  scene.ana.sync();
  EXPECT_THAT(scene.ana.core().requests(), IsEmpty());
  // Asked anew it is.
  scene.relay.now += 25h;
  scene.ben.sync();
  scene.ana.sync();
  EXPECT_EQ(scene.ana.core().requests().size(), 1u);
  scene.relay.now += 24h * 45;
  scene.ana.sync();
  EXPECT_EQ(count_records(scene.ana, Table::requests), 0u);
}

// ---- invites ------------------------------------------------------------------------------------

/// Ana leads and has an event's invite out; Ben leads too.
struct LeadScene : EventScene {
  LeadScene() {
    bring_in(ana, ben, group, "Ben");
    EXPECT_TRUE(ana.core().set_role(group, "Ben", wire::ROLE_LEAD, ana.now()).ok());
    ana.keep();
    for (int round = 0; round < 2; ++round) {
      ana.sync();
      ben.sync();
    }
    link = must_make(4, 4);
    EXPECT_FALSE(parcel(*link).empty());
  }
  Standing event() {
    for (const InviteView& view : ana.core().invites(ana.now())) {
      if (view.uses > 1) return view.standing;
    }
    return Standing::open;
  }
  void expect_taken_back() {
    EXPECT_EQ(event(), Standing::revoked);
    EXPECT_TRUE(parcel(*link).empty());
  }
  Device ben{relay, 40};
  std::optional<wire::Link> link;
};

TEST(EventInvite, IsTakenBackWithTheLeadsRole) {
  LeadScene scene;
  ASSERT_TRUE(
      scene.ben.core().set_role(scene.group, "Ana", wire::ROLE_MEMBER, scene.ben.now()).ok());
  scene.ben.keep();
  scene.ben.sync();
  scene.ana.sync();
  scene.expect_taken_back();
}

TEST(EventInvite, IsTakenBackFromWhoIsTakenOut) {
  LeadScene scene;
  ASSERT_TRUE(scene.ben.core().remove_member(scene.group, "Ana", scene.ben.now()).ok());
  scene.ben.keep();
  scene.ben.sync();
  scene.ana.sync();
  scene.expect_taken_back();
}

TEST(EventInvite, IsTakenBackFromWhoLeaves) {
  LeadScene scene;
  Device dora(scene.relay, 50);
  ask(dora, invite(scene.ana, scene.group, "Dora"), "Dora");
  scene.ana.sync();
  ASSERT_EQ(scene.ana.core().requests().size(), 1u);
  ASSERT_TRUE(scene.ana.core().leave_group(scene.group, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  scene.expect_taken_back();
  EXPECT_EQ(count_records(scene.ana, Table::requests), 0u);
}

TEST(EventInvite, IsTakenBackWhenItsGroupIsDropped) {
  EventScene scene;
  const wire::Link link = scene.must_make(4);
  scene.asks(link);
  scene.ana.sync();
  ASSERT_EQ(scene.ana.core().requests().size(), 1u);
  ASSERT_TRUE(scene.ana.core().leave_group(scene.group, scene.ana.now()).ok());
  scene.ana.keep();
  ASSERT_THAT(scene.ana.core().groups(), IsEmpty());
  EXPECT_EQ(count_records(scene.ana, Table::requests), 0u);
  scene.ana.reload();
  scene.ana.sync();
  EXPECT_TRUE(scene.parcel(link).empty());
}

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

TEST(EventInvite, LetsNobodyInByItselfOnceSomebodyWasTakenOut) {
  EventScene scene;
  const wire::Link link = scene.must_make(4, 4);
  Device& ben = scene.asks(link);
  scene.ana.sync();
  ASSERT_TRUE(scene.is_in(ben));
  ASSERT_TRUE(scene.ana.core().remove_member(scene.group, "Guest 1", scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  scene.asks(link);
  scene.ana.sync();
  EXPECT_EQ(scene.members(), 1u);
  EXPECT_EQ(scene.ana.core().requests().size(), 1u);
}

TEST(EventLink, OfTwoForOneMailboxTheOneInHandSaysWhoseItIs) {
  EventScene scene;
  const wire::Link link = scene.must_make(3);
  SeededRandom random(8);
  wire::Link forged = *wire::Link::parse(link.str());
  forged.inviter = SigningKey(random.secret<SigningSeed>()).verify_key();
  Device& ben = scene.newcomer();
  ASSERT_TRUE(ben.core().follow(forged, ben.now()).ok());
  ben.sync();
  ASSERT_TRUE(ben.core().offer_refused().has_value());
  ASSERT_TRUE(ben.core().follow(link, ben.now()).ok());
  ben.forget_deliveries();
  ben.sync();
  ASSERT_TRUE(ben.core().offer().has_value());
  EXPECT_EQ(ben.core().offer()->inviter_name, "Ana");
  // And the other way round: what is forged shows nobody's offer.
  ASSERT_TRUE(ben.core().follow(forged, ben.now()).ok());
  ben.sync();
  EXPECT_FALSE(ben.core().offer().has_value());
}

// ---- claims -------------------------------------------------------------------------------------

TEST(Claim, ThatLayTooLongIsGivenUp) {
  EventScene scene;
  const wire::Link link = scene.must_make(3);
  Device& ben = scene.newcomer();
  ASSERT_TRUE(ben.core().follow(link, ben.now()).ok());
  ben.sync();
  ASSERT_TRUE(ben.core().accept_offer("Ben", ben.now()).ok());
  ben.keep();
  ASSERT_FALSE(ben.core().outbox(Lane::join).empty());
  scene.relay.now += 24h * 15;  // without a connection
  ben.sync();
  EXPECT_THAT(ben.core().outbox(Lane::join), IsEmpty());
  ASSERT_TRUE(ben.core().offer_refused().has_value());
  EXPECT_EQ(ben.core().offer_refused()->code, Errc::used);
  EXPECT_THAT(ben.core().groups(), IsEmpty());
}

TEST(Claim, OfARequestThatNobodyWaitsForGoesWithIt) {
  EventScene scene;
  Device ben(scene.relay, 50);
  ASSERT_TRUE(ben.core().follow(invite(scene.ana, scene.group, "Ben"), ben.now()).ok());
  ben.sync();
  ASSERT_TRUE(ben.core().accept_offer("Ben", ben.now()).ok());
  ben.keep();
  scene.relay.now += 24h * 40;
  ben.sync();
  EXPECT_THAT(ben.core().groups(), IsEmpty());
  EXPECT_THAT(ben.core().outbox(Lane::join), IsEmpty());
}

TEST(Claim, IsPaidByItsOwnInviteWhateverIsLeftOfTheOneBefore) {
  EventScene scene;
  Device ben(scene.relay, 50);
  ask(ben, invite(scene.ana, scene.group, "Ben"), "Ben");
  const auto spent = scene.relay.tokens_spent();
  const wire::Link link = scene.must_make(3);
  ask(ben, link, "Ben");
  EXPECT_GE(scene.relay.tokens_spent(), spent + 1);
  // The bundle was claimed: the last of three is for nobody else.
  scene.asks(link);
  scene.asks(link);
  Device& late = scene.newcomer();
  ASSERT_TRUE(late.core().follow(link, late.now()).ok());
  late.sync();
  ASSERT_TRUE(late.core().accept_offer("Late", late.now()).ok());
  late.keep();
  late.sync();
  EXPECT_TRUE(late.core().offer_refused().has_value());
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
