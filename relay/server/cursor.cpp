#include "relay/server/cursor.hpp"

#include "proto/wire/frame.hpp"

namespace porchlight::relay {

void Subscriptions::add(Cursor& cursor) {
  auto& all = cursors_[cursor.order.mailbox];
  cursor.place = all.size();
  all.push_back(&cursor);
  ++size_;
}

void Subscriptions::remove(const Cursor& cursor) {
  const auto found = cursors_.find(cursor.order.mailbox);
  PORCHLIGHT_ASSERT(found != cursors_.end() && found->second[cursor.place] == &cursor);
  auto& all = found->second;
  all.back()->place = cursor.place;
  std::swap(all[cursor.place], all.back());
  all.pop_back();
  if (all.empty()) cursors_.erase(found);
  --size_;
}

const std::vector<Cursor*>& Subscriptions::of(const MailboxId& mailbox) const {
  static const std::vector<Cursor*> none;
  const auto found = cursors_.find(mailbox);
  return found == cursors_.end() ? none : found->second;
}

// Protobuf messages merge when their bytes are joined, so an Answer's id may stand in front of an
// Answer that has everything else.
std::string encode_delivery(Seq seq, ByteView envelope) {
  wire::Answer answer;
  answer.mutable_delivery()->set_seq(seq);
  answer.mutable_delivery()->set_envelope(envelope.data(), envelope.size());
  return answer.SerializeAsString();
}

void append_delivery(std::uint64_t request_id, std::string_view delivery, std::string& out) {
  wire::Answer head;
  head.set_id(request_id);
  const std::size_t size = head.ByteSizeLong() + delivery.size();
  wire::append_frame_header(size, out);
  head.AppendToString(&out);
  out.append(delivery);
}

}  // namespace porchlight::relay
