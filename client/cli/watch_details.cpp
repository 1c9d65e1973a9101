// All about one row, for whoever presses Enter.
#include "client/cli/people.hpp"
#include "client/cli/show.hpp"
#include "client/cli/show_channel.hpp"
#include "client/cli/show_roll_call.hpp"
#include "client/cli/show_shift.hpp"
#include "client/cli/time_text.hpp"
#include "client/cli/watch_model.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Kind = ItemId::Kind;
using Lines = std::vector<std::string>;

void add_field(Lines& lines, const char* sentence, const std::string& value) {
  if (!value.empty()) lines.push_back(say(sentence, one_line(value)));
}

bool concerns(const MessageView& message, const ItemId& sighting) {
  return message.body.kind_case() == wire::Body::kVerification &&
         message.body.verification().sighting() == sighting.key;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + one_line(name);
  return text;
}

Lines about_sighting(const WatchFacts::Group& group, const SightingView& sighting, const ItemId& id,
                     TimePoint now) {
  const wire::Sighting& report = sighting.report.body.sighting();
  Lines lines{say(tr("{0}  {1}"), sighting.short_id, standing_text(sighting, group.board)), ""};
  add_field(lines, tr("Where      {}"), report.location());
  add_field(lines, tr("Activity   {}"), report.activity());
  add_field(lines, tr("Size       {}"), report.size());
  add_field(lines, tr("Uniform    {}"), report.uniform());
  add_field(lines, tr("Equipment  {}"), report.equipment());
  const TimePoint seen{std::chrono::minutes(report.observed_minute())};
  lines.push_back(say(tr("Seen       {0}, {1} ago"), short_time(seen, now), age_text(seen, now)));
  if (report.first_hand()) lines.push_back(tr("           first hand"));
  if (report.still_there()) lines.push_back(tr("           still there"));
  lines.push_back(say(tr("Reported   {0} by {1} in {2}"), short_time(sighting.report.sent, now),
                      one_line(sighting.report.sender_name), one_line(group.view.name)));
  lines.push_back("");
  for (const MessageView& message : group.messages) {
    if (!concerns(message, id)) continue;
    lines.push_back(message_line(message, group.view.name, group.board, now) +
                    (message.standing == MessageView::Standing::queued ? tr("  (queued)") : ""));
  }
  return lines;
}

Lines about_alert(const WatchFacts::Channel& channel, const AlertView& alert, TimePoint now) {
  Lines lines{say(tr("{0}  {1}"), alert.short_id, standing_text(alert, channel.eye)), ""};
  lines.push_back(alert_text(alert, channel.eye));
  lines.push_back(say(tr("Sent {0} in {1}, called {2} times"), short_time(alert.message.sent, now),
                      one_line(channel.eye.channel.name), alert.calls));
  const std::string who = speaker(alert.message, channel.eye);
  if (!who.empty()) lines.push_back(say(tr("By {}"), who));
  const auto count = channel.counts.find(alert.id);
  if (count == channel.counts.end()) return lines;
  lines.push_back("");
  for (const auto& answer : count->second.answers) {
    lines.push_back(say(tr("{0} {1}: {2}"), one_line(answer.answer), answer.names.size(),
                        joined(answer.names)));
  }
  lines.push_back(
      say(tr("silent {0}: {1}"), count->second.silent.size(), joined(count->second.silent)));
  for (const AnswerView& answer : alert.answers) {
    if (answer.note.empty()) continue;
    lines.push_back(say(tr("{0} writes: {1}"), one_line(answer.name), one_line(answer.note)));
  }
  return lines;
}

Lines about_message(const WatchFacts& facts, const ItemId& id) {
  for (const auto& group : facts.groups) {
    for (const MessageView& message : group.messages) {
      if (group.view.id != id.place || message.id.str() != id.key) continue;
      return {message_line(message, group.view.name, group.board, facts.now)};
    }
  }
  for (const auto& channel : facts.channels) {
    for (const MessageView& message : channel.messages) {
      if (channel.eye.channel.id != id.place || message.id.str() != id.key) continue;
      return {channel_line(message, channel.eye)};
    }
  }
  return {};
}

