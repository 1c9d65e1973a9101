// A device's clock: setting it, and what must not follow from one that is wrong (clause 11.4).
#include "proto/base/limits.hpp"
#include "tests/sim/client_node.hpp"

namespace porchlight::sim {
namespace {

constexpr std::chrono::hours clock_agreement{limits::clock_disagreement_max_hours};
/// More than a tick, or what comes between two tries to connect.
constexpr std::chrono::minutes time_to_notice{40};

}  // namespace

void ClientNode::set_clock(std::chrono::seconds leap) {
  if (leap == clock_leap_) return;
  clock_leap_ = leap;
  clock_set_ = ground_.world.clock();
  ground_.world.trace(name_ + "'s clock is set, " +
                      std::to_string(std::chrono::floor<std::chrono::hours>(leap).count()) +
                      " hours off");
  if (leap != std::chrono::seconds{0}) ground_.world.count("clock leaps");
}

void ClientNode::check_erasures(const std::vector<client::Write>& writes) const {
  using client::Table;
  const auto off = device_now() - ground_.world.now();
  if (!ticking_ || std::chrono::abs(off) < clock_agreement) return;
  for (const client::Write& write : writes) {
    const bool is_kept_for_its_time = write.table == Table::messages ||
                                      write.table == Table::kept || write.table == Table::wallet ||
                                      write.table == Table::invites ||
                                      write.table == Table::joins || write.table == Table::groups;
    if (write.value || !is_kept_for_its_time) continue;
    ground_.world.fail("nothing lost: " + name_ + " erases of table " +
                       std::to_string(static_cast<int>(write.table)) +
                       " while its clock is far from the relay's");
  }
}

// Who has had the time to connect since then has compared the clocks.
void ClientNode::check_clock_is_told() const {
  const auto off = device_now() - ground_.world.now();
  const auto collect = runs_.find(client::Lane::collect);
  if (collect == runs_.end() || !collect->second.talk->at_rest() ||
      std::chrono::abs(off) < clock_agreement + std::chrono::minutes{2} || !knows_its_clock()) {
    return;
  }
  ground_.world.count("wrong clocks that are told");
  if (warns_of_its_clock(*core_)) return;
  ground_.world.fail("no silent change: " + name_ +
                     " does not tell its person that its clock is far from the relay's");
}

bool ClientNode::knows_its_clock() const {
  return ground_.world.clock() >= clock_set_ + time_to_notice;
}

void ClientNode::wake_in_time() {
  const auto next = up() ? core_->next_tick_at(device_now()) : std::nullopt;
  if (!next) return;
  const World::Clock at = ground_.world.clock() + Milliseconds{*next - device_now()};
  if (wakes_at_ && *wakes_at_ <= at && *wakes_at_ > ground_.world.clock()) return;
  wakes_at_ = at;
  ground_.world.after(at - ground_.world.clock(), [this, at] {
    if (wakes_at_ != at || !up()) return;
    wakes_at_.reset();
    act([this](client::Core& core) { core.on_tick(device_now()); });
  });
}

}  // namespace porchlight::sim
