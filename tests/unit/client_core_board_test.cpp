#include <gtest/gtest.h>

#include "tests/unit/board_maker.hpp"

namespace porchlight::client {
namespace {

using Standing = SightingView::Standing;

TEST(Board, FollowsASightingFromReportToClosure) {
  BoardMaker maker;
  const MessageId id = maker.report();
  EXPECT_EQ(maker.view(id).standing, Standing::open);
  maker.about(id, "Cleo").mutable_claim()->set_eta_minutes(15);
  maker.about(id, "Ana").mutable_claim();
  EXPECT_EQ(maker.view(id).standing, Standing::claimed);
  EXPECT_EQ(maker.view(id).claimed_by, "Cleo");  // the first has it
  EXPECT_EQ(maker.view(id).eta_minutes, 15u);
  maker.outcome(id, wire::OUTCOME_CONFIRMED);
  EXPECT_EQ(maker.view(id).standing, Standing::confirmed);
  EXPECT_EQ(maker.view(id).outcome_by, "Ana");
  maker.about(id, "Ana").mutable_closure()->set_note("all left");
  EXPECT_EQ(maker.view(id).standing, Standing::closed);
  maker.outcome(id, wire::OUTCOME_GONE);
  EXPECT_EQ(maker.view(id).standing, Standing::closed);
  EXPECT_EQ(maker.view(id).closing_note, "all left");
}

TEST(Board, TakesTheLastOutcome) {
  BoardMaker maker;
  const MessageId id = maker.report();
  maker.outcome(id, wire::OUTCOME_CONFIRMED);
  maker.outcome(id, wire::OUTCOME_NOT_ENFORCEMENT);
  EXPECT_EQ(maker.view(id).standing, Standing::dismissed);
}

TEST(Board, FoldsDuplicates) {
  BoardMaker maker;
  const MessageId original = maker.report();
  const MessageId again = maker.report();
  const MessageId itself = maker.report();
  maker.outcome(again, wire::OUTCOME_DUPLICATE, original);
  maker.outcome(itself, wire::OUTCOME_DUPLICATE, itself);
  EXPECT_EQ(maker.view(original).duplicates, std::vector<MessageId>{again});
  EXPECT_EQ(maker.view(again).standing, Standing::dismissed);
  EXPECT_TRUE(maker.view(itself).duplicates.empty());
}

TEST(Board, DoesNotMindAVerificationBeforeItsReport) {
  BoardMaker maker;
  const MessageId id = maker.report();
  maker.outcome(id, wire::OUTCOME_CONFIRMED);
  std::swap(maker.messages[0], maker.messages[1]);
  EXPECT_EQ(maker.view(id).standing, Standing::confirmed);
}

TEST(Board, IgnoresWhatIsAboutNothing) {
  BoardMaker maker;
  maker.outcome(MessageId{}, wire::OUTCOME_CONFIRMED);
  EXPECT_TRUE(maker.make().sightings.empty());
}

TEST(Board, KeepsTheFirstReportOfAnId) {
  BoardMaker maker;
  const MessageId id = maker.report();
  maker.report();
  maker.messages[1].id = id;
  maker.messages[1].body.mutable_sighting()->set_activity("something else");
  ASSERT_EQ(maker.make().sightings.size(), 1u);
  EXPECT_EQ(maker.view(id).report.body.sighting().activity(), "a van");
}

TEST(Board, FindsByShortNames) {
  BoardMaker maker;
  for (int i = 0; i < 50; ++i) maker.report();
  const Board board = maker.make();
  for (const SightingView& view : board.sightings) {
    EXPECT_EQ(board.find(view.short_id), &view);
    EXPECT_EQ(board.find(view.short_id.substr(2)), &view);
  }
  EXPECT_EQ(board.find("S-"), nullptr);
  EXPECT_EQ(board.find(""), nullptr);
}

TEST(Board, GivesLongNamesToThoseAloneThatAreMadeToLookAlike) {
  BoardMaker maker;
  for (int i = 0; i < 5; ++i) maker.report();
  MessageId twin = maker.messages[0].id;
  Bytes bytes = to_bytes(twin.view());
  bytes[14] ^= 1;
  maker.messages[1].id = *MessageId::from(bytes);
  const Board board = maker.make();
  std::size_t long_names = 0;
  for (const SightingView& view : board.sightings) {
    long_names += view.short_id.size() > 7;
    EXPECT_EQ(board.find(view.short_id), &view);
  }
  EXPECT_EQ(long_names, 2u);
}

}  // namespace
}  // namespace porchlight::client
