#include "tests/sim/relay_node.hpp"

#include "proto/base/limits.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/person.pb.h"
#include "tests/sim/describe.hpp"

namespace porchlight::sim {
namespace {

constexpr std::size_t read_envelopes_max = 8;
constexpr std::size_t read_bytes_max = 256 * 1024;
constexpr Milliseconds commit_delay{5};
constexpr std::chrono::minutes housekeeping_interval{10};

wire::RelayAddress make_address(const VerifyKey& identity) {
  return {wire::relay_identity(identity), {"relay.example", wire::default_port}};
}

// Inviters get their own tokens at once: runs are shorter than a week. And tokens buy few proofs,
// so that even a short run uses some up.
relay::Policy policy_of_runs() {
  relay::Policy policy;
  policy.inviter_wait_days = 0;
  policy.session_budget.proofs = 64;
  return policy;
}

template <class T>
T must(Result<T> result) {
  PORCHLIGHT_ASSERT(result.ok());
  return std::move(result).value();
}

}  // namespace

RelayNode::RelayNode(World& world, Network& network, RelayView& view)
    : world_(world),
      network_(network),
      view_(view),
      random_(world.stream("relay")),
      identity_(random_.secret<SigningSeed>()),
      token_secret_(random_.secret<relay::TokenSecret>()),
      address_(make_address(identity_.verify_key())),
      database_(relay::make_memory_database({.incarnation = random_.fixed<Incarnation>()})),
      reader_(must(database_->reader())),
      context_{.identity = address_.identity,
               .incarnation = must(database_->ledger().incarnation()),
               .policy = policy_of_runs(),
               .keyring = nullptr,
               .random = random_} {
  renew_keyring();
  keep_house();
}

RelayNode::~RelayNode() = default;

void RelayNode::renew_keyring() {
  if (context_.keyring && context_.keyring->is_complete(world_.now())) return;
  context_.keyring = std::make_shared<const relay::Keyring>(
      must(relay::load_keyring(*database_, token_secret_, identity_, world_.now())));
}

ConnectionId RelayNode::connect(Endpoint client, const std::string& purpose) {
  const auto id = std::make_shared<ConnectionId>(0);
  Endpoint here{[this, id](const std::string& frame) { on_frame(*id, frame); },
                [this, id] { clients_.erase(*id); }};
  *id = network_.connect(std::move(client), std::move(here));
  if (world_.clock() < up_again_) {
    network_.cut(*id);
    return *id;
  }
  renew_keyring();
  const auto [there, fresh] =
      clients_.emplace(*id, Client{relay::Session(context_), purpose, {}, world_.clock()});
  send(*id, there->second.session.greeting(world_.now()));
  return *id;
}

void RelayNode::restart(Milliseconds pause) {
  world_.trace("relay restarts");
  world_.count("relay restarts");
  life_ += 1;
  up_again_ = world_.clock() + pause;
  queue_.clear();
  commit_scheduled_ = false;
  database_->rollback();
  for (const auto& [id, client] : clients_) network_.cut(id);
  clients_.clear();
}

void RelayNode::back_up() {
  backup_ = relay::copy_memory_database(*database_);
  backed_up_at_ = world_.now();
  world_.trace("the relay is backed up");
}

bool RelayNode::restore(std::chrono::hours age_max) {
  if (!backup_ || world_.now() - backed_up_at_ > age_max ||
      wire::token_week(world_.now()) != wire::token_week(backed_up_at_)) {
    return false;
  }
  restart(Milliseconds{1'000});
  world_.trace("the relay is restored from its backup");
  world_.count("relay restores");
  reader_.reset();
  database_ = relay::copy_memory_database(*backup_);
  reader_ = must(database_->reader());
  must(database_->begin());
  must(database_->ledger().set_incarnation(random_.fixed<Incarnation>()));
  must(database_->commit());
  context_.incarnation = must(database_->ledger().incarnation());
  context_.keyring = nullptr;
  renew_keyring();
  return true;
}

void RelayNode::on_frame(ConnectionId connection, const std::string& frame) {
  const auto found = clients_.find(connection);
  if (found == clients_.end()) return;
  found->second.last_heard = world_.clock();
  view_.on_request(connection, found->second.purpose, frame);
  if (detail_ == Detail::frames) {
    world_.trace(found->second.purpose + " asks " + describe_request(frame));
  }
  perform(connection, found->second.session.on_frame(as_bytes(frame), world_.now()));
}

void RelayNode::perform(ConnectionId connection, relay::Effects effects) {
  for (relay::Effect& effect : effects) {
    const auto found = clients_.find(connection);
    if (found == clients_.end()) return;
    if (const auto* answer = std::get_if<relay::Send>(&effect)) {
      send(connection, answer->answer);
    } else if (auto* queued = std::get_if<relay::Queue>(&effect)) {
      auto* append = std::get_if<relay::Append>(&queued->operation);
      if (append != nullptr && append->mailbox == ignoring_if_last_) append->if_last.reset();
      queue_.push_back({connection, queued->ticket, std::move(queued->operation)});
      schedule_commit();
    } else if (const auto* order = std::get_if<relay::Deliver>(&effect)) {
      found->second.readings.push_back({*order});
      pump(connection);
    } else {
      network_.close(connection, Side::relay);
      clients_.erase(connection);
    }
  }
}

void RelayNode::send(ConnectionId connection, const wire::Answer& answer) {
  if (detail_ == Detail::frames) {
    world_.trace("relay to " + clients_.at(connection).purpose + ": " + describe_answer(answer));
  }
  network_.send(connection, Side::relay, answer.SerializeAsString());
}

void RelayNode::schedule_commit() {
  if (commit_scheduled_) return;
  commit_scheduled_ = true;
  world_.after(commit_delay, [this, life = life_] {
    if (life == life_) commit();
  });
}

void RelayNode::commit() {
  commit_scheduled_ = false;
  std::vector<Waiting> batch = std::move(queue_);
  queue_.clear();
  const Milliseconds pause{random_.between(100, 60'000)};
  if (crash_point_ == CrashPoint::before_commit) {
    crash_point_ = CrashPoint::none;
    return restart(pause);
  }
  if (lie_pending_) return tell_a_lie(std::move(batch));
  std::vector<const relay::Operation*> operations;
  for (const Waiting& waiting : batch) operations.push_back(&waiting.operation);
  const std::vector<relay::Outcome> outcomes =
      relay::commit_batch(*database_, operations, context_.policy, world_.now());
  PORCHLIGHT_ASSERT(outcomes.size() == batch.size());
  if (crash_point_ == CrashPoint::after_commit) {
    crash_point_ = CrashPoint::none;
    return restart(pause);
  }
  report(batch, outcomes);
}

void RelayNode::report(const std::vector<Waiting>& batch,
                       const std::vector<relay::Outcome>& outcomes) {
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const Waiting& waiting = batch[i];
    if (const auto there = clients_.find(waiting.connection); there != clients_.end()) {
      perform(waiting.connection,
              there->second.session.on_outcome(waiting.ticket, outcomes[i], world_.now()));
    }
    if (std::holds_alternative<relay::NotLast>(outcomes[i])) world_.count("lost races");
    const auto* append = std::get_if<relay::Append>(&waiting.operation);
    const auto* stored = std::get_if<relay::Stored>(&outcomes[i]);
    if (append != nullptr && stored != nullptr &&
        stored->novelty == relay::Stored::Novelty::fresh) {
      pump_mailbox(append->mailbox);
    }
  }
}

// Answers the batch's first drop as if it were stored, and loses it.
void RelayNode::tell_a_lie(std::vector<Waiting> batch) {
  for (const Waiting& waiting : batch) {
    const auto* append = std::get_if<relay::Append>(&waiting.operation);
    const auto there = clients_.find(waiting.connection);
    if (append == nullptr || there == clients_.end()) continue;
    lie_pending_ = false;
    const relay::Seq newest = must(reader_->newest(append->mailbox));
    const relay::Stored stored{
        std::max(newest + 1, wire::first_seq_of_hour(wire::unix_hour(world_.now())))};
    perform(waiting.connection,
            there->second.session.on_outcome(waiting.ticket, stored, world_.now()));
    // The answer is given time to arrive, the next commit is not.
    world_.after(Milliseconds{1'000}, [this] { restart(Milliseconds{100}); });
    commit_scheduled_ = true;
    return;
  }
  lie_pending_ = false;
  queue_ = std::move(batch);
  commit();
  lie_pending_ = true;
}

void RelayNode::pump_mailbox(const MailboxId& mailbox) {
  std::vector<ConnectionId> readers;
  for (const auto& [id, client] : clients_) {
    for (const Reading& reading : client.readings) {
      if (reading.order.mailbox == mailbox) readers.push_back(id);
    }
  }
  for (const ConnectionId id : readers) pump(id);
}

void RelayNode::pump(ConnectionId connection) {
  const auto found = clients_.find(connection);
  if (found == clients_.end()) return;
  std::vector<Reading>& readings = found->second.readings;
  std::erase_if(readings,
                [&](Reading& reading) { return !pump(connection, found->second, reading); });
}

// False when the reading has ended.
bool RelayNode::pump(ConnectionId connection, Client& client, Reading& reading) {
  relay::Deliver& order = reading.order;
  for (;;) {
    std::vector<relay::StoredEnvelope> envelopes =
        must(reader_->read(order.mailbox, order.after, read_envelopes_max, read_bytes_max));
    if (envelopes.empty()) break;
    order.after = envelopes.back().seq;
    if (meddler_) envelopes = meddler_(client.purpose, order.mailbox, std::move(envelopes));
    for (const relay::StoredEnvelope& envelope : envelopes) {
      wire::Answer answer;
      answer.set_id(order.request_id);
      answer.mutable_delivery()->set_seq(envelope.seq);
      answer.mutable_delivery()->set_envelope(to_string(*envelope.bytes));
      send(connection, answer);
    }
  }
  if (!reading.caught_up) {
    reading.caught_up = true;
    wire::Answer answer;
    answer.set_id(order.request_id);
    answer.mutable_caught_up()->set_incarnation(context_.incarnation.str());
    send(connection, answer);
  }
  if (order.extent == relay::Deliver::Extent::live) return true;
  client.session.on_collect_ended();
  return false;
}

void RelayNode::keep_house() {
  renew_keyring();
  relay::Swept swept{.envelopes = 0, .rest = relay::Swept::Rest::more};
  while (swept.rest == relay::Swept::Rest::more) {
    swept = must(relay::sweep(*database_, world_.now()));
  }
  std::vector<ConnectionId> silent;
  for (const auto& [id, client] : clients_) {
    if (world_.clock() - client.last_heard > limits::idle_timeout) silent.push_back(id);
  }
  for (const ConnectionId id : silent) {
    network_.close(id, Side::relay);
    clients_.erase(id);
  }
  world_.after(housekeeping_interval, [this] { keep_house(); });
}

void RelayNode::plant(const MailboxId& mailbox, Bytes envelope) {
  planted_.emplace(mailbox, store(mailbox, envelope));
  pump_mailbox(mailbox);
}

void RelayNode::put(const MailboxId& mailbox, Bytes envelope) {
  (void)store(mailbox, envelope);
  pump_mailbox(mailbox);
}

bool RelayNode::is_planted(const MailboxId& mailbox, relay::Seq seq) const {
  return planted_.contains({mailbox, seq});
}

relay::Seq RelayNode::store(const MailboxId& mailbox, ByteView envelope) {
  view_.on_envelope(envelope);
  const relay::Seq newest = must(reader_->newest(mailbox));
  const std::uint32_t hour = wire::unix_hour(world_.now());
  const relay::Seq seq = std::max(newest + 1, wire::first_seq_of_hour(hour));
  must(database_->begin());
  must(database_->store().append({.mailbox = mailbox,
                                  .seq = seq,
                                  .expiry_hour = hour + 24 * limits::long_days,
                                  .hash = wire::envelope_hash(envelope),
                                  .bytes = envelope}));
  must(database_->commit());
  return seq;
}

std::vector<relay::StoredEnvelope> RelayNode::contents(const MailboxId& mailbox) {
  return must(reader_->read(mailbox, 0, 10'000, std::size_t{1} << 30));
}

wire::Link RelayNode::operator_invite() {
  renew_keyring();
  const auto mint = [&](relay::TokenKind kind) {
    return must(context_.keyring->mint(kind, world_.now(), random_));
  };
  wire::Parcel parcel;
  wire::RelayInvite& invite = *parcel.mutable_relay_invite();
  invite.set_suite(1);
  invite.set_relay_identity(address_.identity.str());
  invite.set_expires_minute(wire::unix_minute(world_.now()) + 7 * 24 * 60);
  wire::Supplies& supplies = *invite.mutable_supplies();
  *supplies.mutable_enroll() = mint(relay::TokenKind::enroll_inviter);
  for (int i = 0; i < 16; ++i) *supplies.add_session() = mint(relay::TokenKind::session);
  for (int i = 0; i < 16; ++i) {
    *supplies.add_enroll_stock() = mint(relay::TokenKind::enroll_member);
  }
  wire::InviteSeed seed = random_.secret<wire::InviteSeed>();
  const wire::InviteKeys keys(seed);
  store(keys.address().id(),
        must(wire::seal_envelope(seal_key(keys.seal), as_bytes(parcel.SerializeAsString()))));
  return {address_, std::move(seed), mint(relay::TokenKind::session)};
}

}  // namespace porchlight::sim
