// Around the sightings: is everybody all right, who was detained, and what the outside may know.
#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Night : public Stage {};

TEST_F(Night, RollCallNoticeAndCountsGoTheirWay) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  const std::string called = carla_.must({"rollcall", "call", "Everybody home?"});
  EXPECT_THAT(called, AllOf(HasSubstr("C-"), HasSubstr("stored")));
  EXPECT_EQ(wren_.run({"rollcall", "answer", "fine"}).code, usage);
  EXPECT_THAT(wren_.must({"rollcall", "answer", "urgent", "--note", "no way home"}),
              AllOf(HasSubstr("URGENT"), HasSubstr("stored")));
  EXPECT_THAT(carla_.must({"rollcall", "status"}),
              AllOf(HasSubstr("1 of 1 answered · 1 URGENT"), HasSubstr("no way home")));
  EXPECT_THAT(carla_.must({"listen", "--once"}), HasSubstr("URGENT, in answer to"));
  wren_.must({"rollcall", "answer", called.substr(0, called.find(' ')), "ok"});
  const Json status = carla_.record("roll_call", {"rollcall", "status"});
  EXPECT_EQ(status["ok"], 1);
  EXPECT_EQ(status["urgent"], 0);

  const Finished elsewhere = carla_.run({"detention", "add", "dispatch", "--place", "5th & Oak"});
  EXPECT_EQ(elsewhere.code, not_permitted);
  EXPECT_THAT(elsewhere.err, HasSubstr("not marked legal"));
  carla_.must({"group", "create", "legal", "--legal"});
  EXPECT_THAT(carla_.must({"group", "show", "legal"}), HasSubstr("marked legal"));
  const Finished named =
      carla_.run({"detention", "add", "--place", "5th & Oak", "--name", "Maria"});
  EXPECT_EQ(named.code, usage);
  EXPECT_THAT(named.err, HasSubstr("--consent"));
  carla_.must({"detention", "add", "--place", "5th & Oak", "--consent", "--name", "Maria"});
  const Json notice = carla_.record("detention_notice", {"detention", "list"});
  EXPECT_EQ(notice["name"], "Maria");
  const std::string id = notice["detention_notice"];
  carla_.must({"detention", "update", id, "--mine", "--attorney", "found", "--no-consent"});
  carla_.must({"detention", "renew", id, "--days", "3"});
  const Json updated = carla_.record("detention_notice", {"detention", "show", id});
  EXPECT_EQ(updated["name"], "");
  EXPECT_EQ(updated["holder"], "Carla");
  EXPECT_EQ(updated["attorney"], "found");
  EXPECT_EQ(updated["place"], "5th & Oak");
  EXPECT_LT(updated["purge_day"], notice["purge_day"]);

  for (int i = 0; i < 5; ++i) {
    wren_.must({"sighting", "post", "dispatch", "--activity", "SECRET-ACTIVITY"});
  }
  EXPECT_THAT(carla_.must({"export", "dispatch", "--csv", "--since", "1w"}),
              AllOf(HasSubstr(",unnamed,open,5\r\n"), HasSubstr(",other,gone,<5\r\n"),
                    Not(HasSubstr("SECRET"))));
}

}  // namespace
}  // namespace porchlight::e2e
