#include "client/cli/watch_model.hpp"

#include <algorithm>
#include <array>

#include "client/cli/photos.hpp"
#include "client/cli/sighting_bodies.hpp"
#include "client/cli/time_text.hpp"
#include "client/cli/watch_rows.hpp"
#include "client/core/waiting.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Kind = ItemId::Kind;
using Tone = Output::Tone;
using Standing = SightingView::Standing;

/// For so long what this member has dismissed stays, so that it can be taken back.
constexpr auto undo_span = std::chrono::minutes(10);

/// Something said about it here that has not left.
bool has_unsent(const WatchFacts::Group& group, const SightingView& sighting) {
  return std::any_of(group.messages.begin(), group.messages.end(), [&](const MessageView& each) {
    const bool about = each.body.kind_case() == wire::Body::kVerification &&
                       each.body.verification().sighting() == sighting.id.str();
    return is_queued(each) && (about || each.id == sighting.id);
  });
}

/// This member's own claim is told apart from everybody else's.
std::string claim_text(const SightingView& sighting, TimePoint now) {
  const StandingClaim& claim = *sighting.claim;
  const std::string who = one_line(sighting.claimed_by.value_or(""));
  if (is_overdue(sighting, now)) {
    return claim.mine ? tr("YOU are OVERDUE") : say(tr("OVERDUE, {}"), who);
  }
  const auto eta = std::chrono::minutes(sighting.eta_minutes.value_or(0));
  if (eta.count() == 0) {
    const std::string since = age_text(claim.sent, now);
    return claim.mine ? say(tr("you have it, {}"), since) : say(tr("{0} has it, {1}"), who, since);
  }
  const TimePoint due = claim.sent + eta;
  if (due < now) {
    const std::string late = age_text(due, now);
    return claim.mine ? say(tr("you are {} LATE"), late) : say(tr("{0}, {1} LATE"), who, late);
  }
  // The minutes that have begun count.
  const std::string left = age_text(now, due + std::chrono::seconds(59));
  return claim.mine ? say(tr("you, there in {}"), left) : say(tr("{0}, there in {1}"), who, left);
}

