#include "client/cli/show_alert.hpp"

#include "client/cli/show.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/encoding.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Voice = MessageView::Voice;

TimePoint from_minute(std::uint64_t minute) {
  return TimePoint(std::chrono::minutes(static_cast<std::int64_t>(minute)));
}

const AlertView* alert_of(const std::string& id, const ChannelEye& eye) {
  const auto wanted = MessageId::from(as_bytes(id));
  for (const AlertView& alert : eye.alerts.alerts) {
    if (alert.id == wanted) return &alert;
  }
  return nullptr;
}

const SightingView* sighting_of(const wire::Alert& alert, const ChannelEye& eye) {
  const auto wanted = MessageId::from(as_bytes(alert.sighting()));
  for (const SightingView& sighting : eye.sightings.sightings) {
    if (sighting.id == wanted) return &sighting;
  }
  return nullptr;
}

std::string answers_text(const wire::Alert& alert, TimePoint now) {
  std::string text;
  for (const std::string& answer : alert.answers()) {
    text += (text.empty() ? "" : " / ") + one_line(answer);
  }
  if (text.empty()) return text;
  if (alert.deadline_minute() == 0) return say(tr(" · answer {}"), text);
  return say(tr(" · answer {0} by {1}"), text,
             short_time(from_minute(alert.deadline_minute()), now));
}

/// For the group alone.
std::string basis_text(const AlertView& view, const ChannelEye& eye) {
  const wire::Alert& alert = view.message.body.alert();
  if (!eye.is_group() || alert.sighting().empty()) return "";
  const SightingView* const sighting = sighting_of(alert, eye);
  const std::string basis = sighting
                                ? sighting->short_id + ", " + tr(standing_name(sighting->standing))
                                : tr("a sighting that is not here any more");
  if (!view.forced_reason) return say(tr(" · rests on {}"), basis);
  return say(tr(" · rests on {0}, sent all the same: {1}"), basis, one_line(*view.forced_reason));
}

std::string what_is_clear(wire::ClearKind kind) {
  switch (kind) {
    case wire::CLEAR_LEFT:
      return tr("all clear, they have left");
    case wire::CLEAR_FALSE_ALARM:
      return tr("all clear, it was a false alarm");
    case wire::CLEAR_EXPIRED:
      return tr("all clear, it is over");
    case wire::CLEAR_CORRECTED:
      return tr("corrected");
    default:
      return tr("changed in a way that this version cannot show");
  }
}

std::string short_alert(const AlertView& alert, const ChannelEye& eye) {
  return wording_text(alert.message.body.alert().wordings(), eye.languages);
}

Json texts_json(const Wordings& wordings) {
  Json list = Json::array();
  for (const wire::Wording& wording : wordings) {
    list.push_back({{"language", wording.language()}, {"text", wording.text()}});
  }
  return list;
}

Json answers_json(const AlertView& view) {
  Json list = Json::array();
  for (const AnswerView& answer : view.answers) {
    list.push_back({{"name", answer.name},
                    {"answer", answer.answer},
                    {"note", answer.note},
                    {"received", rfc3339(answer.received)}});
  }
  return list;
}

void add_group_fields(Json& fields, const AlertView& view, const ChannelEye& eye) {
  fields["from"] = view.message.sender_name;
  fields["attributed"] = !is_alarming(view.message.voice);
  fields["answered"] = answers_json(view);
  if (view.clear) {
    fields["clear"]["by"] = view.cleared_by;
    fields["clear"]["attributed"] = !is_alarming(clear_voice(view, eye));
  }
  if (view.forced_reason) fields["forced"] = *view.forced_reason;
  if (const SightingView* sighting = sighting_of(view.message.body.alert(), eye)) {
    fields["sighting"] = sighting->short_id;
    fields["sighting_standing"] = standing_name(sighting->standing);
  }
}

}  // namespace

bool is_alarming(Voice voice) { return voice == Voice::unattributed || voice == Voice::outsider; }

Voice clear_voice(const AlertView& alert, const ChannelEye& eye) {
  const auto known = eye.clear_voices.find(alert.id);
  return known == eye.clear_voices.end() ? Voice::channel : known->second;
}

std::string speaker(const MessageView& message, const ChannelEye& eye) {
  if (!eye.is_group()) return message.mine && message.voice == Voice::person ? tr("you") : "";
  if (message.voice == Voice::unattributed) return tr("NOT ATTRIBUTED");
  if (message.voice == Voice::outsider) return tr("OUTSIDER");
  return one_line(message.sender_name);
}

