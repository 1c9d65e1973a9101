// What runs on one connection of a device: one of its lanes or an errand, seen alike.
// Must not know: the network, crashes.
#pragma once

#include <memory>

#include "client/core/lane.hpp"
#include "tests/sim/watched_lane.hpp"

namespace porchlight::sim {

class Talk {
 public:
  virtual ~Talk() = default;
  virtual void on_frame(ByteView frame) = 0;
  /// As LaneSession::step().
  virtual Result<std::string> step() = 0;
  /// The connection is of no more use.
  virtual bool finished() = 0;
  /// Nothing can be paid: there is no point in trying again soon.
  virtual bool is_poor() const = 0;
  /// What is left goes on at once, over another connection.
  virtual bool must_begin_anew() const { return false; }
  /// Nothing is under way and nothing is left to do.
  virtual bool at_rest() = 0;
  virtual void ping() = 0;
};

/// `core` and `keeper` outlive the talk. Lane::collect stays open for what comes.
std::unique_ptr<Talk> make_lane_talk(client::Core& core, client::Keeper& keeper, client::Lane lane,
                                     WatchedLane::Watch watch, const VerifyKey& relay_key);
std::unique_ptr<Talk> make_errand_talk(client::Core& core, client::Keeper& keeper,
                                       client::Errand errand, const VerifyKey& relay_key);

}  // namespace porchlight::sim
