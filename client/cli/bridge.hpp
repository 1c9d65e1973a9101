// listen --exec: a command of a person's own that runs for each thing that comes: a bell, a text
// message, a push service. It is told the least, as whatever it calls is outside of what is sealed.
// Must not know: what it hands over.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "client/cli/output.hpp"

namespace porchlight::client {

class Bridge {
 public:
  enum class Detail : std::uint8_t {
    least,  // kind and id
    all,    // on stdin what --json would print
  };
  /// `command` is for /bin/sh. `out` outlives the bridge.
  Bridge(std::string command, Detail detail, Output& out)
      : command_(std::move(command)), detail_(detail), out_(out) {}
  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;

  /// Starts the command with PORCHLIGHT_KIND and PORCHLIGHT_ID in its environment and does not wait
  /// for it. What it prints comes out on stderr. Where eight are still running this one is passed
  /// over, and that is said once.
  /// `record` is what all of it is.
  void hand_over(const std::string& kind, const std::string& id, const std::string& record);

 private:
  void reap();

  std::string command_;
  Detail detail_;
  Output& out_;
  std::vector<pid_t> running_;
  bool complained_ = false;
};

}  // namespace porchlight::client
