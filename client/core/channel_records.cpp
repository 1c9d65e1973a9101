#include "client/core/channel_records.hpp"

#include "client/core/channel.hpp"
#include "client/core/record_fields.hpp"
#include "client/core/state.pb.h"

namespace porchlight::client {
namespace {

/// An optional secret; false where it is there and cannot be.
template <class AnySecret>
bool take_if(std::optional<AnySecret>& out, std::string& field) {
  return field.empty() || take_secret(out.emplace(), field);
}

void wipe_all(std::initializer_list<std::string*> secrets) {
  for (std::string* secret : secrets) wipe_text(*secret);
}

}  // namespace

// ---- keeping ----------------------------------------------------------------------------------

void Channel::save_head() {
  state::Channel kept;
  kept.set_halted(halted_);
  kept.set_over(over_);
  if (owner) {
    auto& part = *kept.mutable_owner();
    part.set_group(owner->group.str());
    for (const auto& [key, seed] : owner->roots) put_secret(part.add_roots(), seed);
    part.set_has_list(owner->has_list);
    part.set_wants_rekey(owner->wants_rekey);
    if (owner->page_salt) part.set_page_salt(owner->page_salt->str());
    if (owner->list_seed) put_secret(part.mutable_list_seed(), *owner->list_seed);
  }
  if (reader) {
    auto& part = *kept.mutable_reader();
    part.set_request(to_string(reader->request));
    put_secret(part.mutable_one_time(), reader->one_time);
    part.set_request_stored(reader->request_stored);
    part.set_card_version(reader->card_version);
    if (reader->asking) {
      put_secret(part.mutable_asking(), reader->asking->one_time);
      part.set_asked_minute(wire::unix_minute(reader->asking->asked));
    }
    if (reader->by_invite) {
      part.set_invite(reader->by_invite->invite.str());
      put_secret(part.mutable_invite_seal(), reader->by_invite->seal);
      part.set_invite_tag(reader->by_invite->tag.str());
      put_secret(part.mutable_invite_join(), reader->by_invite->join);
    }
  }
  journal_.put(Table::channels, channel_key(channel_record::head, id_), kept);
  if (owner) {
    for (std::string& seed : *kept.mutable_owner()->mutable_roots()) wipe_text(seed);
    wipe_text(*kept.mutable_owner()->mutable_list_seed());
  }
  if (reader) {
    wipe_all({kept.mutable_reader()->mutable_one_time(), kept.mutable_reader()->mutable_asking(),
              kept.mutable_reader()->mutable_invite_seal(),
              kept.mutable_reader()->mutable_invite_join()});
  }
}

void Channel::save_epoch(const ChannelEpoch& epoch) {
  state::ChannelEpoch kept;
  kept.set_signed_epoch(to_string(epoch.signed_epoch));
  kept.set_id(epoch.head.id.str());
  kept.set_day(epoch.head.day);
  kept.set_salt(epoch.head.salt.str());
  kept.set_name(epoch.head.name);
  kept.set_root(epoch.head.root.str());
  kept.set_ctl_drop(epoch.head.ctl_drop.str());
  kept.set_signed_by(epoch.signed_by.str());
  put_secret(kept.mutable_ctl_collect(), epoch.ctl_collect);
  put_secret(kept.mutable_ctl_seal(), epoch.ctl_seal);
  kept.set_ctl_address(to_string(epoch.control_address.encode()));
  if (epoch.carry) put_secret(kept.mutable_carry(), *epoch.carry);
  if (epoch.next) put_secret(kept.mutable_next_day_secret(), *epoch.next);
  kept.set_next_day(epoch.next_day);
  if (epoch.post) {
    put_secret(kept.mutable_post(), epoch.post->post);
    put_secret(kept.mutable_attribution(), epoch.post->attribution);
    put_secret(kept.mutable_made_under_key(), epoch.post->made_under_key);
    put_secret(kept.mutable_door_collect(), epoch.post->door.collect);
    put_secret(kept.mutable_door_seal(), epoch.post->door.seal);
    kept.set_made_under(epoch.post->made_under);
    kept.set_root_made_under(epoch.post->root_made_under);
    if (epoch.post->next) put_secret(kept.mutable_next_post_day(), *epoch.post->next);
  }
  if (epoch.succeeded) {
    kept.set_successor(epoch.succeeded->by.str());
    kept.set_successor_seq(epoch.succeeded->seq);
    kept.set_succeeded_on(epoch.succeeded->on_day);
  }
  journal_.put(Table::channels, channel_key(channel_record::epoch, id_, {epoch.head.number}), kept);
  wipe_all({kept.mutable_ctl_collect(), kept.mutable_ctl_seal(), kept.mutable_carry(),
            kept.mutable_next_day_secret(), kept.mutable_post(), kept.mutable_attribution(),
            kept.mutable_made_under_key(), kept.mutable_next_post_day(),
            kept.mutable_door_collect(), kept.mutable_door_seal()});
}

void Channel::erase_epoch(const ChannelEpoch& epoch) {
  journal_.erase(Table::channels, channel_key(channel_record::epoch, id_, {epoch.head.number}));
}

void Channel::save_day(const ChannelEpoch& epoch, std::uint32_t number, const ChannelDay& day) {
  state::ChannelDay kept;
  put_secret(kept.mutable_collect(), day.keys.collect);
  put_secret(kept.mutable_seal(), day.keys.seal);
  kept.set_address(to_string(day.address.encode()));
  kept.set_complete(day.complete);
  if (day.group) {
    put_secret(kept.mutable_drop(), day.group->keys.drop);
    put_secret(kept.mutable_reply_collect(), day.group->keys.reply_collect);
    put_secret(kept.mutable_reply_seal(), day.group->keys.reply_seal);
    kept.set_reply_complete(day.group->reply_complete);
  }
  journal_.put(Table::channels, channel_key(channel_record::day, id_, {epoch.head.number, number}),
               kept);
  wipe_all({kept.mutable_collect(), kept.mutable_seal(), kept.mutable_drop(),
            kept.mutable_reply_collect(), kept.mutable_reply_seal()});
}

void Channel::erase_day(const ChannelEpoch& epoch, std::uint32_t number) {
  journal_.erase(Table::channels,
                 channel_key(channel_record::day, id_, {epoch.head.number, number}));
}

void Channel::await_list(const ListSeed& seed, std::vector<Digest> hashes) {
  wire::AudienceList kept;
  put_secret(kept.mutable_seed(), seed);
  for (const Digest& hash : hashes) kept.add_pages(hash.str());
  journal_.put(Table::channels, channel_key(channel_record::list, id_), kept);
  wipe_text(*kept.mutable_seed());
  place_list(seed, std::move(hashes));
}

void Channel::place_list(const ListSeed& seed, std::vector<Digest> hashes) {
  arriving.emplace();
  for (std::uint32_t page = 0; page < hashes.size(); ++page) {
    arriving->keys.push_back(derive_list_page(seed, page));
    arriving->mailboxes.push_back(arriving->keys.back().address().id());
    arriving->payloads.emplace_back();
  }
  arriving->hashes = std::move(hashes);
}

void Channel::forget_list() {
  if (!arriving) return;
  arriving.reset();
  journal_.erase(Table::channels, channel_key(channel_record::list, id_));
}

// ---- loading ----------------------------------------------------------------------------------

bool Channel::load(char kind, ByteView rest, ByteView value) {
  switch (kind) {
    case channel_record::head:
      return rest.empty() && load_head(value);
    case channel_record::entry:
      return audience.load_entry(rest, value);
    case channel_record::removed:
      return audience.load_removed(rest, value);
    case channel_record::epoch:
      return load_epoch(rest, value);
    case channel_record::day:
      return load_day(rest, value);
    case channel_record::offered:
      return load_offered(rest, value);
    case channel_record::waiting:
      return load_waiting(rest, value);
    case channel_record::list:
      return rest.empty() && load_list(value);
    case channel_record::frame: {
      const auto hash = FrameHash::from(rest);
      return hash && frames.load(*hash, value);
    }
    default:
      return false;
  }
}

bool Channel::load_head(ByteView value) {
  state::Channel kept;
  if (!parse(kept, value)) return false;
  halted_ = kept.halted();
  over_ = kept.over();
  if (kept.has_owner()) {
    auto& part = *kept.mutable_owner();
    owner.emplace();
    if (!read(owner->group, part.group())) return false;
    for (std::string& field : *part.mutable_roots()) {
      RootSeed seed;
      if (!take_secret(seed, field)) return false;
      const VerifyKey key = SigningKey(seed).verify_key();
      owner->roots.insert_or_assign(key, std::move(seed));
    }
    owner->has_list = part.has_list();
    owner->wants_rekey = part.wants_rekey();
    if (!part.page_salt().empty() && !read(owner->page_salt.emplace(), part.page_salt())) {
      return false;
    }
    if (!take_if(owner->list_seed, *part.mutable_list_seed())) return false;
  }
  if (!kept.has_reader()) return true;
  auto& part = *kept.mutable_reader();
  AudiencePart& mine = reader.emplace();
  mine.request = to_bytes(as_bytes(part.request()));
  mine.request_stored = part.request_stored();
  mine.card_version = part.card_version();
  const auto request = read_kept_join_request(mine.request);
  if (!request || !take_secret(mine.one_time, *part.mutable_one_time())) return false;
  mine.tag_key = request->tag_key;
  if (!part.asking().empty()) {
    if (!take_secret(mine.asking.emplace().one_time, *part.mutable_asking())) return false;
    mine.asking->asked = from_minute(part.asked_minute());
  }
  if (part.invite().empty()) return true;
  auto& by = mine.by_invite.emplace();
  return read(by.invite, part.invite()) && take_secret(by.seal, *part.mutable_invite_seal()) &&
         read(by.tag, part.invite_tag()) && take_secret(by.join, *part.mutable_invite_join());
}

bool Channel::load_epoch(ByteView rest, ByteView value) {
  state::ChannelEpoch kept;
  const auto number = take_number(rest);
  ChannelEpoch epoch;
  if (!number || !rest.empty() || !parse(kept, value)) return false;
  ChannelHead& head = epoch.head;
  if (!kept.signed_epoch().empty()) {
    epoch.signed_epoch = to_bytes(as_bytes(kept.signed_epoch()));
    auto known = read_kept_channel_epoch(epoch.signed_epoch);
    if (!known) return false;
    head = std::move(known).value();
  } else if (!read(head.id, kept.id()) || !read(head.salt, kept.salt()) ||
             !read(head.root, kept.root()) || !read(head.ctl_drop, kept.ctl_drop())) {
    return false;
  } else {
    head.channel = id_;
    head.number = *number;
    head.day = kept.day();
    head.name = kept.name();
  }
  auto address = wire::MailboxAddress::decode(kept.ctl_address());
  if (!address || !read(epoch.signed_by, kept.signed_by()) ||
      !take_secret(epoch.ctl_collect, *kept.mutable_ctl_collect()) ||
      !take_secret(epoch.ctl_seal, *kept.mutable_ctl_seal()) ||
      !take_if(epoch.carry, *kept.mutable_carry()) ||
      !take_if(epoch.next, *kept.mutable_next_day_secret())) {
    return false;
  }
  epoch.control_address = std::move(address).value();
  epoch.control_mailbox = epoch.control_address.id();
  epoch.next_day = kept.next_day();
  if (!kept.post().empty()) {
    ChannelPost& post = epoch.post.emplace();
    if (!take_secret(post.post, *kept.mutable_post()) ||
        !take_secret(post.attribution, *kept.mutable_attribution()) ||
        !take_secret(post.made_under_key, *kept.mutable_made_under_key()) ||
        !take_secret(post.door.collect, *kept.mutable_door_collect()) ||
        !take_secret(post.door.seal, *kept.mutable_door_seal()) ||
        !take_if(post.next, *kept.mutable_next_post_day())) {
      return false;
    }
    post.made_under = kept.made_under();
    post.root_made_under = kept.root_made_under();
    head.post = SigningKey(post.post).verify_key();
  }
  if (!kept.successor().empty()) {
    Succession& succession = epoch.succeeded.emplace();
    if (!read(succession.by, kept.successor())) return false;
    succession.seq = kept.successor_seq();
    succession.on_day = kept.succeeded_on();
  }
  const SealSeed gone;
  epoch.control_readable = !equal_constant_time(epoch.ctl_seal.reveal(), gone.reveal());
  open_door(epoch);
  epochs_.emplace(*number, std::move(epoch));
  return true;
}

bool Channel::load_day(ByteView rest, ByteView value) {
  state::ChannelDay kept;
  const auto epoch_number = take_number(rest);
  const auto number = take_number(rest);
  ChannelDay day;
  if (!number || !rest.empty() || !parse(kept, value) || !find_epoch(*epoch_number) ||
      !take_secret(day.keys.collect, *kept.mutable_collect()) ||
      !take_secret(day.keys.seal, *kept.mutable_seal())) {
    return false;
  }
  auto address = wire::MailboxAddress::decode(kept.address());
  if (!address) return false;
  day.address = std::move(address).value();
  day.mailbox = day.address.id();
  day.complete = kept.complete();
  if (!kept.drop().empty()) {
    ChannelDayOfGroup& group = day.group.emplace();
    if (!take_secret(group.keys.drop, *kept.mutable_drop()) ||
        !take_secret(group.keys.reply_collect, *kept.mutable_reply_collect()) ||
        !take_secret(group.keys.reply_seal, *kept.mutable_reply_seal())) {
      return false;
    }
    group.reply_address = reply_address(SigningKey(group.keys.reply_collect).verify_key());
    group.reply_mailbox = group.reply_address.id();
    group.reply_complete = kept.reply_complete();
  }
  find_epoch(*epoch_number)->days.emplace(*number, std::move(day));
  return true;
}

bool Channel::load_waiting(ByteView rest, ByteView value) {
  state::Waiting kept;
  const auto id = AudienceId::from(rest);
  if (!id || !parse(kept, value)) return false;
  waiting_.emplace(*id, Waiting{to_bytes(as_bytes(kept.request())), from_seconds(kept.since())});
  return true;
}

bool Channel::load_list(ByteView value) {
  wire::AudienceList kept;
  ListSeed seed;
  std::vector<Digest> hashes;
  if (!parse(kept, value) || !take_secret(seed, *kept.mutable_seed())) return false;
  for (const std::string& hash : kept.pages()) {
    if (!read(hashes.emplace_back(), hash)) return false;
  }
  place_list(seed, std::move(hashes));
  return true;
}

}  // namespace porchlight::client
