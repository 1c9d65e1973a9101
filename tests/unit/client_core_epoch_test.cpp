// Changes to groups and welcomes: what is valid, and every way in which it is not.
#include "client/core/epoch.hpp"

#include <gtest/gtest.h>

#include "client/core/codec.hpp"
#include "client/core/welcome.hpp"
#include "proto/wire/group.pb.h"
#include "tests/unit/client_core_epoch_scene.hpp"

namespace porchlight::client {
namespace {

using Kind = Judgement::Kind;

TEST(Roster, HashCoversOrderRolesConsentsAndGroup) {
  EpochScene scene;
  const Digest hash = scene.roster.hash(scene.group);
  Roster other_order;
  Roster other_role;
  const auto& entries = scene.roster.entries();
  ASSERT_TRUE(other_order.add(entries[1].request, entries[1].role).ok());
  ASSERT_TRUE(other_order.add(entries[0].request, entries[0].role).ok());
  ASSERT_TRUE(other_role.add(entries[0].request, entries[0].role).ok());
  ASSERT_TRUE(other_role.add(entries[1].request, wire::ROLE_LEAD).ok());
  EXPECT_NE(other_order.hash(scene.group), hash);
  EXPECT_NE(other_role.hash(scene.group), hash);
  EXPECT_NE(scene.roster.hash(scene.cleo.random.fixed<GroupId>()), hash);
}

TEST(Roster, TellsTheSameNameApartAndHasALimit) {
  EpochScene scene;
  EXPECT_EQ(scene.roster.display_name(scene.ana.id()), "somebody");
  EXPECT_EQ(scene.roster.display_name(scene.ben.id()), "somebody (2)");
  EXPECT_EQ(scene.roster.add(scene.ben.request(scene.group, scene.ana.id()), wire::ROLE_MEMBER)
                .error()
                .code,
            Errc::conflict);
  Roster full = scene.roster;
  for (std::uint64_t i = full.size(); i < limits::group_members_max; ++i) {
    Person person(100 + i);
    ASSERT_TRUE(full.add(person.request(scene.group, scene.ana.id()), wire::ROLE_MEMBER).ok());
  }
  EXPECT_EQ(
      full.add(scene.cleo.request(scene.group, scene.ana.id()), wire::ROLE_MEMBER).error().code,
      Errc::full);
}

TEST(Epoch, ByALeadIsValid) {
  EpochScene scene;
  const MadeChange made = scene.propose(scene.ana);
  const Judgement judgement = scene.judge(made.signed_epoch);
  ASSERT_EQ(judgement.kind, Kind::valid);
  EXPECT_EQ(judgement.change->head.id, made.change.head.id);
  EXPECT_EQ(judgement.change->added, std::vector<VerifyKey>{scene.cleo.id()});
  EXPECT_EQ(judgement.change->roster.size(), 3u);
}

TEST(Epoch, ByWhoDoesNotLeadIsInvalid) {
  EpochScene scene;
  const Judgement by_member = scene.judge(scene.propose(scene.ben).signed_epoch);
  EXPECT_EQ(by_member.kind, Kind::invalid);
  EXPECT_TRUE(by_member.by_member);
  const Judgement by_stranger = scene.judge(scene.propose(scene.eve).signed_epoch);
  EXPECT_EQ(by_stranger.kind, Kind::invalid);
  EXPECT_FALSE(by_stranger.by_member);
  // Ana's name, Eve's signature.
  EXPECT_FALSE(scene.judge_changed([](auto&) {}, scene.eve.identity).by_member);
}

TEST(Epoch, ChangedAnywhereIsInvalid) {
  EpochScene scene;
  const Bytes bytes = scene.propose(scene.ana).signed_epoch;
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    Bytes changed = bytes;
    changed[i] ^= 4;
    EXPECT_NE(scene.judge(changed).kind, Kind::valid) << i;
  }
  EXPECT_EQ(scene.judge({}).kind, Kind::invalid);
}

TEST(Epoch, ForAnotherPlaceIsInvalid) {
  EpochScene scene;
  const auto kind = [&](auto change) { return scene.judge_changed(change).kind; };
  EXPECT_EQ(kind([](auto& body) { body.mutable_prev_id()->front() ^= 1; }), Kind::invalid);
  EXPECT_EQ(kind([](auto& body) { body.mutable_group_id()->front() ^= 1; }), Kind::invalid);
  EXPECT_EQ(kind([](auto& body) { body.set_number(body.number() + 1); }), Kind::invalid);
  EXPECT_EQ(kind([](auto& body) { body.mutable_roster_hash()->front() ^= 1; }), Kind::invalid);
  EXPECT_EQ(kind([](auto& body) { body.mutable_policy()->set_name(""); }), Kind::invalid);
  EXPECT_EQ(kind([](auto& body) { body.mutable_salt()->pop_back(); }), Kind::invalid);
  EXPECT_EQ(kind([](auto& body) { body.clear_ops(); }), Kind::invalid);
}

TEST(Epoch, WithoutEveryConsentIsInvalid) {
  EpochScene scene;
  const auto kind_with = [&](const JoinRequest& request) {
    return scene
        .judge_changed([&](auto& body) {
          body.mutable_ops(0)->mutable_add()->set_request(to_string(request.bytes));
          Roster roster = scene.roster;
          if (roster.add(request, wire::ROLE_MEMBER).ok()) {
            body.set_roster_hash(roster.hash(scene.group).str());
          }
        })
        .kind;
  };
  EXPECT_EQ(kind_with(scene.cleo.request(scene.group, scene.ana.id())), Kind::valid);
  // To another group, by the invite of who does not lead, of who is in already.
  EXPECT_EQ(kind_with(scene.cleo.request(scene.cleo.random.fixed<GroupId>(), scene.ana.id())),
            Kind::invalid);
  EXPECT_EQ(kind_with(scene.cleo.request(scene.group, scene.ben.id())), Kind::invalid);
  EXPECT_EQ(kind_with(scene.cleo.request(scene.group, scene.cleo.id())), Kind::invalid);
  EXPECT_EQ(kind_with(scene.ben.request(scene.group, scene.ana.id())), Kind::invalid);
  // Twice in one change.
  EXPECT_EQ(scene.judge_changed([](auto& body) { *body.add_ops() = body.ops(0); }).kind,
            Kind::invalid);
  EXPECT_EQ(scene
                .judge_changed([](auto& body) {
                  body.mutable_ops(0)->mutable_add()->mutable_request()->back() ^= 1;
                })
                .kind,
            Kind::invalid);
  EXPECT_EQ(scene
                .judge_changed([](auto& body) {
                  body.mutable_ops(0)->mutable_add()->set_role(wire::ROLE_NONE);
                })
                .kind,
            Kind::invalid);
}

TEST(Epoch, OfAnImpossibleDayIsInvalidWhateverTheClock) {
  EpochScene scene;
  const Bytes bytes = scene.propose(scene.ana, today + 2).signed_epoch;
  EXPECT_EQ(scene.judge(bytes, today).kind, Kind::invalid);
  EXPECT_EQ(scene.judge(bytes, today + 1).kind, Kind::valid);
  // As many days later as a change is kept for a relay that has lost it.
  EXPECT_EQ(scene.judge(bytes, today + 10).kind, Kind::valid);
  EXPECT_EQ(scene.judge(bytes, today + 11).kind, Kind::invalid);
  EXPECT_EQ(scene.judge_changed([](auto& body) { body.set_day(today - 1); }).kind, Kind::invalid);
}

TEST(Epoch, HasNoNextOneAfterTheLastNumber) {
  EpochScene scene;
  scene.head.number = UINT32_MAX;  // as a welcome may say
  const auto numbered = [&](std::uint32_t number) {
    return scene.judge_changed([&](auto& body) { body.set_number(number); }).kind;
  };
  EXPECT_EQ(numbered(0), Kind::invalid);
  EXPECT_EQ(numbered(UINT32_MAX), Kind::invalid);
}

TEST(Epoch, OfANewerVersionHaltsOnlyWhenALeadMadeIt) {
  EpochScene scene;
  const auto kind = [&](auto change) { return scene.judge_changed(change).kind; };
  EXPECT_EQ(kind([](auto& body) { body.set_suite(2); }), Kind::newer);
  EXPECT_EQ(kind([](auto& body) { body.add_ops(); }), Kind::newer);
  EXPECT_EQ(
      kind([](auto& body) { body.mutable_ops(0)->mutable_add()->set_role(wire::ROLE_AUDIENCE); }),
      Kind::newer);
  EXPECT_EQ(kind([&](auto& body) {
              // Of another suite, and longer than any of this one.
              wire::JoinRequest request;
              request.set_suite(2);
              request.set_name(std::string(2'000, 'x'));
              body.mutable_ops(0)->mutable_add()->set_request(to_string(wire::make_signed(
                  wire::label::join_request, serialise(request), scene.cleo.identity)));
            }),
            Kind::newer);
  const Judgement by_member = scene.judge_changed(
      [&](auto& body) {
        body.add_ops();
        body.set_author(scene.ben.id().str());
      },
      scene.ben.identity);
  EXPECT_EQ(by_member.kind, Kind::invalid);
  EXPECT_EQ(kind([](auto& body) {
              body.set_suite(2);
              body.mutable_prev_id()->front() ^= 1;
            }),
            Kind::invalid);
}

TEST(KeySchedule, MakesEverySecretItsOwn) {
  crypto_init();
  SeededRandom random(9);
  const auto carry = random.secret<Carry>();
  const auto id = random.fixed<EpochId>();
  const EpochKeys keys = derive_epoch(carry, {}, id);
  const EpochKeys again = derive_epoch(carry, {}, id);
  EXPECT_EQ(keys.control.address(), again.control.address());
  EXPECT_TRUE(equal_constant_time(keys.day.reveal(), again.day.reveal()));
  const EpochKeys other_fresh = derive_epoch(carry, as_bytes("fresh"), id);
  const EpochKeys other_id = derive_epoch(carry, {}, random.fixed<EpochId>());
  EXPECT_NE(keys.control.address(), other_fresh.control.address());
  EXPECT_NE(keys.control.address(), other_id.control.address());
  std::set<std::string> all;
  for (const ByteView secret :
       {keys.carry.reveal(), keys.control.collect.reveal(), keys.control.drop.reveal(),
        keys.control.seal.reveal(), keys.attribution.reveal(), keys.day.reveal()}) {
    all.insert(to_string(secret));
  }
  EXPECT_EQ(all.size(), 6u);
  EXPECT_EQ(keys.control.address().flags, wire::mailbox_flag::long_kept);
}

/// Cleo's welcome, by Ana.
struct WelcomeScene : EpochScene {
  WelcomeScene() : mine(cleo.request(group, ana.id())) {
    made = make_change(head, roster, "dispatch", adding(mine), {}, today, ana.identity, ana.random);
    keys = derive_epoch(ana.random.secret<Carry>(), {}, made.change.head.id);
    pages = make_state_pages(made.signed_epoch, made.change.roster, keys.control);
    welcome = make_welcome(made.change.head.day, keys, pages, {}, ana.identity);
    const auto page = open_page(derive_page(keys.control, PageKind::state, 0), PageKind::state,
                                pages.at(0).envelope, pages.at(0).hash);
    state = page.value();
  }
  Result<Change> verify(ByteView signed_welcome, ByteView group_state, const JoinRequest& request) {
    const std::vector asked{request.inviter};
    TRY(const Welcome opened, open_welcome(signed_welcome, asked));
    return verify_welcome(opened, group_state, request);
  }
  Errc refusal_of(ByteView signed_welcome, ByteView group_state) {
    const auto welcomed = verify(signed_welcome, group_state, mine);
    return welcomed.ok() ? Errc::storage : welcomed.error().code;
  }
  template <class Change>
  Errc refusal(Change change, const SigningKey& signer) {
    wire::Welcome message;
    EXPECT_TRUE(parse(message, wire::parse_signed(welcome.reveal())->body));
    change(message);
    return refusal_of(wire::make_signed(wire::label::welcome, serialise(message), signer), state);
  }
  template <class Change>
  Errc refusal(Change change) {
    return refusal(change, ana.identity);
  }
  template <class Change>
  Errc refusal_of_state(Change change) {
    wire::GroupState message;
    EXPECT_TRUE(parse(message, state));
    change(message);
    return refusal_of(welcome.reveal(), serialise(message));
  }
  JoinRequest mine;
  MadeChange made;
  EpochKeys keys;
  std::vector<Page> pages;
  SecretBytes welcome;
  Bytes state;
};

TEST(Welcome, HandsOverTheGroup) {
  WelcomeScene scene;
  const auto welcomed = scene.verify(scene.welcome.reveal(), scene.state, scene.mine);
  ASSERT_TRUE(welcomed.ok()) << welcomed.error().what;
  EXPECT_EQ(welcomed->head.id, scene.made.change.head.id);
  EXPECT_EQ(welcomed->roster.hash(scene.group), scene.made.change.roster.hash(scene.group));
  const auto opened = open_welcome(scene.welcome.reveal(), std::vector{scene.ana.id()});
  EXPECT_EQ(opened->keys.control.address(), scene.keys.control.address());
  EXPECT_EQ(scene.refusal([](auto&) {}), Errc::storage);
  EXPECT_EQ(scene.refusal_of_state([](auto&) {}), Errc::storage);
}

TEST(Welcome, ByAnotherIsRefused) {
  WelcomeScene scene;
  EXPECT_EQ(scene.refusal([](auto&) {}, scene.eve.identity), Errc::not_authentic);
  EXPECT_EQ(scene.refusal([](auto&) {}, scene.ben.identity), Errc::not_authentic);
  Bytes changed = to_bytes(scene.welcome.reveal());
  changed[changed.size() / 2] ^= 1;
  EXPECT_NE(scene.refusal_of(changed, scene.state), Errc::storage);
}

TEST(Welcome, WhoseRosterWasTamperedWithIsRefused) {
  WelcomeScene scene;
  const auto refusal = [&](auto change) { return scene.refusal_of_state(change); };
  // Somebody left out, exchanged, added, promoted, put first; a consent to another group.
  EXPECT_EQ(refusal([](auto& s) { s.mutable_roster()->DeleteSubrange(1, 1); }),
            Errc::not_authentic);
  EXPECT_EQ(refusal([](auto& s) { s.mutable_roster()->SwapElements(0, 1); }), Errc::not_authentic);
  EXPECT_EQ(refusal([](auto& s) { s.mutable_roster(1)->set_role(wire::ROLE_LEAD); }),
            Errc::not_authentic);
  EXPECT_EQ(refusal([&](auto& s) {
              auto* entry = s.add_roster();
              entry->set_role(wire::ROLE_MEMBER);
              entry->set_request(to_string(scene.eve.request(scene.group, scene.ana.id()).bytes));
            }),
            Errc::not_authentic);
  EXPECT_EQ(refusal([&](auto& s) {
              const auto elsewhere = scene.eve.random.fixed<GroupId>();
              s.mutable_roster(1)->set_request(
                  to_string(scene.ben.request(elsewhere, scene.ana.id()).bytes));
            }),
            Errc::not_authentic);
  EXPECT_NE(refusal([](auto& s) { s.mutable_roster(0)->mutable_request()->back() ^= 1; }),
            Errc::storage);
}

TEST(Welcome, ForAnotherRequestIsRefused) {
  WelcomeScene scene;
  const auto refusal = [&](const JoinRequest& request) {
    return scene.verify(scene.welcome.reveal(), scene.state, request).error().code;
  };
  EXPECT_EQ(refusal(scene.cleo.request(scene.group, scene.ana.id())), Errc::not_authentic);
  EXPECT_EQ(refusal(scene.eve.request(scene.group, scene.ana.id())), Errc::not_authentic);
  EXPECT_EQ(refusal(scene.cleo.request(scene.group, scene.ben.id())), Errc::not_authentic);
}

TEST(Welcome, WithAnotherEpochOrKeysOfWrongSizesIsRefused) {
  WelcomeScene scene;
  const MadeChange other = scene.propose(scene.ben);
  EXPECT_NE(scene.refusal_of_state([&](auto& s) { s.set_epoch(to_string(other.signed_epoch)); }),
            Errc::storage);
  EXPECT_EQ(scene.refusal([](auto& w) { w.mutable_carry()->pop_back(); }), Errc::malformed);
  EXPECT_EQ(scene.refusal([](auto& w) { w.clear_day_secret(); }), Errc::malformed);
  EXPECT_EQ(scene.refusal([](auto& w) { w.set_day(w.day() + 1); }), Errc::not_authentic);
  EXPECT_EQ(scene.refusal([](auto& w) { w.set_suite(2); }), Errc::update_needed);
}

TEST(Welcome, ListsAPossibleNumberOfPages) {
  WelcomeScene scene;
  EXPECT_EQ(scene.refusal([](auto& w) { w.clear_state_pages(); }), Errc::malformed);
  EXPECT_EQ(scene.refusal([](auto& w) { w.mutable_state_pages(0)->pop_back(); }), Errc::malformed);
  EXPECT_EQ(scene.refusal([](auto& w) {
    while (w.state_pages_size() <= static_cast<int>(limits::state_pages_max)) {
      w.add_state_pages(w.state_pages(0));
    }
  }),
            Errc::malformed);
}

TEST(Welcome, OfTheLargestStateFitsTheSmallestEnvelope) {
  WelcomeScene scene;
  std::vector<Page> most(limits::state_pages_max, scene.pages[0]);
  wire::Token enroll;
  enroll.set_kind(wire::TOKEN_KIND_ENROLL_MEMBER);
  enroll.set_week(UINT32_MAX);
  enroll.set_nonce(std::string(32, 'n'));
  enroll.set_output(std::string(64, 'o'));
  wire::InboxMessage message;
  message.set_welcome(
      to_string(make_welcome(UINT32_MAX, scene.keys, most, enroll, scene.ana.identity).reveal()));
  EXPECT_LE(message.ByteSizeLong(), page_payload_max(limits::envelope_sizes_bytes[0]));
}

TEST(StatePages, AreTakenInAnyOrderAndAsTheyWereSignedAlone) {
  WelcomeScene scene;
  // As much as lies on three pages, the last one not full.
  Roster many;
  for (std::uint64_t i = 0; many.size() < 320; ++i) {
    Person person(1'000 + i);
    ASSERT_TRUE(many.add(person.request(scene.group, scene.ana.id()), wire::ROLE_MEMBER).ok());
  }
  const auto pages = make_state_pages(scene.made.signed_epoch, many, scene.keys.control);
  ASSERT_EQ(pages.size(), 3u);
  const auto arrive = [&] {
    const SecretBytes welcome = make_welcome(5, scene.keys, pages, {}, scene.ana.identity);
    auto opened = open_welcome(welcome.reveal(), std::vector{scene.ana.id()});
    return Arrival(std::move(opened).value(), SecretBytes(welcome.reveal()), 1);
  };
  Arrival arrival = arrive();
  const auto deliver = [&](std::size_t to, const Bytes& envelope) {
    arrival.deliver(pages[to].address.id(), envelope);
  };
  const auto forged = make_page(scene.keys.control, PageKind::state, 1, as_bytes("something else"),
                                pages[1].envelope.size());
  deliver(1, forged.envelope);    // by somebody who holds the keys
  deliver(0, pages[1].envelope);  // in the wrong place
  deliver(2, Bytes(pages[2].envelope.size(), 7));
  for (const std::size_t at : {2u, 1u}) {
    EXPECT_TRUE(arrival.lacks(pages[at].address.id()));
    deliver(at, pages[at].envelope);
    deliver(at, forged.envelope);  // too late to do harm
    EXPECT_FALSE(arrival.lacks(pages[at].address.id()));
    EXPECT_FALSE(arrival.is_whole());
  }
  deliver(0, pages[0].envelope);
  ASSERT_TRUE(arrival.is_whole());
  wire::GroupState state;
  ASSERT_TRUE(parse(state, arrival.state()));
  EXPECT_EQ(as_bytes(state.epoch()).size(), scene.made.signed_epoch.size());
  ASSERT_EQ(state.roster_size(), 320);
  EXPECT_EQ(to_bytes(as_bytes(state.roster(319).request())), many.entries()[319].request.bytes);
}

}  // namespace
}  // namespace porchlight::client
