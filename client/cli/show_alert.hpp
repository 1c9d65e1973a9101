// Alerts and what became of them, as lines for people and as JSON for programs. Whoever is in an
// audience sees the channel's name and no person's; the group sees who spoke. What others wrote is
// made safe to print here. Must not know: the vault, the relay.
#pragma once

#include <map>

#include "client/cli/language.hpp"
#include "client/cli/output.hpp"
#include "client/core/core.hpp"

namespace porchlight::client {

/// From where one looks at a channel.
struct ChannelEye {
  ChannelView channel;
  AlertBoard alerts;
  Board sightings;  // of the group that it belongs to; empty for the audience
  std::vector<std::string> languages;
  TimePoint now;
  /// In whose voice each alert's last all-clear came, for the group.
  std::map<MessageId, MessageView::Voice> clear_voices;

  bool is_group() const { return channel.side == ChannelView::Side::group; }
};

/// Whether the group is warned of it: nobody of it stands for what was said, or not any more.
bool is_alarming(MessageView::Voice voice);
/// Of the alert's last all-clear; the channel's own where that is not known here.
MessageView::Voice clear_voice(const AlertView& alert, const ChannelEye& eye);
/// Who said it: "Ana", "NOT ATTRIBUTED", "OUTSIDER"; whoever is in the audience sees no person but
/// themselves ("you"), and is told nothing of others.
std::string speaker(const MessageView& message, const ChannelEye& eye);
/// "now: Use the north gate · answer on my way / can't by 14:30".
std::string alert_text(const AlertView& alert, const ChannelEye& eye);
/// "A-9QX", also of one that has come to its end before what is said about it.
std::string name_of_alert(const std::string& id, const ChannelEye& eye);
/// "all clear, they have left: ..."; and the same with what the alert said.
std::string clear_text(const wire::AllClear& clear, const ChannelEye& eye);
std::string clear_beside_its_alert(const wire::AllClear& clear, const ChannelEye& eye);
/// "asks again: ..."; empty for somebody of the audience who has answered.
std::string recall_text(const wire::Recall& recall, const ChannelEye& eye);
/// How it stands: the all-clear, or the answer of who looks, or how many answered.
std::string standing_text(const AlertView& alert, const ChannelEye& eye);
Json clear_json(const wire::AllClear& clear, const ChannelEye& eye);
/// The fields of an "alert" record.
Json alert_json(const AlertView& alert, const ChannelEye& eye);
/// The fields of an "alert_status" record; names of the silent with `missing` alone.
enum class Missing : std::uint8_t { counted, named };
Json count_json(const AlertView& alert, const AlertCount& count, const ChannelEye& eye,
                Missing missing);

const char* urgency_name(wire::Urgency urgency);
/// "left", "false-alarm", as typed.
const char* clear_name(wire::ClearKind kind);

}  // namespace porchlight::client
