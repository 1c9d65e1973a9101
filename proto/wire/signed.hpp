// Signed{body, signature} (clause 1.4): over "porchlight/1 " label 0x00 body, checked over the
// bytes received and never over a new serialisation. One label per kind.
#pragma once

#include <string_view>

#include "proto/base/limits.hpp"
#include "proto/crypto/sign.hpp"

namespace porchlight::wire {

namespace label {
inline constexpr std::string_view token_key = "token key";
inline constexpr std::string_view prove_collect = "prove collect";
inline constexpr std::string_view prove_drop = "prove drop";
inline constexpr std::string_view issue = "issue";
inline constexpr std::string_view enroll = "enroll";
inline constexpr std::string_view card = "card";
inline constexpr std::string_view join_request = "join request";
inline constexpr std::string_view group_invite = "group invite";
inline constexpr std::string_view epoch = "epoch";
inline constexpr std::string_view welcome = "welcome";
inline constexpr std::string_view catch_up = "catch up";
inline constexpr std::string_view card_notice = "card notice";
inline constexpr std::string_view frame = "frame";
inline constexpr std::string_view channel_epoch = "channel epoch";
inline constexpr std::string_view channel_grants = "channel grants";
inline constexpr std::string_view channel_frame = "channel frame";
inline constexpr std::string_view channel_author = "channel author";
inline constexpr std::string_view channel_invite = "channel invite";
inline constexpr std::string_view channel_welcome = "channel welcome";
inline constexpr std::string_view audience_join = "audience join";
inline constexpr std::string_view reply = "reply";
}  // namespace label

/// The signature of a body under a label.
Signature sign(std::string_view label, ByteView body, const SigningKey& key);
bool verify(std::string_view label, ByteView body, const Signature& signature,
            const VerifyKey& key);

/// A serialised Signed message over `body`.
Bytes make_signed(std::string_view label, ByteView body, const SigningKey& key);

/// A Signed message taken apart; nothing of it may be believed before verify().
struct Unverified {
  Bytes body;
  Signature signature;

  /// 'not_authentic' unless `key` signed these very bytes under this label.
  Status verify(std::string_view label, const VerifyKey& key) const;
};

/// 'malformed' unless `bytes` is a Signed message of possible sizes.
Result<Unverified> parse_signed(ByteView bytes);
inline Result<Unverified> parse_signed(std::string_view bytes) {
  return parse_signed(as_bytes(bytes));
}

/// A proof of possession (clause 3.3): label || relay identity || challenge || subject. It holds on
/// this relay and this connection alone.
Signature prove_possession(std::string_view label, const RelayIdentity& relay,
                           const Challenge& challenge, ByteView subject, const SigningKey& key);
bool verify_possession(std::string_view label, const RelayIdentity& relay,
                       const Challenge& challenge, ByteView subject, const Signature& signature,
                       const VerifyKey& key);

}  // namespace porchlight::wire
