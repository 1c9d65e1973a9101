// Envelopes: a stranger's bytes do not open, padding is cut off in one way only, and every payload
// comes back out of the envelope it went into.
#include "proto/wire/envelope.hpp"

#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"

using namespace porchlight;
using namespace porchlight::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SealSeed seed = *SealSeed::from(Bytes(32, 0x5e));
  static const SealKey key = seal_key(seed);
  const ByteView bytes(data, size);

  PORCHLIGHT_ASSERT(!unseal(seed, bytes));

  SecretBytes padded{bytes};
  if (unpad(padded)) {
    const auto again = pad(padded.reveal(), size);
    PORCHLIGHT_ASSERT(again && std::ranges::equal(again->reveal(), bytes));
  }

  auto envelope = seal_envelope(key, bytes);
  PORCHLIGHT_ASSERT(envelope.ok() == (size <= limits::payload_bytes_max));
  if (envelope.ok()) {
    PORCHLIGHT_ASSERT(is_envelope_size(envelope->size()));
    auto opened = unseal(seed, *envelope);
    PORCHLIGHT_ASSERT(opened && unpad(*opened) && std::ranges::equal(opened->reveal(), bytes));
    (*envelope)[size % envelope->size()] ^= 1;
    PORCHLIGHT_ASSERT(!unseal(seed, *envelope));
  }
  return 0;
}
