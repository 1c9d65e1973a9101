// Finds the rows that may hold an envelope, by mailbox and hash, in memory. As an index of the file
// it would touch a page of 16 KiB for every envelope of 2 KiB, anywhere in the tree: that was half
// of all that was written. Here it costs 16 to 32 bytes an envelope, and one scan at the start.
// Must not know: SQL, what is in an envelope.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace porchlight::relay {

/// An open-addressing table. What it finds are candidates: different envelopes may share a key.
class DuplicateIndex {
 public:
  /// With a random `secret` nobody can choose envelopes that crowd one part of the table.
  explicit DuplicateIndex(std::uint64_t secret);

  /// `row` is above 0, and was not added before.
  void add(std::int64_t mailbox, std::int64_t hash, std::int64_t row);
  /// The row must have been added with this mailbox and hash.
  void remove(std::int64_t mailbox, std::int64_t hash, std::int64_t row);
  std::vector<std::int64_t> candidates(std::int64_t mailbox, std::int64_t hash) const;
  std::size_t size() const { return size_; }

 private:
  struct Slot {
    std::uint32_t key = 0;
    std::array<std::uint32_t, 2> row = {};  // low and high half, for 12 bytes in all; 0 is empty

    Slot() = default;
    Slot(std::uint32_t slot_key, std::int64_t slot_row);
    std::int64_t number() const;
    bool empty() const { return row[0] == 0 && row[1] == 0; }
  };
  std::uint32_t key_of(std::int64_t mailbox, std::int64_t hash) const;
  std::size_t home(std::uint32_t key) const { return key >> shift_; }
  std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
  void place(Slot slot);
  void grow();

  std::uint64_t secret_;
  std::vector<Slot> slots_;
  unsigned shift_;
  std::size_t size_ = 0;
};

}  // namespace porchlight::relay
