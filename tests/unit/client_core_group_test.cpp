// Who is in a group: leads at the same time, members who forge, versions that differ.
#include <gmock/gmock.h>

#include "client/core/epoch.hpp"
#include "client/core/group_records.hpp"
#include "client/core/parcel.hpp"
#include "client/core/schedule.hpp"
#include "client/core/state.pb.h"
#include "proto/crypto/seal.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/group.pb.h"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::ElementsAre;
using Warn = WarningView::Kind;

/// What a device's vault holds, for tests in which a member turns on the group.
class Turncoat {
 public:
  Turncoat(const Device& device, const GroupId& group) {
    for (Record& record : device.records()) {
      if (record.table == Table::profile && as_text(record.key) == "me") {
        state::Me me;
        EXPECT_TRUE(parse(me, record.value.reveal()));
        identity.emplace(*SigningSeed::from(as_bytes(me.identity())));
      }
      if (record.table != Table::groups || record.key[0] != group_record::epoch) continue;
      state::Epoch epoch;
      EXPECT_TRUE(parse(epoch, record.value.reveal()));
      if (epoch.carry().empty()) continue;  // not the newest
      control.collect = *SigningSeed::from(as_bytes(epoch.ctl_collect()));
      control.drop = *SigningSeed::from(as_bytes(epoch.ctl_drop()));
      control.seal = *SealSeed::from(as_bytes(epoch.ctl_seal()));
      body.set_suite(1);
      body.set_group_id(group.str());
      body.set_number(std::uint32_t{record.key.back()} + 1);
      body.set_prev_id(epoch.id());
      body.set_day(wire::unix_day(device.now()));
      body.set_salt(std::string(32, 's'));
      body.set_roster_hash(std::string(32, 'r'));
      body.mutable_policy()->set_name("dispatch");
      body.set_fresh_commit(fresh_commit({}).str());
      body.set_author(identity->verify_key().str());
    }
  }
  void drop_change(MemoryRelay& relay) const {
    wire::ControlMessage message;
    message.set_epoch(to_string(wire::make_signed(wire::label::epoch, serialise(body), *identity)));
    relay.put(control.address(), *wire::seal_envelope(seal_key(control.seal), serialise(message)));
  }
  std::optional<SigningKey> identity;
  ControlKeys control;
  wire::EpochBody body;
};

TEST(Group, GoesOnWhateverIsThrownIntoItsMailboxes) {
  GroupScene scene;
  std::size_t thrown = 0;
  for (const Subscription& subscription :
       scene.ben.core().subscriptions(Lane::collect, scene.ben.now())) {
    for (const std::size_t size : limits::envelope_sizes_bytes) {
      scene.relay.put(subscription.address, Bytes(size, static_cast<Byte>(++thrown)));
    }
  }
  scene.ben.sync();
  const auto before = scene.ben.records().size();
  scene.sync_all();
  EXPECT_EQ(scene.ben.records().size(), before);
  scene.ana.say(scene.group, "still here");
  scene.sync_all();
  EXPECT_THAT(scene.ben.texts(scene.group), ElementsAre("still here"));
  scene.expect_no_warnings();
}

