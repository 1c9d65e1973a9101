#include "client/engine/listener.hpp"

#include <unistd.h>

#include <set>

#include "client/engine/backoff.hpp"
#include "client/engine/errand_task.hpp"
#include "client/engine/spawn.hpp"

namespace porchlight::client {
namespace {

using net::awaitable;
namespace asio = net::asio;

/// What no waiting mends, and a person must see.
bool is_final(Errc code) {
  return code == Errc::wrong_identity || code == Errc::not_authentic || code == Errc::update_needed;
}

}  // namespace

void Listener::start(const StopSignals& signals, const VaultBell* bell) {
  for (const Lane lane : {Lane::collect, Lane::drop, Lane::parcel, Lane::join}) {
    spawn(io_, run_lane(lane));
  }
  spawn(io_, mind_the_time());
  spawn(io_, tell_changes());
  // Copies, as a stream_descriptor closes what it has.
  net::error_code ignored;
  signals_.assign(dup(signals.descriptor()), ignored);
  spawn(io_, watch(signals_, ListenEnd::interrupted));
  if (bell) {
    bell_.assign(dup(bell->descriptor()), ignored);
    spawn(io_, watch(bell_, ListenEnd::wanted));
  }
  if (callbacks_.input < 0) return;
  input_.assign(dup(callbacks_.input), ignored);
  spawn(io_, take_input());
}

Result<ListenEnd> Listener::end() const {
  if (failure_) return *failure_;
  return end_;
}

void Listener::stop(ListenEnd why) {
  if (stopped_) return;
  stopped_ = true;
  end_ = why;
  net::error_code ignored;  // nothing to cancel is no trouble
  signals_.cancel(ignored);
  bell_.cancel(ignored);
  input_.cancel(ignored);
  for (const auto& [lane, task] : tasks_) task->stop();
  wiring_.signal.raise();
}

void Listener::fail(const Error& error) {
  failure_ = error;
  stop(ListenEnd::finished);
}

// ---- lanes ----------------------------------------------------------------------------------

awaitable<void> Listener::run_lane(Lane lane) {
  const bool collects = lane == Lane::collect;
  Backoff backoff(random_);
  while (!stopped_) {
    const std::uint64_t seen = wiring_.signal.count();
    if (!has_work(wiring_.core, lane, wiring_.keeper.now())) {
      co_await wiring_.signal.beyond(seen);
      continue;
    }
    LaneTask task(wiring_, lane,
                  collects ? LaneSession::Extent::live : LaneSession::Extent::until_caught_up,
                  collects ? LaneTask::Leave::when_told : LaneTask::Leave::at_rest);
    tasks_[lane] = &task;
    const Status end = co_await task.run();
    tasks_.erase(lane);
    if (stopped_) break;
    if (const Status kept = wiring_.keeper.keep(); !kept.ok()) co_return fail(kept.error());
    if (task.settled()) backoff.reset();
    if (end.ok() && !has_work(wiring_.core, lane, wiring_.keeper.now())) continue;
    const auto wait = backoff.next();
    if (const auto trouble = task.trouble()) {
      on_broken(lane, *trouble, wait);
    } else if (!end.ok()) {
      on_broken(lane, end.error(), wait);
    }
    co_await pause(wait);
  }
}

void Listener::on_broken(Lane lane, const Error& why, std::chrono::milliseconds pause) {
  if (is_final(why.code)) return fail(why);
  if (lane != Lane::collect) return;
  connected_ = false;
  callbacks_.on_disconnected(why, pause);
}

awaitable<void> Listener::tell_changes() {
  while (!stopped_) {
    const std::uint64_t seen = wiring_.signal.count();
    const auto collect = tasks_.find(Lane::collect);
    if (!connected_ && collect != tasks_.end() && collect->second->at_rest()) {
      connected_ = true;
      callbacks_.on_connected();
    }
    if (!callbacks_.on_change()) stop(ListenEnd::finished);
    if (!stopped_) co_await wiring_.signal.beyond(seen);
  }
}

// ---- time, signals, the bell ----------------------------------------------------------------

awaitable<void> Listener::mind_the_time() {
  while (!stopped_) {
    co_await run_due_errands();
    co_await until_next_tick();
    if (stopped_) break;
    wiring_.core.on_tick(wiring_.keeper.now());
    if (const Status kept = wiring_.keeper.keep(); !kept.ok()) fail(kept.error());
    const auto collect = tasks_.find(Lane::collect);
    if (collect != tasks_.end() && collect->second->greeted() &&
        wiring_.core.wants_new_connection(wiring_.keeper.now())) {
      collect->second->stop();  // run_lane() connects again
    }
    wiring_.signal.raise();
  }
}

awaitable<void> Listener::run_due_errands() {
  using namespace asio::experimental::awaitable_operators;
  std::set<Errand> tried;
  while (!stopped_) {
    const auto errand = wiring_.core.errand(wiring_.keeper.now(), Haste::none);
    if (!errand || !tried.insert(*errand).second) break;
    // Asked again another time where it is cut short: whoever waits for the vault does not wait
    // long.
    auto running = run_errand(wiring_, *errand) || until_stopped();
    const auto outcome = co_await std::move(running);
    // The core says when it is due again.
    if (outcome.index() == 1 || !std::get<0>(outcome).ok()) break;
  }
}

awaitable<void> Listener::until_stopped() {
  while (!stopped_) {
    co_await wiring_.signal.beyond(wiring_.signal.count());
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) co_return;
  }
}

