#include "client/core/chain.hpp"

#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

template <class AnySecret>
AnySecret clone(const AnySecret& secret) {
  return *AnySecret::from(secret.reveal());
}

}  // namespace

Chain::Chain(ChainKey key, std::uint32_t next, std::map<std::uint32_t, MessageKey> skipped)
    : key_(std::move(key)), next_(next), skipped_(std::move(skipped)) {}

Result<Chain::Step> Chain::look(std::uint32_t counter) const {
  Step step;
  step.counter = counter;
  step.next_after = next_;
  if (counter < next_) {
    const auto kept = skipped_.find(counter);
    if (kept == skipped_.end())
      return Error{Errc::used, tr("this message key was used and erased")};
    step.key = clone(kept->second);
    return step;
  }
  if (skipped_.size() + (counter - next_) > limits::skipped_keys_max || counter == UINT32_MAX) {
    return Error{Errc::too_large, tr("too many messages before this one are missing")};
  }
  step.chain_after = clone(key_);
  for (; step.next_after < counter; ++step.next_after) {
    step.newly_skipped.emplace(step.next_after, message_key(step.chain_after));
    step.chain_after = next_chain_key(step.chain_after);
  }
  step.key = message_key(step.chain_after);
  step.chain_after = next_chain_key(step.chain_after);
  ++step.next_after;
  return step;
}

void Chain::commit(Step step) {
  if (step.next_after == next_) {
    skipped_.erase(step.counter);
    return;
  }
  key_ = std::move(step.chain_after);
  next_ = step.next_after;
  skipped_.merge(step.newly_skipped);
}

}  // namespace porchlight::client
