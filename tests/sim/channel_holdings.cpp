#include "tests/sim/channel_holdings.hpp"

#include "client/core/channel_epoch.hpp"
#include "client/core/channel_records.hpp"
#include "client/core/frame_log.hpp"
#include "client/core/group.hpp"
#include "client/core/join.hpp"
#include "client/core/state.pb.h"
#include "proto/crypto/sign.hpp"

namespace porchlight::sim {
namespace {

namespace channel_record = client::channel_record;

template <class Message>
Message decode(ByteView value) {
  Message message;
  PORCHLIGHT_ASSERT(message.ParseFromArray(value.data(), static_cast<int>(value.size())));
  return message;
}

bool is_read(ByteView frame) {
  const auto kept = decode<client::state::Frame>(frame);
  return static_cast<client::FrameLog::Standing>(kept.standing()) ==
         client::FrameLog::Standing::seen;
}

std::uint32_t take_number(ByteView& key) {
  PORCHLIGHT_ASSERT(key.size() >= 4);
  std::uint32_t number = 0;
  for (const Byte byte : key.first(4)) number = number << 8 | byte;
  key = key.subspan(4);
  return number;
}

}  // namespace

const ChannelHoldings::KeptChannel* ChannelHoldings::find(const client::ChannelId& id) const {
  const auto found = channels_.find(id);
  return found == channels_.end() ? nullptr : &found->second;
}

void ChannelHoldings::apply(std::span<const client::Write> writes) {
  for (const client::Write& write : writes) {
    if (write.table == client::Table::channels) read(write.key, write.value);
    if (write.table == client::Table::messages) read_message(write);
    if (write.table != client::Table::joins) continue;
    if (write.value) {
      joins_.insert(write.key);
    } else {
      joins_.erase(write.key);
    }
  }
}

bool ChannelHoldings::KeptChannel::has_lost_the_root(const KeptChannel& speaker) const {
  const std::uint32_t number = epochs.rbegin()->first;
  const auto next = speaker.epochs.find(number + 1);
  const auto last = std::prev(speaker.epochs.end());
  if (next == speaker.epochs.end() || next == last) return false;
  const std::set<VerifyKey> known = {newest()->root, next->second.root};
  return !known.contains(last->second.root) && !known.contains(std::prev(last)->second.root);
}

std::optional<std::uint32_t> ChannelHoldings::reads_too_late(const client::Write& write) const {
  const ByteView key = write.key;
  if (write.table != client::Table::channels || !write.value ||
      static_cast<char>(key.front()) != channel_record::frame || !is_read(write.value->reveal())) {
    return std::nullopt;
  }
  const auto* channel = find(*client::ChannelId::from(key.subspan(1, GroupId::size_bytes)));
  const auto frame = decode<client::state::Frame>(write.value->reveal());
  if (channel == nullptr ||
      channel->read.contains(to_bytes(key.subspan(1 + GroupId::size_bytes)))) {
    return std::nullopt;
  }
  const auto epoch = channel->epochs.find(frame.epoch());
  if (epoch == channel->epochs.end() || epoch->second.successor_seq == 0 ||
      wire::seq_hour(frame.seq()) <= wire::seq_hour(epoch->second.successor_seq)) {
    return std::nullopt;
  }
  return frame.epoch();
}

void ChannelHoldings::read_message(const client::Write& write) {
  untold_.erase(write.key);
  if (!write.value) return;
  const auto message = decode<client::state::Message>(write.value->reveal());
  if (!message.body().has_channel_keys()) return;
  const auto epoch = EpochId::from(as_bytes(message.body().channel_keys().epoch_id()));
  if (epoch) untold_[write.key] = *epoch;
}

bool ChannelHoldings::is_telling(const EpochId& epoch) const {
  return std::any_of(untold_.begin(), untold_.end(),
                     [&](const auto& untold) { return untold.second == epoch; });
}

void ChannelHoldings::read(ByteView key, const std::optional<SecretBytes>& value) {
  const char kind = static_cast<char>(key.front());
  const auto id = *client::ChannelId::from(key.subspan(1, client::ChannelId::size_bytes));
  ByteView rest = key.subspan(1 + client::ChannelId::size_bytes);
  KeptChannel& channel = channels_[id];
  if (kind == channel_record::head) {
    if (!value) {
      channels_.erase(id);
      return;
    }
    read_head(channel, value->reveal());
  } else if (kind == channel_record::epoch) {
    const std::uint32_t number = take_number(rest);
    if (value) {
      read_epoch(channel, number, value->reveal());
    } else {
      channel.epochs.erase(number);
    }
  } else if (kind == channel_record::day) {
    const std::uint32_t number = take_number(rest);
    const std::uint32_t day = take_number(rest);
    if (value) {
      channel.epochs[number].days.insert(day);
    } else if (const auto epoch = channel.epochs.find(number); epoch != channel.epochs.end()) {
      epoch->second.days.erase(day);
    }
  } else if (kind == channel_record::frame) {
    if (value && is_read(value->reveal())) channel.read.insert(to_bytes(rest));
  } else if (kind == channel_record::entry) {
    const auto entry = *client::AudienceId::from(rest);
    const auto before = listed_.find({id, entry});
    if (before != listed_.end()) {
      channel.cards.erase(before->second);
      listed_.erase(before);
    }
    if (!value) return;
    const auto kept = decode<wire::Audience::Entry>(value->reveal());
    const auto identity = VerifyKey::from(as_bytes(kept.identity()));
    if (!identity) return;
    channel.cards[*identity] = kept.card_version();
    listed_[{id, entry}] = *identity;
  }
}

void ChannelHoldings::read_head(KeptChannel& channel, ByteView value) {
  const auto kept = decode<client::state::Channel>(value);
  channel.over = kept.over();
  channel.owner.reset();
  channel.reader.reset();
  if (kept.has_owner()) {
    Owner& owner = channel.owner.emplace();
    owner.group = GroupId::from(as_bytes(kept.owner().group())).value();
    owner.has_list = kept.owner().has_list();
    for (const std::string& seed : kept.owner().roots()) {
      owner.roots.insert(SigningKey(*SigningSeed::from(as_bytes(seed))).verify_key());
    }
  }
  if (kept.has_reader()) {
    const auto request = client::verify_join_request(as_bytes(kept.reader().request())).value();
    channel.reader.emplace(Reader{client::audience_id(request.hash), request.tag_key,
                                  !kept.reader().invite().empty()});
  }
}

void ChannelHoldings::read_epoch(KeptChannel& channel, std::uint32_t number, ByteView value) {
  const auto kept = decode<client::state::ChannelEpoch>(value);
  const bool is_new = !channel.epochs.contains(number) && !channel.epochs.empty();
  KeptEpoch& epoch = channel.epochs[number];
  if (kept.signed_epoch().empty()) {
    epoch.id = EpochId::from(as_bytes(kept.id())).value();
    epoch.day = kept.day();
    epoch.root = VerifyKey::from(as_bytes(kept.root())).value();
  } else {
    const auto head = client::read_kept_channel_epoch(as_bytes(kept.signed_epoch())).value();
    epoch.id = head.id;
    epoch.day = head.day;
    epoch.root = head.root;
  }
  epoch.next_day = kept.next_day();
  epoch.made_under = kept.made_under();
  epoch.post = to_bytes(as_bytes(kept.post()));
  epoch.succeeded_on.reset();
  const bool is_seen = kept.successor_seq() != client::Succession::unseen;
  epoch.successor_seq = is_seen ? kept.successor_seq() : 0;
  if (!kept.successor().empty()) epoch.succeeded_on = kept.succeeded_on();
  if (is_new && channel.reader && !channel.reader->by_invite) {
    ++channel.granted[channel.reader->tag_key];
  }
}

}  // namespace porchlight::sim
