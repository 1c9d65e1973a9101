#include "proto/crypto/seal.hpp"

#include <sodium.h>

#include "proto/base/limits.hpp"
#include "proto/base/result.hpp"

namespace porchlight {

static_assert(limits::seal_overhead_bytes == crypto_box_SEALBYTES);

SealKey seal_key(const SealSeed& seed) {
  SealKey public_key;
  Secret<struct X25519SecretTag, crypto_box_SECRETKEYBYTES> secret_key;
  crypto_box_seed_keypair(public_key.data(), secret_key.fill().data(), seed.reveal().data());
  return public_key;
}

bool is_seal_key(const SealKey& key) {
  // X25519 multiplies by a multiple of 8: a point of small order becomes zero, which libsodium
  // reports, whatever the scalar is.
  constexpr std::array<Byte, crypto_scalarmult_curve25519_SCALARBYTES> any_scalar{};
  Secret<struct X25519SharedTag, crypto_scalarmult_curve25519_BYTES> shared;
  return crypto_scalarmult_curve25519(shared.fill().data(), any_scalar.data(), key.data()) == 0;
}

Bytes seal(const SealKey& to, ByteView plaintext) {
  Bytes box(plaintext.size() + crypto_box_SEALBYTES);
  // Fails only for a small-order key: nobody holds its secret half, so nobody could open the box.
  // Keys are checked where they are accepted; such a key here is a bug there.
  const int failed = crypto_box_seal(box.data(), plaintext.data(), plaintext.size(), to.data());
  PORCHLIGHT_ASSERT(failed == 0);
  return box;
}

}  // namespace porchlight
