// client/cli: what the keys of `watch` do, from the first one to the order.
#include "client/cli/watch_desk.hpp"

#include <gmock/gmock.h>

#include "tests/unit/watch_scene.hpp"

namespace porchlight::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = WatchOrder::Kind;
using KeyKind = WatchKey::Kind;
using View = WatchDesk::View;

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

TEST(WatchDesk, GoesFromOneKindToTheNext) {
  WatchScene scene;
  for (int i = 0; i < 40; ++i) scene.report("A", 9);
  scene.call(3);
  scene.warn("4K7");
  WatchDesk desk;
  desk.show(scene.made());
  std::vector<ItemId::Kind> seen;
  for (int i = 0; i < 4; ++i) {
    seen.push_back(desk.selected()->kind);
    desk.on_key(pressed(KeyKind::tab));
  }
  EXPECT_THAT(seen, ElementsAre(ItemId::Kind::sighting, ItemId::Kind::roll_call,
                                ItemId::Kind::warning, ItemId::Kind::sighting));
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

TEST(WatchDesk, RingsForWhoNeedsHelp) {
  WatchScene scene;
  const MessageId call = scene.call(5);
  WatchDesk desk;
  desk.show(scene.made());
  scene.answer(call, 2, wire::ROLL_CALL_OK);
  EXPECT_FALSE(desk.show(scene.made()));
  scene.answer(call, 2, wire::ROLL_CALL_NEED_HELP);
  EXPECT_TRUE(desk.show(scene.made()));
  scene.answer(call, 2, wire::ROLL_CALL_URGENT);
  EXPECT_TRUE(desk.show(scene.made()));
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
  EXPECT_THAT(order->answers, ElementsAre("", "10"));  // no rules to accept
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

TEST(WatchDesk, ChecksInOnNoShiftThatIsHoursAhead) {
  WatchScene scene;
  scene.report("A", 9);
  scene.act(scene.shift(-180), 0, wire::SHIFT_CLAIM, 200);
  WatchDesk desk;
  desk.show(scene.made());
  EXPECT_FALSE(type(desk, "i"));
  EXPECT_THAT(desk.note(), HasSubstr("just now"));
  const MessageId now = scene.shift(5);
  scene.act(now, 0, wire::SHIFT_CLAIM, 200);
  desk.show(scene.made());
  const auto order = type(desk, "i");
  ASSERT_TRUE(order);
  EXPECT_EQ(order->kind, Kind::check_in);
  EXPECT_EQ(order->about->key, now.str());
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

}  // namespace
}  // namespace porchlight::client
