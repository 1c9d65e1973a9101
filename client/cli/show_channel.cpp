#include "client/cli/show_channel.hpp"

#include "client/cli/show.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/encoding.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Voice = MessageView::Voice;

/// As it may be typed, and as the core names channels that are called the same.
constexpr std::size_t shown_id_chars = 8;

std::string alert_said(const MessageView& message, const ChannelEye& eye) {
  for (const AlertView& alert : eye.alerts.alerts) {
    if (alert.id == message.id) return alert.short_id + " " + alert_text(alert, eye);
  }
  return say(tr("{} is over"), name_of_alert(message.body.id(), eye));
}

/// Empty where it is not shown to whoever looks.
std::string said_text(const MessageView& message, const ChannelEye& eye) {
  const wire::Body& body = message.body;
  switch (body.kind_case()) {
    case wire::Body::kText:
      return one_line(body.text().text());
    case wire::Body::kAlert:
      return alert_said(message, eye);
    case wire::Body::kAck: {
      const std::string note = one_line(body.ack().note());
      return name_of_alert(body.ack().alert(), eye) + " " + one_line(body.ack().answer()) +
             (note.empty() ? "" : ": " + note);
    }
    case wire::Body::kAllClear:
      return name_of_alert(body.all_clear().alert(), eye) + " " +
             clear_beside_its_alert(body.all_clear(), eye);
    case wire::Body::kRecall: {
      const std::string text = recall_text(body.recall(), eye);
      return text.empty() ? text : name_of_alert(body.recall().alert(), eye) + " " + text;
    }
    default:
      return tr("(a message that this version cannot show: update porchlight)");
  }
}

void add_said(Json& fields, const MessageView& message, const ChannelEye& eye) {
  const wire::Body& body = message.body;
  fields["kind"] = "unknown";
  if (body.has_text()) {
    fields["kind"] = "text";
    fields["text"] = body.text().text();
  } else if (body.has_alert()) {
    fields["kind"] = "alert";
    fields["alert"] = name_of_alert(body.id(), eye);
    fields["urgency"] = urgency_name(body.alert().urgency());
    fields["text"] = wording_text(body.alert().wordings(), eye.languages);
    fields["answers"] =
        std::vector<std::string>(body.alert().answers().begin(), body.alert().answers().end());
  } else if (body.has_ack()) {
    fields["kind"] = "answer";
    fields["alert"] = name_of_alert(body.ack().alert(), eye);
    fields["answer"] = body.ack().answer();
    fields["note"] = body.ack().note();
  } else if (body.has_all_clear()) {
    fields["kind"] = "all_clear";
    fields["alert"] = name_of_alert(body.all_clear().alert(), eye);
    fields["clear"] = clear_json(body.all_clear(), eye);
  } else if (body.has_recall()) {
    fields["kind"] = "recall";
    fields["alert"] = name_of_alert(body.recall().alert(), eye);
  }
}

}  // namespace

std::string keys_until(const ChannelView& channel) {
  return rfc3339(TimePoint(std::chrono::days(channel.keys_until_day))).substr(0, 10);
}

Json channel_json(const ChannelView& channel) {
  const bool group = channel.side == ChannelView::Side::group;
  Json fields{{"channel", channel.name},
              {"id", short_name(channel.id.view(), shown_id_chars)},
              {"side", group ? "group" : "audience"},
              {"standing", standing_name(channel.standing)},
              {"epoch", channel.epoch}};
  if (!group) return fields;
  fields["group"] = channel.group_name;
  fields["leads"] = channel.leads;
  fields["people"] = channel.people;
  fields["invites"] = channel.invites;
  fields["keys_until"] = keys_until(channel);
  fields["waits_for_list"] = channel.waits_for_list;
  fields["waits_for_keys"] = channel.waits_for_keys;
  return fields;
}

std::string standing_text(const ChannelView& channel) {
  switch (channel.standing) {
    case ChannelView::Standing::reading:
      break;
    case ChannelView::Standing::entering:
      return tr("what it said a moment ago is still to come");
    case ChannelView::Standing::behind:
      return tr("waiting for its group to give this device the new keys");
    case ChannelView::Standing::halted:
      return tr("halted: update porchlight");
    case ChannelView::Standing::over:
      return tr("over: you were taken out, or it has ended");
  }
  if (channel.waits_for_keys) return tr("new keys are on their way");
  if (channel.waits_for_list) return tr("the list of its audience is on its way");
  return "";
}

ChannelEye look_at(const Core& core, const ChannelView& channel, TimePoint now) {
  ChannelEye eye{channel, core.alerts(channel.id, now), {}, my_languages(), now, {}};
  if (!eye.is_group()) return eye;
  for (const MessageView& message : core.channel_messages(channel.id)) {
    const auto id = MessageId::from(as_bytes(message.body.all_clear().alert()));
    if (id && message.voice != Voice::person) eye.clear_voices[*id] = message.voice;
  }
  if (const auto group = core.group(channel.group_name); group.ok()) {
    eye.sightings = core.board(group->id, now);
  }
  return eye;
}

std::string channel_line(const MessageView& message, const ChannelEye& eye) {
  const std::string said = said_text(message, eye);
  if (said.empty()) return said;
  const std::string who = speaker(message, eye);
  return short_time(message.sent, eye.now) + "  " + one_line(eye.channel.name) + "  " +
         (who.empty() ? "" : who + "  ") + said;
}

Json channel_message_json(const MessageView& message, const ChannelEye& eye) {
  Json fields{{"channel", eye.channel.name},   {"id", hex_encode(message.id.view())},
              {"mine", message.mine},          {"standing", standing_name(message.standing)},
              {"sent", rfc3339(message.sent)}, {"received", rfc3339(message.received)},
              {"zone", message.body.zone()}};
  if (eye.is_group()) {
    fields["from"] = message.sender_name;
    fields["attributed"] = !is_alarming(message.voice);
  }
  add_said(fields, message, eye);
  return fields;
}

}  // namespace porchlight::client
