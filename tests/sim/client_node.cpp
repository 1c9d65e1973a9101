#include "tests/sim/client_node.hpp"

#include <array>

#include "client/core/group_records.hpp"
#include "proto/wire/frame.hpp"

namespace porchlight::sim {
namespace {

using client::Lane;

/// A reader's position, and where somebody is up to something: a warning; that a frame by who was
/// taken out lies there; that a removal has lost; a change of one's own that is proposed anew.
bool may_follow_from_refused(const client::Write& write, Honesty honesty) {
  using client::Table;
  if (write.table == Table::cursors) return true;
  if (honesty == Honesty::honest) return false;
  const bool is_frame = write.table == Table::groups &&
                        static_cast<char>(write.key.front()) == client::group_record::frame;
  const bool is_contest = write.table == Table::groups &&
                          static_cast<char>(write.key.front()) == client::group_record::head;
  return write.table == Table::warnings || write.table == Table::outbox || is_contest ||
         (is_frame && !Holdings::read_frame(write));
}

constexpr std::array<std::optional<Lane>, 5> all_slots = {Lane::collect, Lane::drop, Lane::parcel,
                                                          Lane::join, std::nullopt};

}  // namespace

ClientNode::ClientNode(const Ground& ground, std::string name, std::chrono::seconds clock_ahead)
    : ground_(ground),
      name_(std::move(name)),
      clock_ahead_(clock_ahead),
      random_(ground.world.stream(name_)),
      fate_(ground.world.stream(name_ + " fate")) {
  core_ = std::make_unique<client::Core>(
      client::Core::create(ground_.relay.address(), random_, device_now()));
  PORCHLIGHT_ASSERT(keep().ok());
  identity_ = *ground_.secrecy.identity(name_);
  tick();
}

ClientNode::~ClientNode() = default;

// ---- keeping and crashing -------------------------------------------------------------------

Status ClientNode::keep() {
  const Error gone{Errc::storage, "the device is gone"};
  if (dead_) return gone;
  client::Effects effects = core_->drain();
  if (effects.writes.empty() && effects.notices.empty()) return Ok{};
  if (keep_order_ == KeepOrder::before_sending) {
    if (crashes_at(CrashPoint::before_keeping)) {
      lost_ = true;
      return gone;
    }
    look(effects.writes);
    check_erasures(effects.writes);
    apply(std::move(effects.writes));
  } else {
    for (client::Write& write : effects.writes) late_writes_.push_back(std::move(write));
  }
  tell(effects.notices);
  if (crashes_at(CrashPoint::after_keeping)) return gone;
  return Ok{};
}

void ClientNode::apply(std::vector<client::Write> writes) {
  ground_.records.on_writes(name_, writes);
  ground_.channels.on_kept(name_, writes);
  ground_.secrecy.on_kept(device(), writes);
  vault_.apply(writes);
}

// What the deliberate fault had not kept when it sent.
void ClientNode::apply_late() {
  apply(std::move(late_writes_));
  late_writes_.clear();
}

void ClientNode::tell(const std::vector<client::Notice>& notices) {
  for (const client::Notice& notice : notices) {
    if (notice.kind == client::Notice::Kind::stored && notice.message) {
      ground_.history.stored(*notice.message);
    }
    // Lasting warnings are the checks' business; a person is also told of what others did.
    if (notice.kind == client::Notice::Kind::warning ||
        notice.kind == client::Notice::Kind::refused) {
      ground_.world.trace(name_ + " is told: " + notice.text);
    }
  }
}

// The checks look at a device whenever it has kept something that shows.
void ClientNode::look(const std::vector<client::Write>& writes) {
  for (const client::Write& write : writes) {
    if (write.table == client::Table::groups || write.table == client::Table::messages ||
        write.table == client::Table::channels || write.table == client::Table::warnings) {
      return ground_.history.check_device(device());
    }
  }
}

bool ClientNode::crashes_at(CrashPoint point) {
  if (crash_point_ != point || crash_steps_-- > 1) return false;
  crash_point_ = CrashPoint::none;
  dead_ = true;
  ground_.world.trace(name_ + (point == CrashPoint::before_keeping  ? " crashes before keeping"
                               : point == CrashPoint::after_keeping ? " crashes after keeping"
                                                                    : " crashes while sending"));
  return true;
}

void ClientNode::crash_soon(CrashPoint point, std::uint32_t steps) {
  crash_point_ = point;
  crash_steps_ = steps;
}

void ClientNode::crash() {
  if (!up()) return;
  ground_.world.trace(name_ + " crashes");
  dead_ = true;
  bury_if_dead();
}

void ClientNode::bury_if_dead() {
  if (!dead_ || tending_) return;
  ground_.world.count("crashes");
  dead_ = false;
  while (!runs_.empty()) end(runs_.begin()->first);
  late_writes_.clear();
  core_.reset();
  ground_.world.after(std::chrono::seconds{fate_.between(1, 3'600)}, [this] { start(); });
}

void ClientNode::start() {
  if (up()) return;
  auto loaded = client::Core::load(vault_.records(), random_);
  if (!loaded.ok()) {
    ground_.world.fail("nothing lost: " + name_ + " cannot read its vault: " + loaded.error().what);
    return;
  }
  ground_.world.trace(name_ + " starts");
  core_ = std::make_unique<client::Core>(std::move(loaded).value());
  act([this](client::Core& core) { core.on_tick(device_now()); });
}

bool ClientNode::act(const std::function<void(client::Core&)>& action) {
  if (!up()) return false;
  lost_ = false;
  action(*core_);
  const Status kept = keep();
  PORCHLIGHT_ASSERT(kept.ok() || dead_);
  bury_if_dead();
  tend_soon();
  wake_in_time();
  return !lost_;
}

// ---- connections ----------------------------------------------------------------------------

std::string ClientNode::purpose(const Slot& slot) const {
  constexpr std::array names = {" collect", " drop", " parcel", " join"};
  return name_ + (slot ? names[static_cast<std::size_t>(*slot)] : " errand");
}

bool ClientNode::is_wanted(const Slot& slot) const {
  if (!slot) return core_->errand(device_now(), client::Haste::none).has_value();
  if (*slot == Lane::drop || *slot == Lane::join) return !core_->outbox(*slot).empty();
  return !core_->subscriptions(*slot, device_now()).empty() ||
         (*slot == Lane::collect && !core_->erasures().empty());
}

std::unique_ptr<Talk> ClientNode::make_talk(const Slot& slot) {
  const VerifyKey& relay_key = ground_.relay.identity_key();
  if (!slot) {
    const auto errand = core_->errand(device_now(), client::Haste::none);
    return make_errand_talk(*core_, *this, *errand, relay_key);
  }
  return make_lane_talk(
      *core_, *this, *slot,
      [this](const MailboxId& mailbox, std::uint64_t seq, const std::function<void()>& deliver) {
        watch(mailbox, seq, deliver);
      },
      relay_key);
}

void ClientNode::open(const Slot& slot) {
  const auto id = std::make_shared<ConnectionId>(0);
  Run run{0, make_talk(slot)};
  Endpoint here{[this, slot, id](const std::string& frame) { on_frame(slot, *id, frame); },
                [this, slot, id] { on_closed(slot, *id); }};
  *id = ground_.relay.connect(std::move(here), purpose(slot));
  run.connection = *id;
  runs_.emplace(slot, std::move(run));
}

void ClientNode::end(const Slot& slot) {
  const auto found = runs_.find(slot);
  if (found == runs_.end()) return;
  ground_.network.close(found->second.connection, Side::client);
  runs_.erase(found);
}

void ClientNode::on_frame(const Slot& slot, ConnectionId connection, const std::string& frame) {
  const auto found = runs_.find(slot);
  if (found == runs_.end() || found->second.connection != connection) return;
  tending_ = true;
  failures_.erase(slot);
  found->second.talk->on_frame(as_bytes(frame));
  tending_ = false;
  bury_if_dead();
  tend_soon();
}

Milliseconds ClientNode::draw_pause(const Slot& slot, Milliseconds most) {
  if (ground_.patience == Patience::of_minutes) {
    return Milliseconds{fate_.between(1'000, static_cast<std::uint64_t>(most.count()))};
  }
  // As the program's (client/engine/backoff.hpp).
  const auto step = std::min<Milliseconds>(limits::reconnect_first * (1 << failures_[slot]),
                                           limits::reconnect_most);
  failures_[slot] = std::min(failures_[slot] + 1, 6);
  return step / 2 + Milliseconds{fate_.below(static_cast<std::uint64_t>(step.count()) / 2 + 1)};
}

void ClientNode::on_closed(const Slot& slot, ConnectionId connection) {
  const auto found = runs_.find(slot);
  if (found == runs_.end() || found->second.connection != connection) return;
  runs_.erase(found);
  const Milliseconds pause = draw_pause(slot, std::chrono::seconds{90});
  not_before_[slot] = ground_.world.clock() + pause;
  ground_.world.after(pause, [this] { tend(); });
}

// Frames that come within a moment are one batch.
void ClientNode::tend_soon() {
  if (tend_scheduled_ || !up()) return;
  tend_scheduled_ = true;
  ground_.world.after(Milliseconds{fate_.between(0, 50)}, [this] {
    tend_scheduled_ = false;
    tend();
  });
}

void ClientNode::tend() {
  if (!up() || !online_ || tending_) return;
  tending_ = true;
  for (const Slot& slot : all_slots) {
    if (dead_) break;
    const bool may = ground_.world.clock() >= not_before_[slot];
    if (!runs_.contains(slot) && may && is_wanted(slot)) open(slot);
    step(slot);
  }
  tending_ = false;
  bury_if_dead();
}

void ClientNode::step(const Slot& slot) {
  const auto found = runs_.find(slot);
  if (found == runs_.end()) return;
  Talk& talk = *found->second.talk;
  auto output = talk.step();
  if (dead_) return;
  if (!output.ok()) {
    ground_.world.trace(purpose(slot) + " ends: " + output.error().what);
    if (ground_.honesty == Honesty::honest && output.error().code == Errc::malformed) {
      ground_.world.fail(purpose(slot) + " was answered badly: " + output.error().what);
    }
    not_before_[slot] = ground_.world.clock() + draw_pause(slot, std::chrono::minutes{30});
    return end(slot);
  }
  send(found->second.connection, *output);
  if (dead_ || !talk.finished()) return;
  // What is still wanted cannot be had now: no tokens, or a parcel that has not come yet.
  Milliseconds pause{0};
  if (talk.must_begin_anew()) {
    tend_soon();
  } else if (talk.is_poor()) {
    pause = std::chrono::minutes{fate_.between(20, 90)};
  } else if (is_wanted(slot)) {
    pause = draw_pause(slot, std::chrono::minutes{10});
    ground_.world.after(pause, [this] { tend(); });
  }
  not_before_[slot] = ground_.world.clock() + pause;
  end(slot);
}

void ClientNode::send(ConnectionId connection, const std::string& output) {
  wire::FrameReader reader;
  const ByteView bytes = as_bytes(output);
  std::size_t taken = 0;
  const bool crash = !bytes.empty() && crashes_at(CrashPoint::while_sending);
  while (taken < bytes.size()) {
    const std::span<Byte> room = reader.prepare();
    const std::size_t size = std::min(room.size(), bytes.size() - taken);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(taken), size, room.begin());
    reader.commit(size);
    taken += size;
    for (auto frame = reader.next(); frame.ok() && *frame; frame = reader.next()) {
      if (crash && fate_.chance(300)) return;
      ground_.network.send(connection, Side::client, to_string(**frame));
    }
  }
}

void ClientNode::watch(const MailboxId& mailbox, std::uint64_t seq,
                       const std::function<void()>& deliver) {
  if (!ground_.relay.is_planted(mailbox, seq)) return deliver();
  if (!keep().ok()) return;
  deliver();
  client::Effects effects = core_->drain();
  for (const client::Write& write : effects.writes) {
    if (!may_follow_from_refused(write, ground_.honesty)) {
      ground_.world.fail("no silent change: " + name_ + " let a refused envelope change table " +
                         std::to_string(static_cast<int>(write.table)));
    }
  }
  tell(effects.notices);
  apply(std::move(effects.writes));
}

// ---- time -----------------------------------------------------------------------------------

void ClientNode::tick() {
  if (up()) {
    check_clock_is_told();
    apply_late();
    for (auto& [slot, run] : runs_) run.talk->ping();
    ticking_ = true;
    act([this](client::Core& core) { core.on_tick(device_now()); });
    ticking_ = false;
    if (up() && runs_.contains(Lane::collect) && core_->wants_new_connection(device_now())) {
      end(Lane::collect);
      tend_soon();
    }
  }
  if (up() && fate_.chance(50)) {
    // Another random source: what a core draws must not depend on whether it was looked at.
    SeededRandom aside = ground_.world.stream("aside");
    const auto reloaded = client::Core::load(vault_.records(), aside);
    if (reloaded.ok() && late_writes_.empty()) {
      ground_.history.check_reload(device(), *reloaded);
    } else if (!reloaded.ok()) {
      ground_.world.fail("nothing lost: " + name_ +
                         " has kept what it cannot read: " + reloaded.error().what);
    }
  }
  const std::chrono::seconds pause = ground_.patience == Patience::of_seconds
                                         ? limits::tick_interval
                                         : std::chrono::seconds{fate_.between(500, 840)};
  ground_.world.after(pause, [this] { tick(); });
}

void ClientNode::go_offline() {
  ground_.world.trace(name_ + " goes offline");
  online_ = false;
  while (!runs_.empty()) {
    ground_.network.cut(runs_.begin()->second.connection);
    runs_.erase(runs_.begin());
  }
}

void ClientNode::go_online() {
  online_ = true;
  not_before_.clear();
  tend_soon();
}

bool ClientNode::at_rest() const {
  if (!up() || !online_ || tend_scheduled_) return false;
  if (!knows_its_clock()) return false;
  for (const Slot& slot : {Slot{Lane::drop}, Slot{Lane::join}}) {
    if (is_wanted(slot) || runs_.contains(slot)) return false;
  }
  const auto collect = runs_.find(Lane::collect);
  if (collect == runs_.end()) return !is_wanted(Lane::collect);
  return collect->second.talk->at_rest() && !collect->second.talk->is_poor();
}

std::string ClientNode::describe_unrest() const {
  if (!up()) return name_ + " is down";
  const client::Health health = core_->health(device_now());
  std::string text = name_ + ": " + std::to_string(core_->outbox(Lane::drop).size()) +
                     " to drop, " + std::to_string(core_->outbox(Lane::join).size()) +
                     " to join, " + std::to_string(health.queued) + " queued, " +
                     std::to_string(health.session_tokens) + " tokens, connections:";
  for (const auto& [slot, run] : runs_) {
    text += purpose(slot) + (run.talk->at_rest() ? " at rest" : " busy") +
            (run.talk->is_poor() ? " without tokens;" : ";");
  }
  return text;
}

}  // namespace porchlight::sim
