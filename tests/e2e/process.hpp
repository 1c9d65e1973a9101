// Real programs as child processes: stdin, stdout and stderr are pipes, every wait has a deadline.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace porchlight::e2e {

/// Generous: sanitizers, and a machine that does other things too.
inline constexpr auto patience = std::chrono::seconds(90);

struct Command {
  std::vector<std::string> argv;                   // the program's path first
  std::map<std::string, std::string> environment;  // added to an otherwise empty one
  std::string input;                               // all of stdin
};

struct Finished {
  int code = -1;  // exit status, or minus the signal
  std::string out;
  std::string err;
};

enum class Stream { out, err };

class Process {
 public:
  /// Throws std::system_error when the program cannot be started.
  explicit Process(const Command& command);
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;
  /// Kills what still runs.
  ~Process();

  /// The first line that holds `text` and was not given before, without its end; the lines before
  /// it are skipped. None when the stream ends or `patience` is over.
  std::optional<std::string> wait_for_line(Stream stream, const std::string& text);
  void signal(int number) const;
  /// Waits for the end; kills it when `patience` is over (code -9).
  Finished finish();
  bool running() const { return pid_ > 0; }

 private:
  struct Pipe {
    int fd = -1;
    std::string text;       // all that came
    std::size_t taken = 0;  // how much of it wait_for_line() gave or skipped
  };
  using Deadline = std::chrono::steady_clock::time_point;

  std::optional<std::string> take_line(Pipe& pipe, const std::string& text);
  /// False when both are closed or the deadline has passed.
  bool read_some(Deadline deadline);
  void close_pipes();
  /// What it printed for programs is as the schema says; a test fails otherwise.
  void hold_against_the_schema() const;

  int pid_ = -1;
  bool json_ = false;  // asked for with --json
  Pipe out_;
  Pipe err_;
};

/// Runs it to its end.
Finished run(const Command& command);

}  // namespace porchlight::e2e
