// How an epoch's fresh secret reaches each who stays (clause 10.7): sealed to every member's newest
// card in roster order, on pages of one middle envelope, each in a mailbox of its own, so that a
// member fetches one page whatever the size of the group.
// Must not know: who may change a group, how pages travel.
#pragma once

#include "client/core/pages.hpp"
#include "client/core/roster.hpp"

namespace porchlight::client {

/// 199 sealed secrets of 80 bytes fill what an envelope of 16,384 bytes carries.
inline constexpr std::size_t grant_bytes = Fresh::size_bytes + limits::seal_overhead_bytes;
inline constexpr std::size_t grants_per_page = 199;
inline constexpr std::size_t grants_envelope_bytes = limits::envelope_sizes_bytes[1];
static_assert(grants_per_page * grant_bytes <= page_payload_max(grants_envelope_bytes));

inline constexpr std::size_t count_pages(std::size_t members) {
  return (members + grants_per_page - 1) / grants_per_page;
}
/// The page on which the member at this place of the roster finds its grant.
inline constexpr std::uint32_t page_of(std::size_t position) {
  return static_cast<std::uint32_t>(position / grants_per_page);
}

/// The pages of a change in the control mailbox of `control`; `stay` are those who were there
/// before and remain, in roster order.
std::vector<Page> make_grant_pages(const Fresh& fresh, std::span<const RosterEntry> stay,
                                   const ControlKeys& control);

/// The grant at the member's place of the whole roster, opened with the seed of the card it was
/// sealed to. 'not_authentic' where there is none or it is not what `commit` commits to.
Result<Fresh> open_grant(ByteView page, std::size_t position, const SealSeed& seal,
                         const Digest& commit);

}  // namespace porchlight::client
