// Envelopes (clause 5): exactly 2,048, 16,384 or 65,536 bytes, each a sealed box of a padded
// payload.
#pragma once

#include <optional>

#include "proto/base/limits.hpp"
#include "proto/base/result.hpp"
#include "proto/base/secret.hpp"
#include "proto/crypto/seal.hpp"

namespace porchlight::wire {

bool is_envelope_size(std::size_t size);

/// The smallest envelope that `payload` fits: payloads reach 1,999, 16,335 or 65,487 bytes.
/// 'too_large' above that, 'malformed' for a key that nothing can be sealed to.
Result<Bytes> seal_envelope(const SealKey& to, ByteView payload);

/// The same, into an envelope of one given size, so that a kind of message always looks alike.
Result<Bytes> seal_envelope(const SealKey& to, ByteView payload, std::size_t envelope_bytes);

EnvelopeHash envelope_hash(ByteView envelope);

}  // namespace porchlight::wire
