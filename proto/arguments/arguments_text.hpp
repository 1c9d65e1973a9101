// What the parser of arguments says of itself, in the reader's language: the headings of help, and
// what is wrong with arguments. Must not know: any one command.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace porchlight {

/// Before commands are added to `app`: they take over its help option, its headings and the way in
/// which it complains.
void speak_to_people(CLI::App& app);

/// `english` is a message of the parser; it comes back as it is where it is none of those known
/// here.
std::string complaint_text(const std::string& english);

}  // namespace porchlight
