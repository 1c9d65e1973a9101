#include "client/core/shifts.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "client/core/board.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/limits.hpp"

namespace porchlight::client {
namespace {

using People = std::vector<ShiftPerson>;

TimePoint from_minute(std::uint64_t minute) {
  return TimePoint(std::chrono::minutes(static_cast<std::int64_t>(minute)));
}

template <class PeopleOf>
auto find_in(PeopleOf& people, const VerifyKey& who) {
  return std::find_if(people.begin(), people.end(),
                      [&](const ShiftPerson& person) { return person.who == who; });
}

ShiftPerson person_of(const MessageView& message) {
  ShiftPerson person;
  person.who = message.sender;
  person.name = message.sender_name;
  person.mine = message.mine;
  person.standing = message.standing;
  person.since = message.sent;
  return person;
}

/// One shift, as what is done about it comes in the agreed order.
class Desk {
 public:
  explicit Desk(ShiftView& view) : view_(view) {}

  void change(const MessageView& message) {
    view_.plan = message;
    while (view_.places.size() > view_.shift().max_people()) {
      view_.places.back().offered_to.reset();
      view_.backups.insert(view_.backups.begin(), std::move(view_.places.back()));
      view_.places.pop_back();
    }
    fill(message.sent);
  }

  void act(const MessageView& message) {
    switch (message.body.shift_act().kind()) {
      case wire::SHIFT_CLAIM:
        return claim(message);
      case wire::SHIFT_BACKUP:
        if (view_.find(message.sender) == nullptr) view_.backups.push_back(person_of(message));
        return;
      case wire::SHIFT_RELEASE:
        return release(message);
      case wire::SHIFT_HAND_OVER:
        return offer(message);
      case wire::SHIFT_CHECK_IN:
      case wire::SHIFT_CHECK_OUT:
        return check(message);
      default:
        return;
    }
  }

 private:
  void claim(const MessageView& message) {
    if (view_.has_place(message.sender)) return;
    ShiftPerson person = person_of(message);
    const auto waiting = find_in(view_.backups, message.sender);
    if (waiting != view_.backups.end()) {
      person.checked_in = waiting->checked_in;
      person.checked_out = waiting->checked_out;
    }
    const auto handed =
        std::find_if(view_.places.begin(), view_.places.end(),
                     [&](const ShiftPerson& place) { return place.offered_to == message.sender; });
    if (handed != view_.places.end()) {
      *handed = std::move(person);
      for (ShiftPerson& place : view_.places) {
        if (place.offered_to == message.sender) place.offered_to.reset();
      }
    } else if (!view_.is_full()) {
      view_.places.push_back(std::move(person));
    } else if (waiting == view_.backups.end()) {
      return view_.backups.push_back(std::move(person));
    } else {
      return;
    }
    if (waiting != view_.backups.end()) view_.backups.erase(waiting);
  }

  void release(const MessageView& message) {
    const auto place = find_in(view_.places, message.sender);
    if (place != view_.places.end()) {
      view_.places.erase(place);
      return fill(message.sent);
    }
    const auto waiting = find_in(view_.backups, message.sender);
    if (waiting != view_.backups.end()) view_.backups.erase(waiting);
  }

  /// To oneself takes an offer back.
  void offer(const MessageView& message) {
    const auto place = find_in(view_.places, message.sender);
    const auto to = VerifyKey::from(as_bytes(message.body.shift_act().to()));
    if (place == view_.places.end() || !to) return;
    place->offered_to = *to == message.sender ? std::nullopt : to;
  }

  void check(const MessageView& message) {
    auto person = find_in(view_.places, message.sender);
    if (person == view_.places.end()) {
      person = find_in(view_.backups, message.sender);
      if (person == view_.backups.end()) return;
    }
    if (message.body.shift_act().kind() == wire::SHIFT_CHECK_OUT) {
      if (person->checked_in) person->checked_out = message.sent;
    } else if (!person->checked_in || person->checked_out) {
      person->checked_in = message.sent;
      person->checked_out.reset();
    }
  }

  void fill(TimePoint when) {
    while (!view_.is_full() && !view_.backups.empty()) {
      view_.places.push_back(std::move(view_.backups.front()));
      view_.backups.erase(view_.backups.begin());
      view_.places.back().since = std::max(view_.places.back().since, when);
    }
  }

  ShiftView& view_;
};

class Maker {
 public:
  explicit Maker(std::vector<ShiftView>& shifts) : shifts_(shifts) {}

  /// Wherever it stands (clause 15.1).
  void note_retraction(const MessageView& message) {
    const auto id = MessageId::from(as_bytes(message.body.retraction().message()));
    if (id) taken_back_.emplace(message.sender, *id);
  }

  void add_plan(const MessageView& message) {
    if (!roots_.emplace(message.id, shifts_.size()).second) return;  // the first has the id
    ShiftView& view = shifts_.emplace_back();
    view.id = message.id;
    view.plan = message;
  }

