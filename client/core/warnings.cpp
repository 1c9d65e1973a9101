#include "client/core/warnings.hpp"

#include "client/core/state.pb.h"

namespace porchlight::client {

constexpr std::size_t warnings_max = 256;
constexpr auto kinds_count = static_cast<std::uint32_t>(WarningView::Kind::update_needed) + 1;

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
  if (warnings_.size() >= warnings_max || warnings_.contains(place)) return;
  state::Warning message;
  message.set_kind(static_cast<std::uint32_t>(kind));
  message.set_text(text);
  message.set_first_seen_minute(wire::unix_minute(now));
  journal_.put(Table::warnings, place, message);
  journal_.tell({Notice::Kind::warning, {}, {}, text});
  warnings_.emplace(std::move(place), WarningView{kind, to_the_minute(now), std::move(text)});
}

void Warnings::remove(Kind kind) {
  std::erase_if(warnings_, [&](const auto& entry) {
    if (entry.second.kind != kind) return false;
    journal_.erase(Table::warnings, entry.first);
    return true;
  });
}

std::vector<WarningView> Warnings::list() const {
  std::vector<WarningView> views;
  for (const auto& [place, view] : warnings_) views.push_back(view);
  std::stable_sort(views.begin(), views.end(), [](const WarningView& a, const WarningView& b) {
    return a.first_seen < b.first_seen;
  });
  return views;
}

Bytes Warnings::key(Kind kind, const std::string& text) {
  return to_bytes(hash_digest("warning", {static_cast<std::uint32_t>(kind), text}).view());
}

}  // namespace porchlight::client
