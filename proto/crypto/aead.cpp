#include "proto/crypto/aead.hpp"

#include <sodium.h>

namespace porchlight {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(aead_overhead_bytes == nonce_bytes + tag_bytes);

Bytes aead_seal(const AeadKey& key, ByteView associated, ByteView plaintext, Random& random) {
  Bytes sealed(aead_overhead_bytes + plaintext.size());
  random.fill(std::span(sealed).first(nonce_bytes));
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + nonce_bytes, nullptr,
                                             plaintext.data(), plaintext.size(),
                                             associated.data(), associated.size(), nullptr,
                                             sealed.data(), key.reveal().data());
  return sealed;
}

std::optional<SecretBytes> aead_open(const AeadKey& key, ByteView associated, ByteView sealed) {
  if (sealed.size() < aead_overhead_bytes) return std::nullopt;
  SecretBytes plaintext(sealed.size() - aead_overhead_bytes);
  const ByteView box = sealed.subspan(nonce_bytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plaintext.fill().data(), nullptr, nullptr,
                                                 box.data(), box.size(), associated.data(),
                                                 associated.size(), sealed.data(),
                                                 key.reveal().data()) != 0) {
    return std::nullopt;
  }
  return plaintext;
}

}  // namespace porchlight
