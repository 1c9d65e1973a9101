// Links that are not good, and invites that come to nothing.
#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class Joining : public Stage {
 protected:
  Finished join(const Person& person, const std::string& link) {
    return person.run({"join", "-", "--name", person.name()}, link);
  }
};

TEST_F(Joining, MangledLinkSaysWhatIsWrongAndMakesNothing) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  const std::string link = invite(wren_);
  std::string typo = link;
  typo[40] = typo[40] == 'A' ? 'B' : 'A';
  for (const std::string& bad :
       {typo, link.substr(0, link.size() - 5), std::string("https://example.org"), std::string()}) {
    const Finished ended = join(wren_, bad);
    EXPECT_EQ(ended.code, usage) << bad << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("error"));
    EXPECT_THAT(ended.out, IsEmpty());
  }
  EXPECT_FALSE(std::filesystem::exists(wren_.vault()));
  EXPECT_EQ(join(wren_, link).code, done);
}

TEST_F(Joining, LinkBrokenOverLinesByAMailProgramIsRead) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  std::string link = invite(wren_);
  link.insert(120, "\n   ").insert(60, "\r\n");
  EXPECT_EQ(join(wren_, link).code, done);
}

TEST_F(Joining, UsedLinkIsRefusedForTheSecondPerson) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  const std::string link = invite(wren_);
  EXPECT_EQ(join(wren_, link).code, done);
  Person other("Eve");
  const Finished second = join(other, link);
  EXPECT_EQ(second.code, not_found) << second.err;
  EXPECT_THAT(second.err, HasSubstr("used"));
  EXPECT_EQ(join(wren_, link).code, not_found);  // and for the first, a second time
  EXPECT_EQ(carla_.records({"requests"}).size(), 1u);
}

TEST_F(Joining, RevokedInviteComesToNothing) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  const std::string link = invite(wren_);
  const Json made = carla_.record("invite", {"invite", "list"});
  EXPECT_EQ(made.value("standing", ""), "open");
  EXPECT_EQ(carla_.run({"invite", "revoke", made.value("id", "")}).code, usage);  // nobody to ask
  carla_.must({"invite", "revoke", made.value("id", ""), "--yes"});
  EXPECT_EQ(carla_.record("invite", {"invite", "list"}).value("standing", ""), "revoked");
  const Finished ended = join(wren_, link);
  EXPECT_EQ(ended.code, not_found) << ended.err;
  EXPECT_TRUE(carla_.records({"requests"}).empty());
}

TEST_F(Joining, RevokingAnInviteTurnsDownWhoeverAskedByIt) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  EXPECT_EQ(join(wren_, invite(wren_)).code, done);
  EXPECT_EQ(carla_.records({"requests"}).size(), 1u);
  const Json made = carla_.record("invite", {"invite", "list"});
  EXPECT_THAT(carla_.must({"invite", "revoke", made.value("id", ""), "--yes"}),
              HasSubstr("nor whoever asked by it"));
  EXPECT_TRUE(carla_.records({"requests"}).empty());
  EXPECT_EQ(wren_.run({"post", "hello"}).code, not_permitted);
}

TEST_F(Joining, WhoeverWaitsIsToldSoAndGoesOnOnceApproved) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  EXPECT_EQ(join(wren_, invite(wren_)).code, done);
  const Finished again = wren_.run({"join"});
  EXPECT_EQ(again.code, not_found);
  EXPECT_THAT(again.err, HasSubstr("You asked to join"));
  const Finished early = wren_.run({"post", "hello"});
  EXPECT_EQ(early.code, not_permitted);
  EXPECT_THAT(early.err, HasSubstr("not approved yet"));
  carla_.must({"approve", "--all"});
  const Finished sent = wren_.run({"post", "hello"});  // without a sync before
  EXPECT_EQ(sent.code, done) << sent.err;
  EXPECT_THAT(sent.err, HasSubstr("You were let into \"dispatch\""));
  EXPECT_THAT(texts(carla_), testing::ElementsAre("hello"));
}

TEST_F(Joining, SyncSaysThatTheGroupLetThisPersonIn) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  EXPECT_EQ(join(wren_, invite(wren_)).code, done);
  EXPECT_THAT(wren_.run({"sync"}).err, testing::Not(HasSubstr("let into")));
  carla_.must({"approve", "--all"});
  EXPECT_THAT(wren_.run({"sync"}).err, HasSubstr("let into"));
}

TEST_F(Joining, InviteThatHasNotLeftSaysThatItsLinkDoesNotWorkYet) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  relay_.stop();
  const Finished made = carla_.run({"invite", "new", "--to", "Wren"});
  EXPECT_EQ(made.code, queued);
  EXPECT_THAT(made.out, HasSubstr("porchlight:j/"));
  EXPECT_THAT(made.err, HasSubstr("does not work before that"));
}

TEST_F(Joining, DeniedRequestStaysOutside) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  EXPECT_EQ(join(wren_, invite(wren_)).code, done);
  const Json request = carla_.record("request", {"requests"});
  carla_.must({"deny", request.value("id", "")});
  EXPECT_TRUE(carla_.records({"requests"}).empty());
  carla_.must({"post", "among ourselves"});
  wren_.must({"sync"});
  EXPECT_NE(wren_.run({"post", "hello"}).code, done);
  EXPECT_EQ(carla_.record("group", {"group", "show"})["members"].size(), 1u);
}

TEST_F(Joining, LinkOfAnotherRelayNeedsAVaultOfItsOwn) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  Relay other;
  ASSERT_NO_FATAL_FAILURE(other.start());
  const std::string link = other.invite({"--inviter"});
  const Finished ended = join(carla_, link);
  EXPECT_EQ(ended.code, usage) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("--vault"));
  carla_.must({"post", "unharmed"});
}

TEST_F(Joining, JoinGoesOnWithoutTheLinkOnceTheRelayIsBack) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  const std::string link = invite(wren_);
  relay_.stop();
  const Finished down = join(wren_, link);
  EXPECT_EQ(down.code, queued) << down.err;
  EXPECT_THAT(down.err, HasSubstr("is kept"));
  relay_.start();
  wren_.must({"join", "--name", "Wren"});
  EXPECT_EQ(carla_.records({"requests"}).size(), 1u);
}

TEST_F(Joining, RequestGoesOutExactlyOnceAfterTheRelayWasDownForIt) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  ASSERT_NO_FATAL_FAILURE(let_in(wren_));
  EXPECT_EQ(carla_.record("group", {"group", "show"})["members"].size(), 2u);
  wren_.must({"sync"});
  wren_.must({"sync"});
  EXPECT_TRUE(carla_.records({"requests"}).empty());
}

}  // namespace
}  // namespace porchlight::e2e
