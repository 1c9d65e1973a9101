// How a channel's fresh secret reaches its audience (clause 14.4): a grant for each, under a tag
// that the next epoch does not repeat, among filler, on pages by tag: a member fetches one page
// and learns nothing about the others, not even how many they are.
// Must not know: names, mailboxes' seeds, how pages travel.
#pragma once

#include "client/core/channel_epoch.hpp"
#include "client/core/grants.hpp"

namespace porchlight::client {

/// tag(16) || sealed(80).
inline constexpr std::size_t audience_grant_bytes = GrantTag::size_bytes + grant_bytes;
inline constexpr std::size_t audience_grants_per_page_max = 168;
/// The pages of a change that shows so many grants: one for each 128, and one at least.
std::uint32_t count_grant_pages(std::uint32_t grants);
/// On which of them a tag lies: its first four bytes, modulo their count.
std::uint32_t grant_page_of(const GrantTag& tag, std::uint32_t pages);

struct GrantReader {
  TagKey tag_key;
  SealKey seal_key;
};

/// What is decided before anything is sealed: how many grants are shown, and a salt under which no
/// page overflows.
struct GrantPlan {
  std::uint32_t grants = 0;
  ChannelSalt salt;
};
/// `readers` are at most limits::audience_max.
GrantPlan plan_grants(std::span<const GrantReader> readers, const ChannelId& channel,
                      std::uint32_t number, Random& random);

/// One page, as it is sealed and dropped: an envelope of 16,384 bytes.
struct AudiencePage {
  wire::MailboxAddress address;
  Bytes envelope;
};
/// All pages of the change to `head`, which has `plan`'s grants and salt and follows the epoch of
/// these control keys; signed by `root`, the one before it. A reader whose key nothing can be
/// sealed to gets filler.
std::vector<AudiencePage> make_audience_pages(const ChannelHead& head,
                                              std::span<const GrantReader> readers,
                                              const Fresh& fresh, const RootSeed& root,
                                              const SigningSeed& ctl_collect,
                                              const SealSeed& ctl_seal, Random& random);

/// The fresh secret on an envelope from the page of one's own, for one of these keys. 'malformed'
/// or 'not_authentic' for what `root` did not sign as this page; 'not_found' where no grant there
/// opens to what the head commits to.
Result<Fresh> open_audience_grant(const ChannelHead& head, const VerifyKey& root,
                                  const SealSeed& page_seal, std::uint32_t page, ByteView envelope,
                                  const GrantTag& tag, std::span<const SealSeed* const> keys);

}  // namespace porchlight::client
