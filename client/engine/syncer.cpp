#include "client/engine/syncer.hpp"

#include <set>

#include "client/engine/errand_task.hpp"
#include "client/engine/spawn.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using net::awaitable;

constexpr Lane all_lanes[] = {Lane::collect, Lane::drop, Lane::parcel, Lane::join};

/// Of several reasons, the one a person must hear.
int gravity(Errc code) {
  switch (code) {
    case Errc::wrong_identity:
    case Errc::not_authentic:
      return 3;
    case Errc::update_needed:
      return 2;
    default:
      return 1;
  }
}

}  // namespace

void Syncer::start(std::chrono::seconds patience) {
  spawn(io_, run());
  spawn(io_, watch_clock(patience));
}

awaitable<void> Syncer::watch_clock(std::chrono::seconds patience) {
  if (over_) co_return;  // there was nothing to do
  clock_.expires_after(patience);
  const auto [cancelled] = co_await clock_.async_wait(net::as_result);
  if (cancelled) co_return;
  given_up_ = true;
  note({Errc::unreachable,
        tr("The relay did not get to the end in time. What came is kept, and so is what is queued: "
           "try again.")});
  for (auto& [lane, running] : lanes_) running.task.stop();
}

awaitable<void> Syncer::run() {
  // A second time where tokens that an errand fetched let go what had to stay.
  for (int turn = 0; turn < 2 && !given_up_; ++turn) {
    report_.trouble.reset();
    co_await settle_lanes();
    const bool stuck = report_.trouble && report_.trouble->code == Errc::no_tokens;
    const bool helped = !given_up_ && co_await run_errands();
    if (!stuck || !helped) break;
  }
  over_ = true;
  clock_.cancel();
}

// ---- lanes ----------------------------------------------------------------------------------

awaitable<void> Syncer::settle_lanes() {
  lanes_.clear();
  stored_before_round_ = 0;
  while (!given_up_) {
    const std::uint64_t seen = wiring_.signal.count();
    open_lanes();
    if (!all_at_rest()) {
      co_await wiring_.signal.beyond(seen);
    } else if (!another_round()) {
      break;
    }
  }
  co_await close_lanes();
}

void Syncer::open_lanes() {
  std::erase_if(lanes_, [](const auto& entry) {
    return entry.second.over && entry.second.task.must_begin_anew();
  });
  for (const Lane lane : all_lanes) {
    if (lanes_.contains(lane) || !has_work(wiring_.core, lane, wiring_.keeper.now())) continue;
    // An invite's two connections do their one thing and go; the others wait for what follows.
    const bool brief = lane == Lane::parcel || lane == Lane::join;
    const auto leave = brief ? LaneTask::Leave::at_rest : LaneTask::Leave::when_told;
    Running& running = lanes_.try_emplace(lane, wiring_, lane, leave).first->second;
    spawn(io_, run_lane(running));
  }
}

awaitable<void> Syncer::run_lane(Running& running) {
  const Status end = co_await running.task.run();
  running.over = true;
  if (running.task.greeted()) report_.reached = true;
  if (!end.ok()) {
    note(end.error());
    // Where one connection cannot be made, the others would only take as long to fail.
    if (!running.task.greeted()) given_up_ = true;
  }
  const auto trouble = running.task.trouble();
  if (trouble && !running.task.must_begin_anew()) note(*trouble);
  wiring_.signal.raise();
}

bool Syncer::all_at_rest() {
  for (auto& [lane, running] : lanes_) {
    if (!running.over && !running.task.at_rest()) return false;
  }
  return true;
}

// What was stored may be waited for: a change to a group counts when it was read back.
bool Syncer::another_round() {
  const auto collect = lanes_.find(Lane::collect);
  if (collect == lanes_.end() || collect->second.over) return false;
  std::size_t stored = 0;
  for (const auto& [lane, running] : lanes_) stored += running.task.stored();
  if (stored == stored_before_round_) return false;
  stored_before_round_ = stored;
  collect->second.task.collect_again();
  wiring_.signal.raise();
  return true;
}

awaitable<void> Syncer::close_lanes() {
  for (auto& [lane, running] : lanes_) running.task.stop();
  for (auto& [lane, running] : lanes_) {
    while (!running.over) {
      co_await wiring_.signal.beyond(wiring_.signal.count());
    }
  }
}

// ---- errands --------------------------------------------------------------------------------

awaitable<bool> Syncer::run_errands() {
  std::set<Errand> tried;
  while (!given_up_) {
    const auto errand = wiring_.core.errand(wiring_.keeper.now(), haste_);
    if (!errand || !tried.insert(*errand).second) break;
    const Status end = co_await run_errand(wiring_, *errand);
    if (!end.ok()) {
      note(end.error());
      break;
    }
    report_.reached = true;
  }
  co_return !tried.empty();
}

void Syncer::note(const Error& error) {
  if (!report_.trouble || gravity(error.code) > gravity(report_.trouble->code)) {
    report_.trouble = error;
  }
}

}  // namespace porchlight::client
