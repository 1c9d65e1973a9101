// Sightings from report to closure, as a pure function of the messages (clause 13.3): every device
// that holds the same messages shows the same board, whatever order they came in.
// Must not know: clocks; what time it is matters in waiting.hpp alone.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "client/core/views.hpp"

namespace porchlight::client {

/// The claim that stands, or stood when the outcome was said.
struct StandingClaim {
  MessageId id;
  VerifyKey by;
  bool mine = false;
  TimePoint sent;
  MessageView::Standing standing = MessageView::Standing::stored;
  std::string rules;  // how the hash of the rules begins that were accepted; may be none
};

/// A photo that its author says is at the relay (clause 15.8).
struct SightingPhoto {
  MessageId id;
  std::uint32_t bytes = 0;
  MessageView::Standing standing = MessageView::Standing::stored;
};

struct SightingView {
  MessageId id;
  std::string short_id;  // "S-4K7": unique on this board
  MessageView report;    // the first, with the fields of the last correction
  enum class Standing { open, claimed, confirmed, dismissed, closed } standing = Standing::open;
  std::optional<StandingClaim> claim;
  std::optional<std::string> claimed_by;
  std::optional<std::uint32_t> eta_minutes;
  std::optional<wire::Outcome> outcome;
  std::optional<std::string> outcome_by;
  std::optional<std::string> closing_note;
  std::vector<MessageId> duplicates;  // reports that an outcome folded into this one
  /// Of a duplicate: where all that is said about it is shown. Its outcome names the same.
  std::optional<MessageId> folded_into;
  std::vector<MessageId> corrections;  // by its author, that counted
  bool taken_back = false;             // by its author; it is closed
  std::vector<SightingPhoto> photos;   // its author's, at most attachments_per_message_max
};

struct Board {
  std::vector<SightingView> sightings;  // oldest first
  /// What its author took back, by author and id: no longer said.
  std::set<std::pair<VerifyKey, MessageId>> taken_back;

  /// By "S-4K7", "4k7" or any longer unique beginning; none where nothing or several match.
  const SightingView* find(std::string_view short_id) const;
  /// The one that this report or correction is of; null where it is not here.
  const SightingView* find_id(const MessageId& id) const;
  /// Where what is said about it is shown: itself, unless it is a duplicate.
  const SightingView& original(const SightingView& sighting) const;
  bool is_taken_back(const MessageView& message) const;
};

/// `messages` in the agreed order (MessageView of one group, as Core::messages gives them).
Board make_board(std::span<const MessageView> messages);

/// The letters a message is called by; `length` of them, at least 3.
std::string short_id(const MessageId& id, std::size_t length);

}  // namespace porchlight::client
