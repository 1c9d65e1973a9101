// What the running relay does by the clock, in this process: its weekly keys, and its stop.
#include <thread>

#include "relay/server/clock.hpp"
#include "relay/server/server.hpp"
#include "tests/unit/relay_client.hpp"
#include "tests/unit/relay_program.hpp"

namespace porchlight::relay {
namespace {

class ServerHouse : public testing::Test {
 protected:
  void SetUp() override {
    Config config;
    config.host = {"127.0.0.1", 7443};
    config.listen = {config.host};
    ASSERT_TRUE(DataFolder::create(temp_.path(), config).ok());
    auto node = Node::open(temp_.path(), system_random);
    ASSERT_TRUE(node.ok()) << node.error().what;
    node_ = std::move(*node);
    node_->config.listen = {{"127.0.0.1", 0}};  // the system chooses the port
  }
  void TearDown() override {
    if (thread_.joinable()) thread_.join();
  }
  void start() {
    auto server = Server::create(io_, *node_, log_, system_random);
    ASSERT_TRUE(server.ok()) << server.error().what;
    server_ = std::move(*server);
    address_ = {node_->relay_identity(), {"127.0.0.1", server_->ports().front()}};
    server_->start();
    thread_ = std::thread([this] { io_.run(); });
  }
  void stop() {
    net::asio::post(io_, [this] { server_->stop([] {}); });
    thread_.join();
  }

  Node& node() { return *node_; }
  const wire::RelayAddress& address() const { return address_; }

 private:
  TempFolder temp_;
  spdlog::logger log_{"quiet"};
  std::unique_ptr<Node> node_;
  net::asio::io_context io_{1};
  std::unique_ptr<Server> server_;
  wire::RelayAddress address_;
  std::thread thread_;
};

TEST_F(ServerHouse, MakesTheKeysOfAWeekThatHasBegun) {
  const auto long_ago = system_now() - std::chrono::weeks(2);
  node().keyring = std::make_shared<const Keyring>(
      Keyring::derive(node().token_secret, node().identity, long_ago));
  start();
  int keys = 0;
  for (int attempt = 0; attempt < 1000 && keys == 0; ++attempt) {
    keys = RelayClient(address()).info().token_keys_size();
  }
  EXPECT_EQ(keys, 6);
  stop();
}

TEST_F(ServerHouse, StopEndsOpenConnectionsAndTheLoop) {
  start();
  RelayClient client(address());
  net::asio::io_context other;
  net::asio::ip::tcp::socket silent(other);  // never begins its handshake
  silent.connect({net::asio::ip::make_address("127.0.0.1"), address().at.port});
  std::thread reader([&] {
    EXPECT_FALSE(client.read());
    client.connection().close();
  });
  stop();
  reader.join();
}

TEST_F(ServerHouse, AnAddressThatIsTakenIsNamed) {
  net::asio::io_context io;
  net::asio::ip::tcp::acceptor taken(io, {net::asio::ip::make_address("127.0.0.1"), 0});
  node().config.listen = {{"127.0.0.1", taken.local_endpoint().port()}};
  spdlog::logger log("quiet");
  const auto server = Server::create(io, node(), log, system_random);
  ASSERT_FALSE(server.ok());
  EXPECT_NE(server.error().what.find(node().config.listen.front().str()), std::string::npos);
}

}  // namespace
}  // namespace porchlight::relay
