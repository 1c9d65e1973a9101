// What is said in a channel, and what its audience answers (clauses 14.6 and 14.7). The channel
// speaks with one voice; which of the group it was stands inside, for the group alone. Always in
// the smallest envelope.
// Must not know: bodies, mailboxes, what was seen before.
#pragma once

#include "client/core/channel_schedule.hpp"
#include "client/core/frame.hpp"

namespace porchlight::client {

struct ChannelPlace {
  ChannelId channel;
  EpochId epoch;
  std::uint32_t day = 0;
};

/// What the group holds for an epoch to speak in it.
struct ChannelVoice {
  const PostSeed& post;
  const AttributionKey& attribution;
  const MadeUnderKey& made_under;
};

struct SealedChannelFrame {
  Bytes envelope;  // 2,048 bytes
  FrameHash hash;
};
/// 'too_large' when the body does not fit. `group_epoch` is the group's, as its author knows it.
Result<SealedChannelFrame> seal_channel_frame(const ChannelPlace& place, const ChannelVoice& voice,
                                              const SigningKey& author, const EpochId& group_epoch,
                                              const SealKey& day, const FrameContent& content,
                                              Random& random);

struct OpenedChannelFrame {
  FrameHash hash;
  FrameContent content;
  Bytes attribution;   // for attribute()
  SecretBytes spoken;  // what it covers
  Digest made_under;
};
/// 'not_authentic' for what is not sealed to the day or not signed by `post`, 'malformed' for what
/// does not decode.
Result<OpenedChannelFrame> open_channel_frame(const ChannelPlace& place, const VerifyKey& post,
                                              const SealSeed& day, ByteView envelope);

/// Who said it: for the group. 'not_authentic' where that is missing or wrong.
Result<VerifyKey> attribute(const OpenedChannelFrame& frame, const ChannelPlace& place,
                            const AttributionKey& key);

// ---- answers -----------------------------------------------------------------------------------

/// 'too_large' when the body does not fit.
Result<Bytes> seal_reply(const ChannelPlace& place, const SigningKey& author, ByteView body,
                         const SealKey& reply);
/// `request` is a Signed JoinRequest, `join` the invite's key.
Result<Bytes> seal_audience_join(ByteView request, const SigningSeed& join, const SealKey& reply);
/// A Signed CatchUp.
Result<Bytes> seal_channel_catch_up(ByteView catch_up, const SealKey& reply);

struct OpenedReply {
  enum class Kind { said, join, catch_up } kind = Kind::said;
  VerifyKey author;     // of what was said, which holds
  SecretBytes body;     // the same: a serialised wire::Body
  Bytes request;        // a Signed JoinRequest or CatchUp, not verified
  Signature signature;  // of a join: by a key of the invite that the request names, not verified
};
/// 'not_authentic' or 'malformed'; 'update_needed' for a kind that is not known here.
Result<OpenedReply> open_reply(const ChannelPlace& place, const SealSeed& reply, ByteView envelope);
/// Whether the invite's key signed the request of a join.
bool verify_audience_join(const OpenedReply& join, const VerifyKey& join_key);

}  // namespace porchlight::client
