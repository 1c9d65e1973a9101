// Completion for bash: commands, options and the values that the command line itself names.
#pragma once

#include "proto/manual/command_tree.hpp"

namespace porchlight::manual {

/// A script that defines the function _NAME for the program NAME and registers it. It runs nothing
/// and opens nothing but folders that are being completed: what groups there are is in a vault that
/// may be locked, and no passphrase is asked for while somebody types.
std::string completion(const CommandFacts& program);

}  // namespace porchlight::manual
