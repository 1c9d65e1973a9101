#include "relay/store/sqlite_store.hpp"

#include <algorithm>
#include <map>

#include "proto/base/limits.hpp"
#include "proto/wire/time.hpp"
#include "relay/store/room.hpp"

namespace porchlight::relay::sqlite {
namespace {

std::int64_t hash_prefix(const EnvelopeHash& hash) {
  std::int64_t prefix = 0;
  std::memcpy(&prefix, hash.data(), sizeof prefix);
  return prefix;
}

}  // namespace

SqliteStore::SqliteStore(SQLite::Database& db, std::uint64_t secret)
    : database_(db),
      secret_(secret),
      find_mailbox_(db, "SELECT id, emptied_newest FROM mailbox WHERE name = ?"),
      find_newest_(db, "SELECT seq FROM envelope WHERE mailbox = ? ORDER BY seq DESC LIMIT 1"),
      find_envelope_(db, "SELECT seq, bytes FROM envelope WHERE id = ? AND mailbox = ?"),
      find_all_(db, "SELECT mailbox, hash, id FROM envelope INDEXED BY envelope_expiry"),
      add_mailbox_(db, "INSERT INTO mailbox (name) VALUES (?)"),
      set_emptied_(db, "UPDATE mailbox SET emptied_newest = ? WHERE id = ?"),
      clear_emptied_(db, "UPDATE mailbox SET emptied_newest = NULL WHERE id = ?"),
      add_envelope_(db,
                    "INSERT INTO envelope (mailbox, seq, expiry_hour, hash, bytes)"
                    " VALUES (?, ?, ?, ?, ?)"),
      erase_(db,
             "DELETE FROM envelope WHERE id IN (SELECT id FROM envelope WHERE mailbox = ?"
             " AND seq <= ? ORDER BY seq LIMIT ?) RETURNING hash, id"),
      find_expired_(db,
                    "SELECT id, mailbox, seq, hash FROM envelope WHERE expiry_hour <= ?"
                    " ORDER BY expiry_hour, id LIMIT ?"),
      erase_one_(db, "DELETE FROM envelope WHERE id = ?"),
      forget_emptied_(db,
                      "DELETE FROM mailbox WHERE id IN (SELECT id FROM mailbox"
                      " WHERE emptied_newest IS NOT NULL AND emptied_newest < ?"
                      " ORDER BY emptied_newest LIMIT ?)") {}

Status SqliteStore::prepare() {
  return guarded([&]() -> Status {
    duplicates();
    indexed_in_batch_ = false;
    return Ok{};
  });
}

void SqliteStore::on_begin(const Room& room) {
  room_ = room;
  batch_.clear();
  indexed_in_batch_ = false;
}

void SqliteStore::on_rollback() {
  if (indexed_in_batch_) {
    duplicates_.reset();
  } else if (duplicates_) {
    for (auto entry = batch_.rbegin(); entry != batch_.rend(); ++entry) {
      if (entry->change == Entry::Change::added) {
        duplicates_->remove(entry->mailbox, entry->hash, entry->row);
      } else {
        duplicates_->add(entry->mailbox, entry->hash, entry->row);
      }
    }
  }
  batch_.clear();
}

Result<Situation> SqliteStore::look(const MailboxId& mailbox, const EnvelopeHash& hash,
                                    ByteView bytes) {
  return guarded([&]() -> Result<Situation> {
    const auto at = place(mailbox);
    if (!at) return Situation{};
    for (const std::int64_t row : duplicates().candidates(at->mailbox, hash_prefix(hash))) {
      Run candidate(find_envelope_, row, at->mailbox);
      if (candidate.step() && std::ranges::equal(candidate.blob(1), bytes)) {
        return Situation{at->newest, static_cast<Seq>(candidate.integer(0))};
      }
    }
    return Situation{at->newest, {}};
  });
}

Result<bool> SqliteStore::has_room(std::size_t envelope_bytes) {
  return relay::has_room(room_.used_bytes, room_.capacity_bytes, envelope_bytes) &&
         room_.disk_free_bytes >= limits::disk_reserve_bytes + envelope_bytes;
}

Status SqliteStore::append(const NewEnvelope& envelope) {
  return guarded([&]() -> Status {
    auto at = place(envelope.mailbox);
    if (!at) {
      Run(add_mailbox_, envelope.mailbox).finish();
      at = Place{database_.getLastInsertRowid(), 0, false};
    }
    PORCHLIGHT_ASSERT(envelope.seq > at->newest);
    if (at->emptied) Run(clear_emptied_, at->mailbox).finish();
    const std::int64_t hash = hash_prefix(envelope.hash);
    Run(add_envelope_, at->mailbox, signed_integer(envelope.seq),
        signed_integer(envelope.expiry_hour), hash, envelope.bytes)
        .finish();
    note_added(at->mailbox, hash, database_.getLastInsertRowid());
    room_.used_bytes += envelope.bytes.size();
    room_.disk_free_bytes -= std::min<std::uint64_t>(room_.disk_free_bytes, envelope.bytes.size());
    return Ok{};
  });
}

Result<std::size_t> SqliteStore::erase(const MailboxId& mailbox, Seq up_to, std::size_t count_max) {
  return guarded([&]() -> Result<std::size_t> {
    const auto at = place(mailbox);
    if (!at || at->emptied) return std::size_t{0};
    std::size_t count = 0;
    {
      Run erased(erase_, at->mailbox, signed_integer(std::min(up_to, at->newest)),
                 signed_integer(count_max));
      for (; erased.step(); ++count) {
        note_removed(at->mailbox, erased.integer(0), erased.integer(1));
      }
    }
    if (count > 0) remember_if_emptied(at->mailbox, at->newest);
    return count;
  });
}

Result<std::size_t> SqliteStore::expire(std::uint32_t hour, std::size_t count_max) {
  return guarded([&]() -> Result<std::size_t> {
    std::vector<std::int64_t> rows;
    std::map<std::int64_t, Seq> newest_erased;  // by mailbox
    {
      Run expired(find_expired_, signed_integer(hour), signed_integer(count_max));
      while (expired.step()) {
        rows.push_back(expired.integer(0));
        Seq& newest = newest_erased[expired.integer(1)];
        newest = std::max(newest, static_cast<Seq>(expired.integer(2)));
        note_removed(expired.integer(1), expired.integer(3), rows.back());
      }
    }
    for (const std::int64_t row : rows) Run(erase_one_, row).finish();
    // A mailbox loses its oldest first, so one that is empty now had its newest among these.
    for (const auto& [mailbox, newest] : newest_erased) remember_if_emptied(mailbox, newest);
    return rows.size();
  });
}

Result<std::size_t> SqliteStore::forget_emptied(std::uint32_t hour, std::size_t count_max) {
  return guarded([&]() -> Result<std::size_t> {
    const std::size_t count = Run(forget_emptied_, signed_integer(wire::first_seq_of_hour(hour)),
                                  signed_integer(count_max))
                                  .finish();
    erased_ = erased_ || count > 0;
    return count;
  });
}

// ---- mailboxes ------------------------------------------------------------------------------

std::optional<SqliteStore::Place> SqliteStore::place(const MailboxId& mailbox) {
  Run found(find_mailbox_, mailbox);
  if (!found.step()) return std::nullopt;
  const std::int64_t row = found.integer(0);
  if (!found.is_null(1)) return Place{row, static_cast<Seq>(found.integer(1)), true};
  return Place{row, newest_envelope(row), false};
}

Seq SqliteStore::newest_envelope(std::int64_t mailbox) {
  Run found(find_newest_, mailbox);
  return found.step() ? static_cast<Seq>(found.integer(0)) : 0;
}

void SqliteStore::remember_if_emptied(std::int64_t mailbox, Seq newest) {
  if (newest_envelope(mailbox) != 0) return;
  Run(set_emptied_, signed_integer(newest), mailbox).finish();
}

// ---- duplicates -----------------------------------------------------------------------------

DuplicateIndex& SqliteStore::duplicates() {
  if (duplicates_) return *duplicates_;
  DuplicateIndex index(secret_);
  Run all(find_all_);
  while (all.step()) index.add(all.integer(0), all.integer(1), all.integer(2));
  indexed_in_batch_ = true;
  return duplicates_.emplace(std::move(index));
}

void SqliteStore::note_added(std::int64_t mailbox, std::int64_t hash, std::int64_t row) {
  if (!duplicates_) return;  // it will be there when the index is made
  duplicates_->add(mailbox, hash, row);
  batch_.push_back({mailbox, hash, row, Entry::Change::added});
}

void SqliteStore::note_removed(std::int64_t mailbox, std::int64_t hash, std::int64_t row) {
  erased_ = true;
  if (!duplicates_) return;
  duplicates_->remove(mailbox, hash, row);
  batch_.push_back({mailbox, hash, row, Entry::Change::removed});
}

}  // namespace porchlight::relay::sqlite
