#include "client/core/warnings.hpp"

#include "client/core/short_name.hpp"
#include "client/core/state.pb.h"
#include "proto/base/translate.hpp"

namespace porchlight::client {

constexpr std::size_t of_one_kind_max = 32;
constexpr auto kinds_count = static_cast<std::uint32_t>(WarningView::Kind::keys_run_out) + 1;

bool Warnings::load(const Record& record) {
  state::Warning kept;
  const auto place = Digest::from(record.key);
  if (!place || !parse(kept, record.value.reveal()) || kept.kind() >= kinds_count) return false;
  Entry entry;
  entry.view.kind = static_cast<Kind>(kept.kind());
  entry.view.first_seen = from_minute(kept.first_seen_minute());
  entry.view.text = kept.text();
  entry.dismissed = kept.dismissed();
  if (!kept.group().empty() && !read(entry.about.emplace(), kept.group())) return false;
  entries_.emplace(*place, std::move(entry));
  return true;
}

void Warnings::add(Kind kind, std::string text, TimePoint now, const About& about) {
  const Digest place = key(kind, text, about);
  const auto known = entries_.find(place);
  if (known != entries_.end() && !known->second.dismissed) return;
  show(place, {{kind, to_the_minute(now), std::move(text), {}}, about});
}

void Warnings::stands(Kind kind, std::string text, TimePoint now, const About& about) {
  if (!entries_.contains(key(kind, text, about))) add(kind, std::move(text), now, about);
}

void Warnings::replace(Kind kind, std::string text, TimePoint now) {
  for (const auto& [place, entry] : entries_) {
    if (entry.view.kind == kind && entry.dismissed) return;
  }
  if (!entries_.contains(key(kind, text, {}))) remove(kind);
  stands(kind, std::move(text), now);
}

void Warnings::replace_all(Kind kind, const GroupId& group, const std::vector<std::string>& texts,
                           TimePoint now) {
  std::set<Digest> places;
  for (const std::string& text : texts) places.insert(key(kind, text, group));
  erase_if([&](const Digest& place, const Entry& entry) {
    return entry.view.kind == kind && entry.about == group && !places.contains(place);
  });
  for (const std::string& text : texts) stands(kind, text, now, group);
}

void Warnings::remove(Kind kind) {
  erase_if([&](const Digest&, const Entry& entry) { return entry.view.kind == kind; });
}

void Warnings::remove(Kind kind, const GroupId& group) { replace_all(kind, group, {}, {}); }

void Warnings::remove_about(const GroupId& group) {
  erase_if([&](const Digest&, const Entry& entry) { return entry.about == group; });
}

Status Warnings::dismiss(std::string_view typed) {
  auto found = entries_.end();
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->second.dismissed || !matches_short_name(entry->first.view(), typed)) continue;
    if (found != entries_.end()) {
      return Error{Errc::usage, say(tr("more than one warning begins with {}; nothing was "
                                       "dismissed. Write more letters of it"),
                                    typed)};
    }
    found = entry;
  }
  if (found == entries_.end()) {
    return Error{
        Errc::not_found,
        say(tr("there is no warning {}: see which there are with porchlight doctor"), typed)};
  }
  // It names people, and is of no more use.
  found->second.view.text.clear();
  found->second.dismissed = true;
  save(found->first, found->second);
  return Ok{};
}

std::vector<WarningView> Warnings::list() const {
  std::vector<Digest> shown;
  for (const auto& [place, entry] : entries_) {
    if (!entry.dismissed) shown.push_back(place);
  }
  const std::size_t length = unique_length<Digest>(shown);
  std::vector<WarningView> views;
  for (const Digest& place : shown) {
    views.push_back(entries_.at(place).view);
    views.back().id = short_name(place.view(), length);
  }
  std::stable_sort(views.begin(), views.end(), [](const WarningView& a, const WarningView& b) {
    return a.first_seen < b.first_seen;
  });
  return views;
}

template <class Predicate>
void Warnings::erase_if(Predicate predicate) {
  std::erase_if(entries_, [&](const auto& entry) {
    if (!predicate(entry.first, entry.second)) return false;
    journal_.erase(Table::warnings, to_bytes(entry.first.view()));
    return true;
  });
}

void Warnings::show(const Digest& place, Entry entry) {
  entries_.erase(place);
  make_room(entry.view.kind);
  save(place, entry);
  journal_.tell({Notice::Kind::warning, {}, {}, entry.view.text});
  entries_.emplace(place, std::move(entry));
}

void Warnings::save(const Digest& place, const Entry& entry) {
  state::Warning kept;
  kept.set_kind(static_cast<std::uint32_t>(entry.view.kind));
  kept.set_text(entry.view.text);
  kept.set_first_seen_minute(wire::unix_minute(entry.view.first_seen));
  if (entry.about) kept.set_group(entry.about->str());
  kept.set_dismissed(entry.dismissed);
  journal_.put(Table::warnings, to_bytes(place.view()), kept);
}

/// Each kind has its own room: who can cause many of one kind drowns none of the others. What was
/// dismissed goes first.
void Warnings::make_room(Kind kind) {
  auto least = entries_.end();
  std::size_t count = 0;
  const auto rank = [](const Entry& entry) {
    return std::pair(!entry.dismissed, entry.view.first_seen);
  };
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    if (entry->second.view.kind != kind) continue;
    ++count;
    if (least == entries_.end() || rank(entry->second) < rank(least->second)) least = entry;
  }
  if (count < of_one_kind_max) return;
  journal_.erase(Table::warnings, to_bytes(least->first.view()));
  entries_.erase(least);
}

Digest Warnings::key(Kind kind, const std::string& text, const About& about) {
  const auto number = static_cast<std::uint32_t>(kind);
  if (!about) return hash_digest("warning", {number, text});
  return hash_digest("warning", {number, text, about->view()});
}

}  // namespace porchlight::client
