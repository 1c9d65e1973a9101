// A relay that shows one group two histories: of two changes to it, some see one first and some
// the other, or one of the two alone. Nobody can stop it; but each side agrees, nobody reads what
// is not for them, and whoever hears of the other side is warned.
#pragma once

#include "tests/sim/simulation.hpp"

namespace porchlight::sim {

/// Five people, two of whom lead; who is on which side, what was changed and how the relay deceives
/// follows from the seed.
Report run_split(std::uint64_t seed);

}  // namespace porchlight::sim
