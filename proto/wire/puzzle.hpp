// What a guest's connection has to work out (clause 6.7): a nonce that gives
// H("puzzle", relay identity, challenge, bits u32, nonce) so many leading zero bits. The challenge
// is the connection's own, so a solution is good there alone and cannot be prepared.
// Must not know: who is let in, how hard it is to be.
#pragma once

#include <optional>

#include "proto/base/ids.hpp"

namespace porchlight::wire {

/// One connection's puzzle.
struct PuzzleTask {
  RelayIdentity relay;
  Challenge challenge;
  std::uint32_t bits = 0;  // at most limits::puzzle_bits_max
};

/// Costs one hash.
bool solves(const PuzzleTask& task, const PuzzleNonce& nonce);

/// Costs about 2^bits hashes, and gives up, with none, after 256 times as many: that never happens.
std::optional<PuzzleNonce> solve(const PuzzleTask& task);

}  // namespace porchlight::wire
