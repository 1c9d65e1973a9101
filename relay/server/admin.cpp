#include "relay/server/admin.hpp"

#include <nlohmann/json.hpp>

#include "proto/base/translate.hpp"
#include "relay/server/clock.hpp"

namespace porchlight::relay {
namespace {

using nlohmann::json;

json error_answer(const Error& error) {
  return {{"error", {{"code", static_cast<int>(error.code)}, {"what", error.what}}}};
}

Result<InviteRequest> read_invite(const json& request) {
  const auto role = request.find("role");
  const auto uses = request.find("uses");
  const auto minutes = request.find("minutes");
  const bool good = role != request.end() && role->is_string() && uses != request.end() &&
                    uses->is_number_unsigned() && minutes != request.end() &&
                    minutes->is_number_unsigned();
  if (!good) return Error{Errc::malformed, "The request for an invite is malformed."};
  // What does not fit becomes 0, which make_invites() refuses.
  const auto small = [](const json& number) {
    const auto value = number.get<std::uint64_t>();
    return value <= 0xffffffff ? static_cast<std::uint32_t>(value) : 0u;
  };
  return InviteRequest{*role == "inviter" ? Role::inviter : Role::member, small(*uses),
                       std::chrono::minutes(small(*minutes))};
}

json answer_invite(const json& request, const Node& node, const Keyring& keyring, Random& random) {
  const auto wanted = read_invite(request);
  if (!wanted.ok()) return error_answer(wanted.error());
  const Policy policy = node.policy();
  const Inviter inviter{node.address(), keyring, policy, random};
  const auto links = make_invites(*wanted, inviter, *node.database, system_now());
  if (!links.ok()) return error_answer(links.error());
  return {{"links", *links}};
}

json answer_status(const Node& node, const RunningState* running) {
  json status{{"type", "status"},
              {"schema", 1},
              {"address", node.address().str()},
              {"running", running != nullptr}};
  const auto usage = node.database->usage();
  const auto counts = node.database->ledger().counts();
  if (!usage.ok()) return error_answer(usage.error());
  if (!counts.ok()) return error_answer(counts.error());
  status["store_bytes"] = usage->bytes;
  status["store_bytes_max"] = usage->capacity_bytes;
  status["accounts"] = counts->accounts;
  status["spent_tokens"] = counts->spent_tokens;
  if (const auto free = node.folder.free_bytes()) status["disk_free_bytes"] = *free;
  if (running) {
    status["up_seconds"] = running->up.count();
    status["connections"] = running->connections;
    status["connections_max"] = node.config.connections_max;
    status["subscriptions"] = running->subscriptions;
    status["connections_since_start"] = running->counters.connections;
    status["handshakes_failed_since_start"] = running->counters.handshakes_failed;
    status["turned_away_since_start"] = running->counters.turned_away;
    status["drops_since_start"] = running->counters.drops;
    status["deliveries_since_start"] = running->counters.deliveries;
  }
  return status;
}

}  // namespace

json invite_request(const InviteRequest& request) {
  return {{"command", "invite"},
          {"role", request.role == Role::inviter ? "inviter" : "member"},
          {"uses", request.uses},
          {"minutes", static_cast<std::uint64_t>(request.lifetime.count())}};
}

json status_request() { return {{"command", "status"}}; }

json answer_admin(const json& request, const Node& node, const Keyring& keyring,
                  const RunningState* running, Random& random) {
  const auto command = request.find("command");
  if (command != request.end() && *command == "invite") {
    return answer_invite(request, node, keyring, random);
  }
  if (command != request.end() && *command == "status") return answer_status(node, running);
  return error_answer(
      {Errc::update_needed, tr("The running relay does not know this command: it is "
                               "an older porchlightd. Restart it.")});
}

std::optional<Error> answer_error(const json& answer) {
  const auto found = answer.find("error");
  if (found == answer.end()) return std::nullopt;
  return Error{static_cast<Errc>(found->value("code", 0)), found->value("what", "")};
}

}  // namespace porchlight::relay
