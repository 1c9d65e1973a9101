// XChaCha20-Poly1305-IETF with a random 24-byte nonce in front of the ciphertext.
#pragma once

#include <optional>

#include "proto/crypto/random.hpp"

namespace porchlight {

using AeadKey = Secret<struct AeadKeyTag, 32>;
inline constexpr std::size_t aead_overhead_bytes = 24 + 16;

/// nonce || ciphertext || tag. The nonce is random so that a key that a restored backup uses a
/// second time does not give away two plaintexts.
Bytes aead_seal(const AeadKey& key, ByteView associated, ByteView plaintext, Random& random);

/// None when key, associated data or ciphertext is not the one it was sealed with.
std::optional<SecretBytes> aead_open(const AeadKey& key, ByteView associated, ByteView sealed);

}  // namespace porchlight
