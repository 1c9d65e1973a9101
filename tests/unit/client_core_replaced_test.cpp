// A relay whose store was replaced by an older one, as when it is restored from a backup.
#include <gmock/gmock.h>

#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Warn = WarningView::Kind;

struct ReplacedScene : GroupScene {
  ReplacedScene() {
    ben.say(group, "before the backup");
    sync_all();
    backup = relay.back_up();
  }
  void replace() {
    relay.restore(backup);
    for (Device* device : everybody()) device->forget_deliveries();
  }
  bool has_new_keys(Device& lead) {
    EXPECT_TRUE(lead.core().rekey(group, lead.now()).ok());
    lead.keep();
    const auto before = epoch(lead);
    lead.sync();
    return epoch(lead) > before;
  }
  /// The page first, and then the change itself, without reading what came of it.
  void drop_change(Device& lead) {
    lead.drop(Lane::drop);
    lead.drop(Lane::drop);
  }
  std::uint32_t queued(Device& device) { return device.core().health(device.now()).queued; }

  MemoryRelay::Backup backup;
};

TEST(ReplacedStore, GetsBackWhatItLostAndNothingTwice) {
  ReplacedScene scene;
  scene.ben.say(scene.group, "one");
  scene.ben.say(scene.group, "two");
  scene.ben.sync();
  scene.ana.sync();  // Cleo is away
  const std::size_t stored = scene.relay.count_envelopes();
  scene.replace();
  ASSERT_LT(scene.relay.count_envelopes(), stored);
  scene.sync_all();
  EXPECT_EQ(scene.relay.count_envelopes(), stored);
  for (Device* device : scene.everybody()) {
    EXPECT_THAT(device->texts(scene.group), ElementsAre("before the backup", "one", "two"));
    EXPECT_TRUE(device->has_notice(Notice::Kind::warning));
  }
  scene.sync_all();
  EXPECT_EQ(scene.relay.count_envelopes(), stored);
  scene.expect_no_warnings();
}

TEST(ReplacedStore, GetsBackWhatItLostAfterADeviceWasRestarted) {
  ReplacedScene scene;
  scene.ben.say(scene.group, "one");
  scene.ben.sync();
  scene.replace();
  // The device notices, and goes down before it could do anything about it.
  scene.ben.connect(Lane::collect);
  scene.ben.reload();
  scene.sync_all();
  EXPECT_THAT(scene.cleo.texts(scene.group), ElementsAre("before the backup", "one"));
  scene.expect_no_warnings();
}

TEST(ReplacedStore, IsReadInOneOrderByAll) {
  ReplacedScene scene;
  scene.ben.say(scene.group, "one");
  scene.sync_all();
  scene.cleo.say(scene.group, "two");
  scene.sync_all();
  scene.replace();
  scene.cleo.sync();  // hers is there first now
  scene.sync_all();
  for (Device* device : scene.everybody()) {
    EXPECT_THAT(device->texts(scene.group), ElementsAre("before the backup", "two", "one"));
  }
  for (Device* device : scene.everybody()) {
    device->reload();
    EXPECT_THAT(device->texts(scene.group), ElementsAre("before the backup", "two", "one"));
  }
  scene.expect_no_warnings();
}

TEST(ReplacedStore, GetsBackChangesWithTheirPagesForWhoWasAway) {
  ReplacedScene scene;
  ASSERT_TRUE(scene.has_new_keys(scene.ana));
  scene.ben.sync();
  scene.replace();
  scene.cleo.sync();  // to whom it looks as if nothing had changed
  EXPECT_LT(scene.epoch(scene.cleo), scene.epoch(scene.ana));
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.cleo), scene.epoch(scene.ana));
  scene.cleo.say(scene.group, "here");
  scene.sync_all();
  EXPECT_THAT(scene.ben.texts(scene.group), ElementsAre("before the backup", "here"));
  scene.expect_no_warnings();
}

TEST(ReplacedStore, GetsChangesBackWhoseAuthorIsGone) {
  ReplacedScene scene;
  ASSERT_TRUE(scene.has_new_keys(scene.ana));
  scene.ben.sync();
  scene.replace();
  scene.ben.sync();  // and Ana is never seen again
  scene.cleo.sync();
  EXPECT_EQ(scene.epoch(scene.cleo), scene.epoch(scene.ben));
  scene.expect_no_warnings();
}

