// What the operator asks of a relay, running or not: requests and answers as JSON values. The same
// code answers in the running relay (from its admin socket) and in a command that found none
// running and holds the database itself. Must not know: sockets, terminals.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "relay/server/invite.hpp"
#include "relay/server/node.hpp"
#include "relay/server/server.hpp"

namespace porchlight::relay {

nlohmann::json invite_request(const InviteRequest& request);
nlohmann::json status_request();

/// {"links": [...]}, a status object ("type": "status", "schema": 1), or {"error": {...}}, which
/// answer_error() reads. To be called on the commit thread, or where there is none. `running` is
/// null then.
nlohmann::json answer_admin(const nlohmann::json& request, const Node& node, const Keyring& keyring,
                            const RunningState* running, Random& random);

/// The error of an answer, if it is one.
std::optional<Error> answer_error(const nlohmann::json& answer);

}  // namespace porchlight::relay
