// A relay's database in a test, of either kind, with the operations in one line each.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "proto/crypto/random.hpp"
#include "proto/wire/envelope.hpp"
#include "relay/store/commit.hpp"
#include "relay/store/memory_database.hpp"
#include "relay/store/sqlite_database.hpp"

namespace porchlight::relay::testing {

/// A new folder that goes with its owner.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string path = ::testing::TempDir() + "porchlight-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) std::abort();
    path_ = path;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

enum class Kind { memory, sqlite };

template <class Fixed>
Fixed numbered(Byte number) {
  Fixed value;
  std::fill(value.data(), value.data() + Fixed::size_bytes, number);
  return value;
}

inline std::shared_ptr<const Bytes> envelope(std::uint32_t number, std::size_t size = 2'048) {
  auto bytes = std::make_shared<Bytes>(size, static_cast<Byte>(number));
  std::memcpy(bytes->data(), &number, sizeof number);
  return bytes;
}

/// Wednesday, 2026-04-01, 12:30 UTC: in the middle of an hour, a day and a week.
inline constexpr wire::TimePoint noon{std::chrono::seconds{1'775'046'600}};
inline constexpr std::uint64_t capacity_bytes = 1u << 30;

class TestDatabase {
 public:
  explicit TestDatabase(Kind kind, std::uint64_t capacity = capacity_bytes)
      : kind_(kind), capacity_(capacity) {
    crypto_init();
    open();
  }

  Database& operator*() { return *database_; }
  Database* operator->() { return database_.get(); }
  std::filesystem::path file() const { return folder_.path() / "relay.db"; }
  wire::TimePoint now = noon;
  Policy policy;
  std::uint64_t disk_free_bytes = std::uint64_t{1} << 40;

  /// As when the program is started again. What is in memory has nowhere to come back from, and
  /// only loses its open batch.
  void reopen() {
    if (kind_ == Kind::memory) return database_->rollback();
    database_.reset();
    open();
  }

  Outcome commit(Operation operation) {
    const Operation* operations[] = {&operation};
    return commit_batch(*database_, operations, policy, now).front();
  }
  std::vector<Outcome> commit_all(const std::vector<Operation>& all) {
    std::vector<const Operation*> operations;
    for (const Operation& operation : all) operations.push_back(&operation);
    return commit_batch(*database_, operations, policy, now);
  }

  /// Spends a fresh token with the default budget.
  Payer payer(Byte number = 1) {
    const Payer payer{{TokenKind::session, wire::token_week(now), numbered<TokenNonce>(number)},
                      numbered<SpendId>(number)};
    EXPECT_EQ(commit(SpendToken{payer, policy.session_budget}), Outcome{policy.session_budget});
    return payer;
  }

  Append append(const Payer& payer, Byte mailbox, std::uint32_t number,
                std::size_t size = 2'048) const {
    Append append;
    append.mailbox = numbered<MailboxId>(mailbox);
    append.envelope = envelope(number, size);
    append.hash = wire::envelope_hash(*append.envelope);
    append.payer = payer;
    return append;
  }
  /// Drops with a budget that does not end.
  Seq drop(Byte mailbox, std::uint32_t number, Retention retention = Retention::ordinary) {
    const Payer rich{{TokenKind::session, wire::token_week(now), numbered<TokenNonce>(255)},
                     numbered<SpendId>(255)};
    commit(SpendToken{rich, {UINT32_MAX, UINT32_MAX, UINT32_MAX}});
    Append dropped = append(rich, mailbox, number);
    dropped.retention = retention;
    const Outcome outcome = commit(std::move(dropped));
    if (!std::holds_alternative<Stored>(outcome)) {
      ADD_FAILURE() << "not stored";
      return 0;
    }
    return std::get<Stored>(outcome).seq;
  }

  std::vector<Seq> seqs(Byte mailbox, Seq after = 0, std::size_t count_max = 1'000,
                        std::size_t bytes_max = 1u << 30) {
    const auto reader = database_->reader();
    if (!reader) return {};
    const auto found = (*reader)->read(numbered<MailboxId>(mailbox), after, count_max, bytes_max);
    std::vector<Seq> seqs;
    EXPECT_TRUE(found.ok());
    for (const StoredEnvelope& stored : *found) seqs.push_back(stored.seq);
    return seqs;
  }
  Seq newest(Byte mailbox) {
    const auto reader = database_->reader();
    return reader ? *(*reader)->newest(numbered<MailboxId>(mailbox)) : 0;
  }
  /// Until there is nothing left to sweep. How many envelopes expired.
  std::size_t sweep_all() {
    std::size_t count = 0;
    for (;;) {
      const auto swept = sweep(*database_, now);
      if (!swept) {
        ADD_FAILURE() << swept.error().what;
        return count;
      }
      count += swept->envelopes;
      if (swept->rest == Swept::Rest::none) return count;
    }
  }

 private:
  void open() {
    if (kind_ == Kind::memory) {
      database_ = make_memory_database({capacity_, numbered<Incarnation>(7)});
      return;
    }
    SqliteOptions options{file(), capacity_,
                          [this]() -> Result<std::uint64_t> { return disk_free_bytes; }};
    auto opened = open_sqlite_database(std::move(options), random_);
    ASSERT_TRUE(opened.ok()) << opened.error().what;
    database_ = *std::move(opened);
  }

  Kind kind_;
  std::uint64_t capacity_;
  TemporaryFolder folder_;
  SystemRandom random_;
  std::unique_ptr<Database> database_;
};

inline Seq seq_of(const Outcome& outcome) {
  const auto* stored = std::get_if<Stored>(&outcome);
  return stored ? stored->seq : 0;
}

}  // namespace porchlight::relay::testing
