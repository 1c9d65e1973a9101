// ISO/IEC 7816-4 padding: 0x80, then zeros, to an exact size.
#pragma once

#include <optional>

#include "proto/base/secret.hpp"

namespace porchlight {

/// `payload` padded to exactly `size` bytes; none unless payload.size() < size.
std::optional<SecretBytes> pad(ByteView payload, std::size_t size);

/// Cuts the padding off; false when there is none.
bool unpad(SecretBytes& padded);

}  // namespace porchlight
