#include "tests/sim/network.hpp"

namespace porchlight::sim {
namespace {

std::size_t index(Side side) { return side == Side::client ? 0 : 1; }
Side other(Side side) { return side == Side::client ? Side::relay : Side::client; }

}  // namespace

ConnectionId Network::connect(Endpoint client, Endpoint relay) {
  const ConnectionId id = next_++;
  Connection& connection = connections_[id];
  connection.ends = {std::move(client), std::move(relay)};
  connection.last_arrival.fill(world_.clock());
  return id;
}

Milliseconds Network::arrival_delay(Connection& connection, Side side) {
  const auto most = static_cast<std::uint64_t>(weather_.delay_max.count());
  const Milliseconds drawn{random_.between(1, std::max<std::uint64_t>(most, 1))};
  World::Clock& last = connection.last_arrival[index(side)];
  last = std::max(last, world_.clock() + drawn);
  return last - world_.clock();
}

void Network::send(ConnectionId id, Side from, std::string frame) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  Connection& connection = found->second;
  const Side to = other(from);
  if (!connection.open[index(from)] || connection.lost[index(to)]) return;
  world_.after(arrival_delay(connection, to), [this, id, to, frame = std::move(frame)] {
    const auto there = connections_.find(id);
    if (there == connections_.end()) return;
    if (!there->second.open[index(to)] || there->second.lost[index(to)]) return;
    // A copy: what it does may close the connection and so destroy it.
    const auto on_frame = there->second.ends[index(to)].on_frame;
    on_frame(frame);
  });
  if (random_.chance(weather_.cut_per_mille)) {
    // Somewhere in the next moment, so that some of a batch arrives and some does not.
    const auto moment = static_cast<std::uint64_t>(weather_.delay_max.count());
    world_.after(Milliseconds{random_.below(moment + 1)}, [this, id] { cut(id); });
  }
}

void Network::close(ConnectionId id, Side by) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  found->second.open[index(by)] = false;
  if (!found->second.open[index(other(by))]) {
    connections_.erase(found);
    return;
  }
  tell_closed(id, other(by));
}

void Network::cut(ConnectionId id) {
  const auto found = connections_.find(id);
  if (found == connections_.end()) return;
  found->second.lost.fill(true);
  world_.count("cuts");
  tell_closed(id, Side::client);
  tell_closed(id, Side::relay);
}

void Network::cut_all() {
  std::vector<ConnectionId> ids;
  for (const auto& [id, connection] : connections_) ids.push_back(id);
  for (const ConnectionId id : ids) cut(id);
}

void Network::tell_closed(ConnectionId id, Side side) {
  const auto found = connections_.find(id);
  if (found == connections_.end() || !found->second.open[index(side)]) return;
  world_.after(arrival_delay(found->second, side), [this, id, side] {
    const auto there = connections_.find(id);
    if (there == connections_.end() || !there->second.open[index(side)]) return;
    there->second.open[index(side)] = false;
    const auto on_closed = there->second.ends[index(side)].on_closed;
    if (!there->second.open[index(other(side))]) connections_.erase(there);
    on_closed();
  });
}

}  // namespace porchlight::sim
