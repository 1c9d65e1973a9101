#include "client/cli/watch_rows.hpp"

#include <algorithm>

#include "client/cli/people.hpp"
#include "client/cli/show.hpp"
#include "client/cli/show_channel.hpp"
#include "client/cli/show_roll_call.hpp"
#include "client/cli/show_shift.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Kind = ItemId::Kind;
using Tone = Output::Tone;

/// More than these nobody reads on a board.
constexpr std::size_t messages_max = 100;
constexpr auto shift_ahead = std::chrono::hours(12);
constexpr auto shift_after = std::chrono::hours(1);

void add(std::string& text, const std::string& more, const char* between) {
  if (!more.empty()) text += (text.empty() ? "" : between) + more;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) add(text, one_line(name), ", ");
  return text;
}

// ---- roll calls -----------------------------------------------------------------------------

bool waits_for_me(const WatchFacts::Group::Call& call) {
  return call.found.call.my_answer() == nullptr && asks_me(call.found);
}

/// Who gave an answer that is not all right, with the names: they come before everything else.
std::string alarm_text(const RollCallCount& count) {
  std::string text;
  for (const auto kind : {wire::ROLL_CALL_URGENT, wire::ROLL_CALL_NEED_HELP}) {
    std::vector<std::string> names;
    for (const auto* list : {&count.answers, &count.others}) {
      for (const RollCallAnswerView& answer : *list) {
        if (answer.kind == kind) names.push_back(answer.name);
      }
    }
    if (!names.empty()) add(text, say(tr("{0}: {1}"), answer_text(kind), joined(names)), " · ");
  }
  return text;
}

/// The call itself, or this member's answer, has not left yet.
bool has_unsent(const RollCallView& call) {
  const RollCallAnswerView* const mine = call.my_answer();
  return is_queued(call.message) ||
         (mine != nullptr && mine->standing == MessageView::Standing::queued);
}

std::string standing_of(const WatchFacts::Group::Call& call) {
  const RollCallView& view = call.found.call;
  const RollCallAnswerView* const mine = view.my_answer();
  if (is_queued(view.message)) return tr("queued");
  if (waits_for_me(call)) return tr("ASKS YOU");
  if (mine == nullptr) return say(tr("by {}"), one_line(view.message.sender_name));
  return say(has_unsent(view) ? tr("queued: you, {}") : tr("you: {}"), answer_text(mine->kind));
}

WatchRow row_of(const WatchFacts::Group::Call& call, const WatchFacts& facts) {
  const RollCallView& view = call.found.call;
  const RollCallCount& count = call.count;
  const std::string alarm = alarm_text(count);
  WatchRow row{{Kind::roll_call, view.id.str(), call.found.group.id}};
  row.mark = has_unsent(view) ? '^' : waits_for_me(call) || !alarm.empty() ? '!' : '*';
  row.tone = !alarm.empty() ? Tone::bad : waits_for_me(call) ? Tone::warning : Tone::plain;
  row.name = view.short_id;
  row.age = age_text(view.message.sent, facts.now);
  row.standing = standing_of(call);
  row.text = alarm;
  add(row.text, one_line(view.message.body.roll_call().text()), " · ");
  if (const auto minute = view.message.body.roll_call().deadline_minute(); minute != 0) {
    const TimePoint until{std::chrono::minutes(minute)};
    add(row.text, say(tr("answer by {}"), short_time(until, facts.now)), " · ");
  }
  if (facts.groups.size() > 1) row.text = with_place(call.found.group.name, row.text);
  for (const auto kind : {wire::ROLL_CALL_OK, wire::ROLL_CALL_NEED_HELP, wire::ROLL_CALL_URGENT}) {
    const std::size_t people = count.count(kind);
    if (people > 0) row.shares.push_back({answer_text(kind), people});
  }
  row.shares.push_back({tr("silent"), count.silent.size()});
  row.names = joined(count.silent);
  return row;
}

// ---- shifts ---------------------------------------------------------------------------------

/// "14:30", whatever day it is.
std::string clock_text(TimePoint when) { return short_time(when, when); }

std::string people_text(const ShiftView& shift, TimePoint now) {
  const auto late = missing(shift, now);
  std::string text;
  for (const ShiftPerson& person : shift.places) {
    const std::string name = person.mine ? std::string(tr("YOU")) : one_line(person.name);
    const bool is_late = std::find(late.begin(), late.end(), &person) != late.end();
    const char* const sentence = person.checked_out  ? tr("{} out")
                                 : person.checked_in ? tr("{} in")
                                 : is_late           ? tr("{} NOT IN")
                                                     : "{}";
    add(text, say(sentence, name), ", ");
  }
  return text;
}

