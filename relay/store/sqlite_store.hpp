// The Store of the embedded database.
#pragma once

#include "relay/store/sqlite_support.hpp"
#include "relay/store/store.hpp"

namespace porchlight::relay::sqlite {

/// How much room there was when a batch began.
struct Room {
  std::uint64_t used_bytes = 0;
  std::uint64_t capacity_bytes = 0;
  std::uint64_t disk_free_bytes = 0;
};

class SqliteStore final : public Store {
 public:
  /// `database` must outlive it.
  explicit SqliteStore(SQLite::Database& database);

  /// At the begin of a batch.
  void set_room(const Room& room) { room_ = room; }
  /// Whether something was erased since this was last called with `erased` false.
  bool has_erased() const { return erased_; }
  void clear_erased() { erased_ = false; }

  Result<Situation> look(const MailboxId& mailbox, const EnvelopeHash& hash,
                         ByteView bytes) override;
  Result<bool> has_room(std::size_t envelope_bytes) override;
  Status append(const NewEnvelope& envelope) override;
  Status erase(const MailboxId& mailbox, Seq up_to) override;
  Result<std::size_t> expire(std::uint32_t hour, std::size_t count_max) override;
  Result<std::size_t> forget_emptied(std::uint32_t hour, std::size_t count_max) override;

 private:
  struct Place {
    std::int64_t mailbox;  // its row
    Seq newest;
    bool emptied;
  };
  std::optional<Place> place(const MailboxId& mailbox);
  Seq newest_envelope(std::int64_t mailbox);
  void remember_if_emptied(std::int64_t mailbox, Seq newest);

  Room room_;
  bool erased_ = true;  // by the process before, perhaps
  SQLite::Statement find_mailbox_;
  SQLite::Statement find_newest_;
  SQLite::Statement find_duplicates_;
  SQLite::Statement add_mailbox_;
  SQLite::Statement set_emptied_;
  SQLite::Statement clear_emptied_;
  SQLite::Statement add_envelope_;
  SQLite::Statement erase_;
  SQLite::Statement find_expired_;
  SQLite::Statement erase_one_;
  SQLite::Statement forget_emptied_;
};

}  // namespace porchlight::relay::sqlite
