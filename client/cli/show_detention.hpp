// Detention notices as lines for people and as JSON for programs.
// Must not know: the vault, the relay.
#pragma once

#include "client/cli/output.hpp"
#include "client/core/detention.hpp"

namespace porchlight::client {

/// "unknown", "wanted", "found", "not-wanted".
const char* attorney_name(wire::Attorney attorney);
/// 'usage' says what there is.
Result<wire::Attorney> parse_attorney(const std::string& typed);

/// What listen shows of one. Whoever is named in it is not: that is for who looks at the notice.
std::string detention_text(const MessageView& message, TimePoint now);
/// What is kept beside the newest, on one line, with whom it names.
std::string earlier_text(const MessageView& message, TimePoint now);
/// The fields that a "message" record has for it, without name and contact: `kind` is
/// detention_notice.
void add_detention(Json& fields, const wire::Body& body);

/// Who has it, by name; empty where nobody has.
std::string holder_of(const wire::DetentionNotice& notice, const GroupView& group);
/// The fields of a "detention_notice" record: everything.
Json notice_json(const NoticeView& notice, const GroupView& group);

}  // namespace porchlight::client
