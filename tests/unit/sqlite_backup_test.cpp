// A copy of the database for a backup, and the database that is made of it.
#include <sqlite3.h>

#include <fstream>

#include "relay/store/sqlite_backup.hpp"
#include "store_fixture.hpp"

namespace porchlight::relay {
namespace {

using namespace testing;

class SqliteBackup : public ::testing::Test {
 protected:
  std::filesystem::path backup() const { return folder_.path() / "backup"; }
  std::filesystem::path restored() const { return folder_.path() / "restored.db"; }
  Status write() {
    std::ofstream{backup()};
    BackupRest rest;
    rest.config = "host = \"relay.test\"";
    rest.made = noon;
    std::fill(rest.identity.fill().begin(), rest.identity.fill().end(), Byte{3});
    std::fill(rest.token_secret.fill().begin(), rest.token_secret.fill().end(), Byte{4});
    return write_sqlite_backup(db.file(), backup(), rest);
  }
  Status restore() {
    std::ofstream{restored()};
    return restore_sqlite_backup(backup(), restored(), numbered<Incarnation>(9));
  }
  std::unique_ptr<Database> open_restored() {
    SystemRandom random;
    SqliteOptions options;
    options.file = restored();
    auto opened = open_sqlite_database(std::move(options), random);
    EXPECT_TRUE(opened.ok()) << (opened.ok() ? "" : opened.error().what);
    return opened.ok() ? *std::move(opened) : nullptr;
  }

  TestDatabase db{Kind::sqlite};

 private:
  TemporaryFolder folder_;
};

TEST_F(SqliteBackup, HoldsWhatIsCommittedWhileABatchIsOpen) {
  const Seq kept = db.drop(1, 1);
  ASSERT_TRUE(db->begin().ok());
  ASSERT_TRUE(db->ledger().put_account(numbered<AccountKey>(1), {}).ok());
  ASSERT_TRUE(write().ok());
  ASSERT_TRUE(db->commit().ok());
  ASSERT_TRUE(restore().ok());
  const auto copy = open_restored();
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->ledger().counts()->accounts, 0u);
  EXPECT_EQ(*(*copy->reader())->newest(numbered<MailboxId>(1)), kept);
  EXPECT_EQ(*copy->ledger().incarnation(), numbered<Incarnation>(9));
  EXPECT_EQ(db->ledger().counts()->accounts, 1u);
}

TEST_F(SqliteBackup, CarriesWhatElseMakesTheRelay) {
  ASSERT_TRUE(write().ok());
  const auto rest = read_sqlite_backup(backup());
  ASSERT_TRUE(rest.ok()) << rest.error().what;
  EXPECT_EQ(rest->config, "host = \"relay.test\"");
  EXPECT_EQ(rest->made, noon);
  EXPECT_EQ(to_bytes(rest->identity.reveal()), Bytes(32, 3));
  EXPECT_EQ(to_bytes(rest->token_secret.reveal()), Bytes(32, 4));
}

TEST_F(SqliteBackup, LeavesNothingOfTheSecretsInTheRestoredDatabase) {
  ASSERT_TRUE(write().ok());
  ASSERT_TRUE(restore().ok());
  std::ifstream in(restored(), std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(bytes.find(std::string(32, '\x03')), std::string::npos);
  EXPECT_EQ(bytes.find(std::string(32, '\x04')), std::string::npos);
  EXPECT_EQ(bytes.find("relay.test"), std::string::npos);
}

TEST_F(SqliteBackup, IsNotOpenedAsADatabaseNorADatabaseAsABackup) {
  ASSERT_TRUE(write().ok());
  EXPECT_EQ(check_sqlite_database(backup()).error().code, Errc::malformed);
  EXPECT_EQ(read_sqlite_backup(db.file()).error().code, Errc::malformed);
}

TEST_F(SqliteBackup, OfANewerProgramIsNotGuessedAt) {
  ASSERT_TRUE(write().ok());
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(backup().c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, "PRAGMA user_version = 3", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(raw);
  EXPECT_EQ(read_sqlite_backup(backup()).error().code, Errc::update_needed);
}

}  // namespace
}  // namespace porchlight::relay
