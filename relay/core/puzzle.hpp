// How hard it is to become a guest (clause 6.7): easy at rest, harder the more came lately. Counted
// are guests, never who they are. Must not know: connections, addresses, mailboxes.
#pragma once

#include "proto/wire/time.hpp"

namespace porchlight::relay {

/// Leading zero bits to ask for after so many guests lately: limits::puzzle_bits_min below
/// limits::guests_free, one more for each doubling from there, at most limits::puzzle_bits_max.
std::uint32_t puzzle_bits(std::uint32_t guests_lately);

/// Two numbers: the guests of this window and of the one before it.
class GuestLoad {
 public:
  void admit(wire::TimePoint now);
  /// Of the last one to two limits::guest_window. A clock set back begins anew.
  std::uint32_t lately(wire::TimePoint now) const;

 private:
  std::int64_t window_ = 0;
  std::uint32_t guests_ = 0;
  std::uint32_t guests_before_ = 0;
};

}  // namespace porchlight::relay
