// A hidden command by which a program writes down its own face, for the build and for packagers.
#pragma once

#include <functional>
#include <map>

#include "proto/manual/command_tree.hpp"

namespace porchlight::manual {

/// More that can be asked for, by name.
using Parts = std::map<std::string, std::function<std::string()>>;

/// Adds "manual PART" to `app`, which outlives every parsing: PART is "reference", "completion" or
/// one of `more`. It prints that on stdout and ends the parsing with CLI::Success.
void add_manual_command(CLI::App& app, Parts more);

}  // namespace porchlight::manual
