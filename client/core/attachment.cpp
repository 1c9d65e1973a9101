#include "client/core/attachment.hpp"

#include <algorithm>

#include "client/core/codec.hpp"
#include "proto/base/limits.hpp"
#include "proto/crypto/hash.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {
namespace {

Digest chunk_hash(ByteView payload) { return hash_digest("attachment chunk", {payload}); }

constexpr std::size_t chunks_of(std::size_t file_bytes) {
  return (file_bytes + limits::payload_bytes_max - 1) / limits::payload_bytes_max;
}

Error usage(const char* what) { return {Errc::usage, what}; }

}  // namespace

wire::MailboxAddress AttachmentKeys::address(const VerifyKey& drop_key) const {
  return {0, SigningKey(collect).verify_key(), drop_key};
}

AttachmentKeys derive_attachment(const AttachmentSeed& seed) {
  return {kdf<SigningSeed>(seed, "attachment collect"), kdf<SealSeed>(seed, "attachment seal")};
}

bool is_jpeg(ByteView file) {
  constexpr std::array<Byte, 3> begin = {0xff, 0xd8, 0xff};
  return file.size() > begin.size() && std::equal(begin.begin(), begin.end(), file.begin());
}

Status check_attachment(const wire::Attachment& attachment) {
  if (attachment.message().size() != MessageId::size_bytes) {
    return usage("a photo names what it belongs to");
  }
  if (attachment.type() != wire::MEDIA_JPEG) return usage("a photo is a JPEG");
  if (attachment.size() == 0 || attachment.size() > limits::attachment_bytes_max) {
    return usage("a photo is not empty, and at most about a megabyte");
  }
  if (attachment.seed().size() != AttachmentSeed::size_bytes ||
      attachment.drop_key().size() != VerifyKey::size_bytes) {
    return usage("a photo lies in a mailbox");
  }
  const auto& chunks = attachment.chunks();
  const bool fit = std::all_of(chunks.begin(), chunks.end(), [](const std::string& hash) {
    return hash.size() == Digest::size_bytes;
  });
  if (!fit || static_cast<std::size_t>(chunks.size()) != chunks_of(attachment.size())) {
    return usage("a photo has as many parts as its size asks for");
  }
  return Ok{};
}

SealedAttachment seal_attachment(const MessageId& about, ByteView file, Random& random) {
  PORCHLIGHT_ASSERT(!file.empty() && file.size() <= limits::attachment_bytes_max);
  const auto seed = random.secret<AttachmentSeed>();
  const SealKey to = seal_key(derive_attachment(seed).seal);
  SealedAttachment sealed;
  sealed.drop = random.secret<SigningSeed>();
  sealed.body.set_message(about.str());
  sealed.body.set_type(wire::MEDIA_JPEG);
  sealed.body.set_size(static_cast<std::uint32_t>(file.size()));
  sealed.body.set_seed(to_string(seed.reveal()));
  sealed.body.set_drop_key(SigningKey(sealed.drop).verify_key().str());
  for (; !file.empty(); file = file.subspan(std::min(file.size(), limits::payload_bytes_max))) {
    const ByteView payload = file.first(std::min(file.size(), limits::payload_bytes_max));
    auto envelope = wire::seal_envelope(to, payload, limits::envelope_sizes_bytes.back());
    PORCHLIGHT_ASSERT(envelope.ok());
    sealed.body.add_chunks(chunk_hash(payload).str());
    sealed.envelopes.push_back(std::move(envelope).value());
  }
  return sealed;
}

std::optional<OpenedChunk> open_chunk(const SealSeed& seal, ByteView envelope) {
  auto payload = unseal(seal, envelope);
  if (!payload || !unpad(*payload)) return std::nullopt;
  return OpenedChunk{chunk_hash(payload->reveal()), to_bytes(payload->reveal())};
}

}  // namespace porchlight::client
