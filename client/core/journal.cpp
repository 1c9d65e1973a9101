#include "client/core/journal.hpp"

namespace porchlight::client {

Effects Journal::drain() {
  Effects effects;
  for (auto& [place, value] : writes_) {
    effects.writes.push_back({place.first, place.second, std::move(value)});
  }
  writes_.clear();
  effects.notices = std::exchange(notices_, {});
  return effects;
}

Bytes record_key(std::initializer_list<Part> parts) {
  Bytes key;
  for (const Part& part : parts) {
    key.insert(key.end(), part.view().begin(), part.view().end());
  }
  return key;
}

}  // namespace porchlight::client