Lines about_request(const RequestView& request, TimePoint now) {
  Lines lines;
  const std::string id = request_name(request.id);
  const std::string group = one_line(request.group_name);
  const bool joins = request.kind == RequestView::Kind::join;
  lines.push_back(joins ? say(tr("{0}  {1} asks to join \"{2}\", since {3}"), id,
                              one_line(request.name), group, short_time(request.received, now))
                        : say(tr("{0}  {1} asks to catch up with \"{2}\", since {3}"), id,
                              one_line(request.name), group, short_time(request.received, now)));
  lines.push_back("");
  lines.push_back(joins ? say(tr("It came by your invite for {0}, as number {1} of {2}."),
                              one_line(request.invited_as), request.invite_number,
                              request.invite_uses)
                        : tr("Ask in person: whoever has their device could ask as well."));
  lines.push_back(say(tr("Safety words  {}"), words_text(request.words)));
  lines.push_back("");
  lines.push_back(tr("Compare the words, then: f lets them in, d turns them down."));
  return lines;
}

void add_answers(Lines& lines, const std::vector<RollCallAnswerView>& answers, TimePoint now) {
  for (const RollCallAnswerView& answer : answers) {
    const bool queued = answer.standing == MessageView::Standing::queued;
    const std::string when = queued ? std::string(tr("queued here")) : short_time(answer.sent, now);
    lines.push_back(answer.note.empty() ? say(tr("{0}  {1}, {2}"), answer_text(answer.kind),
                                              one_line(answer.name), when)
                                        : say(tr("{0}  {1}, {2}: {3}"), answer_text(answer.kind),
                                              one_line(answer.name), when, one_line(answer.note)));
  }
}

Lines about_call(const WatchFacts::Group::Call& call, TimePoint now) {
  const RollCallView& view = call.found.call;
  const RollCallCount& count = call.count;
  Lines lines{say(tr("{0}  {1}"), view.short_id, roll_call_standing(view, count)), ""};
  lines.push_back(say(tr("Called {0} by {1} in {2}"), short_time(view.message.sent, now),
                      one_line(view.message.sender_name), one_line(call.found.group.name)));
  lines.push_back(roll_call_text(view.message, now));
  lines.push_back("");
  add_answers(lines, count.answers, now);
  lines.push_back(say(tr("silent {0}: {1}"), count.silent.size(), joined(count.silent)));
  add_field(lines, tr("Silent, and not in the group any more: {}"), joined(count.left));
  if (count.others.empty()) return lines;
  lines.push_back(tr("Answered without being asked:"));
  add_answers(lines, count.others, now);
  return lines;
}

}  // namespace

std::vector<std::string> details_of(const WatchFacts& facts, const ItemId& id) {
  if (id.kind == Kind::message) return about_message(facts, id);
  for (const RequestView& request : facts.requests) {
    if (id.kind == Kind::request && request.id == id.key) return about_request(request, facts.now);
  }
  for (const WarningView& warning : facts.warnings) {
    if (id.kind != Kind::warning || warning.id != id.key) continue;
    return {say(tr("{0}  since {1}"), warning_name(warning.id),
                short_time(warning.first_seen, facts.now)),
            "", one_line(warning.text), "", tr("x dismisses it, once you have understood it.")};
  }
  for (const auto& group : facts.groups) {
    if (id.kind != Kind::sighting || group.view.id != id.place) continue;
    for (const SightingView& sighting : group.board.sightings) {
      if (sighting.id.str() == id.key) return about_sighting(group, sighting, id, facts.now);
    }
  }
  for (const auto& group : facts.groups) {
    if (id.kind != Kind::roll_call || group.view.id != id.place) continue;
    for (const auto& call : group.calls) {
      if (call.found.call.id.str() == id.key) return about_call(call, facts.now);
    }
  }
  for (const auto& group : facts.groups) {
    if (id.kind != Kind::shift || group.view.id != id.place) continue;
    for (const ShiftView& shift : group.shifts.shifts) {
      if (shift.id.str() == id.key) return shift_lines({group.view, shift}, facts.now);
    }
  }
  for (const auto& channel : facts.channels) {
    if (id.kind != Kind::alert || channel.eye.channel.id != id.place) continue;
    for (const AlertView& alert : channel.eye.alerts.alerts) {
      if (alert.id.str() == id.key) return about_alert(channel, alert, facts.now);
    }
  }
  return {};
}

}  // namespace porchlight::client
