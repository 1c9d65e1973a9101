// The running relay's door for its operator: a Unix socket of mode 0600 in the data folder. One
// line of JSON in, one line of JSON out. Must not know: what the commands do.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "relay/server/node.hpp"
#include "relay/server/server.hpp"

namespace porchlight::relay {

class AdminSocket {
 public:
  /// Replaces a socket that an earlier process left. All arguments outlive it. 'storage' when it
  /// cannot be made.
  static Result<std::unique_ptr<AdminSocket>> open(net::asio::io_context& io, Node& node,
                                                   Server& server, spdlog::logger& log,
                                                   Random& random);
  ~AdminSocket();

  void start();
  /// Takes no more requests, and removes the socket.
  void stop();

 private:
  using Protocol = net::asio::local::stream_protocol;

  AdminSocket(net::asio::io_context& io, Node& node, Server& server, spdlog::logger& log,
              Random& random);
  net::awaitable<void> accept();
  net::awaitable<void> serve(Protocol::socket socket);
  net::awaitable<std::string> on_commit_thread(std::string request);

  net::asio::io_context& io_;
  Node& node_;
  Server& server_;
  spdlog::logger& log_;
  Random& random_;
  std::filesystem::path path_;
  Protocol::acceptor acceptor_;
};

/// Asks the relay that runs on `folder`. None when none runs; 'unreachable' when it does not
/// answer.
Result<std::optional<nlohmann::json>> ask_running_relay(const DataFolder& folder,
                                                        const nlohmann::json& request);

}  // namespace porchlight::relay
