// A time limit around any operation.
#pragma once

#include "proto/base/result.hpp"
#include "proto/net/asio.hpp"

namespace porchlight::net {

/// `work`'s result, or `late` when `limit` passes first; `work` is cancelled then, and has ended
/// when this returns.
template <class T>
awaitable<Result<T>> with_deadline(awaitable<Result<T>> work,
                                   std::chrono::steady_clock::duration limit, Error late) {
  using namespace asio::experimental::awaitable_operators;
  asio::steady_timer timer(co_await asio::this_coro::executor, limit);
  auto first = std::move(work) || timer.async_wait(as_result);
  auto outcome = co_await std::move(first);
  if (outcome.index() == 0) co_return std::get<0>(std::move(outcome));
  co_return late;
}

}  // namespace porchlight::net
