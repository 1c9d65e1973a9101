#include "client/core/audience.hpp"

#include "client/core/channel_records.hpp"
#include "client/core/join.hpp"
#include "client/core/pages.hpp"
#include "client/core/parcel.hpp"
#include "client/core/state.pb.h"
#include "client/core/text.hpp"
#include "proto/wire/channel.pb.h"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {
namespace {

constexpr std::string_view page_label = "audience page";
constexpr std::size_t left_out_bytes = 16;

wire::Audience::Entry write_entry(const AudienceEntry& entry) {
  wire::Audience::Entry message;
  message.set_name(entry.name);
  message.set_seal_key(entry.seal_key.str());
  message.set_tag_key(entry.tag_key.str());
  message.set_invite_id(entry.invite.str());
  if (entry.identity) {
    message.set_id(entry.id.str());
    message.set_identity(entry.identity->str());
    message.set_card_version(entry.card_version);
  }
  if (entry.invited) {
    message.set_by(entry.invited->by.str());
    message.set_join_key(entry.invited->join_key.str());
    message.set_expires_minute(wire::unix_minute(entry.invited->expires));
    message.set_uses(entry.invited->uses);
  }
  return message;
}

bool read_invited(AudienceInvite& invited, const wire::Audience::Entry& message) {
  const auto end = time_of_minute(message.expires_minute());
  if (!end || !read(invited.by, message.by()) || !read(invited.join_key, message.join_key()) ||
      message.uses() == 0 || message.uses() > limits::event_uses_max) {
    return false;
  }
  invited.expires = *end;
  invited.uses = message.uses();
  return true;
}

/// Either a person or an invite.
std::optional<AudienceEntry> read_entry(const wire::Audience::Entry& message) {
  AudienceEntry entry;
  if (!read(entry.seal_key, message.seal_key()) || !read(entry.tag_key, message.tag_key()) ||
      !read(entry.invite, message.invite_id()) || !is_clean_name(message.name()) ||
      message.card_version() > card_version_max ||
      message.identity().empty() == message.join_key().empty()) {
    return std::nullopt;
  }
  entry.name = message.name();
  entry.card_version = message.card_version();
  if (!message.identity().empty()) {
    if (!read(entry.id, message.id()) || !read(entry.identity.emplace(), message.identity())) {
      return std::nullopt;
    }
  } else {
    if (!read_invited(entry.invited.emplace(), message)) return std::nullopt;
    entry.id = audience_id(entry.invite);
  }
  return entry;
}

}  // namespace

AudienceId audience_id(const RequestHash& request) { return *AudienceId::from(request.view()); }

AudienceId audience_id(const InviteId& invite) {
  return hash<AudienceId>("audience invite", {invite});
}

SafetyWords audience_words(const ChannelId& channel, const AudienceEntry& person) {
  PORCHLIGHT_ASSERT(person.identity.has_value());
  return safety_words(*person.identity, *VerifyKey::from(channel.view()),
                      *RequestHash::from(person.id.view()));
}

bool Audience::add(AudienceEntry entry) {
  PORCHLIGHT_ASSERT(entry.identity.has_value() != entry.invited.has_value());
  if (removed_.contains(entry.id) || entries_.contains(entry.id) ||
      entries_.size() >= limits::audience_max) {
    return false;
  }
  save(entry);
  put_in(std::move(entry));
  return true;
}

bool Audience::remove(const AudienceId& id) {
  if (removed_.contains(id)) return false;
  if (const AudienceEntry* entry = find(id)) {
    journal_.erase(Table::channels, channel_key(channel_record::entry, channel_, {id}));
    take_out(*entry);
  }
  if (removed_.size() >= limits::audience_removed_max) {
    const auto oldest = std::ranges::min_element(
        removed_, {}, [](const auto& removed) { return removed.second.number; });
    journal_.erase(Table::channels,
                   channel_key(channel_record::removed, channel_, {oldest->first}));
    removed_.erase(oldest);
  }
  const auto added = removed_.emplace(id, Removed{true, next_number_++}).first;
  save(id, added->second);
  return true;
}

