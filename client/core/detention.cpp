#include "client/core/detention.hpp"

#include <algorithm>
#include <map>

#include "client/core/messages.hpp"
#include "client/core/short_name.hpp"

namespace porchlight::client {
namespace {

/// So that what replaces one that replaces another replaces both, in whatever order they come.
bool replaces(const StoredMessage& newer, const StoredMessage& older) {
  return newer.by_lead || (newer.sender == older.sender && !older.by_lead);
}

}  // namespace

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
    NoticeView& notice = is_new ? notices.emplace_back() : notices[place->second];
    if (!is_new) notice.earlier.insert(notice.earlier.begin(), std::move(notice.message));
    notice.id = *id;
    notice.message = message;
  }
  give_short_names(notices, 'N');
  return notices;
}

void erase_replaced_notices(Messages& messages, const GroupId& group, const NoticeId& notice) {
  std::vector<const StoredMessage*> about;
  for (const StoredMessage* message : messages.list(group)) {
    if (message->is_stored() && notice_of(message->body) == notice) about.push_back(message);
  }
  std::vector<std::pair<VerifyKey, MessageId>> replaced;
  for (auto older = about.begin(); older != about.end(); ++older) {
    const bool is_replaced = std::any_of(older + 1, about.end(), [&](const StoredMessage* newer) {
      return replaces(*newer, **older);
    });
    if (is_replaced) replaced.emplace_back((*older)->sender, (*older)->id);
  }
  for (const auto& [sender, id] : replaced) messages.erase(group, sender, id);
}

}  // namespace porchlight::client
