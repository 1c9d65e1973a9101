// What the operator may decide, within the protocol's limits (clauses 4.7, 6.3, 6.4 and 6.7).
#pragma once

#include <cstdint>

#include "proto/base/limits.hpp"
#include "relay/core/budget.hpp"

namespace porchlight::relay {

struct Policy {
  /// Days that envelopes without LONG are kept: 1 to limits::ordinary_days.
  std::uint32_t ordinary_days = limits::ordinary_days;
  Budget session_budget;
  /// What a guest may drop, at most limits::guest_drops; 0 lets no guests in.
  std::uint32_t guest_drops = limits::guest_drops;
  std::uint32_t session_tokens_per_day = limits::session_tokens_per_day;
  std::uint32_t enroll_member_tokens_per_day = limits::enroll_member_tokens_per_day;
  std::uint32_t enroll_inviter_tokens_per_week = limits::enroll_inviter_tokens_per_week;
  /// Before an account gets enroll tokens. Counted in whole weeks after the one it enrolled in,
  /// rounded up, so it waits at least so long and less than two weeks longer; 0 is no wait at all.
  std::uint32_t inviter_wait_days = limits::inviter_wait_days_default;
};

}  // namespace porchlight::relay
