// Wakes coroutines of one thread when something changed. Nothing is lost between looking and
// waiting: who looked at count() first waits beyond it.
#pragma once

#include "proto/net/asio.hpp"

namespace porchlight::client {

class Signal {
 public:
  explicit Signal(const net::asio::any_io_executor& executor)
      : timer_(executor, net::asio::steady_timer::time_point::max()) {}

  std::uint64_t count() const { return count_; }
  void raise() {
    ++count_;
    timer_.cancel();
  }
  /// Until count() is above `seen`, or this wait is cancelled.
  net::awaitable<void> beyond(std::uint64_t seen) {
    while (count_ <= seen) {
      co_await timer_.async_wait(net::as_result);
      const auto cancellation = co_await net::asio::this_coro::cancellation_state;
      if (cancellation.cancelled() != net::asio::cancellation_type::none) co_return;
    }
  }

 private:
  net::asio::steady_timer timer_;
  std::uint64_t count_ = 0;
};

}  // namespace porchlight::client
