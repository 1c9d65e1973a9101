// Pictures that are none: bytes that begin as a JPEG does.
#pragma once

#include "tests/unit/client_core_relay.hpp"

namespace porchlight::client {

inline Bytes picture(std::size_t bytes, std::uint64_t seed = 1) {
  SeededRandom random(seed);
  Bytes all(bytes);
  random.fill(all);
  constexpr std::array<Byte, 3> begin = {0xff, 0xd8, 0xff};
  std::copy(begin.begin(), begin.end(), all.begin());
  return all;
}

}  // namespace porchlight::client
