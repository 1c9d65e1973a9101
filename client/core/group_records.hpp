// The keys of a group's records in Table::groups: kind(1) || group(32) || what the kind names. In
// this order they can be loaded one after the other. Must not know: what the records hold.
#pragma once

#include "client/core/journal.hpp"

namespace porchlight::client {

namespace group_record {
inline constexpr char head = 'a';
inline constexpr char member = 'b';  // place
inline constexpr char epoch = 'c';   // number
inline constexpr char day = 'd';     // number, day
inline constexpr char chain = 'e';   // number, day, sender
inline constexpr char frame = 'f';   // hash
inline constexpr char wishes = 'g';
inline constexpr char asking = 'h';
inline constexpr char senders = 'i';  // number
}  // namespace group_record

inline Bytes group_key(char kind, const GroupId& group, std::initializer_list<Part> rest = {}) {
  Bytes key = record_key({std::string_view(&kind, 1), group});
  const Bytes tail = record_key(rest);
  key.insert(key.end(), tail.begin(), tail.end());
  return key;
}

inline Bytes frame_key(const GroupId& group, const FrameHash& hash) {
  return group_key(group_record::frame, group, {hash});
}

}  // namespace porchlight::client
