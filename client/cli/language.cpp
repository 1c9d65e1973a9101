#include "client/cli/language.hpp"

#include <algorithm>

#include "client/cli/output.hpp"
#include "client/core/alerts.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {

std::vector<std::string> my_languages() {
  const std::string wanted = wanted_languages();
  std::vector<std::string> languages;
  for (std::size_t at = 0; at < wanted.size();) {
    const std::size_t end = std::min(wanted.find(':', at), wanted.size());
    std::string language = wanted.substr(at, end - at);
    at = end + 1;
    language.resize(std::min(language.find_first_of(".@"), language.size()));
    std::replace(language.begin(), language.end(), '_', '-');
    if (!language.empty() && language != "C") languages.push_back(std::move(language));
  }
  return languages;
}

Status add_wordings(Wordings& wordings, const std::string& plain,
                    std::span<const std::string> labelled) {
  if (!plain.empty()) wordings.Add()->set_text(plain);
  for (const std::string& each : labelled) {
    const std::size_t equals = each.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == each.size()) {
      return Error{
          Errc::usage,
          tr("--text takes a language and the text in it: --text \"es=Por la puerta norte\". "
             "Nothing was sent.")};
    }
    wire::Wording& wording = *wordings.Add();
    wording.set_language(each.substr(0, equals));
    wording.set_text(each.substr(equals + 1));
  }
  return Ok{};
}

std::string wording_text(const Wordings& wordings, std::span<const std::string> languages) {
  std::vector<const wire::Wording*> all;
  for (const wire::Wording& wording : wordings) all.push_back(&wording);
  const wire::Wording* const chosen = choose_wording(all, languages);
  if (!chosen) return "";
  // Beside one in no language, it is chosen only where one of the languages leads to it.
  const wire::Wording none;
  const wire::Wording* const both[] = {&none, chosen};
  const bool fits = choose_wording(both, languages) == chosen;
  const bool says = !fits && !chosen->language().empty();
  return (says ? "[" + one_line(chosen->language()) + "] " : "") + one_line(chosen->text());
}

}  // namespace porchlight::client