TEST(Group, AltersNothingButTheCursorForWhatItRejects) {
  GroupScene scene;
  scene.ben.connect(Lane::collect);
  const auto expect_nothing = [&](const MailboxId& mailbox, std::uint64_t seq,
                                  const Bytes& envelope) {
    scene.ben.core().on_delivery(mailbox, seq, envelope, scene.ben.now());
    const Effects effects = scene.ben.core().drain();
    for (const Write& write : effects.writes) EXPECT_EQ(write.table, Table::cursors);
    EXPECT_EQ(effects.writes.size(), 1u);
    EXPECT_TRUE(effects.notices.empty());
  };
  const Turncoat cleo(scene.cleo, scene.group);
  for (const Subscription& subscription :
       scene.ben.core().subscriptions(Lane::collect, scene.ben.now())) {
    const MailboxId mailbox = subscription.address.id();
    std::uint64_t seq = subscription.after_seq;
    expect_nothing(mailbox, ++seq, Bytes(2'048, 7));
    if (mailbox != cleo.control.address().id()) continue;
    // These open: without padding, with nothing that decodes, with an epoch that does not.
    const SealKey to = seal_key(cleo.control.seal);
    wire::ControlMessage message;
    message.set_epoch("no epoch");
    for (const Bytes& envelope : {seal(to, Bytes(2'000, 0)), seal(to, Bytes(2'000, 7)),
                                  *wire::seal_envelope(to, Bytes{0xff, 0xff}),
                                  *wire::seal_envelope(to, serialise(message))}) {
      expect_nothing(mailbox, ++seq, envelope);
    }
  }
}

TEST(Group, KeepsNothingThatTheNextEpochFollowsFrom) {
  GroupScene scene;
  scene.sync_all();
  for (Device* device : scene.everybody()) {
    std::size_t succeeded = 0;
    std::size_t newest = 0;
    for (const Record& record : device->records()) {
      if (record.table != Table::groups || record.key[0] != group_record::epoch) continue;
      state::Epoch epoch;
      ASSERT_TRUE(parse(epoch, record.value.reveal()));
      const bool is_over = !epoch.successor().empty();
      (is_over ? succeeded : newest) += 1;
      EXPECT_EQ(epoch.carry().empty(), is_over);
      EXPECT_EQ(epoch.next_day_secret().empty(), is_over);
    }
    EXPECT_EQ(newest, 1u);
    EXPECT_EQ(succeeded, device == &scene.ana ? 2u : device == &scene.ben ? 1u : 0u);
  }
}

TEST(Group, LetsOneOfTwoLeadsWinAndTheOtherTryAgain) {
  GroupScene scene;
  Device lea(scene.relay, 5);
  bring_in(scene.ana, lea, scene.group, "Lea", wire::ROLE_LEAD);
  scene.sync_all();
  lea.sync();
  take_operator_invite(lea, scene.relay);
  Device dan(scene.relay, 6);
  Device eva(scene.relay, 7);
  ask(dan, invite(scene.ana, scene.group, "Dan"), "Dan");
  ask(eva, invite(lea, scene.group, "Eva"), "Eva");
  // Both approve before either has seen the other's change.
  const auto approve = [](Device& lead) {
    lead.sync();
    const std::vector<std::string> ids{lead.core().requests().at(0).id};
    ASSERT_TRUE(lead.core().approve(ids, lead.now()).ok());
    lead.keep();
    ASSERT_EQ(lead.core().outbox(Lane::drop).size(), 1u);
  };
  approve(scene.ana);
  approve(lea);
  scene.ana.drop(Lane::drop);
  lea.sync();  // second: refused, reads the winner, proposes again
  scene.ana.sync();
  dan.sync();
  eva.sync();
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.ben), 5u);
  for (Device* device : {&scene.ana, &scene.ben, &lea, &dan, &eva}) {
    EXPECT_EQ(device->core().group("dispatch")->members.size(), 6u);
    EXPECT_TRUE(device->core().warnings().empty());
  }
}

TEST(Group, TakesTheLowerOfTwoChangesThatAreBothStored) {
  GroupScene scene;
  Device lea(scene.relay, 5);
  bring_in(scene.ana, lea, scene.group, "Lea", wire::ROLE_LEAD);
  scene.sync_all();
  take_operator_invite(lea, scene.relay);
  Device dan(scene.relay, 6);
  Device eva(scene.relay, 7);
  ask(dan, invite(scene.ana, scene.group, "Dan"), "Dan");
  ask(eva, invite(lea, scene.group, "Eva"), "Eva");
  for (Device* lead : {&scene.ana, &lea}) {
    lead->sync();
    const std::vector<std::string> ids{lead->core().requests().at(0).id};
    ASSERT_TRUE(lead->core().approve(ids, lead->now()).ok());
    lead->keep();
  }
  // A relay that does not keep its word about if_last.
  const OutboxItem first = lea.core().outbox(Lane::drop).at(0);
  const OutboxItem second = scene.ana.core().outbox(Lane::drop).at(0);
  lea.core().on_dropped(first.id, scene.relay.put(first.address, first.envelope), lea.now());
  scene.ana.core().on_dropped(second.id, scene.relay.put(second.address, second.envelope),
                              scene.ana.now());
  EXPECT_TRUE(dan.core().group("dispatch")->standing == GroupView::Standing::asking);
  for (int i = 0; i < 2; ++i) {
    for (Device* device : {&scene.ana, &lea, &scene.ben, &dan, &eva}) device->sync();
  }
  for (Device* device : {&scene.ana, &scene.ben, &lea, &dan, &eva}) {
    const GroupView view = *device->core().group("dispatch");
    ASSERT_EQ(view.members.size(), 6u);
    EXPECT_EQ(view.members[4].name, "Eva");
    EXPECT_EQ(view.members[5].name, "Dan");
    EXPECT_TRUE(device->core().warnings().empty());
  }
}

TEST(Group, PassesOverAMembersForgeryAndSaysSo) {
  GroupScene scene;
  Turncoat ben(scene.ben, scene.group);
  ben.drop_change(scene.relay);
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.cleo), 2u);
  EXPECT_TRUE(scene.cleo.has_warning(Warn::foreign_epoch));
  Device dan(scene.relay, 6);
  bring_in(scene.ana, dan, scene.group, "Dan");
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.cleo), 3u);
}

