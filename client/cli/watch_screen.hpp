// The terminal that the board is drawn on: a thin shell around ncurses, in the alternate screen,
// which is left again on every way out. Must not know: what is drawn, what keys mean.
#pragma once

#include <csignal>
#include <cstdio>
#include <memory>

#include "client/cli/watch_layout.hpp"
#include "client/vault/lock.hpp"

namespace porchlight::client {

/// Ok where there is a terminal on which a screen can be drawn; otherwise what to use instead.
Status check_screen();

class WatchScreen {
 public:
  /// One at a time. Text is UTF-8 whatever the environment says. 'usage' as check_screen().
  static Result<std::unique_ptr<WatchScreen>> open(Colour colour);
  WatchScreen(const WatchScreen&) = delete;
  WatchScreen& operator=(const WatchScreen&) = delete;
  /// The terminal is as it was, with nothing of the board on it.
  ~WatchScreen();

  /// Becomes readable when a key was pressed, the size has changed or the time has come.
  int descriptor() const { return waiting_.get(); }
  /// From now; the last call counts.
  void wake_in(std::chrono::milliseconds span);
  /// The next key, none where no more were pressed. To be called until there is none.
  std::optional<WatchKey> next_key();
  /// Nobody can press a key any more.
  bool is_gone() const;

  WatchSize size() const;
  void draw(const WatchPicture& picture);
  void ring();

 private:
  WatchScreen() = default;
  Status start(Colour colour);
  void start_colours(Colour colour);
  void wait_for(int fd);
  void follow_size();

  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Closer> terminal_;
  sigset_t signals_before_{};
  FileHandle waiting_;  // for all of these
  FileHandle resized_;
  FileHandle clock_;
  void* screen_ = nullptr;  // SCREEN of ncurses, whose header is full of macros
  bool has_colours_ = false;
};

}  // namespace porchlight::client
