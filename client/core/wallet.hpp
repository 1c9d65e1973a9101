// Tokens, and which of them pays for which lane (clauses 6.3 and 6.6). Whatever is going to be
// presented is written down first, under the spend id that it is presented with.
// Times are the relay's, which decides what a token is worth.
// Must not know: connections, enrolment.
#pragma once

#include "client/core/journal.hpp"

namespace porchlight::client {

/// Not too old for the relay, nor of a week to come.
bool is_taken(const wire::Token& token, TimePoint now);

class Wallet {
 public:
  Wallet(Journal& journal, Random& random) : journal_(journal), random_(random) {}
  bool load(const Record& record);

  /// What a token is set aside for. The values are kept: never renumber.
  enum class Purpose : std::uint8_t { general = 0, parcel = 1, join = 2 };

  /// `from_day`: the Unix day from which it should be spent, so that the relay cannot pair it with
  /// the moment it was issued. What is set aside for an invite pays in place of what was for the
  /// one before: else two joins were one person's, and an event's bundle was never claimed.
  void add(const wire::Token& token, Purpose purpose, std::uint32_t from_day);

  /// As Core::spend_order. Collecting and dropping use one token while there are few.
  Result<SpendOrder> spend_order(Lane lane, TimePoint now);
  void on_budget(const SpendId& spend, const wire::Budget& left);
  /// Forgets the token; gives what it was for, none for a spend id that is not known.
  struct Refused {
    Purpose purpose;
    bool doubtful;  // it may have been spent before the vault was restored
  };
  std::optional<Refused> on_refused(const SpendId& spend);

  struct InviteTokens {
    wire::Token link;         // pays for the parcel
    wire::Supplies supplies;  // an enrol token and two session tokens
  };
  /// Takes them out. 'no_tokens' without changing anything; the caller adds when more come.
  Result<InviteTokens> take_for_invite(wire::Role role, TimePoint now);

  /// An enrol token of this kind, taken out; none where there is none that is good.
  std::optional<wire::Token> take_enroll(wire::TokenKind kind, TimePoint now);

  /// This wallet is a backup's: what was unspent in it may have been spent since, or given away.
  void doubt_unspent();
  struct EventTokens {
    std::vector<wire::Supplies> bundles;  // two session tokens each
    std::vector<wire::Token> enrolls;     // one for each of them, to go with a Welcome
  };
  /// For an event that ends at `until`: tokens that are good that long, enrol tokens that are still
  /// good when those who come enrol, and not the last session tokens, which the inviter needs for
  /// letting them in. As take_for_invite.
  Result<EventTokens> take_for_event(std::uint32_t uses, TimePoint until);
  /// Which token is being spent under this id.
  std::optional<TokenNonce> token_of(const SpendId& spend) const;

  /// Unspent session tokens for general use, and enrol tokens.
  std::uint32_t count_sessions() const;
  std::uint32_t count_enrolls() const;

  /// Forgets tokens that no relay takes any more.
  void expire(TimePoint now);

 private:
  struct Coin {
    wire::Token token;
    std::uint32_t from_day = 0;
    Purpose purpose = Purpose::general;
    std::optional<SpendId> spend;
    std::uint32_t lanes = 0;  // bits of Lane
    std::optional<wire::Budget> left;
    bool doubtful = false;
  };
  using Coins = std::map<std::string, Coin>;  // by nonce

  bool has_doubtful() const;
  void release(Purpose purpose);
  Coin* open_for(Lane lane, TimePoint now);
  Coin* to_share(Lane lane, TimePoint now);
  Coin* unspent(Purpose purpose, TimePoint now);
  Coin* left_over(Lane lane, TimePoint now);
  SpendOrder open(Coin& coin, Lane lane);
  std::vector<Coins::iterator> newest_first(TimePoint now, bool (*wanted)(const Coin&));
  Coins::iterator find(const SpendId& spend);
  void save(const Coin& coin);
  void erase(Coins::iterator coin);

  Journal& journal_;
  Random& random_;
  Coins coins_;
};

}  // namespace porchlight::client
