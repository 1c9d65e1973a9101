// porchlightd check: what is wrong with a relay on this machine, and what to do about it. It
// changes nothing and works beside a running relay. Must not know: terminals.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "proto/wire/time.hpp"

namespace porchlight::relay {

struct Finding {
  enum class Grade { good, warning, bad };
  Grade grade = Grade::good;
  std::string text;  // for bad and warning: what to do, too
};

/// Permissions, configuration, identity, database, disk, clock and file descriptors, in this order.
/// Reads the whole database.
std::vector<Finding> check_relay(const std::filesystem::path& path, wire::TimePoint now);

}  // namespace porchlight::relay
