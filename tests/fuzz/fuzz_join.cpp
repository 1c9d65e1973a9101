// Requests to join: the input is the body of one, signed by a fixed joiner; and it is a whole
// JoinDelivery, whose request nobody signed for the fuzzer.
#include "client/core/join.hpp"

#include "client/core/codec.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
#include "tests/fuzz/people.hpp"

using namespace porchlight;
using namespace porchlight::client;

namespace {

const fuzz::Person joiner(1);
const fuzz::Person other(2);

void check(ByteView signed_request) {
  const auto request = verify_join_request(signed_request);
  if (!request.ok()) return;
  PORCHLIGHT_ASSERT(request->bytes == to_bytes(signed_request));
  PORCHLIGHT_ASSERT(is_clean_name(request->name));
  PORCHLIGHT_ASSERT(is_seal_key(request->one_time_key) && is_seal_key(request->card.seal_key));
  PORCHLIGHT_ASSERT(request->card.inbox.flags ==
                    (wire::mailbox_flag::long_kept | wire::mailbox_flag::erasable));
  PORCHLIGHT_ASSERT(!request->card.inbox.drop_key);
  // A consent is the words that were signed, however protobuf wraps them.
  Bytes wrapped = to_bytes(signed_request);
  wrapped.insert(wrapped.end(), {0x78, 0x01});  // field 15, which this version does not know
  const auto again = verify_join_request(wrapped);
  PORCHLIGHT_ASSERT(again.ok() == (wrapped.size() <= limits::join_request_bytes_max));
  PORCHLIGHT_ASSERT(!again.ok() || again->hash == request->hash);
  PORCHLIGHT_ASSERT(safety_words(request->identity(), request->inviter, request->hash) ==
                    safety_words(request->inviter, request->identity(), request->hash));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const Bytes own = wire::make_signed(wire::label::join_request, bytes, joiner.identity);
  check(own);
  // The card inside says whose request it is, and only its owner may say so.
  const auto request = verify_join_request(own);
  PORCHLIGHT_ASSERT(!request.ok() || request->identity() == joiner.key());
  PORCHLIGHT_ASSERT(
      !request.ok() ||
      !verify_join_request(wire::make_signed(wire::label::join_request, bytes, other.identity))
           .ok());
  PORCHLIGHT_ASSERT(
      !verify_join_request(wire::make_signed(wire::label::card, bytes, joiner.identity)).ok());

  wire::JoinDelivery delivery;
  if (parse(delivery, bytes)) check(as_bytes(delivery.request()));
  return 0;
}
