// Envelopes in mailboxes (clauses 4.3 to 4.7): what a database must do for them.
// Rules (order of checks, sequence numbers, who pays) are commit.hpp's; this only keeps and finds.
// All of it belongs to the commit thread, and everything that changes something is called between
// Database::begin() and commit().
// Errors: 'full' when there is no room on the disk, 'storage' when reading or writing fails. After
// an error in a batch, the batch must be rolled back.
// Must not know: sessions, tokens, clocks.
#pragma once

#include <optional>

#include "proto/base/ids.hpp"
#include "proto/base/result.hpp"
#include "relay/core/operations.hpp"

namespace porchlight::relay {

/// What decides a drop.
struct Situation {
  /// Of the newest envelope; of the last one there was, while an emptied mailbox is remembered;
  /// otherwise 0.
  Seq newest = 0;
  /// Where these very bytes lie in this mailbox already.
  std::optional<Seq> duplicate;
};

struct NewEnvelope {
  MailboxId mailbox;
  Seq seq = 0;  // above the mailbox's newest
  /// Kept until this Unix hour begins. Never less than that of an older envelope of the mailbox.
  std::uint32_t expiry_hour = 0;
  EnvelopeHash hash;
  ByteView bytes;
};

class Store {
 public:
  virtual ~Store() = default;

  /// `bytes` hash to `hash`; a hash alone never makes a duplicate.
  virtual Result<Situation> look(const MailboxId& mailbox, const EnvelopeHash& hash,
                                 ByteView bytes) = 0;

  /// Whether an envelope of this size may still come in. Large ones are refused first, and there is
  /// always room left for erasing, expiry and the ledger.
  virtual Result<bool> has_room(std::size_t envelope_bytes) = 0;

  /// A mailbox comes into being with its first envelope.
  virtual Status append(const NewEnvelope& envelope) = 0;

  /// Erases envelopes of the mailbox up to and with `up_to`, oldest first, at most `count_max`. How
  /// many it erased. A mailbox that becomes empty is remembered until `forget_emptied`.
  virtual Result<std::size_t> erase(const MailboxId& mailbox, Seq up_to, std::size_t count_max) = 0;

  /// Erases envelopes whose expiry hour is `hour` or before, oldest first, at most `count_max`.
  /// How many it erased.
  virtual Result<std::size_t> expire(std::uint32_t hour, std::size_t count_max) = 0;

  /// Forgets emptied mailboxes whose newest seq lies in an hour before `hour`, at most `count_max`.
  /// How many it forgot.
  virtual Result<std::size_t> forget_emptied(std::uint32_t hour, std::size_t count_max) = 0;
};

}  // namespace porchlight::relay
