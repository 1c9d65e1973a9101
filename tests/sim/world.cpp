#include "tests/sim/world.hpp"

#include <cstdio>
#include <ctime>

namespace porchlight::sim {
namespace {

constexpr std::size_t trace_lines_max = 20'000;

std::string stamp(TimePoint now) {
  const std::time_t seconds = now.time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, "%a %m-%d %H:%M:%S", &parts);
  return text;
}

}  // namespace

World::World(std::uint64_t seed, TimePoint start)
    : seed_(seed), clock_(start), random_(stream_seed(seed, "scenario")) {}

SeededRandom World::stream(std::string_view name) const {
  return SeededRandom{stream_seed(seed_, name)};
}

void World::after(Milliseconds delay, std::function<void()> action) {
  events_.push({clock_ + delay, events_added_++, std::move(action)});
}

void World::advance(Milliseconds span) {
  const Clock end = clock_ + span;
  while (!failure_ && !events_.empty() && events_.top().when <= end) {
    // The queue gives out const events; the action is moved out of one that goes in the next line.
    std::function<void()> action = std::move(const_cast<Event&>(events_.top()).action);
    clock_ = events_.top().when;
    events_.pop();
    action();
  }
  if (!failure_) clock_ = end;
}

void World::trace(std::string line) {
  trace_.push_back(stamp(now()) + "  " + std::move(line));
  if (trace_.size() > trace_lines_max) trace_.pop_front();
}

void World::fail(std::string why) {
  trace("FAILED: " + why);
  if (!failure_) failure_ = std::move(why);
}

std::string World::story() const {
  std::string text;
  for (const std::string& line : trace_) text += line + '\n';
  return text;
}

}  // namespace porchlight::sim
