// Text encodings of public bytes: base32 (RFC 4648, lower case, no padding) for relay addresses,
// base64url (RFC 4648, no padding) for links, hex for test vectors.
#pragma once

#include <optional>
#include <string>

#include "proto/base/bytes.hpp"

namespace porchlight {

std::string base32_encode(ByteView bytes);
/// None for a character outside a-z2-7 (either case), an impossible length, or non-zero spare bits.
std::optional<Bytes> base32_decode(std::string_view text);

std::string base64url_encode(ByteView bytes);
/// None for a character outside the alphabet, an impossible length, or non-zero spare bits.
std::optional<Bytes> base64url_decode(std::string_view text);

std::string hex_encode(ByteView bytes);
std::optional<Bytes> hex_decode(std::string_view text);

}  // namespace porchlight
