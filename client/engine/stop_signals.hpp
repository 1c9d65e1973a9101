// SIGINT and SIGTERM as something to be waited for, from the first moment to the last: between two
// event loops too, a signal ends the program in its own time and in order.
#pragma once

#include <csignal>

#include "client/vault/lock.hpp"

namespace porchlight::client {

class StopSignals {
 public:
  /// From here on the two do not kill this thread.
  StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;
  /// They do again; one that came meanwhile counts as seen.
  ~StopSignals();

  /// Becomes and stays readable when one has come.
  int descriptor() const { return file_.get(); }
  bool raised() const;

 private:
  sigset_t before_;
  FileHandle file_;
};

}  // namespace porchlight::client
