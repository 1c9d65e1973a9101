// What a member does about a shift, as bodies that commands and the board post alike (clause
// 15.4). Must not know: the relay, how a person is asked.
#pragma once

#include "client/core/shifts.hpp"
#include "proto/base/result.hpp"

namespace porchlight::client {

/// `kind` by this member; of a handover, to whom is to be filled in. It lives as long as the shift.
/// An error says why it would change nothing: 'expired' of one that is over or cancelled,
/// 'not_permitted' without a place, 'used' and 'usage' where it comes twice or too early.
Result<wire::Body> shift_act_body(const ShiftView& shift, wire::ShiftActKind kind,
                                  const std::string& note, TimePoint now);

}  // namespace porchlight::client
