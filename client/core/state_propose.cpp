// Changes to groups: what this lead wants, and proposing it (clauses 10.3, 10.5 and 10.7).
#include "client/core/state.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/group.pb.h"

namespace porchlight::client {
namespace {

/// After so many changes of ours that did not become valid, a person has to look.
constexpr unsigned attempts_max = 8;
/// After so many times of being second, a lead drops without the condition.
constexpr unsigned refusals_max = 2;

}  // namespace

void Core::State::propose(Group& group, TimePoint now) {
  const Epoch& epoch = group.newest();
  auto& proposal = group.proposal;
  if (group.is_still() || group.leaving() || !epoch.caught_up || !group.roster().is_lead(me.id()))
    return;
  // A day that only one of the two clocks believes in would bind all members from then on.
  if (!relay.clocks_checked(now) || relay.changes_wait_until(now)) return;
  const std::uint64_t read_up_to = cursors.after(epoch.control_mailbox);
  if (proposal.stored_seq.value_or(0) > read_up_to) return;      // it may win yet
  if (proposal.refused_newest.value_or(0) > read_up_to) return;  // something may have won
  proposal.stored_seq.reset();
  const std::uint32_t day = proposal_day(epoch.head, now);
  bool under_way = false;
  outbox.erase_if([&](const OutboxEntry& entry) {
    const bool ours = entry.is_change() && entry.group == group.id();
    under_way |= ours && entry.day == day;
    return ours && entry.day != day;  // too old to be valid by the time it arrives
  });
  if (under_way) return;
  if (count_undecided(group) > 0) return;
  const Amendment amendment = wanted(group);
  const bool fresh_due = !amendment.removals.empty() || group.wishes().rekey ||
                         day >= epoch.fresh_day + limits::rekey_days;
  if (amendment.size() == 0 && !fresh_due) return;
  if (proposal.attempts >= attempts_max) {
    if (proposal.attempts++ > attempts_max) return;
    return warn(WarningView::Kind::foreign_epoch,
                porchlight::say(
                    tr("Changes to the group \"{}\" made here do not become valid. Compare this "
                       "device's clock with the relay's."),
                    group.name()),
                now, group.id());
  }
  ++proposal.attempts;
  std::optional<FreshPart> fresh;
  if (fresh_due) fresh = queue_pages(group, amendment, day);
  const MadeChange made = make_change(epoch.head, group.roster(), group.name(), amendment,
                                      std::move(fresh), day, me.identity(), random);
  wire::ControlMessage message;
  message.set_epoch(to_string(made.signed_epoch));
  auto envelope = wire::seal_envelope(seal_key(epoch.control.seal), serialise(message));
  PORCHLIGHT_ASSERT(envelope.ok());
  OutboxEntry entry;
  entry.item.address = epoch.control_address;
  entry.item.envelope = std::move(envelope).value();
  if (proposal.refusals < refusals_max) {
    entry.item.if_last = proposal.refused_newest.value_or(read_up_to);
  }
  entry.purpose = OutboxPurpose::proposal;
  entry.group = group.id();
  entry.epoch = epoch.head.number;
  entry.day = day;
  outbox.add(std::move(entry));
}

/// Neither a change nor its pages, where they have not left yet.
void Core::State::forget_proposal(const Group& group) {
  outbox.erase_if(
      [&](const OutboxEntry& entry) { return entry.is_change() && entry.group == group.id(); });
}

/// Draws a fresh secret and queues its pages, which leave before the change does. The author finds
/// it on a page like everybody else: nothing of it is kept.
FreshPart Core::State::queue_pages(const Group& group, const Amendment& amendment,
                                   std::uint32_t day) {
  const Epoch& epoch = group.newest();
  const Fresh fresh = random.secret<Fresh>();
  const Amended after = amend(group.roster(), amendment);
  FreshPart part{fresh_commit(fresh.reveal()), {}};
  for (Page& page :
       make_grant_pages(fresh, after.roster.entries().first(after.staying), epoch.control)) {
    OutboxEntry entry;
    entry.item.address = page.address;
    entry.item.envelope = std::move(page.envelope);
    entry.purpose = OutboxPurpose::page;
    entry.group = group.id();
    entry.epoch = epoch.head.number;
    entry.day = day;
    entry.page = static_cast<std::uint32_t>(part.page_hashes.size());
    part.page_hashes.push_back(page.hash);
    outbox.add(std::move(entry));
  }
  return part;
}

/// What this lead wants, as much of it as one change takes.
Amendment Core::State::wanted(const Group& group) const {
  Amendment amendment;
  Roster after = group.roster();
  const auto has_room = [&] { return amendment.size() < limits::epoch_operations_max; };
  for (const VerifyKey& member : group.wishes().removals) {
    if (!has_room() || !after.remove(member).ok()) continue;
    amendment.removals.push_back(member);
  }
  for (const RoleChange& change : group.wishes().roles) {
    if (!has_room() || !after.set_role(change.member, change.role).ok()) continue;
    amendment.roles.push_back(change);
  }
  // Nobody could be welcomed by who leads no more.
  if (!after.is_lead(me.id())) return amendment;
  for (const VerifyKey& member : refreshed(group)) {
    const bool has_new_role =
        std::any_of(amendment.roles.begin(), amendment.roles.end(),
                    [&](const RoleChange& change) { return change.member == member; });
    if (!has_room() || has_new_role || after.find(member) == nullptr) continue;
    amendment.refreshes.push_back(member);
  }
  for (Addition& addition : approved(group)) {
    if (!has_room() || !after.add(addition.request, addition.role).ok()) continue;
    amendment.additions.push_back(std::move(addition));
  }
  return amendment;
}

/// What a change has brought about is wished for no more; neither is anything where this member
/// leads no more.
void Core::State::settle_wishes(Group& group, const Change& change) {
  if (!group.roster().is_lead(me.id())) forget_approvals(group);
  Wishes left = group.wishes();
  if (left.empty()) return;
  if (change.fresh && left.keeps.empty()) left.rekey = false;
  std::erase_if(left.removals,
                [&](const VerifyKey& member) { return group.roster().find(member) == nullptr; });
  std::erase_if(left.roles, [&](const RoleChange& wish) {
    const RosterEntry* entry = group.roster().find(wish.member);
    return entry == nullptr || entry->role == wish.role;
  });
  Roster after = group.roster();
  for (const VerifyKey& member : left.removals) (void)after.remove(member);
  for (const RoleChange& wish : left.roles) (void)after.set_role(wish.member, wish.role);
  const bool leads = group.roster().is_lead(me.id());
  if ((!leads || !after.has_lead()) && !left.empty()) {
    left = {};
    tell(Notice::Kind::warning, group.id(), {},
         leads ? porchlight::say(
                     tr("Others changed \"{}\" first: what you wanted would leave it without a "
                        "lead, and was not done."),
                     group.name())
               : porchlight::say(
                     tr("You do not lead \"{}\" any more: what you wanted to change there was not "
                        "done."),
                     group.name()));
  }
  group.set_wishes(std::move(left));
}

/// Who leads no more lets nobody in: not now, and not by itself when it leads again.
void Core::State::forget_approvals(const Group& group) {
  for (auto& [hash, pending] : people.requests) {
    if (pending.request.group != group.id() || !pending.approved) continue;
    pending.approved = pending.by_itself = false;
    people.save(pending);
  }
  for (auto& [hash, pending] : people.catch_ups) {
    if (pending.asked.group != group.id() || !pending.approved) continue;
    pending.approved = false;
    people.save(pending);
  }
}

/// Approved by an invite that was taken back since: it goes on only where the change that lets them
/// in is stored already.
bool Core::State::is_unwanted(const PendingRequest& pending, const Invite& invite) {
  return pending.by_itself && invite.standing == Invite::Standing::revoked;
}

/// The control mailbox was read to its end: no change that lets these in is stored.
void Core::State::forget_unwanted_approvals(const Group& group) {
  const std::uint64_t read_up_to = cursors.after(group.newest().control_mailbox);
  if (group.proposal.stored_seq.value_or(0) > read_up_to) return;
  std::vector<RequestHash> unwanted;
  for (const auto& [hash, pending] : people.requests) {
    const auto invite = people.invites.find(pending.request.invite);
    if (pending.request.group == group.id() && invite != people.invites.end() &&
        is_unwanted(pending, invite->second)) {
      unwanted.push_back(hash);
    }
  }
  for (const RequestHash& hash : unwanted) people.erase_request(hash);
}

/// Those who were approved, the first who asked first.
std::vector<Addition> Core::State::approved(const Group& group) const {
  std::vector<const PendingRequest*> pending;
  for (const auto& [hash, request] : people.requests) {
    if (request.approved && request.request.group == group.id() &&
        group.roster().find(request.request.identity()) == nullptr) {
      pending.push_back(&request);
    }
  }
  std::stable_sort(pending.begin(), pending.end(),
                   [](const auto* a, const auto* b) { return a->received < b->received; });
  std::vector<Addition> additions;
  for (const PendingRequest* request : pending) {
    const bool twice = std::any_of(additions.begin(), additions.end(), [&](const Addition& other) {
      return other.request.identity() == request->request.identity();
    });
    const auto invite = people.invites.find(request->request.invite);
    if (twice || invite == people.invites.end() || is_unwanted(*request, invite->second)) continue;
    additions.push_back({request->request, invite->second.role});
  }
  return additions;
}

/// Today, but within a day of the relay's, so that it is valid when it is stored.
std::uint32_t Core::State::proposal_day(const EpochHead& head, TimePoint now) const {
  const std::uint32_t relays = wire::unix_day(relay.relay_time(now));
  const std::uint32_t day = std::clamp(relay.today(now), relays == 0 ? 0 : relays - 1, relays + 1);
  return std::max(day, head.day);
}

// ---- what a person wants ------------------------------------------------------------------------

Result<VerifyKey> Core::State::find_member(const Group& group, std::string_view name) const {
  std::string names;
  std::optional<VerifyKey> found;
  for (const RosterEntry& entry : group.roster().entries()) {
    const std::string shown = group.roster().display_name(entry.identity());
    names += (names.empty() ? "" : ", ") + shown;
    if (shown != name) continue;
    if (found) {
      // Somebody has called themselves "Ana (2)".
      return Error{Errc::usage,
                   porchlight::say(tr("two in \"{0}\" are shown as {1}; nothing was changed. Make "
                                      "a new group without the one who took the other's name"),
                                   group.name(), name)};
    }
    found = entry.identity();
  }
  if (found) return *found;
  return Error{Errc::not_found,
               porchlight::say(tr("nobody in \"{0}\" is called {1}; there are {2}"), group.name(),
                               name, names)};
}

Result<Group*> Core::State::led_group(const GroupId& id, std::string_view what) {
  Group* group = find_group(id);
  if (group == nullptr) return Error{Errc::not_found, tr("there is no such group")};
  if (group->halted()) return update_needed(tr("the group"));
  if (group->removed() || !group->roster().is_lead(me.id())) {
    return Error{Errc::not_permitted, porchlight::say(tr("only a lead of the group can {}"), what)};
  }
  return group;
}

Status Core::State::remove_member(const GroupId& id, std::string_view name, TimePoint now) {
  TRY(Group * group, led_group(id, tr("take somebody out")));
  TRY(const VerifyKey member, find_member(*group, name));
  Wishes wishes = group->wishes();
  if (std::find(wishes.removals.begin(), wishes.removals.end(), member) != wishes.removals.end()) {
    return Ok{};
  }
  std::erase(wishes.keeps, member);
  wishes.removals.push_back(member);
  std::erase_if(wishes.roles, [&](const RoleChange& change) { return change.member == member; });
  CHECK(wish(*group, std::move(wishes), now));
  approve_no_more_by_itself(id);
  return Ok{};
}

Status Core::State::set_role(const GroupId& id, std::string_view name, wire::Role role,
                             TimePoint now) {
  TRY(Group * group, led_group(id, tr("change a role")));
  TRY(const VerifyKey member, find_member(*group, name));
  if (!is_member_role(role)) return Error{Errc::usage, tr("a role is member or lead")};
  Wishes wishes = group->wishes();
  std::erase_if(wishes.roles, [&](const RoleChange& change) { return change.member == member; });
  if (group->roster().find(member)->role != role) wishes.roles.push_back({member, role});
  return wish(*group, std::move(wishes), now);
}

Status Core::State::rekey(const GroupId& id, TimePoint now) {
  TRY(Group * group, led_group(id, tr("give it new keys")));
  Wishes wishes = group->wishes();
  wishes.rekey = true;
  for (auto& [channel_id, channel] : channels) {
    if (!channel.owner || channel.owner->group != id || channel.over()) continue;
    channel.owner->wants_rekey = true;
    channel.save_head();
  }
  return wish(*group, std::move(wishes), now);
}

/// 'not_permitted' where nobody would be left to lead.
Status Core::State::wish(Group& group, Wishes wishes, TimePoint now) {
  Roster after = group.roster();
  for (const VerifyKey& member : wishes.removals) (void)after.remove(member);
  for (const RoleChange& change : wishes.roles) (void)after.set_role(change.member, change.role);
  if (!after.has_lead()) {
    return Error{Errc::not_permitted,
                 porchlight::say(tr("nobody would lead \"{}\" then; nothing was changed. "
                                    "Make somebody else a lead first"),
                                 group.name())};
  }
  const Wishes before = group.wishes();
  const std::size_t undecided = count_undecided(group);
  group.set_wishes(std::move(wishes));
  // Of several, each is decided by itself; nothing is done before the last one is.
  if (undecided > 0 && count_undecided(group) >= undecided) {
    group.set_wishes(before);
    return Error{Errc::conflict,
                 porchlight::say(tr("a lead wanted somebody out of \"{}\", and that is not "
                                    "settled: nothing was changed. Decide that first, with "
                                    "porchlight member remove or porchlight member keep"),
                                 group.name())};
  }
  forget_proposal(group);  // what is under way is made anew, with this in it
  warn_of_contests(group, now);
  propose(group, now);
  return Ok{};
}

}  // namespace porchlight::client
