// What the core holds, as lines for people and as JSON for programs. Everything that others wrote
// is made safe to print here. Must not know: the vault, the relay.
#pragma once

#include "client/cli/output.hpp"
#include "client/core/core.hpp"

namespace porchlight::client {

/// Names here are those of --json; a person reads them through tr().
const char* role_name(wire::Role role);
/// "member" or "lead"; 'usage' otherwise.
Result<wire::Role> parse_role(const std::string& text);

std::string words_text(const SafetyWords& words);
Json words_json(const SafetyWords& words);

/// One line: when, group, who, what. `board` is the group's, for what sightings are called.
std::string message_line(const MessageView& message, const std::string& group, const Board& board,
                         TimePoint now);
/// The fields of a "message" record. `kind` is text, sighting, verification, retraction, rules,
/// forced_alert, roll_call, roll_call_answer, shift, shift_act, library_item, detention_notice,
/// photo or unknown.
Json message_json(const MessageView& message, const std::string& group, const Board& board);

/// "open", "claimed by Ana, there in 10 min", "confirmed by Ana: seen by me" and so on; with
/// "queued here" where the report itself has not left yet.
std::string standing_text(const SightingView& sighting, const Board& board);
/// The SALUTE fields that were filled in, in a row.
std::string sighting_text(const wire::Sighting& sighting, TimePoint now);
/// The fields of a "sighting" record.
Json sighting_json(const SightingView& sighting, const std::string& group, const Board& board);

/// The fields of a "request" and of an "approved" record.
Json request_json(const RequestView& request);

const char* standing_name(MessageView::Standing standing);
const char* standing_name(SightingView::Standing standing);
const char* standing_name(InviteView::Standing standing);
const char* standing_name(GroupView::Standing standing);
const char* outcome_name(wire::OutcomeKind kind);
const char* kind_name(WarningView::Kind kind);
const char* kind_name(RequestView::Kind kind);

}  // namespace porchlight::client
