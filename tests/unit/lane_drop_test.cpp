// client/core/lane and client/core/errand against scripted answers: dropping, paying, and a relay
// that answers what it should not.
#include "tests/unit/lane_fixture.hpp"

namespace porchlight::client {
namespace {

// ---- dropping -------------------------------------------------------------------------------

TEST_F(LaneTest, DropsEveryItemInOrderInOneGo) {
  host_.queue_item(1, 1);
  host_.queue_item(2, 2);
  host_.queue[1].if_last = 77;
  const auto sent = open(once);
  ASSERT_THAT(kinds(sent), ElementsAre(wire::Request::kDrop, wire::Request::kDrop));
  EXPECT_FALSE(sent[0].drop().has_if_last());
  EXPECT_EQ(sent[1].drop().if_last(), 77u);
  after(dropped(sent[0], 10), dropped(sent[1], 11));
  EXPECT_TRUE(session_->at_rest());
  EXPECT_THAT(take_events(), ElementsAre("item 1 stored at 10", "item 2 stored at 11"));
}

TEST_F(LaneTest, ProvesADropKeyOncePerMailbox) {
  host_.queue_item(1, 1);
  host_.queue_item(2, 1);
  for (OutboxItem& item : host_.queue) item.address.drop_key = VerifyKey{};
  EXPECT_THAT(kinds(open(once)),
              ElementsAre(wire::Request::kProve, wire::Request::kDrop, wire::Request::kDrop));
}

TEST_F(LaneTest, KeepsTheNumberOfRequestsInFlightBounded) {
  for (OutboxId id = 1; id <= 100; ++id) host_.queue_item(id, 1);
  const auto sent = open(once, 200);
  EXPECT_LE(sent.size(), limits::requests_in_flight_max);
  EXPECT_GE(sent.size(), 32u);
  EXPECT_EQ(after(dropped(sent[0], 1)).size(), 1u);
}

TEST_F(LaneTest, SamePaymentAndItemsGoOutAgainOnANewConnection) {
  host_.queue_item(1, 1);
  connect(once);
  const auto first = after(relay_info());
  connect(once);  // the answer was lost with the connection
  const auto second = after(relay_info());
  EXPECT_EQ(first[0].spend().spend_id(), second[0].spend().spend_id());
  const auto drop = after(budget(second[0]));
  connect(once);  // and so was this one
  const auto again = after(budget(after(relay_info())[0]));
  EXPECT_EQ(drop[0].drop().envelope(), again[0].drop().envelope());
  EXPECT_EQ(host_.tokens, 9u);
}

TEST_F(LaneTest, NextTokenIsSpentWhenTheBudgetCoversNoMoreAndNothingOvertakes) {
  host_.queue_item(1, 1);
  host_.queue_item(2, 1, 65536);
  host_.queue_item(3, 1);
  connect(once);
  auto paid = budget(after(relay_info())[0]);
  paid.mutable_budget()->set_drop_bytes(8192);  // enough for the first and the third
  const auto first = after(paid);
  ASSERT_THAT(kinds(first), ElementsAre(wire::Request::kDrop));
  const auto spend = after(dropped(first[0], 1));
  ASSERT_THAT(kinds(spend), ElementsAre(wire::Request::kSpend));
  EXPECT_EQ(host_.tokens, 8u);
  EXPECT_THAT(kinds(after(budget(spend[0]))),
              ElementsAre(wire::Request::kDrop, wire::Request::kDrop));
}

TEST_F(LaneTest, RefusalForWantOfBudgetIsTriedAgainUnderTheNextToken) {
  host_.wanted = {{mailbox(1), 0}, {mailbox(2), 0}};
  const auto sent = open(once);
  const auto spend = after(failure(sent[0], wire::FAILURE_NO_BUDGET),
                           failure(sent[1], wire::FAILURE_NO_BUDGET), done(sent[2]));
  ASSERT_THAT(kinds(spend), ElementsAre(wire::Request::kSpend));
  EXPECT_EQ(host_.tokens, 8u);
  const auto again = after(budget(spend[0]), caught_up(sent[3]));
  EXPECT_THAT(kinds(again), ElementsAre(wire::Request::kProve, wire::Request::kCollect));
  after(done(again[0]), caught_up(again[1]));
  EXPECT_TRUE(session_->at_rest());
  EXPECT_EQ(host_.tokens, 8u);
}

TEST_F(LaneTest, RefusalOfWhatLeantOnAnUnpaidProofIsTriedAgain) {
  host_.wanted = {{mailbox(1), 0}};
  host_.queue_item(1, 1);
  host_.queue[0].address.drop_key = VerifyKey{};
  const auto sent = open(once);
  ASSERT_THAT(kinds(sent), ElementsAre(wire::Request::kProve, wire::Request::kCollect,
                                       wire::Request::kProve, wire::Request::kDrop));
  // The relay read collect and drop after it had answered the proofs.
  const auto spend = after(
      failure(sent[0], wire::FAILURE_NO_BUDGET), failure(sent[1], wire::FAILURE_NOT_AUTHORISED),
      failure(sent[2], wire::FAILURE_NO_BUDGET), failure(sent[3], wire::FAILURE_NOT_AUTHORISED));
  ASSERT_THAT(kinds(spend), ElementsAre(wire::Request::kSpend));
  EXPECT_THAT(kinds(after(budget(spend[0]))),
              ElementsAre(wire::Request::kProve, wire::Request::kCollect, wire::Request::kProve,
                          wire::Request::kDrop));
}

TEST_F(LaneTest, LateRefusalsOfAnOldTokenDoNotUseUpTheNewOne) {
  host_.wanted = {{mailbox(1), 0}, {mailbox(2), 0}};
  const auto sent = open(once);
  ASSERT_EQ(sent.size(), 4u);
  const auto spend =
      after(failure(sent[0], wire::FAILURE_NO_BUDGET), failure(sent[1], wire::FAILURE_NO_BUDGET));
  ASSERT_EQ(spend.size(), 1u);
  after(budget(spend[0]));
  const auto again =
      after(failure(sent[2], wire::FAILURE_NO_BUDGET), failure(sent[3], wire::FAILURE_NO_BUDGET));
  EXPECT_THAT(kinds(again), ElementsAre(wire::Request::kProve, wire::Request::kCollect));
  EXPECT_EQ(host_.tokens, 8u);
}

TEST_F(LaneTest, RelayThatTakesTokensAndGivesNothingIsLeft) {
  host_.wanted = {{mailbox(1), 0}};
  auto sent = open(once);
  std::optional<Errc> end;
  for (int i = 0; i < 20 && !end; ++i) {
    say(failure(sent[0], wire::FAILURE_NO_BUDGET));
    say(failure(sent[1], wire::FAILURE_NO_BUDGET));
    auto spend = step(*session_);
    if (!spend.ok()) {
      end = spend.error().code;
    } else {
      sent = after(budget(spend->at(0)));
    }
  }
  EXPECT_EQ(end, Errc::refused);
  EXPECT_GE(host_.tokens, 4u);
}

TEST_F(LaneTest, RefusedTokenIsReplacedByAnother) {
  host_.queue_item(1, 1);
  connect(once);
  const auto first = after(relay_info());
  const auto second = after(failure(first[0], wire::FAILURE_NOT_AUTHORISED));
  ASSERT_THAT(kinds(second), ElementsAre(wire::Request::kSpend));
  EXPECT_NE(first[0].spend().spend_id(), second[0].spend().spend_id());
}

TEST_F(LaneTest, WithoutTokensItRestsAndSaysWhy) {
  host_.queue_item(1, 1);
  host_.tokens = 0;
  connect(once);
  EXPECT_THAT(after(relay_info()), IsEmpty());
  EXPECT_TRUE(session_->at_rest());
  ASSERT_TRUE(session_->trouble());
  EXPECT_EQ(session_->trouble()->code, Errc::no_tokens);
}

TEST_F(LaneTest, FullRelayKeepsWhatIsQueuedAndIsNotAskedAgain) {
  host_.queue_item(1, 1);
  const auto sent = open(once);
  host_.queue_item(2, 1);
  EXPECT_THAT(after(failure(sent[0], wire::FAILURE_FULL)), IsEmpty());
  EXPECT_THAT(take_events(), ElementsAre("item 1 refused 6"));
  EXPECT_TRUE(session_->at_rest());
  ASSERT_TRUE(session_->trouble());
  EXPECT_EQ(session_->trouble()->code, Errc::full);
  EXPECT_THAT(after(), IsEmpty());
}

TEST_F(LaneTest, WhoLostARaceIsToldAndTheNextItemGoesOut) {
  host_.queue_item(1, 1);
  host_.queue[0].if_last = 3;
  const auto sent = open(once);
  host_.queue_item(2, 1);
  EXPECT_EQ(after(failure(sent[0], wire::FAILURE_NOT_LAST)).size(), 1u);
  EXPECT_THAT(take_events(), ElementsAre("item 1 refused 5"));
}

TEST_F(LaneTest, RelayThatCannotStoreEndsTheConnectionAndTheItemStays) {
  host_.queue_item(1, 1);
  const auto sent = open(once);
  EXPECT_EQ(end_after(failure(sent[0], wire::FAILURE_INTERNAL)), Errc::refused);
  EXPECT_EQ(host_.queue.size(), 1u);
  EXPECT_THAT(take_events(), IsEmpty());
}

TEST_F(LaneTest, ErasesWhatIsOfNoMoreUse) {
  host_.useless = {{mailbox(1), 9}};
  const auto sent = open(once);
  ASSERT_THAT(kinds(sent), ElementsAre(wire::Request::kProve, wire::Request::kErase));
  EXPECT_EQ(sent[1].erase().up_to_seq(), 9u);
  after(done(sent[0]), done(sent[1]));
  EXPECT_THAT(take_events(), ElementsAre("m1 erased"));
  EXPECT_TRUE(session_->at_rest());
}

TEST_F(LaneTest, MailboxWithoutAKeyIsSkippedAndTheOthersGoOn) {
  host_.wanted = {{mailbox(1), 0}, {mailbox(2), 0}};
  host_.unprovable = mailbox(1).id();
  const auto sent = open(once);
  EXPECT_THAT(kinds(sent), ElementsAre(wire::Request::kProve, wire::Request::kCollect));
  after(done(sent[0]), caught_up(sent[1]));
  EXPECT_TRUE(session_->at_rest());
  EXPECT_EQ(session_->trouble()->code, Errc::not_found);
}

// ---- a relay that cheats or is broken -------------------------------------------------------

TEST_F(LaneTest, AnswerToNothingEndsTheConnection) {
  host_.queue_item(1, 1);
  const auto sent = open(once);
  auto stray = dropped(sent[0], 5);
  stray.set_id(4711);
  EXPECT_EQ(end_after(stray), Errc::malformed);
  EXPECT_THAT(take_events(), IsEmpty());
}

TEST_F(LaneTest, AnswerOfAnotherKindEndsTheConnection) {
  host_.queue_item(1, 1);
  auto sent = open(once);
  EXPECT_EQ(end_after(done(sent[0])), Errc::malformed);
  sent = open(once);
  EXPECT_EQ(end_after(budget(sent[0])), Errc::malformed);
  sent = open(once);
  EXPECT_EQ(end_after(delivery(sent[0], 1)), Errc::malformed);
  sent = open(once);
  EXPECT_EQ(end_after(dropped(sent[0], 0)), Errc::malformed);
  EXPECT_THAT(take_events(), IsEmpty());
}

TEST_F(LaneTest, SameAnswerTwiceEndsTheConnection) {
  host_.queue_item(1, 1);
  const auto sent = open(once);
  EXPECT_EQ(end_after(dropped(sent[0], 5), dropped(sent[0], 6)), Errc::malformed);
  EXPECT_THAT(take_events(), ElementsAre("item 1 stored at 5"));
}

TEST_F(LaneTest, SecondGreetingEndsTheConnection) {
  connect(once);
  EXPECT_EQ(end_after(relay_info(), relay_info()), Errc::malformed);
}

TEST_F(LaneTest, GarbageAndUnknownAnswersEndTheConnection) {
  for (const std::string& frame :
       {std::string("garbage!"), std::string(), std::string(3, '\xff')}) {
    connect(once);
    after(relay_info());
    session_->on_frame(as_bytes(frame));
    EXPECT_EQ(session_->step().error().code, Errc::malformed);
  }
}

TEST_F(LaneTest, RelayThatEndsTheConnectionSaysWhy) {
  host_.queue_item(1, 1);
  open(once);
  wire::Answer goodbye;
  goodbye.mutable_failure()->set_code(wire::FAILURE_BUSY);
  EXPECT_EQ(end_after(goodbye), Errc::refused);
}

// ---- what is kept before what leaves --------------------------------------------------------

TEST_F(LaneTest, NothingLeavesWhenItCouldNotBeKept) {
  host_.queue_item(1, 1);
  connect(once);
  say(relay_info());
  host_.disk_full = true;
  EXPECT_EQ(session_->step().error().code, Errc::full);
  host_.disk_full = false;
  EXPECT_EQ(session_->step().error().code, Errc::full);  // and never again on this connection
}

TEST_F(LaneTest, WhatCameBeforeAnErrorIsKept) {
  host_.wanted = {{mailbox(1), 0}};
  const auto sent = open(once);
  EXPECT_EQ(end_after(delivery(sent[1], 4), dropped(sent[0], 4)), Errc::malformed);
  EXPECT_THAT(host_.events, ElementsAre("m1 delivers 4", "kept"));
}

// ---- errands --------------------------------------------------------------------------------

TEST_F(LaneTest, ErrandAsksOnceAndHandsTheAnswerOver) {
  ErrandSession errand(host_, relay_.verify_key());
  errand.on_frame(as_bytes(relay_info().SerializeAsString()));
  const auto sent = step(errand);
  ASSERT_TRUE(sent.ok());
  ASSERT_THAT(kinds(*sent), ElementsAre(wire::Request::kEnroll));
  EXPECT_FALSE(errand.done());
  errand.on_frame(as_bytes(done(sent->at(0)).SerializeAsString()));
  ASSERT_TRUE(errand.step().ok());
  EXPECT_TRUE(errand.done());
  EXPECT_FALSE(errand.refusal());
  EXPECT_THAT(take_events(), ElementsAre("facts 2", "errand done"));
}

TEST_F(LaneTest, ErrandTellsWhyTheRelayRefused) {
  ErrandSession errand(host_, relay_.verify_key());
  errand.on_frame(as_bytes(relay_info().SerializeAsString()));
  const auto sent = step(errand);
  errand.on_frame(as_bytes(failure(sent->at(0), wire::FAILURE_NOT_AUTHORISED).SerializeAsString()));
  ASSERT_TRUE(errand.step().ok());
  ASSERT_TRUE(errand.refusal());
  EXPECT_EQ(errand.refusal()->code, Errc::refused);
}

TEST_F(LaneTest, ErrandRefusesAnAnswerThatDoesNotFit) {
  ErrandSession errand(host_, relay_.verify_key());
  errand.on_frame(as_bytes(relay_info().SerializeAsString()));
  const auto sent = step(errand);
  wire::Answer issued = answer_to(sent->at(0));
  issued.mutable_issued();
  errand.on_frame(as_bytes(issued.SerializeAsString()));
  EXPECT_EQ(errand.step().error().code, Errc::malformed);
  EXPECT_THAT(take_events(), ElementsAre("facts 2"));
}

}  // namespace
}  // namespace porchlight::client
