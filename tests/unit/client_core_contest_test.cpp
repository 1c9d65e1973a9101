// Removals that lost a race (clause 10.9), and leaving by oneself (clause 10.11).
#include <gmock/gmock.h>

#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Warn = WarningView::Kind;
using Standing = GroupView::Standing;

/// Ana and Ben lead, Cleo is in; Dan leads too where a test wants him.
struct ContestScene : GroupScene {
  ContestScene() { make_lead("Ben"); }
  void make_lead(const std::string& name) {
    const Status made = ana.core().set_role(group, name, wire::ROLE_LEAD, ana.now());
    ASSERT_TRUE(made.ok()) << made.error().what;
    ana.keep();
    sync_all();
  }
  void remove(Device& lead, const std::string& name) {
    const Status removed = lead.core().remove_member(group, name, lead.now());
    ASSERT_TRUE(removed.ok()) << removed.error().what;
    lead.keep();
  }
  /// Reads everything, and sends nothing.
  void read(Device& device) {
    device.connect(Lane::collect);
    while (device.collect(Lane::collect)) {
    }
  }
  void send(Device& device) {
    while (device.drop(Lane::drop)) {
    }
  }
  Standing standing(Device& device) { return device.core().group("dispatch")->standing; }
  std::vector<std::string> names(Device& device) {
    std::vector<std::string> all;
    const GroupView view = *device.core().group("dispatch");
    for (const MemberView& member : view.members) all.push_back(member.name);
    return all;
  }
  /// Ana wants Cleo out; Ben's rekey is stored first, and hers, without the condition, behind it.
  /// Then Ana's device is lost.
  void lose_removal_of_cleo() {
    for (Device* device : everybody()) read(*device);
    remove(ana, "Cleo");
    ASSERT_TRUE(ben.core().rekey(group, ben.now()).ok());
    ben.keep();
    send(ben);
    relay.ignore_if_last = true;
    send(ana);
    relay.ignore_if_last = false;
  }
};

TEST(Contest, HoldsEverybodysTongueUntilALeadHasSettledIt) {
  ContestScene scene;
  scene.lose_removal_of_cleo();
  scene.read(scene.ben);
  ASSERT_TRUE(scene.ben.has_warning(Warn::removal_lost));
  scene.ben.say(scene.group, "to the others");
  scene.ben.sync();
  scene.ben.sync();
  EXPECT_EQ(scene.ben.core().messages(scene.group)[0].standing, MessageView::Standing::queued);
  scene.read(scene.cleo);
  EXPECT_THAT(scene.cleo.texts(scene.group), IsEmpty());
  // It is kept over a restart.
  scene.ben.reload();
  scene.ben.sync();
  EXPECT_THAT(scene.names(scene.ben), ElementsAre("Ana", "Ben", "Cleo"));
  EXPECT_TRUE(scene.ben.has_warning(Warn::removal_lost));
  EXPECT_EQ(scene.ben.core().messages(scene.group)[0].standing, MessageView::Standing::queued);
  // Nothing else is changed before that is settled.
  EXPECT_EQ(scene.ben.core().rekey(scene.group, scene.ben.now()).error().code, Errc::conflict);
  // Ana still leads: her device makes it again by itself.
  scene.sync_all();
  scene.sync_all();
  EXPECT_THAT(scene.names(scene.ben), ElementsAre("Ana", "Ben"));
  EXPECT_EQ(scene.standing(scene.cleo), Standing::removed);
  EXPECT_THAT(scene.ana.texts(scene.group), ElementsAre("to the others"));
  EXPECT_THAT(scene.cleo.texts(scene.group), IsEmpty());
  EXPECT_FALSE(scene.ben.has_warning(Warn::removal_lost));
}

