// One relay in virtual time: the relay's own sessions and commit rules over its memory database,
// with a commit step that a crash can hit on either side. A restart loses the sessions and what was
// not committed, never the database. Must not know: clients, groups.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "proto/wire/link.hpp"
#include "relay/core/session.hpp"
#include "relay/store/commit.hpp"
#include "relay/store/memory_database.hpp"
#include "tests/sim/network.hpp"
#include "tests/sim/relay_view.hpp"

namespace porchlight::sim {

/// What a dishonest relay makes of what it is about to deliver to `purpose`.
using Meddler = std::function<std::vector<relay::StoredEnvelope>(
    const std::string& purpose, const MailboxId& mailbox,
    std::vector<relay::StoredEnvelope> envelopes)>;

/// What the trace is to hold: what happens, or every frame as well.
enum class Detail : std::uint8_t { events, frames };

class RelayNode {
 public:
  RelayNode(World& world, Network& network, RelayView& view);
  ~RelayNode();

  const wire::RelayAddress& address() const { return address_; }
  const VerifyKey& identity_key() const { return identity_.verify_key(); }

  /// A connection that says by itself who it is for, which is known to the checks alone. While the
  /// relay is down it is closed at once.
  ConnectionId connect(Endpoint client, const std::string& purpose);

  /// The sessions and what is not committed are lost; it is up again after `pause`.
  void restart(Milliseconds pause);
  /// What is committed goes into a backup, in place of the one before.
  void back_up();
  /// The backup is put back, where it is not older than `age_max` and of this token week: the store
  /// is another one from then on. False without such a backup.
  bool restore(std::chrono::hours age_max);
  /// The next commit is hit: before it nothing of the batch is kept, after it nobody is answered.
  enum class CrashPoint : std::uint8_t { none, before_commit, after_commit };
  void crash_at_next_commit(CrashPoint point) { crash_point_ = point; }

  /// What an operator prints: access to the relay with an account that may invite.
  wire::Link operator_invite();

  void set_detail(Detail detail) { detail_ = detail; }
  void set_meddler(Meddler meddler) { meddler_ = std::move(meddler); }
  /// Dishonestly stores what is dropped there whatever was to be the last.
  void ignore_if_last(const MailboxId& mailbox) { ignoring_if_last_ = mailbox; }
  /// A deliberate fault: the next drop is answered as stored, and then the relay crashes.
  void lie_about_next_drop() { lie_pending_ = true; }
  bool lie_pending() const { return lie_pending_; }

  /// Puts an envelope into a mailbox: anybody may where there is no drop key, and the relay
  /// anywhere. It is to be refused by whoever reads it.
  void plant(const MailboxId& mailbox, Bytes envelope);
  /// The same for an envelope that is as good as any.
  void put(const MailboxId& mailbox, Bytes envelope);
  bool is_planted(const MailboxId& mailbox, relay::Seq seq) const;
  /// Everything a mailbox holds, for the scenario's own mischief.
  std::vector<relay::StoredEnvelope> contents(const MailboxId& mailbox);

 private:
  struct Reading {
    relay::Deliver order;
    bool caught_up = false;
  };
  struct Client {
    relay::Session session;
    std::string purpose;
    std::vector<Reading> readings;
    World::Clock last_heard;
  };
  struct Waiting {
    ConnectionId connection;
    relay::Ticket ticket;
    relay::Operation operation;
  };

  void on_frame(ConnectionId connection, const std::string& frame);
  void perform(ConnectionId connection, relay::Effects effects);
  void send(ConnectionId connection, const wire::Answer& answer);
  void schedule_commit();
  void commit();
  void report(const std::vector<Waiting>& batch, const std::vector<relay::Outcome>& outcomes);
  void tell_a_lie(std::vector<Waiting> batch);
  relay::Seq store(const MailboxId& mailbox, ByteView envelope);
  void pump(ConnectionId connection);
  void pump_mailbox(const MailboxId& mailbox);
  bool pump(ConnectionId connection, Client& client, Reading& reading);
  void keep_house();
  void renew_keyring();

  World& world_;
  Network& network_;
  RelayView& view_;
  SeededRandom random_;
  SigningKey identity_;
  relay::TokenSecret token_secret_;
  wire::RelayAddress address_;
  std::unique_ptr<relay::Database> database_;
  std::unique_ptr<relay::Database> backup_;
  TimePoint backed_up_at_;
  std::unique_ptr<relay::Reader> reader_;
  relay::SessionContext context_;
  std::map<ConnectionId, Client> clients_;
  std::vector<Waiting> queue_;
  bool commit_scheduled_ = false;
  std::uint64_t life_ = 0;  // counts restarts: what was scheduled before one does nothing
  World::Clock up_again_{};
  CrashPoint crash_point_ = CrashPoint::none;
  bool lie_pending_ = false;
  Meddler meddler_;
  std::optional<MailboxId> ignoring_if_last_;
  Detail detail_ = Detail::events;
  std::set<std::pair<MailboxId, relay::Seq>> planted_;
};

}  // namespace porchlight::sim
