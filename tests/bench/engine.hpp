// A lean client for load: one thread, epoll, OpenSSL on the socket, the relay's pinned identity
// checked on every connection. Frames are bytes here; what they mean is the workload's.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proto/net/tls_context.hpp"
#include "proto/wire/frame.hpp"
#include "proto/wire/relay.pb.h"
#include "proto/wire/relay_address.hpp"

namespace porchlight::bench {

class Engine;

/// One connection. What is put in `out` is sent when the engine gets to it.
class Client {
 public:
  std::string out;
  /// Called with each answer, the relay's greeting first.
  std::function<void(Client&, const wire::Answer&)> on_answer;

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  bool failed() const { return failed_; }

 private:
  friend class Engine;
  Client() = default;

  int fd_ = -1;
  net::TlsSession tls_;
  bool shaken_ = false;
  bool failed_ = false;
  bool waits_to_write_ = false;
  std::size_t sent_ = 0;
  wire::FrameReader reader_;
};

class Engine {
 public:
  explicit Engine(const wire::RelayAddress& relay);
  ~Engine();

  /// Begins to connect. The client lives until forget_all().
  Client& dial();
  void forget_all();
  /// Ends its connection; nothing more is called. That is no failure.
  void hang_up(Client& client);
  /// Sends what `client` has in `out` as far as the socket takes it.
  void flush(Client& client);
  /// Runs until `done` or for `seconds`; whether it was `done`.
  bool run(const std::function<bool()>& done, double seconds);
  std::size_t failures() const { return failures_; }

 private:
  void drive(Client& client);
  void read(Client& client);
  void fail(Client& client);
  void watch(Client& client, bool writing);

  wire::RelayAddress relay_;
  std::unique_ptr<net::TlsClient> tls_;
  int epoll_;
  std::vector<std::unique_ptr<Client>> clients_;
  wire::Answer answer_;  // reused: parsing into it costs no allocation
  std::size_t failures_ = 0;
};

double seconds_now();
/// This process's own CPU seconds.
double own_cpu_seconds();

}  // namespace porchlight::bench
