// From an empty relay to a sighting that two people have dealt with, and every way to be cut off on
// the way there.
#include <gmock/gmock.h>

#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {
namespace {

using ::testing::ElementsAre;

MessageId post(Device& device, const GroupId& group, const wire::Body& body) {
  const auto posted = device.core().post(group, body, device.now());
  EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().what);
  device.keep();
  return posted.ok() ? *posted : MessageId{};
}

wire::Body sighting() {
  wire::Body body;
  body.mutable_sighting()->set_activity("two vans, one officer at a door");
  body.mutable_sighting()->set_location("5th & Oak");
  return body;
}

wire::Body about(const MessageId& id) {
  wire::Body body;
  body.mutable_verification()->set_sighting(id.str());
  return body;
}

TEST(Story, TwoNeighborsDealWithASighting) {
  MemoryRelay relay;
  Device ana(relay, 2);
  Device ben(relay, 3);
  const GroupId group = found(ana, relay);
  ask(ben, invite(ana, group, "Ben"), "Ben");
  EXPECT_EQ(ben.core().group("dispatch")->standing, GroupView::Standing::asking);
  const auto words_before = ben.core().safety_words("Ana");
  ASSERT_TRUE(words_before.ok());
  ana.sync();
  ASSERT_EQ(ana.core().requests().size(), 1u);
  EXPECT_EQ(ana.core().requests()[0].name, "Ben");
  EXPECT_EQ(ana.core().requests()[0].words, *words_before);
  EXPECT_TRUE(ana.has_notice(Notice::Kind::join_requested));
  approve_all(ana);
  ben.sync();
  EXPECT_TRUE(ben.has_notice(Notice::Kind::group_joined));
  EXPECT_TRUE(ana.has_notice(Notice::Kind::member_added));
  EXPECT_EQ(*ana.core().safety_words("Ben"), *words_before);
  EXPECT_EQ(*ben.core().safety_words("Ana"), *words_before);
  EXPECT_EQ(ana.core().invites(ana.now())[0].standing, InviteView::Standing::joined);

  const MessageId seen = post(ben, group, sighting());
  EXPECT_EQ(ben.core().messages(group)[0].standing, MessageView::Standing::queued);
  ben.sync();
  EXPECT_EQ(ben.core().messages(group)[0].standing, MessageView::Standing::stored);
  EXPECT_TRUE(ben.has_notice(Notice::Kind::stored));
  ana.sync();
  EXPECT_TRUE(ana.has_notice(Notice::Kind::message));
  ASSERT_EQ(ana.core().board(group, ana.now()).sightings.size(), 1u);
  wire::Body claim = about(seen);
  claim.mutable_verification()->mutable_claim()->set_eta_minutes(10);
  post(ana, group, claim);
  wire::Body outcome = about(seen);
  outcome.mutable_verification()->mutable_outcome()->set_kind(wire::OUTCOME_CONFIRMED);
  post(ana, group, outcome);
  ana.say(group, "thank you");
  ana.sync();
  ben.sync();
  const Board board = ben.core().board(group, ben.now());
  ASSERT_EQ(board.sightings.size(), 1u);
  EXPECT_EQ(board.sightings[0].standing, SightingView::Standing::confirmed);
  EXPECT_EQ(board.sightings[0].claimed_by, "Ana");
  EXPECT_EQ(ben.core().messages(group).back().body.text().text(), "thank you");
  EXPECT_EQ(ana.core().messages(group).size(), ben.core().messages(group).size());
  EXPECT_TRUE(ana.core().warnings().empty());
  EXPECT_TRUE(ben.core().warnings().empty());
}

TEST(Story, ThreePeopleReadTheSameInTheSameOrder) {
  MemoryRelay relay;
  Device ana(relay, 2);
  Device ben(relay, 3);
  Device cleo(relay, 4);
  const GroupId group = found(ana, relay);
  bring_in(ana, ben, group, "Ben");
  ana.say(group, "one");
  ana.sync();
  bring_in(ana, cleo, group, "Cleo");
  ben.say(group, "two");
  ben.sync();
  EXPECT_TRUE(ben.has_notice(Notice::Kind::member_added));
  cleo.say(group, "three");
  cleo.sync();
  for (Device* device : {&ana, &ben, &cleo}) device->sync();
  EXPECT_THAT(ana.texts(group), ElementsAre("one", "two", "three"));
  EXPECT_THAT(ben.texts(group), ElementsAre("one", "two", "three"));
  EXPECT_THAT(cleo.texts(group), ElementsAre("two", "three"));  // what was before is not hers
  for (Device* device : {&ana, &ben, &cleo}) EXPECT_TRUE(device->core().warnings().empty());
}

