// Who goes, who goes instead, what was folded, what was taken back: the finer rules of clause 13.3.
#include <gtest/gtest.h>

#include "client/core/bodies.hpp"
#include "client/core/codec.hpp"
#include "client/core/waiting.hpp"
#include "proto/base/limits.hpp"
#include "tests/unit/board_maker.hpp"

namespace porchlight::client {
namespace {

using Standing = SightingView::Standing;
using namespace std::chrono_literals;

// ---- what can be said at all ----------------------------------------------------------------

bool is_sayable(wire::Body body) {
  SeededRandom random(1);
  const TimePoint now(std::chrono::days(20'000));
  const bool sayable = complete_body(body, random, now).ok();
  // A receiver thinks the same of it.
  const wire::Body read = read_body(serialise(body), random.fixed<MessageId>(), now);
  EXPECT_EQ(read.kind_case() != wire::Body::KIND_NOT_SET, sayable);
  return sayable;
}

wire::Body verification_body() {
  wire::Body body;
  body.mutable_verification()->set_sighting(std::string(16, 'x'));
  return body;
}

TEST(SightingBody, ClaimNamesOneClaimAndTheBeginningOfOneHash) {
  wire::Body body = verification_body();
  wire::Claim& claim = *body.mutable_verification()->mutable_claim();
  claim.set_eta_minutes(limits::eta_minutes_max);
  claim.set_over(std::string(16, 'o'));
  claim.set_rules(std::string(8, 'r'));
  EXPECT_TRUE(is_sayable(body));
  claim.set_over(std::string(15, 'o'));
  EXPECT_FALSE(is_sayable(body));
  claim.clear_over();
  claim.set_rules(std::string(32, 'r'));
  EXPECT_FALSE(is_sayable(body));
  claim.clear_rules();
  claim.set_eta_minutes(limits::eta_minutes_max + 1);
  EXPECT_FALSE(is_sayable(body));
}

TEST(SightingBody, ReleaseZoneAndRetractionHaveTheirLimits) {
  wire::Body release = verification_body();
  release.mutable_verification()->mutable_release()->set_note(
      std::string(limits::field_bytes_max, 'n'));
  EXPECT_TRUE(is_sayable(release));
  release.mutable_verification()->mutable_release()->mutable_note()->push_back('n');
  EXPECT_FALSE(is_sayable(release));
  wire::Body report;
  report.mutable_sighting()->set_location("5th & Oak");
  report.mutable_sighting()->set_area("north");
  report.set_supersedes(std::string(16, 's'));
  EXPECT_TRUE(is_sayable(report));
  report.mutable_sighting()->set_area("north\nsouth");
  EXPECT_FALSE(is_sayable(report));
  wire::Body retraction;
  retraction.mutable_retraction()->set_message(std::string(16, 'm'));
  EXPECT_TRUE(is_sayable(retraction));
  retraction.mutable_retraction()->set_message("m");
  EXPECT_FALSE(is_sayable(retraction));
}

TEST(SightingBody, RulesHaveAVersionAndALengthThatCanBeRead) {
  wire::Body body;
  body.mutable_rules()->set_version(1);
  body.mutable_rules()->set_text(std::string(limits::rules_text_bytes_max, 'r'));
  EXPECT_TRUE(is_sayable(body));
  body.mutable_rules()->mutable_text()->push_back('r');
  EXPECT_FALSE(is_sayable(body));
  body.mutable_rules()->set_text("Step back.");
  body.mutable_rules()->set_version(0);
  EXPECT_FALSE(is_sayable(body));
}

// ---- claims ---------------------------------------------------------------------------------

TEST(Claim, FirstInTheAgreedOrderHasIt) {
  BoardMaker maker;
  const MessageId id = maker.report();
  const MessageId first = maker.claim(id, "Cleo", 10);
  maker.claim(id, "Ana", 5);
  EXPECT_EQ(maker.view(id).claimed_by, "Cleo");
  EXPECT_EQ(maker.view(id).claim->id, first);
  std::swap(maker.messages[1], maker.messages[2]);
  EXPECT_EQ(maker.view(id).claimed_by, "Ana");
  EXPECT_EQ(maker.view(id).eta_minutes, 5u);
}

TEST(Claim, IsTakenOverByWhoeverNamesTheOneThatStands) {
  BoardMaker maker;
  const MessageId id = maker.report();
  const MessageId first = maker.claim(id, "Cleo", 10);
  const MessageId second = maker.take_over(id, "Ana", first);
  maker.take_over(id, "Ben", first);  // it does not stand any more
  EXPECT_EQ(maker.view(id).claimed_by, "Ana");
  EXPECT_EQ(maker.view(id).claim->id, second);
  EXPECT_FALSE(maker.view(id).eta_minutes) << "Cleo's, not Ana's";
  maker.take_over(id, "Cleo", second);
  EXPECT_EQ(maker.view(id).claimed_by, "Cleo");
}

TEST(Claim, DoesNotTakeOverByNamingNothingOrAnotherSighting) {
  BoardMaker maker;
  const MessageId id = maker.report();
  const MessageId other = maker.report();
  maker.claim(id, "Cleo");
  const MessageId elsewhere = maker.claim(other, "Ben");
  maker.take_over(id, "Ana", elsewhere);
  maker.take_over(id, "Ana", id);
  EXPECT_EQ(maker.view(id).claimed_by, "Cleo");
}

TEST(Claim, IsReleasedByWhoeverHoldsItAlone) {
  BoardMaker maker;
  const MessageId id = maker.report();
  maker.claim(id, "Cleo", 10);
  maker.claim(id, "Ben");
  maker.release(id, "Ben");
  maker.release(id, "Mallory");
  EXPECT_EQ(maker.view(id).claimed_by, "Cleo");
  maker.release(id, "Cleo");
  EXPECT_EQ(maker.view(id).standing, Standing::open);
  EXPECT_FALSE(maker.view(id).claimed_by) << "who was too late does not go unasked";
  EXPECT_FALSE(maker.view(id).eta_minutes);
  maker.claim(id, "Ben");
  EXPECT_EQ(maker.view(id).claimed_by, "Ben");
}

TEST(Claim, ChangesNothingAfterAnOutcome) {
  BoardMaker maker;
  const MessageId id = maker.report();
  const MessageId first = maker.claim(id, "Cleo");
  maker.outcome(id, wire::OUTCOME_CONFIRMED);
  maker.take_over(id, "Ana", first);
  maker.release(id, "Cleo");
  EXPECT_EQ(maker.view(id).standing, Standing::confirmed);
  EXPECT_EQ(maker.view(id).claimed_by, "Cleo");
}

TEST(Claim, IsOverdueTenMinutesAfterItsTime) {
  BoardMaker maker;
  const MessageId id = maker.report();
  maker.claim(id, "Cleo", 5);
  maker.messages.back().sent = TimePoint(1h);
  EXPECT_EQ(overdue_from(maker.view(id)), TimePoint(1h + 15min));
  EXPECT_FALSE(is_overdue(maker.view(id), TimePoint(1h + 15min - 1s)));
  EXPECT_TRUE(is_overdue(maker.view(id), TimePoint(1h + 15min)));
  maker.messages.back().body.mutable_verification()->mutable_claim()->set_eta_minutes(0);
  EXPECT_EQ(overdue_from(maker.view(id)), TimePoint(1h + 25min));
  maker.outcome(id, wire::OUTCOME_GONE);
  EXPECT_FALSE(is_overdue(maker.view(id), TimePoint(24h)));
}

// ---- waiting --------------------------------------------------------------------------------

TEST(Waiting, BeginsThreeMinutesAfterAReportCameThatNobodyHas) {
  BoardMaker maker;
  const MessageId id = maker.report();
  const TimePoint came(10h);
  maker.messages.back().received = came;
  const auto begins = came + limits::unclaimed_patience;
  EXPECT_EQ(limits::unclaimed_patience, 3min);
  EXPECT_TRUE(waiting(maker.make(), begins - 1s).empty());
  EXPECT_EQ(next_waiting(maker.make(), begins - 1s), begins);
  const Board board = maker.make();
  ASSERT_EQ(waiting(board, begins).size(), 1u);
  EXPECT_EQ(waiting(board, begins).front()->id, id);
  EXPECT_FALSE(next_waiting(board, begins));
  maker.claim(id, "Cleo");
  EXPECT_TRUE(waiting(maker.make(), begins).empty());
  maker.release(id, "Cleo");
  EXPECT_EQ(waiting(maker.make(), begins).size(), 1u);
}

TEST(Waiting, IsNothingThatWasSettledFoldedTakenBackOrHasNotLeft) {
  BoardMaker maker;
  const MessageId original = maker.report();
  maker.outcome(original, wire::OUTCOME_CONFIRMED);
  maker.outcome(maker.report(), wire::OUTCOME_DUPLICATE, original);
  maker.close(maker.report());
  const MessageId mistake = maker.report("Ben");
  maker.retract(mistake, "Ben");
  maker.report();
  maker.messages.back().standing = MessageView::Standing::queued;
  EXPECT_TRUE(waiting(maker.make(), TimePoint(100h)).empty());
  EXPECT_FALSE(next_waiting(maker.make(), TimePoint(-100h)));
}

// ---- duplicates -----------------------------------------------------------------------------

TEST(Duplicates, OfDuplicatesAreFoldedUnderTheOneThatIsNone) {
  BoardMaker maker;
  const MessageId first = maker.report();
  const MessageId second = maker.report();
  const MessageId third = maker.report();
  maker.outcome(third, wire::OUTCOME_DUPLICATE, second);
  maker.outcome(second, wire::OUTCOME_DUPLICATE, first);
  EXPECT_EQ(maker.view(first).duplicates, (std::vector<MessageId>{second, third}));
  EXPECT_EQ(maker.view(third).folded_into, first);
  EXPECT_EQ(maker.view(third).outcome->duplicate_of(), first.str());
  EXPECT_EQ(maker.view(first).standing, Standing::open);
}

TEST(Duplicates, InACircleAreFoldedUnderTheEarliest) {
  BoardMaker maker;
  const MessageId apart = maker.report();
  const MessageId first = maker.report();
  const MessageId second = maker.report();
  const MessageId third = maker.report();
  maker.outcome(apart, wire::OUTCOME_DUPLICATE, third);
  maker.outcome(first, wire::OUTCOME_DUPLICATE, second);
  maker.outcome(second, wire::OUTCOME_DUPLICATE, third);
  maker.outcome(third, wire::OUTCOME_DUPLICATE, first);
  EXPECT_EQ(maker.view(first).standing, Standing::open) << "somebody must still be able to go";
  EXPECT_FALSE(maker.view(first).folded_into);
  EXPECT_EQ(maker.view(first).duplicates, (std::vector<MessageId>{apart, second, third}));
}

TEST(Duplicates, ShowAllThatIsSaidOfThemAtTheOriginal) {
  BoardMaker maker;
  const MessageId original = maker.report();
  const MessageId again = maker.report();
  maker.claim(again, "Cleo", 5);  // before anybody saw that it is the same
  maker.outcome(again, wire::OUTCOME_DUPLICATE, original);
  EXPECT_EQ(maker.view(original).claimed_by, "Cleo");
  EXPECT_FALSE(maker.view(again).claimed_by);
  maker.outcome(again, wire::OUTCOME_CONFIRMED, {}, "Cleo");
  EXPECT_EQ(maker.view(original).standing, Standing::confirmed);
  EXPECT_EQ(maker.view(again).standing, Standing::dismissed);
  maker.close(again);  // puts the duplicate away, not what it is one of
  EXPECT_EQ(maker.view(again).standing, Standing::closed);
  EXPECT_EQ(maker.view(original).standing, Standing::confirmed);
}

TEST(Duplicates, OfWhatWasTakenBackStandForThemselves) {
  BoardMaker maker;
  const MessageId mistake = maker.report("Ben");
  const MessageId real = maker.report("Cleo");
  maker.outcome(real, wire::OUTCOME_DUPLICATE, mistake);
  EXPECT_EQ(maker.view(real).standing, Standing::dismissed);
  maker.retract(mistake, "Ben");
  EXPECT_EQ(maker.view(real).standing, Standing::open);
  EXPECT_TRUE(maker.view(mistake).duplicates.empty());
}

TEST(Duplicates, AreLetGoWhenTheOutcomeIsTakenBack) {
  BoardMaker maker;
  const MessageId original = maker.report();
  const MessageId other = maker.report();
  const MessageId said = maker.outcome(other, wire::OUTCOME_DUPLICATE, original, "Ana");
  maker.retract(said, "Mallory");
  EXPECT_EQ(maker.view(other).standing, Standing::dismissed);
  maker.retract(said, "Ana");
  EXPECT_EQ(maker.view(other).standing, Standing::open);
}

TEST(Duplicates, OfWhatIsNotHereLeaveTheOriginalAlone) {
  BoardMaker maker;
  const MessageId original = maker.report();
  const MessageId other = maker.report();
  maker.outcome(other, wire::OUTCOME_DUPLICATE, MessageId{});
  EXPECT_EQ(maker.view(other).standing, Standing::dismissed);
  maker.outcome(other, wire::OUTCOME_DUPLICATE, original);
  EXPECT_EQ(maker.view(original).standing, Standing::open);
}

// ---- taken back, put right ------------------------------------------------------------------

TEST(Retraction, OfASightingIsItsAuthorsAlone) {
  BoardMaker maker;
  const MessageId id = maker.report("Ben");
  maker.claim(id, "Cleo");
  maker.retract(id, "Mallory");
  EXPECT_EQ(maker.view(id).standing, Standing::claimed);
  EXPECT_FALSE(maker.view(id).taken_back);
  maker.retract(id, "Ben");
  EXPECT_TRUE(maker.view(id).taken_back);
  EXPECT_EQ(maker.view(id).standing, Standing::closed);
  EXPECT_EQ(maker.view(id).claimed_by, "Cleo") << "who should hear of it";
}

TEST(Retraction, OfAVerificationIsAsIfItWasNeverSaid) {
  BoardMaker maker;
  const MessageId id = maker.report();
  maker.claim(id, "Cleo");
  const MessageId said = maker.outcome(id, wire::OUTCOME_CONFIRMED, {}, "Ana");
  maker.close(id, "Ben");
  const MessageId closing = maker.messages.back().id;
  maker.retract(said, "Ben");
  maker.retract(closing, "Ben");
  EXPECT_EQ(maker.view(id).standing, Standing::confirmed);
  maker.retract(said, "Ana");
  EXPECT_EQ(maker.view(id).standing, Standing::claimed);
}

TEST(Retraction, OfATextIsKnownToTheBoard) {
  BoardMaker maker;
  const MessageId id = maker.report("Ben");
  maker.messages[0].body.mutable_text()->set_text("the north gate");
  maker.retract(id, "Mallory");
  EXPECT_FALSE(maker.make().is_taken_back(maker.messages[0]));
  maker.retract(id, "Ben");
  EXPECT_TRUE(maker.make().is_taken_back(maker.messages[0]));
}

TEST(Correction, KeepsThePlaceAndTheIdAndShowsTheNewestFields) {
  BoardMaker maker;
  const MessageId first = maker.report("Ben", "a van");
  const MessageId later = maker.report("Cleo", "a bus");
  maker.claim(first, "Ana");
  const MessageId second = maker.correct(first, "Ben", "two vans");
  maker.correct(second, "Ben", "three vans");
  const Board board = maker.make();
  ASSERT_EQ(board.sightings.size(), 2u);
  EXPECT_EQ(board.sightings[0].id, first);
  EXPECT_EQ(board.sightings[1].id, later);
  EXPECT_EQ(board.sightings[0].report.body.sighting().activity(), "three vans");
  EXPECT_EQ(board.sightings[0].standing, Standing::claimed);
  EXPECT_EQ(board.find_id(second), &board.sightings[0]);
}

TEST(Correction, IsNobodyElses) {
  BoardMaker maker;
  const MessageId first = maker.report("Ben", "a van");
  const MessageId own = maker.correct(first, "Mallory", "nothing at all");
  EXPECT_EQ(maker.view(first).report.body.sighting().activity(), "a van");
  EXPECT_EQ(maker.view(own).report.body.sighting().activity(), "nothing at all");
}

TEST(Correction, ThatIsTakenBackLeavesWhatWasThereBefore) {
  BoardMaker maker;
  const MessageId first = maker.report("Ben", "a van");
  const MessageId second = maker.correct(first, "Ben", "two vans");
  const MessageId third = maker.correct(second, "Ben", "three vans");
  maker.retract(second, "Ben");
  EXPECT_EQ(maker.view(first).report.body.sighting().activity(), "three vans");
  maker.retract(third, "Ben");
  EXPECT_EQ(maker.view(first).report.body.sighting().activity(), "a van");
  EXPECT_FALSE(maker.view(first).taken_back);
}

TEST(Correction, InACircleIsOneSighting) {
  BoardMaker maker;
  const MessageId first = maker.report("Mallory", "one");
  const MessageId second = maker.correct(first, "Mallory", "two");
  maker.messages[0].body.set_supersedes(second.str());
  const Board board = maker.make();
  ASSERT_EQ(board.sightings.size(), 1u);
  EXPECT_EQ(board.sightings[0].id, first);
  EXPECT_EQ(board.sightings[0].report.body.sighting().activity(), "two");
}

TEST(Correction, BringsWhatIsSaidAboutItToTheFirst) {
  BoardMaker maker;
  const MessageId first = maker.report("Ben");
  const MessageId second = maker.correct(first, "Ben", "two vans");
  maker.claim(second, "Cleo");
  EXPECT_EQ(maker.view(first).claimed_by, "Cleo");
}

}  // namespace
}  // namespace porchlight::client