awaitable<void> Listener::news_or(Moment until) {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer timer(io_, until);
  auto first = timer.async_wait(net::as_result) || wiring_.signal.beyond(wiring_.signal.count());
  co_await std::move(first);
}

awaitable<void> Listener::pause(std::chrono::milliseconds span) {
  const auto until = std::chrono::steady_clock::now() + span;
  while (!stopped_ && std::chrono::steady_clock::now() < until) co_await news_or(until);
}

/// When the core, or whoever listens, wants to be asked again.
std::optional<TimePoint> Listener::next_wanted() {
  auto wanted = wiring_.core.next_tick_at(wiring_.keeper.now());
  if (!callbacks_.look_again_at) return wanted;
  const auto look = callbacks_.look_again_at();
  return look && (!wanted || *look < *wanted) ? look : wanted;
}

/// What is waited for may change while this waits. Never less than a second: a core that wants
/// more than it gets is not to keep the device busy.
awaitable<void> Listener::until_next_tick() {
  using std::chrono::steady_clock;
  auto until = steady_clock::now() + limits::tick_interval;
  do {
    if (const auto wanted = next_wanted()) {
      const auto left = std::max(*wanted - wiring_.keeper.now(), std::chrono::seconds(1));
      until = std::min<Moment>(until, steady_clock::now() + left);
    }
    co_await news_or(until);
  } while (!stopped_ && steady_clock::now() < until);
}

awaitable<void> Listener::watch(Descriptor& descriptor, ListenEnd what) {
  if (stopped_) co_return;  // before this began: its cancel() found nothing
  const auto [cancelled] =
      co_await descriptor.async_wait(asio::posix::descriptor_base::wait_read, net::as_result);
  if (!cancelled) stop(what);
}

awaitable<void> Listener::take_input() {
  while (!stopped_) {
    const auto [cancelled] =
        co_await input_.async_wait(asio::posix::descriptor_base::wait_read, net::as_result);
    if (stopped_ || cancelled) co_return;
    const bool goes_on = callbacks_.on_input();
    if (const Status kept = wiring_.keeper.keep(); !kept.ok()) co_return fail(kept.error());
    if (!goes_on) stop(ListenEnd::finished);
  }
}

}  // namespace porchlight::client
