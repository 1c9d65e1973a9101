// The messages of all groups, until their lifetime ends (clause 13).
// Must not know: frames, keys.
#pragma once

#include "client/core/journal.hpp"

namespace porchlight::client {

/// Where a message stands among all: (epoch, day, seq), the same on every device.
struct Order {
  std::uint32_t epoch = 0;
  std::uint32_t day = 0;
  std::uint64_t seq = 0;  // 0 until it is stored at the relay

  friend auto operator<=>(const Order&, const Order&) = default;
};

struct StoredMessage {
  VerifyKey sender;
  wire::Body body;
  MessageId id;
  Order order;
  std::uint32_t store = 0;  // of the relay, which order.seq is of
  /// Of one's own: its last place in the queue, 0 for what was read alone; and a frame made of it.
  std::uint64_t queue_number = 0;
  OutboxId in_flight = 0;
  TimePoint received;
  TimePoint ends;
  MessageView::Voice voice = MessageView::Voice::person;
  TimePoint not_before{};  // of one that is queued: when it may leave
  bool by_lead = false;    // of one in a group: its sender led in the epoch of its frame

  bool is_stored() const { return order.seq != 0; }
  /// What is queued has not.
  bool has_ended(TimePoint now) const { return is_stored() && ends <= now; }
};

class Messages {
 public:
  explicit Messages(Journal& journal) : journal_(journal) {}
  bool load(const Record& record);

  /// Somebody's message as it came; where there are too many, older ones go, and texts of the
  /// library (clause 15.5) and everything else never make room for one another. Told apart by
  /// sender and id: of two with the same, the one that stands earlier is kept. True when it is new,
  /// and no text of the library that says nothing new.
  bool add(const GroupId& group, StoredMessage message);
  /// One's own, at the end of the queue.
  void queue(const GroupId& group, StoredMessage message);
  /// One's own that is stored is at the end of the queue again: where it lies nobody reads it.
  void queue_again(const GroupId& group, const VerifyKey& me, const MessageId& id);
  /// A frame was made of it, or (0) taken back.
  void set_in_flight(const GroupId& group, const VerifyKey& me, const MessageId& id,
                     OutboxId frame);
  /// One's own is stored at the relay, there, and `ends` then. True where it had been queued. A
  /// text of the library that says nothing new is gone afterwards.
  bool set_stored(const GroupId& group, const VerifyKey& me, const MessageId& id,
                  const Order& order, std::uint32_t store, TimePoint ends);
  /// One's own was said by who led then.
  void set_by_lead(const GroupId& group, const VerifyKey& me, const MessageId& id);
  /// Another store of the relay has one of its frames there.
  void move(const GroupId& group, const VerifyKey& sender, const MessageId& id, const Order& order,
            std::uint32_t store);

  const StoredMessage* find(const GroupId& group, const VerifyKey& sender,
                            const MessageId& id) const;
  /// In the agreed order; those that are queued stand last. Valid until the messages change.
  std::vector<const StoredMessage*> list(const GroupId& group) const;
  /// Those that are queued, in their order.
  std::vector<const StoredMessage*> queued(const GroupId& group) const;
  std::size_t count_queued() const;
  /// Those that expire(now) erases.
  std::vector<const StoredMessage*> ending(const GroupId& group, TimePoint now) const;
  /// Erases those that are queued; gives how many.
  std::size_t erase_queued(const GroupId& group);
  void erase(const GroupId& group, const VerifyKey& sender, const MessageId& id);

  /// Erases what has ended, except what is still queued.
  void expire(TimePoint now);

 private:
  using Place = std::pair<VerifyKey, MessageId>;
  using Shelf = std::map<Place, StoredMessage>;
  StoredMessage* find_mutable(const GroupId& group, const VerifyKey& sender, const MessageId& id);
  template <class Predicate>
  std::vector<const StoredMessage*> list_where(const GroupId& group, Predicate predicate) const;
  void save(const GroupId& group, const StoredMessage& message);
  void make_room(const GroupId& group);
  void keep_library_in_order(const GroupId& group);
  void erase_from(Shelf& shelf, const GroupId& group, const StoredMessage& message);

  Journal& journal_;
  std::map<GroupId, Shelf> groups_;
  std::uint64_t next_queue_number_ = 1;
};

}  // namespace porchlight::client
