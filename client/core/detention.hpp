// Detention notices, as a pure function of the messages of a legal group (clause 15.6): the newest
// body of a notice is the notice, whoever wrote it, and earlier ones are not kept.
// Must not know: clocks, who is in the group.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/views.hpp"

namespace porchlight::client {

class Messages;

using NoticeId = FixedBytes<struct NoticeIdTag, 16>;

struct NoticeView {
  NoticeId id;
  std::string short_id;  // "N-4K7": unique among these
  MessageView message;   // the newest about it
};

/// `messages` in the agreed order (as Core::live_messages gives them). In the order in which they
/// were first said, as far as that is still held.
std::vector<NoticeView> make_notices(std::span<const MessageView> messages);

/// The notice that a body is about; none where it is about none.
std::optional<NoticeId> notice_of(const wire::Body& body);

/// Of what is stored about a notice, all but the newest is erased: what was taken out of it, a name
/// above all, must not live on here.
void keep_newest_notice(Messages& messages, const GroupId& group, const NoticeId& notice);

}  // namespace porchlight::client
