// A guest's puzzle against its vectors (clause 6.7).
#include <gtest/gtest.h>

#include "proto/wire/puzzle.hpp"
#include "tests/unit/vectors.hpp"

namespace porchlight::wire {
namespace {

using testing::from_hex;

const nlohmann::json& puzzles() {
  static const auto all = testing::read_vectors("wire.json");
  return all["puzzles"];
}

TEST(Puzzle, HasTheSolutionsOfTheVectors) {
  ASSERT_GE(puzzles().size(), 4u);
  for (const auto& vector : puzzles()) {
    PuzzleTask task{from_hex<RelayIdentity>(vector["identity"]),
                    from_hex<Challenge>(vector["challenge"]), vector["bits"]};
    const auto nonce = from_hex<PuzzleNonce>(vector["nonce"]);
    EXPECT_EQ(solve(task), nonce);
    EXPECT_TRUE(solves(task, nonce));
    task.challenge.data()[31] ^= 1;
    EXPECT_EQ(solves(task, nonce), task.bits == 0);
  }
}

TEST(Puzzle, CountsZerosAcrossBytes) {
  // More than asked for is good too; its difficulty is part of what is hashed.
  const auto& vector = puzzles().back();
  ASSERT_EQ(vector["zeros"], 18u);
  const PuzzleTask task{from_hex<RelayIdentity>(vector["identity"]),
                        from_hex<Challenge>(vector["challenge"]), 18};
  EXPECT_FALSE(solves(task, from_hex<PuzzleNonce>(vector["nonce"])));
}

}  // namespace
}  // namespace porchlight::wire
