// What the group is told of a channel's epoch (clause 14.5), as it travels and as it is kept.
#include "client/core/channel.hpp"
#include "client/core/channel_records.hpp"
#include "client/core/record_fields.hpp"
#include "proto/wire/channel.pb.h"

namespace porchlight::client {
namespace {

void wipe_keys(wire::ChannelKeys& body) {
  for (std::string* secret :
       {body.mutable_carry(), body.mutable_ctl_collect(), body.mutable_ctl_seal(),
        body.mutable_post(), body.mutable_attribution(), body.mutable_made_under_key(),
        body.mutable_door_collect(), body.mutable_door_seal(), body.mutable_day_collect(),
        body.mutable_day_seal(), body.mutable_day_drop(), body.mutable_reply_collect(),
        body.mutable_reply_seal(), body.mutable_next_day_secret(), body.mutable_next_post_day()}) {
    wipe_text(*secret);
  }
}

}  // namespace

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
  body.set_stands(from.stands);
  put_secret(body.mutable_carry(), from.reading.carry);
  put_secret(body.mutable_ctl_collect(), from.reading.ctl_collect);
  put_secret(body.mutable_ctl_seal(), from.reading.ctl_seal);
  put_secret(body.mutable_post(), from.post.post);
  put_secret(body.mutable_attribution(), from.post.attribution);
  put_secret(body.mutable_made_under_key(), from.post.made_under_key);
  put_secret(body.mutable_door_collect(), from.post.door.collect);
  put_secret(body.mutable_door_seal(), from.post.door.seal);
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
                    read(to.post.door.collect, body.door_collect()) &&
                    read(to.post.door.seal, body.door_seal()) &&
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
  to.stands = body.stands();
  for (const std::string& id : body.left_out()) to.left_out.push_back(to_bytes(as_bytes(id)));
  const bool has_day =
      to.reading.day >= head.day && to.reading.day < head.day + limits::channel_days;
  if (!good || !has_day || head.number == UINT32_MAX) {
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

bool Channel::load_offered(ByteView rest, ByteView value) {
  wire::ChannelKeys kept;
  const auto id = EpochId::from(rest);
  if (!id || !parse(kept, value)) return false;
  auto announcement = read_announcement(kept);
  if (!announcement) return false;
  offered_.insert_or_assign(*id, std::move(announcement).value());
  return true;
}

}  // namespace porchlight::client
