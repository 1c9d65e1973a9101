#include "client/core/frame_log.hpp"

#include "client/core/group_records.hpp"
#include "client/core/state.pb.h"
#include "proto/base/limits.hpp"

namespace porchlight::client {

constexpr std::size_t expected_max = 256;
constexpr std::size_t passed_max = 256;

bool FrameLog::load(const FrameHash& hash, ByteView value) {
  state::Frame kept;
  Entry entry;
  if (!parse(kept, value) || !read(entry.sender, kept.sender()) ||
      !read(entry.message, kept.message())) {
    return false;
  }
  entry.standing = static_cast<Standing>(kept.standing());
  entry.epoch = kept.epoch();
  entry.day = kept.day();
  entry.seq = kept.seq();
  entry.counter = kept.counter();
  entry.store = kept.store();
  index(hash, entry);
  return true;
}

const FrameLog::Entry* FrameLog::find(const FrameHash& hash) const {
  const auto found = entries_.find(hash);
  return found == entries_.end() ? nullptr : &found->second;
}

void FrameLog::put(const FrameHash& hash, const Entry& entry) {
  if (entry.standing == Standing::expected && expected_ >= expected_max) return;
  if (entry.standing == Standing::passed && passed_ >= passed_max) return;
  index(hash, entry);
  state::Frame kept;
  kept.set_standing(static_cast<std::uint32_t>(entry.standing));
  kept.set_epoch(entry.epoch);
  kept.set_day(entry.day);
  kept.set_seq(entry.seq);
  kept.set_sender(entry.sender.str());
  kept.set_counter(entry.counter);
  kept.set_message(entry.message.str());
  kept.set_store(entry.store);
  journal_.put(table_, key(hash), kept);
}

void FrameLog::index(const FrameHash& hash, const Entry& entry) {
  const auto [place, added] = entries_.try_emplace(hash);
  if (!added && place->second.standing == Standing::expected) --expected_;
  if (!added && place->second.standing == Standing::passed) --passed_;
  if (!added && place->second.standing == Standing::seen) {
    const auto stood = seen_.find({place->second.epoch, place->second.day, place->second.seq});
    if (stood != seen_.end() && stood->second == hash) seen_.erase(stood);
  }
  place->second = entry;
  if (entry.standing == Standing::expected) ++expected_;
  if (entry.standing == Standing::passed) ++passed_;
  if (entry.standing == Standing::seen) seen_[{entry.epoch, entry.day, entry.seq}] = hash;
  if (entry.standing == Standing::seen || entry.standing == Standing::sent) {
    positions_[{entry.epoch, entry.day, entry.sender, entry.counter}] = hash;
  }
}

std::optional<FrameHash> FrameLog::at(std::uint32_t epoch, std::uint32_t day,
                                      const VerifyKey& sender, std::uint32_t counter) const {
  const auto found = positions_.find({epoch, day, sender, counter});
  if (found == positions_.end()) return std::nullopt;
  return found->second;
}

std::vector<Cite> FrameLog::newest() const {
  std::vector<Cite> cites;
  for (auto frame = seen_.rbegin(); frame != seen_.rend() && cites.size() < limits::cites_max;
       ++frame) {
    cites.push_back({frame->second, frame->first.epoch, frame->first.day});
  }
  return cites;
}

template <class Predicate>
std::vector<FrameHash> FrameLog::expected_where(Predicate predicate) const {
  std::vector<FrameHash> hashes;
  if (expected_ == 0) return hashes;
  for (const auto& [hash, entry] : entries_) {
    if (entry.standing == Standing::expected && predicate(entry)) hashes.push_back(hash);
  }
  return hashes;
}

std::vector<FrameHash> FrameLog::expected(std::uint32_t epoch, std::uint32_t day) const {
  return expected_where(
      [&](const Entry& entry) { return entry.epoch == epoch && entry.day == day; });
}

std::vector<FrameHash> FrameLog::expected_beyond(std::uint32_t epoch) const {
  return expected_where([&](const Entry& entry) { return entry.epoch > epoch; });
}

bool FrameLog::lacks(std::uint32_t epoch, std::uint32_t day) const {
  return std::any_of(entries_.begin(), entries_.end(), [&](const auto& place) {
    const Entry& entry = place.second;
    const bool is_absent =
        entry.standing == Standing::missed || entry.standing == Standing::expected;
    return is_absent && entry.epoch == epoch && entry.day == day;
  });
}

void FrameLog::forget_before(std::uint32_t day) {
  std::erase_if(entries_, [&](const auto& place) {
    const auto& [hash, entry] = place;
    if (entry.day >= day) return false;
    if (entry.standing == Standing::expected) --expected_;
    if (entry.standing == Standing::passed) --passed_;
    journal_.erase(table_, key(hash));
    return true;
  });
  std::erase_if(positions_, [&](const auto& place) { return std::get<1>(place.first) < day; });
  std::erase_if(seen_, [&](const auto& place) { return place.first.day < day; });
}

Bytes FrameLog::key(const FrameHash& hash) const { return frame_key(group_, hash); }

}  // namespace porchlight::client
