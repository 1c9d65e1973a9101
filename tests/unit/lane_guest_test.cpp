// client/core/lane against scripted answers: coming in by a puzzle, and trying an event's tokens.
#include "proto/wire/puzzle.hpp"
#include "proto/wire/relay_address.hpp"
#include "tests/unit/lane_fixture.hpp"

namespace porchlight::client {
namespace {

class GuestLane : public LaneTest {
 protected:
  GuestLane() {
    wire::MailboxAddress parcel = mailbox(1);
    parcel.flags = wire::mailbox_flag::guest;
    host_.wanted = {{parcel, 0}};
  }
  static wire::Answer puzzle(const wire::Request& request, std::uint32_t bits) {
    wire::Answer answer = answer_to(request);
    answer.mutable_puzzle()->set_bits(bits);
    return answer;
  }
  /// Greeted; gives the question for the puzzle.
  wire::Request asked() {
    connect(once);
    const auto sent = after(relay_info());
    EXPECT_THAT(kinds(sent), ElementsAre(wire::Request::kAskPuzzle));
    return sent.at(0);
  }
};

TEST_F(GuestLane, SolvesTheRelaysPuzzleAndCollectsWithoutAToken) {
  const auto question = asked();
  const auto solved = after(puzzle(question, 8));
  ASSERT_THAT(kinds(solved), ElementsAre(wire::Request::kSolve));
  EXPECT_TRUE(
      wire::solves({wire::relay_identity(relay_.verify_key()), *Challenge::from(Bytes(32, 'c')), 8},
                   *PuzzleNonce::from(as_bytes(solved[0].solve().nonce()))));
  const auto collects = after(done(solved[0]));
  ASSERT_THAT(kinds(collects), ElementsAre(wire::Request::kProve, wire::Request::kCollect));
  after(done(collects[0]), delivery(collects[1], 7), caught_up(collects[1]));
  EXPECT_TRUE(session_->at_rest());
  EXPECT_EQ(host_.tokens, 9u);
}

TEST_F(GuestLane, WorksOnNoPuzzleThatIsTooHard) {
  EXPECT_EQ(end_after(puzzle(asked(), limits::puzzle_bits_max + 1)), Errc::refused);
}

TEST_F(GuestLane, PaysWithATokenWhereGuestsAreNotLetIn) {
  const auto sent = after(failure(asked(), wire::FAILURE_UNSUPPORTED));
  EXPECT_THAT(kinds(sent), ElementsAre(wire::Request::kSpend));
}

TEST_F(GuestLane, SaysSoWhereGuestsAreNotLetInAndThereIsNoToken) {
  host_.tokens = 0;
  EXPECT_TRUE(after(failure(asked(), wire::FAILURE_UNSUPPORTED)).empty());
  ASSERT_TRUE(session_->at_rest() && session_->trouble());
  EXPECT_NE(session_->trouble()->what.find("lets no guests in"), std::string::npos);
}

TEST_F(GuestLane, EndsWhenItsSolutionOrItsCollectIsRefused) {
  auto solved = after(puzzle(asked(), 4));
  EXPECT_EQ(end_after(failure(solved[0], wire::FAILURE_NOT_AUTHORISED)), Errc::refused);
  solved = after(puzzle(asked(), 4));
  const auto collects = after(done(solved[0]));
  EXPECT_EQ(end_after(done(collects[0]), failure(collects[1], wire::FAILURE_NO_BUDGET)),
            Errc::no_tokens);
}

TEST_F(GuestLane, BelievesNoPuzzleThatItDidNotAskFor) {
  host_.wanted[0].address.flags = 0;
  connect(once);
  const auto spend = after(relay_info());
  EXPECT_EQ(end_after(puzzle(spend[0], 4)), Errc::malformed);
}

TEST_F(GuestLane, SpendsATokenWhereThereIsOtherWorkToo) {
  host_.queue_item(1, 2);
  connect(once);
  EXPECT_THAT(kinds(after(relay_info())), ElementsAre(wire::Request::kSpend));
}

/// A core with an event's bundles: others may have spent each of them.
class ContestedLane : public LaneTest {
 protected:
  ContestedLane() { host_.contested = true; }
};

TEST_F(ContestedLane, TriesOneAfterTheOtherUntilOneIsTaken) {
  host_.queue_item(1, 1);
  connect(once);
  auto sent = after(relay_info());
  for (int i = 0; i < 6; ++i) {
    ASSERT_THAT(kinds(sent), ElementsAre(wire::Request::kSpend));
    sent = after(failure(sent[0], wire::FAILURE_NOT_AUTHORISED));
  }
  EXPECT_THAT(kinds(after(budget(sent[0]))), ElementsAre(wire::Request::kDrop));
  EXPECT_FALSE(session_->must_begin_anew());
}

TEST_F(ContestedLane, StopsBeforeTheRelayLosesPatienceAndGoesOnElsewhere) {
  host_.queue_item(1, 1);
  host_.tokens = 20;
  connect(once);
  auto sent = after(relay_info());
  std::size_t refused = 0;
  for (; !sent.empty(); ++refused) sent = after(failure(sent[0], wire::FAILURE_NOT_AUTHORISED));
  EXPECT_EQ(refused, limits::refusals_per_connection_max - 1);
  EXPECT_TRUE(session_->at_rest());
  EXPECT_TRUE(session_->must_begin_anew());
  connect(once);
  EXPECT_THAT(kinds(after(relay_info())), ElementsAre(wire::Request::kSpend));
}

}  // namespace
}  // namespace porchlight::client
