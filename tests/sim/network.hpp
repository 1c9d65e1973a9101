// Connections in virtual time: two ordered streams of frames with delays. A connection that is cut
// loses what was under way in both directions, so that one side may have heard the first frames of
// a batch and the other side never learns which.
// Must not know: what the frames mean.
#pragma once

#include <array>
#include <map>

#include "tests/sim/world.hpp"

namespace porchlight::sim {

enum class Side : std::uint8_t { client, relay };
using ConnectionId = std::uint64_t;

/// What one side of a connection is told. Neither is called after on_closed.
struct Endpoint {
  std::function<void(const std::string& frame)> on_frame;
  std::function<void()> on_closed;
};

class Network {
 public:
  struct Weather {
    std::uint32_t cut_per_mille = 0;  // for every frame that is sent
    Milliseconds delay_max{400};
  };

  explicit Network(World& world) : world_(world), random_(world.stream("network")) {}

  void set_weather(Weather weather) { weather_ = weather; }
  ConnectionId connect(Endpoint client, Endpoint relay);
  /// Nothing happens on a connection that is gone.
  void send(ConnectionId connection, Side from, std::string frame);
  /// `by` hears nothing more; the other side gets what was sent before, then on_closed.
  void close(ConnectionId connection, Side by);
  /// What is under way is lost. Both sides learn it, each in its own time.
  void cut(ConnectionId connection);
  void cut_all();
  bool any_open() const { return !connections_.empty(); }

 private:
  struct Connection {
    std::array<Endpoint, 2> ends;
    std::array<bool, 2> open{true, true};
    std::array<bool, 2> lost{false, false};  // frames to this side do not arrive any more
    std::array<World::Clock, 2> last_arrival;
  };

  /// When the next frame to `side` arrives: never before one that was sent earlier.
  Milliseconds arrival_delay(Connection& connection, Side side);
  void tell_closed(ConnectionId connection, Side side);

  World& world_;
  SeededRandom random_;
  Weather weather_;
  ConnectionId next_ = 1;
  std::map<ConnectionId, Connection> connections_;
};

}  // namespace porchlight::sim
