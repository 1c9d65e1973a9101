#include "relay/store/duplicate_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace porchlight::relay {
namespace {

bool has(const DuplicateIndex& index, std::int64_t mailbox, std::int64_t hash, std::int64_t row) {
  const auto rows = index.candidates(mailbox, hash);
  return std::count(rows.begin(), rows.end(), row) == 1;
}

TEST(DuplicateIndex, FindsWhatWasAddedUntilItIsRemoved) {
  DuplicateIndex index(1);
  index.add(1, 100, 7);
  EXPECT_TRUE(has(index, 1, 100, 7));
  EXPECT_TRUE(index.candidates(2, 100).empty());
  EXPECT_TRUE(index.candidates(1, 101).empty());
  index.remove(1, 100, 7);
  EXPECT_TRUE(index.candidates(1, 100).empty());
}

TEST(DuplicateIndex, KeepsSeveralRowsUnderOneKeyAndRowsAbove32Bits) {
  DuplicateIndex index(1);
  const std::int64_t far = (std::int64_t{1} << 33) + 5;
  for (const std::int64_t row : {std::int64_t{5}, far, std::int64_t{9}}) index.add(1, 100, row);
  EXPECT_TRUE(has(index, 1, 100, 5) && has(index, 1, 100, far) && has(index, 1, 100, 9));
  index.remove(1, 100, far);
  EXPECT_TRUE(has(index, 1, 100, 5) && has(index, 1, 100, 9));
  EXPECT_FALSE(has(index, 1, 100, far));
}

TEST(DuplicateIndex, AgreesWithAnOrdinaryMapThroughGrowthAndRemoval) {
  DuplicateIndex index(0x1234'5678'9abc'def0);
  std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> expected;  // by row
  std::mt19937_64 random(1);
  std::int64_t next_row = 1;
  for (int step = 0; step < 60'000; ++step) {
    // Grows at first, then shrinks.
    if (random() % 100 < (step < 30'000 ? 80u : 30u) || expected.empty()) {
      // Few hashes, so that chains are long and keys are shared.
      const auto mailbox = static_cast<std::int64_t>(random() % 50);
      const auto hash = static_cast<std::int64_t>(random() % 2'000);
      index.add(mailbox, hash, next_row);
      expected[next_row++] = {mailbox, hash};
    } else {
      auto gone = expected.lower_bound(
          static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(next_row)));
      if (gone == expected.end()) gone = expected.begin();
      index.remove(gone->second.first, gone->second.second, gone->first);
      expected.erase(gone);
    }
  }
  ASSERT_EQ(index.size(), expected.size());
  for (const auto& [row, entry] : expected) {
    ASSERT_TRUE(has(index, entry.first, entry.second, row)) << row;
  }
}

}  // namespace
}  // namespace porchlight::relay
