// Cards, requests to join, parcels: what is signed, by whom, and for what.
#include <gtest/gtest.h>

#include "client/core/codec.hpp"
#include "client/core/join.hpp"
#include "client/core/parcel.hpp"
#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {
namespace {

struct Person {
  explicit Person(std::uint64_t seed)
      : random(seed),
        identity(random.secret<SigningSeed>()),
        keys{random.secret<SigningSeed>(), random.secret<SealSeed>()},
        card(make_card(identity, 1, keys)) {}
  SeededRandom random;
  SigningKey identity;
  CardKeys keys;
  Bytes card;
};

/// The content of a Signed message, changed and signed again by whoever.
template <class Message, class Change>
Bytes resign(ByteView signed_bytes, std::string_view label, const SigningKey& key, Change change) {
  Message message;
  EXPECT_TRUE(parse(message, wire::parse_signed(signed_bytes)->body));
  change(message);
  return wire::make_signed(label, serialise(message), key);
}

TEST(Card, SaysWhoAndWhere) {
  Person ana(1);
  const auto card = verify_card(ana.card);
  ASSERT_TRUE(card.ok()) << card.error().what;
  EXPECT_EQ(card->identity, ana.identity.verify_key());
  EXPECT_EQ(card->inbox, ana.keys.inbox());
  EXPECT_EQ(card->seal_key, seal_key(ana.keys.seal));
  EXPECT_FALSE(card->inbox.drop_key.has_value());
}

TEST(Card, ChangedAnywhereIsRefused) {
  Person ana(1);
  for (std::size_t i = 0; i < ana.card.size(); ++i) {
    Bytes changed = ana.card;
    changed[i] ^= 1;
    EXPECT_FALSE(verify_card(changed).ok()) << i;
  }
}

TEST(Card, ThatNobodyCouldUseIsRefused) {
  Person ana(1);
  Person eve(2);
  const auto code = [&](auto change) {
    const auto card =
        verify_card(resign<wire::Card>(ana.card, wire::label::card, ana.identity, change));
    return card.ok() ? Errc::storage : card.error().code;
  };
  EXPECT_EQ(code([](wire::Card& card) { card.set_suite(2); }), Errc::update_needed);
  EXPECT_EQ(code([](wire::Card& card) { card.set_seal_key(std::string(32, '\0')); }),
            Errc::malformed);
  EXPECT_EQ(code([](wire::Card& card) { card.mutable_seal_key()->pop_back(); }), Errc::malformed);
  EXPECT_EQ(code([](wire::Card& card) { (*card.mutable_inbox())[0] = 0; }), Errc::malformed);
  EXPECT_EQ(code([&](wire::Card& card) { card.set_identity(eve.identity.verify_key().str()); }),
            Errc::not_authentic);
  EXPECT_EQ(verify_card(
                resign<wire::Card>(ana.card, wire::label::epoch, ana.identity, [](wire::Card&) {}))
                .error()
                .code,
            Errc::not_authentic);
}

Bytes request_of(Person& joiner, const GroupId& group, const VerifyKey& inviter) {
  const SealKey one_time = seal_key(joiner.random.secret<SealSeed>());
  return make_join_request(
      {group, inviter, joiner.random.fixed<InviteId>(), one_time, joiner.card, "Ben"},
      joiner.identity, joiner.random);
}

TEST(JoinRequest, HoldsTheJoinersConsent) {
  Person ana(1);
  Person ben(2);
  const auto group = ana.random.fixed<GroupId>();
  const Bytes bytes = request_of(ben, group, ana.identity.verify_key());
  const auto request = verify_join_request(bytes);
  ASSERT_TRUE(request.ok()) << request.error().what;
  EXPECT_EQ(request->identity(), ben.identity.verify_key());
  EXPECT_EQ(request->group, group);
  EXPECT_EQ(request->name, "Ben");
  EXPECT_EQ(request->bytes, bytes);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes changed = bytes;
    changed[i] ^= 0x40;
    EXPECT_FALSE(verify_join_request(changed).ok()) << i;
  }
}

