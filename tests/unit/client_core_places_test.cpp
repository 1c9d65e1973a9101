// How many a group has room for (clause 10.3).
#include "tests/unit/client_core_event_scene.hpp"

namespace porchlight::client {
namespace {

/// A group with this many free places, of people who never come.
struct FullScene : CrowdScene {
  explicit FullScene(std::size_t places) {
    for (int number = 0; members() + places < limits::group_members_max;) {
      offer.reset();
      const std::size_t missing = limits::group_members_max - places - members();
      const auto uses = static_cast<std::uint32_t>(std::clamp<std::size_t>(missing, 2, 100));
      take_operator_invite(ana, relay, 100, 250);
      const wire::Link link =
          must_make(uses, static_cast<std::uint32_t>(std::min<std::size_t>(missing, 100)));
      for (std::uint32_t i = 0; i < uses && i < missing; ++i) {
        made_up_request(link, "n" + std::to_string(number++));
      }
      ana.sync();
    }
    offer.reset();
  }
};

TEST(Approval, OfMoreThanThereArePlacesForApprovesNobodyAndSaysSo) {
  FullScene scene(2);
  ASSERT_EQ(scene.members(), limits::group_members_max - 2);
  take_operator_invite(scene.ana, scene.relay, 30, 90);
  const wire::Link link = scene.must_make(3);
  for (const char* name : {"x", "y", "z"}) scene.made_up_request(link, name);
  scene.ana.sync();
  std::vector<std::string> ids;
  for (const RequestView& view : scene.ana.core().requests()) ids.push_back(view.id);
  ASSERT_EQ(ids.size(), 3u);
  const auto refused = scene.ana.core().approve(ids, scene.ana.now());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::full);
  EXPECT_NE(refused.error().what.find("2 free places"), std::string::npos);
  scene.ana.sync();
  EXPECT_EQ(scene.ana.core().requests().size(), 3u);
  EXPECT_EQ(scene.members(), limits::group_members_max - 2);
  // The same one twice takes one place.
  ids = {ids[0], ids[1], ids[1]};
  ASSERT_TRUE(scene.ana.core().approve(ids, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  EXPECT_EQ(scene.members(), limits::group_members_max);
  EXPECT_EQ(scene.ana.core().requests().size(), 1u);
}

TEST(Welcome, ToAGroupOfAThousandIsReadFromItsPages) {
  FullScene scene(1);
  take_operator_invite(scene.ana, scene.relay, 30, 90);
  Device& ben = scene.asks(scene.must_make(2, 2));
  scene.ana.sync();
  ASSERT_TRUE(scene.is_in(ben));
  EXPECT_EQ(ben.core().group("dispatch")->members.size(), limits::group_members_max);
  ben.say(scene.group, "many");
  ben.sync();
  scene.ana.sync();
  EXPECT_EQ(scene.ana.texts(scene.group), std::vector<std::string>{"many"});
  ben.reload();
  EXPECT_EQ(ben.core().group("dispatch")->members.size(), limits::group_members_max);
  EXPECT_TRUE(ben.core().warnings().empty());
}

TEST(Approval, ByItselfEndsWhereTheGroupIsFull) {
  FullScene scene(1);
  take_operator_invite(scene.ana, scene.relay, 30, 90);
  const wire::Link link = scene.must_make(3, 3);
  for (const char* name : {"x", "y", "z"}) scene.made_up_request(link, name);
  scene.ana.sync();
  EXPECT_EQ(scene.members(), limits::group_members_max);
  EXPECT_EQ(scene.ana.core().requests().size(), 2u);
  EXPECT_TRUE(scene.ana.core().warnings().empty());
}

}  // namespace
}  // namespace porchlight::client
