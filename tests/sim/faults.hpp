// Deliberate faults of a relay or of a client's order of work, each in a scenario of its own that
// provokes it. With them the checks must fail, or a dishonest relay be noticed: this shows that
// they bite.
#pragma once

#include "tests/sim/simulation.hpp"

namespace porchlight::sim {

enum class Fault : std::uint8_t {
  none,                     // the same scenario without one: nothing may fail
  answered_before_durable,  // the relay says stored, then crashes without having stored
  delivered_under_two_seqs,
  suppressed_delivery,  // one reader does not get one frame
  swapped_deliveries,   // one reader gets two frames in the other order
  sent_before_kept,     // a client sends, and crashes before it has kept what follows
};

/// A group of three in which one reader is away while others write, with `fault`. Honest devices
/// under an honest relay are expected throughout, so with a fault the report has a failure.
Report run_with_fault(std::uint64_t seed, Fault fault);

/// A relay that keeps one frame from `readers` of a group of four. Gives for each of the four how
/// many warnings of a missing message it shows in the end.
struct SuppressionReport {
  Report report;
  std::vector<std::size_t> warnings;
};
SuppressionReport run_suppression(std::uint64_t seed, const std::set<std::size_t>& readers);

/// A group whose vaults are copied. Its people get new cards after a week, and the group new keys
/// after that, by which the copies are healed (clauses 8.4 and 10.7).
Report run_healing(std::uint64_t seed);

}  // namespace porchlight::sim
