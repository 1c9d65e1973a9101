#include "proto/base/translate.hpp"

#include <langinfo.h>
#include <unistd.h>

#include <clocale>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace porchlight {
namespace {

std::string from_environment(const char* variable) {
  const char* const set = std::getenv(variable);
  return set ? set : "";
}

/// What the person set for messages; empty where nothing is.
std::string wanted_locale() {
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    std::string set = from_environment(variable);
    if (!set.empty()) return set;
  }
  return "";
}

/// Beside the program as installed, or in the build's folder where it was not.
std::filesystem::path catalogues() {
  std::error_code failed;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", failed);
  const auto installed = program.parent_path().parent_path() / "share" / "locale";
  const bool is_built = !failed && program.string().starts_with(PORCHLIGHT_BUILD_FOLDER "/");
  return is_built ? std::filesystem::path(PORCHLIGHT_BUILD_FOLDER "/locale") : installed;
}

}  // namespace

std::string wanted_languages() {
  const std::string locale = wanted_locale();
  if (locale == "C" || locale == "POSIX") return "";
  std::string languages = from_environment("LANGUAGE");
  return languages.empty() ? locale : languages;
}

void choose_language() {
  // Only these two: a comma in a number would not be JSON any more.
  const char* const characters = std::setlocale(LC_CTYPE, "");
  if (!characters || std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0) {
    std::setlocale(LC_CTYPE, "C.UTF-8");
  }
  const std::string languages = wanted_languages();
  if (languages.empty()) return;
  // gettext translates nothing in "C". Debian has C.UTF-8 always, and there LANGUAGE decides.
  const char* const messages = std::setlocale(LC_MESSAGES, "");
  if (!messages || std::strcmp(messages, "C") == 0) std::setlocale(LC_MESSAGES, "C.UTF-8");
  ::setenv("LANGUAGE", languages.c_str(), 1);
  ::bindtextdomain("porchlight", catalogues().c_str());
  ::bind_textdomain_codeset("porchlight", "UTF-8");
}

}  // namespace porchlight
