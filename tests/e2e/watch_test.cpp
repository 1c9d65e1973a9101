// The board on a terminal of its own: drawn, worked with by keys, left without a trace.
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::HasSubstr;

/// A program on a pseudo-terminal of 80x24; what it wrote, without the sequences in between.
class OnTerminal {
 public:
  explicit OnTerminal(const Command& command) {
    const winsize size{24, 80, 0, 0};
    pid_ = forkpty(&master_, nullptr, nullptr, &size);
    if (pid_ != 0) return;
    for (const auto& [name, value] : command.environment) setenv(name.c_str(), value.c_str(), 1);
    setenv("TERM", "xterm", 1);
    std::vector<char*> arguments;
    for (const std::string& each : command.argv)
      arguments.push_back(const_cast<char*>(each.data()));
    arguments.push_back(nullptr);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  ~OnTerminal() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(master_);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;

  void type(const std::string& keys) {
    ASSERT_EQ(write(master_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  /// Until `text` is written after what was waited for before.
  testing::AssertionResult shows(const std::string& text) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (true) {
      const std::string seen = plain();
      if (const auto at = seen.find(text, seen_); at != std::string::npos) {
        seen_ = at + text.size();
        return testing::AssertionSuccess();
      }
      if (std::chrono::steady_clock::now() > deadline || !read_some()) {
        return testing::AssertionFailure() << "no \"" << text << "\" in:\n" << seen.substr(seen_);
      }
    }
  }
  int finish() {
    while (read_some()) {
    }
    int status = 0;
    waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  const std::string& raw() const { return raw_; }
  /// Typed lines are shown and given by the line, as for a shell.
  bool is_ordinary() const {
    termios mode{};
    tcgetattr(master_, &mode);
    return (mode.c_lflag & ECHO) != 0 && (mode.c_lflag & ICANON) != 0;
  }

 private:
  bool read_some() {
    pollfd polled{master_, POLLIN, 0};
    if (poll(&polled, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) <= 0) {
      return false;
    }
    char chunk[4096];
    const ssize_t got = read(master_, chunk, sizeof chunk);
    if (got > 0) raw_.append(chunk, static_cast<std::size_t>(got));
    return got > 0;
  }
  std::string plain() const {
    std::string text;
    for (std::size_t at = 0; at < raw_.size(); ++at) {
      if (raw_[at] != '\x1b') {
        text += raw_[at];
        continue;
      }
      if (++at < raw_.size() && (raw_[at] == '[' || raw_[at] == '(')) ++at;
      while (at < raw_.size() && (raw_[at] < '@' || raw_[at] > '~')) ++at;
    }
    return text;
  }

  int pid_ = -1;
  int master_ = -1;
  std::string raw_;
  std::size_t seen_ = 0;
};

class Watch : public Stage {};

TEST_F(Watch, ClaimsASightingByKeyAndLeavesTheTerminalAsItWas) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  carla_.must({"sighting", "post", "--where", "5th & Oak", "--activity", "two vans"});
  Process listening = carla_.start({"listen"});
  ASSERT_TRUE(listening.wait_for_line(Stream::err, "listening"));
  OnTerminal board(wren_.command({"watch"}));
  ASSERT_TRUE(board.shows("relay ok since"));
  board.type("\x0c");  // drawn anew, in one piece
  ASSERT_TRUE(board.shows("OPEN, nobody yet"));
  ASSERT_TRUE(board.shows("5th & Oak"));
  board.type("c");
  ASSERT_TRUE(board.shows("in how many minutes?"));
  board.type("10\r");
  EXPECT_TRUE(listening.wait_for_line(Stream::out, "claimed, there in 10 min"));
  // Others may use the vault meanwhile, and the board goes on.
  wren_.must({"post", "beside the board"});
  ASSERT_TRUE(board.shows("beside the board"));
  board.type("\x0c");
  ASSERT_TRUE(board.shows("you, there in"));
  EXPECT_FALSE(board.is_ordinary());
  board.type("q");
  EXPECT_EQ(board.finish(), done);
  EXPECT_TRUE(board.is_ordinary());
  EXPECT_THAT(board.raw().substr(board.raw().size() - 40), HasSubstr("\x1b[?1049l"));
}

TEST_F(Watch, AsksForTheRulesBeforeAClaimAndAnswersARollCallWithOneKey) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  carla_.must({"rules", "set", "--text", "Observe from public space.\nDo not chase."});
  carla_.must({"sighting", "post", "--where", "5th & Oak", "--activity", "two vans"});
  Process listening = carla_.start({"listen"});
  ASSERT_TRUE(listening.wait_for_line(Stream::err, "listening"));
  OnTerminal board(wren_.command({"watch"}));
  ASSERT_TRUE(board.shows("5th & Oak"));
  board.type("c");
  ASSERT_TRUE(board.shows("Do not chase."));
  board.type("y");
  ASSERT_TRUE(board.shows("in how many minutes?"));
  board.type("10\r");
  EXPECT_TRUE(listening.wait_for_line(Stream::out, "claimed, there in 10 min"));
  board.type("rflat tyre\r");
  EXPECT_TRUE(listening.wait_for_line(Stream::out, "released: flat tyre"));
  carla_.must({"rollcall", "call", "All home?"});
  ASSERT_TRUE(board.shows("asks YOU"));
  board.type("2");
  EXPECT_TRUE(listening.wait_for_line(Stream::out, "NEEDS HELP, in answer to C-"));
  board.type("q");
  EXPECT_EQ(board.finish(), done);
}

TEST_F(Watch, WithoutATerminalSaysWhatToUseInstead) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  const Finished ended = carla_.run({"watch"});
  EXPECT_EQ(ended.code, usage);
  EXPECT_THAT(ended.err, HasSubstr("porchlight listen"));
}

}  // namespace
}  // namespace porchlight::e2e
