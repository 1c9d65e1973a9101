// What a client demands of the certificates a relay presents (clause 2.3). It runs inside the
// handshake, so that not a byte is sent to a relay that is not the pinned one.
// Must not know: sockets.
#pragma once

#include <optional>

#include "proto/base/ids.hpp"
#include "proto/base/result.hpp"
#include "proto/net/openssl.hpp"
#include "proto/wire/time.hpp"

namespace porchlight::net {

/// Exactly two certificates, leaf first; the second holds the Ed25519 key whose hash is `pinned`
/// ('wrong_identity' otherwise); the leaf is signed by that key, is for TLS servers, is no
/// authority itself, and `now` is within its dates ('not_authentic' otherwise, with a sentence that
/// points at the clock where the clock may be the reason).
Status check_peer(const STACK_OF(X509) * chain, const RelayIdentity& pinned, wire::TimePoint now);

/// What the handshake of one connection leaves behind: why the relay was not accepted, or the key
/// of its identity, which signs what it says of itself (clause 6.1).
struct PeerCheck {
  RelayIdentity pinned;
  std::optional<Error> refusal;
  std::optional<VerifyKey> relay_key;
};

/// Has `ctx` call check_peer() in place of OpenSSL's own verification. Each SSL made of it needs
/// watch_peer() before its handshake.
void install_peer_check(SSL_CTX* ctx);
/// `check` outlives the handshake of `ssl`.
void watch_peer(SSL* ssl, PeerCheck* check);

}  // namespace porchlight::net
