#include "client/core/days.hpp"

namespace porchlight::client {

Day::Day(DayKeys day_keys, std::map<VerifyKey, Chain> day_chains)
    : keys(std::move(day_keys)),
      address(keys.address()),
      mailbox(address.id()),
      chains(std::move(day_chains)) {}

std::vector<std::uint32_t> DayRatchet::enter(std::uint32_t last, std::span<const VerifyKey> senders,
                                             std::uint32_t keep_from) {
  std::vector<std::uint32_t> added;
  last = std::min(last, UINT32_MAX - 1);  // the day after it has a number too
  for (; next_ && next_day_ <= last; ++next_day_) {
    if (next_day_ >= keep_from) {
      std::map<VerifyKey, Chain> chains;
      for (const VerifyKey& sender : senders) {
        chains.emplace(sender, Chain(first_chain_key(*next_, sender)));
      }
      days_.emplace(next_day_, Day(derive_day(*next_), std::move(chains)));
      added.push_back(next_day_);
    }
    next_ = porchlight::client::next_day(*next_);  // the entered day's own secret is wiped here
  }
  return added;
}

Day* DayRatchet::find(std::uint32_t day) {
  const auto found = days_.find(day);
  return found == days_.end() ? nullptr : &found->second;
}

}  // namespace porchlight::client
