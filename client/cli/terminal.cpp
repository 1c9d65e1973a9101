#include "client/cli/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "client/vault/lock.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

FileHandle open_terminal() { return FileHandle{open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)}; }

/// While it lives, signals that end the program wait: the terminal is put in order before them.
class EndPutOff {
 public:
  EndPutOff() {
    sigset_t ends;
    sigemptyset(&ends);
    for (const int each : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&ends, each);
    pthread_sigmask(SIG_BLOCK, &ends, &before_);
    came_ = FileHandle{signalfd(-1, &ends, SFD_CLOEXEC)};
  }
  EndPutOff(const EndPutOff&) = delete;
  EndPutOff& operator=(const EndPutOff&) = delete;
  ~EndPutOff() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  /// Until there is something to read, which is true, or such a signal came.
  bool wait_for(int fd) const {
    pollfd both[] = {{fd, POLLIN, 0}, {came_.get(), POLLIN, 0}};
    while (poll(both, 2, -1) < 0 && errno == EINTR) {
    }
    return both[1].revents == 0;
  }

 private:
  sigset_t before_{};
  FileHandle came_;
};

/// No echo while it lives.
class HiddenTyping {
 public:
  explicit HiddenTyping(int fd) : fd_(fd) {
    if (tcgetattr(fd_, &before_) != 0) return;
    termios hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    hidden.c_lflag |= ECHONL;
    changed_ = tcsetattr(fd_, TCSAFLUSH, &hidden) == 0;
  }
  HiddenTyping(const HiddenTyping&) = delete;
  HiddenTyping& operator=(const HiddenTyping&) = delete;
  ~HiddenTyping() {
    if (changed_) tcsetattr(fd_, TCSAFLUSH, &before_);
  }

 private:
  int fd_;
  termios before_{};
  bool changed_ = false;
};

Error nobody_to_ask() {
  return {Errc::usage, tr("There is no terminal to ask on: give it as an option (see --help).")};
}

Status put(int fd, std::string_view text) {
  if (write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size())) return Ok{};
  return nobody_to_ask();
}

}  // namespace

bool can_ask() { return isatty(STDERR_FILENO) == 1 && static_cast<bool>(open_terminal()); }

Result<SecretBytes> read_secret_line(int fd) {
  SecretBytes line(limits::passphrase_bytes_max + 1);
  std::size_t size = 0;
  while (size < line.size()) {
    const ssize_t got = read(fd, line.fill().data() + size, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{Errc::usage, tr("The passphrase could not be read from there.")};
    if (got == 0 || line.reveal()[size] == '\n') break;
    ++size;
  }
  if (size == 0) return Error{Errc::usage, tr("The passphrase is empty.")};
  if (size > limits::passphrase_bytes_max) {
    return Error{Errc::usage,
                 say(tr("The passphrase is longer than {} bytes."), limits::passphrase_bytes_max)};
  }
  line.truncate(size);
  return line;
}

Result<SecretBytes> ask_hidden(std::string_view question) {
  const FileHandle terminal = open_terminal();
  if (!can_ask() || !terminal) return nobody_to_ask();
  CHECK(put(terminal.get(), question));
  const EndPutOff put_off;
  const HiddenTyping hidden(terminal.get());
  if (!put_off.wait_for(terminal.get())) return nobody_to_ask();  // and the signal ends us
  return read_secret_line(terminal.get());
}

Result<std::string> ask(std::string_view question) {
  const FileHandle terminal = open_terminal();
  if (!can_ask() || !terminal) return nobody_to_ask();
  CHECK(put(terminal.get(), question));
  std::string line;
  char c = 0;
  while (line.size() < 1024 && read(terminal.get(), &c, 1) == 1 && c != '\n') line += c;
  return line;
}

Result<bool> confirm(std::string_view question, std::string_view unasked) {
  if (!can_ask()) return Error{Errc::usage, std::string(unasked)};
  TRY(const std::string answer, ask(say(tr("{} [y/N] "), question)));
  const std::string_view yes[] = {tr("y"), tr("Y"), tr("yes"), "yes"};
  return std::find(std::begin(yes), std::end(yes), answer) != std::end(yes);
}

namespace {

Result<std::string> read_all(int descriptor, std::size_t bytes_max) {
  std::string text;
  char chunk[4096];
  while (true) {
    const ssize_t got = read(descriptor, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{Errc::storage, tr("That could not be read. Nothing was done.")};
    if (got == 0) break;
    text.append(chunk, static_cast<std::size_t>(got));
    if (text.size() > bytes_max + 1) {
      return Error{Errc::too_large,
                   say(tr("That is longer than {} bytes. Nothing was done."), bytes_max)};
    }
  }
  if (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

Result<std::string> read_stdin(std::size_t bytes_max) { return read_all(STDIN_FILENO, bytes_max); }

Result<std::string> read_input(const std::string& path, std::size_t bytes_max) {
  if (path == "-") return read_stdin(bytes_max);
  const FileHandle file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    return Error{Errc::not_found, say(tr("The file {} cannot be read. Nothing was done."), path)};
  }
  return read_all(file.get(), bytes_max);
}

}  // namespace porchlight::client
