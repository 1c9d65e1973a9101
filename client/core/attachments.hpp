// What becomes of photos as the group goes on (clause 15.8): when they leave, and that their keys
// go with the sighting they belong to, and when it is taken back.
// Must not know: how they are sealed.
#pragma once

#include "client/core/holdings.hpp"

namespace porchlight::client {

/// Chunks that may leave now: the next few of one photo, and none whose sighting is not stored.
std::vector<OutboxItem> chunks_to_drop(const Holdings& holdings);

/// Uploads that are for nobody any more: their sighting or group is gone, or they were said by
/// another life of this vault.
void forget_idle_uploads(Holdings& holdings);

/// The keys of every photo that `author` said belongs to this message, queued and not sent ones
/// too.
void forget_attachments(Holdings& holdings, const GroupId& group, const VerifyKey& author,
                        const MessageId& message);

/// To be called with each message that is new here: where it takes something back, photos go with
/// that; where it is a photo of what was taken back, it goes itself.
void settle_attachments(Holdings& holdings, const GroupId& group, const VerifyKey& sender,
                        const MessageId& id);

}  // namespace porchlight::client
