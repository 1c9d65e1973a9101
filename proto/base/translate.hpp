// What a person reads, in their language: gettext's catalogue of this process (domain "porchlight";
// without one everything stays English), and whole sentences with places for what varies.
// Must not know: any one text.
//
// The catalogues are proto/po/LANGUAGE.po; README.md says how to add one.
#pragma once

#include <fmt/format.h>
#include <libintl.h>

#include <string>

namespace porchlight {

/// Chooses the language of this process from LANGUAGE, LC_ALL, LC_MESSAGES and LANG, as gettext
/// does, except that no locale has to be generated for it: a Debian without any speaks Spanish for
/// LANG=es_MX.UTF-8 alike. Catalogues come from where the program was installed, or from the build
/// that it lies in. Text is UTF-8. Numbers and dates stay as they are in "C".
/// Call it once, first of all and before there are threads: it sets LANGUAGE for this process.
void choose_language();

/// The languages that choose_language() looks for, best first, as LANGUAGE has them: "es_MX.UTF-8",
/// or "es:fr". Empty for "C", which is how scripts ask for English, and where nothing is set.
std::string wanted_languages();

/// Gives `text`, a literal, as it is, and lets xgettext find it: for tables that stand before any
/// language is known, and for names that programs read as they are. A person gets it through tr().
constexpr const char* mark(const char* text) { return text; }

/// `text` is a literal, so that xgettext finds it, or comes from mark(). What comes back lives as
/// long as the process.
inline const char* tr(const char* text) {
  return *text ? dgettext("porchlight", text) : text;  // "" stands for the catalogue itself
}
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
