// What operations do (clauses 4.3, 4.5, 4.6, 6.3 to 6.5): the rules of the commit thread, over any
// Database. One call is one durable batch.
// Must not know: threads, sessions, how anything is stored.
#pragma once

#include <span>
#include <vector>

#include "proto/wire/time.hpp"
#include "relay/core/keyring.hpp"
#include "relay/core/operations.hpp"
#include "relay/core/policy.hpp"
#include "relay/store/database.hpp"

namespace porchlight::relay {

/// Applies the operations in order in one transaction; outcomes stand in the same order and are
/// durable when this returns. When the transaction fails it is undone, and each operation is tried
/// in one of its own, so that what fails alone is Full or Failed: erasing goes on while the disk is
/// full. While another process holds the database, all are Failed.
std::vector<Outcome> commit_batch(Database& database, std::span<const Operation* const> operations,
                                  const Policy& policy, wire::TimePoint now);

struct Swept {
  std::size_t envelopes = 0;
  /// unscrubbed: all is erased, but a reader was in the way of making it unreadable.
  enum class Rest : std::uint8_t { none, more, unscrubbed } rest = Rest::none;
};

/// One bounded piece of forgetting: expired envelopes, emptied mailboxes, tokens spent of weeks
/// before last week, past allotments. With `more` it is to be called again at once,
/// with batches in between; when `unscrubbed` in a while, as readers may take minutes; when there
/// is no rest, the database was scrubbed. To be called at least once an hour.
Result<Swept> sweep(Database& database, wire::TimePoint now);

/// This week's keyring. To be called at the start and when a week begins. 'expired' when this week
/// is over already: the clock is behind, or had run ahead.
Result<Keyring> load_keyring(Database& database, const TokenSecret& secret,
                             const SigningKey& identity, wire::TimePoint now);

}  // namespace porchlight::relay
