// What a channel's devices warn of, and what they do not (clauses 14.5 and 14.10); what they say
// and read where a clock is wrong or keys were copied.
#include "tests/unit/client_core_channel_scene.hpp"

namespace porchlight::client {
namespace {

using Texts = std::vector<std::string>;
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

TEST(ChannelAlarm, IsRaisedWhereSomebodyWhoLedChangesTheChannelWithTheOldRoot) {
  ChannelScene scene;
  ASSERT_TRUE(
      scene.ana.core().set_role(scene.group, "Cleo", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  Device& maria = scene.volunteer("Maria");
  scene.volunteer("Noor");
  scene.sync_all();
  const MailboxId control = scene.control(maria);
  // Cleo's change is ready to leave, with all that it needs, and is kept for later.
  const auto wished =
      scene.cleo.core().remove_from_audience(scene.channel, "Noor", scene.cleo.now());
  ASSERT_TRUE(wished.ok());
  scene.cleo.keep();
  std::optional<OutboxItem> change;
  for (int round = 0; round < 8 && !change; ++round) {
    scene.cleo.connect(Lane::collect);
    scene.cleo.collect(Lane::collect);
    for (const OutboxItem& item : scene.cleo.core().outbox(Lane::drop)) {
      if (item.address.id() == control) change = item;
    }
    if (!change) scene.cleo.drop(Lane::drop);
  }
  ASSERT_TRUE(change);
  ASSERT_TRUE(scene.ana.core().remove_member(scene.group, "Cleo", scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  scene.ana.sync();
  scene.ben.sync();
  scene.ben.sync();
  maria.sync();
  ASSERT_EQ(scene.epoch(scene.ben), 1u);
  ASSERT_FALSE(scene.ben.has_warning(Warn::foreign_epoch));
  ASSERT_TRUE(scene.relay.drop(change->address, change->envelope, std::nullopt));
  for (Device* device : {&scene.ana, &scene.ben, &maria}) device->sync();
  EXPECT_TRUE(scene.ana.has_warning(Warn::foreign_epoch));
  EXPECT_TRUE(scene.ben.has_warning(Warn::foreign_epoch));
  // It is no affair of the audience, and nobody follows it.
  EXPECT_FALSE(maria.has_warning(Warn::foreign_epoch));
  EXPECT_EQ(scene.epoch(scene.ben), 1u);
  scene.alert(scene.ben, "All is well");
  maria.sync();
  EXPECT_EQ(scene.alerts(maria), Texts{"All is well"});
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
  scene.remove_from_audience_and_lose_the_page("Noor");
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

TEST(ChannelReturn, ByARootThatNothingKnownHasNamedIsRefusedAndSaysSo) {
  ChannelScene scene;
  for (const char* name : {"Ben", "Cleo"}) {
    ASSERT_TRUE(
        scene.ana.core().set_role(scene.group, name, wire::ROLE_LEAD, scene.ana.now()).ok());
    scene.ana.keep();
    scene.sync_all();
  }
  Device& maria = scene.volunteer("Maria");
  scene.volunteer("Noor");
  scene.sync_all();
  scene.remove_from_audience_and_lose_the_page("Noor");
  const auto take_out = [&](Device& by, const char* whom) {
    for (int round = 0; round < 3; ++round) by.sync();
    ASSERT_TRUE(by.core().remove_member(scene.group, whom, by.now()).ok());
    by.keep();
    for (int round = 0; round < 3; ++round) by.sync();
  };
  take_out(scene.ben, "Ana");
  take_out(scene.cleo, "Ben");
  ASSERT_EQ(scene.epoch(scene.cleo), 3u);
  maria.sync();  // misses the first of the three changes; two of the others hand the channel on
  scene.cleo.sync();
  const auto requests = scene.cleo.core().requests();
  ASSERT_EQ(requests.size(), 1u);
  const std::vector<std::string> ids{requests[0].id};
  ASSERT_TRUE(scene.cleo.core().approve(ids, scene.cleo.now()).ok());
  scene.cleo.keep();
  scene.cleo.sync();
  maria.sync();
  EXPECT_EQ(scene.epoch(maria), 0u);
  EXPECT_TRUE(std::ranges::any_of(maria.core().warnings(), [](const WarningView& warning) {
    return warning.text.find("cannot tell that they are theirs") != std::string::npos;
  }));
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

TEST(Channel, IsHeardByAllWhereASpeakersClockIsMoreThanADayBehind) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.ben.clock_ahead = -26h;  // they agree, by clause 11.4
  for (int half_day = 0; half_day < 6; ++half_day) {
    scene.relay.now += 12h;
    scene.sync_all();
  }
  scene.relay.now += 13h;  // an hour after midnight; for Ben it is the day before yesterday
  for (int round = 0; round < 3; ++round) maria.sync();
  scene.cleo.sync();
  wire::Body body;
  body.set_lifetime_hours(72);  // from Ben's minute
  body.mutable_alert()->set_urgency(wire::URGENCY_NOW);
  body.mutable_alert()->add_wordings()->set_text("The street is free");
  scene.say(scene.ben, std::move(body));
  maria.sync();
  scene.cleo.sync();
  EXPECT_EQ(scene.alerts(maria), Texts{"The street is free"});
  EXPECT_EQ(scene.alerts(scene.cleo), Texts{"The street is free"});
}

TEST(Channel, WordsOfACopyAreNotSaidAgainByWhoseKeysItHas) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.volunteer("Noor");
  scene.sync_all();
  Device thief(scene.relay, 77);
  thief.restore(scene.ben.records());
  auto& control = scene.relay.mailbox(scene.control(maria));
  scene.remove_from_audience("Noor");
  maria.sync();
  auto held_back = std::exchange(control, {});
  scene.relay.now += 2h;
  scene.alert(thief, "From a copy");
  scene.ben.sync();
  ASSERT_EQ(scene.alerts(scene.ben), Texts{"From a copy"});  // with Ben's name, and it was stored
  control = std::move(held_back);
  scene.sync_all();
  scene.sync_all();
  ASSERT_EQ(scene.epoch(scene.ben), 1u);
  EXPECT_EQ(scene.alerts(maria), Texts{});
  EXPECT_EQ(scene.ben.core().channel_messages(scene.channel).at(0).standing,
            MessageView::Standing::stored);
}

TEST(Channel, ChangeIsToldOnceMoreByItsAuthorAfterARestart) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  scene.volunteer("Noor");
  scene.sync_all();
  const MailboxId control = scene.control(maria);
  const auto taken = scene.ana.core().remove_from_audience(scene.channel, "Noor", scene.ana.now());
  ASSERT_TRUE(taken.ok());
  scene.ana.keep();
  const std::uint64_t before = scene.relay.newest(control);
  for (int round = 0; round < 8 && scene.relay.newest(control) == before; ++round) {
    scene.ana.connect(Lane::collect);
    scene.ana.collect(Lane::collect);
    for (const OutboxItem& item : scene.ana.core().outbox(Lane::drop)) {
      if (item.address.id() != control) continue;
      scene.relay.drop(item.address, item.envelope, item.if_last);
    }
    if (scene.relay.newest(control) == before) scene.ana.drop(Lane::drop);
  }
  ASSERT_GT(scene.relay.newest(control), before);
  scene.ana.reload();  // before it was told that the relay has it
  scene.ana.connect(Lane::collect);
  scene.ana.collect(Lane::collect);
  ASSERT_EQ(scene.epoch(scene.ana), 1u);
  EXPECT_FALSE(scene.ana.core().outbox(Lane::drop).empty());
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.ben), 1u);
  scene.expect_no_warnings_but(scene.volunteers[1].get());
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
