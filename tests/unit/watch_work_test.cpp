// client/cli: what is done from the board of `watch`, from the keys to what the others see.
#include <gmock/gmock.h>

#include "client/cli/show.hpp"
#include "client/cli/watch_desk.hpp"
#include "tests/unit/client_core_group_scene.hpp"
#include "tests/unit/watch_scene.hpp"

namespace porchlight::client {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::IsEmpty;
using KeyKind = WatchKey::Kind;

/// Somebody at their board.
struct Seat {
  void look() { desk.show(look_around(device.core(), device.now())); }
  /// Types, does what was ordered, keeps it, looks again; the outcome's words.
  std::string work(std::string_view keys) {
    const auto order = type(desk, keys);
    if (!order) return "nothing was ordered";
    const auto outcome = carry_out(*order, device.core(), device.now());
    desk.on_outcome(*order, outcome);
    device.keep();
    look();
    return outcome.ok() ? outcome->said : outcome.error().what;
  }
  const WatchRow& row(ItemId::Kind kind) const {
    for (const WatchSection& section : desk.model().sections) {
      if (section.kind == kind && !section.rows.empty()) return section.rows[0];
    }
    static const WatchRow none{{kind, "", {}}};
    return none;
  }

  Device& device;
  WatchDesk desk = {};
};

/// Ana at `desk`, and Ben at his.
struct WatchAtWork : testing::Test, GroupScene {
  WatchAtWork() { look(); }
  void look() {
    anas.look();
    bens.look();
  }
  void sync_and_look() {
    sync_all();
    look();
  }
  std::string work(std::string_view keys) { return anas.work(keys); }
  void say(wire::Body body) {
    ASSERT_TRUE(ana.core().post(group, std::move(body), ana.now()).ok());
    ana.keep();
    sync_and_look();
  }
  void set_rules(std::uint32_t version, const std::string& text) {
    wire::Body body;
    body.mutable_rules()->set_version(version);
    body.mutable_rules()->set_text(text);
    say(std::move(body));
  }
  SightingView only() { return ben.core().board(group, ben.now()).sightings.at(0); }

