// The house rules that a machine can check, over the source tree itself: who may include whom, how
// long a file may be, and that every MUST of the protocol names tests that exist.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path root = PORCHLIGHT_SOURCE;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

struct Source {
  std::string path;  // from the root
  std::string text;
};

const std::vector<Source>& sources() {
  static const std::vector<Source> all = [] {
    std::vector<Source> found;
    for (const char* top : {"proto", "relay", "client", "tests"}) {
      for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
        const auto extension = entry.path().extension();
        if (extension != ".cpp" && extension != ".hpp" && extension != ".proto") continue;
        found.push_back({fs::relative(entry.path(), root).string(), read(entry.path())});
      }
    }
    return found;
  }();
  return all;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> result;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) result.push_back(line);
  return result;
}

bool includes(const Source& source, const std::string& prefix) {
  return source.text.find("#include \"" + prefix) != std::string::npos ||
         source.text.find("#include <" + prefix) != std::string::npos;
}

std::vector<std::string> offenders(const std::string& folder, const std::string& prefix) {
  std::vector<std::string> found;
  for (const Source& source : sources()) {
    if (source.path.starts_with(folder) && includes(source, prefix)) found.push_back(source.path);
  }
  return found;
}

TEST(House, FindsItsSources) { EXPECT_GT(sources().size(), 100u); }

TEST(House, RelayAndClientNeverIncludeEachOther) {
  EXPECT_EQ(offenders("relay/", "client/"), std::vector<std::string>{});
  EXPECT_EQ(offenders("client/", "relay/"), std::vector<std::string>{});
  EXPECT_EQ(offenders("proto/", "client/"), std::vector<std::string>{});
  EXPECT_EQ(offenders("proto/", "relay/"), std::vector<std::string>{});
}

TEST(House, TheRelayNeverOpensABox) {
  EXPECT_EQ(offenders("relay/", "proto/crypto/unseal.hpp"), std::vector<std::string>{});
}

TEST(House, OnlyCryptoCallsLibsodium) {
  for (const Source& source : sources()) {
    if (source.path.starts_with("proto/crypto/") || source.path.starts_with("tests/")) continue;
    EXPECT_FALSE(includes(source, "sodium")) << source.path;
  }
}

TEST(House, TheCoresKnowNoSocketsFilesOrClocks) {
  const std::regex forbidden(
      R"(#include [<"](boost/|SQLiteCpp|sqlite3|fstream|filesystem|iostream|thread|openssl))"
      R"(|system_clock::now|steady_clock::now|\btime\(nullptr\))");
  for (const Source& source : sources()) {
    if (!source.path.starts_with("client/core/") && !source.path.starts_with("relay/core/")) {
      continue;
    }
    EXPECT_FALSE(std::regex_search(source.text, forbidden)) << source.path;
  }
}

TEST(House, NoFileIsLongerThanFourHundredLinesOrWiderThanAHundredColumns) {
  for (const Source& source : sources()) {
    const auto all = lines(source.text);
    EXPECT_LE(all.size(), 400u) << source.path;
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_LE(all[i].size(), 100u) << source.path << ":" << i + 1;
    }
  }
}

TEST(House, CoroutinesAreNeverDetachedBlindly) {
  const std::regex detached(R"(\basio::detached\b)");
  for (const Source& source : sources()) {
    EXPECT_FALSE(std::regex_search(source.text, detached)) << source.path;
  }
}

// A clause is a paragraph that starts with its bold number.
struct Clause {
  std::string number;
  std::string text;
};

std::vector<Clause> clauses() {
  std::vector<Clause> found;
  const std::regex number(R"(^\*\*(\d+\.\d+)\*\*)");
  for (const std::string& line : lines(read(root / "proto/PROTOCOL.md"))) {
    std::smatch match;
    if (std::regex_search(line, match, number)) found.push_back({match[1], ""});
    if (line.starts_with("## ")) found.push_back({"heading", ""});
    if (!found.empty()) found.back().text += line + "\n";
  }
  return found;
}

std::set<std::string> test_names() {
  std::set<std::string> names;
  const std::regex test(R"(TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\))");
  for (const Source& source : sources()) {
    if (!source.path.starts_with("tests/")) continue;
    for (std::sregex_iterator it(source.text.begin(), source.text.end(), test), end; it != end;
         ++it) {
      names.insert((*it)[1].str() + "." + (*it)[2].str());
    }
  }
  return names;
}

