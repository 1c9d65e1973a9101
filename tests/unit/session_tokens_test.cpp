// Tokens and accounts at a session (clause 6): spending, issuing, enrolling, and the keyring.
#include <set>

#include "session_fixture.hpp"
#include "vectors.hpp"

namespace porchlight::relay {
namespace {

using namespace std::chrono_literals;
using namespace testing;

class SessionTokens : public ::testing::Test {
 protected:
  // What a client does with an answer to Issue, under the relay's published key.
  Result<std::vector<voprf::Output>> finalize(const wire::Issued& issued,
                                              const TestBlinded& blinded, TokenKind kind) {
    voprf::Evaluation evaluation;
    for (const std::string& element : issued.evaluated()) {
      evaluation.elements.push_back(*voprf::Element::from(element));
    }
    evaluation.proof = *voprf::Proof::from(issued.proof());
    std::vector<ByteView> inputs;
    for (const TokenNonce& nonce : blinded.nonces) inputs.push_back(nonce.view());
    return voprf::finalize(inputs, blinded.blinded, evaluation,
                           relay.context.keyring->signing_key(kind, relay.now)->public_key);
  }
  wire::Token token_of(const TokenNonce& nonce, const voprf::Output& output, TokenKind kind) {
    wire::Token token;
    token.set_kind(wire_kind(kind));
    token.set_week(wire::token_week(relay.now));
    token.set_nonce(nonce.str());
    token.set_output(to_string(output.view().first(32)));
    return token;
  }

