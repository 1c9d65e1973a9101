// Who is taken out, who leads, and new keys for those who stay (clauses 10.3 and 10.7).
#include <gmock/gmock.h>

#include "client/core/grants.hpp"
#include "client/core/group_records.hpp"
#include "client/core/state.pb.h"
#include "tests/unit/client_core_epoch_scene.hpp"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Warn = WarningView::Kind;

struct RemovalScene : GroupScene {
  void remove(Device& lead, const std::string& name) {
    const Status removed = lead.core().remove_member(group, name, lead.now());
    ASSERT_TRUE(removed.ok()) << removed.error().what;
    lead.keep();
  }
  std::vector<std::string> names(Device& device) {
    std::vector<std::string> all;
    const GroupView view = *device.core().group("dispatch");
    for (const MemberView& member : view.members) {
      all.push_back(member.name);
    }
    return all;
  }
  GroupView::Standing standing(Device& device) { return device.core().group("dispatch")->standing; }
};

/// The newest epoch's carry and number in what a vault held.
std::pair<Carry, std::uint32_t> newest_carry(const std::vector<Record>& records) {
  std::pair<Carry, std::uint32_t> newest{Carry{}, 0};
  for (const Record& record : records) {
    state::Epoch epoch;
    if (record.table != Table::groups || record.key[0] != group_record::epoch ||
        !parse(epoch, record.value.reveal()) || epoch.carry().empty()) {
      continue;
    }
    newest = {*Carry::from(as_bytes(epoch.carry())), record.key.back()};
  }
  return newest;
}

TEST(Removal, TakesSomebodyOutAndTheOthersGoOn) {
  RemovalScene scene;
  scene.remove(scene.ana, "Cleo");
  scene.ana.sync();
  EXPECT_THAT(scene.names(scene.ana), ElementsAre("Ana", "Ben"));
  scene.sync_all();
  EXPECT_THAT(scene.names(scene.ben), ElementsAre("Ana", "Ben"));
  EXPECT_TRUE(scene.ben.has_notice(Notice::Kind::member_removed));
  EXPECT_EQ(scene.standing(scene.cleo), GroupView::Standing::removed);
  EXPECT_TRUE(scene.cleo.has_notice(Notice::Kind::removed));
  EXPECT_FALSE(scene.cleo.core().safety_words("Ana").ok());
  scene.ana.say(scene.group, "among us");
  scene.ben.say(scene.group, "yes");
  scene.sync_all();
  scene.sync_all();
  EXPECT_THAT(scene.ana.texts(scene.group), ElementsAre("among us", "yes"));
  EXPECT_THAT(scene.ben.texts(scene.group), ElementsAre("among us", "yes"));
  EXPECT_THAT(scene.cleo.texts(scene.group), IsEmpty());
  EXPECT_FALSE(scene.cleo.core().post(scene.group, {}, scene.cleo.now()).ok());
  for (Device* device : scene.everybody()) device->reload();
  EXPECT_EQ(scene.standing(scene.cleo), GroupView::Standing::removed);
  scene.relay.now += std::chrono::days(9);  // everything that ages, does
  scene.sync_all();
  scene.cleo.reload();
  EXPECT_EQ(scene.standing(scene.cleo), GroupView::Standing::removed);
  scene.expect_no_warnings();
}

