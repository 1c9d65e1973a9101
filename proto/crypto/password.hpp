// Argon2id (RFC 9106) for passphrases.
#pragma once

#include "proto/base/result.hpp"
#include "proto/crypto/aead.hpp"

namespace porchlight {

using PasswordSalt = FixedBytes<struct PasswordSaltTag, 16>;

/// Stored beside the wrapped key, so that a stronger cost can be chosen later.
struct PasswordCost {
  std::uint64_t operations;
  std::uint64_t memory_bytes;

  /// About half a second and 256 MiB on a small server (libsodium's MODERATE).
  static PasswordCost moderate();
  /// For tests alone: the least libsodium allows.
  static PasswordCost minimum();
};

/// A key from a passphrase; 'storage' when there is not enough memory. `cost` outside
/// [minimum, 4 x moderate] is 'malformed': a changed vault cannot make us run for ever.
Result<AeadKey> key_from_password(ByteView passphrase, const PasswordSalt& salt,
                                  PasswordCost cost);

}  // namespace porchlight