std::vector<std::string> cited_tests(const std::string& text) {
  std::vector<std::string> cited;
  const std::regex citation(R"(\[(\w+\.\w+)\])");
  for (std::sregex_iterator it(text.begin(), text.end(), citation), end; it != end; ++it) {
    cited.push_back((*it)[1]);
  }
  return cited;
}

TEST(House, EveryMustOfTheProtocolCitesATest) {
  std::size_t musts = 0;
  for (const Clause& clause : clauses()) {
    if (clause.number == "heading" || clause.text.find("MUST") == std::string::npos) continue;
    ++musts;
    EXPECT_FALSE(cited_tests(clause.text).empty()) << "clause " << clause.number;
  }
  EXPECT_GT(musts, 15u);
}

TEST(House, EveryCitedTestExists) {
  const auto names = test_names();
  for (const Clause& clause : clauses()) {
    for (const std::string& cited : cited_tests(clause.text)) {
      EXPECT_TRUE(names.contains(cited)) << "clause " << clause.number << " cites " << cited;
    }
  }
}

// ---- what a person reads --------------------------------------------------------------------

/// A literal, adjacent ones taken together, and where it stands.
struct Literal {
  std::size_t begin;
  std::size_t end;
  std::string text;
};

/// Of a "'" in 4'096.
bool is_in_number(const std::string& source, std::size_t at) {
  return at > 0 && std::isdigit(static_cast<unsigned char>(source[at - 1])) != 0;
}

/// Without those in comments.
std::vector<Literal> literals(const std::string& source) {
  std::vector<Literal> found;
  for (std::size_t at = 0; at < source.size(); ++at) {
    if (source.compare(at, 2, "//") == 0) {
      at = std::min(source.find('\n', at), source.size());
    } else if (source[at] == '"' || (source[at] == '\'' && !is_in_number(source, at))) {
      const std::size_t begin = at;
      for (++at; at < source.size() && source[at] != source[begin]; ++at) {
        if (source[at] == '\\') ++at;
      }
      if (source[begin] == '\'') continue;
      const std::string text = source.substr(begin + 1, at - begin - 1);
      const bool goes_on =
          !found.empty() && source.find_first_not_of(" \n", found.back().end) == begin;
      if (goes_on) {
        found.back().text += text;
      } else {
        found.push_back({begin, 0, text});
      }
      found.back().end = at + 1;
    }
  }
  return found;
}

/// Three words in a row, which are no gettext's: neither in tr(...) or mark(...), nor the plural
/// that follows such a one.
std::vector<std::string> untranslated(const std::string& source) {
  const std::set<std::string> allowed{"channel audience remove"};  // a command's name
  const std::regex three_words(R"([A-Za-z']+[,;:]? [A-Za-z']+[,;:]? [A-Za-z']+)");
  const std::regex opening(R"(\b(tr|mark)\(\s*$)");
  std::vector<std::string> found;
  std::size_t translated_until = std::string::npos;
  for (const Literal& literal : literals(source)) {
    const std::size_t near = literal.begin < 80 ? 0 : literal.begin - 80;
    const std::string before = source.substr(near, literal.begin - near);
    const bool is_plural =
        translated_until != std::string::npos &&
        std::regex_match(source.substr(translated_until, literal.begin - translated_until),
                         std::regex(R"(\s*,\s*)"));
    const bool is_translated = is_plural || std::regex_search(before, opening);
    translated_until = is_translated ? literal.end : std::string::npos;
    if (!is_translated && !allowed.contains(literal.text) &&
        std::regex_search(literal.text, three_words)) {
      found.push_back(literal.text);
    }
  }
  return found;
}

TEST(House, ASentenceThatBypassesTheCatalogueIsNoticed) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(untranslated(R"(out << "Something went wrong";)"), Texts{"Something went wrong"});
  EXPECT_EQ(untranslated("say(\"You are not \"\n    \"in \" + name)"), Texts{"You are not in "});
  EXPECT_EQ(untranslated(R"(f(tr("It is so"), "but not in Spanish"))"),
            Texts{"but not in Spanish"});
  EXPECT_EQ(untranslated(R"(tr("Say what to do"); tr("{} of us is", "{} of us are", n);)"),
            Texts{});
  EXPECT_EQ(untranslated(R"(mark("Say what to do") // "not in a comment")"), Texts{});
}

TEST(House, WhatThePersonAtTheCommandLineReadsIsInTheCatalogue) {
  for (const Source& source : sources()) {
    if (!source.path.starts_with("client/cli/")) continue;
    EXPECT_EQ(untranslated(source.text), std::vector<std::string>{}) << source.path;
  }
}

}  // namespace
