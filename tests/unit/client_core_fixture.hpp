// Devices whose vault is a map, and the way from nothing to a group: the client's core without
// network or disk.
#pragma once

#include <set>

#include "tests/unit/client_core_relay.hpp"

namespace porchlight::client {

/// Thrown where a test pulls the plug.
struct PowerCut {};

/// One member's device.
class Device {
 public:
  Device(MemoryRelay& relay, std::uint64_t seed)
      : relay_(relay), random_(seed), core_(Core::create(relay.address(), random_, relay.now)) {
    keep();
  }

  Core& core() { return core_; }
  TimePoint now() const { return relay_.now + clock_ahead; }
  std::chrono::minutes clock_ahead{0};
  std::vector<Notice> notices;
  /// The plug is pulled before the step that would be this many steps from now; 0 for never.
  std::size_t steps_until_cut = 0;
  std::size_t steps = 0;

  void keep() {
    Effects effects = core_.drain();
    for (Write& write : effects.writes) {
      std::pair place{write.table, std::move(write.key)};
      if (write.value) {
        vault_.insert_or_assign(std::move(place), std::move(*write.value));
      } else {
        vault_.erase(place);
      }
    }
    for (Notice& notice : effects.notices) notices.push_back(std::move(notice));
  }

  std::vector<Record> records() const {
    std::vector<Record> records;
    for (const auto& [place, value] : vault_) {
      records.push_back({place.first, place.second, SecretBytes(value.reveal())});
    }
    return records;
  }
  void reload() { reload_from(records()); }
  void reload_from(std::vector<Record> records) {
    auto loaded = Core::load(std::move(records), random_);
    ASSERT_TRUE(loaded.ok()) << loaded.error().what;
    core_ = std::move(loaded).value();
  }
  /// A backup is put back: the vault is what it was.
  void restore(std::vector<Record> records) {
    vault_.clear();
    for (Record& record : records) {
      vault_.emplace(std::pair{record.table, record.key}, std::move(record.value));
    }
    reload();
  }

  /// The same as `porchlight vault restore` does it: the vault knows that it comes from a backup.
  void put_back(std::vector<Record> records) {
    restore(std::move(records));
    core_.on_restored();
    keep();
    reload();
    forget_deliveries();
  }

  /// Everything that can be read and sent, until nothing more happens.
  void sync() {
    core_.on_tick(now());
    connect(Lane::collect);
    for (bool more = true; more;) {
      more = collect(Lane::collect);
      more |= follow_parcel();
      more |= drop(Lane::drop);
      more |= drop(Lane::join);
      more |= erase();
    }
  }

  void connect(Lane lane) {
    step();
    core_.on_relay_facts(relay_.facts(), lane, now());
    keep();
    caught_up_.clear();
  }

  bool collect(Lane lane) {
    bool any = false;
    for (const Subscription& subscription : core_.subscriptions(lane, now())) {
      const MailboxId id = subscription.address.id();
      if (!is_wanted(lane, id)) continue;  // what came from another has changed that
      const bool guest =
          lane == Lane::parcel && subscription.address.has(wire::mailbox_flag::guest);
      if (!guest && !pay(lane)) return any;
      expect_proof(subscription.address, wire::MAILBOX_RIGHT_COLLECT);
      std::vector<std::pair<std::uint64_t, Bytes>> coming;
      for (const auto& [seq, envelope] : relay_.mailbox(id)) {
        if (seq > subscription.after_seq && !withheld.contains(seq)) {
          coming.emplace_back(seq, envelope);
        }
      }
      for (const auto& [seq, envelope] : coming) {
        if (seq <= delivered_[id]) continue;  // a halted group leaves its cursor where it is
        step();
        core_.on_delivery(id, seq, envelope, now());
        delivered_[id] = seq;
        keep();
        any = true;
      }
      if (caught_up_.insert(id).second) {
        step();
        core_.on_caught_up(id, relay_.incarnation(), now());
        keep();
        any = true;
      }
    }
    return any;
  }