TEST(Story, DaysGoByAndWeeksGoBy) {
  MemoryRelay relay;
  Device ana(relay, 2);
  Device ben(relay, 3);
  const GroupId group = found(ana, relay);
  bring_in(ana, ben, group, "Ben");
  std::vector<std::string> said;
  for (int day = 0; day < 12; ++day) {
    said.push_back("day " + std::to_string(day));
    (day % 2 == 0 ? ana : ben).say(group, said.back());
    for (Device* device : {&ana, &ben, &ana}) {
      device->run_errands();
      device->sync();
      device->reload();
    }
    relay.now += 24h;
  }
  ana.sync();
  ben.sync();
  // Texts live seven days.
  EXPECT_THAT(ana.texts(group),
              ElementsAre("day 6", "day 7", "day 8", "day 9", "day 10", "day 11"));
  EXPECT_EQ(ana.texts(group), ben.texts(group));
  EXPECT_TRUE(ana.core().warnings().empty());
  EXPECT_TRUE(ben.core().warnings().empty());
  ana.core().on_tick(ana.now());
  // The inbox, one control mailbox, and no more days than are needed.
  EXPECT_LE(ana.core().subscriptions(Lane::collect, ana.now()).size(), 5u);
}

/// What happens at a power cut at every single step of one of the two devices.
struct Scene {
  MemoryRelay relay;
  Device ana{relay, 2};
  Device ben{relay, 3};
  GroupId group;
};

/// Runs `act` on a device; where the plug is pulled, the device starts again and does it once more.
template <class Act>
void survive(Device& device, Act act) {
  try {
    act();
  } catch (const PowerCut&) {
    device.reload();
    device.forget_deliveries();
    act();
  }
}

void play(Scene& scene) {
  Device& ana = scene.ana;
  Device& ben = scene.ben;
  const auto sync_both = [&] {
    survive(ana, [&] { ana.sync(); });
    survive(ben, [&] { ben.sync(); });
  };
  std::optional<wire::Link> link;
  {
    auto created = ana.core().create_invite({scene.group, "Ben", wire::ROLE_MEMBER, 1h}, ana.now());
    ASSERT_TRUE(created.ok());
    ana.keep();
    link = std::move(created).value();
  }
  sync_both();
  ASSERT_TRUE(ben.core().follow(*link, ben.now()).ok());
  ben.keep();
  sync_both();
  ASSERT_TRUE(ben.core().accept_offer("Ben", ben.now()).ok());
  ben.keep();
  sync_both();
  sync_both();
  ASSERT_EQ(ana.core().requests().size(), 1u);
  const std::vector<std::string> ids{ana.core().requests()[0].id};
  ASSERT_TRUE(ana.core().approve(ids, ana.now()).ok());
  ana.keep();
  ana.say(scene.group, "from ana");
  sync_both();
  sync_both();
  ASSERT_EQ(ben.core().group("dispatch")->standing, GroupView::Standing::member);
  ben.say(scene.group, "from ben");
  sync_both();
  sync_both();
}

TEST(Story, NothingIsLostOrDoubledWhereverAPlugIsPulled) {
  std::size_t ana_steps = 0;
  std::size_t ben_steps = 0;
  {
    Scene scene;
    scene.group = found(scene.ana, scene.relay);
    const std::size_t before = scene.ana.steps;
    play(scene);
    ana_steps = scene.ana.steps - before;
    ben_steps = scene.ben.steps;
  }
  ASSERT_GT(ana_steps, 20u);
  ASSERT_GT(ben_steps, 20u);
  const auto run = [](std::size_t ana_cut, std::size_t ben_cut) {
    SCOPED_TRACE("cut at " + std::to_string(ana_cut) + "/" + std::to_string(ben_cut));
    Scene scene;
    scene.group = found(scene.ana, scene.relay);
    scene.ana.steps_until_cut = ana_cut;
    scene.ben.steps_until_cut = ben_cut;
    play(scene);
    EXPECT_EQ(scene.ana.core().group("dispatch")->members.size(), 2u);
    auto texts = scene.ana.texts(scene.group);
    std::sort(texts.begin(), texts.end());
    EXPECT_THAT(texts, ElementsAre("from ana", "from ben"));
    for (const std::string& text : scene.ben.texts(scene.group)) {
      EXPECT_TRUE(text == "from ben" || text == "from ana");
    }
    EXPECT_EQ(scene.ben.texts(scene.group).back(), "from ben");
    EXPECT_TRUE(scene.ana.core().warnings().empty());
    EXPECT_TRUE(scene.ben.core().warnings().empty());
    EXPECT_EQ(scene.ana.core().health(scene.ana.now()).queued, 0u);
    EXPECT_EQ(scene.ben.core().health(scene.ben.now()).queued, 0u);
  };
  for (std::size_t cut = 1; cut <= ana_steps; ++cut) run(cut, 0);
  for (std::size_t cut = 1; cut <= ben_steps; ++cut) run(0, cut);
}

}  // namespace
}  // namespace porchlight::client
