// Rules of conduct: whose count, who gets them, and that an acceptance is kept (clause 15.2).
#include <gmock/gmock.h>

#include "client/core/rules.hpp"
#include "proto/base/limits.hpp"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

struct ConductScene : GroupScene {
  static wire::Body body_of(std::uint32_t version, const std::string& text) {
    wire::Body body;
    body.mutable_rules()->set_version(version);
    body.mutable_rules()->set_text(text);
    return body;
  }
  void set(Device& device, std::uint32_t version, const std::string& text) {
    const auto posted = device.core().post(group, body_of(version, text), device.now());
    ASSERT_TRUE(posted.ok()) << posted.error().what;
    device.keep();
  }
  std::optional<RulesView> rules(Device& device) {
    return current_rules(device.core().messages(group));
  }
  std::string text(Device& device) {
    const auto known = rules(device);
    return known ? known->text : "";
  }
  void make(Device& lead, const std::string& name, wire::Role role) {
    ASSERT_TRUE(lead.core().set_role(group, name, role, lead.now()).ok());
    lead.keep();
    lead.sync();
  }
};

TEST(Conduct, RulesOfTheHighestVersionCount) {
  ConductScene scene;
  scene.set(scene.ana, 1, "Step back when told.");
  scene.sync_all();
  EXPECT_EQ(scene.text(scene.ben), "Step back when told.");
  EXPECT_EQ(scene.rules(scene.ben)->set_by, "Ana");
  scene.set(scene.ana, 3, "Do not touch.");
  scene.set(scene.ana, 2, "Too late.");
  scene.set(scene.ana, 3, "Later with the same number.");
  scene.sync_all();
  for (Device* device : scene.everybody()) EXPECT_EQ(scene.text(*device), "Do not touch.");
  EXPECT_EQ(scene.rules(scene.ben)->hash, scene.rules(scene.ana)->hash);
}

TEST(Conduct, HashIsOfVersionAndText) {
  const auto hash = [](std::uint32_t version, const std::string& text) {
    return rules_hash(ConductScene::body_of(version, text).rules());
  };
  EXPECT_EQ(hash(1, "a"), hash(1, "a"));
  EXPECT_NE(hash(1, "a"), hash(2, "a"));
  EXPECT_NE(hash(1, "a"), hash(1, "b"));
}

TEST(Conduct, RulesAreALeadsToSet) {
  ConductScene scene;
  const auto posted =
      scene.ben.core().post(scene.group, ConductScene::body_of(1, "Mine."), scene.ben.now());
  ASSERT_FALSE(posted.ok());
  EXPECT_EQ(posted.error().code, Errc::not_permitted);
}

TEST(Conduct, RulesByWhoDoesNotLeadAreNotShown) {
  ConductScene scene;
  scene.make(scene.ana, "Ben", wire::ROLE_LEAD);
  scene.sync_all();
  scene.set(scene.ana, 1, "Step back when told.");
  scene.sync_all();
  // Ben's leave only when he does not lead any more: as from a device that asks nobody.
  scene.set(scene.ben, 2, "Go and block the road.");
  scene.make(scene.ana, "Ben", wire::ROLE_MEMBER);
  scene.sync_all();
  for (Device* device : scene.everybody()) {
    EXPECT_EQ(scene.text(*device), "Step back when told.");
  }
  // It is a placeholder, with nothing of the text.
  const auto shown = scene.cleo.core().messages(scene.group);
  ASSERT_FALSE(shown.empty());
  EXPECT_EQ(shown.back().sender_name, "Ben");
  EXPECT_EQ(shown.back().body.kind_case(), wire::Body::KIND_NOT_SET);
  EXPECT_EQ(shown.back().body.lifetime_hours(), limits::text_lifetime_hours);
  EXPECT_TRUE(scene.ben.has_notice(Notice::Kind::refused));
}

TEST(Conduct, RulesStandWhenWhoSetThemLeadsNoMore) {
  ConductScene scene;
  scene.make(scene.ana, "Ben", wire::ROLE_LEAD);
  scene.ben.sync();
  scene.set(scene.ben, 1, "Step back when told.");
  scene.ben.sync();
  scene.make(scene.ana, "Ben", wire::ROLE_MEMBER);
  scene.sync_all();  // Cleo reads both at once
  EXPECT_EQ(scene.text(scene.cleo), "Step back when told.");
}

TEST(Conduct, NewcomersAreToldTheRulesThatCount) {
  ConductScene scene;
  scene.set(scene.ana, 1, "Old.");
  scene.set(scene.ana, 2, "Step back when told.");
  scene.make(scene.ana, "Ben", wire::ROLE_LEAD);
  scene.sync_all();
  Device dora(scene.relay, 9);
  // By another lead than the one who set them.
  take_operator_invite(scene.ben, scene.relay);
  bring_in(scene.ben, dora, scene.group, "Dora");
  scene.sync_all();
  dora.sync();
  EXPECT_EQ(scene.text(dora), "Step back when told.");
  EXPECT_EQ(scene.rules(dora)->hash, scene.rules(scene.ana)->hash);
  std::set<std::string> ids;
  for (const MessageView& message : scene.cleo.core().messages(scene.group)) {
    EXPECT_TRUE(ids.insert(message.id.str()).second) << "one id twice";
  }
  scene.expect_no_warnings();
}

TEST(Conduct, AnAcceptanceIsNeverLost) {
  ConductScene scene;
  scene.set(scene.ana, 1, "Step back when told.");
  scene.sync_all();
  EXPECT_FALSE(scene.ben.core().accepted_rules(scene.group));
  const RulesHash hash = scene.rules(scene.ben)->hash;
  scene.ben.core().accept_rules(scene.group, hash);
  scene.ben.keep();
  scene.ben.reload();
  EXPECT_EQ(scene.ben.core().accepted_rules(scene.group), hash);
  ASSERT_TRUE(scene.ana.core().rekey(scene.group, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  scene.ben.reload();
  EXPECT_EQ(scene.ben.core().accepted_rules(scene.group), hash);
}

}  // namespace
}  // namespace porchlight::client
