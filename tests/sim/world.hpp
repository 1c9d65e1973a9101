// Virtual time: a clock that moves only when an event is taken from the queue, the seed that all of
// a run follows from, and a trace that is printed only when the run fails. Must not know: clients,
// relays, what the events do.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "proto/wire/time.hpp"
#include "tests/sim/seeded_random.hpp"

namespace porchlight::sim {

using wire::TimePoint;
using Milliseconds = std::chrono::milliseconds;

class World {
 public:
  using Clock = std::chrono::sys_time<Milliseconds>;

  World(std::uint64_t seed, TimePoint start);
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  std::uint64_t seed() const { return seed_; }
  TimePoint now() const { return std::chrono::floor<std::chrono::seconds>(clock_); }
  /// The same to the millisecond.
  Clock clock() const { return clock_; }
  /// What the scenario draws from.
  SeededRandom& random() { return random_; }
  /// A stream of its own for the part called `name`.
  SeededRandom stream(std::string_view name) const;

  /// Runs `action` after `delay`. Events of one moment run in the order in which they were added.
  void after(Milliseconds delay, std::function<void()> action);
  /// Runs everything that is due in the next `span`, then stands at its end. Stops at a failure.
  void advance(Milliseconds span);

  /// Counts what happened, so that a run can show that it was not an idle one.
  void count(std::string_view what) { ++counts_[std::string(what)]; }
  const std::map<std::string, std::uint64_t>& counts() const { return counts_; }

  void trace(std::string line);
  /// The run has failed; the first reason is kept.
  void fail(std::string why);
  const std::optional<std::string>& failure() const { return failure_; }
  /// The last of what happened, for whoever looks into the failure.
  std::string story() const;

 private:
  struct Event {
    Clock when;
    std::uint64_t number;
    std::function<void()> action;
  };
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.when != b.when ? a.when > b.when : a.number > b.number;
    }
  };

  std::uint64_t seed_;
  Clock clock_;
  SeededRandom random_;
  std::uint64_t events_added_ = 0;
  std::priority_queue<Event, std::vector<Event>, Later> events_;
  std::map<std::string, std::uint64_t> counts_;
  std::deque<std::string> trace_;
  std::optional<std::string> failure_;
};

}  // namespace porchlight::sim
