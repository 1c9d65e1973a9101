// Completion in a real bash, out of what the real programs write down.
#include <fstream>

#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::UnorderedElementsAre;

using Words = std::vector<std::string>;

class Completion : public testing::Test {
 protected:
  Completion() {
    for (const char* program : {PORCHLIGHT, PORCHLIGHTD}) {
      const Finished written = run({{program, "manual", "completion"}, {}, ""});
      EXPECT_EQ(written.code, done) << written.err;
      std::ofstream(script(), std::ios::app) << written.out;
    }
  }

  std::filesystem::path script() const { return folder_.path() / "completion.bash"; }

  /// What bash offers for the last of `words`, as the user whose HOME is an empty folder.
  Words complete(const Words& words) const {
    // The words are arguments, so that nothing in them is bash's to read.
    const char* const code =
        "set -u; cd \"$HOME\"; source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); "
        "_$1; for each in ${COMPREPLY[@]+\"${COMPREPLY[@]}\"}; do printf '%s\\n' \"$each\"; done";
    Command bash{{"/bin/bash", "--norc", "-c", code, "bash", script().string()},
                 {{"HOME", folder_.path().string()}, {"PATH", ""}},
                 ""};
    bash.argv.insert(bash.argv.end(), words.begin(), words.end());
    const Finished ended = run(bash);
    EXPECT_EQ(ended.code, done);
    EXPECT_EQ(ended.err, "");
    std::istringstream lines(ended.out);
    Words offered;
    for (std::string line; std::getline(lines, line);) offered.push_back(line);
    return offered;
  }

  Folder folder_;
};

TEST_F(Completion, KnowsCommandsOptionsAndNamedValues) {
  EXPECT_THAT(complete({"porchlight", ""}), IsSupersetOf({"join", "group", "alert", "vault"}));
  EXPECT_THAT(complete({"porchlight", ""}), Not(Contains("manual")));
  EXPECT_THAT(complete({"porchlight", "group", "cr"}), ElementsAre("create"));
  EXPECT_THAT(complete({"porchlight", "--json", "group", "l"}),
              UnorderedElementsAre("list", "leave"));
  EXPECT_THAT(complete({"porchlight", "invite", "new", "--as", ""}),
              UnorderedElementsAre("member", "lead", "audience"));
  EXPECT_THAT(complete({"porchlight", "invite", "new", "--as", "=", "au"}),
              ElementsAre("audience"));
  EXPECT_THAT(complete({"porchlight", "member", "role", "Ana", "le"}), ElementsAre("lead"));
  EXPECT_THAT(complete({"porchlight", "rollcall", "answer", "u"}), ElementsAre("urgent"));
  EXPECT_THAT(complete({"porchlight", "sighting", "claim", "--"}),
              IsSupersetOf({"--eta", "--help", "--json", "--vault"}));
  EXPECT_THAT(complete({"porchlightd", "sta"}), ElementsAre("status"));
  EXPECT_THAT(complete({"porchlightd", "status", "--j"}), ElementsAre("--json"));
}

TEST_F(Completion, OffersFilesWhereTheyAreMeantAndNothingForWhatOnlyThePersonKnows) {
  std::ofstream(folder_.path() / "door text.txt") << "x";
  std::filesystem::create_directory(folder_.path() / "vault");
  EXPECT_THAT(complete({"porchlight", "library", "add", "--file", "door"}),
              ElementsAre("door text.txt"));
  EXPECT_THAT(complete({"porchlight", "--vault", "v"}), ElementsAre("vault"));
  EXPECT_THAT(complete({"porchlightd", "run", "--data", ""}), ElementsAre("vault"));
  EXPECT_THAT(complete({"porchlight", "post", "d"}), IsEmpty());
  EXPECT_THAT(complete({"porchlight", "invite", "new", "--to", ""}), IsEmpty());
}

TEST_F(Completion, ObeysNothingThatIsTyped) {
  EXPECT_THAT(complete({"porchlight", "$(echo >made)", "`echo >made`", "a]=$(echo >made)", "x"}),
              IsEmpty());
  EXPECT_THAT(complete({"porchlight", "--$(echo >made)", ""}), Not(IsEmpty()));
  EXPECT_THAT(complete({"porchlight", "post", "$(echo >made)"}), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "made"));
}

}  // namespace
}  // namespace porchlight::e2e
