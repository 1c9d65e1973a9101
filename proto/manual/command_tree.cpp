#include "proto/manual/command_tree.hpp"

#include <sstream>

namespace porchlight::manual {
namespace {

constexpr std::string_view example_mark = "Example: ";
constexpr std::string_view pointer_to_help = "porchlight --help shows";

std::vector<std::string> split(const std::string& text, char at) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) parts.push_back(part);
  return parts;
}

/// Of "[C-ID] ok|urgent": "ok" and "urgent".
std::vector<std::string> choices_of(const std::string& value) {
  for (const std::string& word : split(value, ' ')) {
    if (word.find('|') != std::string::npos) return split(word, '|');
  }
  return {};
}

std::string trimmed(const std::string& line) {
  const auto first = line.find_first_not_of(' ');
  return first == std::string::npos ? "" : line.substr(first);
}

/// One a line, but for lines that go on, which are indented and name no program.
std::vector<std::string> examples_in(const std::string& footer, const std::string& program) {
  const auto mark = footer.find(example_mark);
  if (mark == std::string::npos) return {};
  std::vector<std::string> examples;
  for (const std::string& line : split(footer.substr(mark + example_mark.size()), '\n')) {
    if (line.starts_with(pointer_to_help)) break;
    const std::string text = trimmed(line);
    if (text.starts_with(program + " ")) {
      examples.push_back(text);
    } else if (!text.empty() && !examples.empty()) {
      examples.back() += " " + text;
    }
  }
  return examples;
}

/// What stands above the examples and what comes below them.
std::string more_in(const std::string& footer) {
  const auto mark = footer.find(example_mark);
  std::string above = mark == std::string::npos ? "" : footer.substr(0, mark);
  while (above.ends_with('\n')) above.pop_back();
  const auto pointer = footer.find(pointer_to_help);
  const auto end = footer.find("\n\n", pointer == std::string::npos ? footer.size() : pointer);
  if (end == std::string::npos) return above;
  return above + (above.empty() ? "" : "\n\n") + footer.substr(end + 2);
}

OptionFacts facts_of(const CLI::Option& option) {
  OptionFacts facts;
  for (const std::string& name : option.get_lnames()) facts.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) facts.names.push_back("-" + name);
  if (option.get_expected_max() != 0) facts.value = option.get_type_name();
  facts.what = option.get_description();
  facts.choices = choices_of(facts.value);
  facts.required = option.get_required();
  return facts;
}

CommandFacts facts_below(const CLI::App& app, const std::string& before) {
  CommandFacts facts;
  facts.path = before + app.get_name();
  facts.what = app.get_description();
  facts.examples = examples_in(app.get_footer(), facts.path.substr(0, facts.path.find(' ')));
  facts.more = more_in(app.get_footer());
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty() || option == app.get_help_ptr()) continue;
    (option->get_positional() ? facts.places : facts.options).push_back(facts_of(*option));
  }
  const auto shown = [](const CLI::App* below) { return !below->get_group().empty(); };
  for (const CLI::App* below : app.get_subcommands(shown)) {
    facts.commands.push_back(facts_below(*below, facts.path + " "));
  }
  return facts;
}

void collect_leaves(const CommandFacts& facts, std::vector<const CommandFacts*>& found) {
  const bool acts = facts.commands.empty() || !facts.places.empty();
  if (acts) found.push_back(&facts);
  for (const CommandFacts& below : facts.commands) collect_leaves(below, found);
}

}  // namespace

CommandFacts facts_of(const CLI::App& app) { return facts_below(app, ""); }

std::vector<const CommandFacts*> all_leaves(const CommandFacts& facts) {
  std::vector<const CommandFacts*> found;
  collect_leaves(facts, found);
  return found;
}

}  // namespace porchlight::manual
