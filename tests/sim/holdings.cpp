#include "tests/sim/holdings.hpp"

#include "client/core/frame_log.hpp"
#include "client/core/group_records.hpp"
#include "client/core/join.hpp"
#include "client/core/state.pb.h"
#include "proto/crypto/sign.hpp"

namespace porchlight::sim {
namespace {

namespace group_record = client::group_record;

template <class Message>
Message decode(ByteView value) {
  Message message;
  PORCHLIGHT_ASSERT(message.ParseFromArray(value.data(), static_cast<int>(value.size())));
  return message;
}

std::uint32_t take_number(ByteView& key) {
  PORCHLIGHT_ASSERT(key.size() >= 4);
  std::uint32_t number = 0;
  for (const Byte byte : key.first(4)) number = number << 8 | byte;
  key = key.subspan(4);
  return number;
}

Holdings::KeptEpoch read_epoch(ByteView value) {
  const auto record = decode<client::state::Epoch>(value);
  Holdings::KeptEpoch epoch;
  epoch.id = EpochId::from(as_bytes(record.id())).value();
  epoch.day = record.day();
  epoch.next_day = record.next_day();
  if (!record.successor().empty()) epoch.succeeded_on = record.succeeded_on();
  epoch.successor_seq = record.successor_seq();
  return epoch;
}

Holdings::KeptChain read_chain(ByteView value) {
  const auto record = decode<client::state::Chain>(value);
  return {record.next(), {record.skipped_counters().begin(), record.skipped_counters().end()}};
}

client::Card newest_card(ByteView value) {
  const auto record = decode<client::state::RosterEntry>(value);
  if (!record.card().empty()) return client::verify_card(as_bytes(record.card())).value();
  return client::verify_join_request(as_bytes(record.request())).value().card;
}

std::set<VerifyKey> read_contested(ByteView value) {
  std::set<VerifyKey> contested;
  const auto record = decode<client::state::Group>(value);
  for (const auto& contest : record.contests()) {
    contested.insert(VerifyKey::from(as_bytes(contest.member())).value());
  }
  return contested;
}

}  // namespace

void Holdings::apply(std::span<const client::Write> writes) {
  for (const client::Write& write : writes) {
    if (write.table == client::Table::groups) read_group_record(write.key, write.value);
    if (const auto frame = read_frame(write)) read_.insert(frame->place);
    if (!write.value) {
      records_.erase({write.table, write.key});
      continue;
    }
    const ByteView value = write.value->reveal();
    if (write.table == client::Table::profile && as_text(write.key) == "me" && !identity_) {
      const auto seed =
          SigningSeed::from(as_bytes(decode<client::state::Me>(value).identity())).value();
      identity_ = SigningKey(seed).verify_key();
    }
    if (write.table == client::Table::profile && as_text(write.key) == "me") {
      own_card_ = decode<client::state::Me>(value).cards().rbegin()->version();
    }
    std::vector<NodeId> found = derivations_.find_all(value);
    for (const NodeId id : found) {
      if (!ever_set_.insert(id).second) continue;
      ever_.push_back(id);
      if (write.table == client::Table::invites) invites_ever_.push_back(id);
    }
    records_[{write.table, write.key}] = std::move(found);
  }
}

void Holdings::read_group_record(ByteView key, const std::optional<SecretBytes>& value) {
  const char kind = static_cast<char>(key.front());
  const auto group = *GroupId::from(key.subspan(1, GroupId::size_bytes));
  ByteView rest = key.subspan(1 + GroupId::size_bytes);
  if (kind == group_record::head) {
    contested_.erase(group);
    if (value) contested_[group] = read_contested(value->reveal());
  }
  if (kind == group_record::member && value) {
    const auto card = newest_card(value->reveal());
    cards_[{group, card.identity}] = card.version;
  }
  if (kind != group_record::epoch && kind != group_record::day && kind != group_record::chain) {
    return;
  }
  const std::uint32_t number = take_number(rest);
  if (kind == group_record::epoch) {
    epochs_.erase({group, number});
    if (value) epochs_[{group, number}] = read_epoch(value->reveal());
    return;
  }
  const DayPlace day{group, number, take_number(rest)};
  if (kind == group_record::day) {
    days_.erase(day);
    if (value) days_.insert(day);
    return;
  }
  const ChainPlace chain{day, *VerifyKey::from(rest)};
  chains_.erase(chain);
  if (value) chains_[chain] = read_chain(value->reveal());
}

std::optional<Holdings::KeptFrame> Holdings::read_frame(const client::Write& write) {
  if (write.table != client::Table::groups || !write.value ||
      static_cast<char>(write.key.front()) != group_record::frame) {
    return std::nullopt;
  }
  const auto frame = decode<client::state::Frame>(write.value->reveal());
  const auto standing = static_cast<client::FrameLog::Standing>(frame.standing());
  if (standing != client::FrameLog::Standing::seen &&
      standing != client::FrameLog::Standing::sent) {
    return std::nullopt;
  }
  const auto group = *GroupId::from(ByteView(write.key).subspan(1, GroupId::size_bytes));
  const auto sender = VerifyKey::from(as_bytes(frame.sender())).value();
  return KeptFrame{{{{group, frame.epoch(), frame.day()}, sender}, frame.counter()}, frame.seq()};
}

std::vector<NodeId> Holdings::now() const {
  std::vector<NodeId> all;
  for (const auto& [key, ids] : records_) all.insert(all.end(), ids.begin(), ids.end());
  return all;
}

const Holdings::KeptEpoch* Holdings::find_epoch(const EpochPlace& place) const {
  const auto found = epochs_.find(place);
  return found == epochs_.end() ? nullptr : &found->second;
}

const Holdings::KeptChain* Holdings::find_chain(const ChainPlace& place) const {
  const auto found = chains_.find(place);
  return found == chains_.end() ? nullptr : &found->second;
}

std::optional<std::uint32_t> Holdings::newest(const GroupId& group) const {
  const auto after = epochs_.upper_bound({group, UINT32_MAX});
  if (after == epochs_.begin() || std::prev(after)->first.first != group) return std::nullopt;
  return std::prev(after)->first.second;
}

std::set<VerifyKey> Holdings::contested(const GroupId& group) const {
  const auto found = contested_.find(group);
  return found == contested_.end() ? std::set<VerifyKey>{} : found->second;
}

std::uint32_t Holdings::card_of(const GroupId& group, const VerifyKey& member) const {
  const auto found = cards_.find({group, member});
  return found == cards_.end() ? 0 : found->second;
}

bool Holdings::waits_for_a_welcome() const {
  return std::any_of(records_.begin(), records_.end(), [](const auto& record) {
    const auto& [table, key] = record.first;
    return table == client::Table::joins ||
           (table == client::Table::groups &&
            static_cast<char>(key.front()) == group_record::asking);
  });
}

std::set<GroupId> Holdings::groups() const {
  std::set<GroupId> all;
  for (const auto& [place, epoch] : epochs_) all.insert(place.first);
  return all;
}

}  // namespace porchlight::sim
