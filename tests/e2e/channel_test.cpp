// Channels: a coordinator reaches volunteers who do not know of one another, and sees who comes.
#include <csignal>

#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Channel : public Stage {
 protected:
  /// Carla's channel "pickup"; Dan comes by a link of his own, Eve by one for several.
  void set_the_channel() {
    ASSERT_NO_FATAL_FAILURE(set_the_stage());
    const Json made = carla_.record("channel", {"channel", "create", "pickup"});
    EXPECT_EQ(made.value("group", ""), "dispatch");
    ASSERT_NO_FATAL_FAILURE(follow(dan_, link_for({"Dan"})));
    ASSERT_NO_FATAL_FAILURE(follow(eve_, link_for({"the wall", "--uses", "3"})));
    carla_.must({"sync"});
  }
  std::string link_for(std::vector<std::string> whom) {
    std::vector<std::string> arguments = {"invite",    "new",    "--as", "audience",
                                          "--channel", "pickup", "--to"};
    arguments.insert(arguments.end(), whom.begin(), whom.end());
    return carla_.record("invite", arguments).value("link", "");
  }
  static void follow(const Person& person, const std::string& link) {
    const Finished joined = person.run({"join", "-", "--name", person.name()}, link);
    ASSERT_EQ(joined.code, done) << joined.err;
    EXPECT_THAT(joined.out, AllOf(HasSubstr("Joined \"pickup\" (audience). Reading now."),
                                  HasSubstr("Safety words")));
    EXPECT_THAT(joined.out + joined.err, Not(HasSubstr("Carla")));
  }
  std::vector<std::string> audience() {
    std::vector<std::string> names;
    for (const Json& entry : carla_.records({"channel", "audience", "pickup"})) {
      if (entry.value("kind", "") == "person") names.push_back(entry.value("name", ""));
    }
    return names;
  }
  std::string send(std::vector<std::string> more) {
    more.insert(more.begin(), {"alert", "send", "pickup"});
    return carla_.record("alert", more).value("alert", "");
  }
  Json status(const std::string& id) {
    return carla_.record("alert_status", {"alert", "status", id, "--missing"});
  }

  Person dan_{"Dan"};
  Person eve_{"Eve"};
};

TEST_F(Channel, VolunteersReadAtOnceAndTheirNamesReachTheGroup) {
  ASSERT_NO_FATAL_FAILURE(set_the_channel());
  EXPECT_THAT(audience(), testing::UnorderedElementsAre("Dan", "Eve"));
  EXPECT_EQ(carla_.record("channel", {"channel", "show"}).value("people", 0), 2);
  const Json seen = dan_.record("channel", {"channel", "list"});
  EXPECT_EQ(seen.value("side", ""), "audience");
  EXPECT_FALSE(seen.contains("people"));
  EXPECT_EQ(dan_.run({"channel", "audience", "pickup"}).code, not_permitted);
  EXPECT_THAT(carla_.must({"verify", "Eve"}), HasSubstr("in the audience of \"pickup\""));
  EXPECT_THAT(dan_.must({"doctor"}), HasSubstr("channel \"pickup\": reading"));
}

TEST_F(Channel, AlertThatRestsOnWhatNobodyConfirmedIsRefusedUnlessItIsForced) {
  ASSERT_NO_FATAL_FAILURE(set_the_channel());
  ASSERT_NO_FATAL_FAILURE(let_in(wren_));
  const std::string sighting =
      wren_.record("message", {"sighting", "post", "dispatch", "--where", "the north gate"})
          .value("sighting", "");
  const std::vector<std::string> order = {"alert",  "send",       "pickup",
                                          "Go now", "--sighting", sighting};
  const Finished refused = carla_.run(order);
  EXPECT_EQ(refused.code, not_permitted) << refused.err;
  EXPECT_THAT(refused.err, AllOf(HasSubstr("not confirmed"), HasSubstr("--force")));
  EXPECT_TRUE(carla_.records({"alert", "list"}).empty());
  const std::string forced =
      send({"Go now", "--sighting", sighting, "--force", "three people called"});
  EXPECT_EQ(carla_.record("alert", {"alert", "show", forced}).value("forced", ""),
            "three people called");
  EXPECT_THAT(wren_.must({"listen", "--once"}), HasSubstr("three people called"));
  carla_.must({"sighting", "confirm", sighting, "--basis", "seen by me"});
  const std::string sound = send({"Go now", "--sighting", sighting});
  EXPECT_FALSE(carla_.record("alert", {"alert", "show", sound}).contains("forced"));
  EXPECT_EQ(dan_.records({"alert", "list"}).size(), 2u);
}