  bool drop(Lane lane) {
    bool any = false;
    for (const OutboxItem& item : core_.outbox(lane)) {
      if (!pay(lane)) return any;
      if (item.address.drop_key) expect_proof(item.address, wire::MAILBOX_RIGHT_DROP);
      keep();
      step();
      const auto seq = relay_.drop(item.address, item.envelope, item.if_last);
      step();  // the answer may be lost
      if (seq) {
        core_.on_dropped(item.id, *seq, now());
      } else {
        wire::Failure failure;
        failure.set_code(wire::FAILURE_NOT_LAST);
        failure.set_newest_seq(relay_.newest(item.address.id()));
        core_.on_drop_refused(item.id, failure, now());
      }
      keep();
      any = true;
    }
    return any;
  }

  bool erase() {
    bool any = false;
    for (const Erasure& erasure : core_.erasures()) {
      expect_proof(erasure.address, wire::MAILBOX_RIGHT_COLLECT);
      auto& mailbox = relay_.mailbox(erasure.address.id());
      std::erase_if(mailbox, [&](const auto& held) { return held.first <= erasure.up_to_seq; });
      core_.on_erased(erasure.address.id(), erasure.up_to_seq);
      keep();
      any = true;
    }
    return any;
  }

  bool follow_parcel() {
    if (core_.subscriptions(Lane::parcel, now()).empty()) return false;
    connect_other(Lane::parcel);
    return collect(Lane::parcel);
  }
  void connect_other(Lane lane) { core_.on_relay_facts(relay_.facts(), lane, now()); }

  /// Runs every errand that can be run in haste.
  void run_errands() {
    while (const auto errand = core_.errand(now(), Haste::now)) {
      core_.on_relay_facts(relay_.facts(), std::nullopt, now());
      const auto request = core_.errand_request(*errand, relay_.challenge(), now());
      ASSERT_TRUE(request.ok()) << request.error().what;
      keep();
      core_.on_errand_answer(*errand, relay_.answer(*request), now());
      keep();
    }
  }

  bool has_notice(Notice::Kind kind) const {
    return std::any_of(notices.begin(), notices.end(),
                       [&](const Notice& notice) { return notice.kind == kind; });
  }
  bool has_warning(WarningView::Kind kind) {
    const auto all = core_.warnings();
    return std::any_of(all.begin(), all.end(),
                       [&](const WarningView& warning) { return warning.kind == kind; });
  }
  std::vector<std::string> texts(const GroupId& group) {
    std::vector<std::string> all;
    for (const MessageView& view : core_.messages(group)) all.push_back(view.body.text().text());
    return all;
  }
  MessageId say(const GroupId& group, std::string text) {
    wire::Body body;
    body.mutable_text()->set_text(std::move(text));
    const auto posted = core_.post(group, body, now());
    EXPECT_TRUE(posted.ok()) << (posted.ok() ? "" : posted.error().what);
    keep();
    return posted.ok() ? *posted : MessageId{};
  }

  /// Envelopes that the relay keeps from this device.
  std::set<std::uint64_t> withheld;
  /// What was delivered is delivered again from the cursors on.
  void forget_deliveries() { delivered_.clear(); }

