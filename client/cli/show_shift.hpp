// Shifts as lines for people and as JSON for programs, and finding the one that is meant.
// Must not know: the vault, the relay.
#pragma once

#include "client/cli/output.hpp"
#include "client/core/core.hpp"
#include "client/core/shifts.hpp"

namespace porchlight::client {

ShiftBoard shifts_of(const Core& core, const GroupId& group, TimePoint now);

struct FoundShift {
  GroupView group;
  ShiftView shift;
};
/// On any group's board. 'not_found' when none has it or several do.
Result<FoundShift> find_shift(const Core& core, const std::string& short_id, TimePoint now);

/// "Lincoln, north gate".
std::string post_text(const wire::Shift& shift);
/// When, at the site and here.
std::string shift_span(const ShiftView& shift);
/// "2 of 2 to 3, full; you have a place" and so on.
std::string shift_standing(const ShiftView& shift, TimePoint now);
/// All about it.
std::vector<std::string> shift_lines(const FoundShift& found, TimePoint now);
/// The fields of a "shift" record.
Json shift_json(const FoundShift& found, TimePoint now);
/// The fields of a "not_checked_in" record, and the same in words.
Json missing_json(const FoundShift& found, const ShiftPerson& person);
std::string missing_text(const FoundShift& found, const ShiftPerson& person);

/// What `listen` says of a Shift and of a ShiftAct: a line, and what "message" records hold.
std::string shift_text(const wire::Body& body);
void add_shift(Json& fields, const wire::Body& body);

}  // namespace porchlight::client
