// How long to wait before a relay is tried again: doubling, with a ceiling, and spread, so that all
// the clients of a relay that restarts do not come back at once.
#pragma once

#include <chrono>

#include "proto/base/limits.hpp"
#include "proto/crypto/random.hpp"

namespace porchlight::client {

class Backoff {
 public:
  /// `random` outlives this.
  explicit Backoff(Random& random) : random_(random) {}

  /// Between half of the present step and all of it. The next step is twice as long.
  std::chrono::milliseconds next();
  /// It worked: the next failure begins anew.
  void reset() { step_ = limits::reconnect_first; }

 private:
  Random& random_;
  std::chrono::milliseconds step_ = limits::reconnect_first;
};

}  // namespace porchlight::client
