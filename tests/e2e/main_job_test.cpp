// The main job: from an empty folder to a sighting that only two people can read.
#include <csignal>

#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class MainJob : public Stage {};

TEST_F(MainJob, WatcherReportsAndCoordinatorSeesConfirmsAndAnswers) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  const std::string link = invite(wren_);
  EXPECT_THAT(link, testing::StartsWith("porchlight:j/"));

  const Json joined = wren_.record("join", {"join", "-", "--name", "Wren"}, link);
  EXPECT_EQ(joined.value("group", ""), "dispatch");
  EXPECT_EQ(joined.value("inviter", ""), "Carla");
  EXPECT_EQ(joined["words"].size(), 6u);

  const Json request = carla_.record("request", {"requests"});
  EXPECT_EQ(request.value("name", ""), "Wren");
  EXPECT_EQ(request["words"], joined["words"]);
  const Json approved = carla_.record("approved", {"approve", request.value("id", "")});
  EXPECT_EQ(approved.value("name", ""), "Wren");
  wren_.must({"sync"});

  EXPECT_EQ(carla_.record("words", {"verify", "Wren"})["words"], joined["words"]);
  EXPECT_EQ(wren_.record("words", {"verify", "Carla"})["words"], joined["words"]);

  Process listening = carla_.start({"listen"});
  ASSERT_TRUE(listening.wait_for_line(Stream::err, "listening"));
  const Json posted =
      wren_.record("message", {"sighting", "post", "dispatch", "--size", "3", "--activity",
                               "two vans", "--where", "5th & Oak", "--uniform", "dark vests",
                               "--equipment", "radios", "--first-hand"});
  EXPECT_EQ(posted.value("standing", ""), "stored");
  const std::string id = posted.value("sighting", "");
  const auto line = listening.wait_for_line(Stream::out, "5th & Oak");
  ASSERT_TRUE(line);
  EXPECT_THAT(*line, testing::AllOf(HasSubstr("Wren"), HasSubstr(id), HasSubstr("two vans")));

  // While she listens, on the same vault.
  carla_.must({"sighting", "claim", id, "--eta", "5"});
  carla_.must({"sighting", "confirm", id, "--basis", "seen by me"});
  carla_.must({"post", "Thank you. Stay on your side of the street."});
  EXPECT_TRUE(listening.wait_for_line(Stream::out, "Stay on your side"));
  listening.signal(SIGTERM);
  EXPECT_EQ(listening.finish().code, done);

  const Json seen = sighting(wren_, id);
  EXPECT_EQ(seen.value("standing", ""), "confirmed");
  EXPECT_EQ(seen.value("claimed_by", ""), "Carla");
  EXPECT_EQ(seen.value("basis", ""), "seen by me");
  EXPECT_THAT(texts(wren_), Contains("Thank you. Stay on your side of the street."));
  EXPECT_EQ(sighting(carla_, id).value("standing", ""), "confirmed");
}

TEST_F(MainJob, RelayHoldsNoNameAndNoText) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  const Json posted =
      wren_.record("message", {"sighting", "post", "--where", "CANARYCORNER", "--activity",
                               "CANARYVANS", "--uniform", "CANARYVESTS"});
  carla_.must({"sighting", "confirm", posted.value("sighting", ""), "--basis", "CANARYBASIS"});
  carla_.must({"post", "dispatch", "CANARYTEXT"});
  wren_.must({"sync", "--now"});
  relay_.stop();
  const std::string everything = relay_.everything();
  ASSERT_GT(everything.size(), 20'000u);
  for (const char* word : {"CANARY", "Carla", "Wren", "dispatch"}) {
    EXPECT_EQ(everything.find(word), std::string::npos) << word;
  }
  // Nor where anybody called from, nor what would let somebody in.
  EXPECT_THAT(relay_.log(), Not(HasSubstr("127.0.0.1")));
  EXPECT_THAT(relay_.log(), Not(HasSubstr("porchlight:j/")));
}

TEST_F(MainJob, NothingIsLostOverARestartOfTheRelay) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  const std::string link = invite(wren_);
  relay_.restart();
  wren_.must({"join", "-", "--name", "Wren"}, link);
  relay_.restart();
  carla_.must({"approve", "--all"});
  relay_.kill();
  relay_.start();
  wren_.must({"sync"});
  wren_.must({"post", "one"});
  relay_.restart();
  carla_.must({"post", "two"});
  relay_.kill();
  relay_.start();
  EXPECT_THAT(texts(wren_), ElementsAre("one", "two"));
  EXPECT_THAT(texts(carla_), ElementsAre("one", "two"));
}

