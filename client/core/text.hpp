// What people write, made safe to show (clause 13.2): valid UTF-8 without anything a terminal would
// obey.
// Must not know: what the text is for.
#pragma once

#include <string_view>

#include "proto/base/result.hpp"

namespace porchlight::client {

/// At most `bytes_max` bytes of valid UTF-8 without control characters other than newline, without
/// line and paragraph separators, and without the characters that turn the direction of what
/// follows (U+202A to U+202E, U+2066 to U+2069). The empty text is clean.
bool is_clean_text(std::string_view text, std::size_t bytes_max);

/// The same, without newlines.
bool is_clean_line(std::string_view text, std::size_t bytes_max);

/// A clean line of 1 to limits::name_bytes_max bytes that neither begins nor ends with a space.
bool is_clean_name(std::string_view name);

/// Ok, or 'usage' in words for a person; `what` as in "the name".
Status check_name(std::string_view name, std::string_view what);

/// Ok for a clean text of at most `bytes_max` bytes; otherwise 'usage' in words for a person, with
/// how many characters it is too long. `what` as in check_name().
Status check_field(std::string_view text, std::string_view what, std::size_t bytes_max);

/// Code points of valid UTF-8.
std::size_t count_characters(std::string_view text);

}  // namespace porchlight::client
