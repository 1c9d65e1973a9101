#include "relay/core/relay_info.hpp"

namespace porchlight::relay {

wire::RelayInfo make_relay_info(const SessionContext& context, const Challenge& challenge,
                                wire::TimePoint now) {
  constexpr std::uint32_t protocol_version = 1;
  wire::RelayInfo info;
  info.add_versions(protocol_version);
  for (const ByteView statement : context.keyring->statements(now)) {
    info.add_token_keys(statement.data(), statement.size());
  }
  wire::Caps& caps = *info.mutable_caps();
  caps.set_ordinary_days(context.policy.ordinary_days);
  caps.set_session_drops(context.policy.session_budget.drops);
  caps.set_session_bytes(context.policy.session_budget.drop_bytes);
  caps.set_session_proofs(context.policy.session_budget.proofs);
  caps.set_guest_drops(context.policy.guest_drops);
  info.set_incarnation(context.incarnation.str());
  info.set_clock_minute(wire::unix_minute(now));
  info.set_challenge(challenge.str());
  return info;
}

}  // namespace porchlight::relay
