// Changes to groups: reading, adopting and proposing them (clauses 10.2 to 10.5).
#include "client/core/state.hpp"
#include "client/core/welcome.hpp"
#include "proto/base/limits.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/group.pb.h"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

/// After so many changes of ours that did not become valid, a person has to look.
constexpr unsigned attempts_max = 8;
/// After so many times of being second, a lead drops without the condition.
constexpr unsigned refusals_max = 2;
/// How many days are held while the clock could not be checked.
constexpr std::uint32_t unchecked_days_max = 40;
/// A Welcome never looks smaller than this, whatever the size of the group.
constexpr std::size_t welcome_payload_small_max =
    limits::envelope_sizes_bytes[1] - limits::seal_overhead_bytes - 1;

/// The Signed epoch in a control envelope.
std::optional<Bytes> open_control(const SealSeed& seed, ByteView envelope) {
  auto payload = unseal(seed, envelope);
  wire::ControlMessage message;
  if (!payload || !unpad(*payload) || !parse(message, payload->reveal())) return std::nullopt;
  return to_bytes(as_bytes(message.epoch()));
}

Bytes seal_welcome(const JoinRequest& request, const Bytes& signed_welcome) {
  wire::InboxMessage message;
  message.set_welcome(to_string(signed_welcome));
  const SecretBytes payload = serialise_secret(message);
  wipe_text(*message.mutable_welcome());
  const auto& sizes = limits::envelope_sizes_bytes;
  auto envelope =
      wire::seal_envelope(request.one_time_key, payload.reveal(),
                          payload.size() <= welcome_payload_small_max ? sizes[1] : sizes[2]);
  PORCHLIGHT_ASSERT(envelope.ok());  // limits::group_members_max and epoch_additions_max see to it
  return std::move(envelope).value();
}

/// The Welcomes for those of our requests that `change` adds. Built before its keys move on.
std::vector<OutboxEntry> make_welcomes(const Change& change, const Bytes& signed_epoch,
                                       const EpochKeys& keys, const Me& me, const People& people) {
  std::vector<OutboxEntry> welcomes;
  if (change.author != me.id()) return welcomes;
  Bytes signed_welcome = make_welcome(signed_epoch, change, keys, me.identity());
  for (const VerifyKey& added : change.added) {
    const JoinRequest& request = change.roster.find(added)->request;
    if (!people.requests.contains(request.hash)) continue;
    OutboxEntry entry;
    entry.item.address = request.card.inbox;
    entry.item.envelope = seal_welcome(request, signed_welcome);
    entry.purpose = OutboxPurpose::welcome;
    entry.group = change.head.group;
    welcomes.push_back(std::move(entry));
  }
  wipe(signed_welcome);
  return welcomes;
}

}  // namespace

bool Core::State::deliver_control(Group& group, Epoch& epoch, std::uint64_t seq, ByteView envelope,
                                  TimePoint now) {
  const auto halted = halted_at.find(group.id());
  if (halted != halted_at.end() && seq > halted->second) return false;
  const auto signed_epoch = open_control(epoch.control.seal, envelope);
  if (!signed_epoch) return true;
  const std::uint32_t seq_day = wire::seq_hour(seq) / 24;
  const Judgement judgement = judge_change(epoch.head, group.roster(), *signed_epoch, seq_day);
  if (epoch.succeeded) {
    judge_latecomer(group, *epoch.succeeded, *signed_epoch, judgement, seq, now);
    return true;
  }
  switch (judgement.kind) {
    case Judgement::Kind::valid:
      adopt(group, *judgement.change, *signed_epoch, seq, now);
      return true;
    case Judgement::Kind::newer:
      if (!group.halted()) group.halt();
      halted_at[group.id()] = seq;
      warn(WarningView::Kind::update_needed,
           "The group \"" + group.name() +
               "\" was changed by a newer version of Porchlight. It is "
               "kept as it is, and nothing is sent there, until this device is updated.",
           now);
      return false;
    case Judgement::Kind::invalid:
      break;
  }
  // Our own that came too late to be valid is made anew by propose().
  if (judgement.by_member && judgement.author != me.id()) {
    warn(WarningView::Kind::foreign_epoch,
         "Somebody tried to change the group \"" + group.name() +
             "\" in a way that is not allowed; it was passed over.",
         now);
  }
  return true;
}

/// In an epoch that is over, another change before the one that was adopted would have been the
/// group's next: the relay showed it to some and not to others.
void Core::State::judge_latecomer(const Group& group, const Succession& succession,
                                  const Bytes& signed_epoch, const Judgement& judgement,
                                  std::uint64_t seq, TimePoint now) {
  const auto parsed = wire::parse_signed(signed_epoch);
  if (!judgement.by_member || seq >= succession.seq || !parsed ||
      epoch_id(parsed->body) == succession.by) {
    return;
  }
  warn(WarningView::Kind::foreign_epoch,
       "The relay showed two histories of the group \"" + group.name() +
           "\": not everybody may be in the same one. Compare with the others who is in it.",
       now);
}

