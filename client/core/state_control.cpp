// Changes to groups: reading and adopting them (clauses 10.2 to 10.7).
#include "client/core/bodies.hpp"
#include "client/core/library_again.hpp"
#include "client/core/state.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/group.pb.h"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

/// How many days are held while the clock could not be checked.
constexpr std::uint32_t unchecked_days_max = 40;
/// The Signed epoch in a control envelope.
std::optional<Bytes> open_control(const SealSeed& seed, ByteView envelope) {
  auto payload = unseal(seed, envelope);
  wire::ControlMessage message;
  if (!payload || !unpad(*payload) || !parse(message, payload->reveal())) return std::nullopt;
  return to_bytes(as_bytes(message.epoch()));
}

/// The page with this member's grant, to be brought back where the relay loses it: its author may
/// be gone by then.
KeptEnvelope copy_of_page(const Group& group, ByteView envelope) {
  const Awaited& awaited = *group.awaited;
  KeptEnvelope page;
  page.entry.item.address = awaited.page_address;
  page.entry.item.envelope = to_bytes(envelope);
  page.entry.purpose = OutboxPurpose::page;
  page.entry.group = group.id();
  page.entry.epoch = group.newest().head.number;
  page.drop = SigningSeed::from(awaited.keys.drop.reveal());
  return page;
}

}  // namespace

bool Core::State::deliver_control(Group& group, Epoch& epoch, std::uint64_t seq, ByteView envelope,
                                  TimePoint now) {
  const auto halted = halted_at.find(group.id());
  if (halted != halted_at.end() && seq > halted->second) return false;
  auto signed_epoch = open_control(epoch.control.seal, envelope);
  if (!epoch.succeeded && group.awaited) {
    auto& behind = group.awaited->behind;
    if (signed_epoch && behind.size() < limits::control_behind_max) {
      behind.emplace(seq, *std::move(signed_epoch));
    }
    return false;  // it is read again after a restart
  }
  if (!signed_epoch) return true;
  if (epoch.succeeded) {
    judge_beside(group, epoch, *signed_epoch, seq, now);
    return true;
  }
  const std::uint32_t seq_day = wire::seq_hour(seq) / 24;
  std::vector<const JoinRequest*> known;
  for (const auto& [hash, pending] : people.requests) known.push_back(&pending.request);
  Judgement judgement = judge_change(epoch.head, group.roster(), *signed_epoch, seq_day, known);
  switch (judgement.kind) {
    case Judgement::Kind::valid:
      keep_change(group, epoch, *judgement.change, envelope, now);
      return take_change(group, *std::move(judgement.change), *signed_epoch, seq, now);
    case Judgement::Kind::newer:
      if (!group.halted()) group.halt();
      halted_at[group.id()] = seq;
      warnings.stands(
          WarningView::Kind::update_needed,
          porchlight::say(
              tr("The group \"{}\" was changed by a newer version of Porchlight. It is kept as it "
                 "is, and nothing is sent there, until this device is updated."),
              group.name()),
          now, group.id());
      return false;
    case Judgement::Kind::invalid:
      break;
  }
  // Our own that came too late to be valid is made anew by propose().
  if (judgement.by_member && judgement.author != me.id()) {
    warn(WarningView::Kind::foreign_epoch,
         porchlight::say(
             tr("Somebody tried to change the group \"{}\" in a way that is not allowed; it was "
                "passed over."),
             group.name()),
         now, group.id());
  }
  return true;
}

/// The group's next change. False while its keys are yet to come.
bool Core::State::take_change(Group& group, Change change, const Bytes& signed_epoch,
                              std::uint64_t seq, TimePoint now) {
  if (!change.fresh) {
    adopt(group, change, signed_epoch, {}, seq, now);
    return true;
  }
  if (change.roster.find(me.id()) == nullptr) {
    be_removed(group, change, seq, now);
    return true;
  }
  // Those who stay come first in the roster, in the order in which their grants lie.
  const std::uint32_t page = page_of(change.roster.position(me.id()));
  Awaited& awaited = group.awaited.emplace();
  awaited.keys = derive_page(group.newest().control, PageKind::grants, page);
  awaited.page_hash = change.fresh->page_hashes.at(page);
  awaited.page_address = awaited.keys.address();
  awaited.page_mailbox = awaited.page_address.id();
  awaited.signed_epoch = signed_epoch;
  awaited.seq = seq;
  awaited.change = std::move(change);
  return false;
}

void Core::State::deliver_page(Group& group, ByteView envelope, TimePoint now) {
  const Awaited& awaited = *group.awaited;
  const auto page = open_page(awaited.keys, PageKind::grants, envelope, awaited.page_hash);
  if (!page) return;  // of a change that lost, or rubbish
  const std::size_t mine = awaited.change.roster.position(me.id());
  std::optional<Fresh> fresh;
  for (const HeldCard& card : me.cards()) {  // the author may not know the newest
    auto opened = open_grant(*page, mine, card.keys.seal, awaited.change.fresh->commit);
    if (opened) fresh = std::move(opened).value();
  }
  if (!fresh) return without_keys(group, now);
  KeptEnvelope copy = copy_of_page(group, envelope);
  copy.day = wire::unix_day(relay.sure_time(now));
  copy.store = relay.store();
  kept.add(std::move(copy));
  const Awaited taken = *std::move(group.awaited);
  Epoch& epoch = group.newest();
  adopt(group, taken.change, taken.signed_epoch, fresh->reveal(), taken.seq, now);
  cursors.move(epoch.control_mailbox, taken.seq);
  for (const auto& [seq, signed_epoch] : taken.behind) {
    if (seq > taken.seq) judge_beside(group, epoch, signed_epoch, seq, now);
  }
}

