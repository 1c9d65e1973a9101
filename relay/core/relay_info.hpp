// What sessions share, and what the relay says of itself first on every connection (clause 3.2).
#pragma once

#include <memory>

#include "proto/base/ids.hpp"
#include "proto/wire/relay.pb.h"
#include "relay/core/keyring.hpp"
#include "relay/core/policy.hpp"
#include "relay/core/puzzle.hpp"

namespace porchlight::relay {

/// What the sessions of one thread share. It outlives them.
struct SessionContext {
  RelayIdentity identity;
  Incarnation incarnation;
  Policy policy;
  /// Shared between threads, each of which replaces its own pointer when a week has begun.
  std::shared_ptr<const Keyring> keyring;
  Random& random;
  /// Counted by all of them together.
  mutable GuestLoad guests = {};
};

wire::RelayInfo make_relay_info(const SessionContext& context, const Challenge& challenge,
                                wire::TimePoint now);

}  // namespace porchlight::relay
