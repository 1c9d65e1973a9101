// An evening with many people and one link.
#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::HasSubstr;

class Evening : public Stage {
 protected:
  std::string invite_many(int uses, int auto_approve) {
    link_ = carla_
                .record("invite",
                        {"invite", "new", "--to", "the evening", "--uses", std::to_string(uses),
                         "--auto-approve", std::to_string(auto_approve), "--expires", "3h"})
                .value("link", "");
    return link_;
  }
  Person& newcomer() {
    return *people_.emplace_back(
        std::make_unique<Person>("Guest " + std::to_string(people_.size() + 1)));
  }
  Finished join(const Person& person) {
    return person.run({"join", "-", "--name", person.name()}, link_);
  }
  Json list() { return carla_.record("invite", {"invite", "list"}); }

  std::string link_;
  std::vector<std::unique_ptr<Person>> people_;
};

TEST_F(Evening, LetsADozenInWithOneLink) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  EXPECT_LT(invite_many(12, 11).size(), 200u);
  for (int i = 0; i < 12; ++i) {
    const Finished asked = join(newcomer());
    ASSERT_EQ(asked.code, done) << asked.err;
    EXPECT_THAT(asked.out, HasSubstr("Safety words"));
  }
  const auto asking = carla_.records({"requests"});
  ASSERT_EQ(asking.size(), 1u);  // the others needed nobody
  EXPECT_EQ(asking[0].value("invite_number", 0), 12);
  EXPECT_EQ(asking[0].value("invite_uses", 0), 12);
  EXPECT_EQ(list().value("joined", 0), 11);
  EXPECT_THAT(carla_.must({"approve", "--all"}), HasSubstr("Approved Guest 12"));
  EXPECT_EQ(list().value("joined", 0), 12);
  EXPECT_EQ(list().value("standing", ""), "joined");
  EXPECT_THAT(carla_.must({"invite", "list"}), HasSubstr("joined 12 of 12"));
  for (const auto& person : people_) {
    person->must({"sync"});
    EXPECT_EQ(person->record("group", {"group", "show"}).value("standing", "member"), "member");
  }
  people_[3]->must({"post", "dispatch", "good evening"});
  people_[7]->must({"sync"});
  EXPECT_THAT(texts(*people_[7]), testing::ElementsAre("good evening"));
  people_[5]->must({"sync", "--now"});  // enrols with the token of its bundle
  EXPECT_TRUE(carla_.records({"requests"}).empty());
  const Finished late = join(newcomer());
  EXPECT_EQ(late.code, not_found) << late.err;
}

TEST_F(Evening, IsUsedUpForWhoComesAfterTheLast) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  invite_many(2, 0);
  EXPECT_EQ(join(newcomer()).code, done);
  EXPECT_EQ(join(newcomer()).code, done);
  const Finished late = join(newcomer());  // while Carla's device is away
  EXPECT_EQ(late.code, not_found) << late.err;
  EXPECT_THAT(late.err, HasSubstr("used up"));
  EXPECT_EQ(carla_.records({"requests"}).size(), 2u);
}

TEST_F(Evening, TakenBackLetsNobodyElseIn) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  invite_many(3, 3);
  EXPECT_EQ(join(newcomer()).code, done);
  carla_.must({"sync"});
  carla_.must({"invite", "revoke", list().value("id", ""), "--yes"});
  EXPECT_EQ(list().value("standing", ""), "revoked");
  EXPECT_EQ(join(newcomer()).code, not_found);
  EXPECT_EQ(carla_.record("group", {"group", "show"}).value("epoch", 0), 1);
}

TEST_F(Evening, NeedsARelayThatLetsGuestsIn) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  invite_many(2, 0);
  relay_.configure("guest_drops", "0");
  relay_.restart();
  Person& guest = newcomer();
  const Finished turned_away = join(guest);
  EXPECT_NE(turned_away.code, done);
  EXPECT_THAT(turned_away.err, HasSubstr("lets no guests in"));
  carla_.must({"sync"});
  const Finished refused = carla_.run({"invite", "new", "--to", "more", "--uses", "2"});
  EXPECT_EQ(refused.code, not_permitted) << refused.err;
  relay_.configure("guest_drops", "4");
  relay_.restart();
  EXPECT_EQ(guest.run({"join", "--name", "Guest"}).code, done);  // the invite was kept
}

TEST_F(Evening, IsNotMadeForMoreThanThereAreTokensFor) {
  ASSERT_NO_FATAL_FAILURE(set_the_stage());
  const Finished refused = carla_.run({"invite", "new", "--to", "the evening", "--uses", "40"});
  EXPECT_EQ(refused.code, queued) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("40 enrol tokens"));
  EXPECT_THAT(refused.err, HasSubstr("there are"));
  EXPECT_TRUE(carla_.records({"invite", "list"}).empty());
}

}  // namespace
}  // namespace porchlight::e2e
