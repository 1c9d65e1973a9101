// What is said about a sighting, as bodies that commands and the board post alike (clause 13.3).
// Each lives as long as the report does.
// Must not know: the relay, how a person is asked.
#pragma once

#include "client/core/board.hpp"
#include "client/core/rules.hpp"
#include "proto/base/result.hpp"

namespace porchlight::client {

/// Nobody has it, or this member does, or whoever has it is overdue.
bool may_claim(const SightingView& sighting, TimePoint now);
/// A claim of what may_claim(): it takes over the one that stands. `eta_minutes` 0: no time said;
/// `rules`: those that this member has accepted, where there are any.
wire::Body claim_body(const SightingView& sighting, std::uint32_t eta_minutes,
                      const std::optional<RulesView>& rules);
/// 'not_permitted' where this member's claim is not the one that stands.
Result<wire::Body> release_body(const SightingView& sighting, const Board& board,
                                const std::string& note);

wire::Body outcome_body(const SightingView& sighting, wire::OutcomeKind kind,
                        const std::string& basis);
/// `original`, as typed, is on the same board: 'not_found' where it is not, 'usage' where it is
/// the sighting itself.
Result<wire::Body> duplicate_body(const SightingView& sighting, const Board& board,
                                  const std::string& original, const std::string& basis);
wire::Body closure_body(const SightingView& sighting, const std::string& note);

enum class TakenBack : std::uint8_t { report, outcome };
/// This member's last outcome about it that was not taken back; null where there is none.
const MessageView* own_outcome(std::span<const MessageView> messages, const Board& board,
                               const SightingView& sighting);
/// An error says why there is nothing of this member's own to take back.
Result<wire::Body> retraction_body(std::span<const MessageView> messages, const Board& board,
                                   const SightingView& sighting, TakenBack what);

}  // namespace porchlight::client
