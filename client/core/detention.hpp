// Detention notices, as a pure function of the messages of a legal group (clause 15.6): the newest
// body of a notice is the notice, whoever wrote it; it takes the place of earlier ones of its own
// author, and where that is a lead of everybody's. Others stay beside it.
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
  /// What others have said of it before and nobody who may has replaced; newest first.
  std::vector<MessageView> earlier;
};

/// `messages` in the agreed order (as Core::live_messages gives them). In the order in which they
/// were first said, as far as that is still held.
std::vector<NoticeView> make_notices(std::span<const MessageView> messages);

/// The notice that a body is about; none where it is about none.
std::optional<NoticeId> notice_of(const wire::Body& body);

/// Of what is stored about a notice, what a newer body replaces is erased: what was taken out of
/// it, a name above all, must not live on here.
void erase_replaced_notices(Messages& messages, const GroupId& group, const NoticeId& notice);

}  // namespace porchlight::client