  /// One whose beginning never came here, or is over, stands for it: what is done names that.
  void add_change(const MessageView& message) {
    const auto about = MessageId::from(as_bytes(message.body.supersedes()));
    if (!about || is_taken_back(message)) return;
    const auto known = roots_.find(*about);
    if (known == roots_.end()) {
      const std::size_t place = shifts_.size();
      if (!roots_.emplace(*about, place).second) return;
      roots_.emplace(message.id, place);
      ShiftView& view = shifts_.emplace_back();
      view.id = *about;
      view.plan = message;
    } else if (is_author(message, shifts_[known->second])) {
      roots_.emplace(message.id, known->second);
    }
  }

  void apply(const MessageView& message) {
    const wire::Body& body = message.body;
    if (is_taken_back(message)) return;
    if (body.has_shift_act()) {
      if (ShiftView* view = find(body.shift_act().shift())) Desk(*view).act(message);
    } else if (body.has_shift() && !body.supersedes().empty()) {
      ShiftView* view = find(body.supersedes());
      if (view != nullptr && is_author(message, *view)) Desk(*view).change(message);
    }
  }

  void finish() {
    for (ShiftView& view : shifts_) {
      view.cancelled = taken_back_.contains({view.plan.sender, view.id});
    }
  }

 private:
  bool is_taken_back(const MessageView& message) const {
    return taken_back_.contains({message.sender, message.id});
  }
  static bool is_author(const MessageView& message, const ShiftView& view) {
    return message.sender == view.plan.sender;
  }
  ShiftView* find(const std::string& id) {
    const auto message = MessageId::from(as_bytes(id));
    const auto place = message ? roots_.find(*message) : roots_.end();
    return place == roots_.end() ? nullptr : &shifts_[place->second];
  }

  std::vector<ShiftView>& shifts_;
  std::map<MessageId, std::size_t> roots_;  // of every version of a plan
  std::set<std::pair<VerifyKey, MessageId>> taken_back_;
};

}  // namespace

TimePoint ShiftView::start() const { return from_minute(shift().start_minute()); }
TimePoint ShiftView::end() const { return from_minute(shift().end_minute()); }

const ShiftPerson* ShiftView::find(const VerifyKey& who) const {
  for (const People* people : {&places, &backups}) {
    const auto found = find_in(*people, who);
    if (found != people->end()) return &*found;
  }
  return nullptr;
}

bool ShiftView::has_place(const VerifyKey& who) const {
  return find_in(places, who) != places.end();
}

const ShiftPerson* ShiftView::mine() const {
  for (const People* people : {&places, &backups}) {
    for (const ShiftPerson& person : *people) {
      if (person.mine) return &person;
    }
  }
  return nullptr;
}

const ShiftPerson* ShiftView::offered(const VerifyKey& who) const {
  const auto found = std::find_if(places.begin(), places.end(), [&](const ShiftPerson& place) {
    return place.offered_to == who;
  });
  return found == places.end() ? nullptr : &*found;
}

const ShiftView* ShiftBoard::find(std::string_view typed) const {
  return find_by_short_name(shifts, 'H', typed);
}

ShiftBoard make_shifts(std::span<const MessageView> messages) {
  ShiftBoard board;
  Maker maker(board.shifts);
  for (const MessageView& message : messages) {
    if (message.body.has_retraction()) maker.note_retraction(message);
  }
  // First what there is: the rest may stand before it where two clocks disagree about the day.
  for (const MessageView& message : messages) {
    if (message.body.has_shift() && message.body.supersedes().empty()) maker.add_plan(message);
  }
  for (const MessageView& message : messages) {
    if (message.body.has_shift() && !message.body.supersedes().empty()) maker.add_change(message);
  }
  for (const MessageView& message : messages) maker.apply(message);
  maker.finish();
  std::sort(board.shifts.begin(), board.shifts.end(), [](const ShiftView& a, const ShiftView& b) {
    return std::tuple(a.start(), a.id) < std::tuple(b.start(), b.id);
  });
  give_short_names(board.shifts, 'H');
  return board;
}

namespace {

TimePoint is_missing_from(const ShiftView& shift, const ShiftPerson& person) {
  return std::max(shift.start(), person.since) + limits::check_in_patience;
}

}  // namespace

bool is_understaffed(const ShiftView& shift) {
  return !shift.cancelled && shift.places.size() < shift.shift().min_people();
}

std::vector<const ShiftPerson*> missing(const ShiftView& shift, TimePoint now) {
  std::vector<const ShiftPerson*> people;
  if (shift.cancelled) return people;
  for (const ShiftPerson& person : shift.places) {
    const bool is_due = now >= is_missing_from(shift, person);
    if (is_due && !person.checked_in) people.push_back(&person);
  }
  return people;
}

std::optional<TimePoint> next_missing(const ShiftView& shift, TimePoint now) {
  std::optional<TimePoint> next;
  if (shift.cancelled) return next;
  for (const ShiftPerson& person : shift.places) {
    const TimePoint from = is_missing_from(shift, person);
    if (!person.checked_in && from > now && (!next || from < *next)) next = from;
  }
  return next;
}

}  // namespace porchlight::client
