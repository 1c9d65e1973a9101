// Channels and what is said in them, as lines for people and as JSON for programs.
// Must not know: the vault, the relay.
#pragma once

#include "client/cli/show_alert.hpp"

namespace porchlight::client {

ChannelEye look_at(const Core& core, const ChannelView& channel, TimePoint now);

/// The fields of a "channel" record.
Json channel_json(const ChannelView& channel);
/// What is out of the ordinary about it; empty where nothing is.
std::string standing_text(const ChannelView& channel);
/// The last day that it has keys for, "2026-12-07".
std::string keys_until(const ChannelView& channel);

/// One line of what is said in a channel: when, where, for the group who, and what. Empty for what
/// is not shown: a second call to somebody who has answered.
std::string channel_line(const MessageView& message, const ChannelEye& eye);
/// The fields of a "message" record. `kind` is alert, answer, all_clear, recall, text or unknown.
Json channel_message_json(const MessageView& message, const ChannelEye& eye);

const char* standing_name(ChannelView::Standing standing);

}  // namespace porchlight::client
