// How far each mailbox was read (clause 4.4).
// Must not know: what the mailboxes are.
#pragma once

#include "client/core/journal.hpp"

namespace porchlight::client {

class Cursors {
 public:
  explicit Cursors(Journal& journal) : journal_(journal) {}
  bool load(const Record& record);

  /// 0 where nothing was read.
  std::uint64_t after(const MailboxId& mailbox) const;
  /// Never backwards.
  void move(const MailboxId& mailbox, std::uint64_t seq);
  void erase(const MailboxId& mailbox);
  /// Everything is read again from the beginning.
  void reset();

 private:
  Journal& journal_;
  std::map<MailboxId, std::uint64_t> after_;
};

}  // namespace porchlight::client
