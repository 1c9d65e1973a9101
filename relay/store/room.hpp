// When a relay is full: large envelopes are refused first, small messages last.
#pragma once

#include <cstdint>

#include "proto/base/limits.hpp"

namespace porchlight::relay {

/// Whether an envelope may be added to `used_bytes` of `capacity_bytes`.
inline bool has_room(std::uint64_t used_bytes, std::uint64_t capacity_bytes,
                     std::size_t envelope_bytes) {
  constexpr std::array<std::uint64_t, 3> fill_percent_max = {100, 95, 85};
  std::size_t size_class = 0;
  while (size_class + 1 < fill_percent_max.size() &&
         limits::envelope_sizes_bytes[size_class] < envelope_bytes) {
    ++size_class;
  }
  return used_bytes + envelope_bytes <= capacity_bytes / 100 * fill_percent_max[size_class];
}

}  // namespace porchlight::relay
