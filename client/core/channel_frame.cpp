#include "client/core/channel_frame.hpp"

#include "client/core/card.hpp"
#include "client/core/frame_fields.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/aead.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/channel.pb.h"
#include "proto/wire/envelope.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

constexpr std::size_t envelope_bytes = limits::envelope_sizes_bytes[0];

Error elsewhere() { return {Errc::not_authentic, "a message was written for another place"}; }
Error undecodable() { return {Errc::malformed, "a message of a channel does not decode"}; }

template <class Message>
void write_place(Message& message, const ChannelPlace& place) {
  message.set_channel_id(place.channel.str());
  message.set_epoch_id(place.epoch.str());
  message.set_day(place.day);
}

template <class Message>
Status check_place(const Message& message, const ChannelPlace& place) {
  ChannelId channel;
  EpochId epoch;
  if (!read(channel, message.channel_id()) || !read(epoch, message.epoch_id())) {
    return undecodable();
  }
  if (channel != place.channel || epoch != place.epoch || message.day() != place.day) {
    return elsewhere();
  }
  return Ok{};
}

/// channel_id || epoch_id || day u32: 68 bytes.
Bytes associated_data(const ChannelPlace& place) {
  Bytes data = to_bytes(place.channel.view());
  const auto append = [&](ByteView bytes) { data.insert(data.end(), bytes.begin(), bytes.end()); };
  append(place.epoch.view());
  append(Part(place.day).view());
  return data;
}

AeadKey aead_key(const AttributionKey& key) { return *AeadKey::from(key.reveal()); }

/// author || its signature over what is said.
Bytes make_attribution(const ChannelPlace& place, const AttributionKey& key,
                       const SigningKey& author, ByteView spoken, Random& random) {
  const Signature signature = wire::sign(wire::label::channel_author, spoken, author);
  Bytes plain = to_bytes(author.verify_key().view());
  plain.insert(plain.end(), signature.view().begin(), signature.view().end());
  return aead_seal(aead_key(key), associated_data(place), plain, random);
}

/// The payload of an envelope of the smallest size that was sealed to `seed`.
Result<SecretBytes> open_envelope(const SealSeed& seed, ByteView envelope) {
  auto payload = envelope.size() == envelope_bytes ? unseal(seed, envelope) : std::nullopt;
  if (!payload) return Error{Errc::not_authentic, "an envelope is not sealed to this day"};
  if (!unpad(*payload)) return undecodable();
  return std::move(*payload);
}

Result<Bytes> seal_message(const wire::ChannelReply& reply, const SealKey& to) {
  const SecretBytes bytes = serialise_secret(reply);
  return wire::seal_envelope(to, bytes.reveal(), envelope_bytes);
}

Result<OpenedReply> read_said(const ChannelPlace& place, const std::string& signed_reply) {
  TRY(wire::Unverified unverified, wire::parse_signed(signed_reply));
  wire::ReplyBody message;
  const bool decoded = parse(message, unverified.body);
  OpenedReply reply;
  reply.body = SecretBytes(as_bytes(message.body()));
  wipe_text(*message.mutable_body());
  if (!decoded || !read(reply.author, message.author())) return undecodable();
  const Status holds = unverified.verify(wire::label::reply, reply.author);
  wipe(unverified.body);
  CHECK(holds);
  CHECK(check_place(message, place));
  return reply;
}

}  // namespace

Result<SealedChannelFrame> seal_channel_frame(const ChannelPlace& place, const ChannelVoice& voice,
                                              const SigningKey& author, const EpochId& group_epoch,
                                              const SealKey& day, const FrameContent& content,
                                              Random& random) {
  wire::ChannelContent message;
  write_place(message, place);
  write_fields(message, content);
  message.set_made_under(made_under(voice.made_under, group_epoch).str());
  const SecretBytes spoken = serialise_secret(message);
  wipe_text(*message.mutable_body());

  wire::ChannelFrameBody frame;
  frame.set_content(to_string(spoken.reveal()));
  frame.set_attribution(
      to_string(make_attribution(place, voice.attribution, author, spoken.reveal(), random)));
  const SecretBytes body = serialise_secret(frame);
  wipe_text(*frame.mutable_content());
  Bytes payload =
      wire::make_signed(wire::label::channel_frame, body.reveal(), SigningKey(voice.post));
  const FrameHash hashed = hash<FrameHash>("channel frame", {payload});
  auto envelope = wire::seal_envelope(day, payload, envelope_bytes);
  wipe(payload);
  if (!envelope) return std::move(envelope).error();
  return SealedChannelFrame{std::move(envelope).value(), hashed};
}

