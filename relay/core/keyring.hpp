// The relay's weekly token keys (clauses 6.1 and 6.2): which tokens are accepted, which key signs,
// and what the relay states about its keys. A Keyring never changes: when a week begins, a new one
// is derived, and threads go over to it when they get to it. Which keys count is decided by the
// time of the question. Must not know: where the token secret is stored, accounts, connections.
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

/// What all token keys of a relay follow from, for good: random, made with its identity.
using TokenSecret = Secret<struct TokenSecretTag, 32>;

/// None for a kind this relay does not know.
std::optional<TokenKind> token_kind(wire::TokenKind kind);
wire::TokenKind wire_kind(TokenKind kind);

class Keyring {
 public:
  /// The keys of the week of `now` and of the week before, and the statements about them, which
  /// are the same whenever they are derived: a week never has two keys of a kind, even when the
  /// database was replaced by an older one.
  static Keyring derive(const TokenSecret& secret, const SigningKey& identity, wire::TimePoint now);

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
    Bytes statement;  // Signed TokenKey under "token key", by the relay's identity
  };
  Keyring() = default;
  static Key derive_key(const TokenSecret& secret, TokenKind kind, std::uint32_t week,
                        const SigningKey& identity);
  const Key* accepted(TokenKind kind, std::uint32_t week, wire::TimePoint now) const;

  std::map<std::pair<std::uint32_t, TokenKind>, Key> keys_;
};

}  // namespace porchlight::relay