TEST(Removal, WhoKeptEverythingFollowsNoFurther) {
  RemovalScene scene;
  auto kept = scene.cleo.records();
  scene.remove(scene.ana, "Cleo");
  scene.sync_all();
  const auto [carry, number] = newest_carry(kept);
  EpochId next;
  MailboxId control;
  for (const Record& record : scene.ana.records()) {
    state::Epoch epoch;
    if (record.table != Table::groups || record.key[0] != group_record::epoch ||
        !parse(epoch, record.value.reveal()) || record.key.back() != number + 1) {
      continue;
    }
    ASSERT_TRUE(read(next, epoch.id()));
    control = wire::MailboxAddress::decode(epoch.ctl_address())->id();
  }
  // Everything that is public or was Cleo's; the fresh secret is missing.
  EXPECT_NE(derive_epoch(carry, {}, next).control.address().id(), control);
  // No grant of any page opens with what Cleo held.
  scene.cleo.restore(std::move(kept));
  scene.cleo.sync();
  for (const Subscription& subscription :
       scene.cleo.core().subscriptions(Lane::collect, scene.cleo.now())) {
    EXPECT_NE(subscription.address.id(), control);
  }
}

TEST(Removal, OfWhoWasAwayLeavesNothingButTheNews) {
  RemovalScene scene;
  scene.remove(scene.ana, "Cleo");
  scene.sync_all();
  for (const Record& record : scene.cleo.records()) {
    state::Epoch epoch;
    if (record.table != Table::groups || record.key[0] != group_record::epoch) continue;
    ASSERT_TRUE(parse(epoch, record.value.reveal()));
    EXPECT_TRUE(epoch.carry().empty());
    EXPECT_TRUE(epoch.next_day_secret().empty());
  }
  EXPECT_TRUE(scene.cleo.core().outbox(Lane::drop).empty());
}

TEST(Removal, WhatWasSaidBeforeItIsReadByWhoComesLater) {
  RemovalScene scene;
  scene.cleo.say(scene.group, "before");
  scene.cleo.sync();
  scene.ana.sync();
  scene.relay.now += 2h;
  scene.ana.say(scene.group, "seen");  // cites it
  scene.ana.sync();
  scene.remove(scene.ana, "Cleo");
  scene.ana.sync();
  scene.sync_all();
  EXPECT_THAT(scene.ben.texts(scene.group), ElementsAre("before", "seen"));
  scene.expect_no_warnings();
}

TEST(Removal, WhatIsSaidAfterItIsPassedOverWithoutAWarning) {
  RemovalScene scene;
  scene.cleo.sync();
  scene.remove(scene.ana, "Cleo");
  scene.ana.sync();
  scene.ben.sync();
  scene.relay.now += 2h;
  // Cleo has not heard of it: the relay keeps the change from her.
  for (const Subscription& subscription :
       scene.cleo.core().subscriptions(Lane::collect, scene.cleo.now())) {
    const auto& mailbox = scene.relay.mailbox(subscription.address.id());
    for (const auto& [seq, envelope] : mailbox) {
      if (seq > subscription.after_seq) scene.cleo.withheld.insert(seq);
    }
  }
  scene.cleo.say(scene.group, "all clear, go home");
  scene.cleo.sync();
  scene.ana.sync();
  scene.ben.sync();
  EXPECT_THAT(scene.ana.texts(scene.group), IsEmpty());
  EXPECT_THAT(scene.ben.texts(scene.group), IsEmpty());
  scene.expect_no_warnings();
}

TEST(Removal, IsMadeAgainWhenSomebodyElseWasFirst) {
  RemovalScene scene;
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  const wire::Link link = invite(scene.ana, scene.group, "Dan");
  Device dan(scene.relay, 9);
  ask(dan, link, "Dan");
  scene.ben.sync();
  scene.ana.sync();
  scene.ben.connect(Lane::collect);
  while (scene.ben.collect(Lane::collect)) {
  }
  scene.remove(scene.ben, "Cleo");
  approve_all(scene.ana);  // first
  while (scene.ben.drop(Lane::drop)) {
  }
  scene.sync_all();
  dan.sync();
  scene.sync_all();
  dan.sync();
  EXPECT_THAT(scene.names(scene.ana), ElementsAre("Ana", "Ben", "Dan"));
  EXPECT_THAT(scene.names(scene.ben), ElementsAre("Ana", "Ben", "Dan"));
  EXPECT_THAT(scene.names(dan), ElementsAre("Ana", "Ben", "Dan"));
  EXPECT_EQ(scene.standing(scene.cleo), GroupView::Standing::removed);
  EXPECT_FALSE(scene.ben.core().has_wishes(scene.group));
  scene.expect_no_warnings();
}

