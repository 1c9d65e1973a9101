#include "client/engine/backoff.hpp"

#include <algorithm>

namespace porchlight::client {

std::chrono::milliseconds Backoff::next() {
  const auto half = step_ / 2;
  const auto spread = random_.below(static_cast<std::uint64_t>(half.count()) + 1);
  step_ = std::min<std::chrono::milliseconds>(2 * step_, limits::reconnect_most);
  return half + std::chrono::milliseconds(spread);
}

}  // namespace porchlight::client
