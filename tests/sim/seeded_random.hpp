// Randomness that a seed repeats: what the cores draw, what the scenario draws, and what libsodium
// draws by itself for sealed boxes. No cryptography: never outside the tests.
#pragma once

#include <cstdint>
#include <string_view>

#include "proto/crypto/random.hpp"

namespace porchlight::sim {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}

  void fill(std::span<Byte> all) override;

  /// Uniform in [least, most].
  std::uint64_t between(std::uint64_t least, std::uint64_t most) {
    return least + below(most - least + 1);
  }
  /// True `per_mille` times in a thousand.
  bool chance(std::uint32_t per_mille) { return below(1'000) < per_mille; }
  /// One of `choices`, which is not empty.
  template <class Choices>
  auto& pick(Choices& choices) {
    return choices[static_cast<std::size_t>(below(choices.size()))];
  }

 private:
  std::uint64_t next();

  std::uint64_t state_;
};

/// A seed for a stream of its own, so that one part's draws do not shift another's.
std::uint64_t stream_seed(std::uint64_t seed, std::string_view name);

/// From here on libsodium draws from this seed, in the whole process.
void seed_libsodium(std::uint64_t seed);

}  // namespace porchlight::sim
