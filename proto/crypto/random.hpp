// Randomness as an argument: the programs pass SystemRandom, the simulation a seeded one.
#pragma once

#include <span>

#include "proto/base/secret.hpp"

namespace porchlight {

class Random {
 public:
  virtual ~Random() = default;
  virtual void fill(std::span<Byte> bytes) = 0;

  /// A random public value (an id, a challenge).
  template <class Fixed>
  Fixed fixed() {
    Fixed value;
    fill({value.data(), Fixed::size_bytes});
    return value;
  }
  /// A random secret.
  template <class AnySecret>
  AnySecret secret() {
    AnySecret value;
    fill(value.fill());
    return value;
  }
  /// Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
};

/// The operating system's randomness, through libsodium.
class SystemRandom final : public Random {
 public:
  void fill(std::span<Byte> bytes) override;
};

/// Must be called once before anything else of proto/crypto. Aborts if libsodium cannot start.
void crypto_init();

}  // namespace porchlight
