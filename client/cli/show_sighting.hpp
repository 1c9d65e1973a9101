// What the lines and records of a sighting are made of, and of what is said about it.
// Must not know: the vault, the relay.
#pragma once

#include "client/cli/show.hpp"

namespace porchlight::client {

/// What a sighting is called here: it may be known by its report, or only by its id.
std::string name_of(const std::string& id, const Board& board);

/// "S-4K7 sighting: two vans · at 5th & Oak", or that it corrects one.
std::string report_text(const MessageView& message, const Board& board, TimePoint now);
/// "S-4K7 claimed, there in 10 min" and so on; of a claim that does not stand, who has it.
std::string verification_text(const MessageView& message, const Board& board);
std::string retraction_text(const MessageView& message, const Board& board);

Json salute_json(const wire::Sighting& sighting);
void add_verification(Json& fields, const MessageView& message, const Board& board);
void add_retraction(Json& fields, const MessageView& message, const Board& board);

/// What the clock says about it: "nobody has it for 5 min", "overdue since 14:25"; mostly empty.
std::string delay_text(const SightingView& sighting, TimePoint now);
/// The same as fields of a record: `waiting_minutes` or `overdue_since`.
void add_delay(Json& fields, const SightingView& sighting, TimePoint now);
/// For how long nobody has had it.
std::int64_t minutes_waiting(const SightingView& sighting, TimePoint now);

}  // namespace porchlight::client
