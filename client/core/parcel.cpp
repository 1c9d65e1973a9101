#include "client/core/parcel.hpp"

#include "client/core/codec.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/channel.pb.h"
#include "proto/wire/envelope.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

constexpr int tokens_max = 256;  // of a kind in one parcel; 64 KiB bound it too

Error wrong(std::string_view what) {
  return {Errc::malformed, say(tr("this invite is damaged ({}): ask for a new one"), what)};
}

bool has_sizes(const wire::Token& token) {
  return token.nonce().size() == TokenNonce::size_bytes &&
         token.output().size() == TokenOutput::size_bytes;
}

Status check_supplies(const wire::Supplies& supplies, int sessions_min) {
  if (supplies.session_size() < sessions_min || supplies.session_size() > tokens_max ||
      supplies.enroll_stock_size() > tokens_max || !is_enroll_token(supplies.enroll())) {
    return wrong(tr("its tokens"));
  }
  for (const auto& token : supplies.session()) {
    if (!is_session_token(token)) return wrong(tr("its tokens"));
  }
  for (const auto& token : supplies.enroll_stock()) {
    if (!is_enroll_token(token)) return wrong(tr("its tokens"));
  }
  return Ok{};
}

using Bundles = google::protobuf::RepeatedPtrField<wire::Supplies>;

Status check_bundles(const Bundles& bundles) {
  const int count = bundles.size();
  if (count < 2 || count > static_cast<int>(limits::event_uses_max)) return wrong(tr("its tokens"));
  for (const wire::Supplies& bundle : bundles) {
    if (bundle.session_size() != 2 || bundle.enroll_stock_size() != 0 || bundle.has_enroll() ||
        !is_session_token(bundle.session(0)) || !is_session_token(bundle.session(1))) {
      return wrong(tr("its tokens"));
    }
  }
  return Ok{};
}

/// Of an invite's message those that its kind has.
template <class Message, class AnyOffer>
Status take_tokens(const Message& message, wire::InviteKind kind, AnyOffer& offer) {
  if (kind == wire::InviteKind::event) {
    CHECK(check_bundles(message.bundles()));
    offer.bundles.assign(message.bundles().begin(), message.bundles().end());
  } else {
    CHECK(check_supplies(message.supplies(), 2));
    offer.supplies = message.supplies();
  }
  return Ok{};
}

Result<ParcelOffer> read_group_invite(const std::string& bytes, wire::InviteKind kind) {
  TRY(const wire::Unverified unverified, wire::parse_signed(bytes));
  wire::GroupInvite message;
  if (!parse(message, unverified.body)) return wrong(tr("it does not decode"));
  if (message.suite() != suite) return update_needed(tr("this invite"));
  GroupOffer offer;
  VerifyKey inviter;
  if (!read(inviter, message.inviter()) || !read(offer.invite, message.invite_id()) ||
      !read(offer.group, message.group_id())) {
    return wrong(tr("a field's size"));
  }
  CHECK(unverified.verify(wire::label::group_invite, inviter));
  TRY(offer.inviter, verify_card(as_bytes(message.card())));
  if (offer.inviter.identity != inviter) return wrong(tr("its card"));
  if (!is_clean_name(message.group_name()) || !is_clean_name(message.inviter_name())) {
    return wrong(tr("a name"));
  }
  // What an audience is invited to is not known here.
  if (message.role() != wire::ROLE_MEMBER && message.role() != wire::ROLE_LEAD) {
    return update_needed(tr("this invite"));
  }
  CHECK(take_tokens(message, kind, offer));
  const auto end = time_of_minute(message.expires_minute());
  if (!end) return wrong(tr("its end"));
  offer.group_name = message.group_name();
  offer.inviter_name = message.inviter_name();
  offer.role = message.role();
  offer.expires = *end;
  return ParcelOffer{std::move(offer)};
}

Result<ParcelOffer> read_channel_invite(const std::string& bytes, wire::InviteKind kind) {
  TRY(wire::Unverified unverified, wire::parse_signed(bytes));
  wire::ChannelInvite message;
  if (!parse(message, unverified.body)) return wrong(tr("it does not decode"));
  if (message.suite() != suite) return update_needed(tr("this invite"));
  ChannelOffer offer;
  offer.welcome = SecretBytes::absorb(*message.mutable_welcome());
  TRY(const ChannelWelcome welcome, open_channel_welcome(offer.welcome.reveal(), std::nullopt));
  offer.root = welcome.head.root;
  CHECK(unverified.verify(wire::label::channel_invite, offer.root));
  wipe(unverified.body);
  if (!read(offer.invite, message.invite_id())) return wrong(tr("a field's size"));
  CHECK(take_tokens(message, kind, offer));
  const auto end = time_of_minute(message.expires_minute());
  if (!end) return wrong(tr("its end"));
  offer.channel = welcome.head.channel;
  offer.name = welcome.head.name;
  offer.expires = *end;
  return ParcelOffer{std::move(offer)};
}

