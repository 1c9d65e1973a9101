// Channels: following their epochs, and their days (clauses 14.2 to 14.5).
#include "client/core/state.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/group.pb.h"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

/// The Signed epoch in a control envelope.
std::optional<Bytes> open_control(const SealSeed& seed, ByteView envelope) {
  auto payload = unseal(seed, envelope);
  wire::ControlMessage message;
  if (!payload || !unpad(*payload) || !parse(message, payload->reveal())) return std::nullopt;
  return to_bytes(as_bytes(message.epoch()));
}

/// Whether this change, which comes after the one that counts, is by somebody who does as they like
/// with the root. Who leads gives up as soon as they have read that they were too late; and where
/// the channel was handed on, only who was to be kept from it still wants the old root.
bool is_out_of_turn(const Channel& channel, const ChannelEpoch& epoch, std::uint64_t seq,
                    ByteView envelope) {
  const Succession& end = *epoch.succeeded;
  const auto next = channel.epochs().find(epoch.head.number + 1);
  if (!channel.owner || seq <= end.seq || end.seq == 0 || next == channel.epochs().end() ||
      next->second.head.id != end.by) {
    return false;
  }
  const auto signed_epoch = open_control(epoch.ctl_seal, envelope);
  if (!signed_epoch) return false;
  const auto judged = judge_channel_epoch(epoch.head, *signed_epoch, wire::seq_hour(seq) / 24);
  if (!judged.head || judged.head->id == end.by) return false;
  const bool keeps_old_root =
      judged.head->root == epoch.head.root && next->second.head.root != epoch.head.root;
  return keeps_old_root || wire::seq_hour(seq) > wire::seq_hour(end.seq) + 1;
}

}  // namespace

Channel* Core::State::find_channel(const ChannelId& id) {
  const auto found = channels.find(id);
  return found == channels.end() ? nullptr : &found->second;
}

const Channel* Core::State::find_channel(const ChannelId& id) const {
  return const_cast<State*>(this)->find_channel(id);
}

// ---- following epochs ---------------------------------------------------------------------------

bool Core::State::deliver_channel_control(Channel& channel, ChannelEpoch& epoch, std::uint64_t seq,
                                          ByteView envelope, TimePoint now) {
  if (epoch.succeeded) {
    if (is_out_of_turn(channel, epoch, seq, envelope)) {
      warn(WarningView::Kind::foreign_epoch,
           porchlight::say(
               tr("Somebody who was to lead the channel \"{}\" no more tried to change it with "
                  "what they kept. It was passed over, and nothing was lost. Look at who was taken "
                  "out of the group or leads it no more, and whether their device was taken."),
               channel.name()),
           now, channel.id());
    }
    return true;
  }
  // What lies behind the next epoch lost to it.
  if (channel.awaited || channel.halted()) return false;
  const auto signed_epoch = open_control(epoch.ctl_seal, envelope);
  if (!signed_epoch) return true;
  ChannelJudgement judgement =
      judge_channel_epoch(epoch.head, *signed_epoch, wire::seq_hour(seq) / 24);
  switch (judgement.kind) {
    case ChannelJudgement::Kind::valid:
      break;
    case ChannelJudgement::Kind::newer:
      channel.halt();
      warnings.stands(
          WarningView::Kind::update_needed,
          porchlight::say(
              tr("The channel \"{}\" was changed by a newer version of Porchlight. It is kept as "
                 "it is, and nothing is read or sent there, until this device is updated."),
              channel.name()),
          now, channel.id());
      return false;
    case ChannelJudgement::Kind::invalid:
      if (judgement.by_root) {
        warn(WarningView::Kind::foreign_epoch,
             porchlight::say(
                 tr("Somebody tried to change the channel \"{}\" in a way that is not allowed; it "
                    "was passed over."),
                 channel.name()),
             now, channel.id());
      }
      return true;
  }
  keep_channel_change(channel, epoch, envelope, now);
  channel.awaited = AwaitedChannel{*std::move(judgement.head), *signed_epoch, seq, {}};
  if (channel.owner) return follow_announced(channel, now);
  await_grant(channel);
  return false;
}

