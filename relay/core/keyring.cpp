#include "relay/core/keyring.hpp"

#include "proto/crypto/hash.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::relay {
namespace {

Error damaged() { return {Errc::malformed, "a stored token key is damaged"}; }

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

TokenKeyRecord make_token_key(TokenKind kind, std::uint32_t week, const SigningKey& identity,
                              Random& random) {
  auto [private_key, public_key] =
      voprf::derive_key_pair(random.secret<voprf::Seed>(), as_bytes("porchlight token key"));
  wire::TokenKey statement;
  statement.set_kind(wire_kind(kind));
  statement.set_week(week);
  statement.set_public_key(public_key.str());
  const std::string body = statement.SerializeAsString();
  return {kind, week, std::move(private_key),
          wire::make_signed(wire::label::token_key, as_bytes(body), identity)};
}

Result<Keyring> Keyring::make(std::vector<TokenKeyRecord> records) {
  Keyring keyring;
  for (TokenKeyRecord& record : records) {
    TRY(const voprf::PublicKey public_key, voprf::public_key(record.private_key));
    TRY(const wire::Unverified statement, wire::parse_signed(record.statement));
    wire::TokenKey body;
    if (!body.ParseFromArray(statement.body.data(), static_cast<int>(statement.body.size())) ||
        body.kind() != wire_kind(record.kind) || body.week() != record.week ||
        as_bytes(body.public_key()).size() != voprf::PublicKey::size_bytes ||
        *voprf::PublicKey::from(body.public_key()) != public_key) {
      return damaged();
    }
    Key key{{std::move(record.private_key), public_key}, std::move(record.statement)};
    if (!keyring.keys_.emplace(std::pair(record.week, record.kind), std::move(key)).second) {
      return damaged();
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