TEST(Contest, CanBeSettledByAnotherLeadEitherWay) {
  for (const bool stays : {false, true}) {
    ContestScene scene;
    scene.lose_removal_of_cleo();  // and Ana is not heard of again
    scene.read(scene.ben);
    ASSERT_TRUE(scene.ben.has_warning(Warn::removal_lost));
    scene.ben.say(scene.group, "hello");
    if (stays) {
      ASSERT_TRUE(scene.ben.core().keep_member(scene.group, "Cleo", scene.ben.now()).ok());
      scene.ben.keep();
    } else {
      scene.remove(scene.ben, "Cleo");
    }
    scene.ben.sync();
    scene.cleo.sync();
    EXPECT_FALSE(scene.ben.has_warning(Warn::removal_lost));
    EXPECT_EQ(scene.standing(scene.cleo), stays ? Standing::member : Standing::removed);
    scene.ben.sync();
    scene.cleo.sync();
    if (stays) {
      EXPECT_THAT(scene.cleo.texts(scene.group), ElementsAre("hello"));
    } else {
      EXPECT_THAT(scene.cleo.texts(scene.group), IsEmpty());
    }
  }
}

TEST(Contest, IsNotSettledByWhomItIsAbout) {
  ContestScene scene;
  scene.make_lead("Cleo");
  scene.lose_removal_of_cleo();
  scene.read(scene.ben);
  ASSERT_TRUE(scene.ben.has_warning(Warn::removal_lost));
  scene.read(scene.cleo);
  ASSERT_TRUE(scene.cleo.core().rekey(scene.group, scene.cleo.now()).ok());
  scene.cleo.keep();
  scene.cleo.sync();
  scene.ben.say(scene.group, "not for Cleo");
  scene.ben.sync();
  scene.ben.sync();
  EXPECT_EQ(scene.epoch(scene.ben), scene.epoch(scene.cleo));  // it is the group's state
  EXPECT_TRUE(scene.ben.has_warning(Warn::removal_lost));
  scene.cleo.sync();
  EXPECT_THAT(scene.cleo.texts(scene.group), IsEmpty());
}

TEST(Contest, OfTwoIsDecidedOneAfterTheOther) {
  ContestScene scene;
  Device dan(scene.relay, 9);
  bring_in(scene.ana, dan, scene.group, "Dan");
  scene.sync_all();
  for (Device* device : scene.everybody()) scene.read(*device);
  scene.remove(scene.ana, "Cleo");
  scene.remove(scene.ana, "Dan");
  ASSERT_TRUE(scene.ben.core().rekey(scene.group, scene.ben.now()).ok());
  scene.ben.keep();
  scene.send(scene.ben);
  scene.relay.ignore_if_last = true;
  scene.send(scene.ana);
  scene.relay.ignore_if_last = false;
  scene.read(scene.ben);
  ASSERT_EQ(scene.ben.core().warnings().size(), 2u);
  ASSERT_TRUE(scene.ben.core().keep_member(scene.group, "Cleo", scene.ben.now()).ok());
  scene.ben.keep();
  const std::uint32_t epoch = scene.epoch(scene.ben);
  scene.ben.sync();
  EXPECT_EQ(scene.epoch(scene.ben), epoch);  // Dan is not decided yet
  EXPECT_EQ(scene.ben.core().warnings().size(), 1u);
  scene.remove(scene.ben, "Dan");
  scene.ben.sync();
  scene.ben.sync();
  EXPECT_THAT(scene.names(scene.ben), ElementsAre("Ana", "Ben", "Cleo"));
  EXPECT_FALSE(scene.ben.has_warning(Warn::removal_lost));
  scene.ben.say(scene.group, "settled");
  scene.ben.sync();
  scene.cleo.sync();
  scene.cleo.sync();
  EXPECT_THAT(scene.cleo.texts(scene.group), ElementsAre("settled"));
}

