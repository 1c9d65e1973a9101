#include "client/core/ending.hpp"

#include "client/core/attachments.hpp"
#include "client/core/board.hpp"

namespace porchlight::client {
namespace {

/// Without the names, which no count needs.
Board board_of(const Messages& messages, const GroupId& group) {
  std::vector<MessageView> views;
  for (const StoredMessage* message : messages.list(group)) {
    const wire::Body& body = message->body;
    if (!body.has_sighting() && !body.has_verification() && !body.has_retraction()) continue;
    MessageView& view = views.emplace_back();
    view.id = message->id;
    view.sender = message->sender;
    view.body = body;
  }
  return make_board(views);
}

/// In the week in which it was said, as everybody counts it. None where it counts nowhere.
std::optional<CountCell> cell_of(const SightingView& sighting, TimePoint ends) {
  const auto outcome = sighting.outcome ? sighting.outcome->kind() : wire::OUTCOME_NONE;
  if (outcome == wire::OUTCOME_DUPLICATE || sighting.taken_back) return std::nullopt;
  const wire::Body& body = sighting.report.body;
  const TimePoint said = ends - std::chrono::hours(body.lifetime_hours());
  return CountCell{wire::token_week(said), body.sighting().area(), outcome};
}

/// Calls `counts` with each sighting that counts, and its cell.
template <class Count>
void count(const Messages& messages, const GroupId& group, Count counts) {
  for (const SightingView& sighting : board_of(messages, group).sightings) {
    const StoredMessage* held = messages.find(group, sighting.report.sender, sighting.id);
    const auto cell = held != nullptr ? cell_of(sighting, held->ends) : std::nullopt;
    if (cell) counts(*held, *cell);
  }
}

/// A notice goes at its end although it is queued yet, with the frame that was made of it.
void erase_queued_notices(Holdings& holdings, const GroupId& group, TimePoint now) {
  std::vector<MessageId> ended;
  for (const StoredMessage* message : holdings.messages.queued(group)) {
    if (message->body.has_detention_notice() && message->ends <= now) ended.push_back(message->id);
  }
  for (const MessageId& id : ended) {
    holdings.outbox.erase_if([&](const OutboxEntry& entry) {
      return entry.purpose == OutboxPurpose::frame && entry.group == group && entry.message == id;
    });
    holdings.messages.erase(group, holdings.me.id(), id);
  }
}

}  // namespace

void erase_ended(Holdings& holdings, TimePoint now) {
  Messages& messages = holdings.messages;
  for (const auto& [id, group] : holdings.groups) {
    erase_queued_notices(holdings, id, now);
    const auto ending = messages.ending(id, now);
    std::vector<std::pair<VerifyKey, MessageId>> sightings;
    for (const StoredMessage* message : ending) {
      if (message->body.has_sighting()) sightings.emplace_back(message->sender, message->id);
    }
    if (sightings.empty()) continue;
    count(messages, id, [&, &of = id](const StoredMessage& held, const CountCell& cell) {
      if (held.has_ended(now)) holdings.tallies.add(of, cell);
    });
    for (const auto& [author, sighting] : sightings) {
      forget_attachments(holdings, id, author, sighting);
    }
  }
  messages.expire(now);
  const std::uint32_t week = wire::token_week(now);
  holdings.tallies.forget_before(week < tally_weeks ? 0 : week - tally_weeks + 1);
}

Counts count_sightings(const Holdings& holdings, const GroupId& group) {
  Counts counts = holdings.tallies.counts(group);
  count(holdings.messages, group,
        [&](const StoredMessage&, const CountCell& cell) { ++counts[cell]; });
  return counts;
}

}  // namespace porchlight::client
