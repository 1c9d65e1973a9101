#include "proto/crypto/unseal.hpp"

#include <sodium.h>

namespace porchlight {

std::optional<SecretBytes> unseal(const SealSeed& seed, ByteView box) {
  if (box.size() < crypto_box_SEALBYTES) return std::nullopt;
  SealKey public_key;
  Secret<struct X25519SecretTag, crypto_box_SECRETKEYBYTES> secret_key;
  crypto_box_seed_keypair(public_key.data(), secret_key.fill().data(), seed.reveal().data());
  SecretBytes plaintext(box.size() - crypto_box_SEALBYTES);
  if (crypto_box_seal_open(plaintext.fill().data(), box.data(), box.size(), public_key.data(),
                           secret_key.reveal().data()) != 0) {
    return std::nullopt;
  }
  return plaintext;
}

}  // namespace porchlight
