#include "proto/wire/envelope.hpp"

#include "proto/crypto/hash.hpp"
#include "proto/crypto/pad.hpp"

namespace porchlight::wire {

bool is_envelope_size(std::size_t size) {
  const auto& sizes = limits::envelope_sizes_bytes;
  return std::find(sizes.begin(), sizes.end(), size) != sizes.end();
}

Result<Bytes> seal_envelope(const SealKey& to, ByteView payload) {
  for (const std::size_t size : limits::envelope_sizes_bytes) {
    if (payload.size() < size - limits::seal_overhead_bytes) {
      return seal_envelope(to, payload, size);
    }
  }
  return Error{Errc::too_large, "this is larger than the largest envelope"};
}

Result<Bytes> seal_envelope(const SealKey& to, ByteView payload, std::size_t envelope_bytes) {
  PORCHLIGHT_ASSERT(is_envelope_size(envelope_bytes));
  if (!is_seal_key(to)) return Error{Errc::malformed, "nothing can be sealed to this key"};
  const auto padded = pad(payload, envelope_bytes - limits::seal_overhead_bytes);
  if (!padded) return Error{Errc::too_large, "this does not fit the envelope it was meant for"};
  return seal(to, padded->reveal());
}

EnvelopeHash envelope_hash(ByteView envelope) { return hash<EnvelopeHash>("envelope", {envelope}); }

}  // namespace porchlight::wire
