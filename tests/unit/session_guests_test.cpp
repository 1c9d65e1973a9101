// Guests at a session (clause 6.7): what a solved puzzle opens, and everything that it does not.
#include "proto/wire/puzzle.hpp"
#include "session_fixture.hpp"

namespace porchlight::relay {
namespace {

using namespace testing;
using wire::mailbox_flag::erasable;
using wire::mailbox_flag::guest;

wire::Request ask() {
  wire::Request request;
  request.mutable_ask_puzzle();
  return request;
}

wire::Request solution(const PuzzleNonce& nonce) {
  wire::Request request;
  request.mutable_solve()->set_nonce(nonce.str());
  return request;
}

class Guests : public ::testing::Test {
 protected:
  std::uint32_t announced(TestConnection& at) { return at.ask(ask()).puzzle().bits(); }
  PuzzleNonce solve(const TestConnection& at, std::uint32_t bits) {
    return *wire::solve({relay.context.identity, at.session.challenge(), bits});
  }
  /// One that has so many leading zeros and no more.
  PuzzleNonce solve_no_better(const TestConnection& at, std::uint32_t bits) {
    for (Byte number = 0;; ++number) {
      PuzzleNonce nonce;
      nonce.data()[7] = number;
      const auto solves = [&](std::uint32_t zeros) {
        return wire::solves({relay.context.identity, at.session.challenge(), zeros}, nonce);
      };
      if (solves(bits) && !solves(bits + 1)) return nonce;
    }
  }
  void enter(TestConnection& at) {
    const auto nonce = solve(at, announced(at));
    ASSERT_TRUE(at.ask(solution(nonce)).has_done());
  }

