// Event invites: one link for many, from making it to the group (clauses 9.7 and 9.8).
#include "tests/unit/client_core_event_scene.hpp"

namespace porchlight::client {
namespace {

using Warn = WarningView::Kind;

Core::InviteOrder order_of(const EventScene& scene, std::uint32_t uses,
                           std::uint32_t auto_approve = 0) {
  return {scene.group, "Evening", wire::ROLE_MEMBER, 3h, uses, auto_approve};
}

TEST(Event, LetsAsManyAskAsItIsForWithOneLink) {
  EventScene scene;
  const wire::Link link = scene.must_make(5);
  EXPECT_EQ(link.kind(), wire::InviteKind::event);
  EXPECT_TRUE(link.session.nonce().empty());
  const auto spent = scene.relay.tokens_spent();
  for (int i = 0; i < 5; ++i) scene.asks(*wire::Link::parse(link.str()));
  // Each had a bundle of its own: the request's token, and one to collect with.
  EXPECT_EQ(scene.relay.tokens_spent(), spent + 10);
  scene.ana.sync();
  ASSERT_EQ(scene.ana.core().requests().size(), 5u);
  std::set<std::uint32_t> numbers;
  for (const RequestView& view : scene.ana.core().requests()) {
    EXPECT_EQ(view.invite_uses, 5u);
    numbers.insert(view.invite_number);
  }
  EXPECT_EQ(numbers, (std::set<std::uint32_t>{1, 2, 3, 4, 5}));
  EXPECT_EQ(scene.view().standing, InviteView::Standing::requested);
  const auto epoch = scene.ana.core().group("dispatch")->epoch;
  approve_all(scene.ana);
  EXPECT_EQ(scene.ana.core().group("dispatch")->epoch, epoch + 1);  // all in one change
  for (const auto& guest : scene.guests) EXPECT_TRUE(scene.is_in(*guest));
  EXPECT_EQ(scene.view().standing, InviteView::Standing::joined);
  EXPECT_EQ(scene.view().joined, 5u);
  EXPECT_TRUE(scene.parcel(link).empty());
  EXPECT_TRUE(scene.ana.core().warnings().empty());
  for (const auto& guest : scene.guests) EXPECT_TRUE(guest->core().warnings().empty());
}

TEST(Event, GivesEverybodyTheMeansToEnrolAndTakePart) {
  EventScene scene;
  const wire::Link link = scene.must_make(2, 2);
  Device& ben = scene.asks(link);
  EXPECT_TRUE(ben.core().spend_order(Lane::collect, ben.now()).ok());
  // Many hold the link: what makes an account comes with the Welcome alone.
  EXPECT_FALSE(ben.core().health(ben.now()).enroll_due.has_value());
  scene.ana.sync();
  ASSERT_TRUE(scene.is_in(ben));
  EXPECT_TRUE(ben.core().health(ben.now()).enroll_due.has_value());
  ben.run_errands();
  EXPECT_TRUE(ben.core().health(ben.now()).enrolled);
  ben.say(scene.group, "here");
  ben.sync();
  scene.ana.sync();
  EXPECT_EQ(scene.ana.texts(scene.group), std::vector<std::string>{"here"});
}

TEST(Event, IsUsedUpForWhoComesAfterTheLast) {
  EventScene scene;
  const wire::Link link = scene.must_make(2);
  Device& late = scene.newcomer();
  ASSERT_TRUE(late.core().follow(link, late.now()).ok());
  late.sync();
  ASSERT_TRUE(late.core().offer().has_value());
  scene.asks(link);
  scene.asks(link);
  ASSERT_TRUE(late.core().accept_offer("Late", late.now()).ok());
  late.keep();
  late.sync();
  ASSERT_TRUE(late.core().offer_refused().has_value());
  EXPECT_EQ(late.core().offer_refused()->code, Errc::used);
  EXPECT_TRUE(late.has_notice(Notice::Kind::warning));
  EXPECT_TRUE(late.core().warnings().empty());  // tokens that others spent are nothing unusual
  EXPECT_TRUE(late.core().outbox(Lane::join).empty());
  late.reload();
  EXPECT_EQ(late.core().offer_refused()->code, Errc::used);
  scene.ana.sync();
  EXPECT_EQ(scene.ana.core().requests().size(), 2u);
  EXPECT_TRUE(scene.ana.core().warnings().empty());
  EXPECT_TRUE(late.core().groups().empty());
}

TEST(Event, IsClaimedOnceWhereverAPlugIsPulled) {
  for (std::size_t cut = 1; cut < 60; ++cut) {
    EventScene scene;
    const wire::Link link = scene.must_make(3);
    scene.asks(link);
    const auto spent = scene.relay.tokens_spent();
    Device& ben = scene.newcomer();
    ben.steps_until_cut = cut;
    bool cut_short = false;
    for (int life = 0; life < 2; ++life) {
      try {
        if (!ben.core().offer() && ben.core().groups().empty()) {
          ASSERT_TRUE(ben.core().follow(link, ben.now()).ok());
          ben.keep();
        }
        ben.sync();
        if (ben.core().offer()) {
          ASSERT_TRUE(ben.core().accept_offer("Ben", ben.now()).ok());
          ben.keep();
        }
        ben.sync();
        break;
      } catch (const PowerCut&) {
        cut_short = true;
        ben.reload();
        ben.forget_deliveries();
      }
    }
    EXPECT_EQ(scene.relay.tokens_spent(), spent + 2) << cut;  // one bundle, both its tokens
    scene.ana.sync();
    EXPECT_EQ(scene.ana.core().requests().size(), 2u) << cut;
    EXPECT_TRUE(scene.ana.core().warnings().empty()) << cut;
    EXPECT_TRUE(ben.core().warnings().empty()) << cut;
    if (!cut_short) return;
  }
  FAIL() << "the plug was always pulled";
}

TEST(Event, IsForMembersAndWithinItsLimits) {
  EventScene scene;
  const auto code = [&](const Core::InviteOrder& order) {
    const auto link = scene.ana.core().create_invite(order, scene.ana.now());
    return link.ok() ? Errc::storage : link.error().code;
  };
  EXPECT_EQ(code(order_of(scene, 0)), Errc::usage);
  EXPECT_EQ(code(order_of(scene, 201)), Errc::usage);
  EXPECT_EQ(code(order_of(scene, 5, 6)), Errc::usage);
  Core::InviteOrder leads = order_of(scene, 5);
  leads.role = wire::ROLE_LEAD;
  EXPECT_EQ(code(leads), Errc::usage);
  scene.relay.guest_drops = 0;
  scene.ana.sync();
  EXPECT_EQ(code(order_of(scene, 5)), Errc::not_permitted);
  EXPECT_EQ(code(order_of(scene, 1)), Errc::storage);  // that is: it is made
}

TEST(Event, SaysHowManyTokensThereAreAndTakesNoneWhenTheyAreTooFew) {
  EventScene scene(4, 20);
  const auto before = scene.ana.core().health(scene.ana.now());
  const auto made = scene.make(5);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Errc::no_tokens);
  EXPECT_NE(made.error().what.find("5 enrol tokens"), std::string::npos) << made.error().what;
  EXPECT_NE(made.error().what.find(" and 4 "), std::string::npos) << made.error().what;
  const auto after = scene.ana.core().health(scene.ana.now());
  EXPECT_EQ(after.session_tokens, before.session_tokens);
  EXPECT_EQ(after.enroll_tokens, before.enroll_tokens);
  EXPECT_TRUE(scene.make(4).ok());
}

TEST(Event, TakesOnlyTokensThatLastUntilItsEnd) {
  EventScene scene;
  scene.relay.now += 24h * 10;  // the week after, whose tokens have not come
  scene.ana.sync();
  Core::InviteOrder order = order_of(scene, 3);
  order.lifetime = 24h * 7;
  EXPECT_EQ(scene.ana.core().create_invite(order, scene.ana.now()).error().code, Errc::no_tokens);
}

TEST(Event, TakenBackReturnsTheEnrolTokensOfWhoDidNotCome) {
  EventScene scene;
  const auto tokens = [&] { return scene.ana.core().health(scene.ana.now()).enroll_tokens; };
  const auto before = tokens();
  const wire::Link link = scene.must_make(5, 2);
  EXPECT_EQ(tokens(), before - 5);
  for (int i = 0; i < 2; ++i) scene.asks(link);
  scene.ana.sync();
  for (const auto& guest : scene.guests) ASSERT_TRUE(scene.is_in(*guest));
  scene.ana.reload();
  ASSERT_TRUE(scene.ana.core().revoke_invite(scene.view().id, scene.ana.now()).ok());
  EXPECT_EQ(tokens(), before - 2);
}

TEST(Event, FitsTheLargestInviteIntoAnEnvelope) {
  SeededRandom random(9);
  MemoryRelay relay;
  const SigningKey inviter(random.secret<SigningSeed>());
  const CardKeys card_keys{random.secret<SigningSeed>(), random.secret<SealSeed>()};
  const Bytes card = make_card(inviter, 1, card_keys);
  GroupOffer offer{
      *verify_card(card), {}, {}, std::string(64, 'g'), std::string(64, 'n'), wire::ROLE_MEMBER,
      relay.now + 1h,     {}};
  wire::Supplies bundle;
  for (int i = 0; i < 2; ++i) *bundle.add_session() = relay.mint(wire::TOKEN_KIND_SESSION);
  EXPECT_LE(bundle.ByteSizeLong() + 3, limits::bundle_bytes_max);
  const wire::InviteKeys keys(random.secret<wire::InviteSeed>(), wire::InviteKind::event);
  const auto size_of = [&](std::size_t uses) {
    offer.bundles.assign(uses, bundle);
    const Bytes envelope = make_group_parcel(offer, card, inviter, keys);
    EXPECT_EQ(
        std::get<GroupOffer>(*open_parcel(envelope, keys, relay.address().identity, relay.now))
            .bundles.size(),
        uses);
    return envelope.size();
  };
  EXPECT_EQ(size_of(3), 2'048u);
  EXPECT_EQ(size_of(40), 16'384u);
  EXPECT_EQ(size_of(limits::event_uses_max), 65'536u);
  // More, fewer, or behind a link of the other kind, it is no invite.
  const auto refused = [&](std::size_t uses, wire::InviteKind kind) {
    offer.bundles.assign(uses, bundle);
    wire::InviteKeys other = wire::InviteKeys(random.secret<wire::InviteSeed>(), kind);
    return !open_parcel(make_group_parcel(offer, card, inviter, other), other,
                        relay.address().identity, relay.now)
                .ok();
  };
  EXPECT_TRUE(refused(limits::event_uses_max + 1, wire::InviteKind::event));
  EXPECT_TRUE(refused(1, wire::InviteKind::event));
  EXPECT_TRUE(refused(0, wire::InviteKind::event));
  EXPECT_TRUE(refused(2, wire::InviteKind::personal));
}

TEST(Event, FollowsNobodyButWhoMadeTheLink) {
  EventScene scene;
  const wire::Link link = scene.must_make(2);
  // Somebody in the room takes the parcel away and puts one of their own there.
  Device mallory(scene.relay, 66);
  take_operator_invite(mallory, scene.relay, 4, 20);
  const wire::InviteKeys keys(link.seed, wire::InviteKind::event);
  auto& parcel = scene.parcel(link);
  GroupOffer offer = std::get<GroupOffer>(
      *open_parcel(parcel.begin()->second, keys, scene.relay.address().identity, scene.relay.now));
  SeededRandom random(8);
  const SigningKey other(random.secret<SigningSeed>());
  const Bytes card = make_card(other, 1, {random.secret<SigningSeed>(), random.secret<SealSeed>()});
  offer.inviter = *verify_card(card);
  const Bytes real = parcel.begin()->second;
  parcel.clear();
  scene.relay.put(keys.address(), make_group_parcel(offer, card, other, keys));
  Device& ben = scene.newcomer();
  ASSERT_TRUE(ben.core().follow(link, ben.now()).ok());
  ben.sync();
  EXPECT_FALSE(ben.core().offer().has_value());
  ASSERT_TRUE(ben.core().offer_refused().has_value());
  EXPECT_EQ(ben.core().offer_refused()->code, Errc::not_authentic);
  // The real one counts all the same when it is there as well.
  scene.relay.put(keys.address(), real);
  Device& cleo = scene.newcomer();
  ASSERT_TRUE(cleo.core().follow(link, cleo.now()).ok());
  cleo.sync();
  ASSERT_TRUE(cleo.core().offer().has_value());
  EXPECT_EQ(cleo.core().offer()->inviter_name, "Ana");
}

TEST(Event, TakenBackLetsNobodyElseAsk) {
  EventScene scene;
  const wire::Link link = scene.must_make(4);
  Device& early = scene.asks(link);
  Device& holder = scene.newcomer();
  ASSERT_TRUE(holder.core().follow(link, holder.now()).ok());
  holder.sync();
  scene.ana.sync();
  approve_all(scene.ana);
  Device& waiting = scene.asks(link);
  scene.ana.sync();
  ASSERT_EQ(scene.ana.core().requests().size(), 1u);
  ASSERT_TRUE(scene.ana.core().revoke_invite(scene.view().id, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  EXPECT_TRUE(scene.parcel(link).empty());
  EXPECT_TRUE(scene.ana.core().requests().empty());
  EXPECT_TRUE(scene.is_in(early));
  EXPECT_FALSE(scene.is_in(waiting));
  ASSERT_TRUE(holder.core().accept_offer("Holder", holder.now()).ok());
  holder.keep();
  holder.sync();
  scene.ana.sync();
  EXPECT_TRUE(scene.ana.core().requests().empty());
  EXPECT_EQ(scene.view().standing, InviteView::Standing::revoked);
  Device& late = scene.newcomer();
  ASSERT_TRUE(late.core().follow(link, late.now()).ok());
  late.sync();
  EXPECT_EQ(late.core().offer_refused()->code, Errc::not_found);
}

TEST(Event, ThatIsOverIsTakenBackByItself) {
  EventScene scene;
  const wire::Link link = scene.must_make(3, 3);
  Device& ben = scene.asks(link);
  Device& holder = scene.newcomer();
  ASSERT_TRUE(holder.core().follow(link, holder.now()).ok());
  holder.sync();
  scene.relay.now += 4h;
  scene.ana.sync();
  EXPECT_TRUE(scene.parcel(link).empty());
  EXPECT_EQ(scene.view().standing, InviteView::Standing::expired);
  EXPECT_TRUE(scene.is_in(ben));  // asked in time
  EXPECT_TRUE(ben.core().health(ben.now()).enroll_due.has_value());
  scene.ana.sync();
  const auto tokens = scene.ana.core().health(scene.ana.now()).enroll_tokens;
  EXPECT_EQ(tokens, 29u);  // the two that nobody came for are back
  EXPECT_EQ(holder.core().accept_offer("Holder", holder.now()).error().code, Errc::expired);
}

TEST(Event, LetsTheFirstInByItselfAndAsksAboutTheOthers) {
  EventScene scene;
  const wire::Link link = scene.must_make(5, 3);
  for (int i = 0; i < 5; ++i) scene.asks(link);
  scene.ana.reload();
  const auto epoch = scene.ana.core().group("dispatch")->epoch;
  scene.ana.sync();
  EXPECT_EQ(scene.members(), 4u);
  EXPECT_EQ(scene.ana.core().group("dispatch")->epoch, epoch + 1);
  EXPECT_EQ(scene.ana.core().requests().size(), 2u);
  EXPECT_EQ(scene.view().joined, 3u);
  EXPECT_EQ(scene.view().asked, 5u);
  EXPECT_EQ(scene.view().auto_approve, 3u);
  approve_all(scene.ana);
  for (const auto& guest : scene.guests) EXPECT_TRUE(scene.is_in(*guest));
}

TEST(Event, LetsManyInWithAsFewChangesAsTheyTake) {
  EventScene scene(40, 100);
  const wire::Link link = scene.must_make(40, 40);
  for (int i = 0; i < 40; ++i) scene.asks(link);
  const auto epoch = scene.ana.core().group("dispatch")->epoch;
  scene.ana.sync();
  EXPECT_EQ(scene.members(), 41u);
  EXPECT_EQ(scene.ana.core().group("dispatch")->epoch, epoch + 1);
  for (const auto& guest : scene.guests) EXPECT_TRUE(scene.is_in(*guest));
  EXPECT_TRUE(scene.ana.core().warnings().empty());
}

TEST(Event, PutsNoMoreRequestsBeforeTheInviterThanItIsForAndSaysSoOnce) {
  CrowdScene scene;
  const wire::Link link = scene.must_make(3);
  for (const char* name : {"a", "b", "c", "d", "e", "f"}) scene.made_up_request(link, name);
  scene.ana.sync();
  EXPECT_EQ(scene.ana.core().requests().size(), 3u);
  const auto warnings = scene.ana.core().warnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0].kind, Warn::invite_reused);
}

}  // namespace
}  // namespace porchlight::client
