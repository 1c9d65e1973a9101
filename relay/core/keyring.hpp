// The relay's weekly token keys (clauses 6.1 and 6.2): which tokens are accepted, which key signs,
// and what the relay states about its keys. A Keyring never changes: when a week begins, a new one
// is made from the ledger's keys, and threads go over to it when they get to it. Which keys count
// is decided by the time of the question. Must not know: where keys are stored, accounts,
// connections.
#pragma once

#include <map>
#include <vector>

#include "proto/crypto/random.hpp"
#include "proto/crypto/sign.hpp"
#include "proto/crypto/voprf.hpp"
#include "proto/wire/relay.pb.h"
#include "proto/wire/time.hpp"
#include "relay/core/operations.hpp"

namespace porchlight::relay {

/// One key as it is stored. The statement is stored with it because there may be only one.
struct TokenKeyRecord {
  TokenKind kind = TokenKind::session;
  std::uint32_t week = 0;
  voprf::PrivateKey private_key;
  Bytes statement;  // Signed TokenKey under "token key", by the relay's identity
};

/// A new key for a kind and week, and the statement about it.
TokenKeyRecord make_token_key(TokenKind kind, std::uint32_t week, const SigningKey& identity,
                              Random& random);

/// None for a kind this relay does not know.
std::optional<TokenKind> token_kind(wire::TokenKind kind);
wire::TokenKind wire_kind(TokenKind kind);

class Keyring {
 public:
  /// 'malformed' when a stored key or its statement is damaged or there are two for a kind and
  /// week.
  static Result<Keyring> make(std::vector<TokenKeyRecord> records);

  /// True when there is a key of every kind for the week of `now`.
  bool is_complete(wire::TimePoint now) const;

  /// The Signed TokenKeys for RelayInfo: this week's and last week's.
  std::vector<ByteView> statements(wire::TimePoint now) const;

  /// Which token it is, if its output is the one its key of this or last week makes; otherwise
  /// none, whatever is wrong with it. Compares in constant time. Costs one VOPRF evaluation. Does
  /// not know whether the token was spent.
  std::optional<TokenId> accept(const wire::Token& token, wire::TimePoint now) const;

  /// The key that signs, for the week of `now`; null when the keyring has none yet.
  const voprf::KeyPair* signing_key(TokenKind kind, wire::TimePoint now) const;

  /// A token made by the relay itself, for the operator's invites, under this week's key.
  /// 'not_found' when the keyring has none.
  Result<wire::Token> mint(TokenKind kind, wire::TimePoint now, Random& random) const;

 private:
  struct Key {
    voprf::KeyPair pair;
    Bytes statement;
  };
  Keyring() = default;
  const Key* accepted(TokenKind kind, std::uint32_t week, wire::TimePoint now) const;

  std::map<std::pair<std::uint32_t, TokenKind>, Key> keys_;
};

}  // namespace porchlight::relay
