// The operator's invites (clause 9.3): links whose parcel lets somebody enrol, for the first people
// of a relay. Their tokens are minted from the relay's own keys, and the parcel is dropped like any
// other envelope, paid by a token of its own.
// Must not know: sockets, terminals.
#pragma once

#include <string>
#include <vector>

#include "proto/wire/relay_address.hpp"
#include "relay/core/keyring.hpp"
#include "relay/core/policy.hpp"
#include "relay/store/database.hpp"

namespace porchlight::relay {

struct InviteRequest {
  Role role = Role::member;  // member or inviter
  std::uint32_t uses = 1;    // so many separate links, at most limits::operator_invites_max
  std::chrono::minutes lifetime{};
};

/// What inviting needs of a relay.
struct Inviter {
  wire::RelayAddress address;
  const Keyring& keyring;
  const Policy& policy;
  Random& random;
};

/// Stores the parcels and returns the links; each link is a secret until it is used. On the commit
/// thread, or where there is none. Errors: 'usage' for numbers out of range, 'full', 'storage'.
/// After an error no link is returned; parcels stored before it lie unused until they expire.
Result<std::vector<std::string>> make_invites(const InviteRequest& request, const Inviter& inviter,
                                              Database& database, wire::TimePoint now);

}  // namespace porchlight::relay
