// client/cli and proto/manual: help, the man page and completion are of one tree, and whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "client/cli/program.hpp"
#include "proto/manual/completion.hpp"
#include "proto/manual/reference.hpp"

namespace porchlight::client {
namespace {

using manual::CommandFacts;
using testing::HasSubstr;
using testing::Not;

CommandFacts all_facts() {
  const CommandLine line;
  return manual::facts_of(line.app);
}

/// Without what the shell and not the program reads.
std::string without_shell(const std::string& example) {
  return example.substr(0, std::min(example.find(" < "), example.find("   (")));
}

/// Why it is not one that this version would obey; empty where it is.
std::string fault_of(const std::string& example) {
  CommandLine line;
  try {
    line.app.parse(without_shell(example), true);
  } catch (const CLI::ParseError& error) {
    return example + ": " + error.what();
  }
  return line.chosen ? "" : example + ": does nothing";
}

TEST(CommandLine, EveryCommandSaysWhatItIsForAndHasAnExample) {
  const CommandFacts facts = all_facts();
  const auto leaves = manual::all_leaves(facts);
  EXPECT_EQ(leaves.size(), all_commands().size());
  for (const CommandFacts* command : leaves) {
    EXPECT_FALSE(command->what.empty()) << command->path;
    EXPECT_EQ(command->what.find('\n'), std::string::npos) << command->path;
    EXPECT_FALSE(command->examples.empty()) << command->path;
  }
}

TEST(CommandLine, EveryExampleIsOneOfItsCommandAndParses) {
  const CommandFacts facts = all_facts();
  for (const CommandFacts* command : manual::all_leaves(facts)) {
    for (const std::string& example : command->examples) {
      EXPECT_TRUE(example.starts_with(command->path)) << example;
      EXPECT_EQ(fault_of(example), "");
    }
  }
}

TEST(CommandLine, EveryOptionIsExplained) {
  const CommandFacts facts = all_facts();
  auto all = manual::all_leaves(facts);
  all.push_back(&facts);
  for (const CommandFacts* command : all) {
    for (const auto& option : command->options) {
      EXPECT_FALSE(option.what.empty()) << command->path << " " << option.names.front();
    }
    for (const auto& place : command->places) EXPECT_FALSE(place.what.empty()) << command->path;
  }
}

/// The command lines that the man page's hand-written part shows.
std::vector<std::string> manual_examples() {
  std::ifstream in(std::string(PORCHLIGHT_SOURCE) + "/deploy/man/porchlight.1.in");
  std::vector<std::string> examples;
  for (std::string line; std::getline(in, line);) {
    // The page's first line is the program's name and what it is.
    if (!line.starts_with("porchlight ") || line.starts_with(R"(porchlight \-)")) continue;
    line = std::regex_replace(line, std::regex(R"(\\-)"), "-");
    examples.push_back(std::regex_replace(line, std::regex(R"(\\\(aq)"), "'"));
  }
  return examples;
}

TEST(CommandLine, ManualShowsEachKindOfMessageAndItsExamplesParse) {
  std::set<std::string> shown;
  for (const std::string& example : manual_examples()) {
    EXPECT_EQ(fault_of(example), "");
    for (const Command& command : all_commands()) {
      if (example.starts_with("porchlight " + std::string(command.path) + " ")) {
        shown.insert(std::string(command.path));
      }
    }
  }
  for (const char* kind : {"post", "sighting post", "sighting claim", "sighting confirm",
                           "sighting close", "sighting retract", "alert send", "alert ack",
                           "alert clear", "rollcall call", "rollcall answer", "shift plan",
                           "shift claim", "library add", "detention add", "rules set"}) {
    EXPECT_TRUE(shown.contains(kind)) << kind;
  }
}

TEST(CommandLine, HidesWhatIsForPackagers) {
  const CommandLine line;
  EXPECT_THAT(line.app.help(), Not(HasSubstr("manual")));
  for (const CommandFacts& command : all_facts().commands) {
    EXPECT_NE(command.path, "porchlight manual");
  }
}

// ---- the man page ---------------------------------------------------------------------------

TEST(Manual, NothingInATextIsARequestOrAnEscape) {
  EXPECT_EQ(manual::roff_text(".SH a\\fB"), "\\&.SH a\\efB");
  EXPECT_EQ(manual::roff_text("a\n.b 'c' -d"), "a\n\\&.b \\(aqc\\(aq \\-d");
  EXPECT_EQ(manual::roff_text("'x"), "\\(aqx");
  EXPECT_EQ(manual::roff_text("p\xc3\xb1 \xe2\x86\x92 \xf0\x9f\x8f\xa0"),
            "p\\[u00F1] \\[u2192] \\[u1F3E0]");
  EXPECT_EQ(manual::roff_text("\xe2"), "\\[uFFFD]");
}

TEST(Manual, HasEveryCommandWithItsOptionsAndItsExample) {
  const CommandFacts facts = all_facts();
  const std::string page = manual::reference(facts);
  for (const CommandFacts* command : manual::all_leaves(facts)) {
    EXPECT_THAT(page, HasSubstr(".SS \\fB" + manual::roff_text(command->path) + "\\fR"));
    for (const auto& option : command->options) {
      EXPECT_THAT(page, HasSubstr(manual::roff_text(option.names.front())));
    }
    EXPECT_THAT(page, HasSubstr(manual::roff_text(command->examples.front())));
  }
  EXPECT_THAT(page, HasSubstr("member|lead|audience"));
}

// ---- completion -----------------------------------------------------------------------------

TEST(Completion, RunsNoProgram) {
  const std::string script = manual::completion(all_facts());
  EXPECT_EQ(script.find("$(porchlight"), std::string::npos);
  EXPECT_EQ(script.find('`'), std::string::npos);
  EXPECT_THAT(script, HasSubstr(R"(["porchlight alert send --urgency"]="now soon information")"));
}

}  // namespace
}  // namespace porchlight::client
