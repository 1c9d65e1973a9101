// What a program's command line takes, as data: its man page, its completion and the tests of its
// help are made of the same tree that reads the arguments.
// Must not know: any one command.
#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <string>
#include <vector>

namespace porchlight::manual {

struct OptionFacts {
  std::vector<std::string> names;         // "--group"; none where it stands at a place
  std::string value;                      // "NAME"; empty for a flag
  std::string what;                       // the help, as it is
  std::vector<std::string> choices = {};  // where `value` says which there are: "member|lead"
  bool required = false;
};

struct CommandFacts {
  std::string path;  // "porchlight group create"
  std::string what;
  std::vector<std::string> examples;  // without what help puts in front of them
  std::string more;                   // what help says around them, in lines of its own
  std::vector<OptionFacts> options;
  std::vector<OptionFacts> places;
  std::vector<CommandFacts> commands;
};

/// `app` and all below it; what is hidden, and help itself, is left out. Texts are in the language
/// of the process.
CommandFacts facts_of(const CLI::App& app);

/// Those of `facts` and below that do something: that are no mere beginning of others.
std::vector<const CommandFacts*> all_leaves(const CommandFacts& facts);

}  // namespace porchlight::manual
