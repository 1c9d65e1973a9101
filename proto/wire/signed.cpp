#include "proto/wire/signed.hpp"

#include "proto/wire/person.pb.h"

namespace porchlight::wire {
namespace {

// "porchlight/1 " label 0x00 body
Bytes signing_input(std::string_view label, ByteView body) {
  constexpr std::string_view prefix = "porchlight/1 ";
  Bytes input;
  input.reserve(prefix.size() + label.size() + 1 + body.size());
  input.insert(input.end(), prefix.begin(), prefix.end());
  input.insert(input.end(), label.begin(), label.end());
  input.push_back(0);
  input.insert(input.end(), body.begin(), body.end());
  return input;
}

Bytes possession_body(const RelayIdentity& relay, const Challenge& challenge, ByteView subject) {
  Bytes body;
  for (const ByteView part : {relay.view(), challenge.view(), subject}) {
    body.insert(body.end(), part.begin(), part.end());
  }
  return body;
}

}  // namespace

Signature sign(std::string_view label, ByteView body, const SigningKey& key) {
  Bytes input = signing_input(label, body);
  const Signature signature = key.sign(input);
  wipe(input);
  return signature;
}

bool verify(std::string_view label, ByteView body, const Signature& signature,
            const VerifyKey& key) {
  Bytes input = signing_input(label, body);
  const bool good = porchlight::verify(key, input, signature);
  wipe(input);
  return good;
}

Bytes make_signed(std::string_view label, ByteView body, const SigningKey& key) {
  Signed message;
  message.set_body(body.data(), body.size());
  message.set_signature(sign(label, body, key).str());
  Bytes bytes(message.ByteSizeLong());
  message.SerializeToArray(bytes.data(), static_cast<int>(bytes.size()));
  wipe_text(*message.mutable_body());
  return bytes;
}

Status Unverified::verify(std::string_view label, const VerifyKey& key) const {
  if (!wire::verify(label, body, signature, key)) {
    return Error{Errc::not_authentic, "a signature does not hold"};
  }
  return Ok{};
}

Result<Unverified> parse_signed(ByteView bytes) {
  Signed message;
  if (bytes.size() > limits::signed_bytes_max ||
      !message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error{Errc::malformed, "a signed message does not decode"};
  }
  const auto signature = Signature::from(message.signature());
  Bytes body = to_bytes(as_bytes(message.body()));
  wipe_text(*message.mutable_body());
  if (!signature) return Error{Errc::malformed, "a signature has an impossible length"};
  return Unverified{std::move(body), *signature};
}

Signature prove_possession(std::string_view label, const RelayIdentity& relay,
                           const Challenge& challenge, ByteView subject, const SigningKey& key) {
  return sign(label, possession_body(relay, challenge, subject), key);
}

bool verify_possession(std::string_view label, const RelayIdentity& relay,
                       const Challenge& challenge, ByteView subject, const Signature& signature,
                       const VerifyKey& key) {
  return verify(label, possession_body(relay, challenge, subject), signature, key);
}

}  // namespace porchlight::wire
