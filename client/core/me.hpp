// Who this member is on one relay: identity, account, card (clauses 8.1 and 8.2).
// Must not know: groups, tokens.
#pragma once

#include "client/core/card.hpp"
#include "client/core/journal.hpp"

namespace porchlight::client {

class Me {
 public:
  /// Draws everything.
  static Me draw(const wire::RelayAddress& relay, Random& random);
  /// 'malformed', or 'update_needed' for a vault that a newer version wrote.
  static Result<Me> load(const Record& record);
  void save(Journal& journal) const;

  const wire::RelayAddress& relay() const { return relay_; }
  /// What this member called itself last; empty where it never did.
  const std::string& name() const { return name_; }
  void set_name(std::string_view name) { name_ = name; }
  const VerifyKey& id() const { return identity_.verify_key(); }
  const SigningKey& identity() const { return identity_; }
  const SigningKey& account() const { return account_; }
  const CardKeys& card_keys() const { return card_keys_; }
  /// Signed.
  const Bytes& card() const { return card_; }
  const wire::MailboxAddress& inbox() const { return inbox_; }
  const MailboxId& inbox_id() const { return inbox_id_; }

 private:
  Me(wire::RelayAddress relay, SigningSeed identity, SigningSeed account, CardKeys card_keys,
     std::uint32_t card_version);

  wire::RelayAddress relay_;
  std::string name_;
  SigningSeed identity_seed_;
  SigningSeed account_seed_;
  SigningKey identity_;
  SigningKey account_;
  CardKeys card_keys_;
  std::uint32_t card_version_;
  Bytes card_;
  wire::MailboxAddress inbox_;
  MailboxId inbox_id_;
};

}  // namespace porchlight::client
