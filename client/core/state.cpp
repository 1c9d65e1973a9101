#include "client/core/state.hpp"

#include "client/core/attachments.hpp"
#include "client/core/ending.hpp"
#include "client/core/group_records.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

Error damaged() {
  return {Errc::malformed, "the vault is damaged: a record in it does not decode"};
}

}  // namespace

Status Core::State::load(std::vector<Record> records) {
  // A group's records stand on one another: the kinds come in the order of their letters.
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) {
    return std::tie(a.table, a.key) < std::tie(b.table, b.key);
  });
  const auto load_group = [&](const Record& record) {
    constexpr std::size_t head_bytes = 1 + GroupId::size_bytes;
    if (record.key.size() < head_bytes) return false;
    const ByteView key(record.key);
    const auto id = *GroupId::from(key.subspan(1, GroupId::size_bytes));
    Group& group = groups.try_emplace(id, journal, id).first->second;
    return group.load(static_cast<char>(key[0]), key.subspan(head_bytes), record.value.reveal());
  };
  const auto load_channel = [&](const Record& record) {
    constexpr std::size_t head_bytes = 1 + ChannelId::size_bytes;
    if (record.key.size() < head_bytes) return false;
    const ByteView key(record.key);
    const auto id = *ChannelId::from(key.subspan(1, ChannelId::size_bytes));
    Channel& channel = channels.try_emplace(id, journal, id).first->second;
    return channel.load(static_cast<char>(key[0]), key.subspan(head_bytes), record.value.reveal());
  };
  const auto load_one = [&](const Record& record) {
    switch (record.table) {
      case Table::profile:
        if (as_text(record.key) == "relay") return relay.load(record);
        if (Restored::is_record(record)) return restored.load(record);
        return as_text(record.key) == "me" || enrolment.load(record);
      case Table::wallet:
        return wallet.load(record);
      case Table::invites:
        return people.load_invite(record);
      case Table::joins:
        return people.load_join(record, me.relay().identity);
      case Table::requests:
        return people.load_request(record);
      case Table::groups:
        return load_group(record);
      case Table::messages:
        return messages.load(record);
      case Table::outbox:
        return outbox.load(record);
      case Table::cursors:
        return cursors.load(record);
      case Table::warnings:
        return warnings.load(record);
      case Table::kept:
        return kept.load(record);
      case Table::channels:
        return load_channel(record);
      case Table::tallies:
        return tallies.load(record);
      case Table::uploads:
        return uploads.load(record);
    }
    return false;
  };
  for (const Record& record : records) {
    if (!load_one(record)) return damaged();
  }
  for (const auto& [id, group] : groups) {
    if (!group.is_whole()) return damaged();
  }
  for (const auto& [id, channel] : channels) {
    if (!channel.is_whole()) return damaged();
  }
  if (!uploads.is_whole()) return damaged();
  return Ok{};
}

std::vector<Place> Core::State::locate(const MailboxId& mailbox) {
  using Kind = Place::Kind;
  if (me.find_inbox(mailbox) != nullptr) return {{Kind::inbox, nullptr, nullptr, 0}};
  if (people.joins.contains(mailbox)) return {{Kind::parcel, nullptr, nullptr, 0}};
  if (fetch && fetch->mailbox() == mailbox) return {{Kind::attachment, nullptr, nullptr, 0}};
  std::vector<Place> places;
  for (const Arrival* arrival : arrivals()) {
    if (arrival->reads(mailbox)) return {{Kind::state, nullptr, nullptr, 0}};
  }
  for (auto& [id, group] : groups) {
    if (group.awaited && group.awaited->page_mailbox == mailbox) {
      places.push_back({Kind::page, &group, nullptr, 0});
    }
    for (auto& [number, epoch] : group.epochs()) {
      if (epoch.control_mailbox == mailbox && epoch.control_readable) {
        places.push_back({Kind::control, &group, &epoch, 0});
      }
      for (auto& [day_number, day] : epoch.days.days()) {
        if (day.mailbox == mailbox) places.push_back({Kind::day, &group, &epoch, day_number});
      }
    }
  }
  for (auto& [id, channel] : channels) locate_channel(channel, mailbox, places);
  return places;
}

