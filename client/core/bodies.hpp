// What people say to one another (clause 13): limits, the same when writing and when reading, and
// lifetimes.
// Must not know: frames, groups.
#pragma once

#include "client/core/views.hpp"
#include "proto/base/result.hpp"
#include "proto/crypto/random.hpp"

namespace porchlight::client {

/// Up to the year 9999: what the clock's type and RFC 3339 can hold.
inline constexpr std::uint64_t minute_max = 4'223'371'680;

/// Fills in what the writer left open: id, sent minute, lifetime. Then 'usage' in words for a
/// person where the body is outside its limits; for a text, by how many characters it is too long.
Status complete_body(wire::Body& body, Random& random, TimePoint now);

/// A received body, or a placeholder without a kind where it is outside its limits or of a kind
/// this version does not know. A placeholder without a usable id or minute gets these.
wire::Body read_body(ByteView bytes, const MessageId& fallback_id, TimePoint fallback_sent);

/// Of a body that is not to be shown: id and minute stay.
void make_placeholder(wire::Body& body);

/// Whether it is shown; the others are between devices.
bool is_for_people(const wire::Body& body);

/// Whether a group of this kind may hold it: detention notices are for legal ones (clause 15.6).
bool may_be_said(const wire::Body& body, GroupKind kind);

/// What counts by who led in the epoch of its frame alone: rules (clause 15.2), and versions of the
/// library that members have to leave to leads (15.5).
bool is_for_leads_to_say(const wire::Body& body);

/// When every device erases it. The sender's clock counts, but only near `stored`, the hour at
/// which the relay took it; for a message of one's own that is not yet stored that is none. A
/// detention notice goes with the end of its purge day (UTC) where that is earlier.
TimePoint end_of_life(const wire::Body& body, std::optional<TimePoint> stored);

}  // namespace porchlight::client
