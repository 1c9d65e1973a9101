// Coming back to a group: after a removal, and after a change whose keys did not come.
#include <gmock/gmock.h>

#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::ElementsAre;
using Warn = WarningView::Kind;

struct ReturnScene : GroupScene {
  void remove(Device& lead, const std::string& name) {
    const Status removed = lead.core().remove_member(group, name, lead.now());
    ASSERT_TRUE(removed.ok()) << removed.error().what;
    lead.keep();
    sync_all();
  }
  /// The lead's change is stored, and its pages are not to be had.
  void lose_pages_of_rekey() {
    const auto before = relay.mailboxes();
    ASSERT_TRUE(ana.core().rekey(group, ana.now()).ok());
    ana.keep();
    ana.sync();
    for (const MailboxId& id : relay.mailboxes()) {
      auto& mailbox = relay.mailbox(id);
      if (before.contains(id) || mailbox.empty()) continue;
      if (mailbox.begin()->second.size() == limits::envelope_sizes_bytes[1]) mailbox.clear();
    }
  }
};

TEST(Return, OfTwoWhoWereOutBothAreHeard) {
  ReturnScene scene;
  scene.remove(scene.ana, "Cleo");
  scene.remove(scene.ana, "Ben");
  bring_in(scene.ana, scene.cleo, scene.group, "Cleo");
  bring_in(scene.ana, scene.ben, scene.group, "Ben");
  scene.cleo.say(scene.group, "here again");
  scene.sync_all();
  scene.sync_all();
  EXPECT_THAT(scene.ben.texts(scene.group), ElementsAre("here again"));
}

TEST(Return, IsPossibleForWhoseKeysDidNotCome) {
  ReturnScene scene;
  scene.lose_pages_of_rekey();
  scene.ben.sync();
  ASSERT_TRUE(scene.ben.has_warning(Warn::left_behind));
  // What Ben was told to do.
  const Status removed = scene.ana.core().remove_member(scene.group, "Ben", scene.ana.now());
  ASSERT_TRUE(removed.ok());
  scene.ana.keep();
  scene.ana.sync();
  bring_in(scene.ana, scene.ben, scene.group, "Ben");
  EXPECT_FALSE(scene.ben.has_warning(Warn::left_behind));
  scene.ben.say(scene.group, "back");
  scene.ben.sync();
  scene.ana.sync();
  EXPECT_THAT(scene.ana.texts(scene.group), ElementsAre("back"));
}

TEST(Return, OfALeadLetsNobodyInByItself) {
  ReturnScene scene;
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  take_operator_invite(scene.ben, scene.relay);
  Device dan(scene.relay, 9);
  ask(dan, invite(scene.ben, scene.group, "Dan"), "Dan");
  scene.ben.sync();
  ASSERT_EQ(scene.ben.core().requests().size(), 1u);
  // Ana is first.
  ASSERT_TRUE(
      scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_MEMBER, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  const std::vector ids{scene.ben.core().requests()[0].id};
  ASSERT_TRUE(scene.ben.core().approve(ids, scene.ben.now()).ok());
  scene.ben.keep();
  scene.sync_all();
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  scene.sync_all();
  const GroupView group = *scene.ana.core().group("dispatch");
  EXPECT_EQ(group.members.size(), 3u);  // until Ben says so again
  EXPECT_EQ(scene.ben.core().requests().size(), 1u);
}

TEST(Return, AWishThatWouldLeaveNoLeadIsDroppedAndTold) {
  ReturnScene scene;
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  // Each steps down while the other leads.
  ASSERT_TRUE(
      scene.ana.core().set_role(scene.group, "Ana", wire::ROLE_MEMBER, scene.ana.now()).ok());
  ASSERT_TRUE(
      scene.ben.core().set_role(scene.group, "Ben", wire::ROLE_MEMBER, scene.ben.now()).ok());
  scene.ana.keep();
  scene.ben.keep();
  scene.sync_all();
  scene.sync_all();
  const GroupView group = *scene.cleo.core().group("dispatch");
  EXPECT_EQ(group.members[0].role, wire::ROLE_MEMBER);
  EXPECT_EQ(group.members[1].role, wire::ROLE_LEAD);
  EXPECT_FALSE(scene.ben.core().has_wishes(scene.group));
  EXPECT_TRUE(scene.ben.has_notice(Notice::Kind::warning));
}

TEST(Return, OfWhoIsStillInIsToldToTheInviterOnce) {
  GroupScene scene;
  // Ben's page is lost, and he follows a new invite.
  scene.rekey_and_lose_page();
  scene.ben.sync();
  ask(scene.ben, invite(scene.ana, scene.group, "Ben"), "Ben");
  const auto told = [&] {
    return std::count_if(scene.ana.notices.begin(), scene.ana.notices.end(),
                         [](const Notice& notice) {
                           return notice.text.find("asks to be let in anew") != std::string::npos;
                         });
  };
  scene.ana.sync();
  scene.ana.reload();
  scene.relay.begin_again();
  scene.ana.sync();
  EXPECT_EQ(told(), 1);
}

}  // namespace
}  // namespace porchlight::client
