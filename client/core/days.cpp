#include "client/core/days.hpp"

#include <set>

namespace porchlight::client {

Day::Day(DayKeys day_keys)
    : keys(std::move(day_keys)), address(keys.address()), mailbox(address.id()) {}

const Chain* Day::find_chain(const VerifyKey& sender, std::optional<Chain>& unused) const {
  if (const auto chain = chains.find(sender); chain != chains.end()) return &chain->second;
  const auto branch = branches.find(branch_of(sender));
  if (branch == branches.end()) return nullptr;
  return &unused.emplace(first_chain_key(branch->second, sender));
}

bool Day::open_branch(std::uint32_t branch, std::span<const VerifyKey> senders) {
  const auto found = branches.find(branch);
  if (found == branches.end()) return false;
  for (const VerifyKey& sender : senders) {
    if (branch_of(sender) != branch) continue;
    chains.emplace(sender, Chain(first_chain_key(found->second, sender)));
  }
  branches.erase(found);
  return true;
}

std::vector<std::uint32_t> DayRatchet::enter(std::uint32_t last, std::span<const VerifyKey> senders,
                                             std::uint32_t keep_from) {
  std::set<std::uint32_t> used;
  for (const VerifyKey& sender : senders) used.insert(branch_of(sender));
  std::vector<std::uint32_t> added;
  last = std::min(last, UINT32_MAX - 1);  // the day after it has a number too
  for (; next_ && next_day_ <= last; ++next_day_) {
    if (next_day_ >= keep_from) {
      Day& day = days_.emplace(next_day_, Day(derive_day(*next_))).first->second;
      for (const std::uint32_t branch : used) {
        day.branches.emplace(branch, derive_branch(*next_, branch));
      }
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
