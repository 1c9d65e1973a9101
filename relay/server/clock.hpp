// The one place where the relay reads the time of day. The cores take it as an argument.
#pragma once

#include "proto/wire/time.hpp"

namespace porchlight::relay {

inline wire::TimePoint system_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace porchlight::relay
