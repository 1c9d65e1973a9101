// A relay that is lost and put back from its operator's backup: people bring back what it has lost,
// and go on.
#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::UnorderedElementsAre;
namespace fs = std::filesystem;

class RestoredRelay : public Stage {
 protected:
  /// Beside the running relay.
  void back_up() {
    const Finished made = relay_.command({"backup", file()});
    ASSERT_EQ(made.code, done) << made.err;
    EXPECT_THAT(made.out, HasSubstr("Backup ready"));
    EXPECT_THAT(made.err, HasSubstr("pose as"));
  }
  void lose_and_put_back() {
    relay_.kill();
    fs::remove_all(relay_.data());
    const Finished restored = relay_.command({"restore", file()});
    ASSERT_EQ(restored.code, done) << restored.err;
    EXPECT_THAT(restored.err, HasSubstr("bring it back"));
    EXPECT_EQ(relay_.command({"check"}).code, done);
    ASSERT_NO_FATAL_FAILURE(relay_.start());
  }
  /// Nothing that doctor says is bad, and the keys are those that both know.
  static void expect_well(const Person& person) {
    for (const Json& finding : person.records({"doctor"})) {
      EXPECT_NE(finding.value("grade", ""), "bad") << finding;
      EXPECT_THAT(finding.value("topic", ""), Not(AnyOf("keys_differ", "account_lost"))) << finding;
      if (finding.value("topic", "") == "keys") {
        EXPECT_THAT(finding.value("text", ""), HasSubstr("agree with 1 member"));
      }
    }
  }
  std::size_t accounts() {
    return Json::parse(relay_.command({"status", "--json"}).out).value("accounts", std::size_t{0});
  }

 private:
  std::string file() const { return (folder_.path() / "relay.backup").string(); }
  Folder folder_;
};

TEST_F(RestoredRelay, GetsBackWhatItLostAndChangesWaitForADay) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  wren_.must({"post", "before the backup"});
  ASSERT_NO_FATAL_FAILURE(back_up());
  wren_.must({"post", "after the backup"});  // which Carla has not read
  carla_.must({"outbox", "list", "--offline"});
  ASSERT_NO_FATAL_FAILURE(lose_and_put_back());

  EXPECT_THAT(texts(carla_), ElementsAre("before the backup"));
  const Finished told = wren_.run({"sync"});
  EXPECT_EQ(told.code, done) << told.err;
  EXPECT_THAT(told.err, HasSubstr("restored from a backup"));
  EXPECT_THAT(texts(carla_), ElementsAre("before the backup", "after the backup"));
  EXPECT_THAT(texts(wren_), ElementsAre("before the backup", "after the backup"));

  const Finished waits = carla_.run({"group", "rekey", "dispatch"});
  EXPECT_EQ(waits.code, queued);
  EXPECT_THAT(waits.err, HasSubstr("wait until"));
  bool said = false;
  for (const Json& finding : carla_.records({"doctor"})) {
    said |= finding.value("topic", "") == "changes";
  }
  EXPECT_TRUE(said);
  expect_well(carla_);
}

TEST_F(RestoredRelay, KnowsThoseAgainWhoEnrolledAfterTheBackupAndTakesTheirTokens) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  wren_.must({"post", "before the backup"});
  ASSERT_NO_FATAL_FAILURE(back_up());
  for (const Person* person : {&carla_, &wren_}) person->must({"sync", "--now"});
  EXPECT_EQ(accounts(), 2u);
  EXPECT_THAT(texts(carla_), ElementsAre("before the backup"));
  carla_.must({"post", "after the backup"});
  ASSERT_NO_FATAL_FAILURE(lose_and_put_back());
  EXPECT_EQ(accounts(), 0u);

  for (const Person* person : {&wren_, &carla_}) {
    const Finished told = person->run({"sync", "--now"});
    EXPECT_EQ(told.code, done) << told.err;
    EXPECT_THAT(told.err, HasSubstr("restored from a backup"));
  }
  EXPECT_EQ(accounts(), 2u);
  wren_.must({"post", "after the restore"});
  EXPECT_THAT(texts(wren_),
              UnorderedElementsAre("before the backup", "after the backup", "after the restore"));
  EXPECT_EQ(texts(carla_), texts(wren_));
  expect_well(carla_);
  expect_well(wren_);
}

}  // namespace
}  // namespace porchlight::e2e