  TestRelay relay;
  TestConnection connection{relay};
  TestMailbox parcel{1, guest | erasable};
  TestMailbox other{5, guest};
  TestMailbox board = TestMailbox::open_to_all(9, guest);
  TestMailbox ordinary = TestMailbox::open_to_all(11);
};

TEST_F(Guests, CollectOneMailboxOfTheirsOnceAndDropFourSmallEnvelopes) {
  enter(connection);
  EXPECT_TRUE(connection.ask(connection.prove_collect(parcel)).has_done());
  EXPECT_TRUE(connection.ask(connection.prove_collect(parcel)).has_done());  // the same again
  connection.send(TestConnection::collect(parcel));
  EXPECT_EQ(connection.deliveries.size(), 1u);
  EXPECT_EQ(connection.failure(TestConnection::collect(parcel)), wire::FAILURE_NO_BUDGET);
  EXPECT_EQ(connection.failure(connection.prove_collect(other)), wire::FAILURE_NO_BUDGET);
  for (const char fill : {'a', 'b', 'c', 'd'}) {
    EXPECT_TRUE(connection.ask(TestConnection::drop(board, fill)).has_dropped());
  }
  EXPECT_EQ(connection.failure(TestConnection::drop(board, 'e')), wire::FAILURE_NO_BUDGET);
}

TEST_F(Guests, PayNothingForWhatIsThereAlready) {
  enter(connection);
  const auto first = connection.ask(TestConnection::drop(board, 'a')).dropped().seq();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(connection.ask(TestConnection::drop(board, 'a')).dropped().seq(), first);
  }
  wire::Request conditional = TestConnection::drop(board, 'z');
  conditional.mutable_drop()->set_if_last(7);
  EXPECT_EQ(connection.failure(conditional), wire::FAILURE_NOT_LAST);
  for (const char fill : {'b', 'c', 'd'}) {
    EXPECT_TRUE(connection.ask(TestConnection::drop(board, fill)).has_dropped());
  }
  EXPECT_EQ(connection.failure(TestConnection::drop(board, 'e')), wire::FAILURE_NO_BUDGET);
}

TEST_F(Guests, ProveTheDropKeyWhereThereIsOne) {
  enter(connection);
  EXPECT_EQ(connection.failure(TestConnection::drop(parcel)), wire::FAILURE_NOT_AUTHORISED);
  EXPECT_TRUE(connection.ask(connection.prove_drop(parcel)).has_done());
  EXPECT_TRUE(connection.ask(TestConnection::drop(parcel)).has_dropped());
  for (Byte number = 20; number < 26; number += 2) {
    EXPECT_TRUE(connection.ask(connection.prove_drop(TestMailbox(number, guest))).has_done());
  }
  EXPECT_EQ(connection.failure(connection.prove_drop(TestMailbox(30, guest))),
            wire::FAILURE_NO_BUDGET);
}

TEST_F(Guests, AreStrangersToEveryOtherMailboxAndSize) {
  enter(connection);
  const TestMailbox closed(13, erasable);
  EXPECT_EQ(connection.failure(TestConnection::drop(ordinary)), wire::FAILURE_NO_BUDGET);
  EXPECT_EQ(connection.failure(connection.prove_collect(ordinary)), wire::FAILURE_NO_BUDGET);
  EXPECT_EQ(connection.failure(connection.prove_drop(closed)), wire::FAILURE_NO_BUDGET);
  EXPECT_EQ(connection.failure(TestConnection::collect(ordinary)), wire::FAILURE_NOT_AUTHORISED);
  EXPECT_EQ(connection.failure(TestConnection::drop(board, 'x', 16'384)), wire::FAILURE_NO_BUDGET);
  EXPECT_EQ(connection.failure(TestConnection::drop(board, 'x', 65'536)), wire::FAILURE_NO_BUDGET);
  EXPECT_TRUE(connection.ask(TestConnection::drop(board)).has_dropped());  // nothing was used up
}

TEST_F(Guests, EraseNothing) {
  enter(connection);
  ASSERT_TRUE(connection.ask(connection.prove_collect(parcel)).has_done());
  EXPECT_EQ(connection.failure(TestConnection::erase(parcel)), wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(Guests, WithoutASolutionMayDoNothing) {
  EXPECT_EQ(connection.failure(connection.prove_collect(parcel)), wire::FAILURE_NO_BUDGET);
  EXPECT_EQ(connection.failure(TestConnection::drop(board)), wire::FAILURE_NO_BUDGET);
  announced(connection);
  EXPECT_EQ(connection.failure(connection.prove_collect(parcel)), wire::FAILURE_NO_BUDGET);
  EXPECT_EQ(connection.failure(TestConnection::drop(board)), wire::FAILURE_NO_BUDGET);
}

TEST_F(Guests, CannotUseASolutionOfAnotherConnection) {
  const auto nonce = solve(connection, announced(connection));
  TestConnection second(relay);
  announced(second);
  EXPECT_EQ(second.failure(solution(nonce)), wire::FAILURE_NOT_AUTHORISED);
  EXPECT_EQ(second.failure(connection.prove_collect(parcel)), wire::FAILURE_NO_BUDGET);
}

TEST_F(Guests, CannotUseASolutionForAnotherRelay) {
  const std::uint32_t bits = announced(connection);
  RelayIdentity elsewhere = relay.context.identity;
  elsewhere.data()[0] ^= 1;
  const auto nonce = *wire::solve({elsewhere, connection.session.challenge(), bits});
  EXPECT_EQ(connection.failure(solution(nonce)), wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(Guests, CannotUseASolutionOfAnEasierPuzzle) {
  announced(connection);
  EXPECT_EQ(connection.failure(solution(solve_no_better(connection, 2))),
            wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(Guests, AskBeforeTheySolve) {
  const auto nonce = solve(connection, limits::puzzle_bits_min);
  EXPECT_EQ(connection.failure(solution(nonce)), wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(Guests, ThatKeepFailingAreSentAway) {
  announced(connection);
  const auto wrong = solution(solve_no_better(connection, 1));
  for (std::size_t i = 0; i < limits::refusals_per_connection_max; ++i) {
    EXPECT_FALSE(connection.closed);
    EXPECT_EQ(connection.failure(wrong), wire::FAILURE_NOT_AUTHORISED);
  }
  EXPECT_TRUE(connection.closed);
}

TEST_F(Guests, WithANonceOfAnotherSizeAreSentAway) {
  wire::Request request;
  request.mutable_solve()->set_nonce(bytes(9));
  EXPECT_EQ(connection.failure(request), wire::FAILURE_MALFORMED);
  EXPECT_TRUE(connection.closed);
}

TEST_F(Guests, BecomeGuestsOncePerConnection) {
  enter(connection);
  for (const char fill : {'a', 'b', 'c', 'd'}) connection.ask(TestConnection::drop(board, fill));
  enter(connection);
  EXPECT_EQ(connection.failure(TestConnection::drop(board, 'e')), wire::FAILURE_NO_BUDGET);
  TestConnection next(relay);
  enter(next);
  EXPECT_TRUE(next.ask(TestConnection::drop(board, 'e')).has_dropped());
}

TEST_F(Guests, WhoSpendATokenAreLikeEverybodyElse) {
  enter(connection);
  ASSERT_TRUE(connection.ask(TestConnection::spend(relay.mint())).has_budget());
  EXPECT_TRUE(connection.ask(TestConnection::drop(ordinary)).has_dropped());
  EXPECT_TRUE(connection.ask(TestConnection::drop(board, 'x', 65'536)).has_dropped());
  for (const TestMailbox* mailbox : {&parcel, &other, &ordinary}) {
    EXPECT_TRUE(connection.ask(connection.prove_collect(*mailbox)).has_done());
  }
  EXPECT_TRUE(connection.ask(TestConnection::erase(parcel)).has_done());
}

TEST_F(Guests, StayGuestsWhenTheirTokenIsRefused) {
  enter(connection);
  const auto token = relay.mint();
  TestConnection owner(relay);
  owner.ask(TestConnection::spend(token, 'o'));
  EXPECT_EQ(connection.failure(TestConnection::spend(token, 'g')), wire::FAILURE_NOT_AUTHORISED);
  EXPECT_TRUE(connection.ask(TestConnection::drop(board)).has_dropped());
  EXPECT_EQ(connection.failure(TestConnection::drop(ordinary)), wire::FAILURE_NO_BUDGET);
}

TEST_F(Guests, GetNothingForATokenThatIsRefusedInTheEnd) {
  const auto token = relay.mint();
  TestConnection owner(relay);
  owner.ask(TestConnection::spend(token, 'o'));
  owner.ask(owner.prove_drop(parcel));
  ASSERT_TRUE(owner.ask(TestConnection::drop(parcel)).has_dropped());
  enter(connection);
  ASSERT_TRUE(connection.ask(connection.prove_collect(parcel)).has_done());
  connection.send(TestConnection::collect(parcel));
  // All at once, before anybody knows that the token was spent.
  connection.answers.clear();
  connection.send(TestConnection::spend(token, 'g'));
  connection.send(TestConnection::collect(parcel));
  connection.send(TestConnection::erase(parcel));
  connection.send(TestConnection::drop(ordinary));
  connection.commit();
  EXPECT_EQ(connection.deliveries.size(), 1u);
  ASSERT_EQ(connection.answers.size(), 4u);
  for (const wire::Answer& answer : connection.answers) EXPECT_TRUE(answer.has_failure());
  // What lies there lies there still.
  EXPECT_TRUE(owner.ask(owner.prove_collect(parcel)).has_done());
  wire::Request again = TestConnection::drop(parcel, 'y');
  again.mutable_drop()->set_if_last(0);
  EXPECT_EQ(owner.failure(again), wire::FAILURE_NOT_LAST);
}

TEST_F(Guests, AreNotNeededWhereATokenPays) {
  connection.ask(TestConnection::spend(relay.mint()));
  EXPECT_TRUE(connection.ask(connection.prove_drop(parcel)).has_done());
  EXPECT_TRUE(connection.ask(TestConnection::drop(parcel, 'x', 16'384)).has_dropped());
}

TEST_F(Guests, AreNotLetInWhereTheOperatorWantsNone) {
  EXPECT_EQ(connection.session.greeting(noon).relay_info().caps().guest_drops(), 4u);
  relay.context.policy.guest_drops = 0;
  EXPECT_EQ(connection.session.greeting(noon).relay_info().caps().guest_drops(), 0u);
  EXPECT_EQ(connection.failure(ask()), wire::FAILURE_UNSUPPORTED);
  EXPECT_EQ(connection.failure(solution(PuzzleNonce{})), wire::FAILURE_UNSUPPORTED);
}

TEST_F(Guests, FindAHarderPuzzleWhenManyCame) {
  EXPECT_EQ(announced(connection), limits::puzzle_bits_min);
  for (std::uint32_t i = 0; i < limits::guests_free; ++i) relay.context.guests.admit(noon);
  // Who was told already is not told otherwise.
  EXPECT_EQ(announced(connection), limits::puzzle_bits_min);
  TestConnection next(relay);
  EXPECT_EQ(announced(next), limits::puzzle_bits_min + 1);
  enter(next);
  EXPECT_EQ(relay.context.guests.lately(noon), limits::guests_free + 1);
}

TEST(PuzzleDifficulty, GrowsWithEachDoublingUpToALimit) {
  EXPECT_EQ(puzzle_bits(0), 16u);
  EXPECT_EQ(puzzle_bits(127), 16u);
  EXPECT_EQ(puzzle_bits(128), 17u);
  EXPECT_EQ(puzzle_bits(255), 17u);
  EXPECT_EQ(puzzle_bits(256), 18u);
  EXPECT_EQ(puzzle_bits(1'024), 20u);
  EXPECT_EQ(puzzle_bits(UINT32_MAX), 20u);
}

TEST(PuzzleDifficulty, ForgetsGuestsAfterAWhileAndSurvivesClocks) {
  using namespace std::chrono_literals;
  GuestLoad load;
  for (int i = 0; i < 300; ++i) load.admit(noon);
  EXPECT_EQ(load.lately(noon), 300u);
  EXPECT_EQ(load.lately(noon + 10min), 300u);
  load.admit(noon + 10min);
  EXPECT_EQ(load.lately(noon + 10min), 301u);
  EXPECT_EQ(load.lately(noon + 20min), 1u);
  EXPECT_EQ(load.lately(noon + 30min), 0u);
  EXPECT_EQ(load.lately(noon - 30min), 0u);
  load.admit(noon - 30min);
  EXPECT_EQ(load.lately(noon - 30min), 1u);
}

}  // namespace
}  // namespace porchlight::relay
