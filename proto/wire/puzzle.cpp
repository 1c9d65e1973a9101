#include "proto/wire/puzzle.hpp"

#include <bit>

#include "proto/base/limits.hpp"
#include "proto/base/result.hpp"
#include "proto/crypto/hash.hpp"

namespace porchlight::wire {
namespace {

constexpr std::uint64_t patience = 256;

PuzzleNonce nonce_of(std::uint64_t number) {
  PuzzleNonce nonce;
  for (std::size_t i = nonce.size_bytes; i-- > 0; number >>= 8) {
    nonce.data()[i] = static_cast<Byte>(number);
  }
  return nonce;
}

}  // namespace

bool solves(const PuzzleTask& task, const PuzzleNonce& nonce) {
  const Digest digest = hash_digest("puzzle", {task.relay, task.challenge, task.bits, nonce});
  std::uint32_t zeros = 0;
  for (const Byte byte : digest.view()) {
    zeros += static_cast<std::uint32_t>(std::countl_zero(byte));
    if (byte != 0) break;
  }
  return zeros >= task.bits;
}

std::optional<PuzzleNonce> solve(const PuzzleTask& task) {
  PORCHLIGHT_ASSERT(task.bits <= limits::puzzle_bits_max);
  const std::uint64_t tries = patience << task.bits;
  for (std::uint64_t number = 0; number < tries; ++number) {
    const PuzzleNonce nonce = nonce_of(number);
    if (solves(task, nonce)) return nonce;
  }
  return std::nullopt;
}

}  // namespace porchlight::wire
