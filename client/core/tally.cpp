#include "client/core/tally.hpp"

#include <set>

#include "client/core/record_fields.hpp"
#include "client/core/state.pb.h"

namespace porchlight::client {

bool Tallies::load(const Record& record) {
  state::Tally kept;
  ByteView rest(record.key);
  if (rest.size() != GroupId::size_bytes + sizeof(std::uint32_t)) return false;
  const auto group = *GroupId::from(rest.first(GroupId::size_bytes));
  rest = rest.subspan(GroupId::size_bytes);
  const auto week = take_number(rest);
  if (!parse(kept, record.value.reveal())) return false;
  Rows& rows = weeks_[{group, *week}];
  for (const auto& row : kept.rows()) rows[{row.zone(), row.outcome()}] += row.count();
  return true;
}

void Tallies::add(const GroupId& group, CountCell cell) {
  Rows& rows = weeks_[{group, cell.week}];
  std::set<std::string> zones;
  for (const auto& [row, count] : rows) zones.insert(row.first);
  if (!zones.contains(cell.zone) && zones.size() >= tally_zones_max) cell.zone = other_zones;
  ++rows[{std::move(cell.zone), cell.outcome}];
  save({group, cell.week}, rows);
}

Counts Tallies::counts(const GroupId& group) const {
  Counts counts;
  for (auto week = weeks_.lower_bound({group, 0});
       week != weeks_.end() && week->first.first == group; ++week) {
    for (const auto& [row, count] : week->second) {
      counts[{week->first.second, row.first, row.second}] += count;
    }
  }
  return counts;
}

void Tallies::forget_before(std::uint32_t week) {
  std::erase_if(weeks_, [&](const auto& entry) {
    if (entry.first.second >= week) return false;
    journal_.erase(Table::tallies, record_key({entry.first.first, entry.first.second}));
    return true;
  });
}

void Tallies::erase(const GroupId& group) {
  std::erase_if(weeks_, [&](const auto& entry) {
    if (entry.first.first != group) return false;
    journal_.erase(Table::tallies, record_key({group, entry.first.second}));
    return true;
  });
}

void Tallies::save(const Place& place, const Rows& rows) {
  state::Tally kept;
  for (const auto& [row, count] : rows) {
    auto* added = kept.add_rows();
    added->set_zone(row.first);
    added->set_outcome(row.second);
    added->set_count(count);
  }
  journal_.put(Table::tallies, record_key({place.first, place.second}), kept);
}

}  // namespace porchlight::client
