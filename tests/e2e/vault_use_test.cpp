// The vault as the programs use it: passphrases, two commands at once, being killed.
#include <SQLiteCpp/SQLiteCpp.h>

#include <csignal>
#include <fstream>

#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class VaultUse : public Stage {};

TEST_F(VaultUse, WrongPassphraseIsExitThreeAndChangesNothing) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  carla_.set_passphrase("correct horse batteri");
  const Finished wrong = carla_.run({"group", "list"});
  EXPECT_EQ(wrong.code, locked);
  EXPECT_THAT(wrong.err, HasSubstr("passphrase"));
  EXPECT_EQ(wrong.out, "");
  carla_.set_passphrase("correct horse battery");
  carla_.must({"group", "list"});
}

TEST_F(VaultUse, WithoutAVaultEveryCommandSaysHowToBegin) {
  const Finished ended = carla_.run({"group", "list"});
  EXPECT_EQ(ended.code, not_found);
  EXPECT_THAT(ended.err, HasSubstr("porchlight join"));
}

TEST_F(VaultUse, ShortPassphraseMakesNoVault) {
  ASSERT_NO_FATAL_FAILURE(relay_.start());
  carla_.set_passphrase("short");
  EXPECT_EQ(carla_.run({"join", "-", "--name", "Carla"}, relay_.invite()).code, usage);
  EXPECT_FALSE(std::filesystem::exists(carla_.vault() / "vault.db"));
}

TEST_F(VaultUse, CommandThatIsTypedWrongSaysWhatThereIsAndPostsNothing) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  for (const std::vector<std::string>& typed :
       std::vector<std::vector<std::string>>{{"post", "dispatch"},
                                             {"post", "dispatch", "two", "vans"},
                                             {"sighting", "confirm", "S-4K7", "--basis", ""}}) {
    const Finished ended = wren_.run(typed);
    EXPECT_EQ(ended.code, usage) << typed.back() << ended.err;
    EXPECT_EQ(ended.out, "");
  }
  const Finished unknown = wren_.run({"sighting", "konfirm"});
  EXPECT_EQ(unknown.code, usage);
  EXPECT_THAT(unknown.err, testing::AllOf(HasSubstr("konfirm"), HasSubstr("confirm, dismiss")));
  EXPECT_THAT(texts(carla_), testing::IsEmpty());
}

TEST_F(VaultUse, SightingIsNoDuplicateOfItself) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  carla_.must({"sighting", "post", "--where", "5th & Oak"});
  const std::string id = carla_.record("sighting", {"sighting", "list"}).value("sighting", "");
  const Finished ended = carla_.run({"sighting", "dismiss", id, "--as", "duplicate", "--of", id});
  EXPECT_EQ(ended.code, usage) << ended.err;
  EXPECT_EQ(sighting(carla_, id).value("standing", ""), "open");
}

TEST_F(VaultUse, TwoCommandsAtOnceBothHaveTheirEffect) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  Process first = carla_.start({"post", "one"});
  Process second = carla_.start({"post", "two"});
  Process third = carla_.start({"group", "list"});
  EXPECT_EQ(first.finish().code, done);
  EXPECT_EQ(second.finish().code, done);
  EXPECT_EQ(third.finish().code, done);
  EXPECT_THAT(texts(wren_), testing::UnorderedElementsAre("one", "two"));
}

TEST_F(VaultUse, ListeningStepsAsideForOtherCommandsAndMissesNothing) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  Process listening = wren_.start({"listen"});
  ASSERT_TRUE(listening.wait_for_line(Stream::err, "listening"));
  carla_.must({"post", "first"});
  EXPECT_TRUE(listening.wait_for_line(Stream::out, "first"));
  for (const char* text : {"second", "third"}) {
    wren_.must({"post", text});
    carla_.must({"post", std::string("after ") + text});
  }
  wren_.must({"sync"});  // fetches what listening has to show all the same
  EXPECT_TRUE(listening.wait_for_line(Stream::out, "after third"));
  listening.signal(SIGTERM);
  const Finished ended = listening.finish();
  EXPECT_EQ(ended.code, done);
  for (const char* text : {"  second\n", "  third\n", "after second\n", "after third\n"}) {
    const auto at = ended.out.find(text);
    ASSERT_NE(at, std::string::npos) << text;
    EXPECT_EQ(ended.out.find(text, at + 1), std::string::npos) << "twice: " << text;
  }
}

TEST_F(VaultUse, CommandThatIsKilledAtAnyTimeLosesNothingAndSaysNothingTwice) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  std::vector<std::string> sent;
  for (int i = 0; i < 12; ++i) {
    const std::string text = "message " + std::to_string(i);
    Process posting = wren_.start({"post", text});
    // Each time a little later: before the vault is open, in the middle of sending, after it.
    for (int spins = 0; spins < i; ++spins) {
      carla_.must({"outbox", "list", "--offline"});
    }
    posting.signal(SIGKILL);
    // What it told before it was killed, it has to keep.
    if (!posting.finish().out.empty()) sent.push_back(text);
  }
  wren_.must({"sync"});
  const auto mine = texts(wren_);
  EXPECT_EQ(texts(carla_), mine);
  EXPECT_THAT(mine, testing::IsSupersetOf(sent));
  for (const std::string& text : mine) EXPECT_EQ(std::count(mine.begin(), mine.end(), text), 1);
  wren_.must({"post", "the last"});
  EXPECT_EQ(texts(carla_).back(), "the last");
}

TEST_F(VaultUse, DamagedVaultIsRefused) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  {
    // One byte of one record, in its middle.
    SQLite::Database db((carla_.vault() / "vault.db").string(), SQLite::OPEN_READWRITE);
    SQLite::Statement longest(db, "SELECT lookup, value FROM records ORDER BY length(value) DESC");
    ASSERT_TRUE(longest.executeStep());
    const std::string lookup = longest.getColumn(0).getString();
    std::string value = longest.getColumn(1).getString();
    value[value.size() / 2] ^= 1;
    longest.reset();
    SQLite::Statement damage(db, "UPDATE records SET value = ? WHERE lookup = ?");
    damage.bind(1, value.data(), static_cast<int>(value.size()));
    damage.bind(2, lookup.data(), static_cast<int>(lookup.size()));
    ASSERT_EQ(damage.exec(), 1);
  }
  const Finished ended = carla_.run({"group", "list"});
  EXPECT_EQ(ended.code, locked) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("damaged"));
}

}  // namespace
}  // namespace porchlight::e2e
