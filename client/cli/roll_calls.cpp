#include "client/cli/roll_calls.hpp"

#include <algorithm>

#include "client/cli/output.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

Result<std::vector<VerifyKey>> people_to_ask(const GroupView& group,
                                             const std::vector<std::string>& who) {
  std::vector<VerifyKey> people;
  for (const MemberView& member : group.members) {
    if (who.empty() && !member.me) people.push_back(member.identity);
  }
  for (const std::string& name : who) {
    const auto found = std::find_if(group.members.begin(), group.members.end(),
                                    [&](const MemberView& member) { return member.name == name; });
    if (found == group.members.end()) {
      return Error{Errc::not_found,
                   say(tr("Nobody in \"{0}\" is called {1}: porchlight group show says who is in. "
                          "Nobody was asked."),
                       one_line(group.name), one_line(name))};
    }
    people.push_back(found->identity);
  }
  if (people.empty()) {
    return Error{Errc::usage,
                 say(tr("Nobody but you is in \"{0}\". Nobody was asked."), one_line(group.name))};
  }
  return people;
}

}  // namespace

std::vector<FoundCall> calls_in(const Core& core, const GroupView& group, TimePoint now) {
  std::vector<FoundCall> found;
  for (RollCallView& call : make_roll_calls(core.live_messages(group.id, now))) {
    found.push_back({group, std::move(call)});
  }
  return found;
}

std::vector<FoundCall> all_calls(const Core& core, TimePoint now) {
  std::vector<FoundCall> all;
  for (const GroupView& group : core.groups()) {
    for (FoundCall& found : calls_in(core, group, now)) all.push_back(std::move(found));
  }
  std::stable_sort(all.begin(), all.end(), [](const FoundCall& a, const FoundCall& b) {
    return a.call.message.sent < b.call.message.sent;
  });
  return all;
}

bool asks_me(const FoundCall& found) {
  return std::any_of(
      found.group.members.begin(), found.group.members.end(),
      [&](const MemberView& member) { return member.me && found.call.asks(member.identity); });
}

RollCallCount count_in(const Core& core, const FoundCall& found) {
  std::vector<KnownPerson> known;
  const auto add = [&](const GroupView& group, KnownPerson::Place place) {
    for (const MemberView& member : group.members) {
      known.push_back({member.identity, member.name, place});
    }
  };
  add(found.group, KnownPerson::Place::in_group);
  for (const GroupView& group : core.groups()) {
    if (group.id != found.group.id) add(group, KnownPerson::Place::elsewhere);
  }
  return count_answers(found.call, known);
}

Result<wire::Body> call_body(const GroupView& group, const std::vector<std::string>& who,
                             const std::string& text, const std::string& deadline, TimePoint now) {
  wire::Body body;
  wire::RollCall& call = *body.mutable_roll_call();
  if (!deadline.empty()) {
    TRY(const TimePoint until, parse_deadline(deadline, now));
    if (until <= now) {
      return Error{Errc::usage, tr("That deadline is over already. Nobody was asked.")};
    }
    call.set_deadline_minute(wire::unix_minute(until));
  }
  TRY(const auto people, people_to_ask(group, who));
  ask(people, call);
  call.set_text(text);
  return body;
}

wire::Body answer_body(const RollCallView& call, wire::RollCallAnswerKind kind,
                       const std::string& note) {
  wire::Body body;
  body.mutable_roll_call_answer()->set_roll_call(call.id.str());
  body.mutable_roll_call_answer()->set_kind(kind);
  body.mutable_roll_call_answer()->set_note(note);
  body.set_lifetime_hours(call.message.body.lifetime_hours());
  return body;
}

}  // namespace porchlight::client
