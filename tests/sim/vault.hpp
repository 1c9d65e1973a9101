// A client's vault in virtual time: what was applied is durable, nothing else is.
#pragma once

#include <map>
#include <span>
#include <utility>
#include <vector>

#include "client/core/record.hpp"

namespace porchlight::sim {

class Vault {
 public:
  void apply(std::span<const client::Write> writes) {
    for (const client::Write& write : writes) {
      const Key key{write.table, write.key};
      if (write.value) {
        records_[key] = to_bytes(write.value->reveal());
      } else {
        records_.erase(key);
      }
    }
  }

  std::vector<client::Record> records() const {
    std::vector<client::Record> all;
    for (const auto& [key, value] : records_) {
      all.push_back({key.first, key.second, SecretBytes(ByteView(value))});
    }
    return all;
  }

 private:
  using Key = std::pair<client::Table, Bytes>;
  std::map<Key, Bytes> records_;
};

}  // namespace porchlight::sim
