// Frames of a group. The input is the plaintext of a GroupFrame, sealed to the day as any member
// could; and it is a FrameBody that its sender signed and encrypted under its chain.
#include "client/core/frame.hpp"

#include "client/core/codec.hpp"
#include "proto/base/limits.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/group.pb.h"
#include "tests/fuzz/people.hpp"

using namespace porchlight;
using namespace porchlight::client;

namespace {

const fuzz::Person sender(1);
const auto day_seal = fuzz::filled<SealSeed>(0x64);
const FrameContext context{fuzz::filled<GroupId>(0x67), fuzz::filled<EpochId>(0x65), 20'000};

/// At counter 3, with the key of counter 1 kept.
Chain chain() {
  Chain chain(fuzz::filled<ChainKey>(0x63));
  for (const std::uint32_t counter : {0u, 2u}) chain.commit(chain.look(counter).value());
  return chain;
}

Bytes state(const Chain& chain) {
  Bytes bytes = to_bytes(chain.key().reveal());
  bytes.push_back(static_cast<Byte>(chain.next()));
  for (const auto& [counter, key] : chain.skipped()) {
    bytes.push_back(static_cast<Byte>(counter));
    bytes.insert(bytes.end(), key.reveal().begin(), key.reveal().end());
  }
  return bytes;
}

/// Opens, and commits what opened.
Result<FrameContent> take(const FrameHeader& header, Chain& chain) {
  const Bytes before = state(chain);
  auto opened = open_frame(context, header, chain);
  PORCHLIGHT_ASSERT(state(chain) == before);
  if (!opened.ok()) return std::move(opened).error();
  const std::uint32_t next = std::max(chain.next(), header.counter + 1);
  chain.commit(std::move(opened->step));
  PORCHLIGHT_ASSERT(chain.next() == next && chain.skipped().size() <= limits::skipped_keys_max);
  PORCHLIGHT_ASSERT(open_frame(context, header, chain).error().code == Errc::used);
  return std::move(opened->content);
}

void check_content(const FrameContent& content, ByteView bytes) {
  wire::FrameBody body;
  PORCHLIGHT_ASSERT(parse(body, bytes) && GroupId::from(body.group_id()) == context.group);
  PORCHLIGHT_ASSERT(EpochId::from(body.epoch_id()) == context.epoch && body.day() == context.day);
  PORCHLIGHT_ASSERT(as_text(content.body.reveal()) == body.body());
  PORCHLIGHT_ASSERT(content.cites.size() <= limits::cites_max);
  PORCHLIGHT_ASSERT(content.keys_digest.has_value() == !body.keys_digest().empty());

  // Its sender could have said just that, if it fits.
  fuzz::FixedRandom random;
  Chain own = chain();
  const auto sealed =
      seal_frame(context, sender.identity, own, seal_key(day_seal), content, random);
  if (!sealed.ok()) return;
  const auto header = open_frame_envelope(day_seal, sealed->envelope);
  PORCHLIGHT_ASSERT(header.ok() && header->hash == sealed->hash);
  const auto again = take(*header, own);
  PORCHLIGHT_ASSERT(again.ok() && again->cites.size() == content.cites.size());
  PORCHLIGHT_ASSERT(std::ranges::equal(again->body.reveal(), content.body.reveal()));
  PORCHLIGHT_ASSERT(again->keys_digest == content.keys_digest);
}

void check_outside(ByteView bytes) {
  const auto envelope = wire::seal_envelope(seal_key(day_seal), bytes);
  if (!envelope.ok()) return;
  const auto header = open_frame_envelope(day_seal, *envelope);
  PORCHLIGHT_ASSERT(!header.ok() || envelope->size() != limits::envelope_sizes_bytes[2]);
  Chain theirs = chain();
  if (header.ok() && take(*header, theirs).ok()) {
    PORCHLIGHT_ASSERT(header->epoch == context.epoch && header->day == context.day);
    PORCHLIGHT_ASSERT(header->sender == sender.key());
  }
}

void check_inside(ByteView bytes) {
  wire::FrameBody body;
  FrameHeader header{context.epoch, context.day, sender.key(), 3, {}, {}};
  if (parse(body, bytes)) header.counter = body.counter();
  Chain theirs = chain();
  const auto step = theirs.look(header.counter);
  if (!step.ok()) return;
  Bytes associated;
  for (const Part& part : {Part(context.group), Part(context.epoch), Part(context.day),
                           Part(header.sender), Part(header.counter)}) {
    associated.insert(associated.end(), part.view().begin(), part.view().end());
  }
  fuzz::FixedRandom random;
  const Bytes inside = wire::make_signed(wire::label::frame, bytes, sender.identity);
  header.sealed = aead_seal(step->key, associated, inside, random);
  FrameHeader elsewhere = header;
  elsewhere.sender = fuzz::Person(2).key();
  PORCHLIGHT_ASSERT(!take(elsewhere, theirs).ok());
  const auto content = take(header, theirs);
  if (content.ok()) check_content(*content, bytes);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_outside({data, size});
  check_inside({data, size});
  return 0;
}
