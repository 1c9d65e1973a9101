// What the clock makes of a board: who has waited too long for whom (clause 13.3). Each device goes
// by its own clock; boards themselves do not depend on any.
// Must not know: messages.
#pragma once

#include <vector>

#include "client/core/board.hpp"

namespace porchlight::client {

/// Where a claim says nothing of when.
inline constexpr auto usual_eta = std::chrono::minutes(15);
/// Beyond what it says: from then on somebody else may take it over.
inline constexpr auto claim_grace = std::chrono::minutes(10);

/// When the claim that stands may be taken over; none where it is not claimed.
std::optional<TimePoint> overdue_from(const SightingView& sighting);
bool is_overdue(const SightingView& sighting, TimePoint now);

/// Whether it is open at the relay, and came limits::unclaimed_patience ago or earlier.
bool is_waiting(const SightingView& sighting, TimePoint now);
/// In the board's order. Valid as long as the board is.
std::vector<const SightingView*> waiting(const Board& board, TimePoint now);
/// When the next one begins to wait; none where no other is open.
std::optional<TimePoint> next_waiting(const Board& board, TimePoint now);

}  // namespace porchlight::client
