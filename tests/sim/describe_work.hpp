// What a group's devices make of its roll calls, shifts, library, rules and texts: what all that
// hold the same messages have to agree about. Must not know: devices, the relay.
#pragma once

#include <span>
#include <string>

#include "client/core/views.hpp"

namespace porchlight::sim {

/// A line for each; nothing in it depends on whose device it is.
std::string describe_work(std::span<const client::MessageView> messages);

}  // namespace porchlight::sim
