// A relay whose store was replaced by an older one: what it has lost is dropped again, in the order
// in which it was stored first, and what cannot be told apart in the meantime is not complained of
// (clause 4.8).
#include "client/core/state.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

/// For how many days what was stored is kept here.
constexpr std::uint32_t kept_days = limits::ordinary_days;
/// So long after it lost something, somebody may still bring it back.
constexpr std::uint32_t brought_back_hours = (kept_days + 2) * 24;

SigningSeed copy_of(const SigningSeed& seed) { return *SigningSeed::from(seed.reveal()); }

}  // namespace

void Core::State::begin_with_other_store(TimePoint now) {
  cursors.reset();
  halted_at.clear();
  for (auto& [id, group] : groups) {
    // What the old store held of our changes may not be in this one.
    group.proposal = {};
    group.awaited.reset();
    group.forget_succession_seqs();
    forget_proposal(group);
  }
  for (auto& [id, channel] : channels) {
    channel.proposal = {};
    channel.awaited.reset();
    channel.forget_succession_seqs();
    forget_channel_proposal(channel);
  }
  uploads.begin_again();
  enrolment.begin_again(now);
  if (groups.empty() && channels.empty()) return;
  tell(Notice::Kind::warning, {}, {},
       tr("The relay's store is not the one it was: it was restored from a backup, or begun anew. "
          "What this device sent in the last days is sent again where it is missing, and changes "
          "to groups wait for 24 hours."));
}

void Core::State::keep_stored(const OutboxEntry& entry, TimePoint now) {
  KeptEnvelope copy;
  switch (entry.purpose) {
    case OutboxPurpose::proposal:
      return;  // it is kept once it has won
    case OutboxPurpose::page:
    case OutboxPurpose::state_page:
      copy.drop = page_drop(entry);
      if (!copy.drop) return;
      break;
    case OutboxPurpose::frame: {
      const Group* group = find_group(entry.group);
      if (group == nullptr) return;
      const auto epoch = group->epochs().find(entry.epoch);
      if (epoch == group->epochs().end()) return;
      const auto day = epoch->second.days.days().find(entry.day);
      if (day == epoch->second.days.days().end()) return;
      copy.drop = copy_of(day->second.keys.drop);
      break;
    }
    case OutboxPurpose::channel_epoch:
      return;  // as a proposal
    case OutboxPurpose::channel_frame:
    case OutboxPurpose::channel_page:
    case OutboxPurpose::list_page:
      copy.drop = channel_seed(entry.item.address, wire::MAILBOX_RIGHT_DROP);
      if (!copy.drop) return;
      break;
    case OutboxPurpose::parcel: {
      const auto invite = people.invites.find(entry.invite);
      if (invite == people.invites.end()) return;
      copy.drop = invite->second.parcel_seed(wire::MAILBOX_RIGHT_DROP);
      break;
    }
    default:
      break;
  }
  copy.entry = entry;
  copy.day = wire::unix_day(relay.sure_time(now));
  copy.store = relay.store();
  kept.add(std::move(copy));
}

void Core::State::keep_own_frame(const Group& group, const Epoch& epoch, std::uint32_t day,
                                 ByteView envelope, TimePoint now) {
  OutboxEntry entry;
  entry.item.address = epoch.days.days().at(day).address;
  entry.item.envelope = to_bytes(envelope);
  entry.purpose = OutboxPurpose::frame;
  entry.group = group.id();
  entry.epoch = epoch.head.number;
  entry.day = day;
  keep_stored(entry, now);
}

/// The change that is the next epoch: whoever has adopted it can bring it back. What lost to it
/// must not come back, least of all before it.
void Core::State::keep_change(const Group& group, const Epoch& epoch, const Change& made,
                              ByteView envelope, TimePoint now) {
  kept.erase_if([&](const KeptEnvelope& other) {
    const bool is_change = other.entry.is_change() && other.entry.group == group.id() &&
                           other.entry.epoch == epoch.head.number;
    const bool is_page = other.entry.purpose == OutboxPurpose::page;
    return is_change &&
           (is_page ? made.author != me.id() : other.entry.item.envelope != to_bytes(envelope));
  });
  KeptEnvelope change;
  change.entry.item.address = epoch.control_address;
  change.entry.item.envelope = to_bytes(envelope);
  change.entry.purpose = OutboxPurpose::proposal;
  change.entry.group = group.id();
  change.entry.epoch = epoch.head.number;
  change.drop = copy_of(epoch.control.drop);
  change.day = wire::unix_day(relay.sure_time(now));
  change.store = relay.store();
  kept.add(std::move(change));
}

/// The same of a channel, where this member leads: its audience could not bring it back.
void Core::State::keep_channel_change(const Channel& channel, const ChannelEpoch& epoch,
                                      ByteView envelope, TimePoint now) {
  KeptEnvelope change;
  change.drop = channel_seed(epoch.control_address, wire::MAILBOX_RIGHT_DROP);
  if (!change.drop) return;
  change.entry.item.address = epoch.control_address;
  change.entry.item.envelope = to_bytes(envelope);
  change.entry.purpose = OutboxPurpose::channel_epoch;
  change.entry.group = channel.id();
  change.entry.epoch = epoch.head.number;
  change.day = wire::unix_day(relay.sure_time(now));
  change.store = relay.store();
  kept.add(std::move(change));
}