Result<OpenedChannelFrame> open_channel_frame(const ChannelPlace& place, const VerifyKey& post,
                                              const SealSeed& day, ByteView envelope) {
  TRY(const SecretBytes payload, open_envelope(day, envelope));
  TRY(wire::Unverified unverified, wire::parse_signed(payload.reveal()));
  CHECK(unverified.verify(wire::label::channel_frame, post));
  wire::ChannelFrameBody frame;
  const bool decoded = parse(frame, unverified.body);
  wipe(unverified.body);
  OpenedChannelFrame opened;
  opened.spoken = SecretBytes::absorb(*frame.mutable_content());
  wire::ChannelContent message;
  if (!decoded || !parse(message, opened.spoken.reveal()) ||
      !read(opened.made_under, message.made_under())) {
    return undecodable();
  }
  TRY(opened.content, read_fields(message));
  CHECK(check_place(message, place));
  opened.hash = hash<FrameHash>("channel frame", {payload.reveal()});
  opened.attribution = to_bytes(as_bytes(frame.attribution()));
  return opened;
}

Result<VerifyKey> attribute(const OpenedChannelFrame& frame, const ChannelPlace& place,
                            const AttributionKey& key) {
  const auto plain = aead_open(aead_key(key), associated_data(place), frame.attribution);
  const Error nobody{Errc::not_authentic, "a channel spoke, and nobody of the group stands for it"};
  constexpr std::size_t key_bytes = VerifyKey::size_bytes;
  if (!plain || plain->size() != key_bytes + Signature::size_bytes) return nobody;
  const auto author = *VerifyKey::from(plain->reveal().first(key_bytes));
  const auto signature = *Signature::from(plain->reveal().subspan(key_bytes));
  if (!wire::verify(wire::label::channel_author, frame.spoken.reveal(), signature, author)) {
    return nobody;
  }
  return author;
}

Result<Bytes> seal_reply(const ChannelPlace& place, const SigningKey& author, ByteView body,
                         const SealKey& reply) {
  wire::ReplyBody message;
  write_place(message, place);
  message.set_author(author.verify_key().str());
  message.set_body(to_string(body));
  const SecretBytes bytes = serialise_secret(message);
  wipe_text(*message.mutable_body());
  wire::ChannelReply said;
  said.set_said(to_string(wire::make_signed(wire::label::reply, bytes.reveal(), author)));
  auto envelope = seal_message(said, reply);
  wipe_text(*said.mutable_said());
  return envelope;
}

Result<Bytes> seal_audience_join(ByteView request, const SigningSeed& join, const SealKey& reply) {
  wire::ChannelReply message;
  message.mutable_join()->set_request(to_string(request));
  message.mutable_join()->set_signature(
      wire::sign(wire::label::audience_join, request, SigningKey(join)).str());
  return seal_message(message, reply);
}

Result<Bytes> seal_channel_catch_up(ByteView catch_up, const SealKey& reply) {
  wire::ChannelReply message;
  message.set_catch_up(to_string(catch_up));
  return seal_message(message, reply);
}

Result<OpenedReply> open_reply(const ChannelPlace& place, const SealSeed& reply,
                               ByteView envelope) {
  TRY(const SecretBytes payload, open_envelope(reply, envelope));
  wire::ChannelReply message;
  if (!parse(message, payload.reveal())) return undecodable();
  OpenedReply opened;
  switch (message.kind_case()) {
    case wire::ChannelReply::kSaid: {
      auto said = read_said(place, message.said());
      wipe_text(*message.mutable_said());
      return said;
    }
    case wire::ChannelReply::kJoin:
      opened.kind = OpenedReply::Kind::join;
      opened.request = to_bytes(as_bytes(message.join().request()));
      if (!read(opened.signature, message.join().signature())) return undecodable();
      return opened;
    case wire::ChannelReply::kCatchUp:
      opened.kind = OpenedReply::Kind::catch_up;
      opened.request = to_bytes(as_bytes(message.catch_up()));
      return opened;
    case wire::ChannelReply::KIND_NOT_SET:
      break;
  }
  return update_needed(tr("an answer in a channel"));
}

bool verify_audience_join(const OpenedReply& join, const VerifyKey& join_key) {
  return wire::verify(wire::label::audience_join, join.request, join.signature, join_key);
}

}  // namespace porchlight::client