void set_standing(WatchRow& row, const WatchFacts::Group& group, const SightingView& sighting,
                  TimePoint now) {
  if (sighting.standing == Standing::confirmed) {
    row.mark = '+';
    row.tone = Tone::good;
    row.standing = say(tr("confirmed, {}"), one_line(sighting.outcome_by.value_or("")));
  } else if (sighting.standing == Standing::claimed) {
    const bool overdue = is_overdue(sighting, now);
    row.mark = overdue ? '!' : '@';
    row.tone = overdue ? Tone::bad : Tone::plain;
    row.standing = claim_text(sighting, now);
  } else if (sighting.standing == Standing::dismissed) {
    row.mark = '-';
    row.standing = tr("dismissed by you");
  } else {
    const bool waits = is_waiting(sighting, now);
    row.mark = '!';
    row.tone = waits ? Tone::bad : Tone::warning;
    row.standing = waits ? tr("WAITING, nobody yet") : tr("OPEN, nobody yet");
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

/// In which order they stand: at the top what this member has said to do, then what there is to do.
enum class Rank : std::uint8_t { own, open, overdue, claimed, confirmed, undoable };
constexpr std::size_t ranks = 6;

/// None where it is not shown any more.
std::optional<Rank> rank_of(const WatchFacts::Group& group, const SightingView& sighting,
                            TimePoint now) {
  switch (sighting.standing) {
    case Standing::open:
      return Rank::open;
    case Standing::claimed:
      if (sighting.claim->mine) return Rank::own;
      return is_overdue(sighting, now) ? Rank::overdue : Rank::claimed;
    case Standing::confirmed:
      return Rank::confirmed;
    case Standing::closed:
      return std::nullopt;
    case Standing::dismissed:
      break;
  }
  const MessageView* const mine = own_outcome(group.messages, group.board, sighting);
  if (mine == nullptr || mine->sent + undo_span < now) return std::nullopt;
  return Rank::undoable;
}

WatchSection sighting_rows(const WatchFacts& facts) {
  WatchSection section{Kind::sighting, tr("SIGHTINGS"), tr("No open sightings."), {}};
  std::array<std::vector<std::pair<TimePoint, WatchRow>>, ranks> ranked;
  std::size_t overdue = 0;
  for (const auto& group : facts.groups) {
    for (const SightingView& sighting : group.board.sightings) {
      const auto rank = rank_of(group, sighting, facts.now);
      if (!rank) continue;
      if (is_overdue(sighting, facts.now)) ++overdue;
      WatchRow row{{Kind::sighting, sighting.id.str(), group.view.id}};
      row.name = sighting.short_id;
      row.age = age_text(sighting.report.sent, facts.now);
      row.text = gist_of(sighting.report.body.sighting());
      if (!sighting.photos.empty()) row.text += " · " + photos_text(sighting);
      if (facts.groups.size() > 1) row.text = with_place(group.view.name, row.text);
      set_standing(row, group, sighting, facts.now);
      ranked[static_cast<std::size_t>(*rank)].emplace_back(sighting.report.sent, std::move(row));
    }
  }
  for (auto& rows : ranked) {
    std::stable_sort(rows.begin(), rows.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [sent, row] : rows) section.rows.push_back(std::move(row));
  }
  if (!section.rows.empty()) {
    const auto count = [&](Rank rank) { return ranked[static_cast<std::size_t>(rank)].size(); };
    // A claim of one's own may be overdue as well.
    const std::size_t claimed =
        count(Rank::own) + count(Rank::overdue) + count(Rank::claimed) - overdue;
    section.title = say(tr("SIGHTINGS  {0} nobody has, {1} overdue, {2} claimed, {3} confirmed"),
                        count(Rank::open), overdue, claimed, count(Rank::confirmed));
  }
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
  model.calling = calling_text(facts);
  for (auto* const make : {sighting_rows, roll_call_rows, alert_rows, request_rows, shift_rows,
                           warning_rows, message_rows}) {
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
    for (const auto& call : group.calls) {
      const std::string id = call.found.call.id.str();
      if (!call.found.call.message.mine) all.push_back({Kind::roll_call, id, group.view.id});
      for (const RollCallAnswerView& answer : call.found.call.answers) {
        if (answer.mine || answer.kind == wire::ROLL_CALL_OK) continue;
        const char kind = static_cast<char>(answer.kind);
        all.push_back({Kind::roll_call, id + answer.who.str() + kind, group.view.id});
      }
    }
  }
  for (const auto& channel : facts.channels) {
    for (const AlertView& alert : channel.eye.alerts.alerts) {
      if (alert.message.mine) continue;
      all.push_back({Kind::alert, alert.id.str(), channel.eye.channel.id});
    }
  }
  for (const RequestView& request : facts.requests) {
    all.push_back({Kind::request, request.id, {}});
  }
  return all;
}

std::string claims_lost(const WatchFacts& before, const WatchFacts& now) {
  std::string told;
  for (const auto& group : before.groups) {
    for (const SightingView& had : group.board.sightings) {
      if (had.standing != Standing::claimed || !had.claim->mine) continue;
      for (const auto& after : now.groups) {
        const SightingView* const has = after.board.find_id(had.id);
        const bool lost = after.view.id == group.view.id && has != nullptr &&
                          has->standing == Standing::claimed && !has->claim->mine;
        if (!lost) continue;
        const std::string who = one_line(has->claimed_by.value_or(""));
        told += (told.empty() ? "" : " ") +
                say(tr("{0} is NOT yours: {1} has it. Leave it to them."), has->short_id, who);
      }
    }
  }
  return told;
}

}  // namespace porchlight::client
