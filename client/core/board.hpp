// Sightings from report to closure, as a pure function of the messages (clause 13.3): every device
// that holds the same messages shows the same board, whatever order they came in.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/views.hpp"

namespace porchlight::client {

struct SightingView {
  MessageId id;
  std::string short_id;  // "S-4K7": unique on this board
  MessageView report;
  enum class Standing { open, claimed, confirmed, dismissed, closed } standing = Standing::open;
  std::optional<std::string> claimed_by;
  std::optional<std::uint32_t> eta_minutes;
  std::optional<wire::Outcome> outcome;
  std::optional<std::string> outcome_by;
  std::optional<std::string> closing_note;
  std::vector<MessageId> duplicates;  // reports that an outcome folded into this one
};

struct Board {
  std::vector<SightingView> sightings;  // oldest first

  /// By "S-4K7", "4k7" or any longer unique beginning; none where nothing or several match.
  const SightingView* find(std::string_view short_id) const;
};

/// `messages` in the agreed order (MessageView of one group, as Core::messages gives them).
Board make_board(std::span<const MessageView> messages);

/// The letters a message is called by; `length` of them, at least 3.
std::string short_id(const MessageId& id, std::size_t length);

}  // namespace porchlight::client