TEST(Group, HaltsForANewerVersionAndKeepsEverything) {
  GroupScene scene;
  scene.cleo.say(scene.group, "before");
  scene.sync_all();
  Turncoat ana(scene.ana, scene.group);
  ana.body.add_ops();  // of a kind that this version does not know
  ana.drop_change(scene.relay);
  scene.ben.sync();
  const auto view = scene.ben.core().group("dispatch");
  EXPECT_EQ(view->standing, GroupView::Standing::halted);
  EXPECT_EQ(view->epoch, 2u);
  EXPECT_TRUE(scene.ben.has_warning(Warn::update_needed));
  EXPECT_THAT(scene.ben.texts(scene.group), ElementsAre("before"));
  wire::Body body;
  body.mutable_text()->set_text("x");
  EXPECT_EQ(scene.ben.core().post(scene.group, body, scene.ben.now()).error().code,
            Errc::update_needed);
  // Nothing behind it is looked at, now or after a restart, until an update can read it.
  ana.body.clear_ops();
  ana.drop_change(scene.relay);
  scene.ben.sync();
  scene.ben.reload();
  scene.ben.forget_deliveries();
  scene.ben.sync();
  EXPECT_EQ(scene.ben.core().group("dispatch")->standing, GroupView::Standing::halted);
  EXPECT_FALSE(scene.ben.has_warning(Warn::foreign_epoch));
}

TEST(Group, TellsWhenTheRelayShowsOthersOtherKeys) {
  GroupScene scene;
  scene.ana.say(scene.group, "hello");
  scene.sync_all();
  EXPECT_EQ(scene.ana.core().health(scene.ana.now()).members_disagreeing_on_keys, 0u);
  EXPECT_EQ(scene.ben.core().health(scene.ben.now()).members_agreeing_on_keys, 1u);
  scene.relay.now += 24h * 14;  // keys that nobody has seen yet
  scene.ana.run_errands();
  scene.ana.sync();
  scene.relay.use_keys(1);
  take_operator_invite(scene.ben, scene.relay);
  scene.ben.say(scene.group, "hello");
  scene.ben.sync();
  scene.relay.use_keys(0);
  take_operator_invite(scene.ana, scene.relay);
  scene.ana.sync();
  EXPECT_TRUE(scene.ana.has_warning(Warn::keys_differ));
  EXPECT_EQ(scene.ana.core().health(scene.ana.now()).members_disagreeing_on_keys, 1u);
  scene.relay.use_keys(2);  // and now to Ana's face
  const std::size_t warnings = scene.ana.core().warnings().size();
  scene.ana.connect(Lane::collect);
  EXPECT_EQ(scene.ana.core().warnings().size(), warnings + 1);
}

TEST(Group, AddsMoreThanOneEpochTakesInSeveral) {
  MemoryRelay relay;
  Device ana(relay, 2);
  take_operator_invite(ana, relay, 140, 250);
  take_operator_invite(ana, relay, 1, 250);
  const GroupId group = *ana.core().create_group("dispatch", "Ana", ana.now());
  ana.keep();
  constexpr std::size_t people = limits::epoch_operations_max + 3;
  for (std::size_t i = 0; i < people; ++i) {
    const wire::Link link = invite(ana, group, "somebody");
    const wire::InviteKeys keys(link.seed);
    const auto& parcel = relay.mailbox(keys.address().id()).begin()->second;
    const auto offer = open_parcel(parcel, keys, relay.address().identity, relay.now);
    ASSERT_TRUE(offer.ok());
    SeededRandom random(1'000 + i);
    const SigningKey identity(random.secret<SigningSeed>());
    const CardKeys card_keys{random.secret<SigningSeed>(), random.secret<SealSeed>()};
    const auto& to = std::get<GroupOffer>(*offer);
    const Bytes request = make_join_request(
        {group, to.inviter.identity, to.invite, seal_key(random.secret<SealSeed>()),
         make_card(identity, 1, card_keys), "Person " + std::to_string(i)},
        identity, random);
    wire::InboxMessage message;
    message.mutable_join()->set_request(to_string(request));
    message.mutable_join()->set_mac(to_string(join_mac(keys.join, request).reveal()));
    relay.put(to.inviter.inbox, *wire::seal_envelope(to.inviter.seal_key, serialise(message)));
    ana.sync();
  }
  ASSERT_EQ(ana.core().requests().size(), people);
  approve_all(ana);
  const GroupView view = *ana.core().group("dispatch");
  EXPECT_EQ(view.epoch, 2u);
  EXPECT_EQ(view.members.size(), people + 1);
  EXPECT_TRUE(ana.core().requests().empty());
  EXPECT_TRUE(ana.core().warnings().empty());
}

}  // namespace
}  // namespace porchlight::client