TEST(Contest, ForgivesAWishThatIsTakenBack) {
  ContestScene scene;
  for (Device* device : scene.everybody()) scene.read(*device);
  scene.remove(scene.ana, "Cleo");
  EXPECT_EQ(scene.ana.core().keep_member(scene.group, "Ben", scene.ana.now()).error().code,
            Errc::not_found);
  ASSERT_TRUE(scene.ana.core().keep_member(scene.group, "Cleo", scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  EXPECT_THAT(scene.names(scene.ben), ElementsAre("Ana", "Ben", "Cleo"));
  scene.expect_no_warnings();
}

TEST(Contest, OfALeadWhoTookTheOtherOutFirstIsTold) {
  ContestScene scene;
  for (Device* device : scene.everybody()) scene.read(*device);
  scene.remove(scene.ana, "Ben");
  scene.remove(scene.ben, "Ana");
  scene.send(scene.ben);  // first
  scene.relay.ignore_if_last = true;
  scene.send(scene.ana);
  scene.relay.ignore_if_last = false;
  scene.sync_all();
  EXPECT_EQ(scene.standing(scene.ana), Standing::removed);
  EXPECT_THAT(scene.names(scene.cleo), ElementsAre("Ben", "Cleo"));
  // Nobody but Ben leads: Cleo is told to go elsewhere, and says nothing in front of him.
  EXPECT_TRUE(scene.cleo.has_warning(Warn::removal_lost));
  scene.cleo.say(scene.group, "where is Ana?");
  scene.sync_all();
  EXPECT_THAT(scene.ben.texts(scene.group), IsEmpty());
}

TEST(Contest, IsNotSettledByAccidentByWhatIsUnderWay) {
  ContestScene scene;
  for (Device* device : scene.everybody()) scene.read(*device);
  scene.remove(scene.ana, "Cleo");  // and it does not leave yet
  ASSERT_TRUE(scene.ben.core().rekey(scene.group, scene.ben.now()).ok());
  scene.ben.keep();
  scene.ben.sync();
  const std::uint32_t epoch = scene.epoch(scene.ben);
  ASSERT_TRUE(
      scene.ben.core().set_role(scene.group, "Cleo", wire::ROLE_LEAD, scene.ben.now()).ok());
  scene.ben.keep();
  ASSERT_FALSE(scene.ben.core().outbox(Lane::drop).empty());
  scene.relay.ignore_if_last = true;
  scene.send(scene.ana);
  scene.relay.ignore_if_last = false;
  while (scene.ben.collect(Lane::collect)) {  // over the connection that was open all the time
  }
  ASSERT_TRUE(scene.ben.has_warning(Warn::removal_lost));
  EXPECT_THAT(scene.ben.core().outbox(Lane::drop), IsEmpty());
  scene.ben.sync();
  EXPECT_EQ(scene.epoch(scene.ben), epoch);
  EXPECT_TRUE(scene.ben.has_warning(Warn::removal_lost));
}

TEST(Contest, KeepsBackWhatTheRelayHasLostAsWell) {
  ContestScene scene;
  scene.ben.say(scene.group, "hello");
  scene.ben.sync();
  const auto day = scene.ben.core().subscriptions(Lane::collect, scene.ben.now()).back();
  auto& mailbox = scene.relay.mailbox(day.address.id());
  ASSERT_EQ(mailbox.size(), 1u);
  scene.lose_removal_of_cleo();
  scene.read(scene.ben);
  ASSERT_TRUE(scene.ben.has_warning(Warn::removal_lost));
  mailbox.clear();
  scene.relay.begin_again();
  scene.ben.forget_deliveries();
  scene.ben.sync();
  EXPECT_THAT(mailbox, IsEmpty());
}

TEST(Contest, IsShownOnTheMemberUntilItIsSettled) {
  ContestScene scene;
  const auto contested = [&] {
    std::vector<std::string> names;
    const GroupView view = *scene.ben.core().group("dispatch");
    for (const MemberView& member : view.members) {
      if (member.contested) names.push_back(member.name);
    }
    return names;
  };
  EXPECT_THAT(contested(), IsEmpty());
  scene.lose_removal_of_cleo();
  scene.read(scene.ben);
  EXPECT_THAT(contested(), ElementsAre("Cleo"));
  // Understood, the warning does not come back while this lasts.
  ASSERT_TRUE(scene.ben.core().dismiss_warning(scene.ben.core().warnings()[0].id).ok());
  scene.ben.sync();
  EXPECT_FALSE(scene.ben.has_warning(Warn::removal_lost));
  ASSERT_TRUE(scene.ben.core().keep_member(scene.group, "Cleo", scene.ben.now()).ok());
  scene.ben.keep();
  scene.ben.sync();
  EXPECT_THAT(contested(), IsEmpty());
}

// ---- leaving ------------------------------------------------------------------------------------

TEST(Leave, IsDoneByTheNextLeadsDevice) {
  ContestScene scene;
  ASSERT_TRUE(scene.cleo.core().leave_group(scene.group, scene.cleo.now()).ok());
  scene.cleo.keep();
  scene.cleo.sync();
  EXPECT_EQ(scene.standing(scene.cleo), Standing::leaving);
  wire::Body body;
  body.mutable_text()->set_text("one more thing");
  EXPECT_EQ(scene.cleo.core().post(scene.group, body, scene.cleo.now()).error().code,
            Errc::not_permitted);
  scene.cleo.reload();
  EXPECT_EQ(scene.standing(scene.cleo), Standing::leaving);
  scene.sync_all();
  scene.sync_all();
  EXPECT_THAT(scene.names(scene.ben), ElementsAre("Ana", "Ben"));
  EXPECT_TRUE(scene.cleo.has_notice(Notice::Kind::left));
  EXPECT_FALSE(scene.cleo.has_notice(Notice::Kind::removed));
  EXPECT_THAT(scene.ana.texts(scene.group), IsEmpty());  // it is no message
  scene.expect_no_warnings();
}

TEST(Leave, OfALeadIsDoneByAnother) {
  ContestScene scene;
  ASSERT_TRUE(scene.ana.core().leave_group(scene.group, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  scene.sync_all();
  EXPECT_THAT(scene.names(scene.ben), ElementsAre("Ben", "Cleo"));
  EXPECT_TRUE(scene.ana.has_notice(Notice::Kind::left));
  EXPECT_EQ(scene.ben.core().leave_group(scene.group, scene.ben.now()).error().code,
            Errc::not_permitted);
}

TEST(Leave, IsSaidAgainToALeadWhoWasAwayForTooLong) {
  ContestScene scene;
  ASSERT_TRUE(scene.cleo.core().leave_group(scene.group, scene.cleo.now()).ok());
  scene.cleo.keep();
  scene.cleo.sync();
  for (const MailboxId& id : scene.relay.mailboxes()) {
    // What was said in front of everybody is over for the relay.
    if (!scene.relay.mailbox(id).empty() &&
        scene.relay.mailbox(id).rbegin()->second.size() == limits::envelope_sizes_bytes[0]) {
      scene.relay.mailbox(id).clear();
    }
  }
  scene.sync_all();
  EXPECT_THAT(scene.names(scene.ben), ElementsAre("Ana", "Ben", "Cleo"));
  scene.relay.now += std::chrono::hours(25);
  scene.sync_all();
  scene.sync_all();
  EXPECT_THAT(scene.names(scene.ben), ElementsAre("Ana", "Ben"));
}

TEST(Leave, SaidBeforeOneCameBackTakesNobodyOut) {
  ContestScene scene;
  ASSERT_TRUE(scene.cleo.core().leave_group(scene.group, scene.cleo.now()).ok());
  scene.cleo.keep();
  scene.cleo.sync();
  scene.ana.sync();
  scene.ana.sync();
  scene.cleo.sync();
  ASSERT_TRUE(scene.cleo.has_notice(Notice::Kind::left));
  bring_in(scene.ana, scene.cleo, scene.group, "Cleo");
  // Ben, a lead, reads all of it only now.
  scene.ben.sync();
  scene.sync_all();
  scene.sync_all();
  EXPECT_THAT(scene.names(scene.ben), ElementsAre("Ana", "Ben", "Cleo"));
  EXPECT_FALSE(scene.ben.core().has_wishes(scene.group));
  scene.cleo.say(scene.group, "back");
  scene.sync_all();
  EXPECT_THAT(scene.ben.texts(scene.group), ElementsAre("back"));
}

TEST(Leave, OfAGroupWithNobodyElseLeavesNothing) {
  MemoryRelay relay;
  Device ana(relay, 2);
  const GroupId group = found(ana, relay);
  ana.say(group, "to myself");
  ASSERT_TRUE(ana.core().leave_group(group, ana.now()).ok());
  ana.keep();
  EXPECT_THAT(ana.core().groups(), IsEmpty());
  for (const Record& record : ana.records()) EXPECT_NE(record.table, Table::groups);
  ana.reload();
  ana.sync();
  EXPECT_THAT(ana.core().groups(), IsEmpty());
}

}  // namespace
}  // namespace porchlight::client
