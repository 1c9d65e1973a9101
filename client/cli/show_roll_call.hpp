// Roll calls as lines for people and as JSON for programs: what listen and the commands print.
// Must not know: the vault, the relay.
#pragma once

#include "client/cli/output.hpp"
#include "client/core/roll_call.hpp"

namespace porchlight::client {

/// As it is typed and stands in JSON: "ok", "need-help", "urgent".
const char* answer_name(wire::RollCallAnswerKind kind);
/// 'usage' says what there is.
Result<wire::RollCallAnswerKind> parse_roll_call_answer(const std::string& typed);
/// As people read it. What is not all right stands out by its capitals, whatever the terminal.
std::string answer_text(wire::RollCallAnswerKind kind);

/// Of a call or an answer: what listen shows of it.
std::string roll_call_text(const MessageView& message, TimePoint now);
/// The fields that a "message" record has for it: `kind` is roll_call or roll_call_answer.
void add_roll_call(Json& fields, const wire::Body& body);

/// The fields of a "roll_call" record.
Json roll_call_json(const RollCallView& call, const RollCallCount& count, const std::string& group);

/// "3 of 12 answered", and what of that is not all right.
std::string roll_call_standing(const RollCallView& call, const RollCallCount& count);

}  // namespace porchlight::client
