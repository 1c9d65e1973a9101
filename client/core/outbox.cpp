#include "client/core/outbox.hpp"

#include "client/core/state.pb.h"

namespace porchlight::client {

std::optional<OutboxId> read_outbox_id(ByteView key) {
  if (key.size() != sizeof(OutboxId)) return std::nullopt;
  OutboxId id = 0;
  for (const Byte byte : key) id = id << 8 | byte;
  return id;
}

std::optional<OutboxEntry> read_outbox_entry(const state::OutboxEntry& kept) {
  auto address = wire::MailboxAddress::decode(kept.address());
  OutboxEntry entry;
  if (!address || !read(entry.group, kept.group()) || !read(entry.invite, kept.invite()) ||
      !read(entry.message, kept.message()) ||
      kept.lane() > static_cast<std::uint32_t>(Lane::join)) {
    return std::nullopt;
  }
  entry.item = {0, *address, to_bytes(as_bytes(kept.envelope())), std::nullopt};
  if (kept.has_if_last()) entry.item.if_last = kept.if_last();
  entry.lane = static_cast<Lane>(kept.lane());
  entry.purpose = static_cast<OutboxPurpose>(kept.purpose());
  entry.epoch = kept.epoch();
  entry.day = kept.day();
  entry.page = kept.page();
  return entry;
}

void write_outbox_entry(const OutboxEntry& entry, state::OutboxEntry& kept) {
  kept.set_lane(static_cast<std::uint32_t>(entry.lane));
  kept.set_purpose(static_cast<std::uint32_t>(entry.purpose));
  kept.set_address(to_string(entry.item.address.encode()));
  kept.set_envelope(to_string(entry.item.envelope));
  if (entry.item.if_last) kept.set_if_last(*entry.item.if_last);
  kept.set_group(entry.group.str());
  kept.set_invite(entry.invite.str());
  kept.set_epoch(entry.epoch);
  kept.set_day(entry.day);
  kept.set_page(entry.page);
  kept.set_message(entry.message.str());
}

bool Outbox::load(const Record& record) {
  state::OutboxEntry message;
  const auto id = read_outbox_id(record.key);
  if (!id || !parse(message, record.value.reveal())) return false;
  auto entry = read_outbox_entry(message);
  if (!entry) return false;
  entry->item.id = *id;
  next_ = std::max(next_, *id + 1);
  entries_.emplace(*id, std::move(*entry));
  return true;
}

OutboxId Outbox::add(OutboxEntry entry) {
  const OutboxId id = next_++;
  entry.item.id = id;
  save(entry);
  entries_.emplace(id, std::move(entry));
  return id;
}

void Outbox::erase(OutboxId id) {
  if (entries_.erase(id) > 0) journal_.erase(Table::outbox, record_key({id}));
}

const OutboxEntry* Outbox::find(OutboxId id) const {
  const auto found = entries_.find(id);
  return found == entries_.end() ? nullptr : &found->second;
}

void Outbox::save(const OutboxEntry& entry) {
  state::OutboxEntry message;
  write_outbox_entry(entry, message);
  journal_.put(Table::outbox, record_key({entry.item.id}), message);
}

}  // namespace porchlight::client
