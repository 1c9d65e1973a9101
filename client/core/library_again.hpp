// What a group's library holds, for those who have joined since it was said (clause 15.5).
// Must not know: how it is sent.
#pragma once

#include <span>

#include "client/core/messages.hpp"

namespace porchlight::client {

/// The texts that count now, of which the newest limits::library_texts_said_again_max, oldest
/// first: without ids, and with what is left of their lives. None that is queued here already.
/// `messages` are all of the group, as Messages::list() gives them.
std::vector<wire::Body> library_to_say_again(std::span<const StoredMessage* const> messages,
                                             TimePoint now);

}  // namespace porchlight::client
