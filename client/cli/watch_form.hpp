// Questions at the foot of the board, one after another, answered by keys. Must not know: what they
// are for, terminals.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace porchlight::client {

struct WatchKey {
  enum class Kind : std::uint8_t {
    character,
    up,
    down,
    page_up,
    page_down,
    home,
    end,
    tab,
    enter,
    escape,
    backspace,
  } kind = Kind::character;
  std::string text;  // of a character: UTF-8
};

struct WatchQuestion {
  struct Choice {
    char key;
    std::string label;
    std::string value;
  };
  std::string text;
  std::string given = {};            // what stands in the field at first
  std::vector<Choice> choices = {};  // answered by one key; a field without them
  bool must_be_filled = false;
  std::string must_be = {};                 // the only answer there is, "yes"
  std::optional<std::string> settled = {};  // the answer, where there is nothing to ask
  /// What is to be read before the answer, instead of the board.
  std::vector<std::string> reading = {};
};

class WatchForm {
 public:
  /// The question after those answers, none when all are answered.
  using Next = std::function<std::optional<WatchQuestion>(const std::vector<std::string>&)>;
  enum class State : std::uint8_t { asking, left, complete };

  /// `title` as in "Claim S-4K7". It may be complete at once.
  WatchForm(std::string title, Next next);

  /// Of no meaning after it was left or is complete.
  State on_key(const WatchKey& key);
  State state() const { return state_; }
  const std::string& title() const { return title_; }
  const WatchQuestion& question() const { return question_; }
  const std::string& typed() const { return typed_; }
  /// In the order of the questions, those that were settled too.
  const std::vector<std::string>& answers() const { return answers_; }

 private:
  void answer(std::string text);
  void ask_next();
  void take_character(const std::string& text);

  std::string title_;
  Next next_;
  State state_ = State::asking;
  WatchQuestion question_;
  std::string typed_;
  std::vector<std::string> answers_;
};

}  // namespace porchlight::client
