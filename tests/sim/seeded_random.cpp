#include "tests/sim/seeded_random.hpp"

#include <sodium.h>

#include "proto/base/result.hpp"
#include "tests/sim/derivations.hpp"

namespace porchlight::sim {
namespace {

// splitmix64: passes the usual statistical tests from any seed, and its whole state is one word.
std::uint64_t mix(std::uint64_t word) {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9;
  word = (word ^ (word >> 27)) * 0x94d049bb133111eb;
  return word ^ (word >> 31);
}

SeededRandom& libsodium_random() {
  static SeededRandom random{0};
  return random;
}

const char* implementation_name() { return "porchlight simulation"; }
std::uint32_t random_word() {
  std::uint32_t word = 0;
  libsodium_random().fill({reinterpret_cast<Byte*>(&word), sizeof word});
  return word;
}
void random_buffer(void* const buffer, const std::size_t size) {
  libsodium_random().fill({static_cast<Byte*>(buffer), size});
}

}  // namespace

std::uint64_t SeededRandom::next() {
  state_ += 0x9e3779b97f4a7c15;
  return mix(state_);
}

void SeededRandom::fill(std::span<Byte> all) {
  std::span<Byte> bytes = all;
  while (!bytes.empty()) {
    const std::uint64_t word = next();
    const std::size_t size = std::min(bytes.size(), sizeof word);
    std::memcpy(bytes.data(), &word, size);
    bytes = bytes.subspan(size);
  }
  Recording::drew(all);
}

std::uint64_t stream_seed(std::uint64_t seed, std::string_view name) {
  std::uint64_t mixed = mix(seed + 0x9e3779b97f4a7c15);
  for (const char letter : name) mixed = mix(mixed ^ static_cast<unsigned char>(letter));
  return mixed;
}

void seed_libsodium(std::uint64_t seed) {
  static randombytes_implementation implementation = {
      implementation_name, random_word, nullptr, nullptr, random_buffer, nullptr};
  libsodium_random() = SeededRandom{stream_seed(seed, "libsodium")};
  PORCHLIGHT_ASSERT(randombytes_set_implementation(&implementation) == 0);
}

}  // namespace porchlight::sim