/// Where a grant for this device may lie: as somebody in the list, or as whoever has the invite.
void Core::State::await_grant(Channel& channel) {
  AwaitedChannel& awaited = *channel.awaited;
  const ChannelEpoch& before = channel.newest();
  const std::uint32_t count = count_grant_pages(awaited.head.grants);
  const auto add = [&](const TagKey& key) {
    AwaitedChannel::Page page;
    page.tag = grant_tag(key, channel.id(), awaited.head.number, awaited.head.salt.view());
    page.number = grant_page_of(page.tag, count);
    page.keys = derive_grant_page(before.ctl_collect, before.ctl_seal, awaited.head.salt.view(),
                                  page.number, awaited.head.page_drop);
    page.mailbox = page.keys.address.id();
    awaited.pages.push_back(std::move(page));
  };
  add(channel.reader->tag_key);
  if (channel.reader->by_invite) add(channel.reader->by_invite->tag);
}

void Core::State::deliver_grant_page(Channel& channel, const MailboxId& mailbox, ByteView envelope,
                                     TimePoint now) {
  const AwaitedChannel& awaited = *channel.awaited;
  ChannelEpoch& before = channel.newest();
  AudiencePart& mine = *channel.reader;
  std::optional<Fresh> fresh;
  bool as_listed = false;
  for (std::size_t i = 0; i < awaited.pages.size() && !fresh; ++i) {
    const AwaitedChannel::Page& page = awaited.pages[i];
    if (page.mailbox != mailbox) continue;
    std::vector<const SealSeed*> keys;
    as_listed = i == 0;
    if (as_listed) {
      for (const HeldCard& card : me.cards()) keys.push_back(&card.keys.seal);
    } else {
      keys.push_back(&mine.by_invite->seal);
    }
    auto opened = open_audience_grant(awaited.head, before.head.root, page.keys.seal, page.number,
                                      envelope, page.tag, keys);
    if (opened) fresh = std::move(opened).value();
  }
  if (!fresh) return;  // at its CaughtUp it is known that there is none
  const AwaitedChannel taken = *std::move(channel.awaited);
  const MailboxId control = before.control_mailbox;
  const VerifyKey signed_by = before.head.root;
  ChannelEpochKeys keys = derive_channel_epoch(*before.carry, fresh->reveal(), taken.head.id);
  ChannelReading reading{std::move(keys.carry),        std::move(keys.ctl_collect),
                         std::move(keys.ctl_seal),     taken.head.day,
                         derive_channel_day(keys.day), next_day(keys.day)};
  channel.adopt(taken.head, std::move(reading), taken.seq, relay.today(now));
  channel.learn(taken.head, taken.signed_epoch, signed_by);
  if (as_listed) {
    mine.by_invite.reset();
  } else {
    mine.request_stored = false;  // who is listed by now would have found a grant of their own
  }
  mine.asking.reset();
  channel.save_head();
  cursors.move(control, taken.seq);
  channel_moved_on(channel, now);
}

void Core::State::grant_page_caught_up(Channel& channel, const MailboxId& mailbox, TimePoint now) {
  bool all = true;
  for (auto& page : channel.awaited->pages) {
    page.caught_up |= page.mailbox == mailbox;
    all &= page.caught_up;
  }
  if (!all || relay.changes_wait_until(now)) return;
  const bool asked = ask_for_channel_keys(channel, now);
  warnings.stands(
      WarningView::Kind::left_behind,
      porchlight::say(
          asked ? tr("The channel \"{}\" has gone on, and there were no keys for this device: you "
                     "were taken out, or the relay holds them back. What was said until then stays "
                     "for its time. Those who run it were asked for the keys: one of them has to "
                     "agree.")
                : tr("The channel \"{}\" has gone on, and there were no keys for this device: you "
                     "were taken out, or the relay holds them back. What was said until then stays "
                     "for its time. If you should be in, ask them for a new invite."),
          channel.name()),
      now, channel.id());
}

