#include "client/engine/lane_task.hpp"

#include "proto/base/translate.hpp"
#include "proto/net/deadline.hpp"

namespace porchlight::client {
namespace {

using net::awaitable;
namespace asio = net::asio;

Error silent_relay() {
  return {Errc::unreachable, tr("The relay stopped answering. What is queued is kept.")};
}

}  // namespace

void LaneTask::stop() {
  stopped_ = true;
  wiring_.signal.raise();
}

awaitable<void> LaneTask::until_stopped() {
  while (!stopped_) {
    co_await wiring_.signal.beyond(wiring_.signal.count());
    const auto cancellation = co_await asio::this_coro::cancellation_state;
    if (cancellation.cancelled() != asio::cancellation_type::none) co_return;
  }
}

awaitable<Status> LaneTask::run() {
  using namespace asio::experimental::awaitable_operators;
  auto connecting = net::connect(wiring_.tls, wiring_.core.relay().at) || until_stopped();
  auto outcome = co_await std::move(connecting);
  if (outcome.index() == 1) co_return Ok{};
  CO_TRY(net::Connection connection, std::get<0>(std::move(outcome)));
  const auto relay_key = connection.relay_key();
  PORCHLIGHT_ASSERT(relay_key);
  session_.emplace(host_, *relay_key, extent_);
  const Status end = co_await converse(connection);
  connection.close();
  co_return end;
}

awaitable<Status> LaneTask::converse(net::Connection& connection) {
  Silence silence(std::chrono::steady_clock::now());
  while (true) {
    const std::uint64_t seen = wiring_.signal.count();
    auto output = session_->step();
    if (!output.ok()) co_return std::move(output).error();
    if (!output->empty()) {
      auto writing = net::with_deadline(connection.write(*std::move(output)),
                                        limits::request_timeout, silent_relay());
      CO_CHECK(co_await std::move(writing));
      silence.broken(std::chrono::steady_clock::now());
    }
    settled_ |= session_->at_rest() && !session_->trouble();
    if (stopped_ || (leave_ == Leave::at_rest && session_->at_rest())) co_return Ok{};
    if (is_in_vain()) co_return *session_->trouble();
    if (wiring_.signal.count() != seen) continue;
    CO_CHECK(co_await exchange(connection, silence));
  }
}

/// Listening without a token: nothing would ever come.
bool LaneTask::is_in_vain() {
  return extent_ == LaneSession::Extent::live && session_->trouble() && session_->at_rest() &&
         !session_->is_collecting();
}

/// Waits for what comes first, and takes in what has come.
awaitable<Status> LaneTask::exchange(net::Connection& connection, Silence& silence) {
  using namespace asio::experimental::awaitable_operators;
  const bool owed = session_->awaiting_answer();
  asio::steady_timer timer(connection.get_executor());
  timer.expires_at(silence.end(owed, std::chrono::steady_clock::now()));
  auto first = connection.receive() || wiring_.signal.beyond(wiring_.signal.count()) ||
               timer.async_wait(net::as_result);
  const auto outcome = co_await std::move(first);
  // Bytes may have come at the very moment that something else did, and would be waited for in
  // vain. What came before the connection broke counts too; step() keeps it.
  const std::uint64_t seen = wiring_.signal.count();
  const Status framed = take_frames(connection);
  const bool heard = outcome.index() == 0 || wiring_.signal.count() != seen;
  if (heard) silence.broken(std::chrono::steady_clock::now());
  if (outcome.index() == 2 && !heard && framed.ok()) {
    if (owed) co_return silent_relay();
    session_->ping();
    co_return Ok{};
  }
  const Status received = outcome.index() == 0 ? std::get<0>(outcome) : Status{Ok{}};
  if (framed.ok() && received.ok()) co_return Ok{};
  if (const auto last = session_->step(); !last.ok()) co_return last.error();
  co_return framed.ok() ? received.error() : framed.error();
}

Status LaneTask::take_frames(net::Connection& connection) {
  while (true) {
    TRY(const auto frame, connection.next_frame());
    if (!frame) return Ok{};
    session_->on_frame(*frame);
    wiring_.signal.raise();
  }
}

}  // namespace porchlight::client
