#include "client/cli/text_width.hpp"

#include <clocale>
#include <cwchar>

#include <algorithm>

#include "proto/base/result.hpp"

namespace porchlight::client {
namespace {

/// While it lives, this thread's characters are those of UTF-8, whatever the environment says.
class InUtf8 {
 public:
  InUtf8() : before_(uselocale(utf8())) {}
  InUtf8(const InUtf8&) = delete;
  InUtf8& operator=(const InUtf8&) = delete;
  ~InUtf8() { uselocale(before_); }

 private:
  static locale_t utf8() {
    static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
    PORCHLIGHT_ASSERT(locale);  // part of the C library since Debian 12
    return locale;
  }
  locale_t before_;
};

/// A character, which is a code point or a byte that belongs to none.
struct Character {
  std::size_t bytes;
  std::size_t columns;
};

/// Only within InUtf8.
Character first_of(std::string_view text) {
  wchar_t point = 0;
  std::mbstate_t state{};
  const std::size_t bytes = std::mbrtowc(&point, text.data(), text.size(), &state);
  if (bytes == 0 || bytes > text.size()) return {1, 1};
  const int columns = wcwidth(point);
  return {bytes, columns < 0 ? 1 : static_cast<std::size_t>(columns)};
}

std::vector<Character> characters_of(std::string_view text) {
  const InUtf8 here;
  std::vector<Character> all;
  while (!text.empty()) {
    all.push_back(first_of(text));
    text.remove_prefix(all.back().bytes);
  }
  return all;
}

/// How many bytes of `text` fit.
std::size_t bytes_within(std::string_view text, std::size_t columns) {
  std::size_t bytes = 0;
  std::size_t taken = 0;
  for (const Character& each : characters_of(text)) {
    if (taken + each.columns > columns) break;
    taken += each.columns;
    bytes += each.bytes;
  }
  return bytes;
}

}  // namespace

std::size_t width_of(std::string_view text) {
  std::size_t columns = 0;
  for (const Character& each : characters_of(text)) columns += each.columns;
  return columns;
}

std::string cut_to(std::string_view text, std::size_t columns) {
  if (width_of(text) <= columns) return std::string(text);
  if (columns == 0) return "";
  return std::string(text.substr(0, bytes_within(text, columns - 1))) + "…";
}

std::string fit_to(std::string_view text, std::size_t columns) {
  std::string fitting = cut_to(text, columns);
  fitting.append(columns - width_of(fitting), ' ');
  return fitting;
}

std::string tail_of(std::string_view text, std::size_t columns) {
  std::size_t width = width_of(text);
  for (const Character& each : characters_of(text)) {
    if (width <= columns) break;
    width -= each.columns;
    text.remove_prefix(each.bytes);
  }
  return std::string(text);
}

std::string without_last(std::string_view text) {
  auto all = characters_of(text);
  while (!all.empty()) {
    const Character last = all.back();
    all.pop_back();
    text.remove_suffix(last.bytes);
    if (last.columns > 0) break;
  }
  return std::string(text);
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns) {
  columns = std::max<std::size_t>(columns, 2);
  std::vector<std::string> lines;
  while (width_of(text) > columns) {
    std::size_t end = bytes_within(text, columns);
    // A space that is the first not to fit is as good a place as any before it.
    const std::size_t space = text.substr(0, end + 1).rfind(' ');
    if (space != std::string_view::npos && space > 0) end = space;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    while (text.starts_with(' ')) text.remove_prefix(1);
  }
  if (!text.empty() || lines.empty()) lines.emplace_back(text);
  return lines;
}

}  // namespace porchlight::client