WatchRow row_of(const GroupView& group, const ShiftView& shift, TimePoint now) {
  WatchRow row{{Kind::shift, shift.id.str(), group.id}};
  const std::size_t late = missing(shift, now).size();
  const auto is_there = [](const ShiftPerson& person) {
    return person.checked_in && !person.checked_out;
  };
  const auto there =
      static_cast<std::size_t>(std::count_if(shift.places.begin(), shift.places.end(), is_there));
  const ShiftPerson* const mine = shift.mine();
  row.mark = late > 0 ? '!' : there > 0 ? '+' : ' ';
  row.tone = late > 0 ? Tone::bad : is_understaffed(shift) ? Tone::warning : Tone::plain;
  if (is_queued(shift.plan) || (mine && mine->standing == MessageView::Standing::queued)) {
    row.mark = '^';
  }
  row.name = shift.short_id;
  row.age = clock_text(shift.start());
  const std::size_t few = shift.shift().min_people();
  if (late > 0) {
    row.standing = say(tr("{} NOT CHECKED IN"), late);
  } else if (now >= shift.end()) {
    row.standing = there > 0 ? say(tr("over, {} not out"), there) : tr("over");
  } else if (is_understaffed(shift)) {
    row.standing = say(tr("needs {} more", "needs {} more", few - shift.places.size()),
                       few - shift.places.size());
  } else {
    row.standing = now < shift.start() ? say(tr("in {}"), age_text(now, shift.start()))
                                       : say(tr("{0} of {1} in"), there, shift.places.size());
  }
  row.text = post_text(shift.shift());
  add(row.text, people_text(shift, now), " · ");
  add(row.text, say(tr("until {}"), clock_text(shift.end())), " · ");
  return row;
}

// ---- what was said --------------------------------------------------------------------------

using Heard = std::pair<TimePoint, WatchRow>;

WatchRow said(const MessageView& message, const GroupId& place, const std::string& name,
              TimePoint now) {
  WatchRow row{{Kind::message, message.id.str(), place}};
  row.mark = is_queued(message) ? '^' : ' ';
  row.name = one_line(name);
  row.age = age_text(message.sent, now);
  row.standing = is_queued(message) ? tr("queued") : "";
  return row;
}

void hear(std::vector<Heard>& heard, const WatchFacts::Group& group, TimePoint now) {
  for (const MessageView& message : group.messages) {
    if (message.body.kind_case() != wire::Body::kText) continue;
    WatchRow row = said(message, group.view.id, group.view.name, now);
    row.text =
        say(tr("{0}: {1}"), one_line(message.sender_name), one_line(message.body.text().text()));
    heard.emplace_back(message.sent, std::move(row));
  }
}

void hear(std::vector<Heard>& heard, const WatchFacts::Channel& channel, TimePoint now) {
  for (const MessageView& message : channel.messages) {
    const auto kind = message.body.kind_case();
    if (kind != wire::Body::kText && kind != wire::Body::kAllClear) continue;
    WatchRow row = said(message, channel.eye.channel.id, channel.eye.channel.name, now);
    const std::string who = speaker(message, channel.eye);
    const std::string what = kind == wire::Body::kText
                                 ? one_line(message.body.text().text())
                                 : clear_beside_its_alert(message.body.all_clear(), channel.eye);
    row.text = who.empty() ? what : say(tr("{0}: {1}"), who, what);
    if (is_alarming(message.voice)) row.tone = Tone::bad;
    heard.emplace_back(message.sent, std::move(row));
  }
}

}  // namespace

bool is_queued(const MessageView& message) {
  return message.standing == MessageView::Standing::queued;
}

std::string with_place(const std::string& place, const std::string& text) {
  return say(tr("[{0}] {1}"), one_line(place), text);
}

const WatchFacts::Group::Call* call_for_me(const WatchFacts& facts) {
  const WatchFacts::Group::Call* first = nullptr;
  for (const auto& group : facts.groups) {
    for (const auto& call : group.calls) {
      const bool older =
          first == nullptr || call.found.call.message.sent < first->found.call.message.sent;
      if (waits_for_me(call) && older) first = &call;
    }
  }
  return first;
}

const WatchFacts::Group::Call* last_answered(const WatchFacts& facts) {
  const WatchFacts::Group::Call* last = nullptr;
  for (const auto& group : facts.groups) {
    for (const auto& call : group.calls) {
      if (call.found.call.my_answer() == nullptr) continue;
      const bool newer =
          last == nullptr || call.found.call.message.sent >= last->found.call.message.sent;
      if (newer) last = &call;
    }
  }
  return last;
}

std::string calling_text(const WatchFacts& facts) {
  const auto* const call = call_for_me(facts);
  if (call == nullptr) return "";
  return say(tr("{0} asks YOU ({1}): press 1 all right, 2 NEED HELP, 3 URGENT"),
             one_line(call->found.call.message.sender_name), call->found.call.short_id);
}

WatchSection roll_call_rows(const WatchFacts& facts) {
  WatchSection section{Kind::roll_call, "", "", {}};
  std::vector<const WatchFacts::Group::Call*> calls;
  for (const auto& group : facts.groups) {
    for (const auto& call : group.calls) calls.push_back(&call);
  }
  std::stable_sort(calls.begin(), calls.end(), [](const auto* a, const auto* b) {
    const bool first = waits_for_me(*a);
    if (first != waits_for_me(*b)) return first;
    return a->found.call.message.sent > b->found.call.message.sent;
  });
  for (const auto* call : calls) section.rows.push_back(row_of(*call, facts));
  section.title = say(tr("ROLL CALLS  {} live"), section.rows.size());
  return section;
}

