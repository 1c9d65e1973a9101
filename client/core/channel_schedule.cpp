#include "client/core/channel_schedule.hpp"

#include "proto/base/limits.hpp"

namespace porchlight::client {
namespace {

/// KDF where key or result is not a Secret.
template <class Out>
Out kdf_public(ByteView key, std::string_view label, std::initializer_list<Part> parts = {}) {
  static_assert(Out::size_bytes == 32);
  Out out;
  kdf_into(std::span<Byte, 32>(out.data(), 32), key, label, parts);
  return out;
}

template <class Out>
Out kdf_from(ByteView key, std::string_view label) {
  static_assert(Out::size_bytes == 32);
  Out out;
  kdf_into(std::span<Byte, 32>(out.fill()), key, label, {});
  return out;
}

}  // namespace

ChannelId channel_id(const VerifyKey& first_root) {
  return hash<ChannelId>("channel", {first_root});
}

ChannelEpochKeys derive_channel_epoch(const Carry& before, ByteView fresh, const EpochId& id) {
  const auto secret = kdf<EpochSecret>(before, "channel epoch", {fresh, id});
  return {kdf<Carry>(secret, "carry"), kdf<SigningSeed>(secret, "ctl collect"),
          kdf<SealSeed>(secret, "ctl seal"), kdf<DaySecret>(secret, "day")};
}

wire::MailboxAddress control_address(const SigningSeed& ctl_collect, const VerifyKey& ctl_drop) {
  return {wire::mailbox_flag::long_kept, SigningKey(ctl_collect).verify_key(), ctl_drop};
}

GrantPageKeys derive_grant_page(const SigningSeed& ctl_collect, const SealSeed& ctl_seal,
                                ByteView salt, std::uint32_t page, const VerifyKey& page_drop) {
  auto collect = kdf<SigningSeed>(ctl_collect, "grant collect", {salt, page});
  const wire::MailboxAddress address{wire::mailbox_flag::long_kept,
                                     SigningKey(collect).verify_key(), page_drop};
  return {std::move(collect), kdf<SealSeed>(ctl_seal, "grant seal", {salt, page}), address};
}

ChannelDayKeys derive_channel_day(const DaySecret& secret) {
  return {kdf<SigningSeed>(secret, "collect"), kdf<SealSeed>(secret, "seal")};
}

wire::MailboxAddress channel_day_address(const SigningSeed& collect, const VerifyKey& drop) {
  return {0, SigningKey(collect).verify_key(), drop};
}

GrantTag grant_tag(const TagKey& key, const ChannelId& channel, std::uint32_t number,
                   ByteView salt) {
  const auto whole = kdf_public<Digest>(key.view(), "tag", {channel, number, salt});
  return *GrantTag::from(whole.view().first(GrantTag::size_bytes));
}

PostKeys derive_post(const PostSecret& secret) {
  return {kdf<PostSeed>(secret, "post"),
          kdf<AttributionKey>(secret, "attribution"),
          kdf<MadeUnderKey>(secret, "made under"),
          {kdf<SigningSeed>(secret, "door collect"), kdf<SealSeed>(secret, "door seal")},
          kdf<PostDaySecret>(secret, "post day")};
}

wire::MailboxAddress door_address(const VerifyKey& door) {
  return {wire::mailbox_flag::long_kept, door, std::nullopt};
}

PostDayKeys derive_post_day(const PostDaySecret& secret) {
  return {kdf<SigningSeed>(secret, "drop"), kdf<SigningSeed>(secret, "reply collect"),
          kdf<SealSeed>(secret, "reply seal")};
}

PostDaySecret next_post_day(const PostDaySecret& secret) {
  return kdf<PostDaySecret>(secret, "next");
}

wire::MailboxAddress reply_address(const VerifyKey& reply) { return {0, reply, std::nullopt}; }

std::vector<ChannelDayStatement> state_days(const PostDaySecret& first) {
  std::vector<ChannelDayStatement> days;
  auto secret = PostDaySecret::from(first.reveal());
  while (days.size() < limits::channel_days) {
    const PostDayKeys keys = derive_post_day(*secret);
    days.push_back({SigningKey(keys.drop).verify_key(), SigningKey(keys.reply_collect).verify_key(),
                    seal_key(keys.reply_seal)});
    *secret = next_post_day(*secret);
  }
  return days;
}

Digest made_under(const MadeUnderKey& key, const EpochId& group_epoch) {
  return kdf_public<Digest>(key.reveal(), "made under", {group_epoch});
}

SigningSeed derive_ctl_drop(const RootSeed& root, const ChannelId& channel, std::uint32_t number,
                            ByteView salt) {
  return kdf<SigningSeed>(root, "channel ctl drop", {channel, number, salt});
}

SigningSeed derive_grant_page_drop(const RootSeed& root, const ChannelId& channel,
                                   std::uint32_t number, ByteView salt) {
  return kdf<SigningSeed>(root, "channel page drop", {channel, number, salt});
}

AudienceInviteKeys derive_audience_invite(ByteView invite_seed) {
  return {kdf_from<SealSeed>(invite_seed, "audience seal"),
          kdf_public<TagKey>(invite_seed, "audience tag"),
          kdf_from<SigningSeed>(invite_seed, "audience join")};
}

wire::MailboxAddress ListPageKeys::address() const {
  return {0, SigningKey(collect).verify_key(), SigningKey(drop).verify_key()};
}

ListPageKeys derive_list_page(const ListSeed& seed, std::uint32_t page) {
  return {kdf<SigningSeed>(seed, "list collect", {page}),
          kdf<SigningSeed>(seed, "list drop", {page}), kdf<SealSeed>(seed, "list seal", {page})};
}

}  // namespace porchlight::client
