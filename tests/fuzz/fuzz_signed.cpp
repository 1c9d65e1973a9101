// Signed messages: taken apart and put together again they are the same body and signature, and
// what holds, holds under one label and over one body.
#include "proto/wire/person.pb.h"
#include "proto/wire/signed.hpp"

using namespace porchlight;
using namespace porchlight::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const SigningKey key(*SigningSeed::from(Bytes(32, 0x5e)));
  const ByteView bytes(data, size);

  const auto parsed = parse_signed(bytes);
  if (parsed.ok()) {
    Signed message;
    message.set_body(to_string(parsed->body));
    message.set_signature(parsed->signature.str());
    const auto again = parse_signed(message.SerializeAsString());
    PORCHLIGHT_ASSERT(again->body == parsed->body && again->signature == parsed->signature);
    // Under a fixed key, only a seed that was signed with it can hold.
    if (parsed->verify(label::card, key.verify_key()).ok()) {
      PORCHLIGHT_ASSERT(!parsed->verify(label::epoch, key.verify_key()).ok());
      PORCHLIGHT_ASSERT(sign(label::card, parsed->body, key) == parsed->signature);
    }
  } else {
    PORCHLIGHT_ASSERT(parsed.error().code == Errc::malformed);
  }

  if (size <= 4'096) {
    const auto own = parse_signed(ByteView(make_signed(label::frame, bytes, key)));
    PORCHLIGHT_ASSERT(own->body == to_bytes(bytes));
    PORCHLIGHT_ASSERT(own->verify(label::frame, key.verify_key()).ok());
  }
  return 0;
}
