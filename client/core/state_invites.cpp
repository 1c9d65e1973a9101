// The end of invites made here: taken back by a person, over with the lead's role or with the
// group, or long ago (clauses 9.2 and 9.8).
#include "client/core/short_name.hpp"
#include "client/core/state.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

bool may_be_used(const Invite& invite) {
  return invite.standing == Invite::Standing::open ||
         invite.standing == Invite::Standing::requested;
}

}  // namespace

Status Core::State::revoke_invite(std::string_view typed, TimePoint now) {
  Invite* found = nullptr;
  for (auto& [id, invite] : people.invites) {
    if (!matches_short_name(id.view(), typed)) continue;
    if (found != nullptr) {
      return Error{Errc::usage, porchlight::say(tr("more than one invite begins with {}"), typed)};
    }
    found = &invite;
  }
  if (found == nullptr) {
    return Error{Errc::not_found, porchlight::say(tr("there is no invite {}"), typed)};
  }
  if (found->standing == Invite::Standing::joined) {
    const std::string place =
        found->role == wire::ROLE_AUDIENCE ? tr("the audience") : tr("the group");
    return Error{
        Errc::used,
        found->kind() == wire::InviteKind::event
            ? porchlight::say(tr("this invite was used: all whom it was for are in {}"), place)
            : porchlight::say(tr("this invite was used: {0} is in {1}"), found->to, place)};
  }
  if (found->kind() == wire::InviteKind::personal) {
    for (const RequestHash& asked : found->asked) {
      const auto pending = people.requests.find(asked);
      if (pending == people.requests.end() || !pending->second.approved) continue;
      return Error{Errc::conflict, tr("this invite was used, and approved: they are being let in")};
    }
  }
  take_back(*found, now);
  return Ok{};
}

/// Whom a person approved by an event's invite is let in all the same.
void Core::State::take_back(Invite& invite, TimePoint now) {
  const Group* group = find_group(invite.group);
  bool is_under_way = false;
  for (const RequestHash& asked : invite.asked) {
    const auto pending = people.requests.find(asked);
    if (pending == people.requests.end()) continue;
    // A change that lets them in may be stored already, and then the Welcomes must follow.
    is_under_way |= pending->second.by_itself;
    if (!pending->second.approved) people.erase_request(asked);
  }
  if (group != nullptr && is_under_way) forget_proposal(*group);
  invite.standing = Invite::Standing::revoked;
  take_enrolls_back(invite);
  take_parcel_back(invite, now);
  // Who holds its link reads the channel until there are other keys.
  Channel* channel = find_channel(invite.group);
  const AudienceEntry* entry =
      channel == nullptr ? nullptr : channel->audience.find_invite(invite.id);
  if (entry == nullptr || channel->over()) return;
  const AudienceId gone = entry->id;
  remove_entries(*channel, {&gone, 1}, now);
}

/// Whoever comes by them could be let in by nobody.
void Core::State::take_events_back(const Group& group, TimePoint now) {
  for (auto& [id, invite] : people.invites) {
    if (invite.group != group.id() || invite.kind() != wire::InviteKind::event ||
        !may_be_used(invite)) {
      continue;
    }
    take_back(invite, now);
    tell(
        Notice::Kind::warning, group.id(), {},
        porchlight::say(tr("You do not lead \"{0}\" any more: your invite for {1} was taken back."),
                        group.name(), invite.to));
  }
}

/// This member is in the group no more, or is about to leave it.
void Core::State::end_invites(const GroupId& group, TimePoint now) {
  for (auto& [id, invite] : people.invites) {
    if (invite.group == group && may_be_used(invite)) take_back(invite, now);
  }
  std::vector<RequestHash> gone;
  // Of who is only about to leave, a change may be stored whose Welcomes must follow.
  const Group* left = find_group(group);
  const bool may_follow = left != nullptr && !left->removed() && left->roster().size() > 1;
  for (const auto& [hash, pending] : people.requests) {
    if (pending.request.group == group && !(may_follow && pending.approved)) gone.push_back(hash);
  }
  for (const auto& [hash, pending] : people.catch_ups) {
    if (pending.asked.group == group) gone.push_back(hash);
  }
  for (const RequestHash& hash : gone) people.erase_request(hash);
}

/// What nobody waits for any more: a device lets what it asked go as long after that as an invite
/// is kept here, and members ask again each day.
void Core::State::forget_unanswered(TimePoint now) {
  std::erase_if(people.invites, [&](const auto& entry) {
    if (entry.second.expires + std::chrono::days(limits::card_kept_days) >= relay.sure_time(now)) {
      return false;
    }
    journal.erase(Table::invites, to_bytes(entry.first.view()));
    return true;
  });
  const TimePoint shown_no_more =
      relay.sure_time(now) - std::chrono::days(limits::long_days + limits::ordinary_days);
  std::vector<RequestHash> gone;
  for (const auto& [hash, pending] : people.requests) {
    if (!people.invites.contains(pending.request.invite)) gone.push_back(hash);
  }
  for (const auto& [hash, pending] : people.catch_ups) {
    if (pending.received < shown_no_more) gone.push_back(hash);
  }
  for (const RequestHash& hash : gone) people.erase_request(hash);
  people.forget_catch_ups_before(shown_no_more);
}

}  // namespace porchlight::client
