// The real porchlightd as a child process, on a loopback address that no other test uses.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "proto/wire/relay_address.hpp"

namespace porchlight::relay {

/// A folder of its own, removed at the end.
class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "porchlight-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct CommandResult {
  int code = -1;
  std::string out;
  std::string err;
};

class RelayProgram {
 public:
  RelayProgram() : host_(unused_loopback_address()) {}
  ~RelayProgram() {
    if (pid_ > 0) end(SIGKILL);
    if (log_ >= 0) ::close(log_);
  }
  RelayProgram(const RelayProgram&) = delete;
  RelayProgram& operator=(const RelayProgram&) = delete;

  std::filesystem::path data() const { return folder_.path() / "relay"; }

  CommandResult init() {
    return command({"init", "--host", host_ + ":7443", "--listen", host_ + ":7443"});
  }
  /// Appends a line to the configuration, in place of the option's own.
  void configure(const std::string& option, const std::string& value) {
    const auto file = data() / "porchlightd.toml";
    std::ifstream in(file);
    std::string text;
    for (std::string line; std::getline(in, line);) {
      text += line.starts_with(option + " =") ? option + " = " + value : line;
      text += '\n';
    }
    std::ofstream(file) << text;
  }

  /// Runs a command with --data to its end.
  CommandResult command(std::vector<std::string> arguments) {
    return command_in(data(), std::move(arguments));
  }
  CommandResult command_in(const std::filesystem::path& data, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin() + 1, {"--data", data.string()});
    const auto out = folder_.path() / "out";
    const auto err = folder_.path() / "err";
    const int out_fd = ::open(out.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const int err_fd = ::open(err.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
    const pid_t child = spawn(arguments, out_fd, err_fd);
    ::close(out_fd);
    ::close(err_fd);
    CommandResult result;
    result.code = wait_for(child);
    result.out = contents(out);
    result.err = contents(err);
    return result;
  }

  /// Starts the relay and returns once it listens.
  void start() {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    pid_ = spawn({"run", "--data", data().string()}, ends[1], ends[1]);
    ::close(ends[1]);
    if (log_ >= 0) ::close(log_);
    log_ = ends[0];
    std::string seen;
    char byte = 0;
    while (seen.find("listening") == std::string::npos) {
      ASSERT_EQ(::read(log_, &byte, 1), 1) << "the relay did not start: " << seen;
      seen.push_back(byte);
    }
  }
  bool running() const { return pid_ > 0; }
  void signal(int number) const { ::kill(pid_, number); }
  /// Signals it and waits for its end; its exit code, or minus the signal that ended it.
  int end(int number) {
    signal(number);
    return wait();
  }
  int wait() { return wait_for(std::exchange(pid_, -1)); }

  /// What the relay logged, to its end.
  std::string log() {
    std::string text;
    char bytes[4096];
    for (ssize_t size; (size = ::read(log_, bytes, sizeof bytes)) > 0;) {
      text.append(bytes, static_cast<std::size_t>(size));
    }
    return text;
  }

 private:
  // All of 127/8 is this machine: one address for each process and relay, always the same port.
  static std::string unused_loopback_address() {
    static std::atomic<unsigned> count{0};
    const auto pid = static_cast<unsigned>(::getpid());
    const unsigned last = 1 + count++ % 250;
    return "127." + std::to_string(1 + (pid >> 8) % 250) + "." + std::to_string(pid & 0xff) + "." +
           std::to_string(last);
  }
  static pid_t spawn(const std::vector<std::string>& arguments, int out, int err) {
    std::vector<char*> argv{const_cast<char*>(PORCHLIGHTD)};
    for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
      ::dup2(out, STDOUT_FILENO);
      ::dup2(err, STDERR_FILENO);
      ::execv(PORCHLIGHTD, argv.data());
      ::_exit(127);
    }
    return child;
  }
  static int wait_for(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  static std::string contents(const std::filesystem::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  TempFolder folder_;
  std::string host_;
  pid_t pid_ = -1;
  int log_ = -1;
};

}  // namespace porchlight::relay
