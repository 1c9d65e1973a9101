// Opening sealed boxes. Only the client links this.
#pragma once

#include <optional>

#include "proto/crypto/seal.hpp"

namespace porchlight {

/// None when the box was not sealed to this key, or was changed.
std::optional<SecretBytes> unseal(const SealSeed& seed, ByteView box);

}  // namespace porchlight
