// One Collect on its way: how far it has come, and how it goes on (clause 4.4). A cursor pulls from
// the store; only one that has everything is handed news directly. So nothing queues up for a slow
// reader: it falls behind and pulls again when its socket takes more.
// Must not know: sockets.
#pragma once

#include <memory>

#include "relay/core/session.hpp"

namespace porchlight::relay {

class Peer;

struct Cursor {
  enum class State : std::uint8_t {
    behind,  // the store may hold more: pull
    abreast  // everything up to `after` was sent, and nothing else is there
  };
  Peer* peer;  // its owner
  Deliver order;
  Seq after;  // sent up to here
  State state = State::behind;
  bool caught_up_sent = false;
  std::size_t place = 0;  // Subscriptions' own
};

/// The live cursors by mailbox. Adding and removing cost the same however many there are.
class Subscriptions {
 public:
  /// `cursor` is removed before it goes, and does not move.
  void add(Cursor& cursor);
  void remove(const Cursor& cursor);
  /// The live cursors of a mailbox; valid until add() or remove().
  const std::vector<Cursor*>& of(const MailboxId& mailbox) const;
  std::size_t size() const { return size_; }

 private:
  std::map<MailboxId, std::vector<Cursor*>> cursors_;  // ids are chosen by strangers: no hash table
  std::size_t size_ = 0;
};

/// A Delivery as it is sent, but for the frame's header and the request's id: made once, shared by
/// every collector of the mailbox.
std::string encode_delivery(Seq seq, ByteView envelope);
/// Appends the frame of an encoded delivery for one request.
void append_delivery(std::uint64_t request_id, std::string_view delivery, std::string& out);

}  // namespace porchlight::relay
