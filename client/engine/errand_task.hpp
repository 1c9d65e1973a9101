// One errand on a connection of its own, from connecting to the answer.
// Must not know: what the errand is.
#pragma once

#include "client/core/errand.hpp"
#include "client/engine/lane_task.hpp"

namespace porchlight::client {

/// Ends well when the relay did what was asked, else with why not. `wiring` is used until it ends.
net::awaitable<Status> run_errand(Wiring wiring, Errand errand);

}  // namespace porchlight::client
