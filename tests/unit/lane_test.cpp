// client/core/lane and client/core/errand against scripted answers and a scripted core.
#include "client/core/lane.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/core/errand.hpp"
#include "proto/wire/frame.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

SigningSeed seed(Byte fill) {
  SigningSeed seed;
  for (Byte& byte : seed.fill()) byte = fill;
  return seed;
}

wire::MailboxAddress mailbox(Byte number) {
  wire::MailboxAddress address;
  address.collect_key = *VerifyKey::from(Bytes(32, number));
  return address;
}

std::string name_of(const MailboxId& id) {
  for (Byte number = 1; number < 250; ++number) {
    if (mailbox(number).id() == id) return "m" + std::to_string(number);
  }
  return "?";
}

/// A core that does as it is told and writes down what it is told.
class ScriptedHost final : public LaneHost, public ErrandHost {
 public:
  std::vector<Subscription> subscriptions() override { return wanted; }
  std::vector<OutboxItem> outbox() override { return queue; }
  std::vector<Erasure> erasures() override { return useless; }
  Result<SpendOrder> spend_order() override {
    if (tokens == 0) return Error{Errc::no_tokens, "No tokens."};
    wire::Token token;
    token.set_kind(wire::TOKEN_KIND_SESSION);
    return SpendOrder{token, *SpendId::from(Bytes(16, static_cast<Byte>(tokens)))};
  }
  Result<Signature> prove(const wire::MailboxAddress& address, wire::MailboxRight,
                          const Challenge&) override {
    if (address.id() == unprovable) return Error{Errc::not_found, "No such key."};
    return Signature{};
  }
  void on_relay_facts(const RelayFacts& facts) override {
    events.push_back("facts " + std::to_string(facts.token_keys.size()));
  }
  void on_budget(const SpendId&, const wire::Budget& left) override {
    events.push_back("budget " + std::to_string(left.drops()));
    if (left.drops() == 0 && left.proofs() == 0) --tokens;
  }
  void on_spend_refused(const SpendId&) override {
    events.push_back("spend refused");
    --tokens;
  }
  void on_delivery(const MailboxId& from, std::uint64_t seq, ByteView) override {
    events.push_back(name_of(from) + " delivers " + std::to_string(seq));
    for (Subscription& subscription : wanted) {
      if (subscription.address.id() == from) subscription.after_seq = seq;
    }
  }
  void on_caught_up(const MailboxId& in, const Incarnation&) override {
    events.push_back(name_of(in) + " caught up");
  }
  void on_dropped(OutboxId id, std::uint64_t seq) override {
    events.push_back("item " + std::to_string(id) + " stored at " + std::to_string(seq));
    std::erase_if(queue, [&](const OutboxItem& item) { return item.id == id; });
  }
  void on_drop_refused(OutboxId id, const wire::Failure& failure) override {
    events.push_back("item " + std::to_string(id) + " refused " + std::to_string(failure.code()));
  }
  void on_erased(const MailboxId& in, std::uint64_t) override {
    events.push_back(name_of(in) + " erased");
    std::erase_if(useless, [&](const Erasure& erasure) { return erasure.address.id() == in; });
  }
  Result<wire::Request> errand_request(const Challenge&) override {
    wire::Request request;
    request.mutable_enroll();
    return request;
  }
  void on_errand_answer(const wire::Answer& answer) override {
    events.push_back(answer.has_failure() ? "errand refused" : "errand done");
  }
  Status persist() override {
    events.push_back("kept");
    if (disk_full) return Error{Errc::full, "The disk is full."};
    return Ok{};
  }

  void queue_item(OutboxId id, Byte to, std::size_t size = 2048) {
    queue.push_back({id, mailbox(to), Bytes(size), std::nullopt});
  }

  std::vector<Subscription> wanted;
  std::vector<OutboxItem> queue;
  std::vector<Erasure> useless;
  std::optional<MailboxId> unprovable;
  unsigned tokens = 9;
  bool disk_full = false;
  std::vector<std::string> events;
};

class LaneTest : public testing::Test {
 protected:
  LaneTest() { crypto_init(); }

  static constexpr auto once = LaneSession::Extent::until_caught_up;
  static constexpr auto live = LaneSession::Extent::live;

