// A relay whose store is put back from an operator's backup: people bring back what it has lost.
#include <SQLiteCpp/SQLiteCpp.h>

#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
namespace fs = std::filesystem;

class RestoredRelay : public Stage {
 protected:
  void back_up() {
    relay_.stop();
    fs::copy(relay_.data(), copy(), fs::copy_options::recursive);
    ASSERT_NO_FATAL_FAILURE(relay_.start());
  }
  /// Under another incarnation, as a restored store has.
  void put_back() {
    relay_.stop();
    fs::remove_all(relay_.data());
    fs::copy(copy(), relay_.data(), fs::copy_options::recursive);
    {
      SQLite::Database db((relay_.data() / "relay.db").string(), SQLite::OPEN_READWRITE);
      ASSERT_EQ(db.exec("UPDATE meta SET incarnation = randomblob(16)"), 1);
    }
    ASSERT_NO_FATAL_FAILURE(relay_.start());
  }
  fs::path copy() const { return folder_.path() / "copy"; }
  Folder folder_;
};

TEST_F(RestoredRelay, GetsBackWhatItLostAndChangesWaitForADay) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  wren_.must({"post", "before the backup"});
  ASSERT_NO_FATAL_FAILURE(back_up());
  wren_.must({"post", "after the backup"});  // which Carla has not read
  carla_.must({"outbox", "list", "--offline"});
  ASSERT_NO_FATAL_FAILURE(put_back());

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
    EXPECT_NE(finding.value("grade", ""), "bad") << finding;
  }
  EXPECT_TRUE(said);
}

}  // namespace
}  // namespace porchlight::e2e
