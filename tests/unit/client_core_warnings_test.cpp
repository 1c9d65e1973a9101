// Warnings: shown until they are understood or over, and again only for what happens anew.
#include <gmock/gmock.h>

#include "client/core/warnings.hpp"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using Warn = WarningView::Kind;

class WarningsTest : public ::testing::Test {
 protected:
  WarningsTest() { crypto_init(); }

  std::vector<std::string> texts() {
    std::vector<std::string> all;
    for (const WarningView& view : warnings->list()) all.push_back(view.text);
    return all;
  }
  void dismiss(const std::string& text) {
    for (const WarningView& view : warnings->list()) {
      if (view.text != text) continue;
      ASSERT_TRUE(warnings->dismiss(view.id).ok());
    }
  }
  /// As after a restart; `vault` is what was kept.
  void reload() {
    keep();
    warnings.emplace(journal);
    for (const auto& [key, value] : vault) {
      ASSERT_TRUE(warnings->load({Table::warnings, key, SecretBytes(as_bytes(value))}));
    }
  }
  void keep() {
    Effects effects = journal.drain();
    told += effects.notices.size();
    for (const Write& write : effects.writes) {
      vault.erase(write.key);
      if (write.value) vault.emplace(write.key, to_string(write.value->reveal()));
    }
  }

  TimePoint now = monday_noon;
  Journal journal;
  std::optional<Warnings> warnings{std::in_place, journal};
  std::map<Bytes, std::string> vault;
  std::size_t told = 0;
  SeededRandom random{5};
  const GroupId one = random.fixed<GroupId>();
  const GroupId other = random.fixed<GroupId>();
};

TEST_F(WarningsTest, ThatWereDismissedComeBackOnlyWhenItHappensAnew) {
  warnings->add(Warn::two_versions, "twice", now);
  warnings->add(Warn::missing_message, "missing", now);
  dismiss("twice");
  EXPECT_THAT(texts(), ElementsAre("missing"));
  reload();
  EXPECT_THAT(texts(), ElementsAre("missing"));
  for (const auto& [key, value] : vault) EXPECT_EQ(value.find("twice"), std::string::npos);
  ASSERT_EQ(told, 2u);
  warnings->add(Warn::two_versions, "twice", now + 1h);
  EXPECT_THAT(texts(), ElementsAre("missing", "twice"));
  reload();
  EXPECT_THAT(texts(), ElementsAre("missing", "twice"));
  EXPECT_EQ(told, 3u);
}

TEST_F(WarningsTest, OfWhatLastsStayDismissedUntilItIsOver) {
  warnings->stands(Warn::left_behind, "behind", now, one);
  dismiss("behind");
  reload();
  warnings->stands(Warn::left_behind, "behind", now + 1h, one);
  EXPECT_THAT(texts(), IsEmpty());
  warnings->remove(Warn::left_behind, one);
  warnings->stands(Warn::left_behind, "behind", now + 2h, one);
  EXPECT_THAT(texts(), ElementsAre("behind"));
}

TEST_F(WarningsTest, InOtherWordsStayDismissedWhereOnlyOneCanBeTrue) {
  warnings->replace(Warn::clock, "40 hours", now);
  warnings->replace(Warn::clock, "41 hours", now);
  EXPECT_THAT(texts(), ElementsAre("41 hours"));
  dismiss("41 hours");
  warnings->replace(Warn::clock, "42 hours", now);
  EXPECT_THAT(texts(), IsEmpty());
  warnings->remove(Warn::clock);
  warnings->replace(Warn::clock, "43 hours", now);
  EXPECT_THAT(texts(), ElementsAre("43 hours"));
}

TEST_F(WarningsTest, AboutOneGroupAreNoneOfAnothers) {
  warnings->stands(Warn::left_behind, "behind", now, one);
  warnings->stands(Warn::left_behind, "behind", now, other);
  warnings->add(Warn::foreign_epoch, "not allowed", now, other);
  ASSERT_EQ(texts().size(), 3u);  // two groups can have one name
  reload();
  warnings->remove(Warn::left_behind, one);
  EXPECT_THAT(texts(), UnorderedElementsAre("behind", "not allowed"));
  warnings->replace_all(Warn::removal_lost, one, {"lost"}, now);
  warnings->replace_all(Warn::removal_lost, other, {}, now);
  EXPECT_EQ(texts().size(), 3u);
  reload();
  warnings->remove_about(other);
  EXPECT_THAT(texts(), ElementsAre("lost"));
}

