// The end of messages: what becomes of them when they are erased (clauses 13.1 and 15.7).
// Must not know: how they came.
#pragma once

#include "client/core/holdings.hpp"

namespace porchlight::client {

/// Erases every message that has ended by `now`: what is queued stays, unless it is a detention
/// notice. Of the sightings among them it stays, in the same
/// write, that they were: each counts once, by how it stands then, unless it is a duplicate. What
/// has to go because there is no room is not counted. Their photos' keys go with them. Counts
/// older than tally_weeks go.
void erase_ended(Holdings& holdings, TimePoint now);

/// Of the group's sightings, as they stand now or stood when they were erased. As Core::counts().
Counts count_sightings(const Holdings& holdings, const GroupId& group);

}  // namespace porchlight::client