TEST_F(Channel, AlertIsJudgedByWhatTheRelayHasOfItsSighting) {
  ASSERT_NO_FATAL_FAILURE(set_the_channel());
  ASSERT_NO_FATAL_FAILURE(let_in(wren_));
  const std::string sighting =
      wren_.record("message", {"sighting", "post", "dispatch", "--where", "the north gate"})
          .value("sighting", "");
  carla_.must({"sighting", "confirm", sighting, "--basis", "seen by me"});
  wren_.must({"sighting", "dismiss", sighting, "--as", "not-enforcement", "--basis", "a bus"});
  const Finished refused = carla_.run({"alert", "send", "pickup", "Go", "--sighting", sighting});
  EXPECT_EQ(refused.code, not_permitted) << refused.err;
  EXPECT_TRUE(carla_.records({"alert", "list"}).empty());
}

TEST_F(Channel, AnswerIsJudgedByWhatTheGroupHasSaidSince) {
  ASSERT_NO_FATAL_FAILURE(set_the_channel());
  const std::string id = send({"Use the north gate", "--ack", "on my way"});
  dan_.must({"alert", "show", id});
  carla_.must({"alert", "clear", id, "--corrected", "The south gate"});
  Finished answered = dan_.run({"alert", "ack", id, "1", "--json"});
  EXPECT_EQ(answered.code, done) << answered.err;
  EXPECT_THAT(answered.err, HasSubstr("The south gate"));
  EXPECT_EQ(Json::parse(answered.out)["clear"].value("kind", ""), "corrected");
  carla_.must({"alert", "clear", id, "--left"});
  EXPECT_EQ(dan_.run({"alert", "ack", id, "1"}).code, not_found);
}

TEST_F(Channel, AlertIsSeenAnsweredCountedCalledAgainAndCleared) {
  ASSERT_NO_FATAL_FAILURE(set_the_channel());
  const std::string id = send({"Use the north gate", "--text", "es=Por la puerta norte",
                               "--urgency", "now", "--deadline", "30m", "--expires", "2h"});
  const Json seen = dan_.record("alert", {"alert", "show", id});
  EXPECT_EQ(seen.value("text", ""), "Use the north gate");
  EXPECT_EQ(seen["answers"], Json({"on my way", "can't"}));
  EXPECT_FALSE(seen.contains("from"));  // the channel asks, no person
  EXPECT_THAT(dan_.must({"listen", "--once"}), Not(HasSubstr("Carla")));

  EXPECT_EQ(dan_.run({"alert", "ack", id, "perhaps"}).code, usage);
  const Finished answered = dan_.run({"alert", "ack", id, "1", "--note", "10 min"});
  EXPECT_EQ(answered.code, done) << answered.err;
  EXPECT_THAT(answered.out, HasSubstr("stored"));
  const Json counted = status(id);
  EXPECT_EQ(counted["answers"][0]["names"], Json({"Dan"}));
  EXPECT_EQ(counted["missing"], Json({"Eve"}));
  EXPECT_THAT(carla_.must({"alert", "show", id}), AllOf(HasSubstr("Dan"), HasSubstr("10 min")));

  // Again: who has answered hears nothing, who is silent does.
  EXPECT_THAT(carla_.must({"alert", "send", "--again", id}), HasSubstr("1 who is silent"));
  EXPECT_THAT(eve_.must({"listen", "--once"}), HasSubstr("asks again"));
  EXPECT_THAT(dan_.must({"listen", "--once"}), Not(HasSubstr("asks again")));
  eve_.must({"alert", "ack", id, "can't"});
  EXPECT_EQ(status(id).value("silent", 9), 0);

  carla_.must({"alert", "clear", id, "--left", "Thank you all"});
  EXPECT_THAT(eve_.must({"alert", "show", id}), HasSubstr("Thank you all"));
  EXPECT_THAT(dan_.must({"listen", "--once"}),
              AllOf(HasSubstr("all clear"), HasSubstr("it was: Use the north gate")));
  EXPECT_EQ(dan_.run({"alert", "ack", id, "1"}).code, not_found);
}

TEST_F(Channel, WhoWasTakenOutReadsNothingAfter) {
  ASSERT_NO_FATAL_FAILURE(set_the_channel());
  EXPECT_EQ(carla_.run({"channel", "audience", "remove", "pickup", "Dan"}).code, usage);
  EXPECT_EQ(audience().size(), 2u);  // nobody could be asked
  carla_.must({"channel", "audience", "remove", "pickup", "Dan", "--yes"});
  EXPECT_THAT(audience(), testing::ElementsAre("Eve"));
  const std::string id = send({"Only for those who are in"});
  EXPECT_EQ(eve_.record("alert", {"alert", "show", id}).value("text", ""),
            "Only for those who are in");
  EXPECT_EQ(dan_.run({"alert", "show", id}).code, not_found);
  EXPECT_THAT(dan_.run({"listen", "--once"}).out, Not(HasSubstr("Only for those")));
}

