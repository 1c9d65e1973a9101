// What devices keep, held against what others keep: one epoch id for each number of a group, and
// one frame for each counter of a sender. Reads the core's own records, which say what no view
// shows.
#pragma once

#include <map>
#include <set>
#include <span>
#include <string>

#include "client/core/record.hpp"
#include "proto/base/ids.hpp"
#include "tests/sim/world.hpp"

namespace porchlight::sim {

class Records {
 public:
  explicit Records(World& world) : world_(world) {}

  /// Two may speak as this member: whose frame it took for its own, its own device alone knows.
  void cloned(const VerifyKey& member) { cloned_.insert(member.str()); }

  /// Nobody may adopt this.
  void forged(const EpochId& epoch) { forged_.insert(epoch.str()); }

  /// The relay shows this device another history than those on other sides.
  void on_side(const std::string& device, std::size_t side) { sides_[device] = side; }

  /// `device` keeps these now.
  void on_writes(const std::string& device, std::span<const client::Write> writes);

 private:
  void on_group_record(const std::string& device, const Bytes& key, ByteView value);
  /// `place` holds one `what` for everybody.
  void agree(const std::string& device, std::string_view what, const std::string& place,
             const std::string& value);

  World& world_;
  std::map<std::string, std::size_t> sides_;
  std::map<std::pair<std::size_t, std::string>, std::string> agreed_;
  std::set<std::string> cloned_;
  std::set<std::string> forged_;
};

}  // namespace porchlight::sim