TEST(ReplacedStore, GetsChangesBackDaysLater) {
  ReplacedScene scene;
  ASSERT_TRUE(scene.has_new_keys(scene.ana));
  scene.ben.sync();
  scene.relay.now += 24h * 5;
  scene.replace();
  scene.ana.sync();
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.cleo), scene.epoch(scene.ana));
  scene.expect_no_warnings();
}

TEST(ReplacedStore, GetsWelcomesAndRequestsBack) {
  ReplacedScene scene;
  Device dora(scene.relay, 5);
  const wire::Link link = invite(scene.ana, scene.group, "Dora");
  scene.backup = scene.relay.back_up();
  ask(dora, link, "Dora");
  scene.replace();
  dora.forget_deliveries();
  dora.sync();
  scene.ana.sync();
  ASSERT_EQ(scene.ana.core().requests().size(), 1u);  // the request was lost, and is back

  scene.relay.now += 24h;
  scene.backup = scene.relay.back_up();
  approve_all(scene.ana);
  scene.replace();  // and now the change with its Welcome
  dora.forget_deliveries();
  scene.ana.sync();
  dora.sync();
  scene.sync_all();
  EXPECT_EQ(dora.core().group("dispatch")->standing, GroupView::Standing::member);
  EXPECT_EQ(scene.epoch(dora), scene.epoch(scene.cleo));
  scene.expect_no_warnings();
}

TEST(ReplacedStore, LetsNobodyProposeForADay) {
  ReplacedScene scene;
  scene.replace();
  EXPECT_FALSE(scene.has_new_keys(scene.ana));
  const auto until = scene.ana.core().health(scene.ana.now()).changes_wait_until;
  ASSERT_TRUE(until);
  EXPECT_EQ(*until, scene.relay.now + 24h);
  scene.relay.now += 23h;
  scene.ana.reload();
  const auto before = scene.epoch(scene.ana);
  scene.ana.sync();
  EXPECT_EQ(scene.epoch(scene.ana), before);
  scene.relay.now += 1h;
  scene.ana.sync();
  EXPECT_EQ(scene.epoch(scene.ana), before + 1);
  EXPECT_FALSE(scene.ana.core().health(scene.ana.now()).changes_wait_until);
}

