#include "proto/net/peer_check.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "proto/base/translate.hpp"
#include "proto/crypto/hash.hpp"
#include "proto/wire/relay_address.hpp"

namespace porchlight::net {
namespace {

Error wrong_identity() {
  return {
      Errc::wrong_identity,
      tr("What answers at this address is not the relay that the address names: its identity is "
         "another. Nothing was sent to it. Ask the person who gave you the address or the link.")};
}
Error not_a_relay() {
  return {
      Errc::not_authentic,
      tr("The relay showed a certificate that its identity did not sign for this. Nothing was sent "
         "to it.")};
}

std::string date_text(wire::TimePoint when) {
  const std::time_t seconds = when.time_since_epoch().count();
  std::tm parts{};
  char text[32];
  if (gmtime_r(&seconds, &parts) == nullptr) return tr("an impossible date");
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &parts);
  return text;
}

/// Is `now` on the far side of `bound`? An unreadable date is on the wrong side of everything.
enum class Side { before, after, unreadable };
Side compare(const ASN1_TIME* bound, wire::TimePoint now) {
  std::time_t seconds = now.time_since_epoch().count();
  const int order = X509_cmp_time(bound, &seconds);  // never 0 but for an error
  if (order == 0) return Side::unreadable;
  return order > 0 ? Side::before : Side::after;
}

Status check_dates(const X509* leaf, wire::TimePoint now) {
  const Side start = compare(X509_get0_notBefore(leaf), now);
  const Side end = compare(X509_get0_notAfter(leaf), now);
  if (start == Side::unreadable || end == Side::unreadable) return not_a_relay();
  if (start == Side::before) {
    return Error{Errc::not_authentic,
                 say(tr("The relay's certificate begins later than this device's clock says it is "
                        "({}). This device's clock seems to be wrong: set it, then try again."),
                     date_text(now))};
  }
  if (end == Side::after) {
    return Error{Errc::not_authentic,
                 say(tr("The relay's certificate is over by this device's clock ({}). If the clock "
                        "is wrong, set it and try again; if it is right, the relay's operator has "
                        "to restart the relay."),
                     date_text(now))};
  }
  return Ok{};
}

/// The raw Ed25519 key of the authority, none for any other kind of key.
std::optional<VerifyKey> raw_key(EVP_PKEY* key) {
  VerifyKey raw;
  std::size_t size = VerifyKey::size_bytes;
  if (!key || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) return std::nullopt;
  if (EVP_PKEY_get_raw_public_key(key, raw.data(), &size) != 1) return std::nullopt;
  return size == VerifyKey::size_bytes ? std::optional(raw) : std::nullopt;
}

bool is_server_leaf(X509* leaf) {
  // Reading the flags also parses the extensions; a malformed one sets EXFLAG_INVALID.
  const std::uint32_t flags = X509_get_extension_flags(leaf);
  constexpr std::uint32_t needed = EXFLAG_KUSAGE | EXFLAG_XKUSAGE | EXFLAG_BCONS;
  constexpr std::uint32_t forbidden = EXFLAG_CA | EXFLAG_INVALID | EXFLAG_CRITICAL | EXFLAG_SS;
  return (flags & needed) == needed && (flags & forbidden) == 0 &&
         X509_get_key_usage(leaf) == KU_DIGITAL_SIGNATURE &&
         X509_get_extended_key_usage(leaf) == XKU_SSL_SERVER;
}

int verify_callback(X509_STORE_CTX* store, void*) {
  const int index = SSL_get_ex_data_X509_STORE_CTX_idx();
  auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, index));
  auto* check = static_cast<PeerCheck*>(SSL_get_app_data(ssl));
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const STACK_OF(X509)* const chain = X509_STORE_CTX_get0_untrusted(store);
  const Status verdict = check_peer(chain, check->pinned, now);
  ERR_clear_error();
  if (verdict.ok()) {
    check->relay_key = raw_key(X509_get0_pubkey(sk_X509_value(chain, 1)));
    return 1;
  }
  check->refusal = verdict.error();
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

}  // namespace

Status check_peer(const STACK_OF(X509) * chain, const RelayIdentity& pinned, wire::TimePoint now) {
  if (sk_X509_num(chain) != 2) return wrong_identity();
  X509* const leaf = sk_X509_value(chain, 0);
  X509* const authority = sk_X509_value(chain, 1);
  EVP_PKEY* const authority_key = X509_get0_pubkey(authority);
  const auto raw = raw_key(authority_key);
  if (!raw || !equal_constant_time(wire::relay_identity(*raw).view(), pinned.view())) {
    return wrong_identity();
  }
  // The authority's certificate is only the envelope its key comes in; but what is not an authority
  // must not act as one, nor may a leaf borrow another's name.
  if (X509_check_ca(authority) != 1 || X509_verify(authority, authority_key) != 1 ||
      X509_check_issued(authority, leaf) != X509_V_OK || X509_verify(leaf, authority_key) != 1 ||
      !is_server_leaf(leaf)) {
    return not_a_relay();
  }
  return check_dates(leaf, now);
}

void install_peer_check(SSL_CTX* ctx) {
  SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(ctx, verify_callback, nullptr);
}

void watch_peer(SSL* ssl, PeerCheck* check) { SSL_set_app_data(ssl, check); }

}  // namespace porchlight::net
