#include "client/core/kept.hpp"

#include "client/core/state.pb.h"

namespace porchlight::client {
namespace {

/// A week of one who speaks a lot, and the Welcomes of a large group's lead.
constexpr std::size_t envelopes_max = 2'048;
constexpr std::size_t bytes_max = 6 * 1024 * 1024;
/// Set in the ids of these, so that they are not taken for the outbox's own.
constexpr OutboxId kept_bit = OutboxId{1} << 63;

}  // namespace

bool Kept::is_kept(OutboxId id) { return (id & kept_bit) != 0; }

bool Kept::load(const Record& record) {
  state::Kept kept;
  const auto id = read_outbox_id(record.key);
  if (!id || !is_kept(*id) || !parse(kept, record.value.reveal())) return false;
  auto entry = read_outbox_entry(kept.entry());
  if (!entry) return false;
  KeptEnvelope envelope;
  envelope.entry = std::move(*entry);
  envelope.entry.item.id = *id;
  envelope.hash = wire::envelope_hash(envelope.entry.item.envelope);
  envelope.day = kept.day();
  envelope.store = kept.store();
  if (!kept.drop().empty() && !take_secret(envelope.drop.emplace(), *kept.mutable_drop())) {
    return false;
  }
  index(*id, std::move(envelope));
  return true;
}

void Kept::add(KeptEnvelope envelope) {
  envelope.hash = wire::envelope_hash(envelope.entry.item.envelope);
  if (by_hash_.contains(envelope.hash)) return seen(envelope.entry.item.envelope, envelope.store);
  const OutboxId id = kept_.empty() ? kept_bit + 1 : kept_.rbegin()->first + 1;
  envelope.entry.item.id = id;
  envelope.entry.item.if_last.reset();
  save(id, envelope);
  index(id, std::move(envelope));
  while (kept_.size() > envelopes_max || bytes_ > bytes_max) erase(least_needed());
}

/// The oldest of what lets people in, who can be let in anew; or else the oldest.
OutboxId Kept::least_needed() const {
  const auto welcome = std::find_if(kept_.begin(), kept_.end(), [](const auto& kept) {
    const OutboxPurpose purpose = kept.second.entry.purpose;
    return purpose == OutboxPurpose::state_page || purpose == OutboxPurpose::welcome;
  });
  return welcome == kept_.end() ? kept_.begin()->first : welcome->first;
}

void Kept::seen(ByteView envelope, std::uint32_t store) {
  if (kept_.empty()) return;
  const auto found = by_hash_.find(wire::envelope_hash(envelope));
  if (found != by_hash_.end()) on_dropped(found->second, store);
}

void Kept::on_dropped(OutboxId id, std::uint32_t store) {
  const auto found = kept_.find(id);
  if (found == kept_.end() || found->second.store == store) return;
  found->second.store = store;
  save(id, found->second);
}

const SigningSeed* Kept::drop_seed(const wire::MailboxAddress& address) const {
  for (const auto& [id, envelope] : kept_) {
    if (envelope.drop && envelope.entry.item.address == address) return &*envelope.drop;
  }
  return nullptr;
}

void Kept::index(OutboxId id, KeptEnvelope envelope) {
  bytes_ += envelope.entry.item.envelope.size();
  by_hash_.emplace(envelope.hash, id);
  kept_.emplace(id, std::move(envelope));
}

void Kept::erase(OutboxId id) {
  const auto found = kept_.find(id);
  bytes_ -= found->second.entry.item.envelope.size();
  by_hash_.erase(found->second.hash);
  kept_.erase(found);
  journal_.erase(Table::kept, record_key({id}));
}

void Kept::save(OutboxId id, const KeptEnvelope& envelope) {
  state::Kept kept;
  write_outbox_entry(envelope.entry, *kept.mutable_entry());
  kept.set_day(envelope.day);
  kept.set_store(envelope.store);
  if (envelope.drop) kept.set_drop(to_string(envelope.drop->reveal()));
  journal_.put(Table::kept, record_key({id}), kept);
  wipe_text(*kept.mutable_drop());
}

}  // namespace porchlight::client
