// Parcels: the input is what an invite's mailbox holds, sealed to the invite's key; and it is a
// GroupInvite that its inviter signed. Whatever opens keeps to all that parcel.hpp promises.
#include "client/core/parcel.hpp"

#include "client/core/codec.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
#include "proto/wire/envelope.hpp"
#include "tests/fuzz/people.hpp"

using namespace porchlight;
using namespace porchlight::client;

namespace {

const wire::InviteKeys personal_keys(fuzz::filled<wire::InviteSeed>(0x5e));
const wire::InviteKeys event_keys(fuzz::filled<wire::InviteSeed>(0x5e), wire::InviteKind::event);
const RelayIdentity relay = fuzz::filled<RelayIdentity>(0x72);
const fuzz::Person inviter(1);
constexpr TimePoint now{std::chrono::days(20'000)};

void check_supplies(const wire::Supplies& supplies, int sessions_min) {
  PORCHLIGHT_ASSERT(is_enroll_token(supplies.enroll()));
  PORCHLIGHT_ASSERT(supplies.session_size() >= sessions_min && supplies.session_size() <= 256);
  PORCHLIGHT_ASSERT(std::ranges::all_of(supplies.session(), is_session_token));
  PORCHLIGHT_ASSERT(supplies.enroll_stock_size() <= 256);
  PORCHLIGHT_ASSERT(std::ranges::all_of(supplies.enroll_stock(), is_enroll_token));
}

void check_group_offer(const GroupOffer& offer, const wire::InviteKeys& keys) {
  if (keys.kind == wire::InviteKind::event) {
    PORCHLIGHT_ASSERT(offer.bundles.size() >= 2 && offer.bundles.size() <= limits::event_uses_max);
    for (const wire::Supplies& bundle : offer.bundles) {
      PORCHLIGHT_ASSERT(bundle.session_size() == 2 && !bundle.has_enroll());
      PORCHLIGHT_ASSERT(std::ranges::all_of(bundle.session(), is_session_token));
    }
  } else {
    PORCHLIGHT_ASSERT(offer.bundles.empty());
    check_supplies(offer.supplies, 2);
  }
  PORCHLIGHT_ASSERT(is_clean_name(offer.group_name) && is_clean_name(offer.inviter_name));
  PORCHLIGHT_ASSERT(offer.role == wire::ROLE_MEMBER || offer.role == wire::ROLE_LEAD);
  // Nobody else's signature is to be had here.
  PORCHLIGHT_ASSERT(offer.inviter.identity == inviter.key());
  PORCHLIGHT_ASSERT(is_seal_key(offer.inviter.seal_key) && !offer.inviter.inbox.drop_key);

  const Bytes again = make_group_parcel(offer, inviter.card, inviter.identity, keys);
  const auto opened = open_parcel(again, keys, relay, now);
  PORCHLIGHT_ASSERT(opened.ok() && expires(*opened) == offer.expires);
  PORCHLIGHT_ASSERT(serialise(supplies(*opened)) == serialise(offer.supplies));
  PORCHLIGHT_ASSERT(std::get<GroupOffer>(*opened).bundles.size() == offer.bundles.size());
}

void check(ByteView plaintext, const wire::InviteKeys& keys) {
  const auto envelope = wire::seal_envelope(seal_key(keys.seal), plaintext);
  if (!envelope.ok()) return;
  const auto offer = open_parcel(*envelope, keys, relay, now);
  if (!offer.ok()) return;
  PORCHLIGHT_ASSERT(expires(*offer) > now);
  PORCHLIGHT_ASSERT(open_parcel(*envelope, keys, relay, expires(*offer)).error().code ==
                    Errc::expired);
  if (const auto* group = std::get_if<GroupOffer>(&*offer)) return check_group_offer(*group, keys);
  PORCHLIGHT_ASSERT(keys.kind == wire::InviteKind::personal);
  check_supplies(supplies(*offer), 1);
  PORCHLIGHT_ASSERT(open_parcel(*envelope, keys, RelayIdentity{}, now).error().code ==
                    Errc::wrong_identity);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  check(bytes, personal_keys);
  wire::Parcel parcel;
  parcel.set_group_invite(
      to_string(wire::make_signed(wire::label::group_invite, bytes, inviter.identity)));
  check(serialise(parcel), personal_keys);
  check(serialise(parcel), event_keys);
  return 0;
}