std::string name_of_alert(const std::string& id, const ChannelEye& eye) {
  if (const AlertView* alert = alert_of(id, eye)) return alert->short_id;
  const auto known = MessageId::from(as_bytes(id));
  return known ? "A-" + short_id(*known, 3) : tr("an unknown alert");
}

Json clear_json(const wire::AllClear& clear, const ChannelEye& eye) {
  return {{"kind", clear_name(clear.kind())},
          {"text", wording_text(clear.wordings(), eye.languages)},
          {"texts", texts_json(clear.wordings())}};
}

std::string alert_text(const AlertView& view, const ChannelEye& eye) {
  const wire::Alert& alert = view.message.body.alert();
  return std::string(tr(urgency_name(alert.urgency()))) + ": " + short_alert(view, eye) +
         answers_text(alert, eye.now) + basis_text(view, eye);
}

std::string clear_text(const wire::AllClear& clear, const ChannelEye& eye) {
  std::string text = what_is_clear(clear.kind());
  const std::string words = wording_text(clear.wordings(), eye.languages);
  if (!words.empty()) text += ": " + words;
  return text;
}

std::string clear_beside_its_alert(const wire::AllClear& clear, const ChannelEye& eye) {
  const AlertView* const alert = alert_of(clear.alert(), eye);
  const std::string text = clear_text(clear, eye);
  return alert ? say(tr("{0} · it was: {1}"), text, short_alert(*alert, eye)) : text;
}

std::string recall_text(const wire::Recall& recall, const ChannelEye& eye) {
  const AlertView* const alert = alert_of(recall.alert(), eye);
  if (!eye.is_group() && (!alert || alert->is_over() || alert->my_answer())) return "";
  if (!alert) return tr("asks again");
  return say(tr("asks again: {}"), short_alert(*alert, eye)) +
         answers_text(alert->message.body.alert(), eye.now);
}

std::string standing_text(const AlertView& view, const ChannelEye& eye) {
  if (view.message.standing == MessageView::Standing::queued) return tr("queued here");
  if (view.clear) return clear_text(*view.clear, eye);
  if (!view.asks_for_answers()) return tr("open");
  if (eye.is_group()) {
    return say(tr("{0} of {1} answered"), view.answers.size(), eye.channel.people);
  }
  const AnswerView* const mine = view.my_answer();
  if (!mine) return tr("open, you have not answered");
  const bool queued = mine->standing == MessageView::Standing::queued;
  return say(queued ? tr("you answered: {} (queued here)") : tr("you answered: {}"),
             one_line(mine->answer));
}

Json alert_json(const AlertView& view, const ChannelEye& eye) {
  const wire::Alert& alert = view.message.body.alert();
  Json fields{{"alert", view.short_id},
              {"id", hex_encode(view.id.view())},
              {"channel", eye.channel.name},
              {"standing", standing_name(view.message.standing)},
              {"sent", rfc3339(view.message.sent)},
              {"received", rfc3339(view.message.received)},
              {"urgency", urgency_name(alert.urgency())},
              {"text", wording_text(alert.wordings(), eye.languages)},
              {"texts", texts_json(alert.wordings())},
              {"answers", std::vector<std::string>(alert.answers().begin(), alert.answers().end())},
              {"calls", view.calls}};
  if (alert.deadline_minute() != 0) {
    fields["deadline"] = rfc3339(from_minute(alert.deadline_minute()));
  }
  if (view.clear) fields["clear"] = clear_json(*view.clear, eye);
  if (const AnswerView* mine = view.my_answer()) fields["my_answer"] = mine->answer;
  if (eye.is_group()) add_group_fields(fields, view, eye);
  return fields;
}

Json count_json(const AlertView& alert, const AlertCount& count, const ChannelEye& eye,
                Missing missing) {
  Json answers = Json::array();
  for (const AlertCount::Answer& answer : count.answers) {
    answers.push_back(
        {{"answer", answer.answer}, {"count", answer.names.size()}, {"names", answer.names}});
  }
  Json fields{{"alert", alert.short_id},
              {"channel", eye.channel.name},
              {"answers", std::move(answers)},
              {"silent", count.silent.size()},
              {"others", count.others},
              {"calls", alert.calls},
              {"waits_for_list", eye.channel.waits_for_list}};
  if (missing == Missing::named) fields["missing"] = count.silent;
  return fields;
}

}  // namespace porchlight::client