TEST_F(MainJob, ListenSaysWhenTheConnectionBreaksAndWhenItIsBack) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  Process listening = carla_.start({"listen", "--json"});
  ASSERT_TRUE(listening.wait_for_line(Stream::err, "listening"));
  relay_.kill();
  EXPECT_TRUE(listening.wait_for_line(Stream::err, "warning"));
  relay_.start();
  EXPECT_TRUE(listening.wait_for_line(Stream::err, "Connected again"));
  wren_.must({"post", "still here"});
  const auto line = listening.wait_for_line(Stream::out, "still here");
  ASSERT_TRUE(line);
  const Json record = Json::parse(*line);
  EXPECT_EQ(record.value("type", ""), "message");
  EXPECT_EQ(record.value("from", ""), "Wren");
  listening.signal(SIGINT);
  EXPECT_EQ(listening.finish().code, done);
}

TEST_F(MainJob, ListenRunsACommandForWhatOthersSayAndTellsItNoText) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  Process listening = carla_.start(
      {"listen", "--exec", "echo \"told $PORCHLIGHT_KIND $PORCHLIGHT_ID:$(cat)\""});
  ASSERT_TRUE(listening.wait_for_line(Stream::err, "listening"));
  carla_.must({"post", "said by herself"});
  const Json posted = wren_.record("message", {"sighting", "post", "--where", "5th & Oak"});
  const std::string told = "told sighting " + posted.value("sighting", "") + ":";
  EXPECT_EQ(listening.wait_for_line(Stream::err, "told "), told);
  listening.signal(SIGTERM);
  EXPECT_EQ(listening.finish().code, done);

  Process everything = carla_.start({"listen", "--exec", "cat", "--exec-all"});
  ASSERT_TRUE(everything.wait_for_line(Stream::err, "names and texts too"));
  ASSERT_TRUE(everything.wait_for_line(Stream::err, "listening"));
  wren_.must({"post", "use the north gate"});
  const auto line = everything.wait_for_line(Stream::err, "use the north gate");
  ASSERT_TRUE(line);
  EXPECT_EQ(Json::parse(*line).value("from", ""), "Wren");
  everything.signal(SIGTERM);
  EXPECT_EQ(everything.finish().code, done);
}

TEST_F(MainJob, WaitingJoinerIsToldTheMomentItIsApproved) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  const std::string link = invite(wren_);
  Process joining = Process(wren_.command({"join", "-", "--name", "Wren", "--wait"}, link));
  ASSERT_TRUE(joining.wait_for_line(Stream::err, "Waiting"));
  carla_.must({"approve", "--all"});
  EXPECT_TRUE(joining.wait_for_line(Stream::out, "Joined"));
  EXPECT_EQ(joining.finish().code, done);
}

TEST_F(MainJob, SightingGoesFromClaimToClosure) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  const auto post = [&](const char* where) {
    return wren_.record("message", {"sighting", "post", "--where", where}).value("sighting", "");
  };
  const std::string first = post("the school");
  const std::string second = post("the school, again");
  wren_.must({"sighting", "claim", first, "--eta", "3"});
  // The first claim has it, whoever else tries.
  EXPECT_EQ(carla_.run({"sighting", "claim", first}).code, not_permitted);
  EXPECT_EQ(sighting(carla_, first).value("claimed_by", ""), "Wren");
  carla_.must({"sighting", "dismiss", second, "--as", "duplicate", "--of", first});
  EXPECT_EQ(sighting(wren_, second).value("outcome", ""), "duplicate");
  wren_.must({"sighting", "dismiss", first, "--as", "not-enforcement", "--basis", "a film crew"});
  carla_.must({"sighting", "close", first, "--note", "told everybody"});
  EXPECT_EQ(sighting(wren_, first).value("standing", ""), "closed");
  EXPECT_TRUE(wren_.records({"sighting", "list"}).empty());
  EXPECT_EQ(wren_.records({"sighting", "list", "--all"}).size(), 2u);
}

TEST_F(MainJob, ThirdMemberMayLeadAndInviteInTurn) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  Person iris("Iris");
  iris.must({"join", "-", "--name", "Iris"}, invite(iris, {"--as", "lead"}));
  carla_.must({"approve", "--all"});
  iris.must({"sync"});
  ASSERT_NO_FATAL_FAILURE(let_in(wren_));
  wren_.must({"post", "hello"});
  EXPECT_THAT(texts(iris), ElementsAre("hello"));
  const Json group = iris.record("group", {"group", "show", "dispatch"});
  EXPECT_EQ(group["members"].size(), 3u);
  EXPECT_EQ(group["members"][1].value("role", ""), "lead");
}

}  // namespace
}  // namespace porchlight::e2e
