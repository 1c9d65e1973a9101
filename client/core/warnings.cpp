#include "client/core/warnings.hpp"

#include "client/core/state.pb.h"

namespace porchlight::client {

constexpr std::size_t of_one_kind_max = 32;
constexpr auto kinds_count = static_cast<std::uint32_t>(WarningView::Kind::account_lost) + 1;

bool Warnings::load(const Record& record) {
  state::Warning message;
  if (!parse(message, record.value.reveal()) || message.kind() >= kinds_count) return false;
  const WarningView view{static_cast<Kind>(message.kind()),
                         from_minute(message.first_seen_minute()), message.text()};
  warnings_.emplace(key(view.kind, view.text), view);
  return true;
}

void Warnings::add(Kind kind, std::string text, TimePoint now) {
  Bytes place = key(kind, text);
  if (warnings_.contains(place)) return;
  make_room(kind);
  state::Warning message;
  message.set_kind(static_cast<std::uint32_t>(kind));
  message.set_text(text);
  message.set_first_seen_minute(wire::unix_minute(now));
  journal_.put(Table::warnings, place, message);
  journal_.tell({Notice::Kind::warning, {}, {}, text});
  warnings_.emplace(std::move(place), WarningView{kind, to_the_minute(now), std::move(text)});
}

void Warnings::replace(Kind kind, std::string text, TimePoint now) {
  if (!warnings_.contains(key(kind, text))) remove(kind);
  add(kind, std::move(text), now);
}

void Warnings::replace_all(Kind kind, const std::vector<std::string>& texts, TimePoint now) {
  std::erase_if(warnings_, [&](const auto& entry) {
    const auto& [place, view] = entry;
    if (view.kind != kind || std::find(texts.begin(), texts.end(), view.text) != texts.end()) {
      return false;
    }
    journal_.erase(Table::warnings, place);
    return true;
  });
  for (const std::string& text : texts) add(kind, text, now);
}

void Warnings::remove(Kind kind) { replace_all(kind, {}, TimePoint{}); }

std::vector<WarningView> Warnings::list() const {
  std::vector<WarningView> views;
  for (const auto& [place, view] : warnings_) views.push_back(view);
  std::stable_sort(views.begin(), views.end(), [](const WarningView& a, const WarningView& b) {
    return a.first_seen < b.first_seen;
  });
  return views;
}

/// Each kind has its own room: who can cause many of one kind drowns none of the others.
void Warnings::make_room(Kind kind) {
  auto oldest = warnings_.end();
  std::size_t count = 0;
  for (auto entry = warnings_.begin(); entry != warnings_.end(); ++entry) {
    if (entry->second.kind != kind) continue;
    ++count;
    if (oldest == warnings_.end() || entry->second.first_seen < oldest->second.first_seen) {
      oldest = entry;
    }
  }
  if (count < of_one_kind_max) return;
  journal_.erase(Table::warnings, oldest->first);
  warnings_.erase(oldest);
}

Bytes Warnings::key(Kind kind, const std::string& text) {
  return to_bytes(hash_digest("warning", {static_cast<std::uint32_t>(kind), text}).view());
}

}  // namespace porchlight::client