  void connect(LaneSession::Extent extent) { session_.emplace(host_, relay_.verify_key(), extent); }
  wire::Answer relay_info() {
    wire::Answer answer;
    wire::RelayInfo& info = *answer.mutable_relay_info();
    info.add_versions(1);
    for (const auto kind : {wire::TOKEN_KIND_SESSION, wire::TOKEN_KIND_ENROLL_MEMBER}) {
      info.add_token_keys(token_key(kind, 7, relay_));
    }
    info.mutable_caps()->set_ordinary_days(7);
    info.set_incarnation(std::string(16, 'i'));
    info.set_challenge(std::string(32, 'c'));
    return answer;
  }
  static std::string token_key(wire::TokenKind kind, Byte fill, const SigningKey& signer) {
    wire::TokenKey key;
    key.set_kind(kind);
    key.set_week(1);
    key.set_public_key(std::string(32, static_cast<char>(fill)));
    return to_string(
        wire::make_signed(wire::label::token_key, as_bytes(key.SerializeAsString()), signer));
  }
  static wire::Answer answer_to(const wire::Request& request) {
    wire::Answer answer;
    answer.set_id(request.id());
    return answer;
  }
  static wire::Answer done(const wire::Request& request) {
    wire::Answer answer = answer_to(request);
    answer.mutable_done();
    return answer;
  }
  static wire::Answer budget(const wire::Request& request, std::uint32_t drops = 64) {
    wire::Answer answer = answer_to(request);
    answer.mutable_budget()->set_drops(drops);
    answer.mutable_budget()->set_drop_bytes(1 << 20);
    answer.mutable_budget()->set_proofs(64);
    return answer;
  }
  static wire::Answer dropped(const wire::Request& request, std::uint64_t seq) {
    wire::Answer answer = answer_to(request);
    answer.mutable_dropped()->set_seq(seq);
    return answer;
  }
  static wire::Answer failure(const wire::Request& request, wire::FailureCode code) {
    wire::Answer answer = answer_to(request);
    answer.mutable_failure()->set_code(code);
    return answer;
  }
  static wire::Answer delivery(const wire::Request& request, std::uint64_t seq,
                               std::size_t size = 2048) {
    wire::Answer answer = answer_to(request);
    answer.mutable_delivery()->set_seq(seq);
    answer.mutable_delivery()->set_envelope(std::string(size, 'e'));
    return answer;
  }
  static wire::Answer caught_up(const wire::Request& request, char incarnation = 'i') {
    wire::Answer answer = answer_to(request);
    answer.mutable_caught_up()->set_incarnation(std::string(16, incarnation));
    return answer;
  }

  void say(const wire::Answer& answer) { session_->on_frame(as_bytes(answer.SerializeAsString())); }
  template <class Session>
  static Result<std::vector<wire::Request>> step(Session& session) {
    TRY(const std::string output, session.step());
    std::vector<wire::Request> requests;
    std::string_view rest = output;
    while (!rest.empty()) {
      std::size_t size = 0;
      for (const char byte : rest.substr(0, 4)) size = size << 8 | static_cast<Byte>(byte);
      requests.emplace_back().ParseFromArray(rest.data() + 4, static_cast<int>(size));
      rest.remove_prefix(4 + size);
    }
    return requests;
  }
  /// What leaves after `answers`; the connection must go on.
  template <class... Answers>
  std::vector<wire::Request> after(const Answers&... answers) {
    (say(answers), ...);
    auto requests = step(*session_);
    EXPECT_TRUE(requests.ok()) << requests.error().what;
    return requests.ok() ? *requests : std::vector<wire::Request>{};
  }
  /// How the connection ends after `answers`.
  template <class... Answers>
  std::optional<Errc> end_after(const Answers&... answers) {
    (say(answers), ...);
    const auto output = session_->step();
    if (output.ok()) return std::nullopt;
    return output.error().code;
  }
  /// Greeted and paid; gives what leaves then.
  std::vector<wire::Request> open(LaneSession::Extent extent, std::uint32_t drops = 64) {
    connect(extent);
    const auto spend = after(relay_info());
    EXPECT_EQ(spend.size(), 1u);
    EXPECT_TRUE(spend.at(0).has_spend());
    auto next = after(budget(spend.at(0), drops));
    host_.events.clear();
    return next;
  }
  static std::vector<int> kinds(const std::vector<wire::Request>& requests) {
    std::vector<int> kinds;
    for (const auto& request : requests) kinds.push_back(request.op_case());
    return kinds;
  }
  std::vector<std::string> take_events() {
    auto events = std::exchange(host_.events, {});
    std::erase(events, "kept");
    return events;
  }

  SigningKey relay_{seed(1)};
  ScriptedHost host_;
  std::optional<LaneSession> session_;
};

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
