// What a command prints: data on stdout, as text for people or as one JSON object a line;
// everything else on stderr. A word says what colour only underlines. Must not know: what is
// printed.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "client/cli/exit_code.hpp"

namespace porchlight::client {

using Json = nlohmann::ordered_json;

/// A label in the reader's language, and a text that is safe to print.
using LabelledRows = std::vector<std::pair<std::string, std::string>>;

enum class Format : std::uint8_t { text, json };
enum class Colour : std::uint8_t { automatic, never };

/// `text` on one line, with nothing in it that a terminal obeys: control characters, those that
/// turn the writing direction and those that cannot be seen come out as \xNN or \uNNNN, line breaks
/// as " / ".
std::string one_line(std::string_view text);

/// {"type": type, "schema": 1, ...fields} as one line without its end, as proto/output.schema.json
/// has it. What is no UTF-8 in it is replaced.
std::string record_line(std::string_view type, const Json& fields);

/// Two sentences, each with a capital and an end whatever it came with.
std::string sentences(std::string_view first, std::string_view second);

class Output {
 public:
  Output(Format format, Colour colour);

  bool json() const { return format_ == Format::json; }
  /// Whether stdout, or stderr, is a terminal.
  bool to_terminal() const { return stdout_is_terminal_; }
  bool says_to_terminal() const { return stderr_is_terminal_; }

  // ---- stdout --------------------------------------------------------------------------------
  /// A line for people. What came from others must have gone through one_line().
  void line(std::string_view text);
  /// Rows of equally many cells, in columns.
  void table(const std::vector<std::vector<std::string>>& rows);
  /// One thing: each label, and its text beside it in a column; nothing where the text is empty.
  void labelled(const LabelledRows& rows);
  /// record_line() on a line of its own.
  void record(std::string_view type, const Json& fields);
  /// False when stdout is closed: whoever read it has enough.
  bool flush();

  // ---- stderr --------------------------------------------------------------------------------
  /// With --json a "note" record, so that stderr too is one object a line.
  void say(std::string_view text);
  void warn(std::string_view text);
  void fail(const Error& error, ExitCode code);
  /// What is going on, on a terminal alone; gone with done_with_progress().
  void progress(std::string_view text);
  void done_with_progress();

  enum class Tone : std::uint8_t { plain, good, warning, bad, faint };
  /// `text` as it is to look on stdout: unchanged unless that is a terminal with colours.
  std::string tinted(Tone tone, std::string_view text) const;

 private:
  void put_error_line(std::string_view line);
  void complain(std::string_view mark, Tone tone, std::string_view text);

  Format format_;
  bool stdout_is_terminal_;
  bool stderr_is_terminal_;
  bool stdout_colours_;
  bool stderr_colours_;
  bool progress_shown_ = false;
};

}  // namespace porchlight::client
