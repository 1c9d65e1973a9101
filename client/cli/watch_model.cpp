#include "client/cli/watch_model.hpp"

#include <algorithm>

#include "client/cli/people.hpp"
#include "client/cli/show.hpp"
#include "client/cli/show_channel.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Kind = ItemId::Kind;
using Tone = Output::Tone;
using Standing = SightingView::Standing;

/// From then on somebody has to be found for it.
constexpr auto long_wait = std::chrono::minutes(3);
/// More than these nobody reads on a board.
constexpr std::size_t messages_max = 100;

bool is_queued(const MessageView& message) {
  return message.standing == MessageView::Standing::queued;
}

/// Something said about it here that has not left.
bool has_unsent(const WatchFacts::Group& group, const SightingView& sighting) {
  return std::any_of(group.messages.begin(), group.messages.end(), [&](const MessageView& each) {
    const bool about = each.body.kind_case() == wire::Body::kVerification &&
                       each.body.verification().sighting() == sighting.id.str();
    return is_queued(each) && (about || each.id == sighting.id);
  });
}

/// When whoever has it said so.
TimePoint claimed_at(const WatchFacts::Group& group, const SightingView& sighting) {
  for (const MessageView& each : group.messages) {
    const bool claims = each.body.kind_case() == wire::Body::kVerification &&
                        each.body.verification().has_claim() &&
                        each.body.verification().sighting() == sighting.id.str();
    if (claims && each.sender_name == sighting.claimed_by) return each.sent;
  }
  return sighting.report.sent;
}

std::string claim_text(const WatchFacts::Group& group, const SightingView& sighting,
                       TimePoint now) {
  const std::string who = one_line(sighting.claimed_by.value_or(""));
  const TimePoint since = claimed_at(group, sighting);
  const auto eta = std::chrono::minutes(sighting.eta_minutes.value_or(0));
  if (eta.count() == 0) return say(tr("{0} has it, {1}"), who, age_text(since, now));
  const TimePoint due = since + eta;
  if (due < now) return say(tr("{0}, {1} LATE"), who, age_text(due, now));
  // The minutes that have begun count.
  return say(tr("{0}, there in {1}"), who, age_text(now, due + std::chrono::seconds(59)));
}

void set_standing(WatchRow& row, const WatchFacts::Group& group, const SightingView& sighting,
                  TimePoint now) {
  if (sighting.standing == Standing::confirmed) {
    row.mark = '+';
    row.tone = Tone::good;
    row.standing = say(tr("confirmed, {}"), one_line(sighting.outcome_by.value_or("")));
  } else if (sighting.standing == Standing::claimed) {
    row.mark = '@';
    row.standing = claim_text(group, sighting, now);
  } else {
    const bool long_ago = now - sighting.report.sent >= long_wait;
    row.mark = '!';
    row.tone = long_ago ? Tone::bad : Tone::warning;
    row.standing = long_ago ? tr("WAITING, nobody yet") : tr("OPEN, nobody yet");
  }
  if (!has_unsent(group, sighting)) return;
  row.mark = '^';
  row.standing = say(tr("queued: {}"), row.standing);
}

/// Where comes first: it is what tells them apart.
std::string gist_of(const wire::Sighting& sighting) {
  std::string text;
  for (const std::string* field : {&sighting.location(), &sighting.activity(), &sighting.size(),
                                   &sighting.uniform(), &sighting.equipment()}) {
    if (!field->empty()) text += (text.empty() ? "" : " · ") + one_line(*field);
  }
  return text;
}

std::string with_place(const std::string& place, const std::string& text) {
  return say(tr("[{0}] {1}"), one_line(place), text);
}

