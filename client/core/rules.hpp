// The rules of conduct of a group (clause 15.2): which count, and what a claim says of them.
// Must not know: groups, frames.
#pragma once

#include <optional>
#include <span>

#include "client/core/views.hpp"

namespace porchlight::client {

struct RulesView {
  std::uint32_t version = 0;
  std::string text;
  std::string set_by;
  TimePoint sent;
  RulesHash hash;
};

/// The highest version; of two with the same the first. `messages` as make_board() takes them;
/// those of who did not lead are not among them. None where nobody has set any.
std::optional<RulesView> current_rules(std::span<const MessageView> messages);

/// How H("rules", version u32, text) begins.
RulesHash rules_hash(const wire::Rules& rules);

}  // namespace porchlight::client
