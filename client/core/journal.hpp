// Collects what is to be kept and told until the next drain(). Of several writes to one record the
// last one counts.
// Must not know: what the records mean.
#pragma once

#include <map>

#include "client/core/codec.hpp"
#include "client/core/core.hpp"
#include "proto/crypto/hash.hpp"

namespace porchlight::client {

class Journal {
 public:
  void put(Table table, Bytes key, SecretBytes value) {
    writes_.insert_or_assign({table, std::move(key)}, std::move(value));
  }
  void put(Table table, Bytes key, const google::protobuf::MessageLite& message) {
    put(table, std::move(key), serialise_secret(message));
  }
  void erase(Table table, Bytes key) {
    writes_.insert_or_assign({table, std::move(key)}, std::nullopt);
  }
  void tell(Notice notice) { notices_.push_back(std::move(notice)); }

  Effects drain();

 private:
  std::map<std::pair<Table, Bytes>, std::optional<SecretBytes>> writes_;
  std::vector<Notice> notices_;
};

/// The parts one after the other: ids and integers of fixed sizes.
Bytes record_key(std::initializer_list<Part> parts);

inline std::uint64_t to_seconds(TimePoint time) {
  return static_cast<std::uint64_t>(time.time_since_epoch().count());
}
inline TimePoint from_seconds(std::uint64_t seconds) {
  return TimePoint{std::chrono::seconds(static_cast<std::int64_t>(seconds))};
}
inline TimePoint from_minute(std::uint64_t minute) { return from_seconds(minute * 60); }
/// As it will be read back.
inline TimePoint to_the_minute(TimePoint time) { return from_minute(wire::unix_minute(time)); }

}  // namespace porchlight::client
