// Starts a coroutine beside others of one run. Its errors are its own business; an exception is a
// bug or the end of memory, and comes out of io_context::run().
#pragma once

#include "proto/net/asio.hpp"

namespace porchlight::client {

inline void spawn(net::asio::io_context& io, net::awaitable<void> task) {
  net::asio::co_spawn(io, std::move(task), [](std::exception_ptr failure) {
    if (failure) std::rethrow_exception(failure);
  });
}

}  // namespace porchlight::client
