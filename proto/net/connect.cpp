#include "proto/net/connect.hpp"

#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/net/deadline.hpp"

namespace porchlight::net {
namespace {

using tcp = asio::ip::tcp;

Error unreachable(std::string what) { return {Errc::unreachable, std::move(what)}; }

Error connect_error(error_code error) {
  if (error == asio::error::connection_refused) {
    return unreachable(tr("Nothing listens at the relay's address: the relay may be down."));
  }
  if (error == asio::error::network_unreachable || error == asio::error::host_unreachable) {
    return unreachable(tr("There is no way to the relay's address: this device may be offline."));
  }
  return unreachable(tr("No connection to the relay could be made."));
}

awaitable<Result<tcp::socket>> tcp_connect(wire::HostPort at) {
  const auto executor = co_await asio::this_coro::executor;
  tcp::resolver resolver(executor);
  const auto [not_found, endpoints] =
      co_await resolver.async_resolve(at.host, std::to_string(at.port), as_result);
  if (not_found) {
    co_return unreachable(
        tr("The relay's host name was not found: check it, or this device's network."));
  }
  tcp::socket socket(executor);
  const auto [error, endpoint] = co_await asio::async_connect(socket, endpoints, as_result);
  if (error) co_return connect_error(error);
  co_return std::move(socket);
}

/// What the stream says of "the other side", said of the relay.
awaitable<Status> handshake(TlsStream& stream) {
  auto shaken = co_await stream.handshake();
  if (shaken.ok() || shaken.error().code != Errc::unreachable) co_return shaken;
  co_return unreachable(
      tr("What answers at the relay's address is not a relay of this protocol, or it closed the "
         "connection before it said who it is."));
}

}  // namespace

awaitable<Result<Connection>> connect(const TlsClient& tls, wire::HostPort at) {
  auto connecting = with_deadline(tcp_connect(std::move(at)), limits::connect_timeout,
                                  unreachable(tr("The relay did not answer in time.")));
  CO_TRY(tcp::socket socket, co_await std::move(connecting));
  TlsStream stream(std::move(socket), tls.new_session());
  auto shaking =
      with_deadline(handshake(stream), limits::handshake_timeout,
                    unreachable(tr("What answers at the relay's address did not say in time "
                                   "who it is: it may not be a relay.")));
  CO_CHECK(co_await std::move(shaking));
  co_return Connection(std::move(stream));
}

}  // namespace porchlight::net
