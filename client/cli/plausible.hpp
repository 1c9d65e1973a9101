// Whether a time that somebody typed can be meant.
// Must not know: who is asked.
#pragma once

#include "proto/wire/time.hpp"

namespace porchlight::client {

using wire::TimePoint;

enum class Doubt : std::uint8_t {
  none,
  slightly_ahead,  // in the future by no more than clocks differ: worth a question
  ahead,           // in the future: refused where nobody can be asked
  old,             // two hours ago, or longer: worth a question
};

/// Of the time at which something was observed.
Doubt doubt_about(TimePoint observed, TimePoint now);

}  // namespace porchlight::client
