#include "tests/e2e/process.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "tests/e2e/json_schema.hpp"

namespace porchlight::e2e {
namespace {

struct Ends {
  int read;
  int write;
};

Ends make_pipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category());
  return {fds[0], fds[1]};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> all;
  for (const auto& [name, value] : command.environment) all.push_back(name + "=" + value);
  for (const char* name : {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS"}) {
    if (const char* value = std::getenv(name)) all.push_back(std::string(name) + "=" + value);
  }
  return all;
}

/// All input fits a pipe, so that nobody has to wait for the reader.
void give_input(int fd, const std::string& input) {
  fcntl(fd, F_SETPIPE_SZ, 1024 * 1024);
  (void)!write(fd, input.data(), input.size());
  close(fd);
}

int exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status); }

}  // namespace

Process::Process(const Command& command) {
  const Ends in = make_pipe();
  const Ends out = make_pipe();
  const Ends err = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.write, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err.write, STDERR_FILENO);
  auto arguments = command.argv;
  const bool ours =
      std::filesystem::path(arguments.at(0)).filename().string().starts_with("porchlight");
  json_ = ours && std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
  auto variables = environment_of(command);
  const int failed = posix_spawn(&pid_, arguments.at(0).c_str(), &actions, nullptr,
                                 pointers(arguments).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  for (const int fd : {in.read, out.write, err.write}) close(fd);
  give_input(in.write, command.input);
  out_.fd = out.read;
  err_.fd = err.read;
  if (failed != 0) {
    pid_ = -1;
    throw std::system_error(failed, std::generic_category(), arguments[0]);
  }
}

Process::Process(Process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      json_(other.json_),
      out_(std::exchange(other.out_, {})),
      err_(std::exchange(other.err_, {})) {}

Process::~Process() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    hold_against_the_schema();
  }
  close_pipes();
}

void Process::close_pipes() {
  for (Pipe* pipe : {&out_, &err_}) {
    if (pipe->fd >= 0) close(std::exchange(pipe->fd, -1));
  }
}

void Process::hold_against_the_schema() const {
  EXPECT_EQ(schema_faults(out_.text, json_ ? Lines::all : Lines::objects), "");
  // Where the command line itself is wrong, and from sanitizers, there is text all the same.
  EXPECT_EQ(schema_faults(err_.text, Lines::objects), "");
}

void Process::signal(int number) const {
  if (pid_ > 0) kill(pid_, number);
}

bool Process::read_some(Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0 || (out_.fd < 0 && err_.fd < 0)) return false;
  pollfd polled[] = {{out_.fd, POLLIN, 0}, {err_.fd, POLLIN, 0}};
  if (poll(polled, 2, static_cast<int>(left.count())) <= 0) return errno == EINTR;
  Pipe* const pipes[] = {&out_, &err_};
  for (int i = 0; i < 2; ++i) {
    if (polled[i].revents == 0) continue;
    char chunk[4096];
    const ssize_t got = read(pipes[i]->fd, chunk, sizeof chunk);
    if (got > 0) {
      pipes[i]->text.append(chunk, static_cast<std::size_t>(got));
    } else {
      close(std::exchange(pipes[i]->fd, -1));
    }
  }
  return true;
}

std::optional<std::string> Process::take_line(Pipe& pipe, const std::string& text) {
  while (true) {
    const auto end = pipe.text.find('\n', pipe.taken);
    if (end == std::string::npos) return std::nullopt;
    std::string line = pipe.text.substr(pipe.taken, end - pipe.taken);
    pipe.taken = end + 1;
    if (line.find(text) != std::string::npos) return line;
  }
}

std::optional<std::string> Process::wait_for_line(Stream stream, const std::string& text) {
  Pipe& pipe = stream == Stream::out ? out_ : err_;
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (true) {
    if (auto line = take_line(pipe, text)) return line;
    if (pipe.fd < 0 || !read_some(deadline)) return take_line(pipe, text);
  }
}

Finished Process::finish() {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (read_some(deadline)) {
  }
  // Both pipes are closed: it has ended, or has closed them and is about to.
  if (std::chrono::steady_clock::now() >= deadline) signal(SIGKILL);
  int status = 0;
  waitpid(std::exchange(pid_, -1), &status, 0);
  close_pipes();
  hold_against_the_schema();
  return {exit_code(status), out_.text, err_.text};
}

Finished run(const Command& command) { return Process(command).finish(); }

}  // namespace porchlight::e2e
