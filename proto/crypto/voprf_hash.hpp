// The hash functions of RFC 9497's suite ristretto255-SHA512 (4.1): Hash, HashToGroup and
// HashToScalar, with expand_message_xmd (RFC 9380, 5.3.1) underneath.
// Must not know: keys and proofs. Internal to voprf.cpp; the protocol's own H and KDF are hash.hpp.
#pragma once

#include <sodium.h>

#include <string_view>

#include "proto/crypto/voprf.hpp"

namespace porchlight::voprf {

/// An integer modulo the group's order, 32 bytes little-endian.
using Scalar = Secret<struct VoprfScalarTag, 32>;

/// Hash(...), SHA-512, over values that are fed one after the other. Its state is wiped.
class Hash {
 public:
  Hash();
  ~Hash();
  Hash(const Hash&) = delete;
  Hash& operator=(const Hash&) = delete;

  /// The bytes alone.
  Hash& raw(ByteView bytes);
  Hash& raw(std::string_view text) { return raw(as_bytes(text)); }
  /// I2OSP(number, 2): below 65,536.
  Hash& number(std::size_t number);
  /// I2OSP(len(bytes), 2) || bytes: at most 65,535 bytes.
  Hash& field(ByteView bytes) { return number(bytes.size()).raw(bytes); }

  /// The 64 bytes, once.
  Output finish();

 private:
  crypto_hash_sha512_state state_;
};

/// The same for a message that expand_message_xmd is going to expand: it starts with Z_pad.
class ExpandableMessage : public Hash {
 public:
  ExpandableMessage();
};

/// contextString = "OPRFV1-" || I2OSP(mode, 1) || "-" || identifier.
inline constexpr std::string_view context_string = "OPRFV1-\x01-ristretto255-SHA512";

/// HashToGroup(input): may be the identity, which the callers refuse.
Element hash_to_group(ByteView input);

/// HashToScalar(message) with DST = `tag` || contextString. Uses the message up.
Scalar hash_to_scalar(ExpandableMessage& message, std::string_view tag = "HashToScalar-");

}  // namespace porchlight::voprf