bool Core::State::follow_announced(Channel& channel, TimePoint now) {
  if (!channel.awaited || !channel.owner) return false;
  auto announced = channel.take_offered(channel.awaited->head.id);
  if (!announced) return false;
  const AwaitedChannel taken = *std::move(channel.awaited);
  if (!announced->fits(taken.head)) {
    channel.awaited = AwaitedChannel{taken.head, taken.signed_epoch, taken.seq, {}};
    return false;  // keys of something else: as if they had not come
  }
  ChannelEpoch& before = channel.newest();
  const VerifyKey signed_by = before.head.root;
  const MailboxId control = before.control_mailbox;
  // Not by where the relay said that it lies: that answer may be lost.
  const bool is_mine = channel.owner->page_salt == taken.head.salt;
  const bool is_weekly = taken.head.day >= before.head.day + limits::channel_rekey_days;
  announced->head = taken.head;
  channel.adopt(*std::move(announced), taken.seq, relay.today(now));
  channel.learn(taken.head, taken.signed_epoch, signed_by);
  cursors.move(control, taken.seq);
  channel_moved_on(channel, now);
  Group* group = find_group(channel.owner->group);
  if (!is_mine || group == nullptr) return true;
  // Others had proposed theirs: only now is it known which one is there.
  if (channel.can_share()) announce(channel.announcement(), *group, now);
  if (is_weekly) {
    tell_roots(channel, *group, now);
    share_list(channel, *group, now);
  }
  return true;
}

/// The change that follows cannot be followed any more, but a lead has announced one further on.
void Core::State::skip_to_announced(Channel& channel, TimePoint now) {
  if (!channel.owner || channel.over()) return;
  const std::uint32_t next = channel.newest().head.number + 1;
  const ChannelAnnouncement* furthest = nullptr;
  for (const auto& [id, offered] : channel.offered()) {
    if (offered.stands && offered.head.number > next &&
        (furthest == nullptr || offered.head.number > furthest->head.number)) {
      furthest = &offered;
    }
  }
  if (furthest == nullptr) return;
  auto announced = channel.take_offered(EpochId(furthest->head.id));
  channel.owner->has_list = false;  // neither the epoch itself nor who came meanwhile is known
  channel.adopt(*std::move(announced), 0, relay.today(now));
  channel_moved_on(channel, now);
}

/// What was said in an epoch after it was over, as the relay had not shown that it was: the others
/// pass it over, or do not read it there any more. What this device did not say itself may be by
/// whoever has a copy of its keys, and gets no further by it.
void Core::State::say_again_what_was_too_late(const Channel& channel) {
  std::vector<MessageId> late;
  const std::uint32_t last_day = channel.newest().head.day + 1;
  for (const StoredMessage* message : messages.list(channel.id())) {
    if (message->sender != me.id() || !message->is_stored() || message->queue_number == 0) continue;
    const auto epoch = channel.epochs().find(message->order.epoch);
    if (epoch == channel.epochs().end() || &epoch->second == &channel.newest()) continue;
    const bool is_passed_over = channel.owner && epoch->second.is_over_by(message->order.seq);
    if (is_passed_over || message->order.day > last_day) late.push_back(message->id);
  }
  for (const MessageId& id : late) messages.queue_again(channel.id(), me.id(), id);
}

void Core::State::channel_moved_on(Channel& channel, TimePoint now) {
  say_again_what_was_too_late(channel);
  warnings.remove(WarningView::Kind::left_behind, channel.id());
  warnings.remove(WarningView::Kind::taken_over, channel.id());
  warnings.remove(WarningView::Kind::keys_run_out, channel.id());
  forget_channel_proposal(channel);
  take_back_said(channel, channel.newest().head.number, UINT32_MAX);
  enter_channel_days(channel, now);
  answer_newcomers(channel, now);
}

