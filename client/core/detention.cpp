#include "client/core/detention.hpp"

#include <map>

#include "client/core/messages.hpp"
#include "client/core/short_name.hpp"

namespace porchlight::client {

std::optional<NoticeId> notice_of(const wire::Body& body) {
  if (!body.has_detention_notice()) return std::nullopt;
  return NoticeId::from(as_bytes(body.detention_notice().notice()));
}

std::vector<NoticeView> make_notices(std::span<const MessageView> messages) {
  std::vector<NoticeView> notices;
  std::map<NoticeId, std::size_t> places;
  for (const MessageView& message : messages) {
    const auto id = notice_of(message.body);
    if (!id) continue;
    const auto [place, is_new] = places.emplace(*id, notices.size());
    if (is_new) notices.push_back({*id, "", {}});
    notices[place->second].message = message;
  }
  std::vector<NoticeId> ids;
  for (const NoticeView& notice : notices) ids.push_back(notice.id);
  const std::size_t length = unique_length<NoticeId>(ids);
  for (NoticeView& notice : notices) notice.short_id = "N-" + short_name(notice.id.view(), length);
  return notices;
}

void keep_newest_notice(Messages& messages, const GroupId& group, const NoticeId& notice) {
  std::vector<std::pair<VerifyKey, MessageId>> about;
  for (const StoredMessage* message : messages.list(group)) {
    if (message->is_stored() && notice_of(message->body) == notice) {
      about.emplace_back(message->sender, message->id);
    }
  }
  if (!about.empty()) about.pop_back();
  for (const auto& [sender, id] : about) messages.erase(group, sender, id);
}

}  // namespace porchlight::client
