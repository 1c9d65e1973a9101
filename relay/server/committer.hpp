// The commit thread: the only one that writes to the database. Operations wait in a bounded queue
// and are committed together: one fsync for all that came while the last one was under way.
// Must not know: connections, sockets.
#pragma once

#include <spdlog/logger.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "relay/core/policy.hpp"
#include "relay/core/session.hpp"
#include "relay/store/database.hpp"

namespace porchlight::relay {

/// Names a connection for as long as the relay runs; never used again.
using ConnectionId = std::uint64_t;

/// One operation on its way through the commit thread and back.
struct Work {
  ConnectionId connection = 0;
  Ticket ticket = 0;
  Operation operation;
  Outcome outcome = Failed{};
};

class Committer {
 public:
  /// `on_done` is called on the commit thread with each batch, in the order of submission, once it
  /// is durable. `database` and `log` outlive this.
  Committer(Database& database, const Policy& policy, spdlog::logger& log,
            std::function<void(std::vector<Work>)> on_done);
  /// stop().
  ~Committer();
  Committer(const Committer&) = delete;
  Committer& operator=(const Committer&) = delete;

  /// Never refuses; but whoever submits MUST stop taking more in while has_room() is false. Room is
  /// there again at the latest when a batch is done.
  void submit(Work work);
  bool has_room() const;

  /// Has `task` run on the commit thread, between two batches.
  void run(std::function<void(Database&)> task);

  /// Commits and reports everything submitted before, then ends the thread.
  void stop();

 private:
  void loop();
  bool wait_for_work();
  void commit(std::vector<Work> batch);
  void say_full();
  void sweep_some();

  Database& database_;
  const Policy policy_;
  spdlog::logger& log_;
  const std::function<void(std::vector<Work>)> on_done_;

  mutable std::mutex mutex_;  // guards what follows, up to stopping_
  std::condition_variable wake_;
  std::vector<Work> queue_;
  std::vector<std::function<void(Database&)>> tasks_;
  bool stopping_ = false;

  // How full queue_ is: asked before every frame, so without the lock.
  std::atomic<std::size_t> queued_ = 0;
  std::atomic<std::size_t> queued_bytes_ = 0;

  // The commit thread's own.
  std::chrono::steady_clock::time_point next_sweep_;
  std::chrono::steady_clock::time_point next_full_notice_;
  std::thread thread_;
};

}  // namespace porchlight::relay
