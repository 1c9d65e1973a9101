// The Store of the embedded database.
// Must not know: transactions, the rules of commit.hpp.
#pragma once

#include <optional>
#include <vector>

#include "relay/store/duplicate_index.hpp"
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
  /// `database` must outlive it. `secret` is a DuplicateIndex's.
  SqliteStore(SQLite::Database& database, std::uint64_t secret);

  /// Makes the index of duplicates, between batches.
  Status prepare();

  /// A batch has begun; it was rolled back.
  void on_begin(const Room& room);
  void on_rollback();

  /// Whether something was erased since clear_erased().
  bool has_erased() const { return erased_; }
  void clear_erased() { erased_ = false; }

  Result<Situation> look(const MailboxId& mailbox, const EnvelopeHash& hash,
                         ByteView bytes) override;
  Result<bool> has_room(std::size_t envelope_bytes) override;
  Status append(const NewEnvelope& envelope) override;
  Result<std::size_t> erase(const MailboxId& mailbox, Seq up_to, std::size_t count_max) override;
  Result<std::size_t> expire(std::uint32_t hour, std::size_t count_max) override;
  Result<std::size_t> forget_emptied(std::uint32_t hour, std::size_t count_max) override;

 private:
  struct Place {
    std::int64_t mailbox;  // its row
    Seq newest;
    bool emptied;
  };
  struct Entry {
    std::int64_t mailbox;
    std::int64_t hash;
    std::int64_t row;
    enum class Change : std::uint8_t { added, removed } change;
  };

  std::optional<Place> place(const MailboxId& mailbox);
  Seq newest_envelope(std::int64_t mailbox);
  void remember_if_emptied(std::int64_t mailbox, Seq newest);
  DuplicateIndex& duplicates();
  void note_added(std::int64_t mailbox, std::int64_t hash, std::int64_t row);
  void note_removed(std::int64_t mailbox, std::int64_t hash, std::int64_t row);

  SQLite::Database& database_;
  std::uint64_t secret_;
  Room room_;
  bool erased_ = true;  // by the process before, perhaps

  // Made by prepare() or when it is first needed: not every program that opens the database drops
  // something.
  std::optional<DuplicateIndex> duplicates_;
  bool indexed_in_batch_ = false;
  std::vector<Entry> batch_;  // what the open batch did to duplicates_

  SQLite::Statement find_mailbox_;
  SQLite::Statement find_newest_;
  SQLite::Statement find_envelope_;
  SQLite::Statement find_all_;
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
