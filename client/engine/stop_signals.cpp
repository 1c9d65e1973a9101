#include "client/engine/stop_signals.hpp"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace porchlight::client {
namespace {

sigset_t both() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignals::StopSignals() {
  const sigset_t set = both();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
  file_ = FileHandle{signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC)};
  PORCHLIGHT_ASSERT(file_);
}

StopSignals::~StopSignals() {
  signalfd_siginfo seen;
  while (read(file_.get(), &seen, sizeof seen) > 0) {
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool StopSignals::raised() const {
  pollfd polled{file_.get(), POLLIN, 0};
  return poll(&polled, 1, 0) > 0;
}

}  // namespace porchlight::client
