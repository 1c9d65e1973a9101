// client/cli: what the keys of `watch` do, from the first one to the message in the core.
#include "client/cli/watch_desk.hpp"

#include <gmock/gmock.h>

#include "tests/unit/client_core_group_scene.hpp"
#include "tests/unit/watch_scene.hpp"

namespace porchlight::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = WatchOrder::Kind;
using KeyKind = WatchKey::Kind;
using View = WatchDesk::View;

/// Types `text`; what was ordered last, if anything.
std::optional<WatchOrder> type(WatchDesk& desk, std::string_view text) {
  std::optional<WatchOrder> order;
  for (const char c : text) {
    auto next = c == '\n'     ? desk.on_key(pressed(KeyKind::enter))
                : c == '\x1b' ? desk.on_key(pressed(KeyKind::escape))
                              : desk.on_key(typed(c));
    if (next) order = std::move(next);
  }
  return order;
}

// ---- what is selected -----------------------------------------------------------------------

TEST(WatchDesk, KeepsTheSelectionWhereTheMessageGoes) {
  WatchScene scene;
  const MessageId first = scene.report("A", 9);
  const MessageId second = scene.report("B", 5);
  WatchDesk desk;
  desk.show(scene.made());
  type(desk, "j");
  ASSERT_EQ(desk.selected()->key, second.str());
  scene.report("older", 30);
  scene.about(first, "Ana", 0).mutable_claim();
  desk.show(scene.made());
  EXPECT_EQ(desk.selected()->key, second.str());
}

TEST(WatchDesk, SelectsTheNextWhereTheSelectedOneIsGone) {
  WatchScene scene;
  const MessageId first = scene.report("A", 9);
  const MessageId second = scene.report("B", 5);
  WatchDesk desk;
  desk.show(scene.made());
  ASSERT_EQ(desk.selected()->key, first.str());
  scene.about(first, "Ana", 0).mutable_closure();
  desk.show(scene.made());
  EXPECT_EQ(desk.selected()->key, second.str());
}

TEST(WatchDesk, RingsForWhatIsNewAndOfOthersAlone) {
  WatchScene scene;
  scene.report("A", 9);
  WatchDesk desk;
  EXPECT_FALSE(desk.show(scene.made()));  // was there before
  scene.report("mine", 1);
  scene.facts.groups[0].messages.back().mine = true;
  EXPECT_FALSE(desk.show(scene.made()));
  scene.report("B", 0);
  EXPECT_TRUE(desk.show(scene.made()));
  EXPECT_FALSE(desk.show(scene.made()));
}

// ---- what is open ---------------------------------------------------------------------------

TEST(WatchDesk, BlanksWithTwoEscapesWhateverIsOpen) {
  WatchScene scene;
  scene.report("A", 9);
  for (const char* open : {"", "\n", "c", "?"}) {
    WatchDesk desk;
    desk.show(scene.made());
    type(desk, open);
    type(desk, "\x1b\x1b");
    EXPECT_EQ(desk.view(), View::blank) << open;
    EXPECT_EQ(desk.form(), nullptr);
    type(desk, "\x1bz\x1b");  // in a hurry
    EXPECT_EQ(desk.view(), View::blank);
    EXPECT_FALSE(type(desk, "c"));
    EXPECT_EQ(desk.view(), View::board);
    EXPECT_EQ(desk.form(), nullptr);  // the key that brought it back did nothing else
  }
}

TEST(WatchDesk, TypesALetterIntoAFieldAndDoesNotObeyIt) {
  WatchScene scene;
  scene.report("A", 9);
  WatchDesk desk;
  desk.show(scene.made());
  type(desk, "fzq?");
  ASSERT_NE(desk.form(), nullptr);
  EXPECT_EQ(desk.form()->typed(), "zq?");
  EXPECT_FALSE(desk.wants_to_quit());
}

TEST(WatchDesk, SaysWhatToSelectFirst) {
  WatchScene scene;
  scene.warn("4K7");
  WatchDesk desk;
  desk.show(scene.made());
  EXPECT_FALSE(type(desk, "c"));
  EXPECT_EQ(desk.form(), nullptr);
  EXPECT_THAT(desk.note(), HasSubstr("sighting"));
}

// ---- what is ordered ------------------------------------------------------------------------

