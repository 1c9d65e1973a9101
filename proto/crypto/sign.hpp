// Ed25519 (RFC 8032) key pairs. What is signed, and under which label, is proto/wire/signed.hpp.
#pragma once

#include "proto/base/ids.hpp"
#include "proto/base/result.hpp"
#include "proto/base/secret.hpp"

namespace porchlight {

/// The 32 bytes an Ed25519 key pair is made from: what is stored and derived.
using SigningSeed = Secret<struct SigningSeedTag, 32>;

/// A key pair made from a seed. Move-only; the secret half is wiped.
class SigningKey {
 public:
  explicit SigningKey(const SigningSeed& seed);

  const VerifyKey& verify_key() const { return verify_key_; }
  /// Deterministic, 64 bytes.
  Signature sign(ByteView message) const;

 private:
  VerifyKey verify_key_;
  Secret<struct ExpandedSigningKeyTag, 64> expanded_;
};

/// False for bytes that no seed makes: of small order, not on the curve, or not canonical. verify()
/// checks what it needs itself; this is for keys that are only passed on.
bool is_verify_key(const VerifyKey& key);

/// False for a wrong signature, a small-order key or a non-canonical encoding.
bool verify(const VerifyKey& key, ByteView message, const Signature& signature);

}  // namespace porchlight
