// What the measurements of the client's core share: one member as a core with a vault on disk, in
// virtual time, and what its steps cost. CPU is this thread's alone. Must not know: what is
// measured.
#pragma once

#include <ctime>
#include <filesystem>
#include <optional>

#include "client/vault/vault.hpp"
#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {

inline Random& os_random() {
  static SystemRandom random;
  return random;
}

inline double thread_ms() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) / 1e6;
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

struct Costs {
  double core_ms = 0;
  double vault_ms = 0;
  std::size_t up_bytes = 0;
  std::size_t down_bytes = 0;
  std::size_t dropped = 0;   // envelopes up
  std::size_t messages = 0;  // envelopes down

  Costs& operator+=(const Costs& other) {
    core_ms += other.core_ms;
    vault_ms += other.vault_ms;
    up_bytes += other.up_bytes;
    down_bytes += other.down_bytes;
    dropped += other.dropped;
    messages += other.messages;
    return *this;
  }
};

template <class Work>
void timed(double& spent, Work work) {
  const double before = thread_ms();
  work();
  spent += thread_ms() - before;
}

/// One member: a core, and a vault on disk that keeps what the core says.
class Member {
 public:
  Member(Device& device, MemoryRelay& relay, const std::filesystem::path& folder)
      : device_(device), relay_(relay), folder_(folder) {
    std::filesystem::create_directories(folder);
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all);
    auto lock = VaultLock::acquire(folder, 1s, VaultLock::Manner::ring, [] {});
    PORCHLIGHT_ASSERT(lock.ok());
    auto vault = Vault::create(std::move(lock).value(), as_bytes("bench"), PasswordCost::minimum(),
                               os_random());
    PORCHLIGHT_ASSERT(vault.ok());
    vault_.emplace(std::move(vault).value());
    std::vector<Write> all;
    for (Record& record : device.records()) {
      all.push_back({record.table, std::move(record.key), std::move(record.value)});
    }
    PORCHLIGHT_ASSERT(vault_->apply(all).ok());
  }

  /// Reads and sends until nothing more happens, without paying or proving: that is the relay's
  /// affair, and the same for every size.
  Costs run() {
    Costs costs;
    timed(costs.core_ms, [&] { core().on_relay_facts(relay_.facts(), Lane::collect, now()); });
    std::set<MailboxId> caught_up;
    for (bool more = true; more;) {
      more = collect(costs, caught_up);
      more |= drop(costs);
      keep(costs);
    }
    return costs;
  }
  template <class Work>
  Costs run_after(Work work) {
    Costs costs;
    timed(costs.core_ms, work);
    return costs += run();
  }
  std::uintmax_t vault_bytes() const {
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.is_regular_file()) bytes += entry.file_size();
    }
    return bytes;
  }
  /// What a command does first: every record read, opened and taken apart.
  double load_ms() {
    double spent = 0;
    timed(spent, [&] {
      auto records = vault_->read_all();
      PORCHLIGHT_ASSERT(records.ok());
      PORCHLIGHT_ASSERT(Core::load(std::move(records).value(), os_random()).ok());
    });
    return spent;
  }
  Core& core() { return device_.core(); }
  TimePoint now() const { return device_.now(); }

 private:
  bool collect(Costs& costs, std::set<MailboxId>& caught_up) {
    bool any = false;
    for (const Subscription& subscription : core().subscriptions(Lane::collect, now())) {
      const MailboxId id = subscription.address.id();
      for (const auto& [seq, envelope] : std::map(relay_.mailbox(id))) {
        if (seq <= std::max(subscription.after_seq, delivered_[id])) continue;
        delivered_[id] = seq;
        costs.down_bytes += envelope.size();
        ++costs.messages;
        timed(costs.core_ms, [&, seq = seq] { core().on_delivery(id, seq, envelope, now()); });
        any = true;
      }
      if (!caught_up.insert(id).second) continue;
      timed(costs.core_ms, [&] { core().on_caught_up(id, relay_.incarnation(), now()); });
      any = true;
    }
    return any;
  }
  bool drop(Costs& costs) {
    const auto items = core().outbox(Lane::drop);
    for (const OutboxItem& item : items) {
      const auto seq = relay_.drop(item.address, item.envelope, item.if_last);
      PORCHLIGHT_ASSERT(seq.has_value());
      costs.up_bytes += item.envelope.size();
      ++costs.dropped;
      timed(costs.core_ms, [&] { core().on_dropped(item.id, *seq, now()); });
    }
    return !items.empty();
  }
  void keep(Costs& costs) {
    Effects effects;
    timed(costs.core_ms, [&] { effects = core().drain(); });
    if (effects.writes.empty()) return;
    timed(costs.vault_ms, [&] { PORCHLIGHT_ASSERT(vault_->apply(effects.writes).ok()); });
  }

  Device& device_;
  MemoryRelay& relay_;
  std::filesystem::path folder_;
  std::optional<Vault> vault_;
  std::map<MailboxId, std::uint64_t> delivered_;
};

}  // namespace porchlight::client
