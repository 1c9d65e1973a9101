#include "client/cli/output.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "client/cli/text_width.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// Of the labels beside which most things are shown.
constexpr std::size_t label_columns = 9;

bool wants_colours(Colour colour, bool terminal) {
  const char* term = std::getenv("TERM");
  const char* no_color = std::getenv("NO_COLOR");
  return terminal && colour == Colour::automatic && !(no_color && *no_color) &&
         !(term && std::string_view(term) == "dumb");
}

std::string_view code_of(Output::Tone tone) {
  switch (tone) {
    case Output::Tone::good:
      return "\x1b[32m";
    case Output::Tone::warning:
      return "\x1b[33m";
    case Output::Tone::bad:
      return "\x1b[31m";
    case Output::Tone::faint:
      return "\x1b[2m";
    case Output::Tone::plain:
      break;
  }
  return "";
}

std::string tint(bool colours, Output::Tone tone, std::string_view text) {
  if (!colours || tone == Output::Tone::plain) return std::string(text);
  return std::string(code_of(tone)) + std::string(text) + "\x1b[0m";
}

/// A sentence begins with a capital and has an end, whoever wrote it.
std::string sentence(std::string_view text) {
  std::string whole(text);
  if (whole.empty()) return whole;
  if (whole[0] >= 'a' && whole[0] <= 'z') whole[0] = static_cast<char>(whole[0] - 'a' + 'A');
  const char last = whole.back();
  if (std::isalpha(static_cast<unsigned char>(last)) && whole.find(": ") == std::string::npos) {
    whole += '.';
  }
  return whole;
}

std::string hex(unsigned value, int digits) {
  char text[12];
  std::snprintf(text, sizeof text, "%0*x", digits, value);
  return text;
}

/// The code point of a two- or three-byte sequence at `at`, or 0.
unsigned short_code_point(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  if (text.size() - at >= 2 && (byte(0) & 0xe0) == 0xc0)
    return (byte(0) & 31u) << 6 | (byte(1) & 63u);
  if (text.size() - at >= 3 && (byte(0) & 0xf0) == 0xe0) {
    return (byte(0) & 15u) << 12 | (byte(1) & 63u) << 6 | (byte(2) & 63u);
  }
  return 0;
}

bool is_obeyed(unsigned point) {
  return (point >= 0x80 && point < 0xa0) || point == 0x2028 || point == 0x2029 ||
         (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
         point == 0x200e || point == 0x200f || point == 0x061c ||
         // Nothing to see at all: "Ana" with one of these in it is not Ana.
         point == 0x200b || point == 0x2060 || point == 0xfeff;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte == '\n') {
      safe += " / ";
    } else if (byte < 0x20 || byte == 0x7f) {
      safe += "\\x" + hex(byte, 2);
    } else if (const unsigned point = byte >= 0xc0 ? short_code_point(text, at) : 0;
               is_obeyed(point)) {
      safe += "\\u" + hex(point, 4);
      at += point < 0x800 ? 1 : 2;
    } else {
      safe += text[at];
    }
  }
  return safe;
}

std::string record_line(std::string_view type, const Json& fields) {
  Json whole{{"type", type}, {"schema", 1}};
  whole.update(fields);
  return whole.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string sentences(std::string_view first, std::string_view second) {
  std::string whole = sentence(first);
  if (!whole.empty() && std::string_view(".!?").find(whole.back()) == std::string_view::npos) {
    whole += '.';
  }
  if (second.empty()) return whole;
  return whole + (whole.empty() ? "" : " ") + sentence(second);
}

Output::Output(Format format, Colour colour)
    : format_(format),
      stdout_is_terminal_(isatty(STDOUT_FILENO) == 1),
      stderr_is_terminal_(isatty(STDERR_FILENO) == 1),
      stdout_colours_(wants_colours(colour, stdout_is_terminal_)),
      stderr_colours_(wants_colours(colour, stderr_is_terminal_)) {}

void Output::line(std::string_view text) {
  done_with_progress();
  std::cout << text << '\n';
}

void Output::table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i]));
    }
  }
  for (const auto& row : rows) {
    std::string text;
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += row[i];
      if (i + 1 < row.size()) text.append(widths[i] - width_of(row[i]) + 2, ' ');
    }
    line(text);
  }
}

void Output::labelled(const LabelledRows& rows) {
  std::size_t columns = label_columns;
  for (const auto& [label, text] : rows) {
    if (!text.empty()) columns = std::max(columns, width_of(label));
  }
  for (const auto& [label, text] : rows) {
    if (!text.empty()) line("  " + fit_to(label, columns) + "  " + text);
  }
}

void Output::record(std::string_view type, const Json& fields) {
  done_with_progress();
  std::cout << record_line(type, fields) << '\n';
}

bool Output::flush() {
  std::cout.flush();
  return std::cout.good();
}

void Output::put_error_line(std::string_view line) {
  done_with_progress();
  std::cout.flush();
  std::cerr << line << '\n';
}

void Output::say(std::string_view text) {
  if (!json()) return put_error_line(text);
  put_error_line(record_line("note", {{"text", text}}));
}

void Output::complain(std::string_view mark, Tone tone, std::string_view text) {
  put_error_line(tint(stderr_colours_, tone, mark) + "  " + sentence(one_line(text)));
}

void Output::warn(std::string_view text) {
  if (!json()) return complain(tr("! warning"), Tone::warning, text);
  put_error_line(record_line("warning", {{"text", sentence(text)}}));
}

void Output::fail(const Error& error, ExitCode code) {
  if (!json()) return complain(tr("x error"), Tone::bad, error.what);
  put_error_line(record_line("error", {{"code", name_of(error.code)},
                                       {"exit", static_cast<int>(code)},
                                       {"text", sentence(error.what)}}));
}

void Output::progress(std::string_view text) {
  if (!stderr_is_terminal_ || json()) return;
  std::cerr << "\r\x1b[K" << text << std::flush;
  progress_shown_ = true;
}

void Output::done_with_progress() {
  if (!progress_shown_) return;
  std::cerr << "\r\x1b[K" << std::flush;
  progress_shown_ = false;
}

std::string Output::tinted(Tone tone, std::string_view text) const {
  return tint(stdout_colours_, tone, text);
}

}  // namespace porchlight::client
