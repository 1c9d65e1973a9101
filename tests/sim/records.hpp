// What devices keep, held against what others keep: one epoch id for each number of a group, and
// one frame for each counter of a sender. Reads the core's own records, which say what no view
// shows.
#pragma once

#include <map>
#include <span>
#include <string>

#include "client/core/record.hpp"
#include "tests/sim/world.hpp"

namespace porchlight::sim {

class Records {
 public:
  explicit Records(World& world) : world_(world) {}

  /// `device` keeps these now.
  void on_writes(const std::string& device, std::span<const client::Write> writes);

 private:
  void on_group_record(const std::string& device, const Bytes& key, ByteView value);
  /// `place` holds one `what` for everybody.
  void agree(const std::string& device, std::string_view what, const std::string& place,
             const std::string& value);

  World& world_;
  std::map<std::string, std::string> agreed_;
};

}  // namespace porchlight::sim
