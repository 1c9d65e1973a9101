#include "client/core/roster.hpp"

#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

Error no_member_role() { return {Errc::malformed, "a role that no member of a group has"}; }

}  // namespace

const RosterEntry* Roster::find(const VerifyKey& identity) const {
  for (const RosterEntry& entry : entries_) {
    if (entry.identity() == identity) return &entry;
  }
  return nullptr;
}

std::size_t Roster::position(const VerifyKey& identity) const {
  const RosterEntry* entry = find(identity);
  PORCHLIGHT_ASSERT(entry != nullptr);
  return static_cast<std::size_t>(entry - entries_.data());
}

bool Roster::is_lead(const VerifyKey& identity) const {
  const RosterEntry* entry = find(identity);
  return entry != nullptr && entry->role == wire::ROLE_LEAD;
}

bool Roster::has_lead() const {
  return std::any_of(entries_.begin(), entries_.end(),
                     [](const RosterEntry& entry) { return entry.role == wire::ROLE_LEAD; });
}

std::vector<VerifyKey> Roster::identities() const {
  std::vector<VerifyKey> all;
  for (const RosterEntry& entry : entries_) all.push_back(entry.identity());
  return all;
}

Status Roster::add(JoinRequest request, wire::Role role) {
  if (!is_member_role(role)) return no_member_role();
  if (find(request.identity()) != nullptr) {
    return Error{Errc::conflict, say(tr("{} is in this group already"), request.name)};
  }
  if (entries_.size() >= limits::group_members_max) {
    return Error{Errc::full, say(tr("a group has at most {} members"), limits::group_members_max)};
  }
  const std::uint32_t place = entries_.empty() ? 0 : entries_.back().place + 1;
  entries_.push_back({std::move(request), role, {}, place});
  return Ok{};
}

bool Roster::put_back(RosterEntry entry) {
  if (!entries_.empty() && entry.place <= entries_.back().place) return false;
  const std::uint32_t place = entry.place;
  std::optional<SignedCard> renewed = std::move(entry.renewed);
  if (!add(std::move(entry.request), entry.role).ok()) return false;
  entries_.back().place = place;
  return !renewed || renew_card(*std::move(renewed));
}

Status Roster::remove(const VerifyKey& identity) {
  const auto gone = std::erase_if(
      entries_, [&](const RosterEntry& entry) { return entry.identity() == identity; });
  if (gone == 0) return Error{Errc::not_found, tr("nobody in the group is that")};
  return Ok{};
}

Status Roster::set_role(const VerifyKey& identity, wire::Role role) {
  if (!is_member_role(role)) return no_member_role();
  for (RosterEntry& entry : entries_) {
    if (entry.identity() != identity) continue;
    if (entry.role == role) return Error{Errc::conflict, tr("they have this role already")};
    entry.role = role;
    return Ok{};
  }
  return Error{Errc::not_found, tr("nobody in the group is that")};
}

bool Roster::renew_card(SignedCard card) {
  for (RosterEntry& entry : entries_) {
    if (entry.identity() != card.card.identity) continue;
    if (card.card.version <= entry.card().version) return false;
    entry.renewed = std::move(card);
    return true;
  }
  return false;
}

Digest Roster::hash(const GroupId& group) const {
  std::vector<Part> parts;
  parts.reserve(1 + 3 * entries_.size());
  parts.emplace_back(group);
  for (const RosterEntry& entry : entries_) {
    parts.emplace_back(entry.identity());
    parts.emplace_back(static_cast<std::uint32_t>(entry.role));
    parts.emplace_back(entry.request.hash);
  }
  return hash_digest("roster", parts);
}

std::string Roster::display_name(const VerifyKey& identity) const {
  const std::size_t at = position(identity);
  const std::string& name = entries_[at].request.name;
  const auto earlier =
      std::count_if(entries_.begin(), entries_.begin() + static_cast<std::ptrdiff_t>(at),
                    [&](const RosterEntry& entry) { return entry.request.name == name; });
  return earlier == 0 ? name : name + " (" + std::to_string(earlier + 1) + ")";
}

}  // namespace porchlight::client
