// The key schedule of channels (clauses 14.2, 14.3 and 14.5): what the audience holds, what the
// group holds beside it, and what whoever leads derives from the root key.
// Must not know: messages, state.
#pragma once

#include <vector>

#include "client/core/schedule.hpp"

namespace porchlight::client {

/// A channel is called by an id of the same shape as a group's: requests, messages and warnings are
/// about either.
using ChannelId = GroupId;

using RootSeed = SigningSeed;  // signs epochs, grants and invites; whoever leads the group has it
using PostSeed = SigningSeed;  // signs what is said in one epoch
using MadeUnderKey = Secret<struct MadeUnderKeyTag, 32>;
using PostDaySecret = Secret<struct PostDaySecretTag, 32>;
using PostSecret = Secret<struct PostSecretTag, 32>;  // lives only while it is taken apart
using TagKey = FixedBytes<struct TagKeyTag, 32>;
using GrantTag = FixedBytes<struct GrantTagTag, 16>;

/// H("channel", root of epoch 0).
ChannelId channel_id(const VerifyKey& first_root);

// ---- what everybody holds who reads the channel ------------------------------------------------

/// secret = KDF(carry of the epoch before, "channel epoch", fresh, epoch id), taken apart.
struct ChannelEpochKeys {
  Carry carry;
  SigningSeed ctl_collect;
  SealSeed ctl_seal;
  DaySecret day;  // of the epoch's own day
};
/// For epoch 0 `before` is random and `fresh` empty. The secret is wiped on the way out.
ChannelEpochKeys derive_channel_epoch(const Carry& before, ByteView fresh, const EpochId& id);

/// An epoch's control mailbox: LONG. Whoever leads alone can drop there.
wire::MailboxAddress control_address(const SigningSeed& ctl_collect, const VerifyKey& ctl_drop);

/// The mailbox of a page of grants of the change with this salt, which follows the epoch of these
/// keys: LONG.
struct GrantPageKeys {
  SigningSeed collect;
  SealSeed seal;
  wire::MailboxAddress address;
};
GrantPageKeys derive_grant_page(const SigningSeed& ctl_collect, const SealSeed& ctl_seal,
                                ByteView salt, std::uint32_t page, const VerifyKey& page_drop);

/// A day's mailbox, without flags. `drop` is what the epoch states for it.
struct ChannelDayKeys {
  SigningSeed collect;
  SealSeed seal;
};
ChannelDayKeys derive_channel_day(const DaySecret& secret);
wire::MailboxAddress channel_day_address(const SigningSeed& collect, const VerifyKey& drop);

/// KDF(tag key, "tag", channel, number, salt), its first 16 bytes.
GrantTag grant_tag(const TagKey& key, const ChannelId& channel, std::uint32_t number,
                   ByteView salt);

/// What is given to whoever comes to read on some day: that day's keys, and what the days after
/// follow from. Nothing of the days before.
struct ChannelReading {
  Carry carry;
  SigningSeed ctl_collect;
  SealSeed ctl_seal;
  std::uint32_t day = 0;
  ChannelDayKeys today;
  DaySecret next;  // of the day after
};

// ---- what the group holds beside it ------------------------------------------------------------

/// Where people ask to be in: who follows an invite, or whose keys did not come.
struct DoorKeys {
  SigningSeed collect;
  SealSeed seal;
};
/// LONG, without a drop key.
wire::MailboxAddress door_address(const VerifyKey& door);

struct PostKeys {
  PostSeed post;
  AttributionKey attribution;
  MadeUnderKey made_under;
  DoorKeys door;
  PostDaySecret day;  // of the epoch's own day
};
PostKeys derive_post(const PostSecret& secret);

struct PostDayKeys {
  SigningSeed drop;           // of the day's mailbox
  SigningSeed reply_collect;  // of the day's reply mailbox
  SealSeed reply_seal;        // what is sealed to there
};
PostDayKeys derive_post_day(const PostDaySecret& secret);
PostDaySecret next_post_day(const PostDaySecret& secret);
/// No flags, no drop key.
wire::MailboxAddress reply_address(const VerifyKey& reply);

/// What one day's keys look like to the audience.
struct ChannelDayStatement {
  VerifyKey drop;
  VerifyKey reply;
  SealKey reply_seal;
};
/// Of limits::channel_days days, from that of `first` on.
std::vector<ChannelDayStatement> state_days(const PostDaySecret& first);

/// KDF(made under key, "made under", the group's epoch id), as it stands in a frame.
Digest made_under(const MadeUnderKey& key, const EpochId& group_epoch);

// ---- what whoever leads derives ----------------------------------------------------------------

/// KDF(root, "channel ctl drop", channel, number, salt): of that epoch's own control mailbox.
SigningSeed derive_ctl_drop(const RootSeed& root, const ChannelId& channel, std::uint32_t number,
                            ByteView salt);
/// KDF(root, "channel page drop", channel, number, salt): of the pages of the change to `number`,
/// by the root before it.
SigningSeed derive_grant_page_drop(const RootSeed& root, const ChannelId& channel,
                                   std::uint32_t number, ByteView salt);

// ---- invites into an audience ------------------------------------------------------------------

/// What follows from an invite's seed beside wire::InviteKeys: KDF(seed, "audience seal"),
/// "audience tag" and "audience join". The inviter keeps the public halves alone: with the seed the
/// parcel could be opened, and with it all that was said since.
struct AudienceInviteKeys {
  SealSeed seal;
  TagKey tag;
  SigningSeed join;
};
AudienceInviteKeys derive_audience_invite(ByteView invite_seed);

// ---- the audience's list -----------------------------------------------------------------------

using ListSeed = Secret<struct ListSeedTag, 32>;
struct ListPageKeys {
  SigningSeed collect;
  SigningSeed drop;
  SealSeed seal;
  wire::MailboxAddress address() const;  // no flags, with a drop key
};
ListPageKeys derive_list_page(const ListSeed& seed, std::uint32_t page);

}  // namespace porchlight::client
