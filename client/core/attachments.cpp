#include "client/core/attachments.hpp"

namespace porchlight::client {
namespace {

/// On a bad connection little is sent twice when it breaks, and each write ends in time.
constexpr std::size_t chunks_in_flight_max = 2;

MessageId about(const Upload& upload) {
  return *MessageId::from(upload.body.attachment().message());
}

/// With the frame that was made of it, where it has not left.
void forget(Holdings& holdings, const GroupId& group, const VerifyKey& sender,
            const MessageId& id) {
  if (sender == holdings.me.id()) {
    holdings.outbox.erase_if([&](const OutboxEntry& entry) {
      return entry.purpose == OutboxPurpose::frame && entry.group == group && entry.message == id;
    });
  }
  holdings.messages.erase(group, sender, id);
  if (holdings.fetch && holdings.fetch->is_of(group, sender, id)) holdings.fetch.reset();
}

/// `message` by whoever said `id`, where that is an attachment.
bool is_taken_back(const Holdings& holdings, const GroupId& group, const VerifyKey& sender,
                   const std::string& id) {
  const auto all = holdings.messages.list(group);
  return std::any_of(all.begin(), all.end(), [&](const StoredMessage* message) {
    return message->sender == sender && message->body.has_retraction() &&
           message->body.retraction().message() == id;
  });
}

}  // namespace

std::vector<OutboxItem> chunks_to_drop(const Holdings& holdings) {
  for (const auto& [number, upload] : holdings.uploads.all()) {
    const StoredMessage* sighting =
        holdings.messages.find(upload.group, holdings.me.id(), about(upload));
    if (sighting == nullptr || !sighting->is_stored()) continue;
    return holdings.uploads.items(number, chunks_in_flight_max);
  }
  return {};
}

void forget_idle_uploads(Holdings& holdings) {
  const VerifyKey& me = holdings.me.id();
  holdings.uploads.erase_if([&](const Upload& upload) {
    const auto group = holdings.groups.find(upload.group);
    const auto id = MessageId::from(upload.body.id());
    return group == holdings.groups.end() || group->second.removed() ||
           holdings.messages.find(upload.group, me, about(upload)) == nullptr ||
           holdings.messages.find(upload.group, me, *id) != nullptr;
  });
}

void forget_attachments(Holdings& holdings, const GroupId& group, const VerifyKey& author,
                        const MessageId& message) {
  std::vector<MessageId> gone;
  for (const StoredMessage* held : holdings.messages.list(group)) {
    if (held->sender == author && held->body.has_attachment() &&
        held->body.attachment().message() == message.str()) {
      gone.push_back(held->id);
    }
  }
  for (const MessageId& id : gone) forget(holdings, group, author, id);
  if (author != holdings.me.id()) return;
  holdings.uploads.erase_if(
      [&](const Upload& upload) { return upload.group == group && about(upload) == message; });
}

void settle_attachments(Holdings& holdings, const GroupId& group, const VerifyKey& sender,
                        const MessageId& id) {
  const StoredMessage* said = holdings.messages.find(group, sender, id);
  if (said == nullptr) return;
  if (said->body.has_retraction()) {
    const auto target = *MessageId::from(said->body.retraction().message());
    forget_attachments(holdings, group, sender, target);
    const StoredMessage* taken = holdings.messages.find(group, sender, target);
    if (taken != nullptr && taken->body.has_attachment()) forget(holdings, group, sender, target);
    return;
  }
  if (said->body.has_attachment() &&
      (is_taken_back(holdings, group, sender, said->body.attachment().message()) ||
       is_taken_back(holdings, group, sender, id.str()))) {
    forget(holdings, group, sender, id);
  }
}

}  // namespace porchlight::client
