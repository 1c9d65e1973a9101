// client/core/lane against scripted answers: the greeting and collecting.
#include "proto/base/limits.hpp"
#include "tests/unit/lane_fixture.hpp"

namespace porchlight::client {
namespace {

// ---- the greeting ---------------------------------------------------------------------------

TEST_F(LaneTest, SaysNothingBeforeTheRelayDid) {
  host_.wanted = {{mailbox(1), 0}};
  connect(once);
  EXPECT_THAT(after(), IsEmpty());
  EXPECT_TRUE(session_->awaiting_answer());
  EXPECT_FALSE(session_->at_rest());
}

TEST_F(LaneTest, WithoutWorkItSpendsNothing) {
  connect(once);
  EXPECT_THAT(after(relay_info()), IsEmpty());
  EXPECT_TRUE(session_->at_rest());
  EXPECT_THAT(take_events(), ElementsAre("facts 2"));
}

TEST_F(LaneTest, TokenKeyThatTheRelayDidNotSignEndsTheConnection) {
  connect(once);
  auto info = relay_info();
  info.mutable_relay_info()->add_token_keys(
      token_key(wire::TOKEN_KIND_ENROLL_INVITER, 7, SigningKey(seed(2))));
  EXPECT_EQ(end_after(info), Errc::not_authentic);
  EXPECT_THAT(take_events(), IsEmpty());
}

TEST_F(LaneTest, TwoTokenKeysForOneKindAndWeekEndTheConnection) {
  connect(once);
  auto info = relay_info();
  info.mutable_relay_info()->add_token_keys(token_key(wire::TOKEN_KIND_SESSION, 8, relay_));
  EXPECT_EQ(end_after(info), Errc::not_authentic);
}

TEST_F(LaneTest, RelayOfAnotherVersionNeedsAnUpdate) {
  connect(once);
  auto info = relay_info();
  info.mutable_relay_info()->set_versions(0, 2);
  EXPECT_EQ(end_after(info), Errc::update_needed);
}

TEST_F(LaneTest, RelayThatHasNoRoomSaysSoInItsFirstAnswer) {
  connect(once);
  wire::Answer busy;
  busy.mutable_failure()->set_code(wire::FAILURE_BUSY);
  EXPECT_EQ(end_after(busy), Errc::refused);
}

TEST_F(LaneTest, GreetingWithImpossibleFieldsEndsTheConnection) {
  for (int which = 0; which < 3; ++which) {
    connect(once);
    auto info = relay_info();
    if (which == 0) info.mutable_relay_info()->set_challenge("short");
    if (which == 1) info.mutable_relay_info()->set_incarnation("");
    if (which == 2) info.mutable_relay_info()->mutable_caps()->set_ordinary_days(8);
    EXPECT_EQ(end_after(info), Errc::malformed) << which;
  }
}

// ---- collecting -----------------------------------------------------------------------------

TEST_F(LaneTest, PaysOnceThenProvesAndCollectsEverySubscriptionInOneGo) {
  host_.wanted = {{mailbox(1), 5}, {mailbox(2), 0}};
  const auto sent = open(once);
  EXPECT_THAT(kinds(sent), ElementsAre(wire::Request::kProve, wire::Request::kCollect,
                                       wire::Request::kProve, wire::Request::kCollect));
  EXPECT_EQ(sent[1].collect().after_seq(), 5u);
  EXPECT_FALSE(sent[1].collect().live());
  EXPECT_THAT(after(done(sent[0]), done(sent[2]), delivery(sent[1], 6), caught_up(sent[3]),
                    delivery(sent[1], 9), caught_up(sent[1])),
              IsEmpty());
  EXPECT_TRUE(session_->at_rest());
  EXPECT_THAT(take_events(),
              ElementsAre("m1 delivers 6", "m2 caught up", "m1 delivers 9", "m1 caught up"));
}

TEST_F(LaneTest, SubscriptionsThatComeUpLaterArePickedUp) {
  host_.wanted = {{mailbox(1), 0}};
  const auto first = open(once);
  host_.wanted.push_back({mailbox(2), 0});
  const auto second = after(done(first[0]), caught_up(first[1]));
  EXPECT_THAT(kinds(second), ElementsAre(wire::Request::kProve, wire::Request::kCollect));
  EXPECT_FALSE(session_->at_rest());
}

TEST_F(LaneTest, NextRoundReadsOnWithoutProvingAgain) {
  host_.wanted = {{mailbox(1), 0}};
  const auto first = open(once);
  after(done(first[0]), delivery(first[1], 3), caught_up(first[1]));
  session_->collect_again();
  const auto second = after();
  ASSERT_THAT(kinds(second), ElementsAre(wire::Request::kCollect));
  EXPECT_EQ(second[0].collect().after_seq(), 3u);
}

TEST_F(LaneTest, LiveCollectStaysOpenAndIsNotWaitedFor) {
  host_.wanted = {{mailbox(1), 0}};
  const auto sent = open(live);
  EXPECT_TRUE(sent[1].collect().live());
  after(done(sent[0]), caught_up(sent[1]));
  EXPECT_TRUE(session_->at_rest());
  EXPECT_FALSE(session_->awaiting_answer());
  after(delivery(sent[1], 4));
  EXPECT_THAT(take_events(), ElementsAre("m1 caught up", "m1 delivers 4"));
}

/// More mailboxes than mailbox() can number.
std::vector<Subscription> many(std::size_t count) {
  std::vector<Subscription> all;
  for (std::size_t i = 0; i < count; ++i) {
    Bytes key(32, 7);
    key[0] = static_cast<Byte>(i);
    key[1] = static_cast<Byte>(i >> 8);
    wire::MailboxAddress address;
    address.collect_key = *VerifyKey::from(key);
    all.push_back({address, 0});
  }
  return all;
}

TEST_F(LaneTest, MailboxesBeyondTheRelaysLimitAreReadAtEachPing) {
  host_.wanted = many(300);
  std::size_t live_ones = 0;
  std::size_t others = 0;
  const auto answer_all = [&](std::vector<wire::Request> sent) {
    while (!sent.empty()) {
      for (const wire::Request& request : sent) {
        if (request.has_collect()) ++(request.collect().live() ? live_ones : others);
        say(request.has_collect() ? caught_up(request) : done(request));
      }
      sent = after();
    }
  };
  answer_all(open(live));
  EXPECT_EQ(live_ones + others, 300u);
  EXPECT_LT(live_ones, limits::collects_per_connection_max);
  EXPECT_GT(live_ones, limits::collects_per_connection_max / 2);
  EXPECT_TRUE(session_->at_rest());
  const std::size_t before = others;
  session_->ping();
  answer_all(after());
  EXPECT_EQ(others, 2 * before);
  EXPECT_EQ(live_ones + before, 300u);
}

TEST_F(LaneTest, MailboxesBeyondTheProofsOfOneConnectionAreLeftAndTold) {
  host_.wanted = many(limits::proofs_per_connection_max + 1);
  std::size_t collects = 0;
  auto sent = open(once);
  while (!sent.empty()) {
    for (const wire::Request& request : sent) {
      collects += request.has_collect();
      say(request.has_collect() ? caught_up(request) : done(request));
    }
    sent = after();
  }
  EXPECT_EQ(collects, limits::proofs_per_connection_max);
  EXPECT_TRUE(session_->trouble());
  EXPECT_TRUE(session_->at_rest());
}

TEST_F(LaneTest, PingKeepsASilentConnectionOpen) {
  host_.wanted = {{mailbox(1), 0}};
  const auto sent = open(live);
  after(done(sent[0]), caught_up(sent[1]));
  session_->ping();
  const auto ping = after();
  ASSERT_THAT(kinds(ping), ElementsAre(wire::Request::kPing));
  EXPECT_TRUE(session_->awaiting_answer());
  after(done(ping[0]));
  EXPECT_FALSE(session_->awaiting_answer());
}

TEST_F(LaneTest, DeliveryOutOfOrderOrTwiceEndsTheConnection) {
  for (const std::uint64_t seq : {8u, 7u, 5u}) {
    host_.wanted = {{mailbox(1), 5}};
    const auto sent = open(once);
    EXPECT_EQ(end_after(done(sent[0]), delivery(sent[1], 8), delivery(sent[1], seq)),
              Errc::malformed);
  }
}

TEST_F(LaneTest, DeliveryThatIsNoNewerThanWhatWasAskedForEndsTheConnection) {
  host_.wanted = {{mailbox(1), 5}};
  const auto sent = open(once);
  EXPECT_EQ(end_after(done(sent[0]), delivery(sent[1], 5)), Errc::malformed);
}

TEST_F(LaneTest, DeliveryOfAnImpossibleSizeEndsTheConnection) {
  host_.wanted = {{mailbox(1), 0}};
  const auto sent = open(once);
  EXPECT_EQ(end_after(done(sent[0]), delivery(sent[1], 5, 2047)), Errc::malformed);
}

TEST_F(LaneTest, CaughtUpTwiceOrOfAnotherStoreEndsTheConnection) {
  host_.wanted = {{mailbox(1), 0}};
  auto sent = open(live);
  EXPECT_EQ(end_after(caught_up(sent[1]), caught_up(sent[1])), Errc::malformed);
  sent = open(live);
  EXPECT_EQ(end_after(caught_up(sent[1], 'x')), Errc::malformed);
}

}  // namespace
}  // namespace porchlight::client
