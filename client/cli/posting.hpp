// What commands share that say something: a body goes to a group, and what became of it is told.
#pragma once

#include "client/cli/context.hpp"
#include "client/cli/show.hpp"

namespace porchlight::client {

/// Whoever asked may have been let in since: the relay may know more than this device.
/// 'not_permitted' where they were not.
Status be_let_in(Context& context, Engine& engine, const GroupView& group);

/// Queues `body` (minute, and zone where it has none, are filled in here), sends what can be sent,
/// and says "stored" or "queued". `label` is what a person calls it afterwards, empty for the
/// message's own. `photos` are of a sighting, this one or the one it corrects: JPEGs as
/// read_photos() makes them. They leave after it; one that cannot be kept is only warned of, as the
/// sighting matters more.
Result<ExitCode> post_body(Context& context, Engine& engine, const GroupView& group,
                           wire::Body body, const std::string& label,
                           std::span<const Bytes> photos = {});

/// How a text is called: "T-4K7QX". Longer than other names, as there are many and few are typed.
std::string text_name(const MessageId& id);

/// Null where it is not among them.
const MessageView* find_message(const std::vector<MessageView>& messages, const MessageId& id);

/// "stored 14:02" or "queued 14:02", as it is to look on stdout.
std::string fate_of(const MessageView& message, const Output& out, TimePoint now);

/// After the sync() that was to send `message`: whether everything has left, it most of all.
ExitCode end_of_posting(Context& context, Engine& engine, const SyncReport& report,
                        const MessageView& message);

}  // namespace porchlight::client
