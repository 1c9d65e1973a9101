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

SqliteStore::SqliteStore(SQLite::Database& db)
    : find_mailbox_(db, "SELECT id, emptied_newest FROM mailbox WHERE name = ?"),
      find_newest_(db, "SELECT seq FROM envelope WHERE mailbox = ? ORDER BY seq DESC LIMIT 1"),
      find_duplicates_(db, "SELECT seq, bytes FROM envelope WHERE mailbox = ? AND hash = ?"),
      add_mailbox_(db, "INSERT INTO mailbox (name) VALUES (?) RETURNING id"),
      set_emptied_(db, "UPDATE mailbox SET emptied_newest = ? WHERE id = ?"),
      clear_emptied_(db, "UPDATE mailbox SET emptied_newest = NULL WHERE id = ?"),
      add_envelope_(db,
                    "INSERT INTO envelope (mailbox, seq, expiry_hour, hash, bytes)"
                    " VALUES (?, ?, ?, ?, ?)"),
      erase_(db, "DELETE FROM envelope WHERE mailbox = ? AND seq <= ?"),
      find_expired_(db,
                    "SELECT id, mailbox, seq FROM envelope WHERE expiry_hour <= ?"
                    " ORDER BY expiry_hour, id LIMIT ?"),
      erase_one_(db, "DELETE FROM envelope WHERE id = ?"),
      forget_emptied_(db,
                      "DELETE FROM mailbox WHERE id IN (SELECT id FROM mailbox"
                      " WHERE emptied_newest IS NOT NULL AND emptied_newest < ?"
                      " ORDER BY emptied_newest LIMIT ?)") {}

Result<Situation> SqliteStore::look(const MailboxId& mailbox, const EnvelopeHash& hash,
                                    ByteView bytes) {
  return guarded([&]() -> Result<Situation> {
    const auto at = place(mailbox);
    if (!at) return Situation{};
    Situation situation{at->newest, {}};
    Run candidates(find_duplicates_, at->mailbox, hash_prefix(hash));
    while (!situation.duplicate && candidates.step()) {
      if (std::ranges::equal(candidates.blob(1), bytes)) {
        situation.duplicate = static_cast<Seq>(candidates.integer(0));
      }
    }
    return situation;
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
      Run added(add_mailbox_, envelope.mailbox);
      added.step();
      at = Place{added.integer(0), 0, false};
    }
    PORCHLIGHT_ASSERT(envelope.seq > at->newest);
    if (at->emptied) Run(clear_emptied_, at->mailbox).finish();
    Run(add_envelope_, at->mailbox, signed_integer(envelope.seq),
        signed_integer(envelope.expiry_hour), hash_prefix(envelope.hash), envelope.bytes)
        .finish();
    room_.used_bytes += envelope.bytes.size();
    room_.disk_free_bytes -= std::min<std::uint64_t>(room_.disk_free_bytes, envelope.bytes.size());
    return Ok{};
  });
}

Status SqliteStore::erase(const MailboxId& mailbox, Seq up_to) {
  return guarded([&]() -> Status {
    const auto at = place(mailbox);
    if (!at || at->emptied) return Ok{};
    if (Run(erase_, at->mailbox, signed_integer(std::min(up_to, at->newest))).finish() > 0) {
      erased_ = true;
      remember_if_emptied(at->mailbox, at->newest);
    }
    return Ok{};
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
      }
    }
    for (const std::int64_t row : rows) Run(erase_one_, row).finish();
    // A mailbox loses its oldest first, so one that is empty now had its newest among these.
    for (const auto& [mailbox, newest] : newest_erased) remember_if_emptied(mailbox, newest);
    erased_ = erased_ || !rows.empty();
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

}  // namespace porchlight::relay::sqlite
