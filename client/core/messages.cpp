#include "client/core/messages.hpp"

#include "client/core/library.hpp"
#include "client/core/state.pb.h"
#include "proto/base/limits.hpp"

namespace porchlight::client {
namespace {

/// Of a group, or of a channel: the answers of its whole audience to some alerts.
constexpr std::size_t messages_max = 4 * limits::audience_max;
/// That go at once where there are more: to find the oldest is to look at all.
constexpr std::size_t messages_evicted = messages_max / 16;

Bytes key(const GroupId& group, const StoredMessage& message) {
  return record_key({group, message.sender, message.id});
}

/// Of several frames the first counts; within one mailbox, as it is in the relay's newest store.
bool counts_more(const Order& order, std::uint32_t store, const StoredMessage& known) {
  const bool same_mailbox = order.epoch == known.order.epoch && order.day == known.order.day;
  if (same_mailbox && store != known.store) return store > known.store;
  return order < known.order;
}

bool stands_before(const StoredMessage* a, const StoredMessage* b) {
  if (a->is_stored() != b->is_stored()) return a->is_stored();
  if (!a->is_stored()) return a->queue_number < b->queue_number;
  // Two may stand at one place, of which one was in a store that the relay has lost.
  return std::tie(a->order, a->sender, a->id) < std::tie(b->order, b->sender, b->id);
}

}  // namespace

bool Messages::load(const Record& record) {
  constexpr std::size_t key_bytes =
      GroupId::size_bytes + VerifyKey::size_bytes + MessageId::size_bytes;
  state::Message kept;
  if (record.key.size() != key_bytes || !parse(kept, record.value.reveal())) return false;
  const ByteView key(record.key);
  const auto group = *GroupId::from(key.first(GroupId::size_bytes));
  StoredMessage message;
  message.sender = *VerifyKey::from(key.subspan(GroupId::size_bytes, VerifyKey::size_bytes));
  message.id = *MessageId::from(key.last(MessageId::size_bytes));
  message.order = {kept.epoch(), kept.day(), kept.seq()};
  message.store = kept.store();
  message.queue_number = kept.queue_number();
  message.in_flight = kept.outbox_id();
  message.received = from_seconds(kept.received());
  message.ends = from_seconds(kept.ends());
  message.voice = static_cast<MessageView::Voice>(kept.voice());
  message.not_before = from_seconds(kept.not_before());
  message.by_lead = kept.by_lead();
  message.body = std::move(*kept.mutable_body());
  next_queue_number_ = std::max(next_queue_number_, message.queue_number + 1);
  groups_[group].emplace(Place{message.sender, message.id}, std::move(message));
  return true;
}

bool Messages::add(const GroupId& group, StoredMessage message) {
  PORCHLIGHT_ASSERT(message.is_stored());
  StoredMessage* known = find_mutable(group, message.sender, message.id);
  if (known != nullptr && known->is_stored() &&
      !counts_more(message.order, message.store, *known)) {
    return false;
  }
  if (known != nullptr) message.queue_number = known->queue_number;
  save(group, message);
  if (known != nullptr) {
    *known = std::move(message);
    return false;
  }
  const Place place{message.sender, message.id};
  const bool is_of_library = message.body.has_library_item();
  groups_[group].emplace(place, std::move(message));
  if (!is_of_library) {
    make_room(group);
    return true;
  }
  keep_library_in_order(group);
  return groups_[group].contains(place);
}

void Messages::queue(const GroupId& group, StoredMessage message) {
  message.queue_number = next_queue_number_++;
  save(group, message);
  groups_[group].emplace(Place{message.sender, message.id}, std::move(message));
}

void Messages::queue_again(const GroupId& group, const VerifyKey& me, const MessageId& id) {
  StoredMessage* message = find_mutable(group, me, id);
  if (message == nullptr || !message->is_stored()) return;
  message->order = {};
  message->in_flight = 0;
  message->queue_number = next_queue_number_++;
  save(group, *message);
}

void Messages::set_in_flight(const GroupId& group, const VerifyKey& me, const MessageId& id,
                             OutboxId frame) {
  StoredMessage* message = find_mutable(group, me, id);
  if (message == nullptr || message->in_flight == frame) return;
  message->in_flight = frame;
  save(group, *message);
}

bool Messages::set_stored(const GroupId& group, const VerifyKey& me, const MessageId& id,
                          const Order& order, std::uint32_t store, TimePoint ends) {
  StoredMessage* message = find_mutable(group, me, id);
  if (message == nullptr) return false;
  const bool was_queued = !message->is_stored();
  if (!was_queued && !counts_more(order, store, *message)) return false;
  message->order = order;
  message->store = store;
  message->ends = ends;
  message->in_flight = 0;
  save(group, *message);
  if (message->body.has_library_item()) keep_library_in_order(group);
  return was_queued;
}

void Messages::set_by_lead(const GroupId& group, const VerifyKey& me, const MessageId& id) {
  StoredMessage* message = find_mutable(group, me, id);
  if (message == nullptr || message->by_lead) return;
  message->by_lead = true;
  save(group, *message);
}

void Messages::move(const GroupId& group, const VerifyKey& sender, const MessageId& id,
                    const Order& order, std::uint32_t store) {
  StoredMessage* message = find_mutable(group, sender, id);
  if (message == nullptr || !message->is_stored() || !counts_more(order, store, *message)) return;
  message->order = order;
  message->store = store;
  save(group, *message);
}

const StoredMessage* Messages::find(const GroupId& group, const VerifyKey& sender,
                                    const MessageId& id) const {
  return const_cast<Messages*>(this)->find_mutable(group, sender, id);
}

StoredMessage* Messages::find_mutable(const GroupId& group, const VerifyKey& sender,
                                      const MessageId& id) {
  const auto shelf = groups_.find(group);
  if (shelf == groups_.end()) return nullptr;
  const auto found = shelf->second.find({sender, id});
  return found == shelf->second.end() ? nullptr : &found->second;
}

template <class Predicate>
std::vector<const StoredMessage*> Messages::list_where(const GroupId& group,
                                                       Predicate predicate) const {
  std::vector<const StoredMessage*> all;
  const auto shelf = groups_.find(group);
  if (shelf == groups_.end()) return all;
  for (const auto& [place, message] : shelf->second) {
    if (predicate(message)) all.push_back(&message);
  }
  std::sort(all.begin(), all.end(), stands_before);
  return all;
}

std::vector<const StoredMessage*> Messages::list(const GroupId& group) const {
  return list_where(group, [](const StoredMessage&) { return true; });
}

std::vector<const StoredMessage*> Messages::queued(const GroupId& group) const {
  return list_where(group, [](const StoredMessage& message) { return !message.is_stored(); });
}

std::vector<const StoredMessage*> Messages::ending(const GroupId& group, TimePoint now) const {
  return list_where(group, [&](const StoredMessage& message) { return message.has_ended(now); });
}

std::size_t Messages::count_queued() const {
  std::size_t count = 0;
  for (const auto& [group, shelf] : groups_) {
    for (const auto& [place, message] : shelf) count += !message.is_stored();
  }
  return count;
}

std::size_t Messages::erase_queued(const GroupId& group) {
  const auto shelf = groups_.find(group);
  if (shelf == groups_.end()) return 0;
  return std::erase_if(shelf->second, [&](const auto& entry) {
    if (entry.second.is_stored()) return false;
    journal_.erase(Table::messages, key(group, entry.second));
    return true;
  });
}

void Messages::erase(const GroupId& group, const VerifyKey& sender, const MessageId& id) {
  const StoredMessage* message = find(group, sender, id);
  if (message == nullptr) return;
  journal_.erase(Table::messages, key(group, *message));
  groups_.at(group).erase({sender, id});
}

void Messages::expire(TimePoint now) {
  for (auto& [group, shelf] : groups_) {
    std::erase_if(shelf, [&, &id = group](const auto& entry) {
      if (!entry.second.has_ended(now)) return false;
      journal_.erase(Table::messages, key(id, entry.second));
      return true;
    });
  }
}

void Messages::save(const GroupId& group, const StoredMessage& message) {
  state::Message kept;
  *kept.mutable_body() = message.body;
  kept.set_epoch(message.order.epoch);
  kept.set_day(message.order.day);
  kept.set_seq(message.order.seq);
  kept.set_store(message.store);
  kept.set_queue_number(message.queue_number);
  kept.set_outbox_id(message.in_flight);
  kept.set_received(to_seconds(message.received));
  kept.set_ends(to_seconds(message.ends));
  kept.set_voice(static_cast<std::uint32_t>(message.voice));
  kept.set_not_before(to_seconds(message.not_before));
  kept.set_by_lead(message.by_lead);
  journal_.put(Table::messages, key(group, message), kept);
}

/// The oldest go. In a channel what its audience said goes before what the channel did: answers are
/// nothing without their alert.
void Messages::make_room(const GroupId& group) {
  Shelf& shelf = groups_[group];
  if (shelf.size() <= messages_max) return;
  auto oldest = list_where(group, [](const StoredMessage& message) {
    return message.is_stored() && !message.body.has_library_item();
  });
  if (oldest.size() <= messages_max) return;
  std::stable_partition(oldest.begin(), oldest.end(), [](const StoredMessage* message) {
    return message->voice == MessageView::Voice::person;
  });
  oldest.resize(std::min(oldest.size(), messages_evicted));
  for (const StoredMessage* message : oldest) erase_from(shelf, group, *message);
}

/// What is replaced goes, and what says the same again; then the oldest.
void Messages::keep_library_in_order(const GroupId& group) {
  Shelf& shelf = groups_[group];
  auto texts = list_where(group, [](const StoredMessage& message) {
    return message.is_stored() && message.body.has_library_item();
  });
  std::vector<const wire::LibraryItem*> items;
  for (const StoredMessage* message : texts) items.push_back(&message->body.library_item());
  const auto replaced = find_replaced(items);
  for (const std::size_t i : replaced) {
    erase_from(shelf, group, *texts[i]);
    texts[i] = nullptr;
  }
  std::erase(texts, nullptr);
  for (std::size_t i = 0; i + limits::library_texts_held_max < texts.size(); ++i) {
    erase_from(shelf, group, *texts[i]);
  }
}

void Messages::erase_from(Shelf& shelf, const GroupId& group, const StoredMessage& message) {
  journal_.erase(Table::messages, key(group, message));
  shelf.erase({message.sender, message.id});
}

}  // namespace porchlight::client
