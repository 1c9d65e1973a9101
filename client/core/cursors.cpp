#include "client/core/cursors.hpp"

#include "client/core/state.pb.h"

namespace porchlight::client {

bool Cursors::load(const Record& record) {
  state::Cursor message;
  const auto mailbox = MailboxId::from(record.key);
  if (!mailbox || !parse(message, record.value.reveal())) return false;
  after_[*mailbox] = message.after_seq();
  return true;
}

std::uint64_t Cursors::after(const MailboxId& mailbox) const {
  const auto found = after_.find(mailbox);
  return found == after_.end() ? 0 : found->second;
}

void Cursors::move(const MailboxId& mailbox, std::uint64_t seq) {
  if (seq <= after(mailbox)) return;
  after_[mailbox] = seq;
  state::Cursor message;
  message.set_after_seq(seq);
  journal_.put(Table::cursors, to_bytes(mailbox.view()), message);
}

void Cursors::erase(const MailboxId& mailbox) {
  if (after_.erase(mailbox) > 0) journal_.erase(Table::cursors, to_bytes(mailbox.view()));
}

void Cursors::reset() {
  for (const auto& [mailbox, seq] : after_) {
    journal_.erase(Table::cursors, to_bytes(mailbox.view()));
  }
  after_.clear();
}

}  // namespace porchlight::client
