// How long a connection may stay silent: a relay that owes an answer for less long than one that
// owes none and is only asked whether it is still there. Nothing but the connection itself counts:
// a tick, or what another lane does, prolongs no silence.
#pragma once

#include <chrono>

#include "proto/base/limits.hpp"

namespace porchlight::client {

class Silence {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Silence(Time now) : since_(now) {}

  /// Something was sent or came.
  void broken(Time now) { since_ = now; }
  /// When it has lasted too long. `owed`: an answer is awaited.
  Time end(bool owed, Time now) {
    if (owed != owed_) since_ = now;
    owed_ = owed;
    if (owed) return since_ + limits::request_timeout;
    return since_ + limits::ping_interval;
  }

 private:
  Time since_;
  bool owed_ = false;
};

}  // namespace porchlight::client
