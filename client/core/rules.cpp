#include "client/core/rules.hpp"

#include "proto/crypto/hash.hpp"

namespace porchlight::client {

std::optional<RulesView> current_rules(std::span<const MessageView> messages) {
  const MessageView* current = nullptr;
  for (const MessageView& message : messages) {
    if (!message.body.has_rules()) continue;
    if (current == nullptr || message.body.rules().version() > current->body.rules().version()) {
      current = &message;
    }
  }
  if (current == nullptr) return std::nullopt;
  const wire::Rules& rules = current->body.rules();
  return RulesView{rules.version(), rules.text(), current->sender_name, current->sent,
                   rules_hash(rules)};
}

RulesHash rules_hash(const wire::Rules& rules) {
  const Digest digest = hash_digest("rules", {rules.version(), rules.text()});
  return *RulesHash::from(digest.view().first(RulesHash::size_bytes));
}

}  // namespace porchlight::client
