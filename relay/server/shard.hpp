// What one I/O thread owns: its connections, their subscriptions and a read side of the database.
// Connections never leave their shard, so nothing here is locked; other threads post to it.
// There is one shard today. With several, each batch of the commit thread goes to all of them.
// Must not know: listeners, configuration.
#pragma once

#include <spdlog/logger.h>

#include <deque>
#include <functional>
#include <unordered_map>

#include "relay/server/peer.hpp"

namespace porchlight::relay {

/// Since the relay started.
struct Counters {
  std::uint64_t connections = 0;
  std::uint64_t handshakes_failed = 0;
  std::uint64_t turned_away = 0;
  std::uint64_t drops = 0;
  std::uint64_t deliveries = 0;
};

class Shard {
 public:
  /// `io` is run by one thread; it, `committer` and `log` outlive the shard.
  Shard(net::asio::io_context& io, SessionContext context, Committer& committer,
        std::unique_ptr<Reader> reader, spdlog::logger& log);

  // ---- for the server, on the shard's thread ----
  void admit(net::Connection connection, Peer::Admission admission);
  void on_batch(std::vector<Work> batch);
  void use_keyring(std::shared_ptr<const Keyring> keyring);
  const Keyring& keyring() const { return *context_.keyring; }
  /// Ends connections whose deadline has passed.
  void end_silent();
  /// Has every connection finish what it has read, and calls `done` when all are gone.
  void stop(std::function<void()> done);
  /// Ends every connection now.
  void abandon_all();
  std::size_t connections() const { return peers_.size(); }
  std::size_t subscriptions() const { return subscriptions_.size(); }

  // ---- for its peers ----
  const SessionContext& context() const { return context_; }
  net::asio::io_context& io() { return io_; }
  Committer& committer() { return committer_; }
  Reader& reader() { return *reader_; }
  Subscriptions& live() { return subscriptions_; }
  Counters& counters() { return counters_; }
  spdlog::logger& log() { return log_; }
  /// Has `peer` flushed soon, after those that asked before.
  void give_turn(std::shared_ptr<Peer> peer);
  /// A peer stopped reading because the commit queue is full: it gets on_room() when it is not.
  void note_starved() { starved_ = true; }
  void forget(const Peer& peer);
  /// Runs `coroutine`, which keeps what it needs.
  void spawn(net::awaitable<void> coroutine);

 private:
  void take_turns();
  void tell_subscribers(const Append& append, Seq seq);

  net::asio::io_context& io_;
  SessionContext context_;
  Committer& committer_;
  std::unique_ptr<Reader> reader_;
  spdlog::logger& log_;
  Subscriptions subscriptions_;
  Counters counters_;
  ConnectionId next_id_ = 1;
  std::unordered_map<ConnectionId, Peer*> peers_;
  std::deque<std::shared_ptr<Peer>> turns_;
  bool turns_posted_ = false;
  bool starved_ = false;  // some peer waits for room in the commit queue
  std::function<void()> on_all_gone_;
};

}  // namespace porchlight::relay
