// What a session token buys (clause 6.3).
#pragma once

#include <cstdint>

#include "proto/base/limits.hpp"
#include "proto/wire/relay.pb.h"

namespace porchlight::relay {

struct Budget {
  std::uint32_t drops = limits::session_drops;
  std::uint32_t drop_bytes = limits::session_drop_bytes;  // whichever ends first
  std::uint32_t proofs = limits::session_proofs;

  /// Takes one drop of `envelope_bytes`; false, and nothing taken, when it does not reach.
  bool pay_drop(std::size_t envelope_bytes) {
    if (drops == 0 || drop_bytes < envelope_bytes) return false;
    drops -= 1;
    drop_bytes -= static_cast<std::uint32_t>(envelope_bytes);
    return true;
  }
  /// Takes one proof; false when none is left.
  bool pay_proof() {
    if (proofs == 0) return false;
    proofs -= 1;
    return true;
  }

  friend bool operator==(const Budget&, const Budget&) = default;
};

}  // namespace porchlight::relay
