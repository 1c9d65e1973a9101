#include "proto/crypto/hash.hpp"

#include <sodium.h>

#include "proto/base/result.hpp"

namespace porchlight {
namespace {

constexpr std::string_view protocol_prefix = "porchlight/1 ";

std::array<Byte, 4> big_endian(std::uint32_t n) {
  return {static_cast<Byte>(n >> 24), static_cast<Byte>(n >> 16), static_cast<Byte>(n >> 8),
          static_cast<Byte>(n)};
}

void blake2b(std::span<Byte, 32> out, ByteView key, std::string_view label,
             std::span<const Part> parts) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.empty() ? nullptr : key.data(), key.size(), out.size());
  const auto update = [&](ByteView bytes) {
    crypto_generichash_update(&state, bytes.data(), bytes.size());
  };
  // A part is below 2^24 bytes, so its length starts with a zero byte, which no label holds: where
  // the label ends is unambiguous.
  update(as_bytes(protocol_prefix));
  update(as_bytes(label));
  for (const Part& part : parts) {
    PORCHLIGHT_ASSERT(part.view().size() < (1u << 24));
    update(big_endian(static_cast<std::uint32_t>(part.view().size())));
    update(part.view());
  }
  crypto_generichash_final(&state, out.data(), out.size());
  sodium_memzero(&state, sizeof state);
}

}  // namespace

Part::Part(std::uint32_t number) {
  const auto bytes = big_endian(number);
  std::copy(bytes.begin(), bytes.end(), number_.begin());
  view_ = ByteView(number_).first(4);
}

Part::Part(std::uint64_t number) {
  for (unsigned i = 0; i < 8; ++i) number_[i] = static_cast<Byte>(number >> (56 - 8 * i));
  view_ = number_;
}

Part::Part(const Part& other) : number_(other.number_), view_(other.view_) {
  // A number's view points into the object itself.
  if (other.view_.data() == other.number_.data()) view_ = ByteView(number_).first(view_.size());
}

Digest hash_digest(std::string_view label, std::initializer_list<Part> parts) {
  return hash_digest(label, std::span(parts.begin(), parts.size()));
}

Digest hash_digest(std::string_view label, std::span<const Part> parts) {
  Digest digest;
  blake2b(std::span<Byte, 32>(digest.data(), 32), {}, label, parts);
  return digest;
}

void kdf_into(std::span<Byte, 32> out, ByteView key, std::string_view label,
              std::initializer_list<Part> parts) {
  PORCHLIGHT_ASSERT(!key.empty() && key.size() <= crypto_generichash_KEYBYTES_MAX);
  blake2b(out, key, label, std::span(parts.begin(), parts.size()));
}

bool equal_constant_time(ByteView a, ByteView b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace porchlight
