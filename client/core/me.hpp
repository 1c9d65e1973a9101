// Who this member is on one relay: identity, account, cards (clauses 8.1, 8.2 and 8.4).
// Must not know: groups, tokens.
#pragma once

#include "client/core/card.hpp"
#include "client/core/journal.hpp"

namespace porchlight::client {

/// A card of one's own. The older ones are held while something may still come for them.
struct HeldCard {
  std::uint32_t version = 0;
  CardKeys keys;
  std::uint32_t made_day = 0;
  /// From when it was replaced everywhere; none for the newest, and while that is not yet out.
  std::optional<std::uint32_t> replaced_day;
  wire::MailboxAddress inbox;
  MailboxId inbox_id;
  /// Seen on the present connection; never kept.
  bool caught_up = false;
};

class Me {
 public:
  /// Draws everything.
  static Me draw(const wire::RelayAddress& relay, Random& random, std::uint32_t today);
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

  /// Oldest first; the last one is what others are to use. Never empty.
  std::vector<HeldCard>& cards() { return cards_; }
  const std::vector<HeldCard>& cards() const { return cards_; }
  const HeldCard& newest() const { return cards_.back(); }
  bool holds_card(const Card& card) const;
  /// None where it is nobody's inbox here, or no more.
  HeldCard* find_inbox(const MailboxId& inbox);
  /// The newest, Signed.
  const Bytes& card() const { return card_; }
  /// All-new keys, in a version above all that are held and `above`.
  void renew_card(Random& random, std::uint32_t today, std::uint32_t above);

 private:
  Me(wire::RelayAddress relay, SigningSeed identity, SigningSeed account);
  void add_card(std::uint32_t version, CardKeys keys, std::uint32_t made_day,
                std::optional<std::uint32_t> replaced_day);

  wire::RelayAddress relay_;
  std::string name_;
  SigningSeed identity_seed_;
  SigningSeed account_seed_;
  SigningKey identity_;
  SigningKey account_;
  std::vector<HeldCard> cards_;
  Bytes card_;
};

}  // namespace porchlight::client
