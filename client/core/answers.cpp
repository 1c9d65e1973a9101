#include "client/core/answers.hpp"

#include <algorithm>

#include "proto/base/translate.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

constexpr std::uint32_t protocol_version = 1;
constexpr int token_keys_max = 32;  // three kinds and two weeks today

Error garbage() {
  return {Errc::malformed,
          "The relay answered with something that makes no sense, so the connection was ended. "
          "Nothing was lost. If it happens again, tell the relay's operator."};
}

Error forged_key() {
  return {Errc::not_authentic,
          "The relay showed token keys that its identity does not vouch for, so the connection was "
          "ended. Nothing was lost. Tell the people you trust that this relay may be cheating."};
}

Result<RelayFacts::Key> read_token_key(const std::string& bytes, const VerifyKey& relay_key) {
  TRY(const wire::Unverified unverified, wire::parse_signed(bytes));
  if (!unverified.verify(wire::label::token_key, relay_key).ok()) return forged_key();
  wire::TokenKey key;
  if (!key.ParseFromArray(unverified.body.data(), static_cast<int>(unverified.body.size())) ||
      key.public_key().size() != 32) {
    return garbage();
  }
  return RelayFacts::Key{key.kind(), key.week(), to_bytes(as_bytes(key.public_key()))};
}

bool is_known(wire::TokenKind kind) {
  return kind == wire::TOKEN_KIND_SESSION || kind == wire::TOKEN_KIND_ENROLL_MEMBER ||
         kind == wire::TOKEN_KIND_ENROLL_INVITER;
}

Result<std::vector<RelayFacts::Key>> read_token_keys(const wire::RelayInfo& info,
                                                     const VerifyKey& relay_key) {
  if (info.token_keys_size() > token_keys_max) return garbage();
  std::vector<RelayFacts::Key> keys;
  for (const std::string& bytes : info.token_keys()) {
    TRY(RelayFacts::Key key, read_token_key(bytes, relay_key));
    const bool twice = std::any_of(keys.begin(), keys.end(), [&](const RelayFacts::Key& other) {
      return other.kind == key.kind && other.week == key.week;
    });
    if (twice) return forged_key();
    if (is_known(key.kind)) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace

Result<wire::Answer> parse_answer(ByteView frame) {
  wire::Answer answer;
  if (!answer.ParseFromArray(frame.data(), static_cast<int>(frame.size())) ||
      answer.op_case() == wire::Answer::OP_NOT_SET) {
    return garbage();
  }
  return answer;
}

Result<Greeting> read_greeting(const wire::Answer& first, const VerifyKey& relay_key) {
  if (first.id() == 0 && first.has_failure()) return describe(first.failure());
  if (first.id() != 0 || !first.has_relay_info()) return garbage();
  const wire::RelayInfo& info = first.relay_info();
  if (std::find(info.versions().begin(), info.versions().end(), protocol_version) ==
      info.versions().end()) {
    return Error{Errc::update_needed,
                 tr("The relay does not speak this version of the protocol any more: update "
                    "porchlight. What was queued is kept.")};
  }
  Greeting greeting;
  TRY(greeting.facts.token_keys, read_token_keys(info, relay_key));
  const auto incarnation = Incarnation::from(info.incarnation());
  const auto challenge = Challenge::from(info.challenge());
  const std::uint32_t days = info.caps().ordinary_days();
  if (!incarnation || !challenge || days == 0 || days > limits::ordinary_days) return garbage();
  greeting.facts.incarnation = *incarnation;
  greeting.facts.clock_minute = info.clock_minute();
  greeting.facts.ordinary_days = days;
  greeting.facts.guest_drops = info.caps().guest_drops();
  greeting.challenge = *challenge;
  return greeting;
}

Error describe(const wire::Failure& failure) {
  switch (failure.code()) {
    case wire::FAILURE_FULL:
      return {Errc::full,
              tr("The relay has no room for this now. It is kept here, and the next command tries "
                 "again. The relay's operator may need to know.")};
    case wire::FAILURE_BUSY:
      return {Errc::refused,
              tr("The relay is too busy now. What is queued is kept: try again in a few minutes.")};
    case wire::FAILURE_INTERNAL:
      return {Errc::refused,
              tr("The relay could not store or read. What is queued is kept: try again later, and "
                 "tell the relay's operator if it goes on.")};
    case wire::FAILURE_UNSUPPORTED:
      return {
          Errc::update_needed,
          tr("The relay does not know this kind of request: it may be older than this porchlight. "
             "What is queued is kept.")};
    case wire::FAILURE_NOT_AUTHORISED:
      return {Errc::refused,
              tr("The relay did not accept this device's proof. What is queued is kept; porchlight "
                 "doctor shows how things stand.")};
    case wire::FAILURE_NO_BUDGET:
    case wire::FAILURE_ALLOTMENT:
      return {
          Errc::no_tokens,
          tr("The relay gives this device nothing more today. What is queued is kept and leaves "
             "when new tokens are there.")};
    case wire::FAILURE_NOT_LAST:
      return {Errc::conflict, tr("Somebody else made a change first.")};
    default:
      return garbage();
  }
}

}  // namespace porchlight::client
