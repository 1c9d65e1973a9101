// A photo on its way to a mailbox of its own and out of it: cut into chunks, each sealed into an
// envelope of the largest size, under hashes that the author's signed body holds (clause 15.8).
// Must not know: pixels, sightings, how envelopes travel.
#pragma once

#include <optional>

#include "client/core/views.hpp"
#include "proto/base/result.hpp"
#include "proto/crypto/random.hpp"
#include "proto/crypto/seal.hpp"
#include "proto/crypto/sign.hpp"
#include "proto/wire/mailbox.hpp"

namespace porchlight::client {

using AttachmentSeed = Secret<struct AttachmentSeedTag, 32>;

/// What a reader needs of the mailbox. Whoever knows the seed has both; dropping takes another key,
/// which its author alone holds.
struct AttachmentKeys {
  SigningSeed collect;
  SealSeed seal;

  /// No flags: no reader may erase what all are to read.
  wire::MailboxAddress address(const VerifyKey& drop_key) const;
};
AttachmentKeys derive_attachment(const AttachmentSeed& seed);

/// Whether it begins as a JPEG does. What is in it is for who looks at it.
bool is_jpeg(ByteView file);

/// 'usage' unless every field can be, and the chunks are as many as the size asks for.
Status check_attachment(const wire::Attachment& attachment);

struct SealedAttachment {
  wire::Attachment body;
  SigningSeed drop;
  std::vector<Bytes> envelopes;  // 65,536 bytes each; chunk by chunk
};
/// `file` has 1 to limits::attachment_bytes_max bytes. Draws the mailbox and its keys.
SealedAttachment seal_attachment(const MessageId& about, ByteView file, Random& random);

struct OpenedChunk {
  Digest hash;  // H("attachment chunk", payload)
  Bytes payload;
};
/// None for an envelope that is not sealed to the mailbox, or not padded.
std::optional<OpenedChunk> open_chunk(const SealSeed& seal, ByteView envelope);

}  // namespace porchlight::client
