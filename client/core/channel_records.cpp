#include "client/core/channel_records.hpp"

#include "client/core/channel.hpp"
#include "client/core/state.pb.h"

namespace porchlight::client {
namespace {

std::optional<std::uint32_t> take_number(ByteView& bytes) {
  if (bytes.size() < 4) return std::nullopt;
  std::uint32_t number = 0;
  for (const Byte byte : bytes.first(4)) number = number << 8 | byte;
  bytes = bytes.subspan(4);
  return number;
}

template <class AnySecret>
void put_secret(std::string* field, const AnySecret& secret) {
  field->assign(as_text(secret.reveal()));
}

/// An optional secret; false where it is there and cannot be.
template <class AnySecret>
bool take_if(std::optional<AnySecret>& out, std::string& field) {
  return field.empty() || take_secret(out.emplace(), field);
}

void wipe_all(std::initializer_list<std::string*> secrets) {
  for (std::string* secret : secrets) wipe_text(*secret);
}

void wipe_keys(wire::ChannelKeys& body) {
  wipe_all({body.mutable_carry(), body.mutable_ctl_collect(), body.mutable_ctl_seal(),
            body.mutable_post(), body.mutable_attribution(), body.mutable_made_under_key(),
            body.mutable_day_collect(), body.mutable_day_seal(), body.mutable_day_drop(),
            body.mutable_reply_collect(), body.mutable_reply_seal(), body.mutable_next_day_secret(),
            body.mutable_next_post_day()});
}

}  // namespace

// ---- announcements ----------------------------------------------------------------------------

void write_announcement(const ChannelAnnouncement& from, wire::ChannelKeys& body) {
  body.set_channel_id(from.head.channel.str());
  body.set_number(from.head.number);
  body.set_epoch_id(from.head.id.str());
  body.set_name(from.head.name);
  body.set_root(from.head.root.str());
  body.set_ctl_drop(from.head.ctl_drop.str());
  body.set_salt(from.head.salt.str());
  body.set_epoch_day(from.head.day);
  body.set_made_under(from.post.made_under);
  body.set_root_made_under(from.post.root_made_under);
  put_secret(body.mutable_carry(), from.reading.carry);
  put_secret(body.mutable_ctl_collect(), from.reading.ctl_collect);
  put_secret(body.mutable_ctl_seal(), from.reading.ctl_seal);
  put_secret(body.mutable_post(), from.post.post);
  put_secret(body.mutable_attribution(), from.post.attribution);
  put_secret(body.mutable_made_under_key(), from.post.made_under_key);
  body.set_day(from.reading.day);
  put_secret(body.mutable_day_collect(), from.reading.today.collect);
  put_secret(body.mutable_day_seal(), from.reading.today.seal);
  put_secret(body.mutable_day_drop(), from.today.drop);
  put_secret(body.mutable_reply_collect(), from.today.reply_collect);
  put_secret(body.mutable_reply_seal(), from.today.reply_seal);
  put_secret(body.mutable_next_day_secret(), from.reading.next);
  put_secret(body.mutable_next_post_day(), *from.post.next);
  for (const Bytes& id : from.left_out) body.add_left_out(to_string(id));
}

Result<ChannelAnnouncement> read_announcement(wire::ChannelKeys& body) {
  ChannelAnnouncement to;
  ChannelHead& head = to.head;
  const bool good = read(head.channel, body.channel_id()) && read(head.id, body.epoch_id()) &&
                    read(head.root, body.root()) && read(head.ctl_drop, body.ctl_drop()) &&
                    read(head.salt, body.salt()) && read(to.reading.carry, body.carry()) &&
                    read(to.reading.ctl_collect, body.ctl_collect()) &&
                    read(to.reading.ctl_seal, body.ctl_seal()) && read(to.post.post, body.post()) &&
                    read(to.post.attribution, body.attribution()) &&
                    read(to.post.made_under_key, body.made_under_key()) &&
                    read(to.reading.today.collect, body.day_collect()) &&
                    read(to.reading.today.seal, body.day_seal()) &&
                    read(to.today.drop, body.day_drop()) &&
                    read(to.today.reply_collect, body.reply_collect()) &&
                    read(to.today.reply_seal, body.reply_seal()) &&
                    read(to.reading.next, body.next_day_secret()) &&
                    read(to.post.next.emplace(), body.next_post_day());
  wipe_keys(body);
  head.number = body.number();
  head.name = body.name();
  head.day = body.epoch_day();
  to.reading.day = body.day();
  to.post.made_under = body.made_under();
  to.post.root_made_under = body.root_made_under();
  for (const std::string& id : body.left_out()) to.left_out.push_back(to_bytes(as_bytes(id)));
  const bool has_day =
      to.reading.day >= head.day && to.reading.day < head.day + limits::channel_days;
  if (!good || !has_day) {
    return Error{Errc::malformed, "a channel's keys are not what they can be"};
  }
  head.post = SigningKey(to.post.post).verify_key();
  return to;
}

void Channel::offer(ChannelAnnouncement announcement) {
  wire::ChannelKeys kept;
  write_announcement(announcement, kept);
  const EpochId id = announcement.head.id;
  journal_.put(Table::channels, channel_key(channel_record::offered, id_, {id}), kept);
  wipe_keys(kept);
  offered_.insert_or_assign(id, std::move(announcement));
  constexpr std::size_t offered_max = 8;  // somebody may announce what never comes about
  if (offered_.size() <= offered_max) return;
  const auto oldest = std::min_element(
      offered_.begin(), offered_.end(),
      [](const auto& a, const auto& b) { return a.second.head.number < b.second.head.number; });
  (void)take_offered(EpochId(oldest->first));
}

std::optional<ChannelAnnouncement> Channel::take_offered(const EpochId& epoch) {
  const auto found = offered_.find(epoch);
  if (found == offered_.end()) return std::nullopt;
  std::optional<ChannelAnnouncement> taken = std::move(found->second);
  offered_.erase(found);
  journal_.erase(Table::channels, channel_key(channel_record::offered, id_, {epoch}));
  return taken;
}

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
    wipe_all({kept.mutable_reader()->mutable_one_time(),
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
            kept.mutable_made_under_key(), kept.mutable_next_post_day()});
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
    ChannelDay::Group& group = day.group.emplace();
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

bool Channel::load_offered(ByteView rest, ByteView value) {
  wire::ChannelKeys kept;
  const auto id = EpochId::from(rest);
  if (!id || !parse(kept, value)) return false;
  auto announcement = read_announcement(kept);
  if (!announcement) return false;
  offered_.insert_or_assign(*id, std::move(announcement).value());
  return true;
}

bool Channel::load_waiting(ByteView rest, ByteView value) {
  state::Waiting kept;
  const auto id = AudienceId::from(rest);
  if (!id || !parse(kept, value)) return false;
  waiting_.emplace(*id, Waiting{to_bytes(as_bytes(kept.request())), from_seconds(kept.since())});
  return true;
}

}  // namespace porchlight::client
