// Members, inviters and relays that say what cannot be: nothing hangs, grows without end, or goes
// unnoticed for it.
#include <gmock/gmock.h>

#include "client/core/days.hpp"
#include "client/core/frame.hpp"
#include "client/core/group_records.hpp"
#include "client/core/state.pb.h"
#include "client/core/warnings.hpp"
#include "client/core/welcome.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/group.pb.h"
#include "proto/wire/person.pb.h"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::ElementsAre;
using Warn = WarningView::Kind;

/// All that a member's vault holds of one group and of requests to join it.
struct Insider {
  Insider(const Device& device, const GroupId& group) : id(group) {
    for (Record& record : device.records()) {
      if (record.table == Table::profile && as_text(record.key) == "me") {
        state::Me me;
        EXPECT_TRUE(parse(me, record.value.reveal()));
        identity.emplace(*SigningSeed::from(as_bytes(me.identity())));
      } else if (record.table == Table::requests) {
        state::Request request;
        EXPECT_TRUE(parse(request, record.value.reveal()));
        asking = *verify_join_request(as_bytes(request.request()));
      } else if (record.table == Table::groups &&
                 to_string(record.key).substr(1, group.size_bytes) == group.str()) {
        take(record);
      }
    }
  }
  void take(const Record& record) {
    const auto number = [&](std::size_t at) {
      std::uint32_t value = 0;
      for (std::size_t i = 0; i < 4; ++i) value = value << 8 | record.key[33 + 4 * at + i];
      return value;
    };
    if (record.key[0] == group_record::member) {
      state::RosterEntry kept;
      EXPECT_TRUE(parse(kept, record.value.reveal()));
      EXPECT_TRUE(roster.add(*verify_join_request(as_bytes(kept.request())), kept.role()).ok());
    } else if (record.key[0] == group_record::epoch) {
      state::Epoch epoch;
      EXPECT_TRUE(parse(epoch, record.value.reveal()));
      if (epoch.carry().empty()) return;  // not the newest
      head = {id, number(0), *EpochId::from(epoch.id()), epoch.day()};
      control.collect = *SigningSeed::from(as_bytes(epoch.ctl_collect()));
      control.drop = *SigningSeed::from(as_bytes(epoch.ctl_drop()));
      control.seal = *SealSeed::from(as_bytes(epoch.ctl_seal()));
    } else if (record.key[0] == group_record::day && number(0) == head.number) {
      state::Day kept;
      EXPECT_TRUE(parse(kept, record.value.reveal()));
      day.collect = *SigningSeed::from(as_bytes(kept.collect()));
      day.drop = *SigningSeed::from(as_bytes(kept.drop()));
      day.seal = *SealSeed::from(as_bytes(kept.seal()));
      day_number = number(1);
      for (const auto& branch : kept.branches()) {
        const VerifyKey& me = identity->verify_key();
        if (branch.number() != branch_of(me)) continue;  // it has said nothing yet
        chain.emplace(first_chain_key(*BranchSecret::from(as_bytes(branch.secret())), me));
      }
    } else if (record.key[0] == group_record::chain && number(0) == head.number &&
               to_string(record.key).ends_with(identity->verify_key().str())) {
      state::Chain kept;
      EXPECT_TRUE(parse(kept, record.value.reveal()));
      chain.emplace(*ChainKey::from(as_bytes(kept.key())), kept.next(),
                    std::map<std::uint32_t, MessageKey>{});
    }
  }
  /// A genuine frame with these cites.
  void drop_frame(MemoryRelay& relay, std::vector<Cite> cites) {
    wire::Body body;
    body.set_id(random.fixed<MessageId>().str());
    body.mutable_text()->set_text("look");
    body.set_sent_minute(wire::unix_minute(relay.now));
    body.set_lifetime_hours(1);
    FrameContent content;
    content.body = SecretBytes(as_bytes(body.SerializeAsString()));
    content.cites = std::move(cites);
    auto sealed = seal_frame({id, head.id, day_number}, *identity, *chain, seal_key(day.seal),
                             content, random);
    ASSERT_TRUE(sealed.ok());
    relay.put(day.address(), sealed->envelope);
    chain->commit(std::move(sealed->step));
  }
  /// A Welcome for who is asking, as its inviter may make it up.
  void drop_welcome(MemoryRelay& relay, std::uint32_t on_day, ControlKeys keys) {
    Amendment amendment;
    amendment.additions.push_back({asking, wire::ROLE_MEMBER});
    const MadeChange made =
        make_change(head, roster, "other", amendment, {}, on_day, *identity, random);
    const EpochKeys all{random.secret<Carry>(), std::move(keys), random.secret<AttributionKey>(),
                        random.secret<DaySecret>()};
    wire::InboxMessage message;
    const auto pages = make_state_pages(made.signed_epoch, made.change.roster, all.control);
    message.set_welcome(to_string(make_welcome(on_day, all, pages, {}, *identity).reveal()));
    for (const Page& page : pages) relay.put(page.address, page.envelope);
    relay.put(asking.card.inbox, *wire::seal_envelope(asking.one_time_key, serialise(message)));
  }

