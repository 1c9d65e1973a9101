// One relay's database: a Store and a Ledger that change together, for one commit thread, and a
// read side for any thread. A drop is charged and stored in one transaction, so both are one
// database. Implementations: SqliteDatabase (sqlite_database.hpp), MemoryDatabase
// (memory_database.hpp). Must not know: sessions, operations.
#pragma once

#include <memory>
#include <vector>

#include "relay/store/ledger.hpp"
#include "relay/store/store.hpp"

namespace porchlight::relay {

struct StoredEnvelope {
  Seq seq = 0;
  std::shared_ptr<const Bytes> bytes;  // shared as in Append
};

/// The read side: one at a time may use a Reader, but there may be many, beside the commit thread.
/// Each call sees the last commit before it, whole. Errors: 'storage'.
class Reader {
 public:
  virtual ~Reader() = default;

  /// The mailbox's envelopes above `after`, ascending: at most `count_max` (at least 1) and, but
  /// for the first, at most `bytes_max` bytes of envelopes. Empty means that there are none.
  virtual Result<std::vector<StoredEnvelope>> read(const MailboxId& mailbox, Seq after,
                                                   std::size_t count_max,
                                                   std::size_t bytes_max) = 0;

  /// As Situation::newest.
  virtual Result<Seq> newest(const MailboxId& mailbox) = 0;
};

struct Usage {
  std::uint64_t bytes = 0;           // that data takes now
  std::uint64_t capacity_bytes = 0;  // that it may take
};

class Database {
 public:
  virtual ~Database() = default;

  virtual Store& store() = 0;
  virtual Ledger& ledger() = 0;

  /// Does at once what the first drop would wait for otherwise, and everybody behind it: a second
  /// or two for a million envelopes, longer on a slow disk. Not within a batch.
  virtual Status prepare() = 0;

  /// Starts a batch. 'conflict' when another process is writing.
  virtual Status begin() = 0;
  /// Makes the batch durable and visible to readers, or fails with everything as before begin().
  virtual Status commit() = 0;
  /// Undoes the batch. Without one it does nothing.
  virtual void rollback() = 0;

  /// Makes what was erased unreadable in every file of the database. 'conflict' when a reader was
  /// in the way: call again later. Cheap when nothing was erased since. Not within a batch.
  virtual Status scrub() = 0;

  /// A read side, for any thread; it must go before the database.
  virtual Result<std::unique_ptr<Reader>> reader() = 0;

  virtual Result<Usage> usage() = 0;
};

}  // namespace porchlight::relay