void Audience::remove_used(const InviteId& invite) {
  const AudienceEntry* entry = find_invite(invite);
  if (entry == nullptr || entry->invited->uses != 1 || count_by(invite) == 0) return;
  const AudienceId used = entry->id;
  remove(used);
  settle(std::vector<Bytes>{to_bytes(used.view().first(16))});
}

bool Audience::renew_card(const Card& card) {
  const auto found = by_identity_.find(card.identity);
  if (found == by_identity_.end()) return false;
  bool renewed = false;
  for (const AudienceId& id : found->second) {
    AudienceEntry& entry = entries_.at(id);
    if (card.version <= entry.card_version) continue;
    entry.card_version = card.version;
    entry.seal_key = card.seal_key;
    save(entry);
    renewed = true;
  }
  return renewed;
}

void Audience::settle(std::span<const Bytes> left_out) {
  for (const Bytes& begin : left_out) {
    if (begin.size() != left_out_bytes) continue;
    Bytes lowest = begin;
    lowest.resize(AudienceId::size_bytes);
    for (auto at = removed_.lower_bound(*AudienceId::from(ByteView(lowest)));
         at != removed_.end() && std::ranges::equal(at->first.view().first(left_out_bytes), begin);
         ++at) {
      if (!at->second.due) continue;
      at->second.due = false;
      save(at->first, at->second);
    }
  }
}

const AudienceEntry* Audience::find(const AudienceId& id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

const AudienceEntry* Audience::find(const VerifyKey& identity) const {
  const auto found = by_identity_.find(identity);
  const AudienceEntry* newest = nullptr;
  if (found == by_identity_.end()) return newest;
  for (const AudienceId& id : found->second) {
    const AudienceEntry* entry = find(id);
    if (newest == nullptr || entry->card_version >= newest->card_version) newest = entry;
  }
  return newest;
}

const AudienceEntry* Audience::find_invite(const InviteId& invite) const {
  return find(audience_id(invite));
}

std::size_t Audience::count_people() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      entries_, [](const auto& entry) { return entry.second.identity.has_value(); }));
}

std::size_t Audience::count_by(const InviteId& invite) const {
  return static_cast<std::size_t>(std::ranges::count_if(entries_, [&](const auto& entry) {
    return entry.second.identity && entry.second.invite == invite;
  }));
}

std::optional<AudienceId> Audience::find_by(const InviteId& invite) const {
  const auto found = std::ranges::find_if(entries_, [&](const auto& entry) {
    return entry.second.identity && entry.second.invite == invite;
  });
  return found == entries_.end() ? std::nullopt : std::optional(found->first);
}

std::vector<AudienceId> Audience::due() const {
  std::vector<AudienceId> due;
  for (const auto& [id, removed] : removed_) {
    if (removed.due) due.push_back(id);
  }
  return due;
}

std::vector<AudienceId> Audience::removed() const {
  std::vector<AudienceId> all;
  for (const auto& [id, removed] : removed_) all.push_back(id);
  return all;
}

std::vector<GrantReader> Audience::readers() const {
  std::vector<GrantReader> readers;
  for (const auto& [id, entry] : entries_) readers.push_back({entry.tag_key, entry.seal_key});
  return readers;
}

std::string Audience::display_name(const AudienceId& id) const {
  const AudienceEntry* entry = find(id);
  PORCHLIGHT_ASSERT(entry != nullptr);
  const std::string& name = entry->name;
  const std::set<AudienceId>& alike = by_name_.at(name);
  const auto earlier = std::distance(alike.begin(), alike.find(id));
  return earlier == 0 ? name : name + " (" + std::to_string(earlier + 1) + ")";
}

bool Audience::load_entry(ByteView rest, ByteView value) {
  wire::Audience::Entry kept;
  if (!parse(kept, value)) return false;
  auto entry = read_entry(kept);
  if (!entry || AudienceId::from(rest) != entry->id || entries_.contains(entry->id)) return false;
  put_in(*std::move(entry));
  return true;
}

bool Audience::load_removed(ByteView rest, ByteView value) {
  state::AudienceRemoved kept;
  const auto id = AudienceId::from(rest);
  if (!id || !parse(kept, value) || kept.number() == UINT64_MAX) return false;
  removed_.insert_or_assign(*id, Removed{kept.due(), kept.number()});
  next_number_ = std::max(next_number_, kept.number() + 1);
  return true;
}