TEST(Removal, NeverLeavesAGroupWithoutALead) {
  RemovalScene scene;
  const auto refused = scene.ana.core().remove_member(scene.group, "Ana", scene.ana.now());
  EXPECT_EQ(refused.error().code, Errc::not_permitted);
  const auto demoted =
      scene.ana.core().set_role(scene.group, "Ana", wire::ROLE_MEMBER, scene.ana.now());
  EXPECT_EQ(demoted.error().code, Errc::not_permitted);
  EXPECT_EQ(scene.ben.core().remove_member(scene.group, "Cleo", scene.ben.now()).error().code,
            Errc::not_permitted);
  EXPECT_EQ(scene.ana.core().remove_member(scene.group, "Dora", scene.ana.now()).error().code,
            Errc::not_found);
  scene.sync_all();
  EXPECT_THAT(scene.names(scene.ben), ElementsAre("Ana", "Ben", "Cleo"));
}

TEST(Removal, NeverDropsAChangeBeforeItsPages) {
  RemovalScene scene;
  scene.ana.sync();
  scene.remove(scene.ana, "Cleo");
  const auto pages = scene.ana.core().outbox(Lane::drop);
  ASSERT_EQ(pages.size(), 1u);  // the change is not among them
  EXPECT_EQ(pages[0].envelope.size(), limits::envelope_sizes_bytes[1]);
  EXPECT_FALSE(pages[0].if_last);
  wire::Failure full;
  full.set_code(wire::FAILURE_FULL);
  scene.ana.core().on_drop_refused(pages[0].id, full, scene.ana.now());
  EXPECT_EQ(scene.ana.core().outbox(Lane::drop).size(), 1u);
  scene.ana.core().on_dropped(pages[0].id, 1, scene.ana.now());
  const auto change = scene.ana.core().outbox(Lane::drop);
  ASSERT_EQ(change.size(), 1u);
  EXPECT_TRUE(change[0].if_last);
}

TEST(Removal, IsUndoneByANewInvite) {
  RemovalScene scene;
  scene.remove(scene.ana, "Cleo");
  scene.sync_all();
  bring_in(scene.ana, scene.cleo, scene.group, "Cleo");
  scene.sync_all();
  scene.cleo.say(scene.group, "here again");
  scene.sync_all();
  EXPECT_THAT(scene.ben.texts(scene.group), ElementsAre("here again"));
  scene.cleo.reload();
  EXPECT_THAT(scene.names(scene.cleo), ElementsAre("Ana", "Ben", "Cleo"));
  scene.expect_no_warnings();
}

TEST(Rekey, GivesEverybodyNewKeysAndHappensByItselfOnceAWeek) {
  RemovalScene scene;
  const std::uint32_t before = scene.epoch(scene.ana);
  ASSERT_TRUE(scene.ana.core().rekey(scene.group, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.ben), before + 1);
  scene.relay.now += std::chrono::days(limits::rekey_days - 1);
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.ben), before + 1);
  scene.relay.now += std::chrono::days(1);
  scene.sync_all();
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.ben), before + 2);
  scene.ben.say(scene.group, "under new keys");
  scene.sync_all();
  EXPECT_THAT(scene.cleo.texts(scene.group), ElementsAre("under new keys"));
  scene.expect_no_warnings();
}

