// A relay of the test's own making at a real relay's address, over real TLS: it may have that
// relay's identity or another, and says whatever the test wants.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>

#include "proto/net/connection.hpp"
#include "proto/wire/relay.pb.h"

namespace porchlight::e2e {

struct FakeScript {
  /// Sent first on every connection.
  std::string greeting;
  /// What answers a request; nothing where it is empty.
  std::function<std::string(const wire::Request&)> answer;
};

class FakeRelay {
 public:
  /// Listens when this returns. `host` is "address:port".
  FakeRelay(const std::string& host, const SigningSeed& identity, FakeScript script);
  ~FakeRelay();

  /// How many requests it has read so far.
  int requests() const { return requests_; }

 private:
  net::awaitable<void> accept();
  net::awaitable<void> serve(net::asio::ip::tcp::socket socket);

  FakeScript script_;
  std::atomic<int> requests_ = 0;
  net::asio::io_context io_;
  net::asio::ip::tcp::acceptor acceptor_;
  std::unique_ptr<net::TlsServer> tls_;
  std::thread thread_;
};

/// The identity in a stopped relay's data folder.
SigningSeed identity_of(const std::filesystem::path& data);
/// What that relay would say first: its token keys and incarnation.
wire::RelayInfo info_of(const std::filesystem::path& data);

std::string frame_of(const wire::Answer& answer);
std::string greeting_of(const wire::RelayInfo& info);
/// An honest answer to everything but drops, which get `to_drop`.
std::string answer_all_but_drops(const wire::RelayInfo& info, const wire::Request& request,
                                 wire::Answer to_drop);

}  // namespace porchlight::e2e
