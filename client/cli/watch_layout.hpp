// The board as lines of styled text, for a screen of any size: a pure function. Nothing is wider
// than the screen, also where accents combine and characters are wide.
// Must not know: terminals, the core.
#pragma once

#include "client/cli/watch_desk.hpp"

namespace porchlight::client {

struct WatchSpan {
  std::string text;
  Output::Tone tone = Output::Tone::plain;
  enum class Weight : std::uint8_t { normal, strong } weight = Weight::normal;
};

struct WatchLine {
  std::vector<WatchSpan> spans;
  enum class Ground : std::uint8_t { plain, selected } ground = Ground::plain;
};

struct WatchSize {
  std::size_t columns;
  std::size_t lines;
};

struct WatchPicture {
  std::vector<WatchLine> lines;  // at most as many as the screen has
  std::size_t scroll_most = 0;   // for WatchDesk::limit_scroll()
  /// Where the next typed character goes, where something is asked.
  std::optional<std::size_t> cursor_column = {};
};

WatchPicture lay_out(const WatchDesk& desk, WatchSize size);

}  // namespace porchlight::client
