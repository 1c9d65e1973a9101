// The relay's identity as its own X.509 authority (clause 2): an Ed25519 key that signs short-lived
// TLS leaves. No domain and no outside authority is involved, and the certificates name nobody.
// Must not know: sockets, addresses.
#pragma once

#include "proto/base/ids.hpp"
#include "proto/base/result.hpp"
#include "proto/crypto/sign.hpp"
#include "proto/net/openssl.hpp"
#include "proto/wire/time.hpp"

namespace porchlight::net {

/// What a TLS server presents: made fresh in memory, never stored.
struct Leaf {
  PkeyPtr key;  // Ed25519, new for each leaf
  X509Ptr certificate;
  wire::TimePoint not_after;
};

class Authority {
 public:
  /// The authority of a seed. Its certificate is the same bytes at every start. 'storage' when
  /// OpenSSL cannot make it (it lacks Ed25519, or memory).
  static Result<Authority> from_seed(const SigningSeed& seed);

  /// What relay addresses pin.
  const RelayIdentity& identity() const { return identity_; }
  /// Self-signed; lives as long as the authority.
  X509* certificate() const { return certificate_.get(); }

  /// A leaf for a TLS server, from limits::leaf_backdate before the day of `now` until
  /// limits::leaf_lifetime after it: whole days, so that it does not tell when the relay started.
  Result<Leaf> issue_leaf(wire::TimePoint now) const;

 private:
  Authority() = default;

  PkeyPtr key_;
  X509Ptr certificate_;
  RelayIdentity identity_;
};

}  // namespace porchlight::net
