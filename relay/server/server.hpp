// The running relay: listeners, the commit thread, the shard, what happens by the clock, and the
// graceful stop.
// Must not know: commands, signals.
#pragma once

#include <vector>

#include "proto/net/tls_context.hpp"
#include "relay/server/node.hpp"
#include "relay/server/shard.hpp"

namespace porchlight::relay {

/// What `status` tells of a running relay.
struct RunningState {
  std::size_t connections = 0;
  std::size_t subscriptions = 0;
  Counters counters;
  std::chrono::seconds up{0};
};

class Server {
 public:
  /// Opens the read side and binds every listen address; a port of 0 is chosen by the system. `io`
  /// is run by one thread. Node, io and log outlive the server. Errors: 'storage', or 'unreachable'
  /// for an address that cannot be bound, which the sentence names.
  static Result<std::unique_ptr<Server>> create(net::asio::io_context& io, Node& node,
                                                spdlog::logger& log, Random& random);
  ~Server();

  /// Begins to accept. Everything ends, and io.run() returns, when stop() has finished.
  void start();

  /// Stops accepting, finishes what was read, commits, answers, closes; what is not finished within
  /// limits::stop_timeout is cut off. Then calls `done`. On the io thread.
  void stop(std::function<void()> done);

  std::vector<std::uint16_t> ports() const;
  RunningState state() const;
  Committer& committer() { return *committer_; }
  std::shared_ptr<const Keyring> keyring() const { return keyring_; }

 private:
  using Acceptor = net::asio::ip::tcp::acceptor;

  Server(net::asio::io_context& io, Node& node, spdlog::logger& log);
  Status listen(const wire::HostPort& at);
  net::awaitable<void> accept_from(Acceptor& acceptor);
  void say_not_accepted(const net::error_code& error);
  void admit(net::asio::ip::tcp::socket socket);
  net::awaitable<void> keep_house();
  void renew_what_is_due();
  void load_new_keyring();

  net::asio::io_context& io_;
  Node& node_;
  spdlog::logger& log_;
  std::unique_ptr<net::TlsServer> tls_;
  std::shared_ptr<const Keyring> keyring_;
  std::unique_ptr<Shard> shard_;
  std::unique_ptr<Committer> committer_;
  std::list<Acceptor> acceptors_;
  net::asio::steady_timer clock_;  // the housekeeper's
  net::asio::steady_timer stop_limit_;
  std::chrono::steady_clock::time_point started_;
  std::chrono::steady_clock::time_point next_accept_notice_{};
  std::chrono::steady_clock::time_point retry_at_{};  // the time of day may go back
  bool keyring_asked_ = false;
  bool stopping_ = false;
};

}  // namespace porchlight::relay
