// Welcomes into a channel and the invites that carry them: by the root that the epoch names, whole,
// and for one kind of link each.
#include "client/core/channel_welcome.hpp"

#include <gtest/gtest.h>

#include "client/core/people.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/envelope.hpp"
#include "tests/unit/channel_scene.hpp"

namespace porchlight::client {
namespace {

constexpr TimePoint now{std::chrono::days(ChannelScene::today)};

class ChannelWelcomes : public ::testing::Test, protected ChannelScene {
 protected:
  ChannelReading draw_reading(std::uint32_t day) {
    return {random.secret<Carry>(),
            random.secret<SigningSeed>(),
            random.secret<SealSeed>(),
            day,
            derive_channel_day(random.secret<DaySecret>()),
            random.secret<DaySecret>()};
  }
  SecretBytes make(const MadeChannelEpoch& epoch, const RootSeed& by) const {
    return make_channel_welcome(epoch.signed_epoch, root_key, reading, by);
  }
  template <class Change>
  Bytes changed(const SecretBytes& welcome, const RootSeed& signer, Change change) const {
    wire::ChannelWelcome message;
    EXPECT_TRUE(parse(message, wire::parse_signed(welcome.reveal())->body));
    change(message);
    return wire::make_signed(wire::label::channel_welcome, serialise(message), SigningKey(signer));
  }
  template <class Change>
  Errc refusal(Change change) const {
    const auto opened = open_channel_welcome(changed(make(first, root), root, change), {});
    return opened.ok() ? Errc::conflict : opened.error().code;
  }