TEST_F(WarningsTest, AreDismissedByANameThatMeansOneOfThem) {
  warnings->add(Warn::two_versions, "first", now);
  EXPECT_EQ(warnings->dismiss("ZZZZZZZZ").error().code, Errc::not_found);
  EXPECT_EQ(warnings->dismiss("").error().code, Errc::not_found);
  for (int i = 0; i < 30; ++i) {
    warnings->add(Warn::missing_message, std::to_string(i), now += 1min);
  }
  std::set<std::string> names;
  for (const WarningView& view : warnings->list()) names.insert(view.id);
  EXPECT_EQ(names.size(), 31u);
  ASSERT_TRUE(warnings->dismiss(warnings->list()[0].id).ok());
  EXPECT_EQ(texts().size(), 30u);
  EXPECT_EQ(texts().front(), "0");
}

TEST_F(WarningsTest, ThatWereDismissedMakeRoomFirst) {
  for (int i = 0; i < 32; ++i) warnings->add(Warn::two_versions, std::to_string(i), now += 1min);
  dismiss("31");
  warnings->add(Warn::two_versions, "new", now += 1min);
  EXPECT_EQ(texts().size(), 32u);
  EXPECT_EQ(texts().front(), "0");
}

TEST(Warning, OfOneGroupStaysWhenAnotherIsCaughtUpWith) {
  GroupScene scene;
  const GroupId second = *scene.ana.core().create_group("second", "Ana", scene.ana.now());
  scene.ana.keep();
  scene.ana.sync();
  ask(scene.ben, invite(scene.ana, second, "Ben"), "Ben");
  approve_all(scene.ana);
  scene.ben.sync();
  // A rekey of each, whose pages do not come.
  for (const GroupId& id : {scene.group, second}) {
    const auto before = scene.relay.mailboxes();
    ASSERT_TRUE(scene.ana.core().rekey(id, scene.ana.now()).ok());
    scene.ana.keep();
    scene.ana.sync();
    for (const MailboxId& mailbox : scene.relay.mailboxes()) {
      auto& held = scene.relay.mailbox(mailbox);
      if (before.contains(mailbox) || held.empty()) continue;
      if (held.begin()->second.size() == limits::envelope_sizes_bytes[1]) held.clear();
    }
  }
  const auto behind = [&] {
    const auto all = scene.ben.core().warnings();
    return std::count_if(all.begin(), all.end(),
                         [](const WarningView& view) { return view.kind == Warn::left_behind; });
  };
  scene.ben.sync();
  ASSERT_EQ(behind(), 2);
  scene.ana.sync();
  for (const RequestView& request : scene.ana.core().requests()) {
    if (request.group_name != "second") continue;
    const std::vector ids{request.id};
    ASSERT_TRUE(scene.ana.core().approve(ids, scene.ana.now()).ok());
  }
  scene.ana.keep();
  scene.ana.sync();
  scene.ana.sync();
  scene.ben.sync();
  ASSERT_EQ(scene.ben.core().group("second")->standing, GroupView::Standing::member);
  EXPECT_EQ(behind(), 1);
  // Understood, it does not come with each connection again.
  const auto left = scene.ben.core().warnings();
  ASSERT_TRUE(scene.ben.core().dismiss_warning(left.back().id).ok());
  scene.ben.keep();
  scene.ben.sync();
  scene.ben.reload();
  scene.ben.forget_deliveries();
  scene.ben.sync();
  EXPECT_EQ(behind(), 0);
}

TEST(Warning, OfOtherTokenKeysIsNotRepeatedByEachConnection) {
  GroupScene scene;
  scene.relay.use_keys(1);
  scene.ben.sync();
  ASSERT_TRUE(scene.ben.has_warning(Warn::keys_differ));
  for (const WarningView& view : scene.ben.core().warnings()) {
    ASSERT_TRUE(scene.ben.core().dismiss_warning(view.id).ok());
  }
  scene.ben.keep();
  scene.ben.reload();
  scene.ben.sync();
  EXPECT_FALSE(scene.ben.has_warning(Warn::keys_differ));
  scene.relay.now += 24h * 7;  // another week's, shown twice
  scene.ben.sync();
  scene.relay.use_keys(2);
  scene.ben.sync();
  EXPECT_TRUE(scene.ben.has_warning(Warn::keys_differ));
}

}  // namespace
}  // namespace porchlight::client