void Core::State::without_keys(Group& group, TimePoint now) {
  const bool asked = ask_to_catch_up(group, now);
  warnings.stands(
      WarningView::Kind::left_behind,
      porchlight::say(asked ? tr("The group \"{}\" was changed, and the keys for this device did "
                                 "not come: the relay may be holding them back. Nothing is sent "
                                 "there. Its leads were asked for them: one of them has to agree.")
                            : tr("The group \"{}\" was changed, and the keys for this device did "
                                 "not come: the relay may be holding them back. Nothing is sent "
                                 "there. Nobody else leads it: make a new group."),
                      group.name()),
      now, group.id());
}

void Core::State::be_removed(Group& group, const Change& change, std::uint64_t seq, TimePoint now) {
  group.leave(change, seq, relay.today(now));
  take_back_frames(group, UINT32_MAX, 0);
  forget_proposal(group);
  forget_approvals(group);
  end_invites(group.id(), now);
  forget_asking(group);
  forget_kept(group);
  end_channels(group.id());
  warn_of_contests(group, now);
  settle_warnings(group.id());
  tell(group.leaving() ? Notice::Kind::left : Notice::Kind::removed, group.id(), {}, group.name());
  if (const std::size_t unsent = messages.erase_queued(group.id()); unsent > 0) {
    tell(Notice::Kind::warning, group.id(), {},
         porchlight::say(
             tr("{0} of your messages to \"{1}\" were not sent, and cannot be any more."), unsent,
             group.name()));
  }
}

void Core::State::adopt(Group& group, const Change& change, const Bytes& signed_epoch,
                        ByteView fresh, std::uint64_t seq, TimePoint now) {
  EpochKeys keys = derive_epoch(*group.newest().carry, fresh, change.head.id);
  auto welcomes = make_welcomes(change, signed_epoch, keys, now);
  std::vector<std::string> removed_names;
  for (const RosterEntry& removed : change.removed) {
    removed_names.push_back(group.roster().display_name(removed.identity()));
  }
  group.adopt(change, std::move(keys), seq, relay.today(now));
  follow_on(group, change, now);
  for (const VerifyKey& added : change.added) {
    settle_request(group, added);
    if (added != me.id()) {
      tell(Notice::Kind::member_added, group.id(), {}, group.roster().display_name(added));
    }
  }
  for (const VerifyKey& member : change.refreshed) {
    tell(Notice::Kind::member_caught_up, group.id(), {}, group.roster().display_name(member));
  }
  for (std::string& name : removed_names) {
    tell(Notice::Kind::member_removed, group.id(), {}, std::move(name));
  }
  settle_wishes(group, change);
  settle_contests(group, change, now);
  return_approvals(group);
  for (OutboxEntry& welcome : welcomes) outbox.add(std::move(welcome));
  share_channels(group, change, now);
  share_rules(group, change, now);
  if (change.author == me.id() && !(change.added.empty() && change.refreshed.empty())) {
    for (wire::Body& text : library_to_say_again(messages.list(group.id()), now)) {
      if (is_for_leads_to_say(text) && !group.roster().is_lead(me.id())) continue;
      tell_group(group, std::move(text), now);
    }
  }
  if (change.removed.empty() && change.role_changed.empty()) return;
  // Who went, or leads no more, knows what they speak with.
  for (auto& [id, channel] : channels) {
    if (channel.owner && channel.owner->group == group.id()) propose_channel(channel, now);
  }
}

/// Who was let in asks no more, whoever let them in.
void Core::State::settle_request(const Group& group, const VerifyKey& member) {
  std::vector<RequestHash> settled;
  for (const auto& [hash, pending] : people.requests) {
    if (pending.request.group == group.id() && pending.request.identity() == member) {
      settled.push_back(hash);
      const auto invite = people.invites.find(pending.request.invite);
      if (invite == people.invites.end()) continue;
      count_joined(invite->second);
    }
  }
  for (const RequestHash& hash : settled) people.erase_request(hash);
}

void Core::State::control_caught_up(Group& group, Epoch& epoch, TimePoint now) {
  epoch.caught_up = true;
  if (epoch.succeeded || group.awaited || group.halted()) return;
  warn_of_unknown_epochs(group, now);
  warn_of_old_keys(group, now);
  forget_unwanted_approvals(group);
  propose(group, now);
  flush(group, now);
  // The mailboxes of its channels may have been read to their ends before.
  for (auto& [id, channel] : channels) {
    if (!channel.owner || channel.owner->group != group.id()) continue;
    propose_channel(channel, now);
    flush_channel(channel, now);
  }
}

/// A lead that is there gives new keys every week. What was changed longer ago than the relay keeps
/// changes does not come any more.
void Core::State::warn_of_old_keys(const Group& group, TimePoint now) {
  constexpr std::uint32_t days_max = limits::long_days + limits::rekey_days;
  if (!relay.clocks_checked(now)) return;
  const std::uint32_t made = group.newest().fresh_day;
  if (relay.sure_day(now) <= made + days_max) return;
  warnings.stands(
      WarningView::Kind::left_behind,
      porchlight::say(tr("The group \"{0}\" has had no new keys here for more than {1} days. If "
                         "its leads were there meanwhile, this device was away for longer than the "
                         "relay keeps changes, and what you say there reaches nobody: ask a lead "
                         "to take you out and to invite you anew."),
                      group.name(), days_max),
      now, group.id());
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