TEST(ReplacedStore, WhereTwoHistoriesGrewNothingIsSentUntilTheNextChange) {
  ReplacedScene scene;
  ASSERT_TRUE(
      scene.ana.core().set_role(scene.group, "Cleo", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.sync_all();
  scene.sync_all();
  scene.backup = scene.relay.back_up();
  ASSERT_TRUE(scene.has_new_keys(scene.ana));
  scene.ben.sync();
  scene.replace();
  // Cleo has not seen the change, and nobody who has comes online for a day.
  scene.cleo.sync();
  scene.relay.now += 24h;
  ASSERT_TRUE(scene.has_new_keys(scene.cleo));

  scene.ana.say(scene.group, "to whom?");
  scene.ana.sync();
  EXPECT_TRUE(scene.ana.has_warning(Warn::foreign_epoch));
  EXPECT_EQ(scene.queued(scene.ana), 1u);
  scene.ana.reload();
  scene.ana.sync();
  EXPECT_EQ(scene.queued(scene.ana), 1u);
  scene.relay.now += 24h;
  EXPECT_TRUE(scene.has_new_keys(scene.ana));
  scene.ana.sync();
  EXPECT_EQ(scene.queued(scene.ana), 0u);
}

TEST(ReplacedStore, DoesNotMakeARaceThatWasLostLookLikeTwoHistories) {
  ReplacedScene scene;
  ASSERT_TRUE(
      scene.ana.core().set_role(scene.group, "Cleo", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.sync_all();
  scene.sync_all();
  // Both are stored, Ana's first.
  scene.relay.ignore_if_last = true;
  ASSERT_TRUE(scene.ana.core().rekey(scene.group, scene.ana.now()).ok());
  ASSERT_TRUE(scene.cleo.core().rekey(scene.group, scene.cleo.now()).ok());
  for (Device* lead : {&scene.ana, &scene.cleo}) scene.drop_change(*lead);
  scene.relay.ignore_if_last = false;
  scene.sync_all();
  scene.backup = scene.relay.back_up();
  scene.replace();
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.ana), scene.epoch(scene.cleo));
  scene.expect_no_warnings();
}

TEST(ReplacedStore, MakesNobodyWarnOfWhatMayStillComeBack) {
  ReplacedScene scene;
  scene.ben.say(scene.group, "lost for now");
  scene.ben.sync();
  scene.ana.sync();
  scene.ana.say(scene.group, "cites it");
  scene.ana.sync();
  scene.replace();
  scene.ana.sync();
  scene.cleo.sync();  // Ben is away
  EXPECT_THAT(scene.cleo.texts(scene.group), ElementsAre("before the backup", "cites it"));
  scene.expect_no_warnings();
  scene.relay.now += 3h;
  scene.sync_all();
  EXPECT_THAT(scene.cleo.texts(scene.group),
              ElementsAre("before the backup", "cites it", "lost for now"));
  scene.expect_no_warnings();
}

TEST(ReplacedStore, IsEnrolledInAgain) {
  MemoryRelay relay;
  Device ana{relay, 2};
  take_operator_invite(ana, relay);
  ana.sync();
  ana.run_errands();
  ASSERT_TRUE(ana.core().health(ana.now()).enrolled);
  ASSERT_FALSE(ana.core().errand(ana.now(), Haste::now));
  relay.begin_again();
  ana.forget_deliveries();
  ana.sync();
  EXPECT_EQ(ana.core().errand(ana.now(), Haste::now), Errand::enroll);
  ana.reload();
  EXPECT_EQ(ana.core().errand(ana.now(), Haste::now), Errand::enroll);
  ana.run_errands();
  EXPECT_TRUE(ana.core().health(ana.now()).enrolled);
  EXPECT_THAT(ana.core().warnings(), IsEmpty());
}

std::vector<std::string> kept_by(Device& device) {
  std::vector<std::string> all;
  for (const Record& record : device.records()) {
    if (record.table == Table::kept) all.push_back(to_string(record.value.reveal()));
  }
  return all;
}

TEST(ReplacedStore, BringsBackNothingThatIsOver) {
  ReplacedScene scene;
  ASSERT_TRUE(
      scene.ana.core().set_role(scene.group, "Cleo", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.sync_all();
  scene.sync_all();
  scene.backup = scene.relay.back_up();
  // An invite that is taken back, and a change that loses to another.
  invite(scene.ana, scene.group, "Dora");
  ASSERT_TRUE(
      scene.ana.core()
          .revoke_invite(scene.ana.core().invites(scene.ana.now()).back().id, scene.ana.now())
          .ok());
  scene.ana.keep();
  scene.sync_all();
  scene.relay.ignore_if_last = true;
  ASSERT_TRUE(scene.ana.core().rekey(scene.group, scene.ana.now()).ok());
  ASSERT_TRUE(scene.cleo.core().rekey(scene.group, scene.cleo.now()).ok());
  for (Device* lead : {&scene.ana, &scene.cleo}) scene.drop_change(*lead);
  scene.relay.ignore_if_last = false;
  scene.sync_all();
  const std::size_t stored = scene.relay.count_envelopes();
  scene.replace();
  scene.cleo.sync();
  scene.sync_all();
  constexpr std::size_t change_and_page = 2;
  EXPECT_EQ(scene.relay.count_envelopes(), stored - change_and_page);
  EXPECT_EQ(scene.epoch(scene.cleo), scene.epoch(scene.ana));
  scene.expect_no_warnings();

  scene.relay.now += 24h;
  EXPECT_FALSE(kept_by(scene.cleo).empty());
  ASSERT_TRUE(scene.ana.core().remove_member(scene.group, "Cleo", scene.ana.now()).ok());
  scene.sync_all();
  EXPECT_THAT(kept_by(scene.cleo), IsEmpty());
}

TEST(ReplacedStore, IsNotProvidedForForLongerThanAWeek) {
  ReplacedScene scene;
  ASSERT_TRUE(scene.has_new_keys(scene.ana));
  scene.sync_all();
  const auto before = kept_by(scene.ana);
  EXPECT_GE(before.size(), 2u);  // the change and its page
  scene.relay.now += 24h * 9;
  scene.ana.sync();
  const auto after = kept_by(scene.ana);
  for (const std::string& old : before) {
    EXPECT_EQ(std::count(after.begin(), after.end(), old), 0);
  }
}

}  // namespace
}  // namespace porchlight::client
