// Shifts: who has which place at a post, as a pure function of a group's messages (clause 15.4):
// every device that holds the same messages shows the same, whatever order they came in.
// Must not know: clocks, time zones, keys.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "client/core/views.hpp"

namespace porchlight::client {

/// Somebody with a place, or one who is ready to take one.
struct ShiftPerson {
  VerifyKey who;
  std::string name;
  bool mine = false;
  /// Of what gave them the place: `queued` may come too late for it.
  MessageView::Standing standing = MessageView::Standing::stored;
  TimePoint since;  // when they said so, by their clock
  std::optional<TimePoint> checked_in;
  std::optional<TimePoint> checked_out;
  std::optional<VerifyKey> offered_to;  // of a place that is to be handed over
};

struct ShiftView {
  MessageId id;          // of the first plan; whatever changes it has the same
  std::string short_id;  // "H-4K7": unique on this board
  MessageView plan;      // as it was changed last
  bool cancelled = false;
  std::vector<ShiftPerson> places;   // in the order in which they got them
  std::vector<ShiftPerson> backups;  // in the order in which they move up

  const wire::Shift& shift() const { return plan.body.shift(); }
  TimePoint start() const;
  TimePoint end() const;
  bool is_full() const { return places.size() >= shift().max_people(); }
  /// Of both; null for who has neither.
  const ShiftPerson* find(const VerifyKey& who) const;
  bool has_place(const VerifyKey& who) const;
  /// This device's own person.
  const ShiftPerson* mine() const;
  /// Whose place is being offered to `who`; null where nobody's is.
  const ShiftPerson* offered(const VerifyKey& who) const;
};

struct ShiftBoard {
  std::vector<ShiftView> shifts;  // by their start, then by id

  /// By "H-4K7", "4k7" or any longer unique beginning; none where nothing or several match.
  const ShiftView* find(std::string_view short_id) const;
};

/// `messages` in the agreed order (MessageView of one group, as Core::live_messages gives them).
ShiftBoard make_shifts(std::span<const MessageView> messages);

/// Fewer have a place than it needs, and it is not cancelled.
bool is_understaffed(const ShiftView& shift);
/// Who has a place and has not checked in limits::check_in_patience after the start, or after they
/// got the place where that was later. In the order of the places; valid as long as `shift` is.
std::vector<const ShiftPerson*> missing(const ShiftView& shift, TimePoint now);
/// When the next one begins to be; none where nobody else can.
std::optional<TimePoint> next_missing(const ShiftView& shift, TimePoint now);

}  // namespace porchlight::client
