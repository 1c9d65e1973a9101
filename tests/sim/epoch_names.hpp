// The epochs of a run as an all-knowing bystander writes them down: which id has which number in
// which group, who stands in it, and what a key is called in words.
// Must not know: who holds which key.
#pragma once

#include "client/core/core.hpp"
#include "tests/sim/holdings.hpp"

namespace porchlight::sim {

class EpochNames {
 public:
  struct Entry {
    GroupId group;
    std::uint32_t number = 0;
    std::uint32_t day = 0;
    std::set<VerifyKey> members;  // empty while nobody has shown them
  };

  /// After a device has kept something that shows.
  void learn(const Holdings& device, const std::vector<client::GroupView>& groups);

  /// None for an epoch that nobody has adopted.
  const Entry* find(const EpochId& id) const;
  /// The one of this number; none where nobody has adopted one, or two were.
  const Entry* find(const GroupId& group, std::uint32_t number) const;

  bool has_fresh(const Derivations& derivations, const GroupId& group, std::uint32_t number) const;

  /// "the day secret of epoch 6, day 20741, group 1f2e3d4c".
  std::string describe(const Node& node) const;

 private:
  std::map<EpochId, Entry> entries_;
  std::map<Holdings::EpochPlace, std::set<EpochId>> ids_;
};

}  // namespace porchlight::sim
