// Test vectors: JSON files of tests/vectors, whose byte strings are hex.
#pragma once

#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "proto/base/encoding.hpp"

namespace porchlight::testing {

/// Throws when the file is missing or is no JSON: without vectors nothing is tested.
inline nlohmann::json read_vectors(const std::string& file) {
  std::ifstream in(std::string(PORCHLIGHT_VECTORS) + "/" + file);
  if (!in) throw std::runtime_error("no vectors in " + file);
  return nlohmann::json::parse(in);
}

/// From a vector, or a string literal (which becomes a JSON string).
inline Bytes unhex(const nlohmann::json& value) {
  const auto bytes = hex_decode(value.get<std::string>());
  if (!bytes) throw std::runtime_error("a vector is not hex");
  return *bytes;
}

/// A FixedBytes or a Secret from hex of exactly its size.
template <class Value>
Value from_hex(const nlohmann::json& value) {
  auto result = Value::from(ByteView(unhex(value)));
  if (!result) throw std::runtime_error("a vector has the wrong size");
  return std::move(*result);
}

template <class Fixed>
std::string hex(const Fixed& value) {
  return hex_encode(value.view());
}

}  // namespace porchlight::testing