TEST(JoinRequest, WithAnothersCardOrABadNameIsRefused) {
  Person ana(1);
  Person ben(2);
  const Bytes bytes = request_of(ben, ana.random.fixed<GroupId>(), ana.identity.verify_key());
  const auto code = [&](auto change) {
    const auto request = verify_join_request(
        resign<wire::JoinRequest>(bytes, wire::label::join_request, ben.identity, change));
    return request.ok() ? Errc::storage : request.error().code;
  };
  EXPECT_EQ(code([&](wire::JoinRequest& r) { r.set_card(to_string(ana.card)); }),
            Errc::not_authentic);
  EXPECT_EQ(code([](wire::JoinRequest& r) { r.set_name("\x1b[2J"); }), Errc::malformed);
  EXPECT_EQ(code([](wire::JoinRequest& r) { r.set_name(""); }), Errc::malformed);
  EXPECT_EQ(code([](wire::JoinRequest& r) { r.set_suite(7); }), Errc::update_needed);
  EXPECT_EQ(code([](wire::JoinRequest& r) { r.set_one_time_key(std::string(32, '\0')); }),
            Errc::malformed);
  EXPECT_EQ(code([](wire::JoinRequest& r) { r.set_tag_key("short"); }), Errc::malformed);
}

TEST(JoinRequest, LongerThanTheLimitIsRefused) {
  Person ana(1);
  Person ben(2);
  const Bytes bytes = request_of(ben, ana.random.fixed<GroupId>(), ana.identity.verify_key());
  // The suite said again and again, in two bytes each time: the same request, only longer.
  const auto stretched = [&](std::size_t size) {
    Bytes body = wire::parse_signed(bytes)->body;
    for (std::size_t missing = (size - bytes.size()) / 2; missing > 0; --missing) {
      body.insert(body.end(), {0x08, 0x01});
    }
    return wire::make_signed(wire::label::join_request, body, ben.identity);
  };
  const Bytes longest = stretched(limits::join_request_bytes_max);
  ASSERT_EQ(longest.size(), limits::join_request_bytes_max);
  EXPECT_TRUE(verify_join_request(longest).ok());
  EXPECT_EQ(verify_join_request(stretched(longest.size() + 2)).error().code, Errc::malformed);
}

TEST(JoinRequest, MacNeedsTheLinksSecret) {
  Person ben(2);
  const Bytes bytes = request_of(ben, {}, {});
  const auto secret = ben.random.secret<wire::JoinSecret>();
  const auto other = ben.random.secret<wire::JoinSecret>();
  EXPECT_TRUE(
      equal_constant_time(join_mac(secret, bytes).reveal(), join_mac(secret, bytes).reveal()));
  EXPECT_FALSE(
      equal_constant_time(join_mac(secret, bytes).reveal(), join_mac(other, bytes).reveal()));
}

TEST(SafetyWords, AreTheSameFromBothSidesAndDependOnEverything) {
  SeededRandom random(1);
  const auto a = random.fixed<VerifyKey>();
  const auto b = random.fixed<VerifyKey>();
  const auto request = random.fixed<RequestHash>();
  const SafetyWords words = safety_words(a, b, request);
  EXPECT_EQ(words, safety_words(b, a, request));
  EXPECT_NE(words, safety_words(a, random.fixed<VerifyKey>(), request));
  EXPECT_NE(words, safety_words(a, b, random.fixed<RequestHash>()));
}

struct ParcelScene {
  ParcelScene() : keys(ana.random.secret<wire::InviteSeed>()) {
    offer.inviter = *verify_card(ana.card);
    offer.invite = ana.random.fixed<InviteId>();
    offer.group = ana.random.fixed<GroupId>();
    offer.group_name = "dispatch";
    offer.inviter_name = "Ana";
    offer.role = wire::ROLE_MEMBER;
    offer.expires = monday_noon + 1h;
    *offer.supplies.mutable_enroll() = relay.mint(wire::TOKEN_KIND_ENROLL_MEMBER);
    for (int i = 0; i < 2; ++i) {
      *offer.supplies.add_session() = relay.mint(wire::TOKEN_KIND_SESSION);
    }
  }
  Errc open(ByteView envelope, TimePoint now = monday_noon) {
    const auto opened = open_parcel(envelope, keys, relay.address().identity, now);
    return opened.ok() ? Errc::storage : opened.error().code;
  }
  /// The invite with something in it changed, signed by `signer` and sealed anew.
  template <class Change>
  Errc open_changed(Change change, const SigningKey& signer) {
    wire::GroupInvite invite;
    invite.set_suite(1);
    invite.set_inviter(ana.identity.verify_key().str());
    invite.set_card(to_string(ana.card));
    invite.set_invite_id(offer.invite.str());
    invite.set_group_id(offer.group.str());
    invite.set_group_name("dispatch");
    invite.set_inviter_name("Ana");
    invite.set_role(wire::ROLE_MEMBER);
    invite.set_expires_minute(wire::unix_minute(offer.expires));
    *invite.mutable_supplies() = offer.supplies;
    change(invite);
    wire::Parcel parcel;
    parcel.set_group_invite(
        to_string(wire::make_signed(wire::label::group_invite, serialise(invite), signer)));
    return open(*wire::seal_envelope(seal_key(keys.seal), serialise(parcel)));
  }
  MemoryRelay relay;
  Person ana{1};
  Person eve{2};
  wire::InviteKeys keys;
  GroupOffer offer;
};

