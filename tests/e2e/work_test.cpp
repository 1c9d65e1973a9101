// The work of a night between people: shifts, and the library.
#include <chrono>
#include <ctime>

#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class Work : public Stage {
 protected:
  /// UTC, that far from now.
  static std::string utc(std::chrono::minutes from_now, const char* pattern) {
    const std::time_t when =
        std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + from_now);
    std::tm parts{};
    gmtime_r(&when, &parts);
    char text[32];
    return {text, std::strftime(text, sizeof text, pattern, &parts)};
  }
};

TEST_F(Work, IsPlannedTakenHandedOnAndReadWithoutANetwork) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  carla_.must({"library", "add", "dispatch", "--title", "At the door", "--language", "en",
               "--review-by", "2020-01-01", "--file", "-"},
              "You may stay silent.\nAsk for a paper.");
  ASSERT_NO_FATAL_FAILURE(let_in(wren_));

  const Json planned = carla_.record(
      "shift", {"shift", "plan", "dispatch", "--site", "Lincoln", "--post", "north gate", "--on",
                utc(-10min, "%Y-%m-%d"), "--from", utc(-10min, "%H:%M"), "--to",
                utc(50min, "%H:%M"), "--zone", "UTC", "--people", "1"});
  EXPECT_EQ(planned.value("stored", false), true);
  EXPECT_EQ(planned.value("understaffed", false), true);
  const std::string id = planned.value("shift", "");
  EXPECT_THAT(wren_.must({"shift", "claim", id}), HasSubstr("you have a place"));
  EXPECT_THAT(carla_.must({"shift", "claim", id}), HasSubstr("you are backup 1"));
  EXPECT_THAT(wren_.must({"shift", "checkin", id}), HasSubstr("you are there"));
  EXPECT_EQ(wren_.run({"shift", "cancel", id}).code, not_permitted);
  wren_.must({"shift", "release", id});
  const Json now = carla_.record("shift", {"shift", "show", id});
  EXPECT_EQ(now["places"].at(0).value("name", ""), "Carla");
  EXPECT_TRUE(now["backups"].empty());
  carla_.must({"shift", "cancel", id});
  EXPECT_THAT(wren_.run({"shift", "claim", id}).err, HasSubstr("was cancelled"));

  const Json item = wren_.record("library_item", {"library", "list"});
  relay_.stop();
  const std::string text =
      wren_.must({"library", "show", item.value("item", ""), "--language", "es"});
  EXPECT_THAT(text, HasSubstr("\nYou may stay silent.\nAsk for a paper.\n"));
  EXPECT_THAT(text, HasSubstr("This is there only in English."));
  EXPECT_THAT(text, HasSubstr("may be out of date"));
  EXPECT_EQ(relay_.everything().find("At the door"), std::string::npos);
}

TEST_F(Work, TakesBackATextOfOnesOwnAlone) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  const Json planned = carla_.record(
      "shift", {"shift", "plan", "dispatch", "--site", "Lincoln", "--on", utc(60min, "%Y-%m-%d"),
                "--from", utc(60min, "%H:%M"), "--to", utc(90min, "%H:%M"), "--zone", "UTC"});
  carla_.must({"shift", "claim", planned.value("shift", "")});
  const auto alone = carla_.run({"shift", "handover", planned.value("shift", ""), "Wren"});
  EXPECT_EQ(alone.code, not_found);
  EXPECT_THAT(alone.err, HasSubstr("You are alone"));

  ASSERT_NO_FATAL_FAILURE(let_in(wren_));
  const std::string posted = carla_.must({"post", "dispatch", "Use the south gate"});
  EXPECT_THAT(posted, testing::StartsWith("T-"));
  const std::string id = posted.substr(0, posted.find(' '));
  EXPECT_EQ(wren_.run({"retract", id}).code, not_found);
  wren_.must({"post", "dispatch", "I go there"});
  EXPECT_THAT(wren_.run({"retract", id}).err, HasSubstr("of yours"));
  EXPECT_THAT(carla_.must({"retract", id}), HasSubstr(id + " taken back  stored"));
  EXPECT_THAT(carla_.run({"retract", id}).err, HasSubstr("taken back already"));
  const std::string heard = wren_.must({"listen", "--once", "--since", "1h"});
  EXPECT_THAT(heard, HasSubstr("(taken back)"));
  EXPECT_THAT(heard, testing::Not(HasSubstr("south gate")));
}

}  // namespace
}  // namespace porchlight::e2e
