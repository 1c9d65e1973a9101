// The keys of a channel's records in Table::channels: kind(1) || channel(32) || what the kind
// names. In this order they can be loaded one after the other. Must not know: what the records
// hold.
#pragma once

#include "client/core/channel_schedule.hpp"
#include "client/core/journal.hpp"

namespace porchlight::client {

namespace channel_record {
inline constexpr char head = 'a';
inline constexpr char entry = 'b';    // of the audience: id
inline constexpr char epoch = 'c';    // number
inline constexpr char day = 'd';      // number, day
inline constexpr char removed = 'e';  // from the audience: id
inline constexpr char frame = 'f';    // hash
inline constexpr char offered = 'g';  // epoch id
inline constexpr char waiting = 'h';  // for an answer: id
inline constexpr char list = 'i';     // of the audience, that is on its way
}  // namespace channel_record

inline Bytes channel_key(char kind, const ChannelId& channel,
                         std::initializer_list<Part> rest = {}) {
  Bytes key = record_key({std::string_view(&kind, 1), channel});
  const Bytes tail = record_key(rest);
  key.insert(key.end(), tail.begin(), tail.end());
  return key;
}

}  // namespace porchlight::client
