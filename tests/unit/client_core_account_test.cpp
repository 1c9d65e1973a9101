// An account that a relay has lost, because it was restored from an older backup (clause 4.8).
#include <gmock/gmock.h>

#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::IsEmpty;
using Warn = WarningView::Kind;

/// The relay is put back to before anybody enrolled, when what they enrolled with is too old.
struct LostAccountScene {
  explicit LostAccountScene(int weeks = 3) {
    take_operator_invite(ana, relay);
    const auto backup = relay.back_up();
    ana.run_errands();
    for (int day = 0; day < 7 * weeks; ++day) {
      relay.now += 24h;
      ana.sync();
      ana.run_errands();
    }
    EXPECT_TRUE(enrolled());
    right = relay.back_up();
    relay.restore(backup);
    relay.now += 24h;
    ana.forget_deliveries();
    ana.sync();
  }
  bool enrolled() { return ana.core().health(ana.now()).enrolled; }

  MemoryRelay relay;
  Device ana{relay, 2};
  MemoryRelay::Backup right;  // which knows the account
};

wire::Answer not_authorised() {
  wire::Answer refused;
  refused.mutable_failure()->set_code(wire::FAILURE_NOT_AUTHORISED);
  return refused;
}

TEST(LostAccount, IsMadeAnewWithATokenThatIsHeld) {
  LostAccountScene scene;
  scene.ana.run_errands();  // Ana has inviter's tokens in stock
  EXPECT_TRUE(scene.enrolled());
  EXPECT_FALSE(scene.ana.has_warning(Warn::account_lost));
  EXPECT_FALSE(scene.ana.core().errand(scene.ana.now(), Haste::now));  // and has today's tokens
  scene.ana.reload();
  EXPECT_TRUE(scene.enrolled());
}

TEST(LostAccount, IsToldWhereNoTokenIsLeftAndANewInviteLeadsOut) {
  MemoryRelay relay;
  Device ana(relay, 2);
  Device ben(relay, 3);
  const GroupId group = found(ana, relay);
  ana.run_errands();
  relay.now += 24h;
  ana.sync();
  const auto backup = relay.back_up();
  bring_in(ana, ben, group, "Ben");
  ben.run_errands();
  for (int day = 0; day < 21; ++day) {
    relay.now += 24h;
    for (Device* device : {&ana, &ben}) {
      device->sync();
      device->run_errands();
    }
  }
  relay.restore(backup);
  relay.now += 24h;
  for (Device* device : {&ana, &ben}) {
    device->forget_deliveries();
    device->sync();
    device->run_errands();
    device->reload();
  }
  EXPECT_FALSE(ana.has_warning(Warn::account_lost));
  ASSERT_TRUE(ben.has_warning(Warn::account_lost));
  EXPECT_FALSE(ben.core().health(ben.now()).enrolled);
  EXPECT_GT(ben.core().health(ben.now()).session_tokens, 0u);

  // Ben is in the group: of Ana's invite only the tokens are taken.
  const wire::Link link = invite(ana, group, "Ben again");
  ana.sync();
  ASSERT_TRUE(ben.core().follow(link, ben.now()).ok());
  ben.sync();
  const auto words = ben.core().accept_offer("Ben", ben.now());
  ASSERT_TRUE(words.ok()) << words.error().what;
  EXPECT_FALSE(words->has_value());
  ben.keep();
  ben.run_errands();
  EXPECT_TRUE(ben.core().health(ben.now()).enrolled);
  EXPECT_FALSE(ben.has_warning(Warn::account_lost));
  ana.sync();
  EXPECT_THAT(ana.core().requests(), IsEmpty());
}

TEST(LostAccount, IsNotBelievedOfARelayThatIsTheOneItWas) {
  MemoryRelay relay;
  Device ana(relay, 2);
  take_operator_invite(ana, relay, 0);
  ana.run_errands();
  relay.now += 24h;
  ana.sync();
  ASSERT_TRUE(ana.core().errand_request(Errand::issue_session, relay.challenge(), ana.now()).ok());
  ana.core().on_errand_answer(Errand::issue_session, not_authorised(), ana.now());
  EXPECT_TRUE(ana.core().health(ana.now()).enrolled);
  EXPECT_THAT(ana.core().warnings(), IsEmpty());
}

TEST(LostAccount, IsNotWhatARefusalAtTheTurnOfAWeekMeans) {
  LostAccountScene scene;
  Core& ana = scene.ana.core();
  const TimePoint monday = wire::token_week_start(wire::token_week(scene.relay.now) + 1);
  for (const TimePoint near : {monday - 5min, monday + 5min}) {
    scene.relay.now = near;
    scene.ana.sync();
    ASSERT_TRUE(
        ana.errand_request(Errand::issue_session, scene.relay.challenge(), scene.ana.now()).ok());
    ana.on_errand_answer(Errand::issue_session, not_authorised(), scene.ana.now());
    EXPECT_TRUE(scene.enrolled());
  }
}

TEST(LostAccount, IsFoundAgainWhereTheRelayKnowsItAfterAll) {
  LostAccountScene scene(1);
  Core& ana = scene.ana.core();
  // Nothing that Ana could enrol with is taken.
  while (const auto errand = ana.errand(scene.ana.now(), Haste::now)) {
    ASSERT_TRUE(ana.errand_request(*errand, scene.relay.challenge(), scene.ana.now()).ok());
    ana.on_errand_answer(*errand, not_authorised(), scene.ana.now());
    scene.ana.keep();
  }
  ASSERT_TRUE(scene.ana.has_warning(Warn::account_lost));
  EXPECT_FALSE(scene.enrolled());
  scene.relay.restore(scene.right);
  scene.relay.now += 24h;
  scene.ana.forget_deliveries();
  scene.ana.sync();
  scene.ana.run_errands();
  EXPECT_TRUE(scene.enrolled());
  EXPECT_FALSE(scene.ana.has_warning(Warn::account_lost));
}

}  // namespace
}  // namespace porchlight::client
