// Staying connected: one collecting lane, reopened when it breaks; the others while they have work;
// days, lifetimes and errands by the minute, and what waits for its time when that has come.
// Must not know: the vault's contents, terminals.
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <map>

#include "client/engine/engine.hpp"

namespace porchlight::client {

class Listener {
 public:
  /// Everything outlives it.
  Listener(const Wiring& wiring, net::asio::io_context& io, Random& random,
           const ListenCallbacks& callbacks)
      : wiring_(wiring),
        io_(io),
        random_(random),
        callbacks_(callbacks),
        signals_(io),
        bell_(io),
        input_(io) {}

  /// Once. `this` outlives what it spawns.
  void start(const StopSignals& signals, const VaultBell* bell);
  Result<ListenEnd> end() const;

 private:
  net::awaitable<void> run_lane(Lane lane);
  net::awaitable<void> mind_the_time();
  net::awaitable<void> run_due_errands();
  net::awaitable<void> tell_changes();
  net::awaitable<void> watch(net::asio::posix::stream_descriptor& descriptor, ListenEnd what);
  net::awaitable<void> take_input();
  net::awaitable<void> until_stopped();
  using Moment = std::chrono::steady_clock::time_point;
  net::awaitable<void> news_or(Moment until);
  net::awaitable<void> pause(std::chrono::milliseconds span);
  net::awaitable<void> until_next_tick();
  std::optional<TimePoint> next_wanted();
  void on_broken(Lane lane, const Error& why, std::chrono::milliseconds pause);
  void stop(ListenEnd why);
  void fail(const Error& error);

  Wiring wiring_;
  net::asio::io_context& io_;
  Random& random_;
  const ListenCallbacks& callbacks_;
  using Descriptor = net::asio::posix::stream_descriptor;
  Descriptor signals_;
  Descriptor bell_;
  Descriptor input_;
  std::map<Lane, LaneTask*> tasks_;  // that are running
  bool connected_ = false;           // and told so
  bool stopped_ = false;
  ListenEnd end_ = ListenEnd::interrupted;
  std::optional<Error> failure_;
};

}  // namespace porchlight::client
