// What a person reads, in their language: gettext's catalogue of this process (domain "porchlight";
// without one everything stays English), and whole sentences with places for what varies.
// Must not know: any one text.
#pragma once

#include <fmt/format.h>
#include <libintl.h>

#include <string>

namespace porchlight {

/// `text` is a literal, so that xgettext finds it. What comes back lives as long as the process.
inline const char* tr(const char* text) { return dgettext("porchlight", text); }
/// For a text that depends on how many there are.
inline const char* tr(const char* one, const char* many, std::size_t count) {
  return dngettext("porchlight", one, many, count);
}

/// A sentence from tr() with {} or {0} where an argument stands. A translation whose places do not
/// fit is shown as it is: a wrong catalogue must not end the program.
template <class... Args>
std::string say(const char* sentence, const Args&... args) {
  try {
    return fmt::vformat(sentence, fmt::make_format_args(args...));
  } catch (const fmt::format_error&) {
    return sentence;
  }
}

}  // namespace porchlight
