#include "proto/manual/reference.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <utility>

namespace porchlight::manual {
namespace {

struct CodePoint {
  std::uint32_t value;
  std::size_t bytes;
};

/// At `at`, where `text` has no ASCII. Help is written in UTF-8.
CodePoint code_point(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
  const std::size_t bytes = byte(0) >= 0xf0 ? 4 : byte(0) >= 0xe0 ? 3 : 2;
  if (at + bytes > text.size()) return {0xfffd, text.size() - at};
  std::uint32_t value = byte(0) & (0xffu >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) value = value << 6 | (byte(i) & 0x3fu);
  return {value, bytes};
}

std::string_view special(char c) {
  constexpr std::array<std::pair<char, std::string_view>, 7> all = {{{'\\', "\\e"},
                                                                     {'-', "\\-"},
                                                                     {'\'', "\\(aq"},
                                                                     {'`', "\\(ga"},
                                                                     {'"', "\\(dq"},
                                                                     {'^', "\\(ha"},
                                                                     {'~', "\\(ti"}}};
  for (const auto& [plain, escaped] : all) {
    if (plain == c) return escaped;
  }
  return {};
}

std::string bold(std::string_view text) { return "\\fB" + roff_text(text) + "\\fR"; }

/// With an end, as a sentence has one.
std::string sentence(std::string_view what) {
  std::string text = roff_text(what);
  for (char& c : text) {
    if (c == '\n') c = ' ';
  }
  const bool ended = text.empty() || text.back() == '.' || text.back() == '?';
  return text + (ended ? "" : ".") + "\n";
}

std::string names_of(const OptionFacts& option) {
  std::string names;
  for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + name;
  return names;
}

std::string options_of(const CommandFacts& command) {
  std::string text;
  for (const OptionFacts& place : command.places) text += roff_item("", place.value, place.what);
  for (const OptionFacts& option : command.options) {
    text += roff_item(names_of(option), option.value, option.what);
  }
  return text;
}

/// "porchlight group create [OPTIONS] NAME"
std::string synopsis_of(const CommandFacts& command) {
  std::string text = bold(command.path);
  for (const OptionFacts& option : command.options) {
    if (!option.required) continue;
    text += " " + bold(option.names.front()) + " \\fI" + roff_text(option.value) + "\\fR";
  }
  for (const OptionFacts& place : command.places) {
    const std::string value = "\\fI" + roff_text(place.value) + "\\fR";
    const bool says_itself = place.value.find('[') != std::string::npos;
    text += place.required || says_itself ? " " + value : " [" + value + "]";
  }
  const bool more = std::any_of(command.options.begin(), command.options.end(),
                                [](const OptionFacts& option) { return !option.required; });
  return text + (more ? " [\\fIOPTIONS\\fR]" : "") +
         (command.commands.empty() ? ""
          : command.places.empty() ? " \\fICOMMAND\\fR"
                                   : "");
}

std::string section_of(const CommandFacts& command) {
  std::string text = ".SS " + synopsis_of(command) + "\n" + sentence(command.what);
  text += options_of(command);
  if (!command.examples.empty()) {
    text += ".PP\nExample:\n.PP\n.RS 4\n.EX\n";
    for (const std::string& example : command.examples) text += roff_text(example) + "\n";
    text += ".EE\n.RE\n";
  }
  if (!command.more.empty()) text += ".PP\n.EX\n" + roff_text(command.more) + "\n.EE\n";
  for (const CommandFacts& below : command.commands) text += section_of(below);
  return text;
}

}  // namespace

std::string roff_text(std::string_view text) {
  std::string safe;
  bool is_begin = true;  // of a line, where a dot would make it a request
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (is_begin && byte == '.') safe += "\\&";
    is_begin = byte == '\n';
    if (byte >= 0x80) {
      const CodePoint point = code_point(text, at);
      char name[16];
      std::snprintf(name, sizeof name, "\\[u%04X]", static_cast<unsigned>(point.value));
      safe += name;
      at += point.bytes - 1;
    } else if (const std::string_view escaped = special(text[at]); !escaped.empty()) {
      safe += escaped;
    } else {
      safe += text[at];
    }
  }
  return safe;
}

std::string roff_item(std::string_view tag, std::string_view value, std::string_view what) {
  std::string head = tag.empty() ? "" : bold(tag);
  if (!value.empty()) head += (head.empty() ? "" : " ") + ("\\fI" + roff_text(value) + "\\fR");
  return ".TP\n" + head + "\n" + sentence(what);
}

std::string reference(const CommandFacts& program) {
  std::string text = ".SH OPTIONS\n" + options_of(program);
  text += roff_item("--help", "", "Say what a command is for, what it takes, and an example");
  text += ".SH COMMANDS\n";
  for (const CommandFacts& command : program.commands) text += section_of(command);
  return text;
}

}  // namespace porchlight::manual
