// One sender's chain of message keys on one day (clauses 12.1 and 12.2). A key is looked up on a
// copy; the chain moves only when the caller has found the message to be genuine.
// Must not know: frames, senders.
#pragma once

#include <map>

#include "client/core/schedule.hpp"
#include "proto/base/result.hpp"

namespace porchlight::client {

class Chain {
 public:
  explicit Chain(ChainKey first) : key_(std::move(first)) {}
  /// As it was kept. `skipped` holds keys of counters below `next`.
  Chain(ChainKey key, std::uint32_t next, std::map<std::uint32_t, MessageKey> skipped);

  /// The counter that follows the highest one seen.
  std::uint32_t next() const { return next_; }
  const ChainKey& key() const { return key_; }
  const std::map<std::uint32_t, MessageKey>& skipped() const { return skipped_; }

  /// A message key, and what becomes of the chain if it was the right one.
  struct Step {
    std::uint32_t counter = 0;
    MessageKey key;
    ChainKey chain_after;  // unused for a skipped counter
    std::uint32_t next_after = 0;
    std::map<std::uint32_t, MessageKey> newly_skipped;
  };

  /// 'used' for a counter whose key is gone, 'too_large' for one so far ahead that more than
  /// limits::skipped_keys_max keys would have to be kept.
  Result<Step> look(std::uint32_t counter) const;

  /// Takes a step of look(), made since the last commit. The message's key is wiped with it.
  void commit(Step step);

 private:
  ChainKey key_;
  std::uint32_t next_ = 0;
  std::map<std::uint32_t, MessageKey> skipped_;
};

}  // namespace porchlight::client
