// client/vault on real files in a folder of its own.
#include "client/vault/vault.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <future>
#include <sstream>

namespace porchlight::client {
namespace {

using namespace std::chrono_literals;
using std::filesystem::path;

class VaultTest : public testing::Test {
 protected:
  VaultTest() {
    crypto_init();
    std::string name =
        (std::filesystem::temp_directory_path() / "porchlight-vault-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    base_ = name;
  }
  ~VaultTest() override { std::filesystem::remove_all(base_); }

  path folder() const { return base_ / "vault"; }
  path file() const { return folder() / "vault.db"; }

  VaultLock lock() {
    auto lock = VaultLock::acquire(folder(), 0ms, VaultLock::Manner::ring, {});
    EXPECT_TRUE(lock.ok()) << lock.error().what;
    return *std::move(lock);
  }
  Vault create(std::string_view passphrase = "correct horse") {
    auto vault = Vault::create(lock(), as_bytes(passphrase), PasswordCost::minimum(), random_);
    EXPECT_TRUE(vault.ok()) << vault.error().what;
    return *std::move(vault);
  }
  Result<Vault> open(std::string_view passphrase = "correct horse") {
    return Vault::open(lock(), as_bytes(passphrase), random_);
  }
  /// The error of whatever fails first: opening or reading.
  std::optional<Errc> damage() {
    auto vault = open();
    if (!vault.ok()) return vault.error().code;
    auto records = vault->read_all();
    if (!records.ok()) return records.error().code;
    return std::nullopt;
  }

  static Write put(Table table, std::string_view key, std::string_view value) {
    return Write{table, to_bytes(as_bytes(key)), SecretBytes(as_bytes(value))};
  }
  static Write erase(Table table, std::string_view key) {
    return Write{table, to_bytes(as_bytes(key)), std::nullopt};
  }
  template <class... Writes>
  static Status apply(Vault& vault, Writes... writes) {
    std::vector<Write> all;
    (all.push_back(std::move(writes)), ...);
    return vault.apply(all);
  }
  static std::vector<std::string> contents(Vault& vault) {
    auto records = vault.read_all();
    EXPECT_TRUE(records.ok());
    std::vector<std::string> lines;
    for (const Record& record : *records) {
      lines.push_back(std::to_string(static_cast<int>(record.table)) + " " + to_string(record.key) +
                      "=" + to_string(record.value.reveal()));
    }
    return lines;
  }
  static std::string read_file(const path& from) {
    std::ostringstream text;
    text << std::ifstream(from, std::ios::binary).rdbuf();
    return text.str();
  }
  static void flip(const path& where, std::size_t offset) {
    std::fstream stream(where, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(offset));
    const int byte = stream.get();
    stream.seekp(static_cast<std::streamoff>(offset));
    stream.put(static_cast<char>(byte ^ 1));
  }
  static mode_t mode_of(const path& where) {
    struct stat info {};
    EXPECT_EQ(stat(where.c_str(), &info), 0);
    return info.st_mode & 0777;
  }

  SystemRandom random_;
  path base_;
};

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