  const VerifyKey root_key = SigningKey(root).verify_key();
  const MadeChannelEpoch first = found();
  const ChannelReading reading = draw_reading(today + 3);
};

TEST_F(ChannelWelcomes, BringTheEpochAndTheKeysFromTheirDayOn) {
  const auto welcome = make(first, root);
  for (const std::optional<VerifyKey>& by : {std::optional<VerifyKey>(), {root_key}}) {
    const auto opened = open_channel_welcome(welcome.reveal(), by);
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->head.id, first.head.id);
    EXPECT_EQ(opened->signed_epoch, first.signed_epoch);
    EXPECT_EQ(opened->signed_by, root_key);
    EXPECT_EQ(opened->keys.day, today + 3);
    const auto same = [](const auto& a, const auto& b) {
      return equal_constant_time(a.reveal(), b.reveal());
    };
    EXPECT_TRUE(same(opened->keys.carry, reading.carry));
    EXPECT_TRUE(same(opened->keys.ctl_collect, reading.ctl_collect));
    EXPECT_TRUE(same(opened->keys.ctl_seal, reading.ctl_seal));
    EXPECT_TRUE(same(opened->keys.today.collect, reading.today.collect));
    EXPECT_TRUE(same(opened->keys.today.seal, reading.today.seal));
    EXPECT_TRUE(same(opened->keys.next, reading.next));
  }
}

TEST_F(ChannelWelcomes, AreByTheRootThatTheEpochNames) {
  EXPECT_EQ(open_channel_welcome(make(first, other_root).reveal(), {}).error().code,
            Errc::not_authentic);
  const VerifyKey other = SigningKey(other_root).verify_key();
  EXPECT_EQ(open_channel_welcome(make(first, root).reveal(), other).error().code,
            Errc::not_authentic);
  // After a change of roots it is the new one's, though the old one signed the epoch.
  const auto handed = make_channel_epoch(first.head, plan(), root, other_root, post);
  EXPECT_TRUE(open_channel_welcome(make(handed, other_root).reveal(), other).ok());
  EXPECT_EQ(open_channel_welcome(make(handed, root).reveal(), {}).error().code,
            Errc::not_authentic);
}

TEST_F(ChannelWelcomes, ThatWereTamperedWithAreRefused) {
  const auto welcome = make(first, root);
  for (std::size_t at = 0; at < welcome.size(); at += 61) {
    Bytes torn = to_bytes(welcome.reveal());
    torn[at] ^= 1;
    EXPECT_FALSE(open_channel_welcome(torn, root_key).ok()) << at;
  }
  const Bytes body = wire::parse_signed(welcome.reveal())->body;
  EXPECT_EQ(
      open_channel_welcome(wire::make_signed(wire::label::welcome, body, SigningKey(root)), {})
          .error()
          .code,
      Errc::not_authentic);
  // Another channel's epoch, and one that nobody signed.
  const auto theirs = found_channel(plan(), other_root, post);
  using Welcome = wire::ChannelWelcome;
  EXPECT_EQ(refusal([&](Welcome& one) { one.set_epoch(to_string(theirs.signed_epoch)); }),
            Errc::not_authentic);
  EXPECT_EQ(refusal([&](Welcome& one) {
              one.set_epoch(to_string(theirs.signed_epoch));
              one.set_signed_by(SigningKey(other_root).verify_key().str());
            }),
            Errc::not_authentic);
  EXPECT_EQ(refusal([](Welcome&) {}), Errc::conflict);  // that is: nothing was wrong
}

TEST_F(ChannelWelcomes, WithKeysOrDaysThatCannotBeAreRefused) {
  using Welcome = wire::ChannelWelcome;
  EXPECT_EQ(refusal([](Welcome& one) { one.clear_carry(); }), Errc::malformed);
  EXPECT_EQ(refusal([](Welcome& one) { one.set_ctl_collect("short"); }), Errc::malformed);
  EXPECT_EQ(refusal([](Welcome& one) { one.clear_ctl_seal(); }), Errc::malformed);
  EXPECT_EQ(refusal([](Welcome& one) { one.clear_day_collect(); }), Errc::malformed);
  EXPECT_EQ(refusal([](Welcome& one) { one.clear_day_seal(); }), Errc::malformed);
  EXPECT_EQ(refusal([](Welcome& one) { one.clear_next_day_secret(); }), Errc::malformed);
  EXPECT_EQ(refusal([](Welcome& one) { one.set_signed_by("short"); }), Errc::malformed);
  EXPECT_EQ(refusal([](Welcome& one) { one.clear_epoch(); }), Errc::malformed);
  EXPECT_EQ(refusal([](Welcome& one) { one.set_day(today - 1); }), Errc::malformed);
  EXPECT_EQ(refusal([](Welcome& one) { one.set_day(today + 3'661); }), Errc::malformed);
  EXPECT_EQ(refusal([](Welcome& one) { one.set_suite(2); }), Errc::update_needed);
}

// ---- invites -----------------------------------------------------------------------------------

class ChannelInvites : public ChannelWelcomes {
 protected:
  wire::Token token(wire::TokenKind kind) {
    wire::Token token;
    token.set_kind(kind);
    token.set_nonce(random.fixed<TokenNonce>().str());
    token.set_output(random.fixed<TokenOutput>().str());
    return token;
  }
  wire::Supplies two_sessions() {
    wire::Supplies supplies;
    for (int i = 0; i < 2; ++i) *supplies.add_session() = token(wire::TOKEN_KIND_SESSION);
    return supplies;
  }
  ChannelOffer draw_offer(std::size_t bundles) {
    ChannelOffer offer;
    offer.root = root_key;
    offer.invite = random.fixed<InviteId>();
    offer.expires = now + std::chrono::hours(1);
    offer.welcome = make(first, root);
    for (std::size_t i = 0; i < bundles; ++i) offer.bundles.push_back(two_sessions());
    if (bundles > 0) return offer;
    offer.supplies = two_sessions();
    *offer.supplies.mutable_enroll() = token(wire::TOKEN_KIND_ENROLL_MEMBER);
    return offer;
  }
  Result<ParcelOffer> open(ByteView envelope, const wire::InviteKeys& keys,
                           TimePoint at = now) const {
    return open_parcel(envelope, keys, relay, at);
  }
  /// What comes of the personal invite with something different in it, signed by `signer`.
  template <class Change>
  Errc refusal(Change change, const RootSeed& signer) {
    const Bytes envelope = make_channel_parcel(personal_offer, root, personal);
    auto payload = unseal(personal.seal, envelope);
    EXPECT_TRUE(payload && unpad(*payload));
    wire::Parcel parcel;
    wire::ChannelInvite invite;
    EXPECT_TRUE(parse(parcel, payload->reveal()));
    EXPECT_TRUE(parse(invite, wire::parse_signed(parcel.channel_invite())->body));
    change(invite);
    parcel.set_channel_invite(to_string(
        wire::make_signed(wire::label::channel_invite, serialise(invite), SigningKey(signer))));
    const auto opened =
        open(*wire::seal_envelope(seal_key(personal.seal), serialise(parcel)), personal);
    return opened.ok() ? Errc::conflict : opened.error().code;
  }

  const RelayIdentity relay = random.fixed<RelayIdentity>();
  const wire::InviteKeys personal{random.secret<wire::InviteSeed>()};
  const wire::InviteKeys event{random.secret<wire::InviteSeed>(), wire::InviteKind::event};
  const ChannelOffer personal_offer = draw_offer(0);
};

TEST_F(ChannelInvites, OfferTheChannelAndBringTheWelcome) {
  const Bytes envelope = make_channel_parcel(personal_offer, root, personal);
  const auto opened = open(envelope, personal);
  ASSERT_TRUE(opened.ok()) << opened.error().what;
  const auto& offer = std::get<ChannelOffer>(*opened);
  EXPECT_EQ(offer.channel, first.head.channel);
  EXPECT_EQ(offer.name, "north side");
  EXPECT_EQ(offer.root, root_key);
  EXPECT_EQ(offer.invite, personal_offer.invite);
  EXPECT_EQ(expires(*opened), personal_offer.expires);
  EXPECT_EQ(serialise(supplies(*opened)), serialise(personal_offer.supplies));
  EXPECT_TRUE(offer.bundles.empty());
  EXPECT_TRUE(std::ranges::equal(offer.welcome.reveal(), personal_offer.welcome.reveal()));
  EXPECT_EQ(open(envelope, personal, personal_offer.expires).error().code, Errc::expired);
}

TEST_F(ChannelInvites, ForAnEventHoldABundleForEachOfTheLargest) {
  const Bytes envelope = make_channel_parcel(draw_offer(limits::event_uses_max), root, event);
  EXPECT_EQ(envelope.size(), limits::envelope_sizes_bytes[2]);
  const auto opened = open(envelope, event);
  ASSERT_TRUE(opened.ok()) << opened.error().what;
  EXPECT_EQ(std::get<ChannelOffer>(*opened).bundles.size(), limits::event_uses_max);
  EXPECT_EQ(open(make_channel_parcel(draw_offer(0), root, event), event).error().code,
            Errc::malformed);
  EXPECT_EQ(open(make_channel_parcel(draw_offer(1), root, event), event).error().code,
            Errc::malformed);
  EXPECT_EQ(open(make_channel_parcel(draw_offer(2), root, personal), personal).error().code,
            Errc::malformed);
}

TEST_F(ChannelInvites, ThatWereTamperedWithAreRefused) {
  using Invite = wire::ChannelInvite;
  EXPECT_EQ(refusal([](Invite&) {}, root), Errc::conflict);
  EXPECT_EQ(refusal([](Invite&) {}, other_root), Errc::not_authentic);
  // A Welcome into somebody else's channel under one's own signature.
  const auto theirs = found_channel(plan(), other_root, post);
  const auto their_welcome = make_channel_welcome(
      theirs.signed_epoch, SigningKey(other_root).verify_key(), reading, other_root);
  const auto put = [&](const SecretBytes& welcome) {
    return [&](Invite& invite) { invite.set_welcome(to_string(welcome.reveal())); };
  };
  EXPECT_EQ(refusal(put(their_welcome), root), Errc::not_authentic);
  EXPECT_EQ(refusal(put(make(first, other_root)), root), Errc::not_authentic);
  const Bytes envelope = make_channel_parcel(personal_offer, root, personal);
  Bytes torn = envelope;
  torn[100] ^= 1;
  EXPECT_EQ(open(torn, personal).error().code, Errc::malformed);
  EXPECT_FALSE(open(envelope, event).ok());
}

TEST_F(ChannelInvites, WithWrongContentAreRefused) {
  using Invite = wire::ChannelInvite;
  const auto code = [&](auto change) { return refusal(change, root); };
  EXPECT_EQ(code([](Invite& i) { i.set_suite(2); }), Errc::update_needed);
  EXPECT_EQ(code([](Invite& i) { i.set_invite_id("short"); }), Errc::malformed);
  EXPECT_EQ(code([](Invite& i) { i.clear_welcome(); }), Errc::malformed);
  EXPECT_EQ(code([](Invite& i) { i.set_expires_minute(UINT64_MAX); }), Errc::malformed);
  EXPECT_EQ(code([](Invite& i) { i.mutable_supplies()->clear_session(); }), Errc::malformed);
  EXPECT_EQ(code([](Invite& i) { i.mutable_supplies()->clear_enroll(); }), Errc::malformed);
}

TEST_F(ChannelInvites, BehindAnEventsLinkAreByTheRootThatTheLinkNames) {
  const Bytes envelope = make_channel_parcel(draw_offer(2), root, event);
  Join join;
  join.seed = *wire::InviteSeed::from(Bytes(32, 9));
  const auto keys = wire::InviteKeys(join.seed, wire::InviteKind::event);
  const Bytes behind = make_channel_parcel(draw_offer(2), root, keys);
  join.event_inviter = root_key;
  EXPECT_TRUE(join.open(behind, relay, now).ok());
  join.event_inviter = SigningKey(other_root).verify_key();
  EXPECT_EQ(join.open(behind, relay, now).error().code, Errc::not_authentic);
  EXPECT_FALSE(join.open(envelope, relay, now).ok());
}

}  // namespace
}  // namespace porchlight::client
