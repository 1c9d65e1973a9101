// What operations do (clauses 4.3, 4.5, 4.6, 6.3 to 6.5): the rules of the commit thread, over any
// Database. One call is one durable batch.
// Must not know: threads, sessions, how anything is stored.
#pragma once

#include <span>
#include <vector>

#include "proto/wire/time.hpp"
#include "relay/core/operations.hpp"
#include "relay/core/policy.hpp"
#include "relay/store/database.hpp"

namespace porchlight::relay {

/// Applies the operations in order in one transaction; outcomes stand in the same order and are
/// durable when this returns. When the transaction fails it is undone, and each operation is tried
/// in one of its own, so that what fails alone is Full or Failed: erasing goes on while the disk is
/// full.
std::vector<Outcome> commit_batch(Database& database, std::span<const Operation* const> operations,
                                  const Policy& policy, wire::TimePoint now);

/// One bounded piece of forgetting: expired envelopes, emptied mailboxes, keys of before last week
/// with their nonces, past allotments. `rest` says whether to call again soon (between batches);
/// when there is none, the database was scrubbed. Call at least once an hour.
Result<Expired> sweep(Database& database, wire::TimePoint now);

/// Sees to it that there is a key of every kind for this week, and loads all that may be accepted.
/// Call at the start and when a week begins.
Result<Keyring> load_keyring(Database& database, const SigningKey& identity, wire::TimePoint now,
                             Random& random);

}  // namespace porchlight::relay
