// What commands share that do something about a sighting.
// Must not know: which command it is.
#pragma once

#include "client/cli/people.hpp"
#include "client/cli/posting.hpp"

namespace porchlight::client {

/// As find_sighting(); where it is not here, the relay is asked once, as it may be there.
Result<FoundSighting> fetch_sighting(Context& context, Engine& engine, const std::string& id);

/// Posts `body`, which is about the sighting, and is stored or queued as post_body() says; then
/// tells how the sighting stands.
Result<ExitCode> post_about(Context& context, Engine& engine, const FoundSighting& found,
                            wire::Body body);

}  // namespace porchlight::client
