#include "client/cli/show_shift.hpp"

#include "client/cli/site_time.hpp"
#include "client/cli/time_text.hpp"
#include "client/core/short_name.hpp"
#include "proto/base/encoding.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

TimePoint from_minute(std::uint64_t minute) {
  return TimePoint(std::chrono::minutes(static_cast<std::int64_t>(minute)));
}

std::string span_of(const wire::Body& body) {
  return span_text(from_minute(body.shift().start_minute()), from_minute(body.shift().end_minute()),
                   body.zone());
}

/// By the beginning of its id: which others there are is not known here.
std::string called(const std::string& id) {
  const auto shift = MessageId::from(as_bytes(id));
  return shift ? "H-" + short_id(*shift, short_name_chars_min) : std::string(tr("a shift"));
}

std::string wanted_text(const wire::Shift& shift) {
  if (shift.min_people() == shift.max_people()) {
    return say(tr("{} person", "{} people", shift.max_people()), shift.max_people());
  }
  return say(tr("{0} to {1} people"), shift.min_people(), shift.max_people());
}

std::string my_part(const ShiftView& shift) {
  const ShiftPerson* const mine = shift.mine();
  if (mine == nullptr) return "";
  if (mine->standing == MessageView::Standing::queued) return tr("yours, queued here");
  if (mine->checked_out) return tr("you have checked out");
  if (mine->checked_in) return tr("you are there");
  for (std::size_t i = 0; i < shift.backups.size(); ++i) {
    if (shift.backups[i].mine) return say(tr("you are backup {}"), i + 1);
  }
  return tr("you have a place");
}

std::string name_of(const GroupView& group, const VerifyKey& who) {
  for (const MemberView& member : group.members) {
    if (member.identity == who) return one_line(member.name);
  }
  return tr("somebody who is not in the group any more");
}

std::string person_text(const GroupView& group, const ShiftPerson& person, TimePoint now) {
  std::string text = one_line(person.name);
  const auto add = [&](const std::string& more) { text += ", " + more; };
  if (person.standing == MessageView::Standing::queued) add(tr("queued here"));
  if (person.offered_to) add(say(tr("offered to {}"), name_of(group, *person.offered_to)));
  if (person.checked_in) add(say(tr("there since {}"), short_time(*person.checked_in, now)));
  if (person.checked_out) add(say(tr("left {}"), short_time(*person.checked_out, now)));
  return text;
}

Json people_json(const GroupView& group, const std::vector<ShiftPerson>& people) {
  Json list = Json::array();
  for (const ShiftPerson& person : people) {
    Json fields{{"name", person.name},
                {"mine", person.mine},
                {"stored", person.standing == MessageView::Standing::stored}};
    if (person.checked_in) fields["checked_in"] = rfc3339(*person.checked_in);
    if (person.checked_out) fields["checked_out"] = rfc3339(*person.checked_out);
    if (person.offered_to) fields["offered_to"] = name_of(group, *person.offered_to);
    list.push_back(std::move(fields));
  }
  return list;
}

const char* act_name(wire::ShiftActKind kind) {
  switch (kind) {
    case wire::SHIFT_CLAIM:
      return "claim";
    case wire::SHIFT_BACKUP:
      return "backup";
    case wire::SHIFT_RELEASE:
      return "release";
    case wire::SHIFT_CHECK_IN:
      return "check_in";
    case wire::SHIFT_CHECK_OUT:
      return "check_out";
    case wire::SHIFT_HAND_OVER:
      return "hand_over";
    default:
      return "unknown";
  }
}

const char* act_sentence(wire::ShiftActKind kind) {
  switch (kind) {
    case wire::SHIFT_CLAIM:
      return tr("{} claims a place");
    case wire::SHIFT_BACKUP:
      return tr("{} backup is ready");
    case wire::SHIFT_RELEASE:
      return tr("{} gives a place back");
    case wire::SHIFT_CHECK_IN:
      return tr("{} checks in");
    case wire::SHIFT_CHECK_OUT:
      return tr("{} checks out");
    case wire::SHIFT_HAND_OVER:
      return tr("{} offers a place to somebody");
    default:
      return tr("{} was changed in a way that this version cannot show");
  }
}

void add_plan(Json& fields, const wire::Shift& shift) {
  fields["site"] = shift.site();
  fields["post"] = shift.post();
  fields["start"] = rfc3339(from_minute(shift.start_minute()));
  fields["end"] = rfc3339(from_minute(shift.end_minute()));
  fields["min_people"] = shift.min_people();
  fields["max_people"] = shift.max_people();
  fields["note"] = shift.note();
}

}  // namespace

ShiftBoard shifts_of(const Core& core, const GroupId& group, TimePoint now) {
  return make_shifts(core.live_messages(group, now));
}

Result<FoundShift> find_shift(const Core& core, const std::string& short_id, TimePoint now) {
  std::vector<FoundShift> found;
  for (const GroupView& group : core.groups()) {
    const ShiftBoard board = shifts_of(core, group.id, now);
    if (const ShiftView* shift = board.find(short_id)) found.push_back({group, *shift});
  }
  if (found.size() == 1) return std::move(found.front());
  if (found.empty()) {
    return Error{Errc::not_found,
                 say(tr("There is no shift {} here: porchlight shift list --all shows those there "
                        "are."),
                     one_line(short_id))};
  }
  return Error{Errc::not_found, say(tr("More than one shift is called {}: write more letters of "
                                       "it."),
                                    one_line(short_id))};
}

