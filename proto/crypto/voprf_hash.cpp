#include "proto/crypto/voprf_hash.hpp"

namespace porchlight::voprf {
namespace {

constexpr std::size_t block_bytes = 128;  // s_in_bytes of SHA-512
constexpr std::size_t uniform_bytes = 64;
using Uniform = Secret<struct VoprfUniformTag, uniform_bytes>;

static_assert(uniform_bytes == crypto_hash_sha512_BYTES);
static_assert(uniform_bytes == crypto_core_ristretto255_HASHBYTES);
static_assert(uniform_bytes == crypto_core_ristretto255_NONREDUCEDSCALARBYTES);

// expand_message_xmd(msg, DST, 64) with SHA-512: one block of output is enough (ell = 1), so
// uniform_bytes = b_1.
Uniform expand_message(ExpandableMessage& message, std::string_view tag) {
  const Byte dst_bytes = static_cast<Byte>(tag.size() + context_string.size());
  const auto feed_dst_prime = [&](Hash& hash) {
    hash.raw(tag).raw(context_string).raw(ByteView(&dst_bytes, 1));
  };
  constexpr Byte zero = 0;
  constexpr Byte one = 1;

  // b_0 = H(Z_pad || msg || l_i_b_str || I2OSP(0, 1) || DST_prime)
  message.number(uniform_bytes).raw(ByteView(&zero, 1));
  feed_dst_prime(message);
  Output b_0 = message.finish();

  // b_1 = H(b_0 || I2OSP(1, 1) || DST_prime)
  Hash last;
  last.raw(b_0.view()).raw(ByteView(&one, 1));
  feed_dst_prime(last);
  Output b_1 = last.finish();

  Uniform uniform = *Uniform::from(b_1.view());
  wipe({b_0.data(), Output::size_bytes});
  wipe({b_1.data(), Output::size_bytes});
  return uniform;
}

}  // namespace

Hash::Hash() { crypto_hash_sha512_init(&state_); }
Hash::~Hash() { sodium_memzero(&state_, sizeof state_); }

Hash& Hash::raw(ByteView bytes) {
  crypto_hash_sha512_update(&state_, bytes.data(), bytes.size());
  return *this;
}

Hash& Hash::number(std::size_t number) {
  PORCHLIGHT_ASSERT(number < (1u << 16));
  const std::array<Byte, 2> bytes = {static_cast<Byte>(number >> 8), static_cast<Byte>(number)};
  return raw(bytes);
}

Output Hash::finish() {
  Output output;
  crypto_hash_sha512_final(&state_, output.data());
  return output;
}

ExpandableMessage::ExpandableMessage() {
  constexpr std::array<Byte, block_bytes> z_pad{};
  raw(ByteView(z_pad));
}

Element hash_to_group(ByteView input) {
  ExpandableMessage message;
  message.raw(input);
  const Uniform uniform = expand_message(message, "HashToGroup-");
  Element element;
  crypto_core_ristretto255_from_hash(element.data(), uniform.reveal().data());
  return element;
}

Scalar hash_to_scalar(ExpandableMessage& message, std::string_view tag) {
  const Uniform uniform = expand_message(message, tag);
  Scalar scalar;
  crypto_core_ristretto255_scalar_reduce(scalar.fill().data(), uniform.reveal().data());
  return scalar;
}

}  // namespace porchlight::voprf
