#include "client/core/join.hpp"

#include "client/core/codec.hpp"
#include "client/core/text.hpp"
#include "client/core/words.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::client {

Bytes make_join_request(const RequestDraft& draft, const SigningKey& identity, Random& random) {
  PORCHLIGHT_ASSERT(is_clean_name(draft.name));
  wire::JoinRequest request;
  request.set_suite(suite);
  request.set_group_id(draft.group.str());
  request.set_inviter(draft.inviter.str());
  request.set_invite_id(draft.invite.str());
  request.set_one_time_key(draft.one_time_key.str());
  request.set_tag_key((draft.tag_key ? *draft.tag_key : random.fixed<TagKey>()).str());
  request.set_card(to_string(draft.card));
  request.set_name(draft.name);
  return wire::make_signed(wire::label::join_request, serialise(request), identity);
}

Result<JoinRequest> verify_join_request(ByteView signed_request) {
  TRY(JoinRequest request, read_kept_join_request(signed_request));
  if (signed_request.size() > limits::join_request_bytes_max) {
    return Error{Errc::malformed, "a request to join is longer than one can be"};
  }
  TRY(const wire::Unverified unverified, wire::parse_signed(signed_request));
  wire::JoinRequest message;
  PORCHLIGHT_ASSERT(parse(message, unverified.body));  // as it did just now
  TRY(request.card, verify_card(as_bytes(message.card())));
  CHECK(unverified.verify(wire::label::join_request, request.card.identity));
  if (!is_clean_name(request.name) || !is_seal_key(request.one_time_key)) {
    return Error{Errc::malformed, "a request to join holds a name or a key that cannot be"};
  }
  return request;
}

Result<JoinRequest> read_kept_join_request(ByteView signed_request) {
  TRY(const wire::Unverified unverified, wire::parse_signed(signed_request));
  wire::JoinRequest message;
  if (!parse(message, unverified.body)) {
    return Error{Errc::malformed, "a request to join does not decode"};
  }
  if (message.suite() != suite) return update_needed(tr("a request to join"));
  JoinRequest request;
  if (!read(request.group, message.group_id()) || !read(request.inviter, message.inviter()) ||
      !read(request.invite, message.invite_id()) || !read(request.tag_key, message.tag_key()) ||
      !read(request.one_time_key, message.one_time_key())) {
    return Error{Errc::malformed, "a request to join holds a field of an impossible size"};
  }
  TRY(request.card, read_kept_card(as_bytes(message.card())));
  request.name = message.name();
  request.bytes = to_bytes(signed_request);
  request.hash = request_hash(unverified.body);
  return request;
}

RequestHash request_hash(ByteView body) { return hash<RequestHash>("join request", {body}); }

JoinMac join_mac(const wire::JoinSecret& secret, ByteView signed_request) {
  return kdf<JoinMac>(secret, "join mac", {signed_request});
}

SafetyWords safety_words(const VerifyKey& a, const VerifyKey& b, const RequestHash& request) {
  const auto& [lower, higher] = std::minmax(a, b);
  const Digest digest = hash_digest("safety words", {lower, higher, request});
  constexpr unsigned bits_per_word = 11;
  static_assert(words_count == 1u << bits_per_word);
  SafetyWords words;
  for (unsigned i = 0; i < words.size(); ++i) {
    std::size_t index = 0;
    for (unsigned bit = i * bits_per_word; bit < (i + 1) * bits_per_word; ++bit) {
      index = index << 1 | ((unsigned{digest.data()[bit / 8]} >> (7 - bit % 8)) & 1u);
    }
    words[i] = word(index);
  }
  return words;
}

}  // namespace porchlight::client
