// Two who want to go at once: one goes, and both know it.
#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::HasSubstr;

class SightingRace : public Stage {};

TEST_F(SightingRace, OfTwoClaimsAtOnceOneWinsAndBothShowTheSame) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  carla_.must({"rules", "set", "dispatch", "--text", "Observe from public space."});
  const Json posted =
      wren_.record("message", {"sighting", "post", "--where", "5th & Oak", "--zone", "north"});
  const std::string id = posted.value("sighting", "");
  carla_.must({"sync"});

  const Finished unasked = wren_.run({"sighting", "claim", id});
  EXPECT_EQ(unasked.code, usage);
  EXPECT_THAT(unasked.err, HasSubstr("--accept-rules"));

  // Neither knows of the other's when it starts.
  Process first = carla_.start({"sighting", "claim", id, "--eta", "5", "--accept-rules"});
  Process second = wren_.start({"sighting", "claim", id, "--accept-rules"});
  const Finished of_carla = first.finish();
  const Finished of_wren = second.finish();
  const bool carla_won = of_carla.code == done;
  ASSERT_EQ(carla_won ? of_wren.code : of_carla.code, not_permitted) << of_carla.err << of_wren.err;
  ASSERT_EQ(carla_won ? of_carla.code : of_wren.code, done) << of_carla.err << of_wren.err;
  EXPECT_THAT(carla_won ? of_wren.err : of_carla.err,
              HasSubstr((carla_won ? "Carla has " : "Wren has ")));

  for (const Person* person : {&carla_, &wren_}) {
    const Json seen = sighting(*person, id);
    EXPECT_EQ(seen.value("claimed_by", ""), carla_won ? "Carla" : "Wren");
    EXPECT_EQ(seen["report"].value("area", ""), "north");
    EXPECT_TRUE(
        person->record("sighting", {"sighting", "show", id}).value("accepted_rules", false));
  }

  // Whoever has it lets go; now the other one can, and is not asked about the rules again.
  const Person& winner = carla_won ? carla_ : wren_;
  const Person& other = carla_won ? wren_ : carla_;
  EXPECT_EQ(other.run({"sighting", "release", id}).code, not_permitted);
  winner.must({"sighting", "release", id, "--note", "my bus does not come"});
  other.must({"sighting", "claim", id});
  EXPECT_EQ(sighting(winner, id).value("claimed_by", ""), other.name());

  // A mistake is put right, and then taken back, by its author alone.
  wren_.must({"sighting", "post", "--corrects", id, "--where", "6th & Oak"});
  EXPECT_EQ(sighting(carla_, id)["report"].value("where", ""), "6th & Oak");
  EXPECT_EQ(sighting(carla_, id)["report"].value("area", ""), "north");
  EXPECT_EQ(carla_.run({"sighting", "retract", id}).code, not_permitted);
  wren_.must({"sighting", "retract", id});
  const Json gone = carla_.record("sighting", {"sighting", "show", id});
  EXPECT_TRUE(gone.value("taken_back", false));

  const Finished future =
      wren_.run({"sighting", "post", "--where", "7th", "--time", "2099-01-01T00:00:00Z"});
  EXPECT_EQ(future.code, usage);
  EXPECT_THAT(future.err, HasSubstr("in the future"));
}

}  // namespace
}  // namespace porchlight::e2e
