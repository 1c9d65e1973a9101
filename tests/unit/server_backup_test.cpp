// porchlightd backup and restore, beside a running relay and after its folder is gone (clause 4.8).
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tests/unit/server_fixture.hpp"

namespace porchlight::relay {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

bool says(const CommandResult& result, const std::string& words) {
  return result.err.find(words) != std::string::npos;
}

class ServerBackup : public ServerFixture {
 protected:
  std::string file() const { return (folder_.path() / "relay.backup").string(); }
  CommandResult back_up() { return relay().command({"backup", file()}); }
  CommandResult restore() { return relay().command({"restore", file()}); }
  /// The machine is lost, and the backup put back on another.
  void lose_and_restore() {
    ASSERT_EQ(relay().end(SIGTERM), 0);
    fs::remove_all(relay().data());
    const CommandResult restored = restore();
    ASSERT_EQ(restored.code, 0) << restored.err;
    EXPECT_EQ(restored.out, "Relay ready   " + address().str() + "\n");
    EXPECT_TRUE(says(restored, "old relay"));
    relay().start();
  }
  void end() { ASSERT_EQ(relay().end(SIGTERM), 0); }

 private:
  TempFolder folder_;
};

TEST_F(ServerBackup, OfARunningRelayBringsTheSameRelayBackUnderAnotherIncarnation) {
  const TestMailbox mailbox;
  const std::string kept = random_envelope();
  const auto spend_id = system_random.fixed<SpendId>();
  const wire::Token spent = token();
  wire::RelayInfo before;
  {
    RelayClient client(address());
    before = client.info();
    ASSERT_TRUE(client.spend(spent, spend_id).has_budget());
    ASSERT_TRUE(client.drop(mailbox, kept).has_dropped());
  }
  const CommandResult made = back_up();
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_TRUE(says(made, "pose as"));
  {
    const auto client = paid_client();
    ASSERT_TRUE(client->drop(mailbox, random_envelope()).has_dropped());
  }
  ASSERT_NO_FATAL_FAILURE(lose_and_restore());

  RelayClient client(address());
  EXPECT_NE(client.info().incarnation(), before.incarnation());
  EXPECT_EQ(std::vector(client.info().token_keys().begin(), client.info().token_keys().end()),
            std::vector(before.token_keys().begin(), before.token_keys().end()));
  EXPECT_EQ(client.spend(spent, spend_id).budget().drops(), limits::session_drops - 1);
  EXPECT_EQ(failure_of(client.spend(spent)), wire::FAILURE_NOT_AUTHORISED);
  EXPECT_EQ(stored_in(mailbox), std::vector{kept});
  EXPECT_EQ(relay().command({"check"}).code, 0);
}

TEST_F(ServerBackup, LetsTokensCountThatTheRelayMadeAfterIt) {
  ASSERT_EQ(back_up().code, 0);
  const CommandResult invited = relay().command({"invite"});
  const wire::Supplies after = redeem(invited.out.substr(0, invited.out.find('\n')));
  {
    RelayClient client(address());
    ASSERT_TRUE(client.spend(after.session(0)).has_budget());
  }
  ASSERT_NO_FATAL_FAILURE(lose_and_restore());
  RelayClient client(address());
  EXPECT_TRUE(client.spend(after.session(1)).has_budget());
  // What was spent after the backup is not known to be spent any more: the price of all this.
  EXPECT_TRUE(client.spend(after.session(0)).has_budget());
}

TEST_F(ServerBackup, GivesEachRestoreAnIncarnationOfItsOwn) {
  ASSERT_EQ(back_up().code, 0);
  ASSERT_NO_FATAL_FAILURE(lose_and_restore());
  const std::string first = RelayClient(address()).info().incarnation();
  ASSERT_NO_FATAL_FAILURE(lose_and_restore());
  EXPECT_NE(RelayClient(address()).info().incarnation(), first);
}

TEST_F(ServerBackup, OverwritesNothingAndLeavesNothingBeside) {
  ASSERT_EQ(back_up().code, 0);
  struct stat info {};
  ASSERT_EQ(::stat(file().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_FALSE(fs::exists(file() + ".new"));
  const std::string before = contents(file());
  const CommandResult again = back_up();
  EXPECT_EQ(again.code, 2);
  EXPECT_TRUE(says(again, "not overwritten"));
  EXPECT_EQ(contents(file()), before);

  std::ofstream(file() + ".2.new") << "somebody's";
  EXPECT_EQ(relay().command({"backup", file() + ".2"}).code, 2);
  EXPECT_EQ(contents(file() + ".2.new"), "somebody's");
  EXPECT_FALSE(fs::exists(file() + ".2"));
}

TEST_F(ServerBackup, IsNotPutIntoAFolderThatHoldsSomething) {
  ASSERT_EQ(back_up().code, 0);
  const CommandResult over = restore();
  EXPECT_EQ(over.code, 2);
  EXPECT_TRUE(says(over, "start the relay that is in it"));
  EXPECT_TRUE(RelayClient(address()).spend(token()).has_budget());

  const fs::path other = fs::path(file()).parent_path() / "other";
  fs::create_directory(other);
  fs::permissions(other, fs::perms{0700});
  std::ofstream(other / "letter") << "dear";
  const CommandResult refused = relay().command_in(other, {"restore", file()});
  EXPECT_EQ(refused.code, 2);
  EXPECT_TRUE(says(refused, "cut short"));
  EXPECT_EQ(std::distance(fs::directory_iterator(other), fs::directory_iterator()), 1);
}

TEST_F(ServerBackup, OfWhichALittleIsMissingOrAlteredIsRefusedAndMakesNoRelay) {
  const TestMailbox mailbox;
  const std::string envelope = random_envelope();
  {
    const auto client = paid_client();
    ASSERT_TRUE(client->drop(mailbox, envelope).has_dropped());
  }
  ASSERT_EQ(back_up().code, 0);
  const fs::path database = relay().data() / "relay.db";
  end();
  const std::string whole = contents(file());
  std::string altered = whole;
  const std::size_t at = whole.find(envelope);
  ASSERT_NE(at, std::string::npos);
  altered[at] = static_cast<char>(altered[at] ^ 1);
  std::string another = whole;
  const std::size_t identity = whole.find(contents(relay().data() / "identity.key"));
  ASSERT_NE(identity, std::string::npos);
  another[identity] = static_cast<char>(another[identity] ^ 1);
  const std::string wrong[] = {whole.substr(0, whole.size() - 1),
                               whole.substr(0, whole.size() / 2),
                               whole.substr(0, 100),
                               "no backup, whatever its name says",
                               altered,
                               another,
                               contents(database)};
  const fs::path other = fs::path(file()).parent_path() / "other";
  for (const std::string& bytes : wrong) {
    std::ofstream(file() + ".wrong", std::ios::binary) << bytes;
    const CommandResult refused = relay().command_in(other, {"restore", file() + ".wrong"});
    EXPECT_EQ(refused.code, 1) << bytes.size();
    EXPECT_TRUE(says(refused, "Nothing was restored")) << refused.err;
    EXPECT_TRUE(!fs::exists(other) || fs::is_empty(other)) << bytes.size();
  }
  EXPECT_EQ(relay().command_in(other, {"restore", file() + ".missing"}).code, 8);
  EXPECT_EQ(relay().command_in(other, {"restore", file()}).code, 0);
}

TEST_F(ServerBackup, HalfRestoredIsNoRelay) {
  ASSERT_EQ(back_up().code, 0);
  end();
  // The identity comes last: a power cut before it leaves this.
  fs::remove_all(relay().data());
  ASSERT_EQ(restore().code, 0);
  fs::remove(relay().data() / "identity.key");
  EXPECT_EQ(relay().command({"run"}).code, 8);
  const CommandResult again = restore();
  EXPECT_EQ(again.code, 2);
  EXPECT_TRUE(says(again, "cut short"));
}

TEST_F(ServerBackup, InTheDatabasesPlaceIsNotStarted) {
  ASSERT_EQ(back_up().code, 0);
  end();
  fs::copy_file(file(), relay().data() / "relay.db", fs::copy_options::overwrite_existing);
  const CommandResult started = relay().command({"run"});
  EXPECT_EQ(started.code, 1);
  EXPECT_TRUE(says(started, "porchlightd restore"));
}

TEST_F(ServerBackup, OfAStoppedRelayIsAsGood) {
  end();
  ASSERT_EQ(back_up().code, 0);
  fs::remove_all(relay().data());
  ASSERT_EQ(restore().code, 0);
  relay().start();
  EXPECT_TRUE(RelayClient(address()).spend(token()).has_budget());
}

TEST_F(ServerBackup, WithoutATokenSecretARelayStartsUnderNoOtherKeys) {
  end();
  fs::remove(relay().data() / "tokens.key");
  const CommandResult started = relay().command({"run"});
  EXPECT_EQ(started.code, 1);
  EXPECT_TRUE(says(started, "no token secret"));
  EXPECT_FALSE(fs::exists(relay().data() / "tokens.key"));
  EXPECT_EQ(back_up().code, 1);
  EXPECT_NE(relay().command({"check"}).out.find("bad   There is no token secret"),
            std::string::npos);
}

}  // namespace
}  // namespace porchlight::relay