TEST(WatchDesk, ClaimsWithAFewKeys) {
  WatchScene scene;
  const MessageId id = scene.report("A", 9);
  WatchDesk desk;
  desk.show(scene.made());
  const auto order = type(desk, "c10\n");
  ASSERT_TRUE(order);
  EXPECT_EQ(order->kind, Kind::claim);
  EXPECT_EQ(order->about->key, id.str());
  EXPECT_THAT(order->answers, ElementsAre("10"));
}

TEST(WatchDesk, AsksForWhatMustBeThere) {
  WatchScene scene;
  scene.report("A", 9);
  WatchDesk desk;
  desk.show(scene.made());
  EXPECT_FALSE(type(desk, "f\n  \n"));
  EXPECT_NE(desk.form(), nullptr);
  EXPECT_THAT(type(desk, "seen\n")->answers, ElementsAre("seen"));
}

TEST(WatchDesk, AsksOfWhichSightingItIsADuplicate) {
  WatchScene scene;
  scene.report("A", 9);
  WatchDesk desk;
  desk.show(scene.made());
  EXPECT_THAT(type(desk, "dg\n")->answers, ElementsAre("gone", "", ""));
  EXPECT_THAT(type(desk, "ddS-4K7\nsame vans\n")->answers,
              ElementsAre("duplicate", "S-4K7", "same vans"));
}

TEST(WatchDesk, DismissesTheWarningThatWLeadsTo) {
  WatchScene scene;
  scene.report("A", 9);
  scene.warn("4K7");
  WatchDesk desk;
  desk.show(scene.made());
  const auto order = type(desk, "wx");
  ASSERT_TRUE(order);
  EXPECT_EQ(order->kind, Kind::dismiss_warning);
  EXPECT_EQ(order->about->key, "4K7");
}

TEST(WatchDesk, ReachesManyOnlyAfterYes) {
  WatchScene scene;
  scene.alert(60, 60);
  WatchDesk desk;
  desk.show(scene.made());
  const auto order = type(desk, "ty");
  ASSERT_TRUE(order);
  EXPECT_EQ(order->sure, WatchOrder::Sure::no);
  const WatchOutcome ask{"", "This reaches 60."};
  desk.on_outcome(*order, ask);
  EXPECT_FALSE(type(desk, "y\n"));
  EXPECT_THAT(desk.note(), HasSubstr("Nothing was sent"));
  desk.on_outcome(*order, ask);
  const auto sure = type(desk, "yes\n");
  ASSERT_TRUE(sure);
  EXPECT_EQ(sure->sure, WatchOrder::Sure::yes);
  EXPECT_EQ(sure->answers, order->answers);
}

TEST(WatchDesk, TellsWhatCouldNotBeDone) {
  WatchDesk desk;
  desk.on_outcome({Kind::post, std::nullopt}, Error{Errc::too_large, "Too long."});
  EXPECT_EQ(desk.note(), "Too long.");
}

// ---- what is done ---------------------------------------------------------------------------

struct WatchAtWork : testing::Test, GroupScene {
  WatchAtWork() { look(); }
  void look() { desk.show(look_around(ana.core(), ana.now())); }
  /// Types, does what was ordered, keeps it, looks again; the outcome's words.
  std::string work(std::string_view keys) {
    const auto order = type(desk, keys);
    if (!order) return "nothing was ordered";
    const auto outcome = carry_out(*order, ana.core(), ana.now());
    desk.on_outcome(*order, outcome);
    ana.keep();
    look();
    return outcome.ok() ? outcome->said : outcome.error().what;
  }
  SightingView only() { return ben.core().board(group, ben.now()).sightings.at(0); }

  WatchDesk desk;
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

TEST_F(WatchAtWork, RefusesMinutesThatAreNoNumber) {
  work("n5th & Oak\ntwo vans\n");
  EXPECT_THAT(work("csoon\n"), HasSubstr("number"));
  sync_all();
  EXPECT_EQ(only().standing, SightingView::Standing::open);
}

TEST_F(WatchAtWork, IsNoDuplicateOfItself) {
  work("n5th & Oak\ntwo vans\n");
  const std::string name = desk.model().sections[0].rows.at(0).name;
  EXPECT_THAT(work("dd" + name + "\n\n"), HasSubstr("no other sighting"));
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
