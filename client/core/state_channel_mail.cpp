// Channels: their mailboxes (clauses 14.2 to 14.7): which are read, whose keys prove it, and what
// is done with what comes.
#include "client/core/state.hpp"

namespace porchlight::client {
namespace {

SigningSeed copy_of(const SigningSeed& seed) { return *SigningSeed::from(seed.reveal()); }

}  // namespace

void Core::State::locate_channel(Channel& channel, const MailboxId& mailbox,
                                 std::vector<Place>& places) {
  using Kind = Place::Kind;
  const auto add = [&](Kind kind, ChannelEpoch* epoch, std::uint32_t day) {
    places.push_back({kind, nullptr, nullptr, day, &channel, epoch});
  };
  if (channel.awaited) {
    for (const auto& page : channel.awaited->pages) {
      if (page.mailbox != mailbox) continue;
      add(Kind::channel_page, nullptr, 0);
      break;
    }
  }
  if (channel.arriving) {
    for (const MailboxId& page : channel.arriving->mailboxes) {
      if (page == mailbox) add(Kind::channel_list, nullptr, 0);
    }
  }
  for (auto& [number, epoch] : channel.epochs()) {
    if (epoch.control_mailbox == mailbox && epoch.control_readable) {
      add(Kind::channel_control, &epoch, 0);
    }
    if (epoch.door_address && epoch.door_mailbox == mailbox) add(Kind::channel_door, &epoch, 0);
    for (auto& [day_number, day] : epoch.days) {
      if (day.mailbox == mailbox) add(Kind::channel_day, &epoch, day_number);
      if (day.group && day.group->reply_mailbox == mailbox) {
        add(Kind::channel_reply, &epoch, day_number);
      }
    }
  }
}

void Core::State::collect_channel(const Channel& channel, std::vector<Subscription>& all) const {
  const auto add = [&](const wire::MailboxAddress& address, const MailboxId& id) {
    all.push_back({address, cursors.after(id)});
  };
  for (const auto& [number, epoch] : channel.epochs()) {
    if (epoch.control_readable) add(epoch.control_address, epoch.control_mailbox);
  }
  if (channel.awaited) {
    std::set<MailboxId> listed;
    for (const auto& page : channel.awaited->pages) {
      if (listed.insert(page.mailbox).second) add(page.keys.address, page.mailbox);
    }
  }
  if (channel.arriving) {
    for (std::size_t i = 0; i < channel.arriving->keys.size(); ++i) {
      add(channel.arriving->keys[i].address(), channel.arriving->mailboxes[i]);
    }
  }
  for (const auto& [number, epoch] : channel.epochs()) {
    if (epoch.door_address) add(*epoch.door_address, epoch.door_mailbox);
    for (const auto& [day_number, day] : epoch.days) {
      add(day.address, day.mailbox);
      if (day.group) add(day.group->reply_address, day.group->reply_mailbox);
    }
  }
}

std::optional<SigningSeed> Core::State::channel_seed(const wire::MailboxAddress& address,
                                                     wire::MailboxRight right) const {
  const bool collect = right == wire::MAILBOX_RIGHT_COLLECT;
  for (const auto& [id, channel] : channels) {
    if (channel.awaited && collect) {
      for (const auto& page : channel.awaited->pages) {
        if (page.keys.address == address) return copy_of(page.keys.collect);
      }
    }
    if (channel.arriving && collect) {
      for (const ListPageKeys& page : channel.arriving->keys) {
        if (page.address() == address) return copy_of(page.collect);
      }
    }
    for (const auto& [number, epoch] : channel.epochs()) {
      if (collect && epoch.control_readable && epoch.control_address == address) {
        return copy_of(epoch.ctl_collect);
      }
      if (collect && epoch.door_address == address) return copy_of(epoch.post->door.collect);
      for (const auto& [day_number, day] : epoch.days) {
        if (day.address == address && collect) return copy_of(day.keys.collect);
        if (!day.group) continue;
        if (day.address == address) return copy_of(day.group->keys.drop);
        if (collect && day.group->reply_address == address) {
          return copy_of(day.group->keys.reply_collect);
        }
      }
    }
    if (collect || !channel.owner || channel.over()) continue;
    const ChannelHead& head = channel.newest().head;
    const auto root = channel.owner->roots.find(head.root);
    if (root != channel.owner->roots.end()) {
      auto ctl = derive_ctl_drop(root->second, id, head.number, head.salt.view());
      if (SigningKey(ctl).verify_key() == address.drop_key) return ctl;
      if (channel.owner->page_salt) {
        auto page = derive_grant_page_drop(root->second, id, head.number + 1,
                                           channel.owner->page_salt->view());
        if (SigningKey(page).verify_key() == address.drop_key) return page;
      }
    }
    if (!channel.owner->list_seed) continue;
    for (const auto& [entry_id, entry] : outbox.entries()) {
      if (entry.purpose != OutboxPurpose::list_page || entry.group != id ||
          entry.item.address != address) {
        continue;
      }
      return derive_list_page(*channel.owner->list_seed, entry.page).drop;
    }
  }
  return std::nullopt;
}

bool Core::State::deliver_channel(const Place& place, const MailboxId& mailbox, std::uint64_t seq,
                                  ByteView envelope, TimePoint now) {
  using Kind = Place::Kind;
  Channel& channel = *place.channel;
  switch (place.kind) {
    case Kind::channel_control:
      return deliver_channel_control(channel, *place.channel_epoch, seq, envelope, now);
    case Kind::channel_page:
      deliver_grant_page(channel, mailbox, envelope, now);
      return false;
    case Kind::channel_list:
      deliver_list_page(channel, mailbox, envelope, now);
      return false;
    case Kind::channel_day:
      deliver_channel_frame(channel, *place.channel_epoch, place.day, seq, envelope, now);
      return true;
    case Kind::channel_reply:
      deliver_reply(channel, *place.channel_epoch, place.day, seq, envelope, now);
      return true;
    case Kind::channel_door:
      deliver_to_door(channel, *place.channel_epoch, seq, envelope, now);
      return true;
    default:
      return true;
  }
}

void Core::State::channel_caught_up(const Place& place, const MailboxId& mailbox, TimePoint now) {
  using Kind = Place::Kind;
  Channel& channel = *place.channel;
  switch (place.kind) {
    case Kind::channel_control:
      return channel_control_caught_up(channel, *place.channel_epoch, now);
    case Kind::channel_page:
      return grant_page_caught_up(channel, mailbox, now);
    case Kind::channel_list:
      return;  // it is announced again
    case Kind::channel_day:
      return channel_day_caught_up(channel, *place.channel_epoch, place.day, now);
    case Kind::channel_reply:
      if (relay.clocks_checked(now) && place.day + 2 <= relay.sure_day(now)) {
        channel.mark_reply_complete(*place.channel_epoch, place.day);
      }
      return;
    case Kind::channel_door:
      place.channel_epoch->door_caught_up = true;
      return answer_waiting(channel, now);
    default:
      return;
  }
}

}  // namespace porchlight::client
