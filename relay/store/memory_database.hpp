// A database in memory, for the simulation and the tests: the same contract, without files.
#pragma once

#include <memory>

#include "relay/store/database.hpp"

namespace porchlight::relay {

struct MemoryOptions {
  std::uint64_t capacity_bytes = std::uint64_t{1} << 30;
  Incarnation incarnation;
};

/// A batch that was not committed is gone as after a crash. Copies its ledger and its list of
/// mailboxes at every begin(): not for large numbers of them.
std::unique_ptr<Database> make_memory_database(const MemoryOptions& options);

/// Everything that a database of make_memory_database() has committed, in a new one: a backup of
/// it.
std::unique_ptr<Database> copy_memory_database(const Database& database);

}  // namespace porchlight::relay
