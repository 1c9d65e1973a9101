// One lane's life on one connection: connects, hands frames between socket and LaneSession, and
// waits for whatever comes first: bytes, news from another lane, or the time to ping.
// Must not know: what the frames mean, the vault.
#pragma once

#include "client/core/lane.hpp"
#include "client/engine/signal.hpp"
#include "client/engine/silence.hpp"
#include "proto/net/connect.hpp"

namespace porchlight::client {

/// What the tasks of one run share; all of it outlives them.
struct Wiring {
  Core& core;
  Keeper& keeper;
  Signal& signal;  // raised when the core may have changed, by whoever changed it
  const net::TlsClient& tls;
};

class LaneTask {
 public:
  enum class Leave : std::uint8_t {
    at_rest,    // ends by itself when nothing is to be done
    when_told,  // stays until stop()
  };

  LaneTask(const Wiring& wiring, Lane lane, LaneSession::Extent extent, Leave leave)
      : wiring_(wiring), host_(wiring.core, wiring.keeper, lane), extent_(extent), leave_(leave) {}

  /// Once. Ends well at rest or after stop(), else with why the connection could not be made or
  /// broke. The task outlives it.
  net::awaitable<Status> run();
  /// run() ends soon. What the relay has not answered yet is asked again another time.
  void stop();

  /// Whether a relay that is the pinned one has spoken.
  bool greeted() const { return session_ && session_->greeted(); }
  /// All that was to be done has been done once: this relay is worth coming back to at once.
  bool settled() const { return settled_; }
  /// Nothing can be done on this lane at present.
  bool at_rest() { return session_ && session_->at_rest(); }
  bool must_begin_anew() const { return session_ && session_->must_begin_anew(); }
  std::size_t stored() const { return session_ ? session_->stored() : 0; }
  std::optional<Error> trouble() const { return session_ ? session_->trouble() : std::nullopt; }
  void collect_again() {
    if (session_) session_->collect_again();
  }

 private:
  net::awaitable<void> until_stopped();
  net::awaitable<Status> converse(net::Connection& connection);
  net::awaitable<Status> exchange(net::Connection& connection, Silence& silence);
  bool is_in_vain();
  Status take_frames(net::Connection& connection);

  Wiring wiring_;
  CoreLane host_;
  LaneSession::Extent extent_;
  Leave leave_;
  std::optional<LaneSession> session_;
  bool settled_ = false;
  bool stopped_ = false;
};

}  // namespace porchlight::client
