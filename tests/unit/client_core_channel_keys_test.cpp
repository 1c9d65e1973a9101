// Who follows a channel from one epoch to the next, and who does not (clauses 14.5 and 14.8).
#include "tests/unit/client_core_channel_scene.hpp"

namespace porchlight::client {
namespace {

using Texts = std::vector<std::string>;
using Warn = WarningView::Kind;

TEST(Channel, WhoWasTakenOutReadsNothingThatIsSaidAfterIt) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  Device& noor = scene.volunteer("Noor");
  scene.sync_all();
  ASSERT_TRUE(scene.ana.core().remove_from_audience(scene.channel, "Noor", scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  EXPECT_FALSE(scene.ana.core().has_wishes_for(scene.channel));
  for (Device* device : {&scene.ana, &scene.ben, &scene.cleo, &maria}) {
    EXPECT_EQ(scene.epoch(*device), 1u);
  }
  EXPECT_EQ(scene.epoch(noor), 0u);
  scene.alert(scene.cleo, "Among us");
  scene.sync_all();
  EXPECT_EQ(scene.alerts(maria), Texts{"Among us"});
  EXPECT_EQ(scene.alerts(noor), Texts{});
  EXPECT_EQ(noor.core().channel("pickup")->standing, ChannelView::Standing::behind);
  EXPECT_TRUE(noor.has_warning(Warn::left_behind));
  EXPECT_EQ(scene.ben.core().channel("pickup")->people, 1u);
}

TEST(Channel, GetsNewKeysEachWeekAndIsFollowedByWhoWasAway) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.sync_all();
  for (Device* device : scene.everybody()) device->run_errands();
  for (int week = 0; week < 3; ++week) {
    scene.relay.now += 24h * 7 + 1h;
    for (int round = 0; round < 2; ++round) {
      for (Device* device : {&scene.ana, &scene.ben, &scene.cleo}) {
        device->connect_other(Lane::drop);  // shows the week's keys
        device->run_errands();
        device->sync();
      }
    }
  }
  maria.connect_other(Lane::drop);
  maria.run_errands();
  EXPECT_GE(scene.epoch(scene.ben), 3u);
  scene.alert(scene.ben, "After three weeks");
  maria.sync();
  maria.sync();
  EXPECT_EQ(scene.epoch(maria), scene.epoch(scene.ben));
  EXPECT_EQ(scene.alerts(maria), Texts{"After three weeks"});
  scene.expect_no_warnings();
}

TEST(Channel, IsToldToWhoJoinsTheGroupLater) {
  ChannelScene scene;
  scene.volunteer("Maria");
  Device dana{scene.relay, 50};
  bring_in(scene.ana, dana, scene.group, "Dana");
  scene.ana.sync();
  dana.sync();
  dana.sync();
  const auto view = dana.core().channel("pickup");
  ASSERT_TRUE(view.ok()) << view.error().what;
  EXPECT_EQ(view->side, ChannelView::Side::group);
  EXPECT_FALSE(view->waits_for_list);
  EXPECT_EQ(view->people, 1u);
  EXPECT_EQ(dana.core().audience(scene.channel)->at(0).name, "Maria");
  scene.alert(dana, "I am new");
  scene.sync_all();
  EXPECT_EQ(scene.alerts(*scene.volunteers[0]), Texts{"I am new"});
  EXPECT_EQ(scene.ben.core().channel_messages(scene.channel).at(0).sender_name, "Dana");
  scene.expect_no_warnings();
}

TEST(Channel, WhoWasTakenOutOfTheGroupHoldsNothingOfWhatComesAfter) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.sync_all();
  ASSERT_TRUE(scene.ana.core().remove_member(scene.group, "Cleo", scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  EXPECT_EQ(scene.cleo.core().channel("pickup")->standing, ChannelView::Standing::over);
  EXPECT_EQ(scene.epoch(scene.ben), 1u);
  scene.alert(scene.ben, "Without Cleo");
  maria.sync();
  scene.cleo.sync();
  EXPECT_EQ(scene.alerts(maria), Texts{"Without Cleo"});
  EXPECT_EQ(scene.alerts(scene.cleo), Texts{});
  EXPECT_EQ(scene.cleo.core().say(scene.channel, {}, scene.cleo.now()).error().code,
            Errc::not_permitted);
}

TEST(Channel, IsLedByWhoeverLeadsTheGroupNext) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.sync_all();
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  EXPECT_TRUE(scene.ben.core().channel("pickup")->leads);
  ASSERT_TRUE(scene.ben.core().remove_member(scene.group, "Ana", scene.ben.now()).ok());
  scene.ben.keep();
  scene.sync_all();
  // Ana holds the root that was: there is another.
  EXPECT_GE(scene.epoch(scene.cleo), 1u);
  EXPECT_EQ(scene.epoch(maria), scene.epoch(scene.cleo));
  scene.alert(scene.cleo, "Under another root");
  maria.sync();
  EXPECT_EQ(scene.alerts(maria), Texts{"Under another root"});
  ASSERT_TRUE(scene.ben.core().remove_from_audience(scene.channel, "Maria", scene.ben.now()).ok());
  scene.ben.keep();
  scene.sync_all();
  EXPECT_EQ(maria.core().channel("pickup")->standing, ChannelView::Standing::behind);
}

TEST(Channel, LivesThroughRestartsOnEverySide) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  const MessageId alert = scene.alert(scene.ben, "Come", {"yes"});
  for (int round = 0; round < 3; ++round) {
    for (Device* device : scene.everybody()) {
      device->reload();
      device->sync();
    }
  }
  ASSERT_TRUE(scene.answer(maria, alert, "yes").ok());
  for (Device* device : scene.everybody()) device->reload();
  scene.sync_all();
  EXPECT_EQ(scene.cleo.core().alerts(scene.channel, scene.cleo.now()).alerts[0].answers.size(), 1u);
  ASSERT_TRUE(scene.ana.core().remove_from_audience(scene.channel, "Maria", scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.reload();
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.cleo), 1u);
}

TEST(Channel, IsJoinedThroughADoorThatIsOpenForLongerThanAWeek) {
  ChannelScene scene;
  for (Device* device : scene.everybody()) device->run_errands();
  Device& maria = scene.follows(scene.invite("Maria"), "Maria");
  // Nobody of the group looks for ten days.
  scene.relay.now += 24h * 10;
  scene.relay.sweep();
  for (Device* device : {&scene.ana, &scene.ben}) {
    device->connect_other(Lane::drop);
    device->run_errands();
  }
  scene.ana.sync();
  scene.ana.sync();
  scene.ben.sync();
  EXPECT_EQ(scene.ben.core().channel("pickup")->people, 1u);
  maria.run_errands();
}

TEST(Channel, GivesKeysAnewToWhoIsStillInTheAudience) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  Device& noor = scene.volunteer("Noor");
  scene.sync_all();
  scene.ana.reload();  // it knows no more that it let her in just now
  const auto before = scene.relay.mailboxes();
  ASSERT_TRUE(scene.ana.core().remove_from_audience(scene.channel, "Noor", scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  // The page with the grants is lost.
  for (const MailboxId& id : scene.relay.mailboxes()) {
    auto& mailbox = scene.relay.mailbox(id);
    if (before.contains(id) || mailbox.empty()) continue;
    if (mailbox.begin()->second.size() == limits::envelope_sizes_bytes[1]) mailbox.clear();
  }
  scene.sync_all();
  EXPECT_EQ(maria.core().channel("pickup")->standing, ChannelView::Standing::behind);
  EXPECT_TRUE(maria.has_warning(Warn::left_behind));
  maria.reload();
  noor.sync();  // asks as well, and is nobody's any more
  scene.sync_all();
  const auto requests = scene.ana.core().requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].name, "Maria");
  EXPECT_EQ(requests[0].group_name, "pickup");
  EXPECT_EQ(requests[0].kind, RequestView::Kind::catch_up);
  const std::vector<std::string> ids{requests[0].id};
  ASSERT_TRUE(scene.ana.core().approve(ids, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  EXPECT_TRUE(scene.ana.core().requests().empty());
  EXPECT_EQ(scene.epoch(maria), scene.epoch(scene.ana));
  scene.alert(scene.cleo, "Welcome back");
  scene.sync_all();
  EXPECT_EQ(scene.alerts(maria), Texts{"Welcome back"});
  EXPECT_EQ(scene.alerts(noor), Texts{});
  EXPECT_FALSE(maria.has_warning(Warn::left_behind));
}

TEST(Channel, RemovesWhoHoldsALinkThatIsOver) {
  ChannelScene scene;
  const wire::Link link = scene.invite("Gate", 5, 2h);
  Device& listed = scene.follows(link, "Listed");
  scene.sync_all();
  Device& unlisted = *scene.volunteers.emplace_back(std::make_unique<Device>(scene.relay, 300));
  ASSERT_TRUE(unlisted.core().follow(link, unlisted.now()).ok());
  unlisted.sync();
  ASSERT_TRUE(unlisted.core().accept_offer("Unlisted", unlisted.now()).ok());
  unlisted.keep();  // and is away before anything has left the device
  scene.relay.now += 3h;
  for (Device* device : {&scene.ana, &scene.ben, &scene.ana, &scene.ben}) device->sync();
  EXPECT_EQ(scene.epoch(scene.ben), 1u);
  listed.sync();
  EXPECT_EQ(scene.epoch(listed), 1u);
  scene.alert(scene.ben, "Only for those who came in time");
  listed.sync();
  unlisted.sync();
  EXPECT_EQ(scene.alerts(listed).size(), 1u);
  EXPECT_EQ(scene.alerts(unlisted).size(), 0u);
}

TEST(Channel, InviteOfWhoWasTakenOutOfTheGroupIsTakenBackByTheOthers) {
  ChannelScene scene;
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  const wire::Link link = scene.invite("Gate", 5);
  Device& spy = scene.follows(link, "Spy");  // Ana's own second device, say
  ASSERT_TRUE(scene.ben.core().remove_member(scene.group, "Ana", scene.ben.now()).ok());
  scene.ben.keep();
  scene.ben.sync();
  scene.ben.sync();
  scene.cleo.sync();
  scene.cleo.sync();
  scene.alert(scene.cleo, "Without Ana");
  spy.sync();
  EXPECT_EQ(scene.alerts(spy), Texts{});
  EXPECT_EQ(scene.ben.core().channel("pickup")->invites, 0u);
}

TEST(Channel, SaysNothingUnderKeysThatWhoWasTakenOutKnows) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.sync_all();
  auto& control = scene.relay.mailbox(scene.control(maria));
  ASSERT_TRUE(scene.ana.core().remove_member(scene.group, "Cleo", scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  ASSERT_EQ(control.size(), 1u);
  auto held_back = std::exchange(control, {});
  scene.ben.sync();
  EXPECT_EQ(scene.ben.core().group("dispatch")->members.size(), 2u);
  EXPECT_TRUE(scene.ben.core().channel("pickup")->waits_for_keys);
  const MessageId alert = scene.alert(scene.ben, "Not for Cleo");
  scene.ben.sync();
  EXPECT_EQ(scene.ben.core().channel_messages(scene.channel).at(0).standing,
            MessageView::Standing::queued);
  control = std::move(held_back);
  scene.sync_all();
  scene.cleo.sync();
  EXPECT_EQ(scene.alerts(maria), Texts{"Not for Cleo"});
  EXPECT_EQ(scene.alerts(scene.cleo), Texts{});
  EXPECT_EQ(scene.ben.core().alerts(scene.channel, scene.ben.now()).alerts.at(0).id, alert);
}

TEST(Channel, ThatNobodyWhoLeadsStandsForAlarmsTheGroup) {
  ChannelScene scene;
  Device& noor = scene.volunteer("Noor");
  scene.sync_all();
  // What the relay loses of the group's talk is what the others would know the keys by.
  std::map<MailboxId, std::uint64_t> newest;
  for (const MailboxId& id : scene.relay.mailboxes()) newest[id] = scene.relay.newest(id);
  std::set<MailboxId> of_noor;
  for (const auto& each : noor.core().subscriptions(Lane::collect, noor.now())) {
    of_noor.insert(each.address.id());
  }
  scene.remove_from_audience("Noor");
  for (const auto& each : scene.ben.core().subscriptions(Lane::collect, scene.ben.now())) {
    const bool is_talk = each.address.flags == 0 && each.address.drop_key.has_value();
    if (!is_talk || of_noor.contains(each.address.id())) continue;
    std::erase_if(scene.relay.mailbox(each.address.id()),
                  [&](const auto& held) { return held.first > newest[each.address.id()]; });
  }
  scene.ben.sync();
  scene.ben.core().on_tick(scene.ben.now());
  scene.ben.keep();
  EXPECT_TRUE(scene.ben.has_warning(Warn::taken_over));
  EXPECT_FALSE(scene.ana.has_warning(Warn::taken_over));
  const auto said = scene.ben.core().channel("pickup");
  EXPECT_TRUE(said->waits_for_keys);
  EXPECT_EQ(scene.epoch(scene.ben), 0u);
}

TEST(Channel, PassesOverWhatIsSaidInAnEpochThatIsOverAndItsAuthorSaysItAgain) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.volunteer("Noor");
  scene.sync_all();
  auto& control = scene.relay.mailbox(scene.control(maria));
  scene.remove_from_audience("Noor");
  maria.sync();
  ASSERT_EQ(scene.epoch(maria), 1u);
  auto held_back = std::exchange(control, {});
  scene.relay.now += 2h;
  scene.alert(scene.ben, "Too late");
  EXPECT_EQ(scene.ben.core().channel_messages(scene.channel).at(0).standing,
            MessageView::Standing::stored);
  control = std::move(held_back);
  maria.sync();
  EXPECT_EQ(scene.alerts(maria), Texts{});
  scene.sync_all();
  EXPECT_EQ(scene.alerts(maria), Texts{"Too late"});
  EXPECT_EQ(scene.alerts(scene.cleo), Texts{"Too late"});
  scene.expect_no_warnings_but(scene.volunteers[1].get());
}

TEST(Channel, ChangeLeavesAfterItsAnnouncementAndItsPages) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.volunteer("Noor");
  scene.sync_all();
  const MailboxId control = scene.control(maria);
  const auto taken = scene.ana.core().remove_from_audience(scene.channel, "Noor", scene.ana.now());
  ASSERT_TRUE(taken.ok());
  scene.ana.keep();
  const auto leaves = [&] {
    std::set<MailboxId> to;
    for (const OutboxItem& item : scene.ana.core().outbox(Lane::drop)) to.insert(item.address.id());
    return to;
  };
  ASSERT_FALSE(leaves().empty());
  EXPECT_FALSE(leaves().contains(control));
  bool left_last = false;
  for (int round = 0; round < 8 && !left_last; ++round) {
    scene.ana.connect(Lane::collect);
    scene.ana.collect(Lane::collect);
    const auto next = leaves();
    left_last = next.contains(control);
    if (left_last) {
      EXPECT_EQ(next.size(), 1u);  // nothing of it is left but itself
    } else {
      scene.ana.drop(Lane::drop);
    }
  }
  EXPECT_TRUE(left_last);
  scene.sync_all();
  EXPECT_EQ(scene.epoch(maria), 1u);
}

TEST(Channel, InviteKeepsNothingThatOpensItsParcel) {
  ChannelScene scene;
  const wire::Link link = scene.invite("Gate", 5);
  const AudienceInviteKeys keys = derive_audience_invite(link.seed.reveal());
  const wire::InviteKeys parcel(link.seed, wire::InviteKind::event);
  const auto holds = [&](Device& device, ByteView secret) {
    for (const Record& record : device.records()) {
      const ByteView value = record.value.reveal();
      if (std::search(value.begin(), value.end(), secret.begin(), secret.end()) != value.end()) {
        return true;
      }
    }
    return false;
  };
  for (Device* device : {&scene.ana, &scene.ben}) {
    EXPECT_FALSE(holds(*device, link.seed.reveal()));
    EXPECT_FALSE(holds(*device, parcel.seal.reveal()));
    EXPECT_FALSE(holds(*device, keys.seal.reveal()));
    EXPECT_FALSE(holds(*device, keys.join.reveal()));
  }
  EXPECT_TRUE(holds(scene.ana, parcel.collect.reveal()));  // what it is taken back with
  // Nor does whoever followed it, once they asked.
  Device& maria = scene.follows(link, "Maria");
  EXPECT_FALSE(holds(maria, link.seed.reveal()));
  EXPECT_TRUE(holds(maria, keys.seal.reveal()));
  scene.sync_all();
  EXPECT_TRUE(scene.ana.core().remove_from_audience(scene.channel, "Gate", scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  ASSERT_EQ(scene.epoch(maria), 1u);
  EXPECT_FALSE(holds(maria, keys.seal.reveal()));  // a grant of their own has come
  EXPECT_TRUE(scene.relay.mailbox(parcel.address().id()).empty());
}

}  // namespace
}  // namespace porchlight::client
