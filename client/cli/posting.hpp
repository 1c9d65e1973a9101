// What post and the sighting commands share: a body goes to a group, and what became of it is told.
#pragma once

#include "client/cli/context.hpp"
#include "client/cli/show.hpp"

namespace porchlight::client {

/// Queues `body` (zone and minute are filled in here), sends what can be sent, and says "stored" or
/// "queued". `label` is what a person calls it afterwards, empty for the message's own.
Result<ExitCode> post_body(Context& context, Engine& engine, const GroupView& group,
                           wire::Body body, const std::string& label);

}  // namespace porchlight::client
