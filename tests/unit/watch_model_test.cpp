// client/cli: the board of `watch` as rows in sections, and as lines on a screen.
#include "client/cli/watch_model.hpp"

#include <gmock/gmock.h>

#include "client/cli/text_width.hpp"
#include "client/cli/watch_layout.hpp"
#include "tests/unit/watch_scene.hpp"

namespace porchlight::client {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

std::string text_of(const WatchLine& line) {
  std::string text;
  for (const WatchSpan& span : line.spans) text += span.text;
  return text;
}

/// Each line of the screen, as wide as it is.
std::vector<std::string> screen(const WatchDesk& desk, WatchSize size) {
  std::vector<std::string> lines;
  for (const WatchLine& line : lay_out(desk, size).lines) lines.push_back(text_of(line));
  return lines;
}

std::string all_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

std::string standing_of(const WatchScene& scene, const MessageId& id) {
  const ItemId item{ItemId::Kind::sighting, id.str(), scene.facts.groups[0].view.id};
  const auto model = scene.model();
  const WatchRow* const row = model.find(item);
  return row ? std::string(1, row->mark) + " " + row->standing : "none";
}

// ---- widths ---------------------------------------------------------------------------------

TEST(TextWidth, CountsColumnsAndNotCharacters) {
  EXPECT_EQ(width_of("Ana"), 3u);
  EXPECT_EQ(width_of("Inés"), 4u);
  EXPECT_EQ(width_of("Ine\u0301s"), 4u);  // the accent combines
  EXPECT_EQ(width_of("王小明"), 6u);
  EXPECT_EQ(width_of("\xff"), 1u);
}

TEST(TextWidth, CutsWhereItFitsAndFillsTheRest) {
  EXPECT_EQ(cut_to("North gate", 5), "Nort…");
  EXPECT_EQ(cut_to("王小明", 4), "王…");
  EXPECT_EQ(fit_to("王小明", 4), "王… ");
  EXPECT_EQ(fit_to("ab", 4), "ab  ");
  EXPECT_EQ(cut_to("abc", 0), "");
  EXPECT_EQ(tail_of("ab王", 3), "b王");
  EXPECT_EQ(without_last("Ine\u0301"), "In");
}

TEST(TextWidth, WrapsAtSpacesAndCutsWhatHasNone) {
  EXPECT_EQ(wrap("use the north gate", 8), (std::vector<std::string>{"use the", "north", "gate"}));
  EXPECT_EQ(wrap("王小明王", 5), (std::vector<std::string>{"王小", "明王"}));
  EXPECT_EQ(wrap("", 5), (std::vector<std::string>{""}));
}

// ---- rows -----------------------------------------------------------------------------------

TEST(WatchModel, SaysInWordsHowASightingStands) {
  WatchScene scene;
  const MessageId id = scene.report("5th & Oak", 2);
  EXPECT_EQ(standing_of(scene, id), "! OPEN, nobody yet");
  scene.facts.now += std::chrono::minutes(5);
  EXPECT_EQ(standing_of(scene, id), "! WAITING, nobody yet");
  scene.facts.now = watch_now;
  scene.about(id, "Ana", 1).mutable_claim()->set_eta_minutes(10);
  EXPECT_EQ(standing_of(scene, id), "@ Ana, there in 9m");
  scene.facts.now += std::chrono::minutes(14);
  EXPECT_EQ(standing_of(scene, id), "@ Ana, 5m LATE");
  scene.facts.now += std::chrono::minutes(5);
  EXPECT_EQ(standing_of(scene, id), "! OVERDUE, Ana");
  scene.confirm(id);
  EXPECT_EQ(standing_of(scene, id), "+ confirmed, Ana");
  scene.about(id, "Ana", 0).mutable_closure();
  EXPECT_EQ(standing_of(scene, id), "none");
}

TEST(WatchModel, MarksWhatHasNotLeftYet) {
  WatchScene scene;
  const MessageId id = scene.report("5th & Oak", 2);
  scene.about(id, "Ana", 1).mutable_claim();
  scene.facts.groups[0].messages.back().standing = MessageView::Standing::queued;
  EXPECT_EQ(standing_of(scene, id), "^ queued: Ana has it, 1m");
}

TEST(WatchModel, PutsWhatNobodyHasFirstAndThenTheOldest) {
  WatchScene scene;
  const MessageId claimed = scene.report("A", 30);
  scene.about(claimed, "Ana", 20).mutable_claim();
  const MessageId young = scene.report("B", 1);
  const MessageId old = scene.report("C", 9);
  const auto order = scene.model().order();
  ASSERT_EQ(order.size(), 3u);
  EXPECT_EQ(order[0].key, old.str());
  EXPECT_EQ(order[1].key, young.str());
  EXPECT_EQ(order[2].key, claimed.str());
}

TEST(WatchModel, PutsWhatThisMemberHasAtTheTop) {
  WatchScene scene;
  scene.report("A", 9);
  const MessageId mine = scene.report("B", 1);
  scene.about(mine, "Ana", 0).mutable_claim();
  scene.facts.groups[0].messages.back().mine = true;
  EXPECT_EQ(scene.model().order()[0].key, mine.str());
  EXPECT_EQ(standing_of(scene, mine), "@ you have it, 0m");
}

TEST(WatchModel, ShowsWhoIsSilentAndFirstWhoNeedsHelp) {
  WatchScene scene;
  const MessageId call = scene.call(5);
  scene.answer(call, 1, wire::ROLL_CALL_URGENT);
  const auto model = scene.model();
  const WatchRow& row = model.sections.at(1).rows.at(0);
  EXPECT_EQ(row.standing, "ASKS YOU");
  EXPECT_THAT(row.text, testing::StartsWith("URGENT: Ben"));
  EXPECT_EQ(row.names, "Ana, Cleo");
  EXPECT_THAT(model.calling, HasSubstr("1 all right"));
  scene.answer(call, 0, wire::ROLL_CALL_OK);
  EXPECT_EQ(scene.model().calling, "");
}

TEST(WatchModel, ShowsWhoHasNotCheckedInAfterFiveMinutes) {
  WatchScene scene;
  const MessageId early = scene.shift(4);
  scene.act(early, 2, wire::SHIFT_CLAIM, 200);
  const auto row = [&] { return scene.model().sections.at(1).rows.at(0); };
  EXPECT_EQ(row().standing, "0 of 1 in");
  scene.facts.now += std::chrono::minutes(1);
  EXPECT_EQ(row().standing, "1 NOT CHECKED IN");
  EXPECT_THAT(row().text, HasSubstr("Cleo NOT IN"));
  scene.act(early, 2, wire::SHIFT_CHECK_IN, 0);
  EXPECT_EQ(row().standing, "1 of 1 in");
}

TEST(WatchModel, ShowsNoShiftOfAnotherDay) {
  WatchScene scene;
  scene.shift(-13 * 60);
  scene.shift(3 * 60);
  EXPECT_EQ(scene.model().sections.size(), 1u);
  scene.shift(-11 * 60);
  EXPECT_EQ(scene.model().sections.at(1).rows.size(), 1u);
}

TEST(WatchModel, ShowsNothingThatATerminalWouldObey) {
  WatchScene scene;
  scene.report("5th\x1b[2J & \u202eOak", 2);
  scene.message("Eve\x07", 1).body.mutable_text()->set_text("look\x1b]0;x");
  scene.facts.requests.push_back({"4K7", "Mal\x1b[m", "M\x7f", "dispatch\x01", watch_now, {}});
  const auto facts = scene.made();
  const auto model = make_watch_model(facts);
  WatchDesk desk;
  desk.show(facts);
  std::string all = all_of(screen(desk, {200, 50}));
  for (const ItemId& id : model.order()) {
    for (const std::string& line : details_of(facts, id)) all += line;
  }
  EXPECT_THAT(all, AllOf(Not(HasSubstr("\x1b")), Not(HasSubstr("\x07")), Not(HasSubstr("\u202e")),
                         Not(HasSubstr("\x01")), HasSubstr("\\x1b[2J"), HasSubstr("Mal")));
}

TEST(WatchModel, TellsSinceWhenTheRelayIsGone) {
  WatchScene scene;
  EXPECT_THAT(scene.model().header[1].text, HasSubstr("relay ok since"));
  scene.facts.relay.up = false;
  EXPECT_THAT(scene.model().header[1].text, HasSubstr("NO RELAY since"));
}

TEST(WatchModel, HasAllAboutEachRow) {
  WatchScene scene;
  const MessageId id = scene.report("5th & Oak", 2);
  scene.about(id, "Ana", 1).mutable_claim()->set_eta_minutes(10);
  scene.alert(3, 2);
  scene.warn("4K7");
  const auto facts = scene.made();
  for (const ItemId& item : make_watch_model(facts).order()) {
    EXPECT_FALSE(details_of(facts, item).empty()) << static_cast<int>(item.kind);
  }
  const std::string about = all_of(details_of(facts, make_watch_model(facts).order()[0]));
  EXPECT_THAT(about, AllOf(HasSubstr("5th & Oak"), HasSubstr("Ana"), HasSubstr("there in 10 min")));
}

// ---- lines ----------------------------------------------------------------------------------

constexpr WatchSize sizes[] = {{80, 24}, {200, 50}, {40, 10}, {20, 3}, {1, 1}};

TEST(WatchLayout, NeverLeavesTheScreen) {
  for (const int count : {0, 1, 40}) {
    WatchScene scene;
    for (int i = 0; i < count; ++i) scene.report("Corner 王小明 and Ine\u0301s", i);
    scene.alert(200, 50);
    scene.warn("4K7");
    scene.facts.groups[0].view.name = std::string(64, 'W');
    scene.message(std::string(64, 'N'), 1).body.mutable_text()->set_text(std::string(900, 'x'));
    WatchDesk desk;
    desk.show(scene.made());
    for (const WatchSize size : sizes) {
      for (const char key : {' ', 'b', '?'}) {
        if (key != ' ') desk.on_key(typed(key));
        const auto picture = lay_out(desk, size);
        EXPECT_LE(picture.lines.size(), size.lines);
        for (const WatchLine& line : picture.lines) {
          EXPECT_LE(width_of(text_of(line)), std::max<std::size_t>(size.columns, 2));
        }
        if (desk.form()) desk.on_key(pressed(WatchKey::Kind::escape));
      }
      desk.on_key(pressed(WatchKey::Kind::escape));  // out of the help
    }
  }
}

/// A night with everything at once.
WatchScene full_night() {
  WatchScene scene;
  for (int i = 0; i < 40; ++i) scene.report("Corner " + std::to_string(i), 60 - i);
  scene.alert(12, 5);
  scene.call(3);
  scene.act(scene.shift(20), 1, wire::SHIFT_CLAIM, 200);
  scene.request();
  scene.warn("4K7");
  scene.message("Wren", 1).body.mutable_text()->set_text("on my way");
  return scene;
}

TEST(WatchLayout, LetsNothingPushOutTheOpenSightings) {
  WatchDesk desk;
  desk.show(full_night().made());
  const auto lines = screen(desk, {80, 24});
  const auto with = [](const char* part, const std::vector<std::string>& all) {
    return std::count_if(all.begin(), all.end(),
                         [&](const auto& line) { return line.find(part) != line.npos; });
  };
  EXPECT_GE(with(" ! S-", lines), 6);
  for (const char* there : {"ROLL CALLS", "  ! C-", "ALERTS", "  ! A-", "REQUESTS", "  ? R-7QK",
                            "maple orbit tin sofa jade rust", "SHIFTS", "Ben NOT IN", "WARNINGS",
                            "  ! W-4K7", "MESSAGES", "on my way", "press 1 all right"}) {
    EXPECT_THAT(all_of(lines), HasSubstr(there));
  }
  const auto small = screen(desk, {40, 12});
  EXPECT_GE(with(" ! S-", small), 4);
  EXPECT_THAT(all_of(small), HasSubstr("ALERTS"));
}

TEST(WatchLayout, SaysTheKeysForWhateverIsSelectedInEightyColumns) {
  WatchDesk desk;
  desk.show(full_night().made());
  for (std::size_t i = 0; i < desk.model().order().size(); ++i) {
    const std::string hint = screen(desk, {80, 24}).back();
    EXPECT_THAT(hint, testing::EndsWith("? help"));
    EXPECT_NE(hint, screen(desk, {40, 24}).back());  // where not all fit
    EXPECT_THAT(all_of(screen(desk, {80, 24})), HasSubstr("\n> "));
    desk.on_key(typed('j'));
  }
}

TEST(WatchLayout, ShowsTheRulesInsteadOfTheBoardAndScrollsThem) {
  WatchScene scene;
  scene.report("5th & Oak", 2);
  std::string text;
  for (int i = 1; i <= 60; ++i) text += "Rule " + std::to_string(i) + "\x1b[2J.\n";
  scene.facts.groups[0].rules_to_accept = RulesView{3, text, "Ana", watch_now, {}};
  WatchDesk desk;
  desk.show(scene.made());
  desk.on_key(typed('c'));
  std::string all = all_of(screen(desk, {80, 24}));
  EXPECT_THAT(all, AllOf(HasSubstr("version 3"), HasSubstr("Rule 1\\x1b"), HasSubstr("y yes"),
                         Not(HasSubstr("5th & Oak")), Not(HasSubstr("\x1b"))));
  for (int i = 0; i < 10; ++i) {
    desk.on_key(pressed(WatchKey::Kind::page_down));
    desk.limit_scroll(lay_out(desk, {80, 24}).scroll_most);
  }
  EXPECT_THAT(all_of(screen(desk, {80, 24})), HasSubstr("Rule 60\\x1b"));
  EXPECT_NE(desk.form(), nullptr);
}

TEST(WatchLayout, SaysThatTheNightIsQuiet) {
  WatchDesk desk;
  desk.show(WatchScene().made());
  EXPECT_THAT(all_of(screen(desk, {80, 24})), HasSubstr("No open sightings."));
}

TEST(WatchLayout, KeepsWhatIsSelectedInSightAndTellsHowMuchThereIs) {
  WatchScene scene;
  for (int i = 0; i < 40; ++i) scene.report("Corner " + std::to_string(i), 60 - i);
  scene.alert(12, 5);
  WatchDesk desk;
  desk.show(scene.made());
  for (int i = 0; i < 40; ++i) {
    for (const WatchSize size : {WatchSize{80, 24}, WatchSize{40, 10}}) {
      const std::string all = all_of(screen(desk, size));
      EXPECT_THAT(all, HasSubstr("\n> ! S-")) << i;
      EXPECT_THAT(all, HasSubstr("ALERTS"));
    }
    EXPECT_THAT(all_of(screen(desk, {80, 24})), HasSubstr(" of 40"));
    desk.on_key(typed('j'));
  }
}

TEST(WatchLayout, DrawsHowTheAnswersAreSharedOut) {
  WatchScene scene;
  scene.alert(12, 4);
  WatchDesk desk;
  desk.show(scene.made());
  const std::string all = all_of(screen(desk, {80, 24}));
  EXPECT_THAT(all, HasSubstr("[############....]   on my way 12   silent 4"));
}

TEST(WatchLayout, BlanksEverything) {
  WatchScene scene;
  scene.report("5th & Oak", 2);
  WatchDesk desk;
  desk.show(scene.made());
  desk.on_key(typed('z'));
  EXPECT_TRUE(lay_out(desk, {80, 24}).lines.empty());
}

}  // namespace
}  // namespace porchlight::client
