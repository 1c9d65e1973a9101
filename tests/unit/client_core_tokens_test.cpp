// The wallet, enrolling, and each day's tokens.
#include <gtest/gtest.h>

#include "client/core/wallet.hpp"
#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {
namespace {

using Warn = WarningView::Kind;

wire::Budget budget(std::uint32_t drops, std::uint32_t bytes, std::uint32_t proofs) {
  wire::Budget left;
  left.set_drops(drops);
  left.set_drop_bytes(bytes);
  left.set_proofs(proofs);
  return left;
}

struct TokenScene {
  /// Ana with an operator's supplies.
  explicit TokenScene(int sessions = 20) {
    take_operator_invite(ana, relay, 4, sessions);
    ana.keep();
  }
  SpendOrder order(Lane lane) {
    auto order = ana.core().spend_order(lane, ana.now());
    EXPECT_TRUE(order.ok()) << (order.ok() ? "" : order.error().what);
    ana.keep();
    return order.ok() ? std::move(order).value() : SpendOrder{};
  }
  std::uint32_t sessions() { return ana.core().health(ana.now()).session_tokens; }
  MemoryRelay relay;
  Device ana{relay, 2};
};

TEST(Wallet, PaysSeparatelyForReadingAndSendingWhileThereIsEnough) {
  TokenScene scene;
  EXPECT_NE(scene.order(Lane::collect).spend_id, scene.order(Lane::drop).spend_id);
  EXPECT_EQ(scene.sessions(), 18u);
}

TEST(Wallet, PaysWithOneTokenWhileThereAreFew) {
  TokenScene scene(4);
  EXPECT_EQ(scene.order(Lane::collect).spend_id, scene.order(Lane::drop).spend_id);
  EXPECT_EQ(scene.sessions(), 3u);
}

TEST(Wallet, GivesTheSameOrderUntilItsBudgetIsUsedUp) {
  TokenScene scene;
  const SpendOrder first = scene.order(Lane::collect);
  scene.ana.core().on_budget(first.spend_id, budget(64, 1'000, 3), scene.ana.now());
  scene.ana.keep();
  scene.ana.reload();
  EXPECT_EQ(scene.order(Lane::collect).spend_id, first.spend_id);
  scene.ana.core().on_budget(first.spend_id, {}, scene.ana.now());
  scene.ana.keep();
  const SpendOrder second = scene.order(Lane::collect);
  EXPECT_NE(second.spend_id, first.spend_id);
  EXPECT_NE(second.token.nonce(), first.token.nonce());
}

TEST(Wallet, WritesTheSpendIdDownBeforeTheTokenIsPresented) {
  TokenScene scene;
  const auto order = scene.ana.core().spend_order(Lane::collect, scene.ana.now());
  ASSERT_TRUE(order.ok());
  const auto writes = scene.ana.core().drain().writes;
  ASSERT_EQ(writes.size(), 1u);
  EXPECT_EQ(writes[0].table, Table::wallet);
}

TEST(Wallet, PutsARefusedTokenAsideAndSaysSo) {
  TokenScene scene;
  const SpendOrder first = scene.order(Lane::collect);
  scene.ana.core().on_spend_refused(first.spend_id, scene.ana.now());
  EXPECT_TRUE(scene.ana.has_warning(Warn::token_refused));
  EXPECT_NE(scene.order(Lane::collect).token.nonce(), first.token.nonce());
}

TEST(Wallet, PaysForAJoinWithWhatCameWithItsInvite) {
  crypto_init();
  Journal journal;
  SeededRandom random(3);
  MemoryRelay relay;
  for (const bool was_presented : {false, true}) {
    Wallet wallet(journal, random);
    for (int i = 0; i < 8; ++i) {  // whatever their order
      const wire::Token older = relay.mint(wire::TOKEN_KIND_SESSION);
      const wire::Token newer = relay.mint(wire::TOKEN_KIND_SESSION);
      wallet.add(older, Wallet::Purpose::join, 0);
      if (was_presented) {
        const auto order = wallet.spend_order(Lane::join, relay.now);
        ASSERT_TRUE(order.ok());
        EXPECT_EQ(order->token.nonce(), older.nonce());
        wallet.on_budget(order->spend_id, budget(63, 1'000, 255));
      }
      wallet.add(newer, Wallet::Purpose::join, 0);
      const auto order = wallet.spend_order(Lane::join, relay.now);
      ASSERT_TRUE(order.ok());
      EXPECT_EQ(order->token.nonce(), newer.nonce());
      EXPECT_EQ(wallet.spend_order(Lane::join, relay.now)->spend_id, order->spend_id);
      wallet.add(older, Wallet::Purpose::join, 0);  // followed once more
      EXPECT_EQ(wallet.spend_order(Lane::join, relay.now)->token.nonce(), older.nonce());
    }
  }
}

TEST(Wallet, SaysWhenNothingIsLeft) {
  TokenScene scene(1);
  const SpendOrder first = scene.order(Lane::collect);
  // What is left of the invite's own token is the last resort.
  scene.ana.core().on_budget(first.spend_id, {}, scene.ana.now());
  const auto empty = scene.ana.core().spend_order(Lane::collect, scene.ana.now());
  ASSERT_FALSE(empty.ok());
  EXPECT_EQ(empty.error().code, Errc::no_tokens);
}

TEST(Wallet, ForgetsTokensThatNoRelayTakes) {
  TokenScene scene;
  scene.relay.now += 24h * 7;
  scene.ana.sync();
  EXPECT_EQ(scene.sessions(), 20u);  // last week's
  scene.relay.now += 24h * 7;
  scene.ana.sync();
  EXPECT_EQ(scene.sessions(), 0u);
}

TEST(Wallet, DoesNotPresentAnOpenTokenThatIsTooOld) {
  TokenScene scene;
  scene.order(Lane::collect);
  scene.relay.now += 24h * 14;
  EXPECT_FALSE(scene.ana.core().spend_order(Lane::collect, scene.ana.now()).ok());
}

TEST(Wallet, MakesInvitesOfThreeSessionTokensAndOneEnrolToken) {
  TokenScene scene(7);
  const GroupId group = *scene.ana.core().create_group("dispatch", "Ana", scene.ana.now());
  const auto create = [&](wire::Role role) {
    return scene.ana.core().create_invite({group, "Ben", role, 1h}, scene.ana.now());
  };
  ASSERT_TRUE(create(wire::ROLE_MEMBER).ok());
  ASSERT_TRUE(create(wire::ROLE_MEMBER).ok());
  EXPECT_EQ(scene.sessions(), 1u);
  EXPECT_EQ(scene.ana.core().health(scene.ana.now()).enroll_tokens, 2u);
  const auto third = create(wire::ROLE_MEMBER);
  ASSERT_FALSE(third.ok());
  EXPECT_EQ(third.error().code, Errc::no_tokens);
  EXPECT_NE(third.error().what.find("there are 1 and 2"), std::string::npos) << third.error().what;
  EXPECT_EQ(scene.sessions(), 1u);
}

TEST(Enrolment, WaitsARandomTimeAndEnrolsOnce) {
  TokenScene scene;
  Core& ana = scene.ana.core();
  const auto due = ana.health(scene.ana.now()).enroll_due;
  ASSERT_TRUE(due.has_value());
  EXPECT_GE(*due, scene.ana.now() + 1h);
  EXPECT_LE(*due, scene.ana.now() + 12h);
  EXPECT_EQ(ana.next_errand_at(), due);
  EXPECT_FALSE(ana.errand(scene.ana.now(), Haste::none).has_value());
  EXPECT_EQ(ana.errand(*due, Haste::none), Errand::enroll);
  EXPECT_EQ(ana.errand(scene.ana.now(), Haste::now), Errand::enroll);
  const auto request = ana.errand_request(Errand::enroll, scene.relay.challenge(), scene.ana.now());
  ASSERT_TRUE(request.ok());
  ana.on_errand_answer(Errand::enroll, scene.relay.answer(*request), scene.ana.now());
  EXPECT_TRUE(ana.health(scene.ana.now()).enrolled);
  EXPECT_FALSE(ana.health(scene.ana.now()).enroll_due.has_value());
  EXPECT_EQ(ana.errand(scene.ana.now(), Haste::none), Errand::issue_session);
}

TEST(Enrolment, TellsWhenTheTokenWasUsedByAnother) {
  TokenScene scene;
  Core& ana = scene.ana.core();
  const auto request = ana.errand_request(Errand::enroll, scene.relay.challenge(), scene.ana.now());
  scene.relay.answer(*request);  // somebody else, at another time
  wire::Answer refused;
  refused.mutable_failure()->set_code(wire::FAILURE_NOT_AUTHORISED);
  ana.on_errand_answer(Errand::enroll, refused, scene.ana.now());
  EXPECT_TRUE(scene.ana.has_warning(Warn::token_refused));
  EXPECT_FALSE(ana.health(scene.ana.now()).enrolled);
  EXPECT_FALSE(ana.errand(scene.ana.now(), Haste::now).has_value());
}

TEST(Enrolment, TriesAgainLaterWhenTheRelayIsInTrouble) {
  TokenScene scene;
  Core& ana = scene.ana.core();
  wire::Answer busy;
  busy.mutable_failure()->set_code(wire::FAILURE_INTERNAL);
  ana.on_errand_answer(Errand::enroll, busy, scene.ana.now());
  EXPECT_FALSE(ana.errand(scene.ana.now(), Haste::none).has_value());
  EXPECT_EQ(ana.errand(scene.ana.now() + 1h, Haste::none), Errand::enroll);
}

TEST(Enrolment, FetchesEachAllotmentOnceAPeriodAndSpendsItFromTomorrowOn) {
  TokenScene scene(2);
  Core& ana = scene.ana.core();
  scene.ana.run_errands();
  EXPECT_EQ(scene.sessions(), 2u + 64u);
  EXPECT_EQ(ana.health(scene.ana.now()).enroll_tokens, 4u + 50u + 2u);
  EXPECT_FALSE(ana.errand(scene.ana.now(), Haste::now).has_value());
  ASSERT_TRUE(ana.next_errand_at().has_value());
  EXPECT_GE(*ana.next_errand_at(), TimePoint(std::chrono::days(20'005)));
  EXPECT_LE(*ana.next_errand_at(), TimePoint(std::chrono::days(20'006)));

  // The two old ones first.
  std::set<std::string> spent;
  for (int i = 0; i < 2; ++i) {
    const SpendOrder order = scene.order(Lane::collect);
    spent.insert(order.token.nonce());
    scene.ana.core().on_budget(order.spend_id, {}, scene.ana.now());
  }
  // Nothing else is left: today's, rather than nothing.
  EXPECT_FALSE(spent.contains(scene.order(Lane::collect).token.nonce()));

  scene.relay.now += 24h;
  scene.ana.sync();
  scene.ana.run_errands();
  EXPECT_EQ(scene.sessions(), 63u + 64u);
  EXPECT_EQ(ana.health(scene.ana.now()).enroll_tokens, 4u + 50u + 2u + 50u);
}

TEST(Enrolment, AsksOnlyUnderKeysThatALaneHasShown) {
  TokenScene scene;
  Core& ana = scene.ana.core();
  scene.ana.run_errands();
  scene.relay.now += 24h * 7;
  ana.on_relay_facts(scene.relay.facts(), std::nullopt, scene.ana.now());
  EXPECT_FALSE(ana.errand(scene.ana.now(), Haste::now).has_value());
  ana.on_relay_facts(scene.relay.facts(), Lane::drop, scene.ana.now());
  EXPECT_EQ(ana.errand(scene.ana.now(), Haste::now), Errand::issue_session);
}

TEST(Enrolment, SendsTheSameElementsAgainAfterALostAnswer) {
  TokenScene scene;
  scene.ana.connect_other(Lane::collect);
  const auto enroll =
      scene.ana.core().errand_request(Errand::enroll, scene.relay.challenge(), scene.ana.now());
  scene.ana.core().on_errand_answer(Errand::enroll, scene.relay.answer(*enroll), scene.ana.now());
  const auto ask = [&] {
    const auto request = scene.ana.core().errand_request(Errand::issue_session,
                                                         scene.relay.challenge(), scene.ana.now());
    EXPECT_TRUE(request.ok());
    scene.ana.keep();
    return *request;
  };
  const wire::Request first = ask();
  scene.ana.reload();
  const wire::Request second = ask();
  ASSERT_EQ(first.issue().blinded_size(), 64);
  for (int i = 0; i < 64; ++i) {
    EXPECT_EQ(first.issue().blinded(i), second.issue().blinded(i));
  }
  EXPECT_NE(first.issue().signature(), second.issue().signature());  // another connection
  const std::uint32_t before = scene.sessions();
  scene.ana.core().on_errand_answer(Errand::issue_session, scene.relay.answer(second),
                                    scene.ana.now());
  EXPECT_EQ(scene.sessions(), before + 64);
}

TEST(Enrolment, KeepsNoTokenThatTheProofDoesNotCover) {
  TokenScene scene;
  scene.ana.connect_other(Lane::collect);
  const auto enroll =
      scene.ana.core().errand_request(Errand::enroll, scene.relay.challenge(), scene.ana.now());
  scene.ana.core().on_errand_answer(Errand::enroll, scene.relay.answer(*enroll), scene.ana.now());
  const auto request = scene.ana.core().errand_request(Errand::issue_session,
                                                       scene.relay.challenge(), scene.ana.now());
  const std::uint32_t before = scene.sessions();
  wire::Answer cut = scene.relay.answer(*request);
  cut.mutable_issued()->mutable_evaluated()->RemoveLast();
  scene.relay.use_keys(1);  // a key of this account's own
  const wire::Answer marked = scene.relay.answer(*request);
  for (const wire::Answer& answer : {cut, marked}) {
    scene.ana.core().on_errand_answer(Errand::issue_session, answer, scene.ana.now());
    EXPECT_EQ(scene.sessions(), before);
    EXPECT_TRUE(scene.ana.has_warning(Warn::keys_differ));
  }
}

TEST(Enrolment, GoesOnWhenAClockThatWasAYearAheadIsSetRight) {
  MemoryRelay relay;
  Device ana(relay, 2);
  ana.clock_ahead = 24h * 365;
  const wire::Link link = relay.operator_invite();
  ASSERT_TRUE(ana.core().follow(link, ana.now()).ok());
  ana.sync();
  ASSERT_TRUE(ana.core().accept_offer("", ana.now()).ok());
  EXPECT_FALSE(ana.core().errand(ana.now(), Haste::none).has_value());
  ana.clock_ahead = 0min;
  EXPECT_EQ(ana.core().errand(ana.now(), Haste::none), Errand::enroll);
  // The same with the relay's clock: it has given a day's tokens of next year.
  relay.now += 24h * 365;
  ana.connect(Lane::collect);
  ana.run_errands();
  relay.now -= 24h * 364;
  ana.connect(Lane::collect);
  EXPECT_EQ(ana.core().errand(ana.now(), Haste::none), Errand::issue_session);
}

TEST(Enrolment, LetsAPeriodGoWhoseAllotmentWasFetched) {
  TokenScene scene;
  scene.ana.connect_other(Lane::collect);
  const auto enroll =
      scene.ana.core().errand_request(Errand::enroll, scene.relay.challenge(), scene.ana.now());
  scene.ana.core().on_errand_answer(Errand::enroll, scene.relay.answer(*enroll), scene.ana.now());
  ASSERT_TRUE(scene.ana.core()
                  .errand_request(Errand::issue_session, scene.relay.challenge(), scene.ana.now())
                  .ok());
  wire::Answer refused;
  refused.mutable_failure()->set_code(wire::FAILURE_ALLOTMENT);
  scene.ana.core().on_errand_answer(Errand::issue_session, refused, scene.ana.now());
  EXPECT_EQ(scene.ana.core().errand(scene.ana.now(), Haste::now), Errand::issue_enroll_member);
}

}  // namespace
}  // namespace porchlight::client
