#include "tests/sim/records.hpp"

#include "client/core/frame_log.hpp"
#include "client/core/group_records.hpp"
#include "client/core/state.pb.h"

namespace porchlight::sim {
namespace {

namespace group_record = client::group_record;

}  // namespace

void Records::on_writes(const std::string& device, std::span<const client::Write> writes) {
  for (const client::Write& write : writes) {
    if (write.table == client::Table::groups && write.value) {
      on_group_record(device, write.key, write.value->reveal());
    }
  }
}

// A key is a kind, the group, and what the kind names.
void Records::on_group_record(const std::string& device, const Bytes& key, ByteView value) {
  const auto size = static_cast<int>(value.size());
  if (key.front() == group_record::epoch) {
    client::state::Epoch epoch;
    PORCHLIGHT_ASSERT(epoch.ParseFromArray(value.data(), size));
    if (forged_.contains(epoch.id())) {
      world_.fail("no silent change: " + device + " adopted a change that is not allowed");
    }
    return agree(device, "epoch", to_string(key), epoch.id());
  }
  if (key.front() != group_record::frame) return;
  client::state::Frame frame;
  PORCHLIGHT_ASSERT(frame.ParseFromArray(value.data(), size));
  const auto standing = static_cast<client::FrameLog::Standing>(frame.standing());
  if (standing != client::FrameLog::Standing::seen &&
      standing != client::FrameLog::Standing::sent) {
    return;
  }
  if (cloned_.contains(frame.sender())) return;
  const ByteView whole = key;
  const ByteView group = whole.subspan(1, GroupId::size_bytes);
  const ByteView hash = whole.subspan(1 + GroupId::size_bytes);
  agree(device, "frame",
        "frame " + to_string(group) + std::to_string(frame.epoch()) + '/' +
            std::to_string(frame.day()) + '/' + std::to_string(frame.counter()) + '/' +
            frame.sender(),
        to_string(hash));
}

void Records::agree(const std::string& device, std::string_view what, const std::string& place,
                    const std::string& value) {
  const auto placed = sides_.find(device);
  const std::size_t side = placed == sides_.end() ? 0 : placed->second;
  const auto [known, fresh] = agreed_.emplace(std::pair(side, place), value);
  if (!fresh && known->second != value) {
    world_.fail("agreement: " + device + " keeps another " + std::string(what) + " than others do");
  }
}

}  // namespace porchlight::sim
