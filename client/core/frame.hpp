// Frames: what one member says to a group (clause 12). Sealed to the day, encrypted under the
// sender's chain, signed by the sender; in the smaller of two envelopes that it fits (clause 5.1).
// Must not know: bodies, mailboxes, what was seen before.
#pragma once

#include "client/core/chain.hpp"
#include "proto/crypto/random.hpp"

namespace porchlight::client {

/// Where a frame belongs. Its header and its signed inside repeat it.
struct FrameContext {
  GroupId group;
  EpochId epoch;
  std::uint32_t day = 0;
};

/// A frame that its sender had seen.
struct Cite {
  FrameHash frame;
  std::uint32_t epoch = 0;  // number
  std::uint32_t day = 0;
};

struct FrameContent {
  SecretBytes body;         // a serialised wire::Body
  std::vector<Cite> cites;  // at most limits::cites_max
  std::uint32_t keys_week = 0;
  std::optional<Digest> keys_digest;  // of the relay's token keys of that week
};

struct SealedFrame {
  Bytes envelope;  // 2,048 bytes, or 16,384
  FrameHash hash;
  Chain::Step step;  // to be committed, and kept, before the envelope leaves
};

/// Under the next counter of `own`. 'too_large' when the body does not fit.
Result<SealedFrame> seal_frame(const FrameContext& context, const SigningKey& sender,
                               const Chain& own, const SealKey& day, const FrameContent& content,
                               Random& random);

/// The outside of a frame: any member could have written it.
struct FrameHeader {
  EpochId epoch;
  std::uint32_t day = 0;
  VerifyKey sender;
  std::uint32_t counter = 0;
  Bytes sealed;
  FrameHash hash;
};

/// 'not_authentic' for what is not sealed to the day, 'malformed' for what does not decode.
Result<FrameHeader> open_frame_envelope(const SealSeed& day, ByteView envelope);

struct OpenedFrame {
  FrameContent content;
  Chain::Step step;  // to be committed: encryption and signature hold
};

/// The inside, by the sender's own chain. 'used' and 'too_large' as Chain::look; 'not_authentic' or
/// 'malformed' for what the sender did not write in this place.
Result<OpenedFrame> open_frame(const FrameContext& context, const FrameHeader& header,
                               const Chain& chain);

}  // namespace porchlight::client
