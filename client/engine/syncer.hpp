// Everything one command does at the relay: lanes are opened where there is work, the collecting
// lane reads again after something was stored, errands come last. Ends when nothing follows any
// more. Must not know: the vault, terminals.
#pragma once

#include <map>

#include "client/engine/engine.hpp"

namespace porchlight::client {

class Syncer {
 public:
  Syncer(const Wiring& wiring, net::asio::io_context& io, Haste haste)
      : wiring_(wiring), io_(io), haste_(haste), clock_(io) {}

  /// Once. `this` outlives what it spawns, which ends within `patience` and a little.
  void start(std::chrono::seconds patience);
  const SyncReport& report() const { return report_; }

 private:
  struct Running {
    Running(const Wiring& wiring, Lane lane, LaneTask::Leave leave)
        : task(wiring, lane, LaneSession::Extent::until_caught_up, leave) {}

    LaneTask task;
    bool over = false;
  };

  net::awaitable<void> run();
  net::awaitable<void> watch_clock(std::chrono::seconds patience);
  net::awaitable<void> settle_lanes();
  net::awaitable<void> run_lane(Running& running);
  net::awaitable<void> close_lanes();
  /// Whether any was done.
  net::awaitable<bool> run_errands();
  void open_lanes();
  bool all_at_rest();
  bool another_round();
  void note(const Error& error);

  Wiring wiring_;
  net::asio::io_context& io_;
  Haste haste_;
  net::asio::steady_timer clock_;
  SyncReport report_;
  std::map<Lane, Running> lanes_;
  std::size_t stored_before_round_ = 0;
  bool over_ = false;
  bool given_up_ = false;  // the relay is not there, not to be trusted, or time is over
};

}  // namespace porchlight::client
