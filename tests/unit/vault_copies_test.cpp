// Backups of a vault, putting them back, and destroying a vault.
#include <SQLiteCpp/SQLiteCpp.h>
#include <sys/resource.h>

#include <csignal>

#include "tests/unit/vault_fixture.hpp"

namespace porchlight::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class VaultCopies : public VaultTest {
 protected:
  VaultCopies() { std::filesystem::create_directory(base_ / "elsewhere"); }
  path backup() const { return base_ / "elsewhere" / "backup"; }

  void make_backup(std::string_view value = "one") {
    Vault vault = create();
    ASSERT_TRUE(apply(vault, put(Table::profile, "a", value)).ok());
    const Status made = vault.back_up(backup());
    ASSERT_TRUE(made.ok()) << made.error().what;
  }
  Result<Vault> stage(std::string_view passphrase = "correct horse") {
    return Vault::stage(lock(), backup(), as_bytes(passphrase), random_);
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      names.push_back(entry.path().filename());
    }
    return names;
  }
  void alter_backup(const std::string& sql) {
    SQLite::Database db(backup().string(), SQLite::OPEN_READWRITE);
    db.exec(sql);
  }
};

TEST_F(VaultCopies, BackupHoldsWhatTheVaultHeldAndOpensWithItsPassphraseAlone) {
  ASSERT_NO_FATAL_FAILURE(make_backup());
  {
    auto vault = open();
    ASSERT_TRUE(apply(*vault, put(Table::profile, "b", "later")).ok());
  }
  ASSERT_TRUE(Vault::wipe(lock()).ok());
  EXPECT_EQ(stage("another").error().code, Errc::wrong_passphrase);
  EXPECT_THAT(files(), ElementsAre("vault.lock"));
  auto staged = stage();
  ASSERT_TRUE(staged.ok()) << staged.error().what;
  EXPECT_THAT(contents(*staged), ElementsAre("1 a=one"));
}

