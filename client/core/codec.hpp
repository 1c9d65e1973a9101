// Between protobuf's messages and the project's types: sizes are checked here and nowhere else.
// Must not know: what a message means.
#pragma once

#include <google/protobuf/message_lite.h>

#include <limits>
#include <optional>
#include <string>

#include "proto/base/secret.hpp"

namespace porchlight::client {

/// False unless `bytes` is a whole message.
inline bool parse(google::protobuf::MessageLite& message, ByteView bytes) {
  return bytes.size() <= std::numeric_limits<int>::max() &&
         message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

inline Bytes serialise(const google::protobuf::MessageLite& message) {
  Bytes bytes(message.ByteSizeLong());
  message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

inline SecretBytes serialise_secret(const google::protobuf::MessageLite& message) {
  SecretBytes bytes(message.ByteSizeLong());
  message.SerializeToArray(bytes.fill().data(), static_cast<int>(bytes.size()));
  return bytes;
}

/// Fills an id, a public key or a secret; false for another length.
template <class Fixed>
bool read(Fixed& out, const std::string& field) {
  auto value = Fixed::from(as_bytes(field));
  if (!value) return false;
  out = std::move(*value);
  return true;
}

/// read() for a secret, wiping the field.
template <class AnySecret>
bool take_secret(AnySecret& out, std::string& field) {
  const bool good = read(out, field);
  wipe_text(field);
  return good;
}

}  // namespace porchlight::client
