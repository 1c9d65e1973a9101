// Invites used as they are meant, and otherwise; and vaults that do not load.
#include <gtest/gtest.h>

#include "client/core/codec.hpp"
#include "client/core/join.hpp"
#include "client/core/parcel.hpp"
#include "client/core/state.pb.h"
#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {
namespace {

using Warn = WarningView::Kind;

struct InviteScene {
  InviteScene() : group(found(ana, relay)) {}
  /// The same link, as somebody would have it who saw it, with a token of their own.
  wire::Link copy(const wire::Link& link) {
    return {link.relay, *wire::InviteSeed::from(link.seed.reveal()),
            relay.mint(wire::TOKEN_KIND_SESSION)};
  }
  GroupOffer parcel(const wire::Link& link) {
    const wire::InviteKeys keys(link.seed);
    const auto& envelope = relay.mailbox(keys.address().id()).begin()->second;
    return std::get<GroupOffer>(*open_parcel(envelope, keys, relay.address().identity, relay.now));
  }
  std::size_t parcel_size(const wire::Link& link) {
    return relay.mailbox(wire::InviteKeys(link.seed).address().id()).size();
  }
  MemoryRelay relay;
  Device ana{relay, 2};
  Device ben{relay, 3};
  GroupId group;
};

Errc follow_refusal(Device& device, const wire::Link& link) {
  const auto followed = device.core().follow(link, device.now());
  if (!followed.ok()) return followed.error().code;
  device.keep();
  device.sync();
  const auto refused = device.core().offer_refused();
  return refused ? refused->code : Errc::storage;
}

TEST(Invite, OfTheOperatorGivesTokensAndNoGroup) {
  MemoryRelay relay;
  Device ana(relay, 2);
  ASSERT_TRUE(ana.core().follow(relay.operator_invite(), ana.now()).ok());
  ana.sync();
  ASSERT_TRUE(ana.core().offer().has_value());
  EXPECT_TRUE(ana.core().offer()->from_operator);
  EXPECT_TRUE(ana.has_notice(Notice::Kind::offer_arrived));
  const auto words = ana.core().accept_offer("", ana.now());
  ASSERT_TRUE(words.ok());
  EXPECT_FALSE(words->has_value());
  EXPECT_FALSE(ana.core().offer().has_value());
  EXPECT_EQ(ana.core().health(ana.now()).session_tokens, 20u);
  EXPECT_TRUE(ana.core().groups().empty());
}

TEST(Invite, ShowsWhatItOffersBeforeItIsTakenUp) {
  InviteScene scene;
  const wire::Link link = invite(scene.ana, scene.group, "Ben", wire::ROLE_LEAD);
  ASSERT_TRUE(scene.ben.core().follow(link, scene.ben.now()).ok());
  EXPECT_EQ(scene.ben.core().accept_offer("Ben", scene.ben.now()).error().code, Errc::not_found);
  scene.ben.sync();
  const auto offer = scene.ben.core().offer();
  ASSERT_TRUE(offer.has_value());
  EXPECT_EQ(offer->group_name, "dispatch");
  EXPECT_EQ(offer->inviter_name, "Ana");
  EXPECT_EQ(offer->role, wire::ROLE_LEAD);
  scene.ben.keep();
  scene.ben.reload();
  EXPECT_TRUE(scene.ben.core().offer().has_value());
  EXPECT_EQ(scene.ben.core().accept_offer("bad\nname", scene.ben.now()).error().code, Errc::usage);
  EXPECT_TRUE(scene.ben.core().accept_offer("Ben", scene.ben.now()).ok());
  EXPECT_EQ(scene.ben.core().follow(link, scene.ben.now()).error().code, Errc::used);
}

TEST(Invite, ThatWasTakenBackOffersNothing) {
  InviteScene scene;
  const wire::Link link = invite(scene.ana, scene.group, "Ben");
  EXPECT_EQ(scene.parcel_size(link), 1u);
  const std::string id = scene.ana.core().invites(scene.ana.now()).at(0).id;
  ASSERT_TRUE(scene.ana.core().revoke_invite(id, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.reload();
  EXPECT_EQ(scene.ana.core().erasures().size(), 1u);
  scene.ana.sync();
  EXPECT_TRUE(scene.ana.core().erasures().empty());
  EXPECT_EQ(scene.parcel_size(link), 0u);
  EXPECT_EQ(scene.ana.core().invites(scene.ana.now()).at(0).standing,
            InviteView::Standing::revoked);
  EXPECT_EQ(follow_refusal(scene.ben, link), Errc::not_found);
}

TEST(Invite, MayBeFollowedAgainWhenItsParcelComesLate) {
  InviteScene scene;
  auto link =
      scene.ana.core().create_invite({scene.group, "Ben", wire::ROLE_MEMBER, 1h}, scene.ana.now());
  ASSERT_TRUE(link.ok());
  scene.ana.keep();
  EXPECT_EQ(follow_refusal(scene.ben, *link), Errc::not_found);
  scene.ana.sync();
  EXPECT_EQ(follow_refusal(scene.ben, *link), Errc::storage);
  EXPECT_TRUE(scene.ben.core().offer().has_value());
}

TEST(Invite, ThatExpiredIsRefusedOnBothSides) {
  InviteScene scene;
  const wire::Link link = invite(scene.ana, scene.group, "Ben");
  const wire::Link late = invite(scene.ana, scene.group, "Late");
  ASSERT_TRUE(scene.ben.core().follow(late, scene.ben.now()).ok());
  scene.ben.sync();
  scene.relay.now += 2h;
  EXPECT_EQ(scene.ben.core().accept_offer("Late", scene.ben.now()).error().code, Errc::expired);
  EXPECT_EQ(follow_refusal(scene.ben, link), Errc::expired);
  EXPECT_EQ(scene.ana.core().invites(scene.ana.now()).at(0).standing,
            InviteView::Standing::expired);
}

TEST(Invite, AskedByInTimeCountsHoweverLateTheInviterReadsIt) {
  InviteScene scene;
  const wire::Link link = invite(scene.ana, scene.group, "Ben");
  ask(scene.ben, link, "Ben");
  scene.relay.now += 24h * 3;
  scene.ana.sync();
  EXPECT_EQ(scene.ana.core().requests().size(), 1u);
}

TEST(Invite, IsGoodForItsTimeByTheRelaysClock) {
  InviteScene scene;
  scene.ben.clock_ahead = 3h;
  bring_in(scene.ana, scene.ben, scene.group, "Ben");
  scene.ana.clock_ahead = -3h;
  scene.ana.sync();
  Device dan(scene.relay, 9);
  bring_in(scene.ana, dan, scene.group, "Dan");
}

TEST(Invite, AskedByTooLateIsTold) {
  InviteScene scene;
  const wire::Link link = invite(scene.ana, scene.group, "Ben");
  ASSERT_TRUE(scene.ben.core().follow(link, scene.ben.now()).ok());
  scene.ben.keep();
  scene.ben.sync();
  ASSERT_TRUE(scene.ben.core().accept_offer("Ben", scene.ben.now()).ok());
  scene.ben.keep();
  scene.relay.now += 2h;  // before it could leave
  scene.ben.sync();
  scene.ana.sync();
  EXPECT_TRUE(scene.ana.core().requests().empty());
  EXPECT_TRUE(scene.ana.has_notice(Notice::Kind::warning));
  EXPECT_TRUE(scene.ana.core().warnings().empty());
}

TEST(Invite, WhoseLinkWasUsedIsRefused) {
  InviteScene scene;
  const wire::Link link = invite(scene.ana, scene.group, "Ben");
  Device eve(scene.relay, 9);
  ask(eve, link, "Eve");
  EXPECT_EQ(follow_refusal(scene.ben, link), Errc::used);
  EXPECT_EQ(scene.ana.core().invites(scene.ana.now()).at(0).standing, InviteView::Standing::open);
}

TEST(Invite, UsedByTwoIsToldToTheInviter) {
  InviteScene scene;
  const wire::Link link = invite(scene.ana, scene.group, "Ben");
  Device eve(scene.relay, 9);
  take_operator_invite(eve, scene.relay);
  const wire::Link seen = scene.copy(link);
  ASSERT_TRUE(eve.core().follow(seen, eve.now()).ok());
  eve.sync();
  ask(scene.ben, link, "Ben");
  ASSERT_TRUE(eve.core().accept_offer("Ben", eve.now()).ok());
  eve.sync();
  scene.ana.sync();
  ASSERT_EQ(scene.ana.core().requests().size(), 1u);
  EXPECT_TRUE(scene.ana.has_warning(Warn::invite_reused));
  // Who came first is told apart by the words.
  EXPECT_EQ(scene.ana.core().requests()[0].words, *scene.ben.core().safety_words("Ana"));
  EXPECT_NE(scene.ana.core().requests()[0].words, *eve.core().safety_words("Ana"));
}

TEST(Invite, IsErasedAtTheRelayOnceSomebodyAsked) {
  InviteScene scene;
  const wire::Link link = invite(scene.ana, scene.group, "Ben");
  ask(scene.ben, link, "Ben");
  EXPECT_EQ(scene.parcel_size(link), 1u);
  scene.ana.sync();
  EXPECT_EQ(scene.parcel_size(link), 0u);
}

TEST(Invite, OfAnotherRelayOrOnesOwnIsRefused) {
  InviteScene scene;
  wire::Link link = invite(scene.ana, scene.group, "Ben");
  EXPECT_EQ(scene.ana.core().follow(link, scene.ana.now()).error().code, Errc::usage);
  link.relay.identity.data()[0] ^= 1;
  EXPECT_EQ(scene.ben.core().follow(link, scene.ben.now()).error().code, Errc::wrong_identity);
}

TEST(Invite, IsForLeadsToMakeAndWithinLimits) {
  InviteScene scene;
  bring_in(scene.ana, scene.ben, scene.group, "Ben");
  const auto code = [&](Device& device, const Core::InviteOrder& order) {
    const auto link = device.core().create_invite(order, device.now());
    return link.ok() ? Errc::storage : link.error().code;
  };
  EXPECT_EQ(code(scene.ben, {scene.group, "x", wire::ROLE_MEMBER, 1h}), Errc::not_permitted);
  EXPECT_EQ(code(scene.ana, {scene.group, "x", wire::ROLE_AUDIENCE, 1h}), Errc::usage);
  EXPECT_EQ(code(scene.ana, {scene.group, "x", wire::ROLE_MEMBER, 24h * 8}), Errc::usage);
  EXPECT_EQ(code(scene.ana, {scene.group, "", wire::ROLE_MEMBER, 1h}), Errc::usage);
  EXPECT_EQ(code(scene.ana, {GroupId{}, "x", wire::ROLE_MEMBER, 1h}), Errc::not_found);
}

/// What lies in Ana's inbox, made by hand.
struct RequestScene : InviteScene {
  RequestScene()
      : link(invite(ana, group, "Ben")), offer(parcel(link)), keys(link.seed), random(77) {}
  Bytes request(const GroupId& to, const VerifyKey& inviter, const InviteId& by) {
    return make_join_request({to, inviter, by, seal_key(random.secret<SealSeed>()),
                              make_card(identity, 1, card_keys), "Mallory"},
                             identity, random);
  }
  std::size_t requests_after(const Bytes& bytes, const wire::JoinSecret& secret) {
    wire::InboxMessage message;
    message.mutable_join()->set_request(to_string(bytes));
    message.mutable_join()->set_mac(to_string(join_mac(secret, bytes).reveal()));
    relay.put(offer.inviter.inbox,
              *wire::seal_envelope(offer.inviter.seal_key, serialise(message)));
    ana.sync();
    return ana.core().requests().size();
  }
  wire::Link link;
  GroupOffer offer;
  wire::InviteKeys keys;
  SeededRandom random;
  SigningKey identity{random.secret<SigningSeed>()};
  CardKeys card_keys{random.secret<SigningSeed>(), random.secret<SealSeed>()};
};

TEST(Request, NeedsTheInvitesSecret) {
  RequestScene scene;
  const VerifyKey ana = scene.offer.inviter.identity;
  const Bytes good = scene.request(scene.group, ana, scene.offer.invite);
  EXPECT_EQ(scene.requests_after(good, scene.random.secret<wire::JoinSecret>()), 0u);
  const auto stranger = scene.random.fixed<InviteId>();
  EXPECT_EQ(scene.requests_after(scene.request(scene.group, ana, stranger), scene.keys.join), 0u);
  EXPECT_EQ(
      scene.requests_after(scene.request(scene.random.fixed<GroupId>(), ana, scene.offer.invite),
                           scene.keys.join),
      0u);
  EXPECT_EQ(scene.requests_after(
                scene.request(scene.group, scene.identity.verify_key(), scene.offer.invite),
                scene.keys.join),
            0u);
  Bytes changed = good;
  changed[40] ^= 1;
  EXPECT_EQ(scene.requests_after(changed, scene.keys.join), 0u);
  EXPECT_TRUE(scene.ana.core().warnings().empty());
  EXPECT_EQ(scene.requests_after(good, scene.keys.join), 1u);
  EXPECT_EQ(scene.requests_after(good, scene.keys.join), 1u);  // again
  EXPECT_TRUE(scene.ana.core().warnings().empty());
}

TEST(Request, ThatIsDeniedIsGoneForGood) {
  RequestScene scene;
  const Bytes good = scene.request(scene.group, scene.offer.inviter.identity, scene.offer.invite);
  ASSERT_EQ(scene.requests_after(good, scene.keys.join), 1u);
  const std::string id = scene.ana.core().requests()[0].id;
  EXPECT_EQ(scene.ana.core().deny("ZZZ", scene.ana.now()).error().code, Errc::not_found);
  ASSERT_TRUE(scene.ana.core().deny(id, scene.ana.now()).ok());
  EXPECT_EQ(scene.requests_after(good, scene.keys.join), 0u);
  const std::vector<std::string> ids{id};
  EXPECT_EQ(scene.ana.core().approve(ids, scene.ana.now()).error().code, Errc::not_found);
}

TEST(Request, IsApprovedWithAllOthersOrNotAtAll) {
  RequestScene scene;
  const Bytes good = scene.request(scene.group, scene.offer.inviter.identity, scene.offer.invite);
  ASSERT_EQ(scene.requests_after(good, scene.keys.join), 1u);
  const std::vector<std::string> ids{scene.ana.core().requests()[0].id, "ZZZ"};
  EXPECT_FALSE(scene.ana.core().approve(ids, scene.ana.now()).ok());
  EXPECT_EQ(scene.ana.core().requests().size(), 1u);
  scene.ana.sync();
  EXPECT_EQ(scene.ana.core().group("dispatch")->members.size(), 1u);
}

TEST(Names, AreFoundAndToldApart) {
  InviteScene scene;
  bring_in(scene.ana, scene.ben, scene.group, "Ana");
  EXPECT_EQ(scene.ana.core().group("nothing").error().code, Errc::not_found);
  EXPECT_EQ(scene.ana.core().safety_words("Ben").error().code, Errc::not_found);
  EXPECT_EQ(*scene.ana.core().safety_words("Ana (2)"), *scene.ben.core().safety_words("Ana"));
  EXPECT_EQ(scene.ana.core().create_group("dispatch", "Ana", scene.ana.now()).error().code,
            Errc::conflict);
}

// ---- vaults ------------------------------------------------------------------------------------

Errc load_refusal(std::vector<Record> records) {
  SeededRandom random(1);
  const auto loaded = Core::load(std::move(records), random);
  return loaded.ok() ? Errc::used : loaded.error().code;
}

TEST(Vault, LoadsWhole) {
  InviteScene scene;
  bring_in(scene.ana, scene.ben, scene.group, "Ben");
  EXPECT_EQ(load_refusal(scene.ana.records()), Errc::used);  // that is: it loads
}

TEST(Vault, ThatIsDamagedAnywhereIsRefused) {
  InviteScene scene;
  bring_in(scene.ana, scene.ben, scene.group, "Ben");
  EXPECT_EQ(load_refusal({}), Errc::malformed);
  const std::size_t size = scene.ana.records().size();
  for (std::size_t i = 0; i < size; ++i) {
    auto records = scene.ana.records();
    if (records[i].value.size() == 0) continue;
    records[i].value = SecretBytes(ByteView(Bytes{0xFF, 0xFF, 0xFF}));
    EXPECT_EQ(load_refusal(std::move(records)), Errc::malformed) << i;
  }
}

TEST(Vault, OfANewerVersionAsksForAnUpdate) {
  InviteScene scene;
  auto records = scene.ana.records();
  for (Record& record : records) {
    if (record.table != Table::profile || as_text(record.key) != "me") continue;
    state::Me me;
    ASSERT_TRUE(parse(me, record.value.reveal()));
    me.set_format(2);
    record.value = serialise_secret(me);
  }
  EXPECT_EQ(load_refusal(std::move(records)), Errc::update_needed);
}

}  // namespace
}  // namespace porchlight::client