bool Core::State::deliver(const Place& place, const MailboxId& mailbox, std::uint64_t seq,
                          ByteView envelope, TimePoint now) {
  switch (place.kind) {
    case Place::Kind::inbox:
      deliver_inbox(seq, envelope, now);
      return true;
    case Place::Kind::parcel:
      deliver_parcel(mailbox, envelope, now);
      return true;
    case Place::Kind::control:
      return deliver_control(*place.group, *place.epoch, seq, envelope, now);
    case Place::Kind::page:
      deliver_page(*place.group, envelope, now);
      return false;
    case Place::Kind::state:
      deliver_state_page(mailbox, envelope, now);
      return false;
    case Place::Kind::day:
      deliver_frame(*place.group, *place.epoch, place.day, seq, envelope, now);
      return true;
    case Place::Kind::attachment:
      fetch->take(seq, envelope);
      return false;
    default:
      return deliver_channel(place, mailbox, seq, envelope, now);
  }
}

void Core::State::caught_up(const Place& place, const MailboxId& mailbox, TimePoint now) {
  switch (place.kind) {
    case Place::Kind::inbox:
      me.find_inbox(mailbox)->caught_up = true;
      retire_cards(now);
      // Requests that need no person may have come.
      for (auto& [id, group] : groups) propose(group, now);
      return;
    case Place::Kind::parcel:
      return parcel_caught_up(mailbox);
    case Place::Kind::control:
      return control_caught_up(*place.group, *place.epoch, now);
    case Place::Kind::page:
      if (relay.changes_wait_until(now)) return;  // whoever holds it may bring it back yet
      return without_keys(*place.group, now);
    case Place::Kind::state:
      return state_page_caught_up(mailbox, now);
    case Place::Kind::day:
      return day_caught_up(*place.group, *place.epoch, place.day, now);
    case Place::Kind::attachment:
      return fetch->caught_up();
    default:
      return channel_caught_up(place, mailbox, now);
  }
}

std::vector<Subscription> Core::State::collected() const {
  std::vector<Subscription> all;
  const auto add = [&](const wire::MailboxAddress& address, const MailboxId& id) {
    all.push_back({address, cursors.after(id)});
  };
  const bool asking = std::any_of(people.joins.begin(), people.joins.end(),
                                  [](const auto& entry) { return entry.second.is_asking(); });
  if (!groups.empty() || !channels.empty() || asking) {
    for (const HeldCard& card : me.cards()) add(card.inbox, card.inbox_id);
  }
  for (const Arrival* arrival : arrivals()) {
    for (const Arrival::Place& page : arrival->pages()) add(page.address, page.mailbox);
  }
  if (fetch && !fetch->is_over()) all.push_back({fetch->address(), fetch->after_seq()});
  for (const auto& [id, channel] : channels) collect_channel(channel, all);
  for (const auto& [id, group] : groups) {
    for (const auto& [number, epoch] : group.epochs()) {
      if (epoch.control_readable) add(epoch.control_address, epoch.control_mailbox);
    }
    if (group.awaited) add(group.awaited->page_address, group.awaited->page_mailbox);
    for (const auto& [number, epoch] : group.epochs()) {
      for (const auto& [day_number, day] : epoch.days.days()) add(day.address, day.mailbox);
    }
  }
  return all;
}

Result<Signature> Core::State::prove(const wire::MailboxAddress& address, wire::MailboxRight right,
                                     const Challenge& challenge) const {
  const bool collect = right == wire::MAILBOX_RIGHT_COLLECT;
  const auto sign = [&](const SigningSeed& seed) -> Result<Signature> {
    const auto label = collect ? wire::label::prove_collect : wire::label::prove_drop;
    return wire::prove_possession(label, me.relay().identity, challenge, address.encode(),
                                  SigningKey(seed));
  };
  for (const HeldCard& card : me.cards()) {
    if (card.inbox == address && collect) return sign(card.keys.collect);
  }
  for (const auto& [id, group] : groups) {
    if (collect && group.awaited && group.awaited->page_address == address) {
      return sign(group.awaited->keys.collect);
    }
    for (const auto& [number, epoch] : group.epochs()) {
      if (epoch.control_address == address && (!collect || epoch.control_readable)) {
        return sign(collect ? epoch.control.collect : epoch.control.drop);
      }
      for (const auto& [day_number, day] : epoch.days.days()) {
        if (day.address == address) return sign(collect ? day.keys.collect : day.keys.drop);
      }
    }
  }
  for (const Arrival* arrival : arrivals()) {
    for (const Arrival::Place& page : arrival->pages()) {
      if (collect && page.address == address) return sign(page.keys.collect);
    }
  }
  for (const auto& [id, entry] : outbox.entries()) {
    if (collect || entry.item.address != address) continue;
    if (const auto drop = page_drop(entry)) return sign(*drop);
  }
  if (const SigningSeed* seed = collect ? nullptr : kept.drop_seed(address)) return sign(*seed);
  if (const SigningSeed* seed = collect ? nullptr : uploads.drop_seed(address)) return sign(*seed);
  if (collect && fetch && fetch->address() == address) return sign(fetch->collect_seed());
  if (const auto seed = channel_seed(address, right)) return sign(*seed);
  for (const auto& [id, invite] : people.invites) {
    if (invite.address() == address) return sign(invite.parcel_seed(right));
  }
  for (const auto& [id, join] : people.joins) {
    const wire::InviteKeys keys = join.keys();
    if (keys.address() == address) return sign(collect ? keys.collect : keys.drop);
  }
  return Error{Errc::not_found, tr("the keys of this mailbox are not held here any more")};
}