/// One that lies before the adopted one would have been the group's next: the relay showed it to
/// some and not to others, or had lost the one that was adopted. And one of before the relay's
/// store was replaced that was stored after that, somebody else had adopted.
bool Core::State::notice_other_history(Group& group, const Succession& succession,
                                       std::uint32_t day, std::uint64_t seq, TimePoint now) {
  const auto replaced = relay.replaced_hour();
  const bool is_brought_back = replaced && wire::seq_hour(seq) >= *replaced &&
                               wire::seq_hour(seq) < *replaced + brought_back_hours &&
                               day * std::uint64_t{24} + 23 < *replaced;
  if (seq >= succession.seq && !is_brought_back) return false;
  const bool has_lost = succession.seq == Succession::unseen || is_brought_back;
  warn(WarningView::Kind::foreign_epoch,
       porchlight::say(has_lost
                           ? tr("The relay showed two histories of the group \"{}\": not everybody "
                                "may be in the same one. Compare with the others who is in it. The "
                                "relay had lost one of the two. Nothing is sent there until a lead "
                                "has given it new keys: porchlight group rekey.")
                           : tr("The relay showed two histories of the group \"{}\": not everybody "
                                "may be in the same one. Compare with the others who is in it."),
                       group.name()),
       now, group.id());
  if (has_lost) group.split();
  return true;
}

/// Whether the relay may have lost it, and it may be dropped now: where its mailbox is read here,
/// once that was read to its end.
bool Core::State::is_to_drop_again(const KeptEnvelope& envelope) const {
  if (envelope.store == relay.store()) return false;
  const OutboxEntry& entry = envelope.entry;
  if (entry.purpose == OutboxPurpose::parcel) {
    const auto invite = people.invites.find(entry.invite);
    return invite != people.invites.end() && invite->second.standing == Invite::Standing::open;
  }
  if (entry.purpose == OutboxPurpose::join) {
    const Channel* channel = find_channel(entry.group);
    if (channel != nullptr) return channel->reader && channel->reader->by_invite;
    return std::any_of(people.joins.begin(), people.joins.end(), [&](const auto& join) {
      return join.second.is_asking() && !join.second.arrival &&
             join.second.request->group == entry.group;
    });
  }
  if (const Channel* channel = find_channel(entry.group)) {
    return is_to_drop_again_in(*channel, entry);
  }
  const Group* group = find_group(entry.group);
  if (group == nullptr || group->removed() || group->halted()) return false;
  if (entry.purpose == OutboxPurpose::catch_up) return group->asking().has_value();
  const auto epoch = group->epochs().find(entry.epoch);
  if (epoch == group->epochs().end()) return true;
  if (entry.purpose == OutboxPurpose::proposal) {
    return !epoch->second.control_readable || epoch->second.caught_up;
  }
  if (entry.purpose != OutboxPurpose::frame) return true;
  if (group->is_mute()) return false;
  const auto day = epoch->second.days.days().find(entry.day);
  return day == epoch->second.days.days().end() || day->second.caught_up;
}

bool Core::State::is_to_drop_again_in(const Channel& channel, const OutboxEntry& entry) const {
  if (entry.purpose == OutboxPurpose::catch_up) return channel.reader && channel.reader->asking;
  if (channel.is_still()) return false;
  const auto epoch = channel.epochs().find(entry.epoch);
  if (epoch == channel.epochs().end()) return true;
  if (entry.purpose == OutboxPurpose::channel_epoch) {
    return !epoch->second.control_readable || epoch->second.caught_up;
  }
  if (entry.purpose != OutboxPurpose::channel_frame) return true;
  const Group* group = channel.owner ? find_group(channel.owner->group) : nullptr;
  if (group == nullptr || group->is_mute()) return false;
  const auto day = epoch->second.days.find(entry.day);
  return day == epoch->second.days.end() || day->second.caught_up;
}

std::vector<OutboxItem> Core::State::to_drop_again(Lane lane) const {
  std::vector<OutboxItem> items;
  for (const auto& [id, envelope] : kept.all()) {
    if (envelope.entry.lane == lane && is_to_drop_again(envelope)) {
      items.push_back(envelope.entry.item);
    }
  }
  return items;
}

void Core::State::forget_kept(const Group& group) {
  kept.erase_if([&](const KeptEnvelope& envelope) { return envelope.entry.group == group.id(); });
}

void Core::State::age_kept(TimePoint now) {
  kept.erase_if([&, today = relay.sure_day(now)](const KeptEnvelope& envelope) {
    const auto invite = people.invites.find(envelope.entry.invite);
    const bool is_over =
        envelope.entry.purpose == OutboxPurpose::parcel &&
        (invite == people.invites.end() || invite->second.expires <= relay.relay_time(now));
    return is_over || envelope.day + kept_days < today;
  });
}

/// A frame that was read before stands elsewhere in the present store, as it does for all who read
/// it from there.
void Core::State::frame_moved(Group& group, const FrameHash& hash, FrameLog::Entry entry,
                              std::uint64_t seq) {
  entry.seq = seq;
  entry.store = relay.store();
  group.frames.put(hash, entry);
  messages.move(group.id(), entry.sender, entry.message, {entry.epoch, entry.day, seq},
                relay.store());
}

}  // namespace porchlight::client