TEST(Parcel, HoldsTheOffer) {
  ParcelScene scene;
  const Bytes envelope =
      make_group_parcel(scene.offer, scene.ana.card, scene.ana.identity, scene.keys);
  EXPECT_EQ(envelope.size(), limits::envelope_sizes_bytes[0]);
  const auto opened =
      open_parcel(envelope, scene.keys, scene.relay.address().identity, monday_noon);
  ASSERT_TRUE(opened.ok()) << opened.error().what;
  const auto& offer = std::get<GroupOffer>(*opened);
  EXPECT_EQ(offer.group, scene.offer.group);
  EXPECT_EQ(offer.inviter_name, "Ana");
  EXPECT_EQ(offer.supplies.session_size(), 2);
  EXPECT_EQ(expires(*opened), scene.offer.expires);
}

TEST(Parcel, ExpiredIsRefused) {
  ParcelScene scene;
  const Bytes envelope =
      make_group_parcel(scene.offer, scene.ana.card, scene.ana.identity, scene.keys);
  EXPECT_EQ(scene.open(envelope, scene.offer.expires), Errc::expired);
}

TEST(Parcel, SealedOrSignedByAnotherIsRefused) {
  ParcelScene scene;
  Bytes envelope = make_group_parcel(scene.offer, scene.ana.card, scene.ana.identity, scene.keys);
  envelope[100] ^= 1;
  EXPECT_EQ(scene.open(envelope), Errc::malformed);
  EXPECT_EQ(scene.open_changed([](auto&) {}, scene.ana.identity), Errc::storage);
  EXPECT_EQ(scene.open_changed([](auto&) {}, scene.eve.identity), Errc::not_authentic);
  EXPECT_EQ(scene.open_changed(
                [&](auto& invite) { invite.set_inviter(scene.eve.identity.verify_key().str()); },
                scene.eve.identity),
            Errc::malformed);  // the card is still Ana's
}

TEST(Parcel, WithWrongContentIsRefused) {
  ParcelScene scene;
  const auto code = [&](auto change) { return scene.open_changed(change, scene.ana.identity); };
  EXPECT_EQ(code([](auto& i) { i.set_suite(2); }), Errc::update_needed);
  EXPECT_EQ(code([](auto& i) { i.set_role(wire::ROLE_AUDIENCE); }), Errc::update_needed);
  EXPECT_EQ(code([](auto& i) { i.set_group_name("a\nb"); }), Errc::malformed);
  EXPECT_EQ(code([](auto& i) { i.mutable_supplies()->clear_session(); }), Errc::malformed);
  EXPECT_EQ(code([](auto& i) { i.mutable_supplies()->clear_enroll(); }), Errc::malformed);
  EXPECT_EQ(
      code([](auto& i) { i.mutable_supplies()->mutable_session(0)->mutable_nonce()->pop_back(); }),
      Errc::malformed);
  EXPECT_EQ(code([](auto& i) { i.set_expires_minute(UINT64_MAX); }), Errc::malformed);
}

TEST(Parcel, OfAnotherRelayIsRefused) {
  MemoryRelay relay;
  Device ana(relay, 1);
  wire::Link link = relay.operator_invite();
  const wire::InviteKeys keys(link.seed);
  const auto& envelope = relay.mailbox(keys.address().id()).begin()->second;
  EXPECT_TRUE(open_parcel(envelope, keys, relay.address().identity, monday_noon).ok());
  RelayIdentity other = relay.address().identity;
  other.data()[0] ^= 1;
  EXPECT_EQ(open_parcel(envelope, keys, other, monday_noon).error().code, Errc::wrong_identity);
}

}  // namespace
}  // namespace porchlight::client
