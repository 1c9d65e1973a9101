// Backups of a vault, putting one back on another device, and destroying a vault.
#include <csignal>
#include <fstream>

#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Backup : public Stage {
 protected:
  std::string file() const { return (folder_.path() / "porchlight.backup").string(); }
  Folder folder_;
};

TEST_F(Backup, OfAStolenDeviceGoesOnWhereItsOwnerLeftOff) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  wren_.must({"post", "before the backup"});
  wren_.must({"vault", "backup", file()});
  wren_.must({"post", "after the backup"});
  carla_.must({"post", "while the device was gone"});

  const Person again("Wren");
  const std::string told = again.must({"vault", "restore", file()});
  EXPECT_THAT(told, HasSubstr("1 group"));
  again.must({"post", "from the new device"});
  const auto all = ElementsAre("before the backup", "after the backup", "while the device was gone",
                               "from the new device");
  EXPECT_THAT(texts(again), all);
  EXPECT_THAT(texts(carla_), all);
  for (const Person* person : std::vector<const Person*>{&carla_, &again}) {
    for (const Json& finding : person->records({"doctor"})) {
      EXPECT_NE(finding.value("grade", ""), "bad") << finding;
      EXPECT_NE(finding.value("topic", ""), "two_versions") << finding;
    }
  }
}

TEST_F(Backup, OverwritesNothingAndIsNotPutOverAVault) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  carla_.must({"vault", "backup", file()});
  EXPECT_EQ(carla_.run({"vault", "backup", file()}).code, failure);
  const Finished over = carla_.run({"vault", "restore", file()});
  EXPECT_EQ(over.code, failure);
  EXPECT_THAT(over.err, HasSubstr("vault wipe"));
  carla_.must({"group", "list"});
}

TEST_F(Backup, RefusesAWrongPassphraseAndAWrongFileAndMakesNoVault) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  carla_.must({"vault", "backup", file()});
  Person other("Other");
  other.set_passphrase("not the passphrase");
  EXPECT_EQ(other.run({"vault", "restore", file()}).code, locked);
  other.set_passphrase("correct horse battery");
  EXPECT_EQ(other.run({"vault", "restore", file() + ".not"}).code, not_found);
  std::ofstream(file() + ".txt") << "this is no backup, whatever its name says";
  const Finished wrong = other.run({"vault", "restore", file() + ".txt"});
  EXPECT_EQ(wrong.code, failure);
  EXPECT_THAT(wrong.err, HasSubstr("not a backup"));
  EXPECT_FALSE(std::filesystem::exists(other.vault() / "vault.db"));
  other.must({"vault", "restore", file()});
  other.must({"group", "list"});
}

TEST_F(Backup, WipingAsksAndThenLeavesNothing) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  const Finished unasked = wren_.run({"vault", "wipe"});
  EXPECT_EQ(unasked.code, usage);
  EXPECT_THAT(unasked.err, HasSubstr("--yes"));
  wren_.must({"group", "list"});
  // Not even the passphrase is needed, and who listens steps aside.
  Process listening = wren_.start({"listen"});
  ASSERT_TRUE(listening.wait_for_line(Stream::err, "listening"));
  wren_.set_passphrase("long forgotten");
  const Finished wiped = wren_.run({"vault", "wipe", "--yes"});
  EXPECT_EQ(wiped.code, done) << wiped.err;
  EXPECT_THAT(wiped.err, HasSubstr("backups"));
  EXPECT_EQ(listening.finish().code, not_found);
  for (const auto& entry : std::filesystem::directory_iterator(wren_.vault())) {
    EXPECT_EQ(std::filesystem::file_size(entry.path()), 0u) << entry.path();
  }
  EXPECT_EQ(wren_.run({"group", "list"}).code, not_found);
  EXPECT_EQ(wren_.run({"vault", "wipe", "--yes"}).code, not_found);
  // What a restore that was cut short has left can be opened as well.
  std::ofstream(wren_.vault() / "vault.db.new") << "all that the backup held";
  wren_.must({"vault", "wipe", "--yes"});
  EXPECT_FALSE(std::filesystem::exists(wren_.vault() / "vault.db.new"));
}

}  // namespace
}  // namespace porchlight::e2e
