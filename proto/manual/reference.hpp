// The part of a man page that says what there is to type, in roff's man macros.
#pragma once

#include <string_view>

#include "proto/manual/command_tree.hpp"

namespace porchlight::manual {

/// `text` as roff prints it: nothing in it is a request or an escape, and a hyphen can be copied.
/// Line breaks stay.
std::string roff_text(std::string_view text);

/// An item with a tag: an option, a setting. `tag` is printed bold.
std::string roff_item(std::string_view tag, std::string_view value, std::string_view what);

/// Sections OPTIONS, what every command takes, and COMMANDS, each with its synopsis, its options
/// and its examples.
std::string reference(const CommandFacts& program);

}  // namespace porchlight::manual
