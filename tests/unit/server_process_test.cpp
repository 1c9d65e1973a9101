// porchlightd as a process: what survives kill -9, what SIGTERM finishes, and its commands.
#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/unit/server_fixture.hpp"

namespace porchlight::relay {
namespace {

class ServerProcess : public ServerFixture {};

TEST_F(ServerProcess, KeepsWhatItAcknowledgedWhenItIsKilled) {
  const TestMailbox mailbox;
  const std::string envelope = random_envelope(16'384);
  const wire::Token token = this->token();
  const auto spend_id = system_random.fixed<SpendId>();
  std::string incarnation;
  {
    RelayClient client(address());
    incarnation = client.info().incarnation();
    ASSERT_TRUE(client.spend(token, spend_id).has_budget());
    ASSERT_TRUE(client.drop(mailbox, envelope).has_dropped());
    EXPECT_EQ(relay().end(SIGKILL), -SIGKILL);
  }
  relay().start();
  EXPECT_EQ(stored_in(mailbox), std::vector{envelope});
  RelayClient client(address());
  EXPECT_EQ(client.info().incarnation(), incarnation);
  EXPECT_EQ(client.spend(token, spend_id).budget().drops(), limits::session_drops - 1);
  EXPECT_EQ(failure_of(client.spend(token)), wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(ServerProcess, FinishesWhatItHasReadAtSigtermAndLosesNothingAcknowledged) {
  const TestMailbox mailbox;
  const auto client = paid_client();
  std::map<std::uint64_t, std::string> sent;
  std::string frames;
  for (std::uint64_t i = 0; i < limits::session_drops; ++i) {
    auto request = RelayClient::drop_request(mailbox.address, random_envelope());
    request.set_id(1000 + i);
    sent.emplace(request.id(), request.drop().envelope());
    wire::append_frame(request, frames);
  }
  client->write(std::move(frames));
  std::set<std::string> acknowledged;
  while (const auto answer = client->read()) {
    ASSERT_TRUE(answer->has_dropped());
    acknowledged.insert(sent.at(answer->id()));
    if (acknowledged.size() == 1) relay().signal(SIGTERM);
  }
  client->connection().close();
  EXPECT_EQ(relay().wait(), 0);
  EXPECT_FALSE(acknowledged.empty());
  relay().start();
  const auto stored = stored_in(mailbox);
  const std::set<std::string> kept(stored.begin(), stored.end());
  EXPECT_TRUE(std::includes(kept.begin(), kept.end(), acknowledged.begin(), acknowledged.end()));
}

TEST_F(ServerProcess, StopsGracefullyWhileCollectorsListen) {
  const TestMailbox mailbox;
  const auto collector = paid_client();
  ASSERT_TRUE(collector->prove_collect(mailbox).has_done());
  collector->send(RelayClient::collect_request(mailbox.address, 0, true));
  EXPECT_TRUE(collector->pushed().has_caught_up());
  relay().signal(SIGTERM);
  EXPECT_FALSE(collector->read());
  collector->connection().close();
  EXPECT_EQ(relay().wait(), 0);
}

TEST_F(ServerProcess, ASecondSignalStopsAtOnce) {
  const auto client = paid_client();  // does not say goodbye
  relay().signal(SIGTERM);
  EXPECT_FALSE(client->read());
  EXPECT_EQ(relay().end(SIGTERM), 1);
}

TEST_F(ServerProcess, CommandsWorkBesideARunningRelayAndWithoutOne) {
  const auto running = nlohmann::json::parse(relay().command({"status", "--json"}).out);
  EXPECT_EQ(running.at("type"), "status");
  EXPECT_EQ(running.at("schema"), 1);
  EXPECT_EQ(running.at("running"), true);
  EXPECT_EQ(running.at("address"), address().str());
  const CommandResult invited = relay().command({"invite", "--uses", "2"});
  ASSERT_EQ(invited.code, 0) << invited.err;

  ASSERT_EQ(relay().end(SIGTERM), 0);
  const auto stopped = nlohmann::json::parse(relay().command({"status", "--json"}).out);
  EXPECT_EQ(stopped.at("running"), false);
  EXPECT_EQ(stopped.at("spent_tokens"), running.at("spent_tokens").get<int>() + 2);
  const CommandResult offline = relay().command({"invite", "--expires", "90m"});
  ASSERT_EQ(offline.code, 0) << offline.err;

  relay().start();
  std::istringstream links(invited.out + offline.out);
  int count = 0;
  for (std::string link; std::getline(links, link); ++count) {
    const wire::Supplies supplies = redeem(link);
    EXPECT_EQ(supplies.enroll().kind(), wire::TOKEN_KIND_ENROLL_MEMBER);
    EXPECT_EQ(supplies.session_size(), 2);
    EXPECT_EQ(supplies.enroll_stock_size(), 0);
  }
  EXPECT_EQ(count, 3);
}

TEST_F(ServerProcess, ASecondRelayOnTheSameFolderIsRefused) {
  const CommandResult second = relay().command({"run"});
  EXPECT_EQ(second.code, 3);
  EXPECT_NE(second.err.find("Another porchlightd"), std::string::npos);
}

TEST_F(ServerProcess, InvitesOutOfRangeAreRefusedWithAReason) {
  EXPECT_EQ(relay().command({"invite", "--uses", "0"}).code, 2);
  EXPECT_EQ(relay().command({"invite", "--uses", "100000"}).code, 2);
  EXPECT_EQ(relay().command({"invite", "--expires", "8d"}).code, 2);
  EXPECT_EQ(relay().command({"invite", "--expires", "soon"}).code, 2);
}

TEST_F(ServerProcess, LogNamesNobody) {
  ASSERT_EQ(relay().end(SIGTERM), 0);
  relay().configure("log_level", "\"debug\"");
  relay().start();
  const TestMailbox mailbox;
  const wire::Token token = this->token();
  const std::string envelope = random_envelope();
  {
    RelayClient client(address());
    ASSERT_TRUE(client.spend(token).has_budget());
    ASSERT_TRUE(client.drop(mailbox, envelope).has_dropped());
    EXPECT_EQ(failure_of(client.spend(token)), wire::FAILURE_NOT_AUTHORISED);
    client.write(std::string(4, '\xff'));
    EXPECT_EQ(failure_of(*client.read()), wire::FAILURE_MALFORMED);
  }
  ASSERT_EQ(relay().end(SIGTERM), 0);
  const std::string log = relay().log();
  EXPECT_NE(log.find("stopped"), std::string::npos);
  EXPECT_EQ(log.find("127."), std::string::npos);
  for (const std::string& name : {mailbox.address.id().str(), to_string(mailbox.address.encode()),
                                  token.nonce(), token.output(), envelope}) {
    // Its first bytes, as they are and as a formatter would write them.
    const ByteView first = as_bytes(name).first(6);
    EXPECT_EQ(log.find(as_text(first)), std::string::npos);
    std::ostringstream hex;
    for (const Byte byte : first) hex << std::hex << std::setw(2) << std::setfill('0') << +byte;
    EXPECT_EQ(log.find(hex.str()), std::string::npos);
  }
  // Nor does the store: the clients' addresses are of 127/8 as well.
  std::ostringstream store;
  store << std::ifstream(relay().data() / "relay.db", std::ios::binary).rdbuf();
  EXPECT_NE(store.str().find(mailbox.address.id().str()), std::string::npos);
  for (const std::string& address : {std::string("127.0.0.1"), address().at.host}) {
    EXPECT_EQ(store.str().find(address), std::string::npos);
  }
}

TEST(ServerCommands, InitNeverTouchesAFolderThatIsNotEmpty) {
  RelayProgram relay;
  const CommandResult made = relay.init();
  ASSERT_EQ(made.code, 0) << made.err;
  EXPECT_TRUE(made.out.starts_with("Relay ready   porchlight://"));
  EXPECT_NE(made.err.find("porchlightd run"), std::string::npos);
  const auto before = relay.command({"status", "--json"}).out;
  const CommandResult again = relay.init();
  EXPECT_EQ(again.code, 2);
  EXPECT_NE(again.err.find("not empty"), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(before).at("address"),
            nlohmann::json::parse(relay.command({"status", "--json"}).out).at("address"));
}

TEST(ServerCommands, AFolderThatOthersCanReadIsRefusedWithTheCommandThatMendsIt) {
  RelayProgram relay;
  ASSERT_EQ(relay.init().code, 0);
  std::filesystem::permissions(relay.data(), std::filesystem::perms{0755});
  const CommandResult refused = relay.command({"run"});
  EXPECT_EQ(refused.code, 2);
  EXPECT_NE(refused.err.find("chmod 700 " + relay.data().string()), std::string::npos);
}

TEST(ServerCommands, CheckIsContentWithANewRelayAndSaysWhatIsWrongWithABrokenOne) {
  RelayProgram relay;
  ASSERT_EQ(relay.init().code, 0);
  EXPECT_EQ(relay.command({"check"}).code, 0);
  relay.configure("ordinary_days", "9");
  const CommandResult config = relay.command({"check"});
  EXPECT_EQ(config.code, 1);
  EXPECT_NE(config.out.find("bad   porchlightd.toml, line"), std::string::npos);
  std::ofstream(relay.data() / "identity.key") << "short";
  EXPECT_NE(relay.command({"check"}).out.find("identity"), std::string::npos);
}

TEST(ServerCommands, AMissingFolderIsNotFound) {
  RelayProgram relay;
  const CommandResult result = relay.command({"run"});
  EXPECT_EQ(result.code, 8);
  EXPECT_NE(result.err.find("porchlightd init"), std::string::npos);
}

TEST(ServerCommands, WrongUsageHasItsExitCode) {
  RelayProgram relay;
  EXPECT_EQ(relay.command({"invent"}).code, 2);
  EXPECT_EQ(relay.command({"run", "--help"}).code, 0);
}

}  // namespace
}  // namespace porchlight::relay
