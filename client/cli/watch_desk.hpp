// Who sits before the board: what is selected, what is open, what each key means. Must not know:
// terminals, sizes, the core, time.
#pragma once

#include <set>

#include "client/cli/watch_orders.hpp"

namespace porchlight::client {

/// A key and what it does, for the help.
struct WatchKeyHelp {
  const char* key;
  const char* what;
};
std::vector<WatchKeyHelp> watch_keys();

class WatchDesk {
 public:
  enum class View : std::uint8_t { board, details, help, blank };

  // ---- what comes from the network -----------------------------------------------------------
  /// A new look. The selection stays on what it was on; where that is gone, it is on what came to
  /// its place. True when something is there that was not before and rings the bell.
  bool show(WatchFacts facts);
  void tell(std::string note, Output::Tone tone);

  // ---- what comes from the keyboard ----------------------------------------------------------
  /// What is to be done, if anything; its outcome is to be given back.
  std::optional<WatchOrder> on_key(const WatchKey& key);
  void on_outcome(const WatchOrder& order, const Result<WatchOutcome>& outcome);
  bool wants_to_quit() const { return quits_; }
  /// As far down as there is something to see.
  void limit_scroll(std::size_t most) { scroll_ = std::min(scroll_, most); }

  // ---- what is seen --------------------------------------------------------------------------
  View view() const { return view_; }
  const WatchModel& model() const { return model_; }
  const std::optional<ItemId>& selected() const { return selected_; }
  /// Null where nothing is asked.
  const WatchForm* form() const { return form_ ? &*form_ : nullptr; }
  const std::vector<std::string>& details() const { return details_; }
  const std::string& note() const { return note_; }
  Output::Tone note_tone() const { return note_tone_; }
  std::size_t scroll() const { return scroll_; }
  /// Whether a question is to be read for, instead of the board.
  bool is_reading() const { return form_ && !form_->question().reading.empty(); }

 private:
  void rebuild();
  void move(long by);
  void select(std::size_t position, const std::vector<ItemId>& order);
  void go_to_next_section();
  void go_to_warnings();
  void on_escape();
  void on_movement(const WatchKey& key);
  void on_command(char key);
  void begin(WatchOrder::Kind kind);
  std::optional<WatchOrder> on_form_key(const WatchKey& key);
  std::optional<WatchOrder> complete();

  WatchFacts facts_;
  WatchModel model_;
  View view_ = View::board;
  std::optional<ItemId> selected_;
  std::size_t position_ = 0;  // where that is, or was
  std::optional<WatchForm> form_;
  std::optional<WatchOrder> order_;  // that the form is about
  std::vector<std::string> details_;
  std::string note_;
  Output::Tone note_tone_ = Output::Tone::plain;
  std::size_t scroll_ = 0;
  std::optional<std::set<std::string>> known_;  // what has rung, or was there at first
  bool quits_ = false;
};

}  // namespace porchlight::client