TEST_F(VaultCopies, BackupIsTheOwnersAloneAndShowsNothing) {
  const mode_t old_mask = umask(0);
  ASSERT_NO_FATAL_FAILURE(make_backup("VALUECANARY"));
  umask(old_mask);
  EXPECT_EQ(mode_of(backup()), 0600u);
  EXPECT_EQ(read_file(backup()).find("CANARY"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(backup().string() + "-journal"));
}

TEST_F(VaultCopies, BackupOverwritesNothing) {
  ASSERT_NO_FATAL_FAILURE(make_backup());
  const std::string before = read_file(backup());
  auto vault = open();
  ASSERT_TRUE(apply(*vault, put(Table::profile, "b", "later")).ok());
  EXPECT_EQ(vault->back_up(backup()).error().code, Errc::conflict);
  EXPECT_EQ(read_file(backup()), before);
}

TEST_F(VaultCopies, BackupThatCannotBeWrittenLeavesNothing) {
  Vault vault = create();
  ASSERT_TRUE(apply(vault, put(Table::profile, "a", std::string(100'000, 'x'))).ok());
  EXPECT_FALSE(vault.back_up(base_ / "nowhere" / "backup").ok());
  struct rlimit old {};
  getrlimit(RLIMIT_FSIZE, &old);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 20'000, old.rlim_max };
  setrlimit(RLIMIT_FSIZE, &small);
  const Status made = vault.back_up(backup());
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_FALSE(made.ok());
  EXPECT_FALSE(std::filesystem::exists(backup()));
  EXPECT_EQ(contents(vault).size(), 1u);
}

TEST_F(VaultCopies, RemainsOfARestoreThatWasCutShortAreWipedOrReplaced) {
  ASSERT_NO_FATAL_FAILURE(make_backup());
  ASSERT_TRUE(Vault::wipe(lock()).ok());
  EXPECT_FALSE(Vault::has_remains(folder()));
  const auto cut_short = [&] {
    std::filesystem::copy_file(backup(), folder() / "vault.db.new");
    std::ofstream(folder() / "vault.db.new-journal") << "half";
  };
  cut_short();
  EXPECT_FALSE(Vault::exists(folder()));
  EXPECT_TRUE(Vault::has_remains(folder()));
  ASSERT_TRUE(Vault::wipe(lock()).ok());
  EXPECT_FALSE(Vault::has_remains(folder()));
  EXPECT_THAT(files(), ElementsAre("vault.lock"));
  cut_short();
  auto staged = stage();
  ASSERT_TRUE(staged.ok()) << staged.error().what;
  ASSERT_TRUE(staged->put_in_place().ok());
  EXPECT_FALSE(std::filesystem::exists(folder() / "vault.db.new"));
}

TEST_F(VaultCopies, StagedVaultIsNoneUntilItIsPutInPlace) {
  ASSERT_NO_FATAL_FAILURE(make_backup());
  ASSERT_TRUE(Vault::wipe(lock()).ok());
  {
    auto staged = stage();
    ASSERT_TRUE(staged.ok()) << staged.error().what;
    ASSERT_TRUE(apply(*staged, put(Table::profile, "mark", "restored")).ok());
    EXPECT_FALSE(Vault::exists(folder()));
  }
  EXPECT_THAT(files(), ElementsAre("vault.lock"));  // it was given up
  {
    auto staged = stage();
    ASSERT_TRUE(apply(*staged, put(Table::profile, "mark", "restored")).ok());
    ASSERT_TRUE(staged->put_in_place().ok());
  }
  auto vault = open();
  ASSERT_TRUE(vault.ok()) << vault.error().what;
  EXPECT_THAT(contents(*vault), testing::UnorderedElementsAre("1 a=one", "1 mark=restored"));
  EXPECT_EQ(mode_of(file()), 0600u);
}

TEST_F(VaultCopies, BackupIsNotPutOverAVault) {
  ASSERT_NO_FATAL_FAILURE(make_backup());
  const std::string before = read_file(file());
  EXPECT_EQ(stage().error().code, Errc::conflict);
  EXPECT_EQ(Vault::check_restore(folder(), backup()).error().code, Errc::conflict);
  EXPECT_EQ(read_file(file()), before);
}

TEST_F(VaultCopies, FileThatIsNoBackupIsToldFromADamagedOneAndFromANewerOne) {
  ASSERT_NO_FATAL_FAILURE(make_backup(std::string(40'000, 'x')));
  ASSERT_TRUE(Vault::wipe(lock()).ok());
  const std::string good = read_file(backup());
  const auto refusal = [&] {
    const Status checked = Vault::check_restore(folder(), backup());
    EXPECT_FALSE(checked.ok());
    EXPECT_EQ(stage().error().code, checked.error().code);
    EXPECT_THAT(files(), ElementsAre("vault.lock"));
    return checked.error();
  };
  const auto write = [&](const std::string& bytes) {
    std::ofstream(backup(), std::ios::binary | std::ios::trunc) << bytes;
  };
  for (const std::string& other : {std::string(9'000, 'x'), std::string()}) {
    write(other);
    EXPECT_EQ(refusal().code, Errc::malformed);
    EXPECT_THAT(refusal().what, HasSubstr("not a backup"));
  }
  write(good.substr(0, good.size() / 2));
  EXPECT_EQ(refusal().code, Errc::malformed);
  EXPECT_THAT(refusal().what, HasSubstr("not whole"));
  write(good);
  alter_backup("UPDATE vault SET version = 99");
  EXPECT_EQ(refusal().code, Errc::update_needed);
  write(good);
  alter_backup("DROP TABLE records");
  EXPECT_EQ(refusal().code, Errc::malformed);
  std::filesystem::remove(backup());
  EXPECT_EQ(refusal().code, Errc::not_found);
}

TEST_F(VaultCopies, WipingOverwritesEverythingAndErasesIt) {
  Vault vault = create();
  ASSERT_TRUE(apply(vault, put(Table::messages, "m", std::string(200'000, 'x'))).ok());
  VaultKeys keys = Vault::release(std::move(vault));
  std::ofstream(folder() / "vault.db-journal") << "left by a crash";
  // A second name keeps in sight what is in the file when the first is gone.
  std::filesystem::create_hard_link(file(), base_ / "seen");
  std::filesystem::create_hard_link(folder() / "vault.db-journal", base_ / "seen-journal");
  ASSERT_TRUE(Vault::wipe(lock()).ok());
  EXPECT_THAT(files(), ElementsAre("vault.lock"));
  for (const char* name : {"seen", "seen-journal"}) {
    const std::string left = read_file(base_ / name);
    EXPECT_FALSE(left.empty());
    EXPECT_EQ(left.find_first_not_of('\0'), std::string::npos) << name;
  }
  EXPECT_EQ(Vault::open(lock(), std::move(keys), random_).error().code, Errc::not_found);
}

TEST_F(VaultCopies, WipingDestroysTheWrappedKeyBeforeAnythingElse) {
  Vault vault = create();
  ASSERT_TRUE(apply(vault, put(Table::messages, "m", std::string(400'000, 'x'))).ok());
  (void)Vault::release(std::move(vault));
  std::string wrapped;
  {
    SQLite::Database db(file().string(), SQLite::OPEN_READONLY);
    wrapped = db.execAndGet("SELECT wrapped FROM vault").getString();
  }
  ASSERT_FALSE(wrapped.empty());
  ASSERT_NE(read_file(file()).find(wrapped), std::string::npos);
  std::filesystem::create_hard_link(file(), base_ / "seen");
  // The disk fails behind the first part of the file: the key is gone all the same.
  struct rlimit old {};
  getrlimit(RLIMIT_FSIZE, &old);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 128 * 1024, old.rlim_max };
  setrlimit(RLIMIT_FSIZE, &small);
  const Status wiped = Vault::wipe(lock());
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_EQ(wiped.error().code, Errc::storage);
  const std::string left = read_file(base_ / "seen");
  EXPECT_EQ(left.find(wrapped), std::string::npos);
  EXPECT_NE(left.find_first_not_of('\0'), std::string::npos);
  EXPECT_FALSE(Vault::exists(folder()));
}

TEST_F(VaultCopies, WipingNeedsNeitherThePassphraseNorAVaultThatIsWhole) {
  { Vault vault = create(); }
  std::ofstream(file(), std::ios::trunc) << "this was a vault";
  ASSERT_TRUE(Vault::wipe(lock()).ok());
  EXPECT_FALSE(Vault::exists(folder()));
  EXPECT_EQ(open().error().code, Errc::not_found);
  Vault again = create("a new one");
  EXPECT_TRUE(contents(again).empty());
}

}  // namespace
}  // namespace porchlight::client
