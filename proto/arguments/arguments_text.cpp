#include "proto/arguments/arguments_text.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "proto/base/translate.hpp"

namespace porchlight {
namespace {

/// Labels of the parser's formatter, by their own keys.
constexpr const char* headings[] = {
    mark("Usage"),       mark("OPTIONS"),  mark("SUBCOMMAND"),  mark("SUBCOMMANDS"),
    mark("Positionals"), mark("Options"),  mark("Subcommands"), mark("REQUIRED"),
    mark("Needs"),       mark("Excludes"), mark("TEXT"),        mark("INT"),
    mark("UINT"),        mark("FLOAT"),    mark("BOOLEAN"),
};

/// What it complains of, word for word, with places for what varies. One that another begins like
/// comes after it.
constexpr const char* complaints[] = {
    mark("The following argument was not expected: {0}"),
    mark("The following arguments were not expected: {0}"),
    mark("Could not convert: {0} = {1}"),
    mark("The value {0} is not an allowed value for {1}"),
    mark("Expected exactly {0} arguments to {1}, got {2}"),
    mark("Expected at least {0} arguments to {1}, got {2}"),
    mark("{0}: too many inputs for a flag"),
    mark("{0}: Should be true/false or a number"),
    mark("{0}: At least {1} required but received {2}"),
    mark("{0}: At Most {1} required but received {2}"),
    mark("{0}: {1} required {2} missing"),
    mark("{0} was given a disallowed flag override"),
    mark("{0}: Value {1} not in range {2} to {3}"),
    mark("{0} is required"),
    mark("{0} requires {1}"),
    mark("{0} excludes {1}"),
};

constexpr std::size_t places_max = 4;
constexpr std::size_t place_bytes = 3;  // of "{0}"
using Places = std::array<std::string, places_max>;

/// What stands in the places of `pattern`, in order, where `text` is made by it.
std::optional<Places> match(std::string_view text, std::string_view pattern) {
  Places places;
  for (std::string& place : places) {
    const std::size_t fixed = std::min(pattern.find('{'), pattern.size());
    if (!text.starts_with(pattern.substr(0, fixed))) return std::nullopt;
    text.remove_prefix(fixed);
    pattern.remove_prefix(fixed);
    if (pattern.empty()) break;
    pattern.remove_prefix(place_bytes);
    const std::string_view next = pattern.substr(0, pattern.find('{'));
    const std::size_t end = next.empty() ? text.size() : text.find(next);
    if (end == std::string_view::npos || end == 0) return std::nullopt;
    place = text.substr(0, end);
    text.remove_prefix(end);
  }
  if (text != pattern) return std::nullopt;
  return places;
}

std::string failure_text(const CLI::App*, const CLI::Error& error) {
  return complaint_text(error.what()) + "\n" + tr("Run with --help for more information.") + "\n";
}

}  // namespace

std::string complaint_text(const std::string& english) {
  for (const char* complaint : complaints) {
    if (const auto places = match(english, complaint)) {
      const Places& in = *places;
      return say(tr(complaint), in[0], in[1], in[2], in[3]);
    }
  }
  return english;
}

void speak_to_people(CLI::App& app) {
  // Commands and options take these over from the app that they are added to.
  app.group(tr("Subcommands"));
  app.option_defaults()->group(tr("Options"));
  app.set_help_flag("-h,--help", tr("Print this help message and exit"));
  for (const char* heading : headings) app.get_formatter()->label(heading, tr(heading));
  app.failure_message(failure_text);
}

}  // namespace porchlight
