// Leaving a group by oneself (clause 10.11): who leaves says so, and a lead's device takes them
// out.
#include "client/core/bodies.hpp"
#include "client/core/state.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// A lead may have been away for longer than the relay keeps what is said.
constexpr auto say_again_after = std::chrono::hours(24);

}  // namespace

Status Core::State::leave_group(const GroupId& id, TimePoint now) {
  Group* group = find_group(id);
  if (group == nullptr || group->removed()) {
    return Error{Errc::not_found, tr("you are not in this group any more")};
  }
  if (group->halted()) return update_needed(tr("the group"));
  if (group->roster().size() == 1) {
    drop_group(*group, now);
    return Ok{};
  }
  Roster after = group->roster();
  (void)after.remove(me.id());
  if (!after.has_lead()) {
    return Error{
        Errc::not_permitted,
        porchlight::say(tr("nobody would lead \"{}\" then; you are still in. Make somebody else a "
                           "lead first: porchlight member role NAME lead"),
                        group->name())};
  }
  forget_proposal(*group);
  forget_approvals(*group);
  end_invites(id, now);
  group->set_wishes({});
  if (!group->leaving()) say_leave(*group, now);
  return Ok{};
}

/// Nobody else is in it.
void Core::State::drop_group(Group& group, TimePoint now) {
  const GroupId id = group.id();
  take_back_frames(group, UINT32_MAX, 0);
  forget_proposal(group);
  end_invites(id, now);
  forget_kept(group);
  messages.erase_queued(id);
  tallies.erase(id);
  for (const MailboxId& mailbox : group.clear()) cursors.erase(mailbox);
  group.erase();
  halted_at.erase(id);
  warnings.remove_about(id);
  groups.erase(id);
}

void Core::State::say_leave(Group& group, TimePoint now) {
  wire::Body body;
  body.mutable_leave()->set_request(group.roster().find(me.id())->request.hash.str());
  group.set_leaving(to_the_minute(now));
  const Status complete = complete_body(body, random, now);
  PORCHLIGHT_ASSERT(complete.ok());
  queue(group, std::move(body), now);
}

void Core::State::say_leave_again(Group& group, TimePoint now) {
  if (!group.leaving() || group.removed()) return;
  const auto& asked = *group.leaving();
  const auto queued = messages.queued(group.id());
  const bool waits = std::any_of(queued.begin(), queued.end(), [](const StoredMessage* message) {
    return message->body.has_leave();
  });
  if (!waits && (now > asked + say_again_after || now < asked - say_again_after)) {
    say_leave(group, now);
  }
}

/// Somebody wants to leave. What they name is the consent by which they came in: who left, and
/// came back, is not taken out by what they said before.
void Core::State::receive_leave(Group& group, const VerifyKey& sender, const wire::Leave& leave,
                                TimePoint now) {
  const RosterEntry* entry = group.roster().find(sender);
  if (entry == nullptr || sender == me.id() || !group.roster().is_lead(me.id()) ||
      group.leaving() || leave.request() != entry->request.hash.str()) {
    return;
  }
  Wishes wishes = group.wishes();
  const auto& removals = wishes.removals;
  if (std::find(removals.begin(), removals.end(), sender) != removals.end()) return;
  wishes.removals.push_back(sender);
  std::erase_if(wishes.roles, [&](const RoleChange& change) { return change.member == sender; });
  // Where it cannot be done yet, they say it again tomorrow.
  (void)wish(group, std::move(wishes), now);
}

}  // namespace porchlight::client
