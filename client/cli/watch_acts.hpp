// What the parts of watch_orders.hpp have in common. Must not know: the screen.
#pragma once

#include "client/cli/watch_orders.hpp"

namespace porchlight::client {

/// Broadcast, clear, call_again.
Result<WatchOutcome> carry_out_alert(const WatchOrder& order, Core& core, TimePoint now);

/// 'not_found': what the order is about has gone meanwhile.
Error gone();
/// 'not_permitted': who has what cannot be claimed, and from when on it can.
Error taken(const SightingView& sighting, TimePoint now);

/// Null where it is not there any more; valid as long as `facts` are.
const WatchFacts::Group* group_of(const WatchOrder& order, const WatchFacts& facts);
const SightingView* sighting_of(const WatchOrder& order, const WatchFacts& facts);

}  // namespace porchlight::client
