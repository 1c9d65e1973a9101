#include "relay/store/duplicate_index.hpp"

#include "proto/base/result.hpp"

namespace porchlight::relay {
namespace {

constexpr unsigned first_bits = 10;  // of the number of slots

}  // namespace

DuplicateIndex::Slot::Slot(std::uint32_t slot_key, std::int64_t slot_row)
    : key(slot_key),
      row{static_cast<std::uint32_t>(slot_row), static_cast<std::uint32_t>(slot_row >> 32)} {}

std::int64_t DuplicateIndex::Slot::number() const { return std::int64_t{row[1]} << 32 | row[0]; }

DuplicateIndex::DuplicateIndex(std::uint64_t secret)
    : secret_(secret), slots_(std::size_t{1} << first_bits), shift_(32 - first_bits) {}

void DuplicateIndex::add(std::int64_t mailbox, std::int64_t hash, std::int64_t row) {
  PORCHLIGHT_ASSERT(row > 0);
  if ((size_ + 1) * 4 > slots_.size() * 3) grow();
  place({key_of(mailbox, hash), row});
  ++size_;
}

void DuplicateIndex::remove(std::int64_t mailbox, std::int64_t hash, std::int64_t row) {
  std::size_t hole = home(key_of(mailbox, hash));
  while (slots_[hole].number() != row) {
    PORCHLIGHT_ASSERT(!slots_[hole].empty());
    hole = next(hole);
  }
  // Whatever comes after and may stand in the hole moves up, so that no search ends too soon.
  for (std::size_t at = next(hole); !slots_[at].empty(); at = next(at)) {
    const std::size_t from_home = (at - home(slots_[at].key)) & (slots_.size() - 1);
    const std::size_t from_hole = (at - hole) & (slots_.size() - 1);
    if (from_home < from_hole) continue;
    slots_[hole] = slots_[at];
    hole = at;
  }
  slots_[hole] = {};
  --size_;
}

std::vector<std::int64_t> DuplicateIndex::candidates(std::int64_t mailbox,
                                                     std::int64_t hash) const {
  std::vector<std::int64_t> rows;
  const std::uint32_t key = key_of(mailbox, hash);
  for (std::size_t at = home(key); !slots_[at].empty(); at = next(at)) {
    if (slots_[at].key == key) rows.push_back(slots_[at].number());
  }
  return rows;
}

std::uint32_t DuplicateIndex::key_of(std::int64_t mailbox, std::int64_t hash) const {
  std::uint64_t mixed = static_cast<std::uint64_t>(hash) ^ secret_;
  for (const std::uint64_t more : {static_cast<std::uint64_t>(mailbox), secret_}) {
    mixed = (mixed ^ more) * 0x9e3779b97f4a7c15;  // odd, with bits as good as random
    mixed ^= mixed >> 32;
  }
  return static_cast<std::uint32_t>(mixed);
}

void DuplicateIndex::place(Slot slot) {
  std::size_t at = home(slot.key);
  while (!slots_[at].empty()) at = next(at);
  slots_[at] = slot;
}

void DuplicateIndex::grow() {
  PORCHLIGHT_ASSERT(shift_ > 0);
  std::vector<Slot> before = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
  --shift_;
  for (const Slot& slot : before) {
    if (!slot.empty()) place(slot);
  }
}

}  // namespace porchlight::relay
