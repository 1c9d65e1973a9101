// One photo being fetched from its mailbox (clause 15.8). Whatever its author, or the relay, has
// put there: no more is looked at than a few times what belongs there, and nothing kept but that.
// Must not know: who asked, where it goes.
#pragma once

#include "client/core/attachment.hpp"

namespace porchlight::client {

class AttachmentFetch {
 public:
  /// `attachment` as check_attachment() lets it pass, said in `group` by `sender` as `id`.
  AttachmentFetch(const GroupId& group, const VerifyKey& sender, const MessageId& id,
                  const wire::Attachment& attachment);

  const wire::MailboxAddress& address() const { return address_; }
  const MailboxId& mailbox() const { return mailbox_; }
  const SigningSeed& collect_seed() const { return keys_.collect; }
  bool is_of(const GroupId& group, const VerifyKey& sender, const MessageId& id) const {
    return group == group_ && sender == sender_ && id == id_;
  }

  /// Behind what was taken: a connection that breaks costs nothing of it.
  std::uint64_t after_seq() const { return after_seq_; }

  /// What does not belong to the photo is left aside.
  void take(std::uint64_t seq, ByteView envelope);
  void caught_up() { caught_up_ = true; }
  /// Nothing more is wanted of the mailbox.
  bool is_over() const { return caught_up_ || is_flooded() || missing() == 0; }

  /// As Core::take_photo().
  Result<Bytes> finish() const;

 private:
  std::size_t missing() const;
  bool is_flooded() const;

  GroupId group_;
  VerifyKey sender_;
  MessageId id_;
  AttachmentKeys keys_;
  wire::MailboxAddress address_;
  MailboxId mailbox_;
  std::size_t size_;
  std::vector<Digest> hashes_;
  std::vector<std::optional<Bytes>> chunks_;
  std::size_t seen_ = 0;
  std::uint64_t after_seq_ = 0;
  bool caught_up_ = false;
};

}  // namespace porchlight::client
