// A training evening: forty people come in by one link within ten minutes, over a network that is
// slow and keeps breaking (clauses 6.7, 9.7 and 9.8).
#include <gtest/gtest.h>

#include "tests/sim/simulation.hpp"

namespace porchlight::sim {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint32_t guests = 40;
/// What the invite gives away, and what it takes to let them in.
constexpr std::uint32_t tokens_needed = 2 * guests + 20;

class Evening : public testing::Test {
 protected:
  Evening() : simulation_({.seed = 20, .clients = guests + 1, .patience = Patience::of_seconds}) {
    People& people = simulation_.people();
    people.enter_by_operator(host());
    world().advance(minutes{5});
    people.accept(host());
    world().advance(minutes{5});
    people.create_group(host());
    // An inviter's tokens come by the day.
    for (int day = 0; day < 5 && health().session_tokens < tokens_needed; ++day) {
      world().advance(hours{24});
    }
  }

  World& world() { return simulation_.world(); }
  ClientNode& host() { return *simulation_.clients().front(); }
  ClientNode& guest(std::size_t number) { return *simulation_.clients()[number]; }
  client::Health health() { return host().core().health(host().device_now()); }
  std::uint32_t epoch() { return host().core().groups().front().epoch; }

  wire::Link make_link() {
    std::optional<wire::Link> link;
    host().act([&](client::Core& core) {
      auto made = core.create_invite({.group = core.groups().front().id,
                                      .to = "evening",
                                      .lifetime = hours{3},
                                      .uses = guests,
                                      .auto_approve = guests},
                                     host().device_now());
      if (!made.ok()) throw std::runtime_error(made.error().what);
      link = std::move(made).value();
    });
    world().advance(minutes{1});
    return std::move(*link);
  }
  void scan(std::size_t number, const wire::Link& link) {
    ClientNode& device = guest(number);
    device.act([&](client::Core& core) {
      const Status followed = core.follow(link, device.device_now());
      EXPECT_TRUE(followed.ok()) << (followed.ok() ? "" : followed.error().what);
    });
  }
  /// What people do once their screen shows something.
  void attend() {
    for (std::size_t number = 1; number <= guests; ++number) {
      ClientNode& device = guest(number);
      if (!device.core().offer()) continue;
      device.act([&](client::Core& core) {
        EXPECT_TRUE(core.accept_offer("guest " + std::to_string(number), device.device_now()).ok());
      });
    }
  }
  std::size_t count_in() {
    std::size_t count = 0;
    for (std::size_t number = 1; number <= guests; ++number) {
      count += simulation_.people().has_group(guest(number));
    }
    return count;
  }

  Simulation simulation_;
};

TEST_F(Evening, LetsFortyInWithinTenMinutesOverABadNetwork) {
  const wire::Link link = make_link();
  const std::uint32_t before = epoch();
  simulation_.network().set_weather({.cut_per_mille = 15, .delay_max = Milliseconds{2'000}});
  for (std::size_t number = 1; number <= guests; ++number) {
    world().after(seconds{world().random().below(180)}, [&, number] { scan(number, link); });
  }
  for (int i = 0; i < 60 && count_in() < guests; ++i) {
    world().advance(seconds{10});
    attend();
  }
  EXPECT_EQ(count_in(), guests) << world().story();
  EXPECT_GE(world().counts().at("cuts"), 5U);
  // Each change takes as many as have asked by then.
  EXPECT_LE(epoch() - before, 12U);
  simulation_.network().set_weather({});
  world().advance(minutes{5});
  EXPECT_FALSE(world().failure()) << world().story();
  for (std::size_t i = 0; i <= guests; ++i) {
    for (const auto& warning : simulation_.warnings(i)) ADD_FAILURE() << warning.text;
  }
}

}  // namespace
}  // namespace porchlight::sim
