// The parts of Boost.Asio that this project uses, under a short name. It is also the precompiled
// header of every target that awaits: reading Asio costs more than compiling what stands on it.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace porchlight::net {

namespace asio = boost::asio;
using asio::awaitable;
using boost::system::error_code;

/// Every asynchronous operation completes with (error_code, ...) as a tuple; none throws.
inline constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

}  // namespace porchlight::net
