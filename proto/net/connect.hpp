// From an address to a connection whose other side is the pinned relay.
#pragma once

#include "proto/net/connection.hpp"
#include "proto/wire/relay_address.hpp"

namespace porchlight::net {

/// Resolves, connects (each address in turn) and shakes hands, within limits::connect_timeout and
/// limits::handshake_timeout. `tls` outlives the call. Errors, each a sentence for a person:
/// 'unreachable' (no such host, nobody listens, no answer in time, not a relay), 'wrong_identity'
/// and 'not_authentic' as check_peer() says.
awaitable<Result<Connection>> connect(const TlsClient& tls, wire::HostPort at);

}  // namespace porchlight::net
