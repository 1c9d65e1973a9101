// The sections of the board below its sightings. Must not know: the core, terminals.
#pragma once

#include "client/cli/watch_model.hpp"

namespace porchlight::client {

WatchSection roll_call_rows(const WatchFacts& facts);
WatchSection alert_rows(const WatchFacts& facts);
WatchSection request_rows(const WatchFacts& facts);
/// Those that are on, are to begin in the next 12 hours, or ended an hour ago at most.
WatchSection shift_rows(const WatchFacts& facts);
WatchSection warning_rows(const WatchFacts& facts);
/// The newest first: that one is seen however little room there is.
WatchSection message_rows(const WatchFacts& facts);

/// WatchModel::calling.
std::string calling_text(const WatchFacts& facts);
/// The oldest roll call that asks this member and has no answer yet; null where there is none.
const WatchFacts::Group::Call* call_for_me(const WatchFacts& facts);
/// The newest one that this member has answered; null where there is none.
const WatchFacts::Group::Call* last_answered(const WatchFacts& facts);
/// Whether a shift has a row.
bool is_at_hand(const ShiftView& shift, TimePoint now);

bool is_queued(const MessageView& message);
/// "[dispatch] two vans".
std::string with_place(const std::string& place, const std::string& text);

}  // namespace porchlight::client
