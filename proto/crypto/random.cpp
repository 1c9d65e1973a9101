#include "proto/crypto/random.hpp"

#include <sodium.h>

#include "proto/base/result.hpp"

namespace porchlight {

std::uint64_t Random::below(std::uint64_t bound) {
  PORCHLIGHT_ASSERT(bound > 0);
  // Draw again above the largest multiple of `bound`, so that every value is equally likely.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  for (;;) {
    std::array<Byte, 8> bytes;
    fill(bytes);
    std::uint64_t value = 0;
    std::memcpy(&value, bytes.data(), sizeof value);
    if (value < limit) return value % bound;
  }
}

void SystemRandom::fill(std::span<Byte> bytes) { randombytes_buf(bytes.data(), bytes.size()); }

void crypto_init() { PORCHLIGHT_ASSERT(sodium_init() >= 0); }

}  // namespace porchlight