TEST(Rekey, WaitsForThePageAndSaysSo) {
  RemovalScene scene;
  const auto before = scene.relay.mailboxes();
  ASSERT_TRUE(scene.ana.core().rekey(scene.group, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.connect(Lane::collect);
  while (scene.ana.collect(Lane::collect) || scene.ana.drop(Lane::drop)) {
  }
  scene.ben.say(scene.group, "mine");  // before he hears of it
  // The relay keeps the page back.
  std::map<MailboxId, std::map<std::uint64_t, Bytes>> held;
  for (const MailboxId& id : scene.relay.mailboxes()) {
    if (before.contains(id) || scene.relay.mailbox(id).empty()) continue;
    EXPECT_EQ(scene.relay.mailbox(id).begin()->second.size(), limits::envelope_sizes_bytes[1]);
    std::swap(held[id], scene.relay.mailbox(id));
  }
  ASSERT_EQ(held.size(), 1u);
  const std::uint32_t epoch = scene.epoch(scene.ben);
  scene.ben.sync();
  EXPECT_EQ(scene.epoch(scene.ben), epoch);
  EXPECT_TRUE(scene.ben.has_warning(Warn::left_behind));
  scene.ben.reload();  // what it waits for is found again
  scene.ben.forget_deliveries();
  std::swap(held.begin()->second, scene.relay.mailbox(held.begin()->first));
  scene.ben.sync();
  EXPECT_EQ(scene.epoch(scene.ben), epoch + 1);
  scene.sync_all();
  EXPECT_THAT(scene.ana.texts(scene.group), ElementsAre("mine"));
}

TEST(Roles, ALeadMadeByALeadCanDoWhatLeadsDo) {
  RemovalScene scene;
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  scene.remove(scene.ben, "Ana");
  scene.ben.sync();
  scene.sync_all();
  EXPECT_THAT(scene.names(scene.cleo), ElementsAre("Ben", "Cleo"));
  EXPECT_EQ(scene.standing(scene.ana), GroupView::Standing::removed);
  scene.expect_no_warnings();
}

TEST(Epoch, RemovesAndChangesRolesOnlyAsAllowed) {
  EpochScene scene;
  const auto ben = scene.ben.id().str();
  // Ana's change that adds Cleo, with these operations instead and a roster that fits.
  const auto kind = [&](auto write, const Roster& after, int pages, bool fresh) {
    return scene
        .judge_changed([&](auto& body) {
          body.clear_ops();
          write(body);
          body.set_roster_hash(after.hash(scene.group).str());
          if (fresh) body.set_fresh_commit(fresh_commit(as_bytes("fresh")).str());
          for (int i = 0; i < pages; ++i) body.add_page_hashes(std::string(32, 'p'));
        })
        .kind;
  };
  const auto remove_ben = [&](auto& body) { body.add_ops()->mutable_remove()->set_member(ben); };
  Roster alone = scene.roster;
  ASSERT_TRUE(alone.remove(scene.ben.id()).ok());
  EXPECT_EQ(kind(remove_ben, alone, 1, true), Judgement::Kind::valid);
  EXPECT_EQ(kind(remove_ben, alone, 0, false), Judgement::Kind::invalid);  // he would follow
  EXPECT_EQ(kind(remove_ben, alone, 1, false), Judgement::Kind::invalid);
  EXPECT_EQ(kind(remove_ben, alone, 0, true), Judgement::Kind::invalid);
  EXPECT_EQ(kind(remove_ben, alone, 2, true), Judgement::Kind::invalid);
  EXPECT_EQ(kind(remove_ben, scene.roster, 1, true), Judgement::Kind::invalid);
  const auto nothing = [](auto&) {};
  EXPECT_EQ(kind(nothing, scene.roster, 1, true), Judgement::Kind::valid);  // a rekey
  EXPECT_EQ(kind(nothing, scene.roster, 0, false), Judgement::Kind::invalid);
  const auto set_role = [](const std::string& member, wire::Role role) {
    return [=](auto& body) {
      body.add_ops()->mutable_set_role()->set_member(member);
      body.mutable_ops(0)->mutable_set_role()->set_role(role);
    };
  };
  Roster two_leads = scene.roster;
  ASSERT_TRUE(two_leads.set_role(scene.ben.id(), wire::ROLE_LEAD).ok());
  EXPECT_EQ(kind(set_role(ben, wire::ROLE_LEAD), two_leads, 0, false), Judgement::Kind::valid);
  EXPECT_EQ(kind(set_role(ben, wire::ROLE_MEMBER), scene.roster, 0, false),
            Judgement::Kind::invalid);
  EXPECT_EQ(kind(set_role(ben, wire::ROLE_AUDIENCE), scene.roster, 0, false),
            Judgement::Kind::newer);
  EXPECT_EQ(kind(set_role("short", wire::ROLE_LEAD), scene.roster, 0, false),
            Judgement::Kind::invalid);
  Roster no_lead = scene.roster;
  ASSERT_TRUE(no_lead.set_role(scene.ana.id(), wire::ROLE_MEMBER).ok());
  EXPECT_EQ(kind(set_role(scene.ana.id().str(), wire::ROLE_MEMBER), no_lead, 0, false),
            Judgement::Kind::invalid);
  // Twice in one change: a role and out.
  EXPECT_EQ(kind(
                [&](auto& body) {
                  set_role(ben, wire::ROLE_LEAD)(body);
                  remove_ben(body);
                },
                alone, 1, true),
            Judgement::Kind::invalid);
  // Of who is not there.
  EXPECT_EQ(
      kind([&](auto& body) { body.add_ops()->mutable_remove()->set_member(scene.eve.id().str()); },
           scene.roster, 1, true),
      Judgement::Kind::invalid);
}

TEST(Grants, LieOnPagesInRosterOrderAndOpenForTheirOwnMemberAlone) {
  crypto_init();
  SeededRandom random(5);
  std::vector<RosterEntry> members(grants_per_page + 1);
  std::vector<SealSeed> seeds;
  for (RosterEntry& member : members) {
    seeds.push_back(random.secret<SealSeed>());
    member.request.card.seal_key = seal_key(seeds.back());
  }
  const ControlKeys control{random.secret<SigningSeed>(), random.secret<SigningSeed>(),
                            random.secret<SealSeed>()};
  const auto fresh = random.secret<Fresh>();
  const Digest commit = fresh_commit(fresh.reveal());
  const auto pages = make_grant_pages(fresh, members, control);
  ASSERT_EQ(pages.size(), 2u);
  ASSERT_EQ(count_pages(members.size()), 2u);
  for (const std::size_t at : {std::size_t{0}, grants_per_page - 1, grants_per_page}) {
    const PageKeys keys = derive_page(control, PageKind::grants, page_of(at));
    const Page& page = pages.at(page_of(at));
    EXPECT_EQ(page.address, keys.address());
    EXPECT_EQ(page.envelope.size(), limits::envelope_sizes_bytes[1]);
    const auto payload = open_page(keys, PageKind::grants, page.envelope, page.hash);
    ASSERT_TRUE(payload);
    const auto mine = open_grant(*payload, at, seeds[at], commit);
    ASSERT_TRUE(mine.ok());
    EXPECT_TRUE(equal_constant_time(mine->reveal(), fresh.reveal()));
    const std::size_t other = at == 0 ? 1 : at - 1;
    EXPECT_FALSE(open_grant(*payload, at, seeds[other], commit).ok());
    EXPECT_FALSE(open_grant(*payload, at, seeds[at], fresh_commit({})).ok());
    EXPECT_FALSE(open_page(keys, PageKind::grants, page.envelope, commit));
  }
  const auto last = open_page(derive_page(control, PageKind::grants, 1), PageKind::grants,
                              pages[1].envelope, pages[1].hash);
  EXPECT_FALSE(open_grant(*last, grants_per_page + 1, seeds[0], commit).ok());  // no such place
  EXPECT_NE(pages[0].address, pages[1].address);
}

}  // namespace
}  // namespace porchlight::client