void Core::State::adopt(Group& group, const Change& change, const Bytes& signed_epoch,
                        std::uint64_t seq, TimePoint now) {
  EpochKeys keys = derive_epoch(*group.newest().carry, {}, change.head.id);
  auto welcomes = make_welcomes(change, signed_epoch, keys, me, people);
  group.adopt(change, std::move(keys), seq, relay.today(now));
  enter_days(group, now);
  halted_at.erase(group.id());
  outbox.erase_if([&](const OutboxEntry& entry) {
    return entry.purpose == OutboxPurpose::proposal && entry.group == group.id();
  });
  take_back_frames(group, change.head.number, change.head.day);
  for (const VerifyKey& added : change.added) {
    settle_request(group, added);
    if (added != me.id()) {
      tell(Notice::Kind::member_added, group.id(), {}, group.roster().display_name(added));
    }
  }
  for (OutboxEntry& welcome : welcomes) outbox.add(std::move(welcome));
}

/// Who was let in asks no more, whoever let them in.
void Core::State::settle_request(const Group& group, const VerifyKey& member) {
  std::vector<RequestHash> settled;
  for (const auto& [hash, pending] : people.requests) {
    if (pending.request.group == group.id() && pending.request.identity() == member) {
      settled.push_back(hash);
      const auto invite = people.invites.find(pending.request.invite);
      if (invite == people.invites.end()) continue;
      invite->second.standing = Invite::Standing::joined;
      people.save(invite->second);
    }
  }
  for (const RequestHash& hash : settled) people.erase_request(hash);
}

void Core::State::control_caught_up(Group& group, Epoch& epoch, TimePoint now) {
  epoch.caught_up = true;
  if (epoch.succeeded) return;
  warn_of_unknown_epochs(group, now);
  propose(group, now);
  flush(group, now);
}

void Core::State::propose(Group& group, TimePoint now) {
  const Epoch& epoch = group.newest();
  auto& proposal = group.proposal;
  if (group.halted() || !epoch.caught_up || !group.roster().is_lead(me.id())) return;
  // A day that only one of the two clocks believes in would bind all members from then on.
  if (!relay.clocks_agree()) return;
  const std::uint64_t read_up_to = cursors.after(epoch.control_mailbox);
  if (proposal.stored_seq.value_or(0) > read_up_to) return;      // it may win yet
  if (proposal.refused_newest.value_or(0) > read_up_to) return;  // something may have won
  proposal.stored_seq.reset();
  const std::uint32_t day = proposal_day(epoch.head, now);
  bool under_way = false;
  outbox.erase_if([&](const OutboxEntry& entry) {
    const bool ours = entry.purpose == OutboxPurpose::proposal && entry.group == group.id();
    under_way |= ours && entry.day == day;
    return ours && entry.day != day;  // too old to be valid by the time it arrives
  });
  if (under_way) return;
  std::vector<Addition> additions = approved(group);
  if (additions.empty()) return;
  if (proposal.attempts++ >= attempts_max) {
    warn(WarningView::Kind::foreign_epoch,
         "Changes to the group \"" + group.name() +
             "\" made here do not become valid. Compare this device's clock with the relay's.",
         now);
    return;
  }
  const MadeChange made = make_change(epoch.head, group.roster(), group.name(),
                                      std::move(additions), day, me.identity(), random);
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

/// Those who were approved, as many as one epoch takes and the group has room for.
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
  const std::size_t room = limits::group_members_max - group.roster().size();
  std::vector<Addition> additions;
  for (const PendingRequest* request : pending) {
    if (additions.size() >= std::min(room, limits::epoch_additions_max)) break;
    const bool twice = std::any_of(additions.begin(), additions.end(), [&](const Addition& other) {
      return other.request.identity() == request->request.identity();
    });
    const auto invite = people.invites.find(request->request.invite);
    if (twice || invite == people.invites.end()) continue;
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

void Core::State::enter_days(Group& group, TimePoint now) {
  const std::uint32_t today = relay.today(now);
  if (relay.clocks_checked(now)) {
    group.enter_days(today, relay.days_ago(relay.ordinary_days() + 1, now));
    return;
  }
  // The clock may be far ahead: days that are past by it are derived all the same, but not without
  // end.
  const DayRatchet& days = group.newest().days;
  const auto held = static_cast<std::uint32_t>(days.days().size());
  if (held >= unchecked_days_max) return;
  group.enter_days(std::min(today, days.next_day() + unchecked_days_max - held), 0);
}

}  // namespace porchlight::client