WatchSection sightings_of(const WatchFacts& facts) {
  WatchSection section{Kind::sighting, tr("SIGHTINGS"), tr("No open sightings."), {}};
  std::size_t counts[3] = {0, 0, 0};
  for (const Standing wanted : {Standing::open, Standing::claimed, Standing::confirmed}) {
    std::vector<std::pair<TimePoint, WatchRow>> rows;
    for (const auto& group : facts.groups) {
      for (const SightingView& sighting : group.board.sightings) {
        if (sighting.standing != wanted) continue;
        WatchRow row{{Kind::sighting, sighting.id.str(), group.view.id}};
        row.name = sighting.short_id;
        row.age = age_text(sighting.report.sent, facts.now);
        row.text = gist_of(sighting.report.body.sighting());
        if (facts.groups.size() > 1) row.text = with_place(group.view.name, row.text);
        set_standing(row, group, sighting, facts.now);
        rows.emplace_back(sighting.report.sent, std::move(row));
      }
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    counts[static_cast<std::size_t>(wanted)] = rows.size();
    for (auto& [sent, row] : rows) section.rows.push_back(std::move(row));
  }
  if (!section.rows.empty()) {
    section.title = say(tr("SIGHTINGS  {0} nobody has, {1} claimed, {2} confirmed"), counts[0],
                        counts[1], counts[2]);
  }
  return section;
}

WatchSection alerts_of(const WatchFacts& facts) {
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

WatchSection requests_of(const WatchFacts& facts) {
  WatchSection section{Kind::request, "", "", {}};
  for (const RequestView& request : facts.requests) {
    WatchRow row{{Kind::request, request.id, {}}};
    row.mark = '?';
    row.tone = Tone::warning;
    row.name = request_name(request.id);
    row.age = age_text(request.received, facts.now);
    row.standing = one_line(request.name);
    row.text = request.kind == RequestView::Kind::join
                   ? say(tr("asks to join \"{0}\"; the invite was for {1}"),
                         one_line(request.group_name), one_line(request.invited_as))
                   : say(tr("asks to catch up with \"{}\""), one_line(request.group_name));
    section.rows.push_back(std::move(row));
  }
  section.title = say(tr("REQUESTS  {} waiting"), section.rows.size());
  return section;
}

WatchSection warnings_of(const WatchFacts& facts) {
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

/// The newest first: that one is seen however little room there is.
WatchSection messages_of(const WatchFacts& facts) {
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

// ---- the header -----------------------------------------------------------------------------

WatchNote relay_note(const RelayState& relay, TimePoint now) {
  if (!relay.tried) return {Tone::plain, tr("connecting..."), tr("connecting")};
  const std::string since = short_time(relay.since, now);
  if (relay.up) {
    return {Tone::good, say(tr("relay ok since {}"), since), say(tr("ok {}"), since)};
  }
  const std::string synced = relay.last_synced ? short_time(*relay.last_synced, now) : tr("never");
  return {Tone::bad, say(tr("NO RELAY since {0}, last sync {1}"), since, synced),
          say(tr("NO RELAY {}"), since)};
}

std::vector<WatchNote> header_of(const WatchFacts& facts) {
  const auto loud = [](std::size_t count, Tone tone) { return count > 0 ? tone : Tone::plain; };
  const std::size_t warnings = facts.warnings.size();
  std::vector<WatchNote> notes;
  notes.push_back(
      {Tone::plain, short_time(facts.now, facts.now), short_time(facts.now, facts.now)});
  notes.push_back(relay_note(facts.relay, facts.now));
  notes.push_back({loud(facts.queued, Tone::warning), say(tr("outbox {}"), facts.queued),
                   say(tr("out {}"), facts.queued)});
  notes.push_back(
      {loud(warnings, Tone::bad), say(tr("warnings {}"), warnings), say(tr("warn {}"), warnings)});
  return notes;
}

}  // namespace

std::string age_text(TimePoint from, TimePoint now) {
  const auto minutes =
      std::max(std::chrono::floor<std::chrono::minutes>(now - from), std::chrono::minutes(0));
  const auto count = minutes.count();
  if (count < 60) return say(tr("{}m"), count);
  if (count < 24 * 60) return say(tr("{0}h{1:02}"), count / 60, count % 60);
  return say(tr("{}d"), count / (24 * 60));
}

const WatchRow* WatchModel::find(const ItemId& id) const {
  for (const WatchSection& section : sections) {
    for (const WatchRow& row : section.rows) {
      if (row.id == id) return &row;
    }
  }
  return nullptr;
}

std::vector<ItemId> WatchModel::order() const {
  std::vector<ItemId> all;
  for (const WatchSection& section : sections) {
    for (const WatchRow& row : section.rows) all.push_back(row.id);
  }
  return all;
}

WatchModel make_watch_model(const WatchFacts& facts) {
  WatchModel model;
  model.header = header_of(facts);
  for (auto* const make : {sightings_of, alerts_of, requests_of, warnings_of, messages_of}) {
    WatchSection section = make(facts);
    if (section.rows.empty() && section.nothing.empty()) continue;
    model.sections.push_back(std::move(section));
  }
  return model;
}

std::vector<ItemId> ringing(const WatchFacts& facts) {
  std::vector<ItemId> all;
  for (const auto& group : facts.groups) {
    for (const SightingView& sighting : group.board.sightings) {
      if (sighting.report.mine) continue;
      all.push_back({Kind::sighting, sighting.id.str(), group.view.id});
    }
  }
  for (const auto& channel : facts.channels) {
    for (const AlertView& alert : channel.eye.alerts.alerts) {
      if (alert.message.mine) continue;
      all.push_back({Kind::alert, alert.id.str(), channel.eye.channel.id});
    }
  }
  return all;
}

}  // namespace porchlight::client
