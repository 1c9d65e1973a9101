#include "relay/core/keyring.hpp"

#include "proto/crypto/hash.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::relay {
namespace {

TokenOutput token_output(const voprf::Output& output) {
  return *TokenOutput::from(output.view().first(TokenOutput::size_bytes));
}

}  // namespace

std::optional<TokenKind> token_kind(wire::TokenKind kind) {
  switch (kind) {
    case wire::TOKEN_KIND_SESSION:
      return TokenKind::session;
    case wire::TOKEN_KIND_ENROLL_MEMBER:
      return TokenKind::enroll_member;
    case wire::TOKEN_KIND_ENROLL_INVITER:
      return TokenKind::enroll_inviter;
    default:
      return std::nullopt;
  }
}

wire::TokenKind wire_kind(TokenKind kind) { return static_cast<wire::TokenKind>(kind); }

Keyring::Key Keyring::derive_key(const TokenSecret& secret, TokenKind kind, std::uint32_t week,
                                 const SigningKey& identity) {
  const auto seed =
      kdf<voprf::Seed>(secret, "token key", {static_cast<std::uint32_t>(wire_kind(kind)), week});
  voprf::KeyPair pair = voprf::derive_key_pair(seed, as_bytes("porchlight token key"));
  wire::TokenKey statement;
  statement.set_kind(wire_kind(kind));
  statement.set_week(week);
  statement.set_public_key(pair.public_key.str());
  const std::string body = statement.SerializeAsString();
  return {std::move(pair), wire::make_signed(wire::label::token_key, as_bytes(body), identity)};
}

Keyring Keyring::derive(const TokenSecret& secret, const SigningKey& identity,
                        wire::TimePoint now) {
  Keyring keyring;
  const std::uint32_t this_week = wire::token_week(now);
  for (const std::uint32_t week : {std::max(this_week, 1u) - 1, this_week}) {
    for (const TokenKind kind : all_token_kinds) {
      keyring.keys_.emplace(std::pair(week, kind), derive_key(secret, kind, week, identity));
    }
  }
  return keyring;
}

const Keyring::Key* Keyring::accepted(TokenKind kind, std::uint32_t week,
                                      wire::TimePoint now) const {
  const std::uint32_t this_week = wire::token_week(now);
  if (week != this_week && week + 1 != this_week) return nullptr;
  const auto found = keys_.find({week, kind});
  return found == keys_.end() ? nullptr : &found->second;
}

bool Keyring::is_complete(wire::TimePoint now) const {
  return std::all_of(all_token_kinds.begin(), all_token_kinds.end(),
                     [&](TokenKind kind) { return signing_key(kind, now) != nullptr; });
}

std::vector<ByteView> Keyring::statements(wire::TimePoint now) const {
  std::vector<ByteView> statements;
  for (const auto& [id, key] : keys_) {
    if (accepted(id.second, id.first, now)) statements.push_back(key.statement);
  }
  return statements;
}

std::optional<TokenId> Keyring::accept(const wire::Token& token, wire::TimePoint now) const {
  const auto kind = token_kind(token.kind());
  const auto nonce = TokenNonce::from(token.nonce());
  if (!kind || !nonce) return std::nullopt;
  const Key* key = accepted(*kind, token.week(), now);
  if (!key) return std::nullopt;
  const auto output = voprf::evaluate(key->pair.private_key, nonce->view());
  if (!output || !equal_constant_time(token_output(*output).view(), as_bytes(token.output()))) {
    return std::nullopt;
  }
  return TokenId{*kind, token.week(), *nonce};
}

const voprf::KeyPair* Keyring::signing_key(TokenKind kind, wire::TimePoint now) const {
  const Key* key = accepted(kind, wire::token_week(now), now);
  return key ? &key->pair : nullptr;
}

Result<wire::Token> Keyring::mint(TokenKind kind, wire::TimePoint now, Random& random) const {
  const voprf::KeyPair* key = signing_key(kind, now);
  if (!key) return Error{Errc::not_found, "there is no token key for this week"};
  const auto nonce = random.fixed<TokenNonce>();
  TRY(const voprf::Output output, voprf::evaluate(key->private_key, nonce.view()));
  wire::Token token;
  token.set_kind(wire_kind(kind));
  token.set_week(wire::token_week(now));
  token.set_nonce(nonce.str());
  token.set_output(token_output(output).str());
  return token;
}

}  // namespace porchlight::relay
