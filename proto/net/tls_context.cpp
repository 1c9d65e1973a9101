#include "proto/net/tls_context.hpp"

#include <openssl/err.h>

#include <csignal>

#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::net {
namespace {

// The envelopes inside are XChaCha20-Poly1305; out here what the hardware is quick at comes first,
// and ChaCha20 for clients that ask for it first because theirs has no AES.
constexpr const char* cipher_suites =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
constexpr const char* groups = "X25519:P-256";
constexpr const char* signature_algorithms = "ed25519";
// Two certificates of about 350 bytes each.
constexpr long certificate_chain_bytes_max = 4 * 1024;

Error openssl_failed() {
  ERR_clear_error();
  return {Errc::storage, tr("OpenSSL could not be set up for TLS 1.3.")};
}

// OpenSSL handles key updates inside one call, for as long as more of them come: without an end to
// it one peer could hold up everything else that its thread does. It says that the other side is
// done, upon which OpenSSL throws away what comes and reading fails.
void end_floods(int written, int, int type, const void*, std::size_t, SSL* ssl, void*) {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  if (written != 0 || type != SSL3_RT_HANDSHAKE) return;
  const auto count = reinterpret_cast<std::uintptr_t>(SSL_get_ex_data(ssl, index)) + 1;
  SSL_set_ex_data(ssl, index, reinterpret_cast<void*>(count));
  if (count <= limits::tls_handshake_messages_max) return;
  SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
}

SslCtxPtr new_context(const SSL_METHOD* method) {
  SslCtxPtr ctx{SSL_CTX_new(method)};
  if (!ctx) return nullptr;
  SSL_CTX* const c = ctx.get();
  SSL_CTX_set_options(c, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                             SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(c, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                          SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(c, 0);
  SSL_CTX_set_max_early_data(c, 0);
  SSL_CTX_set_max_cert_list(c, certificate_chain_bytes_max);
  SSL_CTX_set_msg_callback(c, end_floods);
  // A record's header and body in one read(2). The buffer goes back when it is drained.
  SSL_CTX_set_read_ahead(c, 1);
  const bool good = SSL_CTX_set_min_proto_version(c, TLS1_3_VERSION) == 1 &&
                    SSL_CTX_set_max_proto_version(c, TLS1_3_VERSION) == 1 &&
                    SSL_CTX_set_ciphersuites(c, cipher_suites) == 1 &&
                    SSL_CTX_set1_groups_list(c, groups) == 1 &&
                    SSL_CTX_set1_sigalgs_list(c, signature_algorithms) == 1;
  if (!good) return nullptr;
  std::signal(SIGPIPE, SIG_IGN);
  return ctx;
}

}  // namespace

Result<std::unique_ptr<TlsServer>> TlsServer::create(Authority authority, wire::TimePoint now) {
  std::unique_ptr<TlsServer> server{new TlsServer(std::move(authority))};
  CHECK(server->renew(now));
  return server;
}

Status TlsServer::renew_if_due(wire::TimePoint now) {
  const auto left = leaf_not_after() - now;
  // More than a whole lifetime: the clock was set back, and clients would find the leaf too young.
  if (left >= limits::leaf_lifetime / 2 && left <= limits::leaf_lifetime) return Ok{};
  return renew(now);
}

Status TlsServer::renew(wire::TimePoint now) {
  TRY(Leaf leaf, authority_.issue_leaf(now));
  SslCtxPtr ctx = new_context(TLS_server_method());
  if (!ctx || SSL_CTX_use_certificate(ctx.get(), leaf.certificate.get()) != 1 ||
      SSL_CTX_use_PrivateKey(ctx.get(), leaf.key.get()) != 1 ||
      SSL_CTX_add1_chain_cert(ctx.get(), authority_.certificate()) != 1) {
    return openssl_failed();
  }
  const std::lock_guard lock(mutex_);
  ctx_ = std::move(ctx);
  leaf_not_after_ = leaf.not_after;
  return Ok{};
}

wire::TimePoint TlsServer::leaf_not_after() const {
  const std::lock_guard lock(mutex_);
  return leaf_not_after_;
}

TlsSession TlsServer::new_session() const {
  const std::lock_guard lock(mutex_);
  TlsSession session{SslPtr{SSL_new(ctx_.get())}, nullptr};
  if (session.ssl) SSL_set_accept_state(session.ssl.get());
  return session;
}

Result<TlsClient> TlsClient::create(const RelayIdentity& pinned) {
  TlsClient client;
  client.pinned_ = pinned;
  client.ctx_ = new_context(TLS_client_method());
  if (!client.ctx_) return openssl_failed();
  install_peer_check(client.ctx_.get());
  return client;
}

TlsSession TlsClient::new_session() const {
  TlsSession session{SslPtr{SSL_new(ctx_.get())}, std::make_unique<PeerCheck>()};
  session.check->pinned = pinned_;
  if (session.ssl) {
    watch_peer(session.ssl.get(), session.check.get());
    SSL_set_connect_state(session.ssl.get());
  }
  return session;
}

}  // namespace porchlight::net
