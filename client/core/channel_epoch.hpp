// Epochs of a channel (clauses 14.2 and 14.4): making them, and judging whether one follows. As in
// groups a judgement is a function of the epoch before and of the envelope's hour at the relay.
// Must not know: mailboxes, the audience, who leads.
#pragma once

#include "client/core/channel_schedule.hpp"
#include "proto/base/result.hpp"
#include "proto/crypto/random.hpp"

namespace porchlight::client {

using ChannelSalt = FixedBytes<struct ChannelSaltTag, 32>;

/// What an epoch says, once it was verified.
struct ChannelHead {
  ChannelId channel;
  std::uint32_t number = 0;
  EpochId id;
  std::uint32_t day = 0;
  ChannelSalt salt;
  std::string name;
  VerifyKey root;  // signs the next epoch
  VerifyKey post;
  Digest fresh_commit;
  std::uint32_t grants = 0;  // 0 in epoch 0
  VerifyKey ctl_drop;
  VerifyKey page_drop;
  VerifyKey door;
  SealKey door_seal;
  std::vector<ChannelDayStatement> days;  // limits::channel_days, from `day` on

  /// None for a day that it does not state.
  const ChannelDayStatement* find_day(std::uint32_t number) const;
};

struct MadeChannelEpoch {
  Bytes signed_epoch;  // with its ControlMessage around it, it fits the smallest envelope
  ChannelHead head;
};

/// What the author has drawn for an epoch.
struct ChannelEpochPlan {
  std::string name;
  std::uint32_t day = 0;  // not before that of the epoch before
  ChannelSalt salt;
  Digest fresh_commit;
  std::uint32_t grants = 0;
};

/// Epoch 0, signed by `root` itself, whose channel it names.
MadeChannelEpoch found_channel(const ChannelEpochPlan& plan, const RootSeed& root,
                               const PostKeys& post);
/// The next one. `signer` is the root of `before`; `root` the next one's, mostly the same.
MadeChannelEpoch make_channel_epoch(const ChannelHead& before, const ChannelEpochPlan& plan,
                                    const RootSeed& signer, const RootSeed& root,
                                    const PostKeys& post);

struct ChannelJudgement {
  enum class Kind {
    valid,
    invalid,
    newer,  // by the root, with a suite this version does not know: the channel halts
  } kind = Kind::invalid;
  bool by_root = false;             // the signature holds
  std::optional<ChannelHead> head;  // where valid
};
/// Judges a Signed ChannelEpochBody from the control mailbox of `before`.
ChannelJudgement judge_channel_epoch(const ChannelHead& before, ByteView signed_epoch,
                                     std::uint32_t seq_day);

/// Out of a Welcome: an epoch that `root` signed. 'malformed', 'not_authentic' or 'update_needed'.
Result<ChannelHead> read_channel_epoch(ByteView signed_epoch, const VerifyKey& root);
/// One that was verified before it was kept: what stands in it, without the work.
Result<ChannelHead> read_kept_channel_epoch(ByteView signed_epoch);

}  // namespace porchlight::client
