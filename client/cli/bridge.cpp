#include "client/cli/bridge.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>

#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

constexpr std::size_t running_max = 8;

/// What the command gets of this process's environment, and the two that it is told by.
class Environment {
 public:
  void add(std::string variable) { variables_.push_back(std::move(variable)); }
  void inherit(std::initializer_list<std::string_view> but) {
    for (char** variable = environ; *variable != nullptr; ++variable) {
      const std::string_view text(*variable);
      const std::string_view name = text.substr(0, text.find('='));
      if (std::find(but.begin(), but.end(), name) == but.end()) add(std::string(text));
    }
  }
  std::vector<char*> pointers() {
    std::vector<char*> all;
    for (std::string& variable : variables_) all.push_back(variable.data());
    all.push_back(nullptr);
    return all;
  }

 private:
  std::vector<std::string> variables_;
};

/// What to do with files between fork and exec: nothing of this process's stays open but stderr.
class Files {
 public:
  Files() { posix_spawn_file_actions_init(&actions_); }
  ~Files() { posix_spawn_file_actions_destroy(&actions_); }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  /// `input` is none where there is nothing to read.
  void arrange(int input) {
    if (input >= 0) {
      posix_spawn_file_actions_adddup2(&actions_, input, STDIN_FILENO);
    } else {
      posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    }
    posix_spawn_file_actions_adddup2(&actions_, STDERR_FILENO, STDOUT_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1);
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_;
};

/// The command is ended by what ends other programs, whatever this one does about signals.
class Signals {
 public:
  Signals() {
    posix_spawnattr_init(&attributes_);
    sigset_t set;
    sigemptyset(&set);
    posix_spawnattr_setsigmask(&attributes_, &set);
    sigaddset(&set, SIGPIPE);
    posix_spawnattr_setsigdefault(&attributes_, &set);
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Signals() { posix_spawnattr_destroy(&attributes_); }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_;
};

/// A file in memory that reads as `text`; negative where there is none to be had.
int file_of(const std::string& text) {
  const int file = memfd_create("porchlight", MFD_CLOEXEC);
  if (file < 0) return file;
  if (write(file, text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
      lseek(file, 0, SEEK_SET) != 0) {
    close(file);
    return -1;
  }
  return file;
}

}  // namespace

void Bridge::hand_over(const std::string& kind, const std::string& id, const std::string& record) {
  reap();
  if (running_.size() >= running_max) {
    if (!complained_) {
      out_.warn(
          tr("The command of --exec does not end, and is not run for what comes meanwhile. "
             "Nothing is lost here."));
    }
    complained_ = true;
    return;
  }
  complained_ = false;
  Environment environment;
  environment.inherit({"PORCHLIGHT_PASSPHRASE_FILE", "PORCHLIGHT_KIND", "PORCHLIGHT_ID"});
  environment.add("PORCHLIGHT_KIND=" + kind);
  environment.add("PORCHLIGHT_ID=" + id);
  const int input = detail_ == Detail::all ? file_of(record + "\n") : -1;
  Files files;
  files.arrange(input);
  const Signals signals;
  std::string shell = "sh";
  std::string option = "-c";
  char* const words[] = {shell.data(), option.data(), command_.data(), nullptr};
  pid_t child = 0;
  const int failed = posix_spawn(&child, "/bin/sh", files.get(), signals.get(), words,
                                 environment.pointers().data());
  if (input >= 0) close(input);
  if (failed != 0) {
    out_.warn(say(tr("The command of --exec could not be started: {}."), std::strerror(failed)));
  } else {
    running_.push_back(child);
  }
}

void Bridge::reap() {
  std::erase_if(running_, [](pid_t child) { return waitpid(child, nullptr, WNOHANG) != 0; });
}

}  // namespace porchlight::client