  Seat anas{ana};
  Seat bens{ben};
  WatchDesk& desk = anas.desk;
};

TEST_F(WatchAtWork, TakesASightingFromReportToClosure) {
  work("n5th & Oak\ntwo vans\n");
  EXPECT_EQ(desk.model().sections[0].rows.at(0).mark, '^');  // queued
  sync_all();
  look();
  EXPECT_EQ(desk.model().sections[0].rows.at(0).mark, '!');
  EXPECT_EQ(only().report.body.sighting().location(), "5th & Oak");
  work("c7\n");
  EXPECT_THAT(desk.model().sections[0].rows.at(0).standing, HasSubstr("queued: "));
  work("fseen by me\n");
  sync_all();
  EXPECT_EQ(only().claimed_by, "Ana");
  EXPECT_EQ(only().eta_minutes, 7u);
  EXPECT_EQ(only().standing, SightingView::Standing::confirmed);
  look();
  work("xall left\n");
  sync_all();
  EXPECT_EQ(only().closing_note, "all left");
  EXPECT_THAT(desk.model().sections[0].rows, IsEmpty());
}

TEST_F(WatchAtWork, TakesOverWhatIsOverdueAndTellsWhoHadIt) {
  work("n5th & Oak\ntwo vans\n");
  sync_and_look();
  bens.work("c5\n");
  sync_and_look();
  EXPECT_EQ(work("c"), "nothing was ordered");
  EXPECT_THAT(desk.note(), HasSubstr("Ben has"));
  relay.now += 16min;
  look();
  EXPECT_EQ(anas.row(ItemId::Kind::sighting).standing, "OVERDUE, Ben");
  EXPECT_EQ(bens.row(ItemId::Kind::sighting).standing, "YOU are OVERDUE");
  work("c3\n");
  sync_and_look();
  EXPECT_EQ(only().claimed_by, "Ana");
  EXPECT_THAT(bens.desk.note(), HasSubstr("NOT yours: Ana has it"));
}

TEST_F(WatchAtWork, ReleasesItsOwnClaimAndNoOther) {
  work("n5th & Oak\ntwo vans\n");
  sync_and_look();
  bens.work("c5\n");
  sync_and_look();
  EXPECT_EQ(work("r"), "nothing was ordered");
  bens.work("rcar broke down\n");
  sync_and_look();
  EXPECT_EQ(only().standing, SightingView::Standing::open);
}

TEST_F(WatchAtWork, TakesBackWhatItSaid) {
  work("n5th & Oak\ntwo vans\n");
  sync_and_look();
  EXPECT_EQ(bens.work("u"), "nothing was ordered");
  work("dn\n");
  sync_and_look();
  EXPECT_EQ(bens.row(ItemId::Kind::sighting).name, "");
  EXPECT_EQ(anas.row(ItemId::Kind::sighting).mark, '-');  // still there, to be taken back
  work("uo");
  sync_and_look();
  EXPECT_EQ(only().standing, SightingView::Standing::open);
  work("ur");
  sync_and_look();
  EXPECT_TRUE(only().taken_back);
}

TEST_F(WatchAtWork, AsksForTheRulesOncePerVersion) {
  set_rules(1, "Observe from public space.\nDo not chase.");
  work("n5th & Oak\ntwo vans\n");
  sync_and_look();
  type(bens.desk, "c");
  ASSERT_TRUE(bens.desk.is_reading());
  EXPECT_THAT(bens.desk.form()->question().reading, testing::Contains(HasSubstr("Do not chase.")));
  EXPECT_THAT(bens.work("n"), HasSubstr("Nothing was claimed"));
  EXPECT_EQ(only().standing, SightingView::Standing::open);
  bens.work("cy5\n");
  sync_and_look();
  EXPECT_EQ(only().claimed_by, "Ben");
  EXPECT_EQ(only().claim->rules, ben.core().accepted_rules(group)->str());
  type(bens.desk, "c");
  EXPECT_FALSE(bens.desk.is_reading());
  type(bens.desk, "\x1b");
  set_rules(2, "Step back when told.");
  type(bens.desk, "c");
  EXPECT_TRUE(bens.desk.is_reading());
}

TEST_F(WatchAtWork, ClaimsNothingByRulesThatHaveChangedMeanwhile) {
  set_rules(1, "Observe.");
  work("n5th & Oak\ntwo vans\n");
  sync_and_look();
  const auto order = type(bens.desk, "cy\n");
  ASSERT_TRUE(order);
  set_rules(2, "Observe from public space.");
  const auto outcome = carry_out(*order, ben.core(), ben.now());
  ASSERT_FALSE(outcome.ok());
  EXPECT_THAT(outcome.error().what, HasSubstr("new rules"));
  EXPECT_FALSE(ben.core().accepted_rules(group));
}

TEST_F(WatchAtWork, CallsTheRollAndAnswersWithOneKey) {
  work("lAll home?\n\n");
  sync_and_look();
  EXPECT_THAT(bens.desk.model().calling, HasSubstr("Ana asks YOU"));
  EXPECT_EQ(desk.model().calling, "");
  EXPECT_THAT(bens.work("2"), HasSubstr("NEEDS HELP"));
  EXPECT_THAT(bens.row(ItemId::Kind::roll_call).standing, HasSubstr("queued: you"));
  sync_and_look();
  EXPECT_EQ(bens.desk.model().calling, "");
  const WatchRow& row = anas.row(ItemId::Kind::roll_call);
  EXPECT_THAT(row.text, testing::StartsWith("NEEDS HELP: Ben"));
  EXPECT_EQ(row.names, "Cleo");
  work("n5th & Oak\ntwo vans\n");
  sync_and_look();
  bens.desk.on_key(pressed(KeyKind::home));
  ASSERT_EQ(bens.desk.selected()->kind, ItemId::Kind::sighting);
  bens.work("1");  // the last answer counts, whatever is selected
  sync_and_look();
  EXPECT_THAT(anas.row(ItemId::Kind::roll_call).text, testing::StartsWith("All home?"));
}

TEST_F(WatchAtWork, ChecksInOnItsOwnShiftWhateverIsSelected) {
  wire::Body plan;
  wire::Shift& shift = *plan.mutable_shift();
  shift.set_site("Lincoln");
  shift.set_start_minute(wire::unix_minute(ana.now()) + 10);
  shift.set_end_minute(wire::unix_minute(ana.now()) + 70);
  shift.set_min_people(1);
  shift.set_max_people(2);
  plan.set_lifetime_hours(24);
  plan.set_zone("UTC");
  say(std::move(plan));
  bens.work("c");
  sync_and_look();
  relay.now += 16min;
  work("n5th & Oak\ntwo vans\n");
  sync_and_look();
  EXPECT_EQ(anas.row(ItemId::Kind::shift).standing, "1 NOT CHECKED IN");
  EXPECT_THAT(work("i"), HasSubstr("no place"));
  bens.desk.on_key(pressed(KeyKind::home));
  ASSERT_EQ(bens.desk.selected()->kind, ItemId::Kind::sighting);
  bens.work("i");
  sync_and_look();
  EXPECT_THAT(anas.row(ItemId::Kind::shift).text, HasSubstr("Ben in"));
  bens.work("o");
  sync_and_look();
  EXPECT_THAT(anas.row(ItemId::Kind::shift).text, HasSubstr("Ben out"));
}

TEST_F(WatchAtWork, LetsSomebodyInAfterTheWordsWereCompared) {
  Device dora{relay, 9};
  ask(dora, invite(ana, group, "Dora"), "Dora");
  sync_and_look();
  ASSERT_EQ(desk.selected()->kind, ItemId::Kind::request);
  type(desk, "f");
  ASSERT_NE(desk.form(), nullptr);
  const std::string words = words_text(ana.core().requests().at(0).words);
  EXPECT_THAT(desk.form()->question().text, HasSubstr(words));
  work("y");
  sync_all();
  dora.sync();
  EXPECT_EQ(dora.core().group("dispatch")->standing, GroupView::Standing::member);
}

TEST_F(WatchAtWork, TurnsSomebodyDown) {
  Device dora{relay, 9};
  ask(dora, invite(ana, group, "Dora"), "Dora");
  sync_and_look();
  EXPECT_THAT(work("dy"), HasSubstr("turned down"));
  EXPECT_THAT(ana.core().requests(), IsEmpty());
}

TEST_F(WatchAtWork, RefusesMinutesThatAreNoNumber) {
  work("n5th & Oak\ntwo vans\n");
  EXPECT_THAT(work("csoon\n"), HasSubstr("number"));
  sync_all();
  EXPECT_EQ(only().standing, SightingView::Standing::open);
}

TEST_F(WatchAtWork, IsNoDuplicateOfItself) {
  work("n5th & Oak\ntwo vans\n");
  const std::string name = desk.model().sections[0].rows.at(0).name;
  EXPECT_THAT(work("dd" + name + "\n\n"), HasSubstr("no duplicate of itself"));
}

TEST_F(WatchAtWork, PostsATextThatTheOthersRead) {
  work("pUse the north gate\n");
  sync_all();
  EXPECT_THAT(ben.texts(group), testing::Contains("Use the north gate"));
}

TEST_F(WatchAtWork, AlertsAChannelAndGivesTheAllClear) {
  ASSERT_TRUE(ana.core().create_channel(group, "pickup", ana.now()).ok());
  ana.keep();
  sync_all();
  look();
  EXPECT_THAT(work("bnUse the north gate\n\n"), HasSubstr("0 listed"));
  sync_all();
  look();
  const auto alerts = [&] {
    const auto channel = ben.core().channel("pickup");
    return ben.core().alerts(channel->id, ben.now()).alerts;
  };
  ASSERT_EQ(alerts().size(), 1u);
  EXPECT_EQ(alerts()[0].message.body.alert().urgency(), wire::URGENCY_NOW);
  EXPECT_EQ(alerts()[0].message.body.alert().answers_size(), 2);
  EXPECT_THAT(work("ty"), HasSubstr("Everybody has answered"));
  work("xcThe north gate is shut\n");
  sync_all();
  EXPECT_EQ(alerts()[0].clear->kind(), wire::CLEAR_CORRECTED);
  EXPECT_FALSE(alerts()[0].is_over());
  look();
  work("xlThank you\n");
  sync_all();
  EXPECT_TRUE(alerts()[0].is_over());
}

TEST_F(WatchAtWork, LetsNoAlertRestOnWhatIsNotConfirmed) {
  ASSERT_TRUE(ana.core().create_channel(group, "pickup", ana.now()).ok());
  ana.keep();
  sync_all();
  look();
  work("n5th & Oak\ntwo vans\n");
  EXPECT_THAT(work("bynUse the north gate\n\n"), HasSubstr("not confirmed"));
  EXPECT_THAT(ana.core().alerts(ana.core().channel("pickup")->id, ana.now()).alerts, IsEmpty());
}

}  // namespace
}  // namespace porchlight::client
