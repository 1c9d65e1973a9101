#include "proto/crypto/sign.hpp"

#include <sodium.h>

namespace porchlight {

SigningKey::SigningKey(const SigningSeed& seed) {
  crypto_sign_seed_keypair(verify_key_.data(), expanded_.fill().data(), seed.reveal().data());
}

Signature SigningKey::sign(ByteView message) const {
  Signature signature;
  crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                       expanded_.reveal().data());
  return signature;
}

bool is_verify_key(const VerifyKey& key) {
  return crypto_core_ed25519_is_valid_point(key.data()) == 1;
}

bool verify(const VerifyKey& key, ByteView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(),
                                     key.data()) == 0;
}

}  // namespace porchlight