std::string post_text(const wire::Shift& shift) {
  if (shift.post().empty()) return one_line(shift.site());
  return one_line(shift.site()) + ", " + one_line(shift.post());
}

std::string shift_span(const ShiftView& shift) { return span_of(shift.plan.body); }

std::string shift_standing(const ShiftView& shift, TimePoint now) {
  std::string text = say(tr("{0} of {1}"), shift.places.size(), wanted_text(shift.shift()));
  const auto add = [&](const std::string& more) {
    if (!more.empty()) text += " · " + more;
  };
  if (shift.plan.standing == MessageView::Standing::queued) add(tr("queued here"));
  if (shift.cancelled) {
    add(tr("cancelled"));
    return text;
  }
  const bool is_over = now >= shift.end();
  if (is_over) add(tr("over"));
  if (is_understaffed(shift) && !is_over) {
    const std::size_t more = shift.shift().min_people() - shift.places.size();
    add(say(tr("needs {} more", "needs {} more", more), more));
  }
  if (!shift.backups.empty()) {
    const std::size_t count = shift.backups.size();
    add(say(tr("{} backup", "{} backups", count), count));
  }
  if (const std::size_t count = missing(shift, now).size(); count > 0) {
    add(say(tr("{} has not checked in", "{} have not checked in", count), count));
  }
  add(my_part(shift));
  return text;
}

std::vector<std::string> shift_lines(const FoundShift& found, TimePoint now) {
  const ShiftView& shift = found.shift;
  std::vector<std::string> lines{shift.short_id + "  " + shift_standing(shift, now)};
  const auto field = [&](const char* label, const std::string& text) {
    if (!text.empty()) lines.push_back("  " + std::string(label) + "  " + text);
  };
  field(tr("where"), post_text(shift.shift()));
  field(tr("when"), shift_span(shift));
  field(tr("note"), one_line(shift.shift().note()));
  field(tr("planned by"), one_line(shift.plan.sender_name));
  field(tr("group"), one_line(found.group.name));
  for (const ShiftPerson& person : shift.places) {
    field(tr("place"), person_text(found.group, person, now));
  }
  for (const ShiftPerson& person : shift.backups) {
    field(tr("backup"), person_text(found.group, person, now));
  }
  for (const ShiftPerson* person : missing(shift, now)) {
    field(tr("not checked in"), one_line(person->name));
  }
  return lines;
}

Json shift_json(const FoundShift& found, TimePoint now) {
  const ShiftView& shift = found.shift;
  Json fields{{"shift", shift.short_id},
              {"id", hex_encode(shift.id.view())},
              {"group", found.group.name},
              {"planned_by", shift.plan.sender_name},
              {"mine", shift.plan.mine},
              {"stored", shift.plan.standing == MessageView::Standing::stored},
              {"zone", shift.plan.body.zone()}};
  add_plan(fields, shift.shift());
  fields["when"] = shift_span(shift);
  fields["cancelled"] = shift.cancelled;
  fields["over"] = now >= shift.end();
  fields["understaffed"] = is_understaffed(shift);
  fields["places"] = people_json(found.group, shift.places);
  fields["backups"] = people_json(found.group, shift.backups);
  Json names = Json::array();
  for (const ShiftPerson* person : missing(shift, now)) names.push_back(person->name);
  fields["not_checked_in"] = std::move(names);
  return fields;
}

Json missing_json(const FoundShift& found, const ShiftPerson& person) {
  Json fields{{"group", found.group.name},
              {"shift", found.shift.short_id},
              {"name", person.name},
              {"mine", person.mine},
              {"zone", found.shift.plan.body.zone()}};
  add_plan(fields, found.shift.shift());
  return fields;
}

std::string missing_text(const FoundShift& found, const ShiftPerson& person) {
  return say(tr("{0} has not checked in: {1}, {2}, {3}"), one_line(person.name),
             found.shift.short_id, post_text(found.shift.shift()), shift_span(found.shift));
}

std::string shift_text(const wire::Body& body) {
  if (body.has_shift_act()) {
    const wire::ShiftAct& act = body.shift_act();
    const std::string text = say(act_sentence(act.kind()), called(act.shift()));
    return act.note().empty() ? text : text + ": " + one_line(act.note());
  }
  const bool is_change = !body.supersedes().empty();
  const char* const sentence =
      is_change ? tr("{0} shift changed: {1}, {2}, {3}") : tr("{0} shift: {1}, {2}, {3}");
  const std::string text = say(sentence, called(is_change ? body.supersedes() : body.id()),
                               post_text(body.shift()), span_of(body), wanted_text(body.shift()));
  return body.shift().note().empty() ? text : text + ": " + one_line(body.shift().note());
}

void add_shift(Json& fields, const wire::Body& body) {
  if (body.has_shift_act()) {
    fields["kind"] = "shift_act";
    fields["shift"] = called(body.shift_act().shift());
    fields["act"] = act_name(body.shift_act().kind());
    fields["note"] = body.shift_act().note();
    return;
  }
  fields["kind"] = "shift";
  fields["shift"] = called(body.supersedes().empty() ? body.id() : body.supersedes());
  fields["changed"] = !body.supersedes().empty();
  add_plan(fields, body.shift());
}

}  // namespace porchlight::client
