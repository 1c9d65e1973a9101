#include "client/core/waiting.hpp"

#include <algorithm>

#include "proto/base/limits.hpp"

namespace porchlight::client {
namespace {

/// What is queued here nobody else can claim.
std::optional<TimePoint> waits_from(const SightingView& sighting) {
  if (sighting.standing != SightingView::Standing::open ||
      sighting.report.standing == MessageView::Standing::queued) {
    return std::nullopt;
  }
  return sighting.report.received + limits::unclaimed_patience;
}

}  // namespace

std::optional<TimePoint> overdue_from(const SightingView& sighting) {
  if (sighting.standing != SightingView::Standing::claimed || !sighting.claim) return std::nullopt;
  const auto eta = sighting.eta_minutes ? std::chrono::minutes(*sighting.eta_minutes) : usual_eta;
  return sighting.claim->sent + eta + claim_grace;
}

bool is_overdue(const SightingView& sighting, TimePoint now) {
  const auto from = overdue_from(sighting);
  return from && *from <= now;
}

bool is_waiting(const SightingView& sighting, TimePoint now) {
  const auto from = waits_from(sighting);
  return from && *from <= now;
}

std::vector<const SightingView*> waiting(const Board& board, TimePoint now) {
  std::vector<const SightingView*> found;
  for (const SightingView& sighting : board.sightings) {
    if (is_waiting(sighting, now)) found.push_back(&sighting);
  }
  return found;
}

std::optional<TimePoint> next_waiting(const Board& board, TimePoint now) {
  std::optional<TimePoint> next;
  for (const SightingView& sighting : board.sightings) {
    const auto from = waits_from(sighting);
    if (from && *from > now && (!next || *from < *next)) next = from;
  }
  return next;
}

}  // namespace porchlight::client