  GroupId id;
  SeededRandom random{77};
  std::optional<SigningKey> identity;
  JoinRequest asking;
  Roster roster;
  EpochHead head;
  ControlKeys control;
  DayKeys day;
  std::uint32_t day_number = 0;
  std::optional<Chain> chain;
};

/// Ben founds a group of his own, whose id stands before `than`, and Cleo asks to join it.
GroupId lure(GroupScene& scene, const GroupId& than) {
  take_operator_invite(scene.ben, scene.relay);
  for (int i = 0;; ++i) {
    const auto id =
        scene.ben.core().create_group("other" + std::to_string(i), "Ben", scene.ben.now());
    if (!id.ok()) ADD_FAILURE() << id.error().what;
    scene.ben.keep();
    if (*id > than) continue;
    scene.ben.sync();
    ask(scene.cleo, invite(scene.ben, *id, "Cleo"), "Cleo");
    scene.ben.sync();
    return *id;
  }
}

GroupView::Standing standing(Device& device, const GroupId& group) {
  for (const GroupView& view : device.core().groups()) {
    if (view.id == group) return view.standing;
  }
  ADD_FAILURE() << "no such group";
  return {};
}

// ---- inviters -------------------------------------------------------------------------------

TEST(Hostile, WelcomeToADayThatCannotBeIsNotFollowed) {
  for (const std::uint32_t day : {wire::unix_day(monday_noon) + 30, UINT32_MAX}) {
    GroupScene scene;
    const GroupId other = lure(scene, scene.group);
    Insider ben(scene.ben, other);
    ben.drop_welcome(scene.relay, day, {});
    scene.cleo.sync();
    EXPECT_EQ(standing(scene.cleo, other), GroupView::Standing::asking);
    EXPECT_TRUE(scene.cleo.has_warning(Warn::foreign_epoch));
  }
}

TEST(Hostile, DaysEndWithTheLastThatHasANumber) {
  crypto_init();
  SeededRandom random(5);
  DayRatchet days(random.secret<DaySecret>(), UINT32_MAX - 1);
  EXPECT_THAT(days.enter(UINT32_MAX, {}, 0), ElementsAre(UINT32_MAX - 1));
  EXPECT_TRUE(days.enter(UINT32_MAX, {}, 0).empty());
}

TEST(Hostile, GroupFoundedOnAnothersSecretsHidesNothingOfIt) {
  GroupScene scene;
  scene.sync_all();
  const GroupId other = lure(scene, scene.group);
  Insider ben(scene.ben, other);
  ben.drop_welcome(scene.relay, wire::unix_day(scene.relay.now),
                   std::move(Insider(scene.ben, scene.group).control));
  scene.cleo.sync();
  ASSERT_EQ(standing(scene.cleo, other), GroupView::Standing::member);
  Device dan(scene.relay, 6);
  bring_in(scene.ana, dan, scene.group, "Dan");
  scene.cleo.sync();
  EXPECT_EQ(scene.epoch(scene.cleo), scene.epoch(scene.ana));
  dan.say(scene.group, "hello");
  dan.sync();
  scene.cleo.sync();
  EXPECT_THAT(scene.cleo.texts(scene.group), ElementsAre("hello"));
}

TEST(Hostile, TwoInvitesToOneGroupAreOneGroup) {
  GroupScene scene;
  Device dan(scene.relay, 6);
  ask(dan, invite(scene.ana, scene.group, "Dan"), "Dan");
  ask(dan, invite(scene.ana, scene.group, "Dan"), "Dan");
  EXPECT_EQ(dan.core().groups().size(), 1u);
  approve_all(scene.ana);
  dan.sync();
  ASSERT_TRUE(dan.core().group("dispatch").ok()) << dan.core().group("dispatch").error().what;
  EXPECT_EQ(dan.core().group("dispatch")->standing, GroupView::Standing::member);
  dan.reload();
  EXPECT_EQ(dan.core().groups().size(), 1u);
}

// ---- members --------------------------------------------------------------------------------

TEST(Hostile, CitesOfDaysThatCannotBeAreNotKept) {
  GroupScene scene;
  scene.sync_all();
  Insider ben(scene.ben, scene.group);
  const auto frames = [&] {
    const auto records = scene.ana.records();
    return std::count_if(records.begin(), records.end(), [](const Record& record) {
      return record.table == Table::groups && record.key[0] == group_record::frame;
    });
  };
  const auto before = frames();
  const std::uint32_t today = wire::unix_day(scene.relay.now);
  std::vector<Cite> cites;
  for (const std::uint32_t day : {today + 30, UINT32_MAX - 8, UINT32_MAX}) {
    cites.push_back({ben.random.fixed<FrameHash>(), ben.head.number, day});
  }
  cites.push_back({ben.random.fixed<FrameHash>(), UINT32_MAX, today + 30});
  ben.drop_frame(scene.relay, cites);
  scene.ana.sync();
  EXPECT_EQ(scene.ana.texts(scene.group).size(), 1u);
  EXPECT_EQ(frames(), before + 1);
}

