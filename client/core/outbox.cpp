#include "client/core/outbox.hpp"

#include "client/core/state.pb.h"

namespace porchlight::client {
namespace {

std::optional<OutboxId> read_id(ByteView key) {
  if (key.size() != sizeof(OutboxId)) return std::nullopt;
  OutboxId id = 0;
  for (const Byte byte : key) id = id << 8 | byte;
  return id;
}

}  // namespace

bool Outbox::load(const Record& record) {
  state::OutboxEntry message;
  const auto id = read_id(record.key);
  if (!id || !parse(message, record.value.reveal())) return false;
  auto address = wire::MailboxAddress::decode(message.address());
  OutboxEntry entry;
  if (!address || !read(entry.group, message.group()) || !read(entry.invite, message.invite()) ||
      !read(entry.message, message.message()) ||
      message.lane() > static_cast<std::uint32_t>(Lane::join)) {
    return false;
  }
  entry.item = {*id, *address, to_bytes(as_bytes(message.envelope())), std::nullopt};
  if (message.has_if_last()) entry.item.if_last = message.if_last();
  entry.lane = static_cast<Lane>(message.lane());
  entry.purpose = static_cast<OutboxPurpose>(message.purpose());
  entry.epoch = message.epoch();
  entry.day = message.day();
  entry.page = message.page();
  next_ = std::max(next_, *id + 1);
  entries_.emplace(*id, std::move(entry));
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
  message.set_lane(static_cast<std::uint32_t>(entry.lane));
  message.set_purpose(static_cast<std::uint32_t>(entry.purpose));
  message.set_address(to_string(entry.item.address.encode()));
  message.set_envelope(to_string(entry.item.envelope));
  if (entry.item.if_last) message.set_if_last(*entry.item.if_last);
  message.set_group(entry.group.str());
  message.set_invite(entry.invite.str());
  message.set_epoch(entry.epoch);
  message.set_day(entry.day);
  message.set_page(entry.page);
  message.set_message(entry.message.str());
  journal_.put(Table::outbox, record_key({entry.item.id}), message);
}

}  // namespace porchlight::client
