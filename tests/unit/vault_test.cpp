// client/vault on real files.
#include <sys/resource.h>

#include <csignal>
#include <future>

#include "tests/unit/vault_fixture.hpp"

namespace porchlight::client {
namespace {

TEST_F(VaultTest, GivesBackWhatWasKeptAfterOpeningAgain) {
  {
    Vault vault = create();
    ASSERT_TRUE(apply(vault, put(Table::profile, "a", "one"), put(Table::groups, "a", "two"),
                      put(Table::groups, "b", ""))
                    .ok());
  }
  auto vault = open();
  ASSERT_TRUE(vault.ok()) << vault.error().what;
  EXPECT_THAT(contents(*vault), testing::UnorderedElementsAre("1 a=one", "6 a=two", "6 b="));
}

TEST_F(VaultTest, ReplacesAndErasesByTableAndKey) {
  Vault vault = create();
  ASSERT_TRUE(apply(vault, put(Table::wallet, "k", "old"), put(Table::outbox, "k", "stays")).ok());
  ASSERT_TRUE(apply(vault, put(Table::wallet, "k", "new"), erase(Table::outbox, "absent")).ok());
  EXPECT_THAT(contents(vault), testing::UnorderedElementsAre("2 k=new", "8 k=stays"));
  ASSERT_TRUE(apply(vault, erase(Table::wallet, "k")).ok());
  EXPECT_THAT(contents(vault), testing::UnorderedElementsAre("8 k=stays"));
}

TEST_F(VaultTest, FileShowsNoKeyAndNoValueWhetherKeptOrErased) {
  Vault vault = create();
  ASSERT_TRUE(apply(vault, put(Table::messages, "KEYCANARY", "VALUECANARY")).ok());
  EXPECT_EQ(read_file(file()).find("CANARY"), std::string::npos);
  const std::string before = read_file(file());
  ASSERT_TRUE(apply(vault, erase(Table::messages, "KEYCANARY")).ok());
  const std::string after = read_file(file());
  // secure_delete: no 32 bytes of the sealed value are left in the file either.
  const auto changed = std::mismatch(before.rbegin(), before.rend(), after.rbegin(), after.rend());
  ASSERT_NE(changed.first, before.rend());
  const auto end = static_cast<std::size_t>(before.rend() - changed.first);
  ASSERT_GE(end, 32u);
  EXPECT_EQ(after.find(before.substr(end - 32, 32)), std::string::npos);
}

TEST_F(VaultTest, SameRecordIsSealedDifferentlyEachTime) {
  Vault vault = create();
  ASSERT_TRUE(apply(vault, put(Table::profile, "a", "one")).ok());
  const std::string first = read_file(file());
  ASSERT_TRUE(apply(vault, put(Table::profile, "a", "one")).ok());
  EXPECT_NE(read_file(file()), first);
}

TEST_F(VaultTest, WrongPassphraseIsRefusedAndChangesNothing) {
  { Vault vault = create(); }
  const std::string before = read_file(file());
  EXPECT_EQ(open("Correct horse").error().code, Errc::wrong_passphrase);
  EXPECT_EQ(open("").error().code, Errc::wrong_passphrase);
  EXPECT_EQ(read_file(file()), before);
  EXPECT_TRUE(open().ok());
}

TEST_F(VaultTest, FolderAndFilesAreTheOwnersAlone) {
  const mode_t old_mask = umask(0);
  {
    Vault vault = create();
    ASSERT_TRUE(apply(vault, put(Table::profile, "a", "one")).ok());
  }
  umask(old_mask);
  EXPECT_EQ(mode_of(folder()), 0700u);
  EXPECT_EQ(mode_of(file()), 0600u);
  EXPECT_EQ(mode_of(folder() / "vault.lock"), 0600u);
}

TEST_F(VaultTest, RefusesAFolderOrAFileThatOthersMayRead) {
  { Vault vault = create(); }
  ASSERT_EQ(chmod(file().c_str(), 0640), 0);
  EXPECT_EQ(open().error().code, Errc::storage);
  ASSERT_EQ(chmod(file().c_str(), 0600), 0);
  ASSERT_EQ(chmod(folder().c_str(), 0750), 0);
  EXPECT_EQ(VaultLock::acquire(folder(), 0ms, VaultLock::Manner::ring, {}).error().code,
            Errc::storage);
}

TEST_F(VaultTest, SaysWhetherThereIsAVault) {
  EXPECT_FALSE(Vault::exists(folder()));
  EXPECT_EQ(open().error().code, Errc::not_found);
  { Vault vault = create(); }
  EXPECT_TRUE(Vault::exists(folder()));
  auto again = Vault::create(lock(), as_bytes("x"), PasswordCost::minimum(), random_);
  EXPECT_EQ(again.error().code, Errc::conflict);
}

TEST_F(VaultTest, NoDamagedByteGoesUnnoticedWhereItMatters) {
  {
    Vault vault = create();
    ASSERT_TRUE(apply(vault, put(Table::profile, "a", std::string(600, 'x'))).ok());
  }
  const std::string good = read_file(file());
  std::size_t noticed = 0;
  // Every 13th byte of the used pages: SQLite's own slack may change without effect, contents not.
  for (std::size_t offset = 0; offset < good.size(); offset += 13) {
    flip(file(), offset);
    const auto error = damage();
    if (error) {
      ++noticed;
      EXPECT_THAT(*error, testing::AnyOf(Errc::wrong_passphrase, Errc::update_needed, Errc::storage,
                                         Errc::full))
          << offset;
    } else {
      auto vault = open();
      EXPECT_THAT(contents(*vault), testing::ElementsAre("1 a=" + std::string(600, 'x')));
    }
    std::ofstream(file(), std::ios::binary | std::ios::trunc) << good;
  }
  EXPECT_GT(noticed, 40u);
}

TEST_F(VaultTest, FileThatIsNotAVaultIsRefused) {
  { Vault vault = create(); }
  std::ofstream(file(), std::ios::trunc) << std::string(9000, 'x');
  EXPECT_EQ(damage(), Errc::wrong_passphrase);
  std::ofstream(file(), std::ios::trunc) << "";
  EXPECT_EQ(damage(), Errc::wrong_passphrase);
}

TEST_F(VaultTest, FullDiskFailsTheWholeChangeAndKeepsWhatWasThere) {
  Vault vault = create();
  ASSERT_TRUE(apply(vault, put(Table::profile, "a", "one")).ok());
  // A limit on file sizes stands for the full disk.
  struct rlimit old {};
  getrlimit(RLIMIT_FSIZE, &old);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { std::filesystem::file_size(file()), old.rlim_max };
  setrlimit(RLIMIT_FSIZE, &small);
  const Status kept = apply(vault, put(Table::profile, "a", "two"),
                            put(Table::groups, "b", std::string(50'000, 'x')));
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  ASSERT_FALSE(kept.ok());
  EXPECT_THAT(kept.error().code, testing::AnyOf(Errc::full, Errc::storage));
  EXPECT_THAT(contents(vault), testing::ElementsAre("1 a=one"));
}

TEST_F(VaultTest, SecondHolderWaitsIsToldOnceAndThenGivesUp) {
  const VaultLock held = lock();
  int told = 0;
  const auto second = VaultLock::acquire(folder(), 80ms, VaultLock::Manner::ring, [&] { ++told; });
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, Errc::locked);
  EXPECT_EQ(told, 1);
}

TEST_F(VaultTest, SecondHolderGoesOnWhenTheFirstIsDone) {
  std::optional<VaultLock> held = lock();
  std::promise<void> waiting;
  auto second = std::async(std::launch::async, [&] {
    return VaultLock::acquire(folder(), 60s, VaultLock::Manner::ring, [&] { waiting.set_value(); });
  });
  waiting.get_future().wait();
  held.reset();
  EXPECT_TRUE(second.get().ok());
}

TEST_F(VaultTest, BellRingsWhenSomebodyWaitsAndNotBefore) {
  std::optional<VaultLock> held = lock();
  auto bell = VaultBell::hang(folder());
  ASSERT_TRUE(bell.ok()) << bell.error().what;
  char ring = 0;
  EXPECT_LT(read(bell->descriptor(), &ring, 1), 0);
  EXPECT_FALSE(VaultLock::acquire(folder(), 0ms, VaultLock::Manner::ring, {})
                   .ok());  // gives up before it rings
  EXPECT_LT(read(bell->descriptor(), &ring, 1), 0);
  EXPECT_FALSE(VaultLock::acquire(folder(), 30ms, VaultLock::Manner::ring, {}).ok());
  EXPECT_EQ(read(bell->descriptor(), &ring, 1), 1);
  bell->silence();
  EXPECT_LT(read(bell->descriptor(), &ring, 1), 0);
}

TEST_F(VaultTest, HolderThatStepsAsideComesBackWithoutThePassphraseToTheSameVaultAlone) {
  Vault vault = create();
  VaultKeys keys = Vault::release(std::move(vault));
  {
    auto other = open();
    ASSERT_TRUE(other.ok());
    ASSERT_TRUE(apply(*other, put(Table::messages, "m", "meanwhile")).ok());
  }
  auto back = Vault::open(lock(), std::move(keys), random_);
  ASSERT_TRUE(back.ok()) << back.error().what;
  EXPECT_THAT(contents(*back), testing::ElementsAre("7 m=meanwhile"));
  keys = Vault::release(*std::move(back));
  std::filesystem::remove(file());
  { Vault another = create("another one"); }
  EXPECT_EQ(Vault::open(lock(), std::move(keys), random_).error().code, Errc::wrong_passphrase);
}

}  // namespace
}  // namespace porchlight::client