void Core::State::channel_control_caught_up(Channel& channel, ChannelEpoch& epoch, TimePoint now) {
  epoch.caught_up = true;
  if (epoch.succeeded || channel.halted()) return;
  skip_to_announced(channel, now);
  if (channel.awaited) return;
  propose_channel(channel, now);
  flush_channel(channel, now);
}

// ---- time ---------------------------------------------------------------------------------------

void Core::State::enter_channel_days(Channel& channel, TimePoint now) {
  if (channel.over()) return;
  channel.enter_days(relay.today(now), relay.clocks_checked(now)
                                           ? relay.days_ago(relay.ordinary_days() + 1, now)
                                           : 0);
}

void Core::State::tick_channel(Channel& channel, TimePoint now) {
  if (!channel.over()) {
    enter_channel_days(channel, now);
    propose_channel(channel, now);
    tell_channel_card(channel, now);
    flush_channel(channel, now);
    lapse_audience_invites(channel, now);
    answer_waiting(channel, now);
  }
  if (!relay.clocks_checked(now)) return;
  for (const MailboxId& mailbox : channel.leave_days_before(relay.days_ago(1, now))) {
    cursors.erase(mailbox);
  }
  for (const MailboxId& mailbox : channel.age(relay.sure_day(now))) cursors.erase(mailbox);
  channel.frames.forget_before(relay.days_ago(relay.ordinary_days() + 1, now));
  // Whoever was away for long has not read yet that it has gone on.
  const bool is_late = relay.sure_day(now) + 3 > channel.newest().last_day() &&
                       channel.newest().caught_up && !channel.awaited;
  if (is_late && !channel.over()) {
    warnings.stands(
        WarningView::Kind::keys_run_out,
        porchlight::say(
            channel.owner ? tr("The channel \"{}\" has had no new keys for long, and those it has "
                               "end within days: somebody who leads its group must come online.")
                          : tr("The channel \"{}\" has had no new keys for long, and those it has "
                               "end within days: the people who run it seem to be away."),
            channel.name()),
        now, channel.id());
  }
  // The keys are told before the change is made, on its author's day, which may begin before the
  // one here does.
  const Group* group = channel.owner ? find_group(channel.owner->group) : nullptr;
  if (!channel.awaited || group == nullptr || group->is_still() || !group->newest().caught_up ||
      is_past_retention(wire::seq_hour(channel.awaited->seq) / 24, now)) {
    return;  // of who was away for longer the announcement is gone: a later one is to come
  }
  const auto day = group->newest().days.days().find(
      std::max(group->sending_day(relay.today(now)), channel.awaited->head.day));
  if (day == group->newest().days.days().end() || !day->second.caught_up) return;
  warnings.stands(
      WarningView::Kind::taken_over,
      porchlight::say(tr("The channel \"{0}\" was changed, and nobody who leads \"{1}\" stands for "
                         "it: somebody who was taken out may have taken it over, and what its "
                         "audience hears there is theirs. Tell them in another way, and make a new "
                         "channel. If one of you was away for long, run porchlight sync first."),
                      channel.name(), group->name()),
      now, channel.id());
}

void Core::State::erase_channel(Channel& channel) {
  for (const MailboxId& mailbox : channel.erase()) cursors.erase(mailbox);
  reads_anew = true;  // where it comes back it may have the same mailboxes
  channels.erase(ChannelId(channel.id()));
}

/// This member is not in the group any more.
void Core::State::end_channels(const GroupId& group) {
  for (auto& [id, channel] : channels) {
    if (!channel.owner || channel.owner->group != group || channel.over()) continue;
    forget_channel_proposal(channel);
    take_back_said(channel, UINT32_MAX, 0);
    messages.erase_queued(id);
    channel.end();
  }
}

}  // namespace porchlight::client
