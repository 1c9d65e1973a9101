// How many sightings there were, kept for export when the sightings themselves are erased (clause
// 15.7): of the names in them the zones' alone, and of nobody.
// Must not know: messages, clocks.
#pragma once

#include "client/core/export.hpp"
#include "client/core/journal.hpp"

namespace porchlight::client {

/// That are told apart in a week of a group; further ones count as other_zones.
inline constexpr std::size_t tally_zones_max = 64;

class Tallies {
 public:
  explicit Tallies(Journal& journal) : journal_(journal) {}
  bool load(const Record& record);

  /// One more.
  void add(const GroupId& group, CountCell cell);
  Counts counts(const GroupId& group) const;
  /// Erases the weeks before.
  void forget_before(std::uint32_t week);
  void erase(const GroupId& group);

 private:
  using Place = std::pair<GroupId, std::uint32_t>;  // a week of a group
  using Rows = std::map<std::pair<std::string, wire::OutcomeKind>, std::uint64_t>;
  void save(const Place& place, const Rows& rows);

  Journal& journal_;
  std::map<Place, Rows> weeks_;
};

}  // namespace porchlight::client
