#include "tests/sim/network.hpp"

#include <gtest/gtest.h>

namespace porchlight::sim {
namespace {

struct Party {
  std::vector<std::string> heard;
  int closed = 0;

  Endpoint endpoint() {
    return {[this](const std::string& frame) { heard.push_back(frame); }, [this] { ++closed; }};
  }
};

class NetworkTest : public testing::Test {
 protected:
  World world_{7, TimePoint{std::chrono::days{20'000}}};
  Network network_{world_};
  Party client_;
  Party relay_;
};

TEST_F(NetworkTest, DeliversInOrderWhateverTheDelays) {
  network_.set_weather({.delay_max = Milliseconds{10'000}});
  const ConnectionId id = network_.connect(client_.endpoint(), relay_.endpoint());
  std::vector<std::string> sent;
  for (int i = 0; i < 50; ++i) {
    sent.push_back(std::to_string(i));
    network_.send(id, Side::client, sent.back());
  }
  world_.advance(std::chrono::minutes{1});
  EXPECT_EQ(relay_.heard, sent);
}

TEST_F(NetworkTest, ACutLosesWhatIsUnderWayAndTellsBothSidesOnce) {
  network_.set_weather({.delay_max = Milliseconds{1'000}});
  const ConnectionId id = network_.connect(client_.endpoint(), relay_.endpoint());
  for (int i = 0; i < 200; ++i) {
    network_.send(id, Side::relay, std::to_string(i));
    world_.advance(Milliseconds{5});
  }
  network_.cut(id);
  network_.cut(id);
  const std::size_t heard = client_.heard.size();
  world_.advance(std::chrono::minutes{1});
  EXPECT_GT(heard, 0U);
  EXPECT_LT(heard, 200U);
  EXPECT_EQ(client_.heard.size(), heard);
  EXPECT_EQ(client_.closed, 1);
  EXPECT_EQ(relay_.closed, 1);
}

TEST_F(NetworkTest, ClosingLetsWhatWasSentBeforeArriveAndTellsTheOtherSideAlone) {
  const ConnectionId id = network_.connect(client_.endpoint(), relay_.endpoint());
  network_.send(id, Side::client, "last words");
  network_.close(id, Side::client);
  network_.send(id, Side::client, "too late");
  network_.send(id, Side::relay, "unheard");
  world_.advance(std::chrono::minutes{1});
  EXPECT_EQ(relay_.heard, std::vector<std::string>{"last words"});
  EXPECT_EQ(relay_.closed, 1);
  EXPECT_TRUE(client_.heard.empty());
  EXPECT_EQ(client_.closed, 0);
}

TEST_F(NetworkTest, BadWeatherCutsConnections) {
  network_.set_weather({.cut_per_mille = 100});
  const ConnectionId id = network_.connect(client_.endpoint(), relay_.endpoint());
  for (int i = 0; i < 200; ++i) {
    network_.send(id, Side::client, "frame");
    world_.advance(Milliseconds{20});
  }
  world_.advance(std::chrono::minutes{1});
  EXPECT_EQ(client_.closed, 1);
  EXPECT_LT(relay_.heard.size(), 200U);
}

}  // namespace
}  // namespace porchlight::sim
