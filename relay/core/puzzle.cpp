#include "relay/core/puzzle.hpp"

#include <algorithm>
#include <bit>
#include <chrono>

#include "proto/base/limits.hpp"

namespace porchlight::relay {
namespace {

/// Beyond it the puzzle gets no harder, and the count cannot run over.
constexpr std::uint32_t guests_counted_max = 1u << 20;

std::int64_t window_of(wire::TimePoint now) {
  return now.time_since_epoch() / std::chrono::seconds(limits::guest_window);
}

}  // namespace

std::uint32_t puzzle_bits(std::uint32_t guests_lately) {
  const auto doublings =
      static_cast<std::uint32_t>(std::bit_width(guests_lately / limits::guests_free));
  return std::min(limits::puzzle_bits_min + doublings, limits::puzzle_bits_max);
}

void GuestLoad::admit(wire::TimePoint now) {
  const std::int64_t window = window_of(now);
  if (window != window_) {
    guests_before_ = window == window_ + 1 ? guests_ : 0;
    guests_ = 0;
    window_ = window;
  }
  guests_ = std::min(guests_ + 1, guests_counted_max);
}

std::uint32_t GuestLoad::lately(wire::TimePoint now) const {
  const std::int64_t window = window_of(now);
  if (window == window_) return guests_ + guests_before_;
  return window == window_ + 1 ? guests_ : 0;
}

}  // namespace porchlight::relay
