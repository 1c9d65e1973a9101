// What is not yet stored at the relay, and what it is for.
// Must not know: what follows when it is stored.
#pragma once

#include "client/core/journal.hpp"

namespace porchlight::client::state {
class OutboxEntry;
}

namespace porchlight::client {

/// The values are kept: never renumber.
enum class OutboxPurpose : std::uint8_t {
  parcel = 1,
  join = 2,
  proposal = 3,
  welcome = 4,
  frame = 5,
  page = 6,  // of grants; before its proposal
  catch_up = 7,
  card = 8,
  state_page = 9,  // for who enters an epoch; before their Welcomes
  channel_page = 10,   // of an audience's grants; before their epoch
  channel_epoch = 11,  // `message` announces it to the group, and goes before it
  channel_frame = 12,
  reply = 13,
  list_page = 14,  // of an audience's list; before `message`, which says where it is
  to_audience = 15  // to the inbox of one of them
};

struct OutboxEntry {
  OutboxItem item;  // its id is given by add()
  Lane lane = Lane::drop;
  OutboxPurpose purpose = OutboxPurpose::frame;
  GroupId group;    // all but parcels; or the channel
  InviteId invite;  // parcels and join requests
  /// Proposals and their pages: the one they follow. Welcomes and state pages: the one they lead
  /// into. Frames.
  std::uint32_t epoch = 0;
  std::uint32_t day = 0;   // proposals, their pages and frames
  MessageId message;       // frames, replies
  std::uint32_t page = 0;  // pages of either kind: which one

  /// To a group: a proposal or one of its pages.
  bool is_change() const {
    return purpose == OutboxPurpose::proposal || purpose == OutboxPurpose::page;
  }
};

/// As it is kept. None for a record that cannot be; the item's id is not in it.
std::optional<OutboxEntry> read_outbox_entry(const state::OutboxEntry& kept);
void write_outbox_entry(const OutboxEntry& entry, state::OutboxEntry& kept);
std::optional<OutboxId> read_outbox_id(ByteView key);

class Outbox {
 public:
  explicit Outbox(Journal& journal) : journal_(journal) {}
  bool load(const Record& record);

  OutboxId add(OutboxEntry entry);
  void erase(OutboxId id);
  /// Valid until the outbox changes.
  const OutboxEntry* find(OutboxId id) const;
  /// In the order in which they came.
  const std::map<OutboxId, OutboxEntry>& entries() const { return entries_; }

  template <class Predicate>
  void erase_if(Predicate predicate) {
    std::vector<OutboxId> gone;
    for (const auto& [id, entry] : entries_) {
      if (predicate(entry)) gone.push_back(id);
    }
    for (const OutboxId id : gone) erase(id);
  }

 private:
  void save(const OutboxEntry& entry);

  Journal& journal_;
  std::map<OutboxId, OutboxEntry> entries_;
  OutboxId next_ = 1;
};

}  // namespace porchlight::client