/// Of every state that is on its way.
std::vector<const Arrival*> Core::State::arrivals() const {
  std::vector<const Arrival*> all;
  for (const auto& [parcel, join] : people.joins) {
    if (join.arrival) all.push_back(&*join.arrival);
  }
  for (const auto& [id, group] : groups) {
    for (const Arrival& arrival : group.arrivals()) all.push_back(&arrival);
  }
  return all;
}

/// The key that proves the right to drop a page of either kind; none of other entries, and where
/// the epoch's keys are gone.
std::optional<SigningSeed> Core::State::page_drop(const OutboxEntry& entry) const {
  const bool grants = entry.purpose == OutboxPurpose::page;
  const Group* group =
      grants || entry.purpose == OutboxPurpose::state_page ? find_group(entry.group) : nullptr;
  if (group == nullptr) return std::nullopt;
  const auto epoch = group->epochs().find(entry.epoch);
  if (epoch == group->epochs().end()) return std::nullopt;
  return derive_page_drop(epoch->second.control, grants ? PageKind::grants : PageKind::state,
                          entry.page);
}

void Core::State::forget_caught_up() {
  for (HeldCard& card : me.cards()) card.caught_up = false;
  for (auto& [id, group] : groups) {
    for (auto& [number, epoch] : group.epochs()) {
      epoch.caught_up = false;
      for (auto& [day_number, day] : epoch.days.days()) day.caught_up = false;
    }
    group.proposal.attempts = 0;  // those of a day without a connection were none
  }
  for (auto& [id, channel] : channels) {
    for (auto& [number, epoch] : channel.epochs()) {
      epoch.caught_up = false;
      epoch.door_caught_up = false;
      for (auto& [day_number, day] : epoch.days) day.caught_up = false;
    }
    channel.proposal.attempts = 0;
  }
}

void Core::State::tick(TimePoint now) {
  relay.watch(now);
  renew_card(now);
  forget_idle_uploads(*this);
  for (auto& [id, group] : groups) {
    enter_days(group, now);
    propose(group, now);
    tell_card(group, now);
    flush(group, now);
    say_leave_again(group, now);
    if (group.asking()) ask_to_catch_up(group, now);
    if (!relay.clocks_checked(now)) continue;
    // A day is left when a whole day has passed since; then nobody sends there any more.
    for (const MailboxId& mailbox : group.leave_days_before(relay.days_ago(1, now))) {
      cursors.erase(mailbox);
    }
    for (const MailboxId& mailbox : group.age(relay.sure_day(now))) cursors.erase(mailbox);
    group.frames.forget_before(relay.days_ago(relay.ordinary_days() + 1, now));
  }
  for (auto& [id, channel] : channels) tick_channel(channel, now);
  forget_old_welcomes();
  if (!relay.clocks_checked(now)) return;
  age_restored(now);
  age_kept(now);
  erase_ended(*this, relay.sure_time(now));
  wallet.expire(relay.relay_time(now));
  lapse_events(now);
  forget_unanswered(now);
  lapse_claims(now);
}

void Core::State::settle_warnings(const GroupId& group) {
  warnings.remove(WarningView::Kind::left_behind, group);
  warnings.remove(WarningView::Kind::update_needed, group);
}

Group* Core::State::find_group(const GroupId& id) {
  const auto found = groups.find(id);
  return found == groups.end() ? nullptr : &found->second;
}

const Group* Core::State::find_group(const GroupId& id) const {
  return const_cast<State*>(this)->find_group(id);
}

std::string Core::State::name_of(const Group& group, const VerifyKey& member) const {
  return group.roster().find(member) != nullptr ? group.roster().display_name(member)
                                                : tr("somebody who is not in the group");
}

}  // namespace porchlight::client
