// One connection at the relay: it reads frames, has the session decide, performs its effects, and
// sends. All of it runs on one shard's thread.
// What goes out is answers, which are small and bounded by the requests in flight, and deliveries,
// which cursors pull when the socket has taken what was there before: nothing queues up.
// Must not know: what requests mean.
#pragma once

#include <list>

#include "proto/net/connection.hpp"
#include "relay/server/committer.hpp"
#include "relay/server/cursor.hpp"

namespace porchlight::relay {

class Shard;

/// Shared, because two coroutines hold it for as long as they run: the one that reads, and the one
/// that waits for a full socket.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  using Clock = std::chrono::steady_clock;
  enum class Admission : std::uint8_t { normal, surplus };  // surplus: is told BUSY and sent away

  /// `shard` outlives it. `connection` has not done its handshake.
  Peer(Shard& shard, ConnectionId id, net::Connection connection);
  ~Peer();
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  /// From the handshake to the end of the connection.
  static net::awaitable<void> serve(std::shared_ptr<Peer> self, Admission admission);

  ConnectionId id() const { return id_; }

  /// An operation of this connection is durable or was refused.
  void on_outcome(Ticket ticket, const Outcome& outcome);
  /// The mailbox of `cursor`, one of this peer's, has one envelope more.
  void on_news(Cursor& cursor, Seq seq, std::string_view delivery);
  /// Sends as much as the socket takes, pulling once; asks the shard for another turn when there is
  /// more. Each of the two above asks for a turn, in which the shard calls this.
  void flush();
  /// The commit queue has room again.
  void on_room() { nudge(); }

  /// Reads nothing more, finishes what it has read, says goodbye.
  void stop();
  /// Ends the connection now.
  void abandon();
  /// When the connection will have been silent for too long.
  Clock::time_point deadline() const { return deadline_; }

 private:
  net::awaitable<void> read_requests();
  net::awaitable<void> finish_requests();
  net::awaitable<void> pause();
  static net::awaitable<void> wait_writable(std::shared_ptr<Peer> self);
  void nudge();
  bool must_pause() const;
  bool is_settled() const { return in_flight_ == 0 && behind_ == 0 && unsent() == 0; }

  void perform(Effects effects);
  void start(const Deliver& order);
  void pull_once();
  void end(Cursor& cursor);
  void end_cursors();
  void send(const wire::Answer& answer);
  void ask_turn();
  std::size_t unsent() const { return out_.size() - sent_; }

  Shard& shard_;
  const ConnectionId id_;
  net::Connection connection_;
  Session session_;
  Clock::time_point deadline_;

  std::string out_;
  std::size_t sent_ = 0;                       // of out_
  std::size_t in_flight_ = 0;                  // operations
  std::size_t behind_ = 0;                     // cursors
  std::list<Cursor> cursors_;                  // those behind take turns from the front
  net::asio::steady_timer* paused_ = nullptr;  // the reader's, while it pauses
  bool writer_waits_ = false;
  bool turn_asked_ = false;
  bool closing_ = false;  // by the session's will
};

}  // namespace porchlight::relay
