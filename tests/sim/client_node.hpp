// One person's device in virtual time: the client's own core and lanes over a vault that survives
// crashes, with a clock that may be wrong. It does what the program's engine does: keeps what the
// core asks for, then sends; opens a lane when there is work for it; tries again later.
// Must not know: what the scenario is about.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "tests/sim/channel_history.hpp"
#include "tests/sim/history.hpp"
#include "tests/sim/records.hpp"
#include "tests/sim/relay_node.hpp"
#include "tests/sim/secrecy.hpp"
#include "tests/sim/talk.hpp"
#include "tests/sim/vault.hpp"

namespace porchlight::sim {

/// How soon a device looks and tries again: seldom, so that days go by quickly, or as the programs
/// do.
enum class Patience : std::uint8_t { of_minutes, of_seconds };

/// What all devices of a run share.
struct Ground {
  World& world;
  Network& network;
  RelayNode& relay;
  History& history;
  ChannelHistory& channels;
  Records& records;
  Secrecy& secrecy;
  Honesty honesty;
  Patience patience = Patience::of_minutes;
};

/// Where the next crash hits: what was to be kept is lost; it is kept, but nothing leaves; or only
/// the first frames leave.
enum class CrashPoint : std::uint8_t { none, before_keeping, after_keeping, while_sending };

/// `after_sending` is a deliberate fault: what is to be kept waits for the next tick.
enum class KeepOrder : std::uint8_t { before_sending, after_sending };

class ClientNode final : public client::Keeper {
 public:
  ClientNode(const Ground& ground, std::string name, std::chrono::seconds clock_ahead);
  ~ClientNode() override;

  const std::string& name() const { return name_; }
  bool up() const { return core_ != nullptr; }
  /// Only while up().
  const client::Core& core() const { return *core_; }
  Device device() const { return {name_, core_.get(), device_now(), identity_}; }
  /// What is durable on it.
  std::vector<client::Record> vault() const { return vault_.records(); }
  TimePoint device_now() const { return ground_.world.now() + clock_ahead_ + clock_leap_; }

  /// What a person does. True when it was kept, whatever happened to the device afterwards.
  bool act(const std::function<void(client::Core&)>& action);

  /// Somebody sets its clock, so far from what it was at first; zero sets it right again.
  void set_clock(std::chrono::seconds leap);
  void go_offline();
  void go_online();
  void crash();
  /// At the `steps`-th next time that something is kept.
  void crash_soon(CrashPoint point, std::uint32_t steps);
  void call_off_crash() { crash_point_ = CrashPoint::none; }
  /// After a crash; does nothing otherwise.
  void start();
  void set_keep_order(KeepOrder order) { keep_order_ = order; }

  /// Nothing is under way, and nothing more can be done at once.
  bool at_rest() const;
  /// What keeps it from that, for the trace.
  std::string describe_unrest() const;

  TimePoint now() override { return device_now(); }
  Status keep() override;

 private:
  using Slot = std::optional<client::Lane>;  // none is the errand
  struct Run {
    ConnectionId connection;
    std::unique_ptr<Talk> talk;
  };

  bool is_wanted(const Slot& slot) const;
  std::unique_ptr<Talk> make_talk(const Slot& slot);
  void open(const Slot& slot);
  void end(const Slot& slot);
  void on_frame(const Slot& slot, ConnectionId connection, const std::string& frame);
  void on_closed(const Slot& slot, ConnectionId connection);
  void tend();
  void tend_soon();
  /// What waits for its time leaves in time.
  void wake_in_time();
  void step(const Slot& slot);
  void send(ConnectionId connection, const std::string& output);
  void watch(const MailboxId& mailbox, std::uint64_t seq, const std::function<void()>& deliver);
  void tick();
  /// While its clock is far from the relay's, time erases nothing.
  void check_erasures(const std::vector<client::Write>& writes) const;
  void check_clock_is_told() const;
  bool knows_its_clock() const;
  Milliseconds draw_pause(const Slot& slot, Milliseconds most);
  void tell(const std::vector<client::Notice>& notices);
  void look(const std::vector<client::Write>& writes);
  void apply(std::vector<client::Write> writes);
  void apply_late();
  bool crashes_at(CrashPoint point);
  void bury_if_dead();
  std::string purpose(const Slot& slot) const;

  Ground ground_;
  std::string name_;
  std::chrono::seconds clock_ahead_;
  std::chrono::seconds clock_leap_{0};
  World::Clock clock_set_{};
  SeededRandom random_;  // the core's
  SeededRandom fate_;    // delays of this device
  Vault vault_;
  VerifyKey identity_;
  std::unique_ptr<client::Core> core_;
  std::map<Slot, Run> runs_;
  std::map<Slot, World::Clock> not_before_;
  std::map<Slot, int> failures_;  // since it was heard last
  bool online_ = true;
  bool dead_ = false;  // crashed, and still on the stack of what it was doing
  bool lost_ = false;  // the last thing that was to be kept
  bool tending_ = false;
  bool ticking_ = false;
  bool tend_scheduled_ = false;
  std::optional<World::Clock> wakes_at_;
  CrashPoint crash_point_ = CrashPoint::none;
  std::uint32_t crash_steps_ = 0;
  KeepOrder keep_order_ = KeepOrder::before_sending;
  std::vector<client::Write> late_writes_;  // with KeepOrder::after_sending
};

}  // namespace porchlight::sim