  TestRelay relay;
  TestConnection connection{relay};
  SigningKey account = key(50);
  TestMailbox inbox = TestMailbox::open_to_all(3);
};

// ---- spending (6.3) -------------------------------------------------------------------------

TEST_F(SessionTokens, BuysABudget) {
  const auto budget = connection.ask(TestConnection::spend(relay.mint())).budget();
  EXPECT_EQ(budget.drops(), 64u);
  EXPECT_EQ(budget.drop_bytes(), 1u << 20);
  EXPECT_EQ(budget.proofs(), limits::session_proofs);
}

TEST_F(SessionTokens, ResumesABudgetOnAnotherConnection) {
  const wire::Token token = relay.mint();
  connection.ask(TestConnection::spend(token));
  connection.ask(TestConnection::drop(inbox));
  TestConnection other(relay);
  EXPECT_EQ(other.ask(TestConnection::spend(token)).budget().drops(), 63u);
  other.ask(TestConnection::drop(inbox, 'y'));
  EXPECT_EQ(connection.ask(TestConnection::spend(token)).budget().drops(), 62u);
}

TEST_F(SessionTokens, RefusesATokenThatWasSpentUnderAnotherId) {
  const wire::Token token = relay.mint();
  connection.ask(TestConnection::spend(token));
  TestConnection thief(relay);
  EXPECT_EQ(thief.failure(TestConnection::spend(token, 't')), wire::FAILURE_NOT_AUTHORISED);
  EXPECT_EQ(thief.failure(TestConnection::drop(inbox)), wire::FAILURE_NO_BUDGET);
}

TEST_F(SessionTokens, DropsNothingThatFollowsARefusedTokenInTheSameFlight) {
  const wire::Token token = relay.mint();
  connection.ask(TestConnection::spend(token));
  TestConnection thief(relay);
  thief.send(TestConnection::spend(token, 't'));
  thief.send(TestConnection::drop(inbox));
  thief.send(thief.prove_collect(inbox));
  thief.send(TestConnection::collect(inbox));
  thief.commit();
  ASSERT_EQ(thief.answers.size(), 4u);
  EXPECT_EQ(thief.answers[0].failure().code(), wire::FAILURE_NOT_AUTHORISED);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(thief.answers[i].failure().code(), wire::FAILURE_NO_BUDGET);
  }
  EXPECT_TRUE(thief.deliveries.empty());
}

TEST_F(SessionTokens, PaysOnWithTheTokenBeforeARefusedOne) {
  const wire::Token taken = relay.mint();
  TestConnection other(relay);
  other.ask(TestConnection::spend(taken));
  connection.ask(TestConnection::spend(relay.mint()));
  EXPECT_EQ(connection.failure(TestConnection::spend(taken, 't')), wire::FAILURE_NOT_AUTHORISED);
  EXPECT_TRUE(connection.ask(TestConnection::drop(inbox)).has_dropped());
}

TEST_F(SessionTokens, RefusesTokensThatAreForgedOrOfAnotherKindOrWeek) {
  const wire::Token good = relay.mint();
  std::vector<wire::Token> tokens(6, good);
  tokens[0].set_output(bytes(32));
  tokens[1].mutable_output()->back() ^= 1;
  tokens[2].mutable_nonce()->front() ^= 1;
  tokens[3].set_week(good.week() + 1);
  tokens[4].set_kind(wire::TOKEN_KIND_ENROLL_MEMBER);
  tokens[5].set_kind(wire::TOKEN_KIND_NONE);
  tokens.push_back(relay.mint(TokenKind::enroll_member));
  tokens.push_back(relay.mint(TokenKind::enroll_inviter));
  tokens.push_back(relay.mint(TokenKind::enroll_member));
  tokens.back().set_kind(wire::TOKEN_KIND_SESSION);
  for (const wire::Token& token : tokens) {
    EXPECT_EQ(connection.failure(TestConnection::spend(token)), wire::FAILURE_NOT_AUTHORISED);
  }
  EXPECT_TRUE(connection.ask(TestConnection::spend(good)).has_budget());
}

TEST_F(SessionTokens, AcceptsLastWeeksTokensButNoOlderOnes) {
  const wire::Token token = relay.mint();
  relay.now += 7 * 24h;
  relay.load_keys();
  EXPECT_TRUE(connection.ask(TestConnection::spend(token)).has_budget());
  EXPECT_EQ(connection.session.greeting(relay.now).relay_info().token_keys_size(), 6);
  relay.now += 7 * 24h;  // even under a keyring that still holds the key
  TestConnection later(relay);
  EXPECT_EQ(later.failure(TestConnection::spend(token)), wire::FAILURE_NOT_AUTHORISED);
  relay.load_keys();
  EXPECT_EQ(connection.session.greeting(relay.now).relay_info().token_keys_size(), 6);
}

// ---- issuing (6.4) --------------------------------------------------------------------------

TEST_F(SessionTokens, IssuesTokensThatCanBeSpent) {
  relay.add_account(account, Role::member);
  const TestBlinded blinded(relay.random, 3);
  const auto answer =
      connection.ask(connection.issue(account, TokenKind::session, blinded.elements));
  ASSERT_TRUE(answer.has_issued());
  const auto outputs = finalize(answer.issued(), blinded, TokenKind::session);
  ASSERT_TRUE(outputs.ok());
  for (std::size_t i = 0; i < 3; ++i) {
    const wire::Token token = token_of(blinded.nonces[i], (*outputs)[i], TokenKind::session);
    EXPECT_TRUE(connection.ask(TestConnection::spend(token)).has_budget());
  }
}

TEST_F(SessionTokens, IssuesTheSameAgainAndNothingElse) {
  relay.add_account(account, Role::member);
  const TestBlinded blinded(relay.random, 2);
  const TestBlinded more(relay.random, 2);
  const auto first =
      connection.ask(connection.issue(account, TokenKind::session, blinded.elements));
  TestConnection other(relay);
  const auto again = other.ask(other.issue(account, TokenKind::session, blinded.elements));
  ASSERT_TRUE(again.has_issued());
  EXPECT_EQ(again.issued().evaluated(0), first.issued().evaluated(0));
  EXPECT_TRUE(finalize(again.issued(), blinded, TokenKind::session).ok());
  EXPECT_EQ(other.failure(other.issue(account, TokenKind::session, more.elements)),
            wire::FAILURE_ALLOTMENT);
}

TEST_F(SessionTokens, IssuesNoMoreThanAnAllotment) {
  relay.add_account(account, Role::inviter);
  const TestBlinded three(relay.random, 3);
  EXPECT_EQ(
      connection.failure(connection.issue(account, TokenKind::enroll_inviter, three.elements)),
      wire::FAILURE_ALLOTMENT);
  // It was not used up by asking for too much.
  const TestBlinded two(relay.random, 2);
  EXPECT_TRUE(connection.ask(connection.issue(account, TokenKind::enroll_inviter, two.elements))
                  .has_issued());
}

TEST_F(SessionTokens, IssuesNothingToStrangersAndEnrollTokensToInvitersAlone) {
  const TestBlinded blinded(relay.random, 1);
  EXPECT_EQ(connection.failure(connection.issue(account, TokenKind::session, blinded.elements)),
            wire::FAILURE_NOT_AUTHORISED);
  relay.add_account(account, Role::member);
  EXPECT_EQ(
      connection.failure(connection.issue(account, TokenKind::enroll_member, blinded.elements)),
      wire::FAILURE_NOT_AUTHORISED);
  relay.add_account(account, Role::inviter);
  EXPECT_TRUE(connection.ask(connection.issue(account, TokenKind::enroll_member, blinded.elements))
                  .has_issued());
}

TEST_F(SessionTokens, CountsTheInvitersWaitInWeeks) {
  connection.ask(connection.enroll(account, relay.mint(TokenKind::enroll_inviter)));
  const TestBlinded blinded(relay.random, 1);
  const auto ask = [&] {
    return connection.failure(
        connection.issue(account, TokenKind::enroll_member, blinded.elements));
  };
  EXPECT_EQ(ask(), wire::FAILURE_NOT_AUTHORISED);
  relay.context.policy.inviter_wait_days = 0;
  EXPECT_EQ(ask(), wire::FAILURE_NONE);
  relay.context.policy.inviter_wait_days = 8;
  for (const auto expected :
       {wire::FAILURE_NOT_AUTHORISED, wire::FAILURE_NOT_AUTHORISED, wire::FAILURE_NONE}) {
    relay.now += 7 * 24h;
    relay.load_keys();
    EXPECT_EQ(ask(), expected);
  }
}

TEST_F(SessionTokens, GivesAnInviterOfAWeeksLastMinuteNothingInItsFirstSevenDays) {
  relay.now = wire::token_week_start(wire::token_week(relay.now) + 1) - 1min;
  connection.ask(connection.enroll(account, relay.mint(TokenKind::enroll_inviter)));
  const TestBlinded blinded(relay.random, 1);
  for (const auto& [later, expected] : {std::pair{1min, wire::FAILURE_NOT_AUTHORISED},
                                        std::pair{7 * 24h - 2min, wire::FAILURE_NOT_AUTHORISED},
                                        std::pair{2min, wire::FAILURE_NONE}}) {
    relay.now += later;
    relay.load_keys();
    TestConnection other(relay);
    EXPECT_EQ(other.failure(other.issue(account, TokenKind::enroll_inviter, blinded.elements)),
              expected);
  }
}

TEST_F(SessionTokens, SignsForTheCurrentWeekAlone) {
  relay.add_account(account, Role::member);
  relay.now += 7 * 24h;
  relay.load_keys();
  const TestBlinded blinded(relay.random, 1);
  const std::uint32_t week = wire::token_week(relay.now);
  for (const std::uint32_t other : {week - 1, week + 1}) {
    EXPECT_EQ(
        connection.failure(connection.issue(account, TokenKind::session, blinded.elements, other)),
        wire::FAILURE_NOT_AUTHORISED);
  }
}

TEST_F(SessionTokens, RefusesAnIssueWithAnythingSwapped) {
  relay.add_account(account, Role::inviter);
  const TestBlinded blinded(relay.random, 2);
  const TestBlinded other(relay.random, 1);
  const wire::Request good = connection.issue(account, TokenKind::session, blinded.elements);
  std::vector<wire::Request> requests(4, good);
  requests[0].mutable_issue()->set_kind(wire::TOKEN_KIND_ENROLL_MEMBER);
  requests[1].mutable_issue()->set_blinded(1, other.elements[0].str());
  requests[2].mutable_issue()->mutable_blinded()->RemoveLast();
  requests[3].mutable_issue()->set_account(key(51).verify_key().str());
  TestConnection elsewhere(relay);
  requests.push_back(elsewhere.issue(account, TokenKind::session, blinded.elements));
  for (const wire::Request& request : requests) {
    EXPECT_EQ(connection.failure(request), wire::FAILURE_NOT_AUTHORISED);
  }
}

TEST_F(SessionTokens, RefusesElementsOutsideTheGroupBeforeAnAllotmentIsUsed) {
  relay.add_account(account, Role::member);
  const TestBlinded blinded(relay.random, 1);
  const voprf::Element identity;
  const voprf::Element outside = *voprf::Element::from(Bytes(32, 0xff));
  for (const voprf::Element& element : {identity, outside}) {
    TestConnection fresh(relay);
    EXPECT_EQ(
        fresh.failure(fresh.issue(account, TokenKind::session, {blinded.elements[0], element})),
        wire::FAILURE_MALFORMED);
    EXPECT_TRUE(fresh.closed);
  }
  EXPECT_TRUE(
      connection.ask(connection.issue(account, TokenKind::session, blinded.elements)).has_issued());
}

TEST_F(SessionTokens, EvaluatesSoOftenOnAConnection) {
  relay.add_account(account, Role::member);
  const TestBlinded blinded(relay.random, 1);
  for (std::size_t i = 0; i < limits::issues_per_connection_max; ++i) {
    EXPECT_TRUE(connection.ask(connection.issue(account, TokenKind::session, blinded.elements))
                    .has_issued());
  }
  EXPECT_EQ(connection.failure(connection.issue(account, TokenKind::session, blinded.elements)),
            wire::FAILURE_BUSY);
}

TEST_F(SessionTokens, DoesNotSignWhenTheWeekEndedBeforeTheCommit) {
  relay.add_account(account, Role::member);
  relay.now = wire::token_week_start(wire::token_week(noon) + 1) - 1s;
  const TestBlinded blinded(relay.random, 1);
  connection.send(connection.issue(account, TokenKind::session, blinded.elements));
  relay.now += 1s;
  relay.load_keys();
  connection.commit();
  ASSERT_EQ(connection.answers.size(), 1u);
  EXPECT_EQ(connection.answers[0].failure().code(), wire::FAILURE_NOT_AUTHORISED);
}

// ---- enrolling (6.5) ------------------------------------------------------------------------

TEST_F(SessionTokens, EnrollsAndAnswersTheSameAgain) {
  const wire::Token token = relay.mint(TokenKind::enroll_member);
  EXPECT_TRUE(connection.ask(connection.enroll(account, token)).has_done());
  TestConnection other(relay);
  EXPECT_TRUE(other.ask(other.enroll(account, token)).has_done());
  EXPECT_EQ(other.failure(other.enroll(key(51), token)), wire::FAILURE_NOT_AUTHORISED);
  const TestBlinded blinded(relay.random, 1);
  EXPECT_TRUE(other.ask(other.issue(account, TokenKind::session, blinded.elements)).has_issued());
}

TEST_F(SessionTokens, EnrollsWithNoOtherToken) {
  wire::Token forged = relay.mint(TokenKind::enroll_member);
  forged.mutable_output()->front() ^= 1;
  wire::Token promoted = relay.mint(TokenKind::enroll_member);
  promoted.set_kind(wire::TOKEN_KIND_ENROLL_INVITER);
  for (const wire::Token& token : {relay.mint(TokenKind::session), forged, promoted}) {
    EXPECT_EQ(connection.failure(connection.enroll(account, token)), wire::FAILURE_NOT_AUTHORISED);
  }
}

TEST_F(SessionTokens, RefusesAnEnrolmentWithAnythingSwapped) {
  const wire::Token token = relay.mint(TokenKind::enroll_member);
  wire::Request stolen = connection.enroll(account, token);
  stolen.mutable_enroll()->set_account(key(51).verify_key().str());
  EXPECT_EQ(connection.failure(stolen), wire::FAILURE_NOT_AUTHORISED);
  wire::Request swapped = connection.enroll(account, token);
  *swapped.mutable_enroll()->mutable_token() = relay.mint(TokenKind::enroll_member);
  EXPECT_EQ(connection.failure(swapped), wire::FAILURE_NOT_AUTHORISED);
  TestConnection other(relay);
  EXPECT_EQ(other.failure(connection.enroll(account, token)), wire::FAILURE_NOT_AUTHORISED);
  EXPECT_TRUE(connection.ask(connection.enroll(account, token)).has_done());
}

// ---- the keyring (6.1) ----------------------------------------------------------------------

TEST(Keyring, DerivesTheKeysOfTheVectors) {
  crypto_init();
  const auto vectors = porchlight::testing::read_vectors("wire.json");
  for (const auto& vector : vectors["token_keys"]) {
    const auto secret = porchlight::testing::from_hex<TokenSecret>(vector["secret"]);
    const auto monday = wire::token_week_start(vector["week"].get<std::uint32_t>());
    const Keyring keyring = Keyring::derive(secret, key(1), monday);
    const auto kind = token_kind(static_cast<wire::TokenKind>(vector["kind"].get<int>()));
    const voprf::KeyPair* pair = keyring.signing_key(*kind, monday);
    ASSERT_NE(pair, nullptr);
    EXPECT_EQ(to_bytes(pair->private_key.reveal()),
              porchlight::testing::unhex(vector["private_key"]));
    EXPECT_EQ(*voprf::public_key(pair->private_key), pair->public_key);
  }
}

TEST(Keyring, StatesTheSameKeysWheneverItIsDerivedAndOthersForEachKindAndWeek) {
  crypto_init();
  const auto secret = numbered_secret<TokenSecret>(1);
  const auto all = [&](const TokenSecret& from, wire::TimePoint now) {
    std::set<Bytes> statements;
    const Keyring keyring = Keyring::derive(from, key(1), now);
    for (const ByteView statement : keyring.statements(now)) statements.insert(to_bytes(statement));
    return statements;
  };
  const auto before = all(secret, noon);
  EXPECT_EQ(before.size(), 2 * all_token_kinds.size());
  EXPECT_EQ(all(secret, noon + 24h), before);
  std::size_t same = 0;
  for (const Bytes& statement : all(secret, noon + 7 * 24h)) same += before.count(statement);
  EXPECT_EQ(same, all_token_kinds.size());
  for (const Bytes& statement : all(numbered_secret<TokenSecret>(2), noon)) {
    EXPECT_FALSE(before.contains(statement));
  }
}

TEST(Keyring, IsCompleteOnlyWithTheKeysOfThisWeek) {
  TestRelay relay;
  const Keyring& keyring = *relay.context.keyring;
  EXPECT_TRUE(keyring.is_complete(noon));
  EXPECT_FALSE(keyring.is_complete(noon + 7 * 24h));
  EXPECT_EQ(keyring.signing_key(TokenKind::session, noon + 7 * 24h), nullptr);
  EXPECT_EQ(keyring.mint(TokenKind::session, noon + 7 * 24h, relay.random).error().code,
            Errc::not_found);
  EXPECT_EQ(keyring.statements(noon - 14 * 24h).size(), 0u);
}

}  // namespace
}  // namespace porchlight::relay