void Audience::erase_all() {
  for (const auto& [id, entry] : entries_) {
    journal_.erase(Table::channels, channel_key(channel_record::entry, channel_, {id}));
  }
  for (const auto& [id, removed] : removed_) {
    journal_.erase(Table::channels, channel_key(channel_record::removed, channel_, {id}));
  }
  entries_.clear();
  removed_.clear();
  by_name_.clear();
  by_identity_.clear();
}

void Audience::save(const AudienceEntry& entry) {
  journal_.put(Table::channels, channel_key(channel_record::entry, channel_, {entry.id}),
               write_entry(entry));
}

void Audience::save(const AudienceId& id, const Removed& removed) {
  state::AudienceRemoved kept;
  kept.set_due(removed.due);
  kept.set_number(removed.number);
  journal_.put(Table::channels, channel_key(channel_record::removed, channel_, {id}), kept);
}

void Audience::put_in(AudienceEntry entry) {
  by_name_[entry.name].insert(entry.id);
  if (entry.identity) by_identity_[*entry.identity].insert(entry.id);
  const AudienceId id = entry.id;
  entries_.emplace(id, std::move(entry));
}

void Audience::take_out(const AudienceEntry& entry) {
  const auto forget = [&](auto& index, const auto& key) {
    const auto found = index.find(key);
    found->second.erase(entry.id);
    if (found->second.empty()) index.erase(found);
  };
  forget(by_name_, entry.name);
  if (entry.identity) forget(by_identity_, *entry.identity);
  entries_.erase(entries_.find(entry.id));
}

// ---- the whole of it ---------------------------------------------------------------------------

std::vector<ListPage> make_audience_list(const Audience& audience, ByteView signed_epoch,
                                         const VerifyKey& signed_by, const ListSeed& seed) {
  wire::Audience message;
  message.set_epoch(to_string(signed_epoch));
  message.set_signed_by(signed_by.str());
  for (const auto& [id, entry] : audience.entries()) *message.add_entries() = write_entry(entry);
  for (const AudienceId& id : audience.removed()) message.add_removed(id.str());
  const Bytes bytes = serialise(message);
  constexpr std::size_t size = limits::envelope_sizes_bytes[2];
  std::vector<ListPage> pages;
  for (ByteView left = bytes; !left.empty();) {
    const ByteView here = left.first(std::min(left.size(), page_payload_max(size)));
    left = left.subspan(here.size());
    const ListPageKeys keys = derive_list_page(seed, static_cast<std::uint32_t>(pages.size()));
    auto envelope = wire::seal_envelope(seal_key(keys.seal), here, size);
    PORCHLIGHT_ASSERT(envelope.ok());
    pages.push_back({hash_digest(page_label, {here}), keys.address(), std::move(envelope).value()});
  }
  PORCHLIGHT_ASSERT(pages.size() <= limits::audience_pages_max);
  return pages;
}

std::optional<Bytes> open_list_page(const ListPageKeys& keys, ByteView envelope,
                                    const Digest& hash) {
  return open_page(keys.seal, page_label, envelope, hash);
}

Result<AudienceContent> read_audience_list(ByteView payloads) {
  const Error impossible{Errc::malformed, "a list of a channel's audience cannot be read"};
  wire::Audience message;
  AudienceContent content;
  if (!parse(message, payloads) || !read(content.signed_by, message.signed_by()) ||
      message.entries_size() > static_cast<int>(limits::audience_max) ||
      message.removed_size() > static_cast<int>(limits::audience_removed_max)) {
    return impossible;
  }
  content.signed_epoch = to_bytes(as_bytes(message.epoch()));
  std::set<AudienceId> seen;
  for (const wire::Audience::Entry& kept : message.entries()) {
    auto entry = read_entry(kept);
    if (!entry || !seen.insert(entry->id).second) return impossible;
    content.entries.push_back(*std::move(entry));
  }
  for (const std::string& kept : message.removed()) {
    AudienceId id;
    if (!read(id, kept) || !seen.insert(id).second) return impossible;
    content.removed.push_back(id);
  }
  return content;
}

}  // namespace porchlight::client
