// libsodium's functions that derive, seal and encrypt, as the linker gives them to proto/crypto in
// the simulation (--wrap): each is called as it is, and what it did is written down.
#include <sodium.h>

#include <string_view>

#include "proto/base/result.hpp"
#include "tests/sim/derivations.hpp"

namespace porchlight::sim {
namespace {

Derivations* target = nullptr;

/// What a keyed hash has taken in so far. proto/crypto finishes one before it begins another.
struct Transcript {
  const crypto_generichash_state* state = nullptr;
  Bytes key;
  Bytes message;
};
Transcript transcript;

constexpr std::string_view prefix = "porchlight/1 ";

/// "porchlight/1 " label, then parts with their lengths, each of which begins with a zero byte.
void write_down(ByteView out) {
  ByteView rest = transcript.message;
  if (!as_text(rest).starts_with(prefix)) return;
  rest = rest.subspan(prefix.size());
  const std::size_t label_bytes = std::min(as_text(rest).find('\0'), rest.size());
  const std::string label(as_text(rest.first(label_bytes)));
  rest = rest.subspan(label_bytes);
  std::vector<Bytes> parts;
  while (rest.size() >= 4) {
    const std::size_t size = std::size_t{rest[1]} << 16 | std::size_t{rest[2]} << 8 | rest[3];
    PORCHLIGHT_ASSERT(rest.size() >= 4 + size);
    parts.push_back(to_bytes(rest.subspan(4, size)));
    rest = rest.subspan(4 + size);
  }
  target->derived(out, transcript.key, label, parts);
}

}  // namespace

Recording::Recording(Derivations& derivations) {
  PORCHLIGHT_ASSERT(target == nullptr);
  target = &derivations;
}
Recording::~Recording() { target = nullptr; }

void Recording::drew(ByteView value) {
  if (target != nullptr) target->drew(value);
}

}  // namespace porchlight::sim

using porchlight::Byte;
using porchlight::ByteView;
using porchlight::sim::target;
using porchlight::sim::transcript;

extern "C" {

int __real_crypto_generichash_init(crypto_generichash_state* state, const unsigned char* key,
                                   size_t key_bytes, size_t out_bytes);
int __wrap_crypto_generichash_init(crypto_generichash_state* state, const unsigned char* key,
                                   size_t key_bytes, size_t out_bytes) {
  transcript = {};
  if (target != nullptr && key_bytes > 0) {
    transcript.state = state;
    transcript.key.assign(key, key + key_bytes);
  }
  return __real_crypto_generichash_init(state, key, key_bytes, out_bytes);
}

int __real_crypto_generichash_update(crypto_generichash_state* state, const unsigned char* in,
                                     unsigned long long bytes);
int __wrap_crypto_generichash_update(crypto_generichash_state* state, const unsigned char* in,
                                     unsigned long long bytes) {
  if (transcript.state == state) {
    transcript.message.insert(transcript.message.end(), in, in + bytes);
  }
  return __real_crypto_generichash_update(state, in, bytes);
}

int __real_crypto_generichash_final(crypto_generichash_state* state, unsigned char* out,
                                    size_t out_bytes);
int __wrap_crypto_generichash_final(crypto_generichash_state* state, unsigned char* out,
                                    size_t out_bytes) {
  const int failed = __real_crypto_generichash_final(state, out, out_bytes);
  if (target != nullptr && transcript.state == state) {
    porchlight::sim::write_down(ByteView(out, out_bytes));
  }
  transcript = {};
  return failed;
}

int __real_crypto_box_seed_keypair(unsigned char* public_key, unsigned char* secret_key,
                                   const unsigned char* seed);
int __wrap_crypto_box_seed_keypair(unsigned char* public_key, unsigned char* secret_key,
                                   const unsigned char* seed) {
  const int failed = __real_crypto_box_seed_keypair(public_key, secret_key, seed);
  if (target != nullptr) {
    target->made_pair(ByteView(public_key, crypto_box_PUBLICKEYBYTES),
                      ByteView(seed, crypto_box_SEEDBYTES));
  }
  return failed;
}

int __real_crypto_box_seal(unsigned char* box, const unsigned char* text, unsigned long long bytes,
                           const unsigned char* public_key);
int __wrap_crypto_box_seal(unsigned char* box, const unsigned char* text, unsigned long long bytes,
                           const unsigned char* public_key) {
  const int failed = __real_crypto_box_seal(box, text, bytes, public_key);
  if (target != nullptr && failed == 0) {
    target->sealed(ByteView(box, bytes + crypto_box_SEALBYTES), ByteView(text, bytes),
                   ByteView(public_key, crypto_box_PUBLICKEYBYTES));
  }
  return failed;
}

int __real_crypto_aead_xchacha20poly1305_ietf_encrypt(
    unsigned char* out, unsigned long long* out_bytes, const unsigned char* text,
    unsigned long long bytes, const unsigned char* associated, unsigned long long associated_bytes,
    const unsigned char* unused, const unsigned char* nonce, const unsigned char* key);
int __wrap_crypto_aead_xchacha20poly1305_ietf_encrypt(
    unsigned char* out, unsigned long long* out_bytes, const unsigned char* text,
    unsigned long long bytes, const unsigned char* associated, unsigned long long associated_bytes,
    const unsigned char* unused, const unsigned char* nonce, const unsigned char* key) {
  const int failed = __real_crypto_aead_xchacha20poly1305_ietf_encrypt(
      out, out_bytes, text, bytes, associated, associated_bytes, unused, nonce, key);
  if (target != nullptr) {
    target->encrypted(ByteView(out, bytes + crypto_aead_xchacha20poly1305_ietf_ABYTES),
                      ByteView(text, bytes),
                      ByteView(key, crypto_aead_xchacha20poly1305_ietf_KEYBYTES));
  }
  return failed;
}

}  // extern "C"