 private:
  bool is_wanted(Lane lane, const MailboxId& id) {
    const auto all = core_.subscriptions(lane, now());
    return std::any_of(all.begin(), all.end(), [&](const Subscription& subscription) {
      return subscription.address.id() == id;
    });
  }
  void step() {
    ++steps;
    if (steps_until_cut > 0 && --steps_until_cut == 0) throw PowerCut{};
  }
  bool pay(Lane lane) {
    for (;;) {
      const auto order = core_.spend_order(lane, now());
      if (!order.ok()) return false;
      keep();
      step();
      const bool taken = relay_.spend(*order);
      step();  // the answer may be lost
      if (!taken) {
        core_.on_spend_refused(order->spend_id, now());
        keep();
        continue;
      }
      if (order->claim == SpendOrder::Claim::contested) {
        wire::Budget left;
        left.set_drops(limits::session_drops);
        core_.on_budget(order->spend_id, left, now());
        keep();
      }
      return true;
    }
  }
  void expect_proof(const wire::MailboxAddress& address, wire::MailboxRight right) {
    const Challenge challenge = relay_.challenge();
    const auto proof = core_.prove(address, right, challenge);
    ASSERT_TRUE(proof.ok()) << proof.error().what;
    const bool collect = right == wire::MAILBOX_RIGHT_COLLECT;
    EXPECT_TRUE(wire::verify_possession(
        collect ? wire::label::prove_collect : wire::label::prove_drop, relay_.address().identity,
        challenge, address.encode(), *proof, collect ? address.collect_key : *address.drop_key));
  }

  MemoryRelay& relay_;
  SeededRandom random_;
  Core core_;
  std::map<std::pair<Table, Bytes>, SecretBytes> vault_;
  std::set<MailboxId> caught_up_;
  std::map<MailboxId, std::uint64_t> delivered_;
};

/// A coordinator who founded a group, with tokens to invite.
inline void take_operator_invite(Device& device, MemoryRelay& relay, int enroll_stock = 4,
                                 int sessions = 20) {
  EXPECT_TRUE(
      device.core().follow(relay.operator_invite(enroll_stock, sessions), device.now()).ok());
  device.sync();
  EXPECT_TRUE(device.core().accept_offer("", device.now()).ok());
  device.keep();
}

inline GroupId found(Device& founder, MemoryRelay& relay, const std::string& name = "dispatch") {
  take_operator_invite(founder, relay);
  const auto group = founder.core().create_group(name, "Ana", founder.now());
  EXPECT_TRUE(group.ok()) << (group.ok() ? "" : group.error().what);
  founder.keep();
  founder.sync();
  return *group;
}

inline wire::Link invite(Device& inviter, const GroupId& group, const std::string& to,
                         wire::Role role = wire::ROLE_MEMBER) {
  auto link = inviter.core().create_invite({group, to, role, 1h}, inviter.now());
  EXPECT_TRUE(link.ok()) << (link.ok() ? "" : link.error().what);
  inviter.keep();
  inviter.sync();
  return std::move(link).value();
}

/// From the link to the request at the relay.
inline void ask(Device& joiner, const wire::Link& link, const std::string& name) {
  const auto followed = joiner.core().follow(link, joiner.now());
  ASSERT_TRUE(followed.ok()) << followed.error().what;
  joiner.keep();
  joiner.sync();
  ASSERT_TRUE(joiner.core().offer().has_value());
  const auto accepted = joiner.core().accept_offer(name, joiner.now());
  ASSERT_TRUE(accepted.ok()) << accepted.error().what;
  joiner.keep();
  joiner.sync();
}

inline void approve_all(Device& lead) {
  lead.sync();
  std::vector<std::string> ids;
  for (const RequestView& view : lead.core().requests()) ids.push_back(view.id);
  const auto approved = lead.core().approve(ids, lead.now());
  ASSERT_TRUE(approved.ok()) << approved.error().what;
  lead.keep();
  lead.sync();
}

/// Invited, asked, approved, welcomed.
inline void bring_in(Device& lead, Device& joiner, const GroupId& group, const std::string& name,
                     wire::Role role = wire::ROLE_MEMBER) {
  ask(joiner, invite(lead, group, name, role), name);
  approve_all(lead);
  joiner.sync();
  ASSERT_TRUE(joiner.core().group("dispatch").ok());
  ASSERT_EQ(joiner.core().group("dispatch")->standing, GroupView::Standing::member);
}

}  // namespace porchlight::client