TEST(Hostile, RemovalByWhoDidNotLeadThenIsNoContest) {
  GroupScene scene;
  scene.sync_all();
  Insider cleo(scene.cleo, scene.group);
  // She leads from the next state on.
  ASSERT_TRUE(
      scene.ana.core().set_role(scene.group, "Cleo", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  Amendment amendment;
  amendment.removals.push_back(cleo.roster.entries()[1].identity());
  FreshPart fresh{cleo.random.fixed<Digest>(), {cleo.random.fixed<Digest>()}};
  const MadeChange made = make_change(cleo.head, cleo.roster, "dispatch", amendment, fresh,
                                      cleo.head.day, *cleo.identity, cleo.random);
  wire::ControlMessage message;
  message.set_epoch(to_string(made.signed_epoch));
  scene.relay.put(cleo.control.address(),
                  *wire::seal_envelope(seal_key(cleo.control.seal), serialise(message)));
  scene.sync_all();
  EXPECT_FALSE(scene.ana.has_warning(Warn::removal_lost));
  EXPECT_FALSE(scene.cleo.has_warning(Warn::removal_lost));
  scene.ana.say(scene.group, "as ever");
  scene.sync_all();
  EXPECT_THAT(scene.ben.texts(scene.group), ElementsAre("as ever"));
}

TEST(Hostile, WarningsOfOneKindLeaveRoomForOthersAndForNewOnes) {
  crypto_init();
  Journal journal;
  Warnings warnings(journal);
  TimePoint now = monday_noon;
  const auto texts = [&] {
    std::vector<std::string> all;
    for (const WarningView& view : warnings.list()) all.push_back(view.text);
    return all;
  };
  warnings.add(Warn::two_versions, "first", now);
  for (int i = 0; i < 1'000; ++i) {
    warnings.add(Warn::invite_reused, std::to_string(i), now += 1min);
  }
  warnings.add(Warn::missing_message, "last", now += 1min);
  EXPECT_LE(warnings.list().size(), 40u);
  EXPECT_EQ(texts().front(), "first");
  EXPECT_THAT(texts(), ::testing::IsSupersetOf({"999", "990", "last"}));
  EXPECT_EQ(journal.drain().notices.size(), 1'002u);  // each was told
}

// ---- relays ---------------------------------------------------------------------------------

TEST(Hostile, RelayThatSaysItKeepsLittleHoldsNothingBackUnnoticed) {
  GroupScene scene;
  scene.relay.ordinary_days = 1;
  scene.ben.say(scene.group, "seen by ana");
  scene.ben.sync();
  scene.ana.sync();
  const auto day = scene.cleo.core().subscriptions(Lane::collect, scene.cleo.now()).back();
  scene.cleo.withheld.insert(scene.relay.newest(day.address.id()));
  scene.ana.say(scene.group, "have you seen that?");
  scene.ana.sync();
  scene.cleo.sync();
  EXPECT_TRUE(scene.cleo.has_warning(Warn::missing_message));
}

TEST(Hostile, RelayWhoseClockNeverIsTheSameWarnsOnce) {
  GroupScene scene;
  for (int hours = 40; hours < 50; ++hours) {
    scene.ben.clock_ahead = std::chrono::hours(hours);
    scene.ben.sync();
  }
  EXPECT_EQ(scene.ben.core().warnings().size(), 1u);
}

TEST(Hostile, ChangeThatAnotherStoreForgotIsMadeAgain) {
  GroupScene scene;
  Device dan(scene.relay, 6);
  ask(dan, invite(scene.ana, scene.group, "Dan"), "Dan");
  scene.ana.sync();
  ASSERT_TRUE(scene.ana.core()
                  .approve(std::vector{scene.ana.core().requests().at(0).id}, scene.ana.now())
                  .ok());
  scene.ana.drop(Lane::drop);
  EXPECT_TRUE(scene.ana.core().outbox(Lane::drop).empty());
  // It was stored, but the store that comes back does not have it.
  scene.relay.mailbox(Insider(scene.ana, scene.group).control.address().id()).clear();
  scene.relay.begin_again();
  scene.ana.forget_deliveries();
  scene.ana.sync();
  scene.relay.now += 24h;
  scene.ana.sync();
  EXPECT_EQ(scene.ana.core().group("dispatch")->members.size(), 4u);
}

TEST(Hostile, ConnectionOfADayIsMadeAnew) {
  GroupScene scene;
  const auto wants = [&] { return scene.ben.core().wants_new_connection(scene.ben.now()); };
  scene.ben.sync();
  EXPECT_FALSE(wants());
  scene.relay.now += 25h;
  EXPECT_TRUE(wants());
  scene.ben.connect(Lane::drop);
  EXPECT_TRUE(wants());
  scene.ben.connect(Lane::collect);
  EXPECT_FALSE(wants());
}

}  // namespace
}  // namespace porchlight::client
