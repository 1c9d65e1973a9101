// Who leads, and who goes.
#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Members : public Stage {};

TEST_F(Members, WhoIsTakenOutIsToldAndSendsNothingMore) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  const std::string said = carla_.must({"member", "remove", "Wren"});
  EXPECT_THAT(said, HasSubstr("Removed Wren"));
  EXPECT_THAT(said, HasSubstr("1 member,"));
  const Finished told = wren_.run({"group", "list"});
  EXPECT_EQ(told.code, done);
  EXPECT_THAT(told.err, HasSubstr("taken you out"));
  EXPECT_THAT(told.out, HasSubstr("you were taken out"));
  const Finished posted = wren_.run({"post", "dispatch", "still here"});
  EXPECT_EQ(posted.code, not_permitted);
  EXPECT_THAT(posted.err, HasSubstr("nothing was posted"));
  carla_.must({"post", "dispatch", "among us"});
  wren_.must({"sync"});
  EXPECT_TRUE(texts(wren_).empty());
}

TEST_F(Members, NewKeysChangeNothingForThoseWhoAreIn) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  const int before = carla_.record("group", {"group", "show"}).value("epoch", 0);
  EXPECT_THAT(carla_.must({"group", "rekey"}), HasSubstr("2 members"));
  wren_.must({"post", "dispatch", "heard you"});
  EXPECT_EQ(wren_.record("group", {"group", "show"}).value("epoch", 0), before + 1);
  carla_.must({"sync"});
  EXPECT_THAT(texts(carla_), ElementsAre("heard you"));
}

TEST_F(Members, ARemovalThatDidNotLeaveYetCanBeTakenBack) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  relay_.stop();
  EXPECT_EQ(carla_.run({"member", "remove", "Wren"}).code, queued);
  const Finished kept = carla_.run({"member", "keep", "Wren"});
  EXPECT_EQ(kept.code, done) << kept.err;
  EXPECT_THAT(kept.out, HasSubstr("Wren stays"));
  relay_.start();
  carla_.must({"sync"});
  EXPECT_THAT(carla_.must({"group", "show"}), HasSubstr("Wren"));
  wren_.must({"post", "dispatch", "still here"});
}

TEST_F(Members, LeadsMakeLeadsButNeverNone) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  EXPECT_EQ(wren_.run({"group", "rekey"}).code, not_permitted);
  const Finished alone = carla_.run({"member", "role", "Carla", "member"});
  EXPECT_EQ(alone.code, not_permitted);
  EXPECT_THAT(alone.err, HasSubstr("Nobody would lead"));
  EXPECT_EQ(carla_.run({"member", "remove", "Nobody"}).code, not_found);
  EXPECT_THAT(carla_.must({"member", "role", "Wren", "lead"}), HasSubstr("Wren is a lead now"));
  wren_.must({"member", "remove", "Carla"});
  // She does not know yet.
  const Finished posted = carla_.run({"post", "dispatch", "hello"});
  EXPECT_EQ(posted.code, not_permitted);
  EXPECT_THAT(posted.err, HasSubstr("not sent"));
  EXPECT_EQ(carla_.record("outbox", {"outbox", "list"}).value("messages", 9), 0);
}

TEST_F(Members, WhoLeavesIsOutOnceALeadsDeviceHasHeardOfIt) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  const Finished unasked = wren_.run({"group", "leave", "dispatch"});
  EXPECT_EQ(unasked.code, usage);
  EXPECT_THAT(unasked.err, HasSubstr("--yes"));
  EXPECT_THAT(wren_.must({"group", "leave", "dispatch", "--yes"}), HasSubstr("Asked to leave"));
  EXPECT_EQ(wren_.record("group", {"group", "show"}).value("standing", ""), "leaving");
  EXPECT_EQ(wren_.run({"post", "dispatch", "one more thing"}).code, not_permitted);
  carla_.must({"sync"});
  EXPECT_EQ(carla_.record("group", {"group", "show"})["members"].size(), 1u);
  const Finished told = wren_.run({"group", "list"});
  EXPECT_THAT(told.err, HasSubstr("You have left \"dispatch\""));
  // Nobody else leads: she cannot leave others without a lead, but there are none.
  EXPECT_THAT(carla_.must({"group", "leave", "--yes"}), HasSubstr("not in \"dispatch\" any more"));
  EXPECT_EQ(carla_.run({"post", "dispatch", "hello"}).code, not_found);
}

TEST_F(Members, NobodyIsKeptWhomNobodyWantsOut) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  const Finished kept = carla_.run({"member", "keep", "Wren"});
  EXPECT_EQ(kept.code, not_found);
  EXPECT_THAT(kept.err, HasSubstr("Nobody wants Wren out"));
}

}  // namespace
}  // namespace porchlight::e2e
