#include "client/core/restored.hpp"

#include "client/core/state.pb.h"

namespace porchlight::client {
namespace {

const Bytes record_name = to_bytes(as_bytes("restored"));

}  // namespace

bool Restored::is_record(const Record& record) { return record.key == record_name; }

bool Restored::load(const Record& record) {
  state::Restored kept;
  if (!parse(kept, record.value.reveal())) return false;
  on_ = true;
  if (kept.has_last_day()) last_day_ = kept.last_day();
  return true;
}

void Restored::begin() {
  on_ = true;
  last_day_.reset();
  save();
}

bool Restored::settle(std::uint32_t last_day) {
  if (!on_ || last_day_) return false;
  last_day_ = last_day;
  save();
  return true;
}

bool Restored::end_by(std::uint32_t sure_day) {
  if (!on_ || !last_day_ || sure_day <= *last_day_) return false;
  on_ = false;
  last_day_.reset();
  journal_.erase(Table::profile, record_name);
  return true;
}

void Restored::save() {
  state::Restored kept;
  if (last_day_) kept.set_last_day(*last_day_);
  journal_.put(Table::profile, record_name, kept);
}

}  // namespace porchlight::client