WatchSection alert_rows(const WatchFacts& facts) {
  WatchSection section{Kind::alert, tr("ALERTS"), "", {}};
  for (const auto& channel : facts.channels) {
    for (const AlertView& alert : channel.eye.alerts.alerts) {
      if (alert.is_over()) continue;
      WatchRow row{{Kind::alert, alert.id.str(), channel.eye.channel.id}};
      const bool urgent = alert.message.body.alert().urgency() == wire::URGENCY_NOW;
      row.mark = is_queued(alert.message) ? '^' : urgent ? '!' : '*';
      row.tone = is_alarming(alert.message.voice) ? Tone::bad : Tone::plain;
      row.name = alert.short_id;
      row.age = age_text(alert.message.sent, facts.now);
      row.standing = standing_text(alert, channel.eye);
      row.text = with_place(channel.eye.channel.name, alert_text(alert, channel.eye));
      if (const auto count = channel.counts.find(alert.id); count != channel.counts.end()) {
        for (const auto& answer : count->second.answers) {
          row.shares.push_back({one_line(answer.answer), answer.names.size()});
        }
        // The bar says how many answered.
        if (!is_queued(alert.message)) row.standing = one_line(channel.eye.channel.name);
        row.text = alert_text(alert, channel.eye);
        row.shares.push_back({tr("silent"), count->second.silent.size()});
      }
      section.rows.push_back(std::move(row));
    }
  }
  section.title = say(tr("ALERTS  {} live"), section.rows.size());
  return section;
}

WatchSection request_rows(const WatchFacts& facts) {
  WatchSection section{Kind::request, "", "", {}};
  for (const RequestView& request : facts.requests) {
    WatchRow row{{Kind::request, request.id, {}}};
    row.mark = '?';
    row.tone = Tone::warning;
    row.name = request_name(request.id);
    row.age = age_text(request.received, facts.now);
    row.standing = one_line(request.name);
    const std::string words = words_text(request.words);
    const std::string group = one_line(request.group_name);
    row.text = request.kind == RequestView::Kind::join
                   ? say(tr("{0} · joins \"{1}\" · your invite for {2}"), words, group,
                         one_line(request.invited_as))
                   : say(tr("{0} · catches up with \"{1}\""), words, group);
    section.rows.push_back(std::move(row));
  }
  section.title = say(tr("REQUESTS  {} waiting"), section.rows.size());
  return section;
}

bool is_at_hand(const ShiftView& shift, TimePoint now) {
  return !shift.cancelled && shift.start() <= now + shift_ahead && now < shift.end() + shift_after;
}

WatchSection shift_rows(const WatchFacts& facts) {
  WatchSection section{Kind::shift, "", "", {}};
  std::vector<std::pair<TimePoint, WatchRow>> rows;
  std::size_t late = 0;
  for (const auto& group : facts.groups) {
    for (const ShiftView& shift : group.shifts.shifts) {
      if (!is_at_hand(shift, facts.now)) continue;
      late += missing(shift, facts.now).size();
      rows.emplace_back(shift.start(), row_of(group.view, shift, facts.now));
    }
  }
  // Somebody who is missed is looked for first.
  std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {
    const bool missed = a.second.tone == Tone::bad;
    if (missed != (b.second.tone == Tone::bad)) return missed;
    return a.first < b.first;
  });
  for (auto& [start, row] : rows) section.rows.push_back(std::move(row));
  section.title = say(tr("SHIFTS  {} at hand"), section.rows.size());
  if (late > 0) {
    section.title = say(tr("SHIFTS  {0} at hand, {1} person NOT CHECKED IN",
                           "SHIFTS  {0} at hand, {1} people NOT CHECKED IN", late),
                        section.rows.size(), late);
  }
  return section;
}

WatchSection warning_rows(const WatchFacts& facts) {
  WatchSection section{Kind::warning, "", "", {}};
  for (const WarningView& warning : facts.warnings) {
    WatchRow row{{Kind::warning, warning.id, {}}};
    row.mark = '!';
    row.tone = Tone::bad;
    row.name = warning_name(warning.id);
    row.age = age_text(warning.first_seen, facts.now);
    row.standing = tr("WARNING");
    row.text = one_line(warning.text);
    section.rows.push_back(std::move(row));
  }
  section.title = say(tr("WARNINGS  {}, x dismisses"), section.rows.size());
  return section;
}

WatchSection message_rows(const WatchFacts& facts) {
  std::vector<Heard> heard;
  for (const auto& group : facts.groups) hear(heard, group, facts.now);
  for (const auto& channel : facts.channels) hear(heard, channel, facts.now);
  std::reverse(heard.begin(), heard.end());
  std::stable_sort(heard.begin(), heard.end(),
                   [](const Heard& a, const Heard& b) { return a.first > b.first; });
  if (heard.size() > messages_max) heard.resize(messages_max);
  WatchSection section{Kind::message, tr("MESSAGES  newest first"), "", {}};
  for (Heard& each : heard) section.rows.push_back(std::move(each.second));
  return section;
}

}  // namespace porchlight::client
