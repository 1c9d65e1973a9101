#include "client/core/attachment_fetch.hpp"

#include <algorithm>

#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {

AttachmentFetch::AttachmentFetch(const GroupId& group, const VerifyKey& sender, const MessageId& id,
                                 const wire::Attachment& attachment)
    : group_(group),
      sender_(sender),
      id_(id),
      keys_(derive_attachment(*AttachmentSeed::from(as_bytes(attachment.seed())))),
      address_(keys_.address(*VerifyKey::from(attachment.drop_key()))),
      mailbox_(address_.id()),
      size_(attachment.size()) {
  for (const std::string& hash : attachment.chunks()) hashes_.push_back(*Digest::from(hash));
  chunks_.resize(hashes_.size());
}

void AttachmentFetch::take(std::uint64_t seq, ByteView envelope) {
  if (is_over() || seq <= after_seq_) return;
  after_seq_ = seq;
  ++seen_;
  const auto opened = open_chunk(keys_.seal, envelope);
  if (!opened) return;
  for (std::size_t i = 0; i < hashes_.size(); ++i) {
    if (hashes_[i] == opened->hash) chunks_[i] = opened->payload;
  }
}

std::size_t AttachmentFetch::missing() const {
  return static_cast<std::size_t>(std::count(chunks_.begin(), chunks_.end(), std::nullopt));
}

bool AttachmentFetch::is_flooded() const { return seen_ >= limits::attachment_envelopes_max; }

Result<Bytes> AttachmentFetch::finish() const {
  if (missing() > 0 && is_flooded()) {
    return Error{Errc::malformed,
                 tr("There is much in the photo's mailbox that does not belong to it, so it was "
                    "not read to the end. Nothing was written. Its author put it there, or the "
                    "relay did: ask them for the photo.")};
  }
  if (missing() > 0 && caught_up_) {
    return Error{Errc::not_found,
                 say(tr("The relay does not hold the whole photo: {0} of {1} parts are missing. "
                        "Nothing was written. A relay keeps photos for a week at most; ask its "
                        "author to post it again."),
                     missing(), hashes_.size())};
  }
  if (missing() > 0) {
    return Error{Errc::unreachable, tr("The relay did not get to the end of the photo. Nothing "
                                       "was written: try again.")};
  }
  Bytes whole;
  for (const auto& chunk : chunks_) whole.insert(whole.end(), chunk->begin(), chunk->end());
  if (whole.size() != size_ || !is_jpeg(whole)) {
    return Error{Errc::malformed, tr("What its author sent as a photo is none, or not of the size "
                                     "that they said. Nothing was written: ask them.")};
  }
  return whole;
}

}  // namespace porchlight::client
