#include "proto/net/authority.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/relay_address.hpp"

namespace porchlight::net {
namespace {

struct Extension {
  int nid;
  const char* value;
};

constexpr Extension authority_extensions[] = {
    {NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
    {NID_key_usage, "critical,keyCertSign"},
};
constexpr Extension leaf_extensions[] = {
    {NID_basic_constraints, "critical,CA:FALSE"},
    {NID_key_usage, "critical,digitalSignature"},
    {NID_ext_key_usage, "critical,serverAuth"},
};

// RFC 5280 wants a name in an issuer; these say nothing about whose relay it is.
constexpr const char* authority_name = "relay authority";
constexpr const char* leaf_name = "relay";
// RFC 5280, 4.1.2.5: no well-defined end. What ends an identity is a new address, not a date.
constexpr const char* authority_not_before = "20000101000000Z";
constexpr const char* authority_not_after = "99991231235959Z";

Error openssl_failed() {
  ERR_clear_error();
  return {Errc::storage, tr("OpenSSL could not make the relay's certificates.")};
}

bool set_name(X509_NAME* name, const char* text) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(text);
  return X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, bytes, -1, -1, 0) == 1;
}

bool set_random_serial(X509* certificate) {
  // RFC 5280, 4.1.2.2: positive, at most 20 bytes; 64 random bits and more.
  BIGNUM* number = BN_new();
  const bool good = number && BN_rand(number, 127, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 &&
                    BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return good;
}

bool add_extensions(X509* certificate, X509* issuer, std::span<const Extension> extensions) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  for (const Extension& extension : extensions) {
    X509_EXTENSION* made = X509V3_EXT_conf_nid(nullptr, &context, extension.nid, extension.value);
    const bool added = made && X509_add_ext(certificate, made, -1) == 1;
    X509_EXTENSION_free(made);
    if (!added) return false;
  }
  return true;
}

bool set_validity(X509* certificate, wire::TimePoint from, wire::TimePoint to) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), from.time_since_epoch().count()) &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), to.time_since_epoch().count());
}

X509Ptr make_authority_certificate(EVP_PKEY* key) {
  X509Ptr certificate{X509_new()};
  X509* const x = certificate.get();
  const bool good = x && X509_set_version(x, X509_VERSION_3) == 1 &&
                    ASN1_INTEGER_set(X509_get_serialNumber(x), 1) == 1 &&
                    set_name(X509_get_subject_name(x), authority_name) &&
                    set_name(X509_get_issuer_name(x), authority_name) &&
                    ASN1_TIME_set_string_X509(X509_getm_notBefore(x), authority_not_before) &&
                    ASN1_TIME_set_string_X509(X509_getm_notAfter(x), authority_not_after) &&
                    X509_set_pubkey(x, key) == 1 && add_extensions(x, x, authority_extensions) &&
                    X509_sign(x, key, nullptr) > 0;
  return good ? std::move(certificate) : nullptr;
}

}  // namespace

Result<Authority> Authority::from_seed(const SigningSeed& seed) {
  Authority authority;
  authority.identity_ = wire::relay_identity(SigningKey(seed).verify_key());
  authority.key_.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.reveal().data(),
                                                    seed.reveal().size()));
  if (!authority.key_) return openssl_failed();
  authority.certificate_ = make_authority_certificate(authority.key_.get());
  if (!authority.certificate_) return openssl_failed();
  return authority;
}

Result<Leaf> Authority::issue_leaf(wire::TimePoint now) const {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  Leaf leaf{PkeyPtr{EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")}, X509Ptr{X509_new()},
            today + limits::leaf_lifetime};
  X509* const x = leaf.certificate.get();
  const bool good = leaf.key && x && X509_set_version(x, X509_VERSION_3) == 1 &&
                    set_random_serial(x) && set_name(X509_get_subject_name(x), leaf_name) &&
                    X509_set_issuer_name(x, X509_get_subject_name(certificate_.get())) == 1 &&
                    set_validity(x, today - limits::leaf_backdate, leaf.not_after) &&
                    X509_set_pubkey(x, leaf.key.get()) == 1 &&
                    add_extensions(x, certificate_.get(), leaf_extensions) &&
                    X509_sign(x, key_.get(), nullptr) > 0;
  if (!good) return openssl_failed();
  return leaf;
}

}  // namespace porchlight::net
