// What is said in a channel: the input is what a day's mailbox holds, a ChannelFrameBody that the
// post key signed, and a ChannelContent within one. And answers: the input is a ChannelReply, and a
// ReplyBody that its author signed.
#include "client/core/channel_frame.hpp"

#include "client/core/codec.hpp"
#include "proto/base/limits.hpp"
#include "proto/wire/channel.pb.h"
#include "proto/wire/envelope.hpp"
#include "tests/fuzz/people.hpp"

using namespace porchlight;
using namespace porchlight::client;

namespace {

const ChannelPlace place{fuzz::filled<ChannelId>(0x63), fuzz::filled<EpochId>(0x65), 20'000};
const ChannelPlace elsewhere{place.channel, place.epoch, place.day + 1};
const SealSeed day_seal = fuzz::filled<SealSeed>(0x64);
const PostKeys post = derive_post(fuzz::filled<PostSecret>(0x70));
const VerifyKey post_key = SigningKey(post.post).verify_key();
const fuzz::Person author(1);
const fuzz::Person other(2);

void check_opened(const OpenedChannelFrame& opened) {
  PORCHLIGHT_ASSERT(opened.content.cites.size() <= limits::cites_max);
  // Nobody else's signature is to be had here.
  const auto who = attribute(opened, place, post.attribution);
  PORCHLIGHT_ASSERT(!who.ok() || *who == author.key());
  PORCHLIGHT_ASSERT(!attribute(opened, elsewhere, post.attribution).ok());
  // Its author could have said just that, if it fits.
  fuzz::FixedRandom random;
  const ChannelVoice voice{post.post, post.attribution, post.made_under};
  const auto sealed = seal_channel_frame(place, voice, author.identity, place.epoch,
                                         seal_key(day_seal), opened.content, random);
  if (!sealed.ok()) return;
  const auto again = open_channel_frame(place, post_key, day_seal, sealed->envelope);
  PORCHLIGHT_ASSERT(again.ok() && again->hash == sealed->hash);
  PORCHLIGHT_ASSERT(std::ranges::equal(again->content.body.reveal(), opened.content.body.reveal()));
  PORCHLIGHT_ASSERT(again->content.cites.size() == opened.content.cites.size());
  PORCHLIGHT_ASSERT(*attribute(*again, place, post.attribution) == author.key());
}

void check_payload(ByteView payload) {
  const auto envelope = wire::seal_envelope(seal_key(day_seal), payload);
  if (!envelope.ok()) return;
  const auto opened = open_channel_frame(place, post_key, day_seal, *envelope);
  PORCHLIGHT_ASSERT(!open_channel_frame(place, other.key(), day_seal, *envelope).ok());
  if (!opened.ok()) return;
  PORCHLIGHT_ASSERT(envelope->size() == limits::envelope_sizes_bytes[0]);
  PORCHLIGHT_ASSERT(!open_channel_frame(elsewhere, post_key, day_seal, *envelope).ok());
  check_opened(*opened);
}

void check_frame(ByteView body) {
  check_payload(wire::make_signed(wire::label::channel_frame, body, SigningKey(post.post)));
}

/// Within a frame, and attributed to its author.
void check_content(ByteView content) {
  wire::ChannelFrameBody body;
  body.set_content(to_string(content));
  Bytes plain = to_bytes(author.key().view());
  const Signature signature = wire::sign(wire::label::channel_author, content, author.identity);
  plain.insert(plain.end(), signature.view().begin(), signature.view().end());
  Bytes associated;
  for (const Part& part : {Part(place.channel), Part(place.epoch), Part(place.day)}) {
    associated.insert(associated.end(), part.view().begin(), part.view().end());
  }
  fuzz::FixedRandom random;
  const AeadKey key = *AeadKey::from(post.attribution.reveal());
  body.set_attribution(to_string(aead_seal(key, associated, plain, random)));
  check_frame(serialise(body));
}

void check_reply(const wire::ChannelReply& reply) {
  const auto envelope = wire::seal_envelope(seal_key(day_seal), serialise(reply));
  if (!envelope.ok()) return;
  const auto opened = open_reply(place, day_seal, *envelope);
  if (!opened.ok()) return;
  if (opened->kind != OpenedReply::Kind::said) {
    PORCHLIGHT_ASSERT(!verify_audience_join(*opened, other.key()));
    return;
  }
  PORCHLIGHT_ASSERT(opened->author == author.key());
  PORCHLIGHT_ASSERT(!open_reply(elsewhere, day_seal, *envelope).ok());
  const auto again = seal_reply(place, author.identity, opened->body.reveal(), seal_key(day_seal));
  if (!again.ok()) return;
  PORCHLIGHT_ASSERT(std::ranges::equal(open_reply(place, day_seal, *again)->body.reveal(),
                                       opened->body.reveal()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  check_payload(bytes);
  check_frame(bytes);
  check_content(bytes);
  wire::ChannelReply reply;
  if (parse(reply, bytes)) check_reply(reply);
  reply.set_said(to_string(wire::make_signed(wire::label::reply, bytes, author.identity)));
  check_reply(reply);
  return 0;
}
