// TLS as this protocol uses it (clause 2.3): 1.3 alone, X25519 first, no ALPN, no SNI, no tickets,
// no resumption, no early data, no compression. Everything that is negotiated is decided here.
// Must not know: sockets.
#pragma once

#include <mutex>

#include "proto/net/authority.hpp"
#include "proto/net/peer_check.hpp"

namespace porchlight::net {

/// One connection's TLS state before its handshake; TlsStream takes it over.
struct TlsSession {
  SslPtr ssl;
  std::unique_ptr<PeerCheck> check;  // clients only; its address is known to `ssl`
};

/// A relay's side. It owns the leaf and renews it. Usable from several threads.
/// OpenSSL writes to sockets with write(2): making a context sets SIGPIPE to be ignored.
class TlsServer {
 public:
  /// 'storage' when OpenSSL cannot make the leaf.
  static Result<std::unique_ptr<TlsServer>> create(Authority authority, wire::TimePoint now);

  const RelayIdentity& identity() const { return authority_.identity(); }
  /// Issues a new leaf when less than half of the present one's life is left; open connections keep
  /// the one they have. To be called at least daily.
  Status renew_if_due(wire::TimePoint now);
  wire::TimePoint leaf_not_after() const;
  /// None when memory is out.
  TlsSession new_session() const;

 private:
  explicit TlsServer(Authority authority) : authority_(std::move(authority)) {}
  Status renew(wire::TimePoint now);

  Authority authority_;
  mutable std::mutex mutex_;  // guards the two below: every listener's thread makes sessions
  SslCtxPtr ctx_;
  wire::TimePoint leaf_not_after_{};
};

/// A client's side, for one pinned relay. Usable for any number of connections, one after the other
/// or at once.
class TlsClient {
 public:
  static Result<TlsClient> create(const RelayIdentity& pinned);
  /// None when memory is out.
  TlsSession new_session() const;

 private:
  TlsClient() = default;

  RelayIdentity pinned_;
  SslCtxPtr ctx_;
};

}  // namespace porchlight::net