Result<ParcelOffer> read_relay_invite(const wire::RelayInvite& message,
                                      const RelayIdentity& relay) {
  if (message.suite() != suite) return update_needed(tr("this invite"));
  RelayIdentity identity;
  if (!read(identity, message.relay_identity())) return wrong(tr("a field's size"));
  if (identity != relay) {
    return Error{Errc::wrong_identity, tr("this invite is for another relay than its link says")};
  }
  CHECK(check_supplies(message.supplies(), 1));
  const auto end = time_of_minute(message.expires_minute());
  if (!end) return wrong(tr("its end"));
  return ParcelOffer{RelayOffer{*end, message.supplies()}};
}

}  // namespace

TimePoint expires(const ParcelOffer& offer) {
  return std::visit([](const auto& any) { return any.expires; }, offer);
}

const wire::Supplies& supplies(const ParcelOffer& offer) {
  return std::visit([](const auto& any) -> const wire::Supplies& { return any.supplies; }, offer);
}

const std::vector<wire::Supplies>& bundles(const ParcelOffer& offer) {
  static const std::vector<wire::Supplies> none;
  if (const auto* group = std::get_if<GroupOffer>(&offer)) return group->bundles;
  if (const auto* channel = std::get_if<ChannelOffer>(&offer)) return channel->bundles;
  return none;
}

Bytes make_group_parcel(const GroupOffer& offer, ByteView inviter_card, const SigningKey& inviter,
                        const wire::InviteKeys& keys) {
  wire::GroupInvite message;
  message.set_suite(suite);
  message.set_inviter(inviter.verify_key().str());
  message.set_card(to_string(inviter_card));
  message.set_invite_id(offer.invite.str());
  message.set_group_id(offer.group.str());
  message.set_group_name(offer.group_name);
  message.set_inviter_name(offer.inviter_name);
  message.set_role(offer.role);
  message.set_expires_minute(wire::unix_minute(offer.expires));
  if (offer.bundles.empty()) *message.mutable_supplies() = offer.supplies;
  for (const wire::Supplies& bundle : offer.bundles) *message.add_bundles() = bundle;
  wire::Parcel parcel;
  parcel.set_group_invite(
      to_string(wire::make_signed(wire::label::group_invite, serialise(message), inviter)));
  auto envelope = wire::seal_envelope(seal_key(keys.seal), serialise(parcel));
  PORCHLIGHT_ASSERT(envelope.ok());  // about 900 bytes, and limits::bundle_bytes_max a bundle
  return std::move(envelope).value();
}

Result<ParcelOffer> open_parcel(ByteView envelope, const wire::InviteKeys& keys,
                                const RelayIdentity& relay, TimePoint now) {
  auto payload = unseal(keys.seal, envelope);
  wire::Parcel parcel;
  if (!payload || !unpad(*payload) || !parse(parcel, payload->reveal())) {
    return wrong(tr("it does not open"));
  }
  Result<ParcelOffer> offer = wrong(tr("it is empty"));
  if (parcel.offer_case() == wire::Parcel::kGroupInvite) {
    offer = read_group_invite(parcel.group_invite(), keys.kind);
  } else if (parcel.offer_case() == wire::Parcel::kChannelInvite) {
    offer = read_channel_invite(parcel.channel_invite(), keys.kind);
    wipe_text(*parcel.mutable_channel_invite());
  } else if (parcel.offer_case() == wire::Parcel::kRelayInvite &&
             keys.kind == wire::InviteKind::personal) {
    offer = read_relay_invite(parcel.relay_invite(), relay);
  }
  if (offer.ok() && expires(*offer) <= now) {
    return Error{Errc::expired, tr("this invite has expired: ask for a new one")};
  }
  return offer;
}

std::optional<TimePoint> time_of_minute(std::uint64_t minute) {
  constexpr std::uint64_t last = 4'223'371'680;
  if (minute > last) return std::nullopt;
  return TimePoint{std::chrono::minutes(static_cast<std::int64_t>(minute))};
}

bool is_session_token(const wire::Token& token) {
  return token.kind() == wire::TOKEN_KIND_SESSION && has_sizes(token);
}

bool is_enroll_token(const wire::Token& token) {
  return (token.kind() == wire::TOKEN_KIND_ENROLL_MEMBER ||
          token.kind() == wire::TOKEN_KIND_ENROLL_INVITER) &&
         has_sizes(token);
}

}  // namespace porchlight::client
