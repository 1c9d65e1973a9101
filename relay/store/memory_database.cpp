#include "relay/store/memory_database.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <tuple>

#include "proto/base/limits.hpp"
#include "relay/store/room.hpp"

namespace porchlight::relay {
namespace {

struct Held {
  Seq seq;
  std::uint32_t expiry_hour;
  EnvelopeHash hash;
  std::shared_ptr<const Bytes> bytes;
};

struct Mailbox {
  Seq newest = 0;
  std::vector<Held> envelopes;  // ascending
};

// What a commit makes visible. Mailboxes are shared between states and never changed.
struct State {
  std::map<MailboxId, std::shared_ptr<const Mailbox>> mailboxes;
  std::uint64_t bytes = 0;
  std::map<TokenId, SpentToken> spent;
  std::map<AccountKey, Account> accounts;
  std::map<AllotmentId, IssueDigest> allotments;
  std::uint32_t first_token_week = 0;
  Incarnation incarnation;
};

// The last committed state, for the commit thread and the readers.
class Published {
 public:
  explicit Published(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> get() const {
    const std::lock_guard lock(mutex_);
    return state_;
  }
  void set(std::shared_ptr<const State> state) {
    const std::lock_guard lock(mutex_);
    state_ = std::move(state);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const State> state_;
};

class MemoryReader final : public Reader {
 public:
  explicit MemoryReader(const Published& published) : published_(published) {}

  Result<std::vector<StoredEnvelope>> read(const MailboxId& mailbox, Seq after,
                                           std::size_t count_max, std::size_t bytes_max) override {
    std::vector<StoredEnvelope> found;
    std::size_t bytes = 0;
    const auto state = published_.get();
    const auto at = state->mailboxes.find(mailbox);
    if (at == state->mailboxes.end()) return found;
    for (const Held& held : at->second->envelopes) {
      if (held.seq <= after) continue;
      bytes += held.bytes->size();
      if (found.size() == count_max || (!found.empty() && bytes > bytes_max)) break;
      found.push_back({held.seq, held.bytes});
    }
    return found;
  }

  Result<Seq> newest(const MailboxId& mailbox) override {
    const auto state = published_.get();
    const auto at = state->mailboxes.find(mailbox);
    return at == state->mailboxes.end() ? 0 : at->second->newest;
  }

 private:
  const Published& published_;
};

// Erases what `matches` holds for, at most `count_max` of it.
template <class Map, class Matches>
std::size_t erase_some(Map& map, std::size_t count_max, Matches matches) {
  std::size_t count = 0;
  for (auto at = map.begin(); at != map.end() && count < count_max;) {
    const bool gone = matches(*at);
    at = gone ? map.erase(at) : std::next(at);
    count += gone ? 1 : 0;
  }
  return count;
}

class MemoryDatabase final : public Database, Store, Ledger {
 public:
  explicit MemoryDatabase(const MemoryOptions& options)
      : capacity_bytes_(options.capacity_bytes), published_([&] {
          auto state = std::make_shared<State>();
          state->incarnation = options.incarnation;
          return state;
        }()) {}
  MemoryDatabase(const MemoryDatabase& other)
      : capacity_bytes_(other.capacity_bytes_), published_(other.published_.get()) {}
  MemoryDatabase& operator=(const MemoryDatabase&) = delete;

  // ---- Database -----------------------------------------------------------------------------
  Store& store() override { return *this; }
  Ledger& ledger() override { return *this; }
  Status prepare() override { return Ok{}; }
  Status begin() override {
    PORCHLIGHT_ASSERT(!batch_);
    batch_ = std::make_shared<State>(*published_.get());
    return Ok{};
  }
  Status commit() override {
    PORCHLIGHT_ASSERT(batch_);
    published_.set(std::exchange(batch_, nullptr));
    return Ok{};
  }
  void rollback() override { batch_.reset(); }
  Status scrub() override { return Ok{}; }
  Result<std::unique_ptr<Reader>> reader() override {
    return std::unique_ptr<Reader>(std::make_unique<MemoryReader>(published_));
  }
  Result<Usage> usage() override { return Usage{now().bytes, capacity_bytes_}; }

  // ---- Store --------------------------------------------------------------------------------
  Result<Situation> look(const MailboxId& id, const EnvelopeHash& hash, ByteView bytes) override {
    const State& state = now();
    const auto at = state.mailboxes.find(id);
    if (at == state.mailboxes.end()) return Situation{};
    Situation situation{at->second->newest, {}};
    for (const Held& held : at->second->envelopes) {
      if (held.hash == hash && std::ranges::equal(*held.bytes, bytes)) {
        situation.duplicate = held.seq;
      }
    }
    return situation;
  }

  Result<bool> has_room(std::size_t envelope_bytes) override {
    return relay::has_room(now().bytes, capacity_bytes_, envelope_bytes);
  }

  Status append(const NewEnvelope& envelope) override {
    Mailbox mailbox = copy_of(envelope.mailbox);
    PORCHLIGHT_ASSERT(envelope.seq > mailbox.newest);
    mailbox.newest = envelope.seq;
    mailbox.envelopes.push_back({envelope.seq, envelope.expiry_hour, envelope.hash,
                                 std::make_shared<const Bytes>(to_bytes(envelope.bytes))});
    batch().bytes += envelope.bytes.size();
    put(envelope.mailbox, std::move(mailbox));
    return Ok{};
  }

  Result<std::size_t> erase(const MailboxId& id, Seq up_to, std::size_t count_max) override {
    return erase_if(id, count_max, [&](const Held& held) { return held.seq <= up_to; });
  }

  Result<std::size_t> expire(std::uint32_t hour, std::size_t count_max) override {
    std::vector<MailboxId> ids;
    for (const auto& [id, mailbox] : now().mailboxes) ids.push_back(id);
    std::size_t count = 0;
    for (const MailboxId& id : ids) {
      count += erase_if(id, count_max - count,
                        [&](const Held& held) { return held.expiry_hour <= hour; });
    }
    return count;
  }

  Result<std::size_t> forget_emptied(std::uint32_t hour, std::size_t count_max) override {
    return erase_some(batch().mailboxes, count_max, [&](const auto& entry) {
      return entry.second->envelopes.empty() && entry.second->newest < std::uint64_t{hour} << 24;
    });
  }

  // ---- Ledger -------------------------------------------------------------------------------
  Result<std::optional<SpentToken>> find_spent(const TokenId& token) override {
    return find(now().spent, token);
  }
  Status put_spent(const TokenId& token, const SpentToken& spent) override {
    batch().spent.insert_or_assign(token, spent);
    return Ok{};
  }
  Result<std::optional<Account>> find_account(const AccountKey& account) override {
    return find(now().accounts, account);
  }
  Status put_account(const AccountKey& key, const Account& account) override {
    batch().accounts.insert_or_assign(key, account);
    return Ok{};
  }
  Result<std::optional<IssueDigest>> find_allotment(const AllotmentId& id) override {
    return find(now().allotments, id);
  }
  Status add_allotment(const AllotmentId& id, const IssueDigest& digest) override {
    PORCHLIGHT_ASSERT(batch().allotments.emplace(id, digest).second);
    return Ok{};
  }
  Result<std::size_t> forget_allotments(TokenKind kind, std::uint32_t period,
                                        std::size_t count_max) override {
    return erase_some(batch().allotments, count_max, [&](const auto& entry) {
      return entry.first.kind == kind && entry.first.period < period;
    });
  }
  Result<std::uint32_t> first_token_week() override { return now().first_token_week; }
  Status end_token_weeks(std::uint32_t week) override {
    batch().first_token_week = std::max(batch().first_token_week, week);
    return Ok{};
  }
  Result<std::size_t> forget_spent(std::uint32_t week, std::size_t count_max) override {
    return erase_some(batch().spent, count_max,
                      [&](const auto& entry) { return entry.first.week < week; });
  }
  Result<Incarnation> incarnation() override { return now().incarnation; }
  Status set_incarnation(const Incarnation& incarnation) override {
    batch().incarnation = incarnation;
    return Ok{};
  }
  Result<LedgerCounts> counts() override {
    return LedgerCounts{now().accounts.size(), now().spent.size()};
  }

 private:
  template <class Map>
  static std::optional<typename Map::mapped_type> find(const Map& map,
                                                       const typename Map::key_type& key) {
    const auto at = map.find(key);
    if (at == map.end()) return std::nullopt;
    return at->second;
  }

  // The open batch, or what is committed.
  const State& now() {
    if (batch_) return *batch_;
    committed_ = published_.get();
    return *committed_;
  }
  State& batch() {
    PORCHLIGHT_ASSERT(batch_);
    return *batch_;
  }

  Mailbox copy_of(const MailboxId& id) {
    const auto at = batch().mailboxes.find(id);
    return at == batch().mailboxes.end() ? Mailbox{} : *at->second;
  }
  void put(const MailboxId& id, Mailbox mailbox) {
    batch().mailboxes.insert_or_assign(id, std::make_shared<const Mailbox>(std::move(mailbox)));
  }

  template <class Matches>
  std::size_t erase_if(const MailboxId& id, std::size_t count_max, Matches matches) {
    Mailbox mailbox = copy_of(id);
    std::size_t count = 0;
    std::erase_if(mailbox.envelopes, [&](const Held& held) {
      if (count == count_max || !matches(held)) return false;
      batch().bytes -= held.bytes->size();
      ++count;
      return true;
    });
    if (count > 0) put(id, std::move(mailbox));
    return count;
  }

  std::uint64_t capacity_bytes_;
  Published published_;
  std::shared_ptr<State> batch_;
  std::shared_ptr<const State> committed_;  // keeps alive what now() returned
};

}  // namespace

std::unique_ptr<Database> make_memory_database(const MemoryOptions& options) {
  return std::make_unique<MemoryDatabase>(options);
}

std::unique_ptr<Database> copy_memory_database(const Database& database) {
  return std::make_unique<MemoryDatabase>(dynamic_cast<const MemoryDatabase&>(database));
}

}  // namespace porchlight::relay