TEST_F(Channel, OneOfTwoWithOneNameIsTakenOutByNameOrById) {
  ASSERT_NO_FATAL_FAILURE(set_the_channel());
  const Person other("Dan");
  ASSERT_NO_FATAL_FAILURE(follow(other, link_for({"another Dan"})));
  carla_.must({"sync"});
  EXPECT_THAT(audience(), testing::UnorderedElementsAre("Dan", "Dan (2)", "Eve"));
  const Json gone =
      carla_.record("audience_change", {"channel", "audience", "remove", "pickup", "Dan", "--yes"});
  EXPECT_EQ(gone.value("done", false), true);
  EXPECT_THAT(audience(), testing::UnorderedElementsAre("Dan", "Eve"));
  std::string id;
  for (const Json& entry : carla_.records({"channel", "audience"})) {
    if (entry.value("name", "") == "Dan") id = entry.value("id", "");
  }
  EXPECT_NE(id, gone.value("id", id));
  EXPECT_THAT(carla_.must({"channel", "audience"}), HasSubstr(id));
  carla_.must({"channel", "audience", "remove", id, "--yes"});
  EXPECT_THAT(audience(), testing::ElementsAre("Eve"));
}

TEST_F(Channel, InviteThatIsTakenBackReadsNoFurther) {
  ASSERT_NO_FATAL_FAILURE(set_the_channel());
  std::string used;
  std::string open;
  for (const Json& invite : carla_.records({"invite", "list"})) {
    (invite.value("uses", 0) == 1 ? used : open) = invite.value("id", "");
  }
  const Finished late = carla_.run({"invite", "revoke", used, "--yes"});
  EXPECT_EQ(late.code, not_found) << late.err;
  EXPECT_THAT(late.err, HasSubstr("in the audience"));
  EXPECT_THAT(carla_.must({"invite", "revoke", open, "--yes"}), HasSubstr("has new keys"));
  EXPECT_THAT(audience(), testing::UnorderedElementsAre("Dan", "Eve"));
}

TEST_F(Channel, OrdersThatCannotBeMeantAreRefusedBeforeAnythingIsDone) {
  const std::vector<std::vector<std::string>> orders = {
      {"alert", "send"},
      {"alert", "send", "pickup", "Go", "--urgency", "at once"},
      {"alert", "send", "pickup", "Go", "--force", "why"},
      {"alert", "send", "pickup", "Go", "--text", "Por la puerta"},
      {"alert", "clear", "A-9QX"},
      {"alert", "clear", "A-9QX", "--left", "--expired"},
      {"alert", "clear", "A-9QX", "--corrected"},
      {"alert", "ack", "A-9QX"},
      {"channel"},
      {"channel", "audience", "remove"},
      {"channel", "audience", "remove", "pickup", "Dan", "Eve", "--yes"},
      {"channel", "audience", "pickup", "remove", "Dan", "--yes"},
      {"alert", "send", "--again", "A-9QX", "--deadline", "30m"},
      {"invite", "new", "--to", "Dan", "--as", "audience", "--auto-approve", "2"},
      {"invite", "new", "--to", "Dan", "--channel", "pickup"}};
  for (const auto& order : orders) {
    const Finished refused = carla_.run(order);
    EXPECT_EQ(refused.code, usage) << refused.err;
    EXPECT_FALSE(refused.err.empty());
  }
  EXPECT_THAT(carla_.must({"channel", "audience", "--help"}), HasSubstr("remove"));
  EXPECT_THAT(carla_.must({"channel", "audience", "remove", "--help"}), HasSubstr("Example:"));
}

TEST_F(Channel, ListeningCoordinatorSeesAnswersAsTheyCome) {
  ASSERT_NO_FATAL_FAILURE(set_the_channel());
  const std::string id = send({"Who is near?", "--ack", "I am, I am not"});
  Process listening = carla_.start({"listen"});
  ASSERT_TRUE(listening.wait_for_line(Stream::err, "listening"));
  dan_.must({"alert", "ack", id, "i am"});
  const auto line = listening.wait_for_line(Stream::out, id);
  ASSERT_TRUE(line);
  EXPECT_THAT(*line, AllOf(HasSubstr("Dan"), HasSubstr("I am")));
  listening.signal(SIGTERM);
  EXPECT_EQ(listening.finish().code, done);
}

}  // namespace
}  // namespace porchlight::e2e
