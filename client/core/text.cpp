#include "client/core/text.hpp"

#include <cstdint>

#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

constexpr std::uint32_t no_character = 0xFFFFFFFF;

/// Takes one code point off the front; no_character for anything that is not shortest-form UTF-8.
std::uint32_t take_character(std::string_view& text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  std::size_t length = 1;
  std::uint32_t code = first;
  std::uint32_t least = 0;
  if (first >= 0xC0 && first < 0xE0) {
    length = 2, code = first & 0x1Fu, least = 0x80;
  } else if (first >= 0xE0 && first < 0xF0) {
    length = 3, code = first & 0x0Fu, least = 0x800;
  } else if (first >= 0xF0 && first < 0xF8) {
    length = 4, code = first & 0x07u, least = 0x10000;
  } else if (first >= 0x80) {
    return no_character;
  }
  if (text.size() < length) return no_character;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return no_character;
    code = code << 6 | (byte(i) & 0x3Fu);
  }
  text.remove_prefix(length);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < least || code > 0x10FFFF || surrogate ? no_character : code;
}

/// What a terminal or a text layout would obey instead of showing it.
bool is_commanding(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 ||
         (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/// What is not seen at all: two names could differ in nothing else. The joiners U+200C and U+200D
/// are not among them: some scripts need them.
bool is_invisible(std::uint32_t c) {
  return c == 0xAD || c == 0x61C || c == 0x200B || c == 0x200E || c == 0x200F ||
         (c >= 0x2060 && c <= 0x2064) || c == 0xFEFF || (c >= 0xE0000 && c <= 0xE007F);
}

bool has_invisible(std::string_view text) {
  while (!text.empty()) {
    if (is_invisible(take_character(text))) return true;
  }
  return false;
}

bool is_clean(std::string_view text, std::size_t bytes_max, std::uint32_t allowed) {
  if (text.size() > bytes_max) return false;
  while (!text.empty()) {
    const std::uint32_t c = take_character(text);
    if (c == no_character || (is_commanding(c) && c != allowed)) return false;
  }
  return true;
}

/// How many characters must go from the end so that `text` has at most `bytes_max` bytes.
std::size_t characters_over(std::string_view text, std::size_t bytes_max) {
  std::size_t end = bytes_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return count_characters(text.substr(end));
}

}  // namespace

bool is_clean_text(std::string_view text, std::size_t bytes_max) {
  return is_clean(text, bytes_max, '\n');
}

bool is_clean_line(std::string_view text, std::size_t bytes_max) {
  return is_clean(text, bytes_max, no_character);
}

bool is_clean_name(std::string_view name) {
  return !name.empty() && !name.starts_with(' ') && !name.ends_with(' ') &&
         is_clean_line(name, limits::name_bytes_max) && !has_invisible(name);
}

Status check_name(std::string_view name, std::string_view what) {
  if (name.empty()) return Error{Errc::usage, say(tr("{} is empty"), what)};
  if (name.size() > limits::name_bytes_max) {
    return Error{Errc::usage,
                 say(tr("{0} is longer than {1} bytes"), what, limits::name_bytes_max)};
  }
  if (!is_clean_name(name)) {
    return Error{
        Errc::usage,
        say(tr("{} holds characters that cannot be shown, or a space at its beginning or end"),
            what)};
  }
  return Ok{};
}

Status check_field(std::string_view text, std::string_view what, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    const std::size_t over = characters_over(text, bytes_max);
    return Error{Errc::usage,
                 say(tr("{0} is {1} character too long", "{0} is {1} characters too long", over),
                     what, over)};
  }
  if (!is_clean_text(text, bytes_max)) {
    return Error{Errc::usage, say(tr("{} holds characters that cannot be shown"), what)};
  }
  return Ok{};
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

}  // namespace porchlight::client
