#include "client/core/frame.hpp"

#include "client/core/frame_fields.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

/// What people say in a hurry fits the smallest.
bool is_frame_size(std::size_t envelope_bytes) {
  return envelope_bytes == limits::envelope_sizes_bytes[0] ||
         envelope_bytes == limits::envelope_sizes_bytes[1];
}

/// group_id || epoch_id || day u32 || sender || counter u32: 104 bytes.
Bytes associated_data(const FrameContext& context, const VerifyKey& sender, std::uint32_t counter) {
  Bytes data;
  const auto append = [&](ByteView bytes) { data.insert(data.end(), bytes.begin(), bytes.end()); };
  append(context.group.view());
  append(context.epoch.view());
  append(Part(context.day).view());
  append(sender.view());
  append(Part(counter).view());
  return data;
}

SecretBytes make_body(const FrameContext& context, std::uint32_t counter,
                      const FrameContent& content) {
  wire::FrameBody body;
  body.set_group_id(context.group.str());
  body.set_epoch_id(context.epoch.str());
  body.set_day(context.day);
  body.set_counter(counter);
  write_fields(body, content);
  SecretBytes bytes = serialise_secret(body);
  wipe_text(*body.mutable_body());
  return bytes;
}

Result<FrameContent> read_body(const FrameContext& context, std::uint32_t counter,
                               const SecretBytes& signed_body, const VerifyKey& sender) {
  TRY(wire::Unverified unverified, wire::parse_signed(signed_body.reveal()));
  CHECK(unverified.verify(wire::label::frame, sender));
  wire::FrameBody body;
  const bool decoded = parse(body, unverified.body);
  wipe(unverified.body);
  GroupId group;
  EpochId epoch;
  if (!decoded || !read(group, body.group_id()) || !read(epoch, body.epoch_id())) {
    return Error{Errc::malformed, "a frame's inside does not decode"};
  }
  TRY(FrameContent content, read_fields(body));
  if (group != context.group || epoch != context.epoch || body.day() != context.day ||
      body.counter() != counter) {
    return Error{Errc::not_authentic, "a frame was written for another place"};
  }
  return content;
}

}  // namespace

Result<SealedFrame> seal_frame(const FrameContext& context, const SigningKey& sender,
                               const Chain& own, const SealKey& day, const FrameContent& content,
                               Random& random) {
  TRY(Chain::Step step, own.look(own.next()));
  const SecretBytes body = make_body(context, step.counter, content);
  Bytes inside = wire::make_signed(wire::label::frame, body.reveal(), sender);
  wire::GroupFrame frame;
  frame.set_epoch_id(context.epoch.str());
  frame.set_day(context.day);
  frame.set_sender(sender.verify_key().str());
  frame.set_counter(step.counter);
  frame.set_sealed(to_string(aead_seal(
      step.key, associated_data(context, sender.verify_key(), step.counter), inside, random)));
  wipe(inside);
  const Bytes bytes = serialise(frame);
  TRY(Bytes envelope, wire::seal_envelope(day, bytes));
  if (!is_frame_size(envelope.size())) {
    return Error{Errc::too_large, tr("this is larger than the largest frame")};
  }
  return SealedFrame{std::move(envelope), hash<FrameHash>("frame", {bytes}), std::move(step)};
}

Result<FrameHeader> open_frame_envelope(const SealSeed& day, ByteView envelope) {
  auto payload = is_frame_size(envelope.size()) ? unseal(day, envelope) : std::nullopt;
  if (!payload) return Error{Errc::not_authentic, "an envelope is not sealed to this day"};
  wire::GroupFrame frame;
  FrameHeader header;
  if (!unpad(*payload) || !parse(frame, payload->reveal()) ||
      !read(header.epoch, frame.epoch_id()) || !read(header.sender, frame.sender())) {
    return Error{Errc::malformed, "an envelope holds no frame"};
  }
  header.day = frame.day();
  header.counter = frame.counter();
  header.sealed = to_bytes(as_bytes(frame.sealed()));
  header.hash = hash<FrameHash>("frame", {payload->reveal()});
  return header;
}

Result<OpenedFrame> open_frame(const FrameContext& context, const FrameHeader& header,
                               const Chain& chain) {
  if (header.epoch != context.epoch || header.day != context.day) {
    return Error{Errc::not_authentic, "a frame lies in another day's mailbox"};
  }
  TRY(Chain::Step step, chain.look(header.counter));
  const auto inside =
      aead_open(step.key, associated_data(context, header.sender, header.counter), header.sealed);
  if (!inside) return Error{Errc::not_authentic, "a frame does not open"};
  TRY(FrameContent content, read_body(context, header.counter, *inside, header.sender));
  return OpenedFrame{std::move(content), std::move(step)};
}

}  // namespace porchlight::client
