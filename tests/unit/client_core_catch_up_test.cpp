// Catching up by a Welcome, with a lead's consent (clause 10.10).
#include <gmock/gmock.h>

#include "client/core/catch_up.hpp"
#include "client/core/group_records.hpp"
#include "client/core/state.pb.h"
#include "client/core/welcome.hpp"
#include "proto/wire/envelope.hpp"
#include "tests/unit/client_core_epoch_scene.hpp"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Warn = WarningView::Kind;
using Standing = GroupView::Standing;

struct CatchUpScene : GroupScene {
  void lose_page_of_rekey() { std::tie(page_mailbox, page) = rekey_and_lose_page(); }
  std::map<std::uint64_t, Bytes> page;
  MailboxId page_mailbox;
  Standing standing(Device& device) { return device.core().group("dispatch")->standing; }
  /// Ben is behind, and has asked.
  void leave_ben_behind() {
    lose_page_of_rekey();
    ben.sync();
    ASSERT_TRUE(ben.has_warning(Warn::left_behind));
    ASSERT_EQ(standing(ben), Standing::behind);
    ana.sync();
  }
  void approve(Device& lead) {
    ASSERT_FALSE(lead.core().requests().empty());
    approve_all(lead);
    lead.sync();
  }
};

TEST(CatchUp, NeedsALeadsConsentAndThenGoesOnWhereTheOthersAre) {
  CatchUpScene scene;
  scene.cleo.say(scene.group, "before");
  scene.cleo.sync();
  scene.leave_ben_behind();
  scene.ben.say(scene.group, "written while behind");
  const auto requests = scene.ana.core().requests();
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_EQ(requests[0].kind, RequestView::Kind::catch_up);
  EXPECT_EQ(requests[0].name, "Ben");
  EXPECT_EQ(requests[0].words, *scene.ben.core().safety_words("Ana"));
  scene.sync_all();
  EXPECT_EQ(scene.standing(scene.ben), Standing::behind);  // nothing happens by itself
  const std::uint32_t epoch = scene.epoch(scene.ana);
  scene.approve(scene.ana);
  scene.ben.sync();
  EXPECT_EQ(scene.standing(scene.ben), Standing::member);
  EXPECT_EQ(scene.epoch(scene.ben), epoch + 1);
  EXPECT_FALSE(scene.ben.has_warning(Warn::left_behind));
  EXPECT_TRUE(scene.ben.has_notice(Notice::Kind::caught_up));
  scene.ana.say(scene.group, "after");
  scene.ana.sync();
  scene.sync_all();
  scene.sync_all();
  EXPECT_THAT(scene.ben.texts(scene.group), ElementsAre("before", "written while behind", "after"));
  EXPECT_THAT(scene.ana.texts(scene.group), ElementsAre("before", "written while behind", "after"));
  EXPECT_TRUE(scene.ana.has_notice(Notice::Kind::member_caught_up));
  EXPECT_THAT(scene.ana.core().requests(), IsEmpty());
}

TEST(CatchUp, SurvivesARestartOnEitherSide) {
  CatchUpScene scene;
  scene.leave_ben_behind();
  scene.ben.reload();
  scene.ben.forget_deliveries();
  scene.ana.reload();
  EXPECT_EQ(scene.standing(scene.ben), Standing::behind);
  scene.approve(scene.ana);
  scene.ben.sync();
  EXPECT_EQ(scene.standing(scene.ben), Standing::member);
  scene.ben.reload();
  EXPECT_EQ(scene.epoch(scene.ben), scene.epoch(scene.ana));
  EXPECT_EQ(scene.standing(scene.ben), Standing::member);
}

TEST(CatchUp, IsAskedForOnceADayUntilItComes) {
  CatchUpScene scene;
  scene.leave_ben_behind();
  ASSERT_TRUE(scene.ana.core().deny(scene.ana.core().requests()[0].id, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ben.sync();
  scene.ana.sync();
  EXPECT_THAT(scene.ana.core().requests(), IsEmpty());
  scene.relay.now += std::chrono::hours(25);
  scene.ben.sync();
  scene.ana.sync();
  scene.approve(scene.ana);
  scene.ben.sync();
  EXPECT_EQ(scene.standing(scene.ben), Standing::member);
}

TEST(CatchUp, AgreedToForOneKeyIsNotAnsweredToAnother) {
  CatchUpScene scene;
  scene.leave_ben_behind();
  const auto copy = scene.ben.records();
  // Agreed to, and not at the relay yet.
  const auto asked = scene.ana.core().requests();
  ASSERT_EQ(asked.size(), 1u);
  ASSERT_TRUE(scene.ana.core().approve(std::vector{asked[0].id}, scene.ana.now()).ok());
  scene.ana.keep();
  ASSERT_FALSE(scene.ana.core().outbox(Lane::drop).empty());
  // Whoever has Ben's vault asks with another key.
  Device thief(scene.relay, 9);
  std::vector<Record> records;
  for (const Record& record : copy) {
    const bool is_asking =
        record.table == Table::groups && static_cast<char>(record.key[0]) == group_record::asking;
    if (!is_asking)
      records.push_back({record.table, record.key, SecretBytes(record.value.reveal())});
  }
  thief.restore(std::move(records));
  thief.sync();
  const std::uint32_t epoch = scene.epoch(scene.ana);
  scene.ana.sync();
  EXPECT_EQ(scene.epoch(scene.ana), epoch);
  thief.sync();
  EXPECT_EQ(scene.standing(thief), Standing::behind);
  EXPECT_EQ(scene.ana.core().requests().size(), 1u);
}

TEST(CatchUp, IsNotKeptFromAnybodyByALeadWhoAnswersWithNothing) {
  CatchUpScene scene;
  ASSERT_TRUE(
      scene.ana.core().set_role(scene.group, "Cleo", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  scene.leave_ben_behind();
  scene.approve(scene.ana);
  // Behind Ana's Welcome lies one by Cleo, into a state that is not there.
  SigningKey cleo(SigningSeed{});
  std::optional<SealKey> one_time;
  for (const Record& record : scene.cleo.records()) {
    state::Me me;
    if (record.table != Table::profile || as_text(record.key) != "me") continue;
    ASSERT_TRUE(parse(me, record.value.reveal()));
    cleo = SigningKey(*SigningSeed::from(as_bytes(me.identity())));
  }
  for (const Record& record : scene.ben.records()) {
    state::Asking asking;
    if (record.table != Table::groups || record.key[0] != static_cast<Byte>(group_record::asking)) {
      continue;
    }
    ASSERT_TRUE(parse(asking, record.value.reveal()));
    one_time = seal_key(*SealSeed::from(as_bytes(asking.one_time())));
  }
  const auto inbox = scene.ben.core().subscriptions(Lane::collect, scene.ben.now()).at(0).address;
  SeededRandom random(5);
  EpochKeys keys;
  keys.control = {random.secret<SigningSeed>(), random.secret<SigningSeed>(),
                  random.secret<SealSeed>()};
  const std::vector<Page> pages{
      {random.fixed<Digest>(), derive_page(keys.control, PageKind::state, 0).address(), {}}};
  wire::InboxMessage message;
  message.set_welcome(
      to_string(make_welcome(wire::unix_day(scene.relay.now), keys, pages, {}, cleo).reveal()));
  scene.relay.put(inbox, *wire::seal_envelope(one_time.value(), serialise(message)));
  scene.ben.sync();
  EXPECT_EQ(scene.standing(scene.ben), Standing::member);
  EXPECT_EQ(scene.epoch(scene.ben), scene.epoch(scene.ana));
}

TEST(CatchUp, OfSeveralIsOneEpoch) {
  CatchUpScene scene;
  scene.lose_page_of_rekey();
  scene.sync_all();
  ASSERT_EQ(scene.ana.core().requests().size(), 2u);
  const std::uint32_t epoch = scene.epoch(scene.ana);
  scene.approve(scene.ana);
  scene.sync_all();
  for (Device* device : scene.everybody()) EXPECT_EQ(scene.epoch(*device), epoch + 1);
  EXPECT_EQ(scene.standing(scene.cleo), Standing::member);
}

TEST(CatchUp, IsNoLongerWantedOnceTheKeysCame) {
  CatchUpScene scene;
  scene.leave_ben_behind();
  std::swap(scene.page, scene.relay.mailbox(scene.page_mailbox));
  scene.ben.forget_deliveries();
  scene.ben.sync();
  EXPECT_EQ(scene.standing(scene.ben), Standing::member);
  EXPECT_EQ(scene.epoch(scene.ben), scene.epoch(scene.ana));
  EXPECT_FALSE(scene.ben.has_warning(Warn::left_behind));
  // Ana agrees all the same: nothing is lost by it.
  scene.approve(scene.ana);
  scene.sync_all();
  scene.ben.say(scene.group, "here");
  scene.sync_all();
  EXPECT_THAT(scene.ana.texts(scene.group), ElementsAre("here"));
}

TEST(CatchUp, BySomebodyWhoIsOutIsNotPutBeforeAnybody) {
  CatchUpScene scene;
  scene.leave_ben_behind();
  ASSERT_TRUE(scene.ana.core().remove_member(scene.group, "Ben", scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  EXPECT_THAT(scene.ana.core().requests(), IsEmpty());
  scene.relay.now += std::chrono::hours(25);
  scene.ben.sync();
  scene.ana.sync();
  EXPECT_THAT(scene.ana.core().requests(), IsEmpty());
}

TEST(CatchUp, IsTheAffairOfLeadsAlone) {
  CatchUpScene scene;
  scene.leave_ben_behind();
  scene.cleo.sync();
  EXPECT_THAT(scene.cleo.core().requests(), IsEmpty());
}

TEST(CatchUp, ThatWasTamperedWithIsRefused) {
  EpochScene scene;
  const SealSeed one_time = scene.ben.random.secret<SealSeed>();
  const CatchUpDraft draft{scene.group, scene.head.number, scene.head.id, seal_key(one_time),
                           scene.ben.card};
  const Bytes good = make_catch_up(draft, scene.ben.identity);
  const auto verified = verify_catch_up(good);
  ASSERT_TRUE(verified.ok());
  EXPECT_EQ(verified->identity(), scene.ben.id());
  // In another's name.
  EXPECT_EQ(verify_catch_up(make_catch_up(draft, scene.eve.identity)).error().code,
            Errc::not_authentic);
  CatchUpDraft weak = draft;
  weak.one_time_key = SealKey{};
  EXPECT_EQ(verify_catch_up(make_catch_up(weak, scene.ben.identity)).error().code, Errc::malformed);
  for (std::size_t at = 0; at < good.size(); at += 7) {
    Bytes bad = good;
    bad[at] ^= 1;
    EXPECT_FALSE(verify_catch_up(bad).ok() && verify_catch_up(bad)->hash == verified->hash &&
                 verify_catch_up(bad)->one_time_key != verified->one_time_key);
  }
}

/// Ana's change that refreshes Ben, and its Welcome by `author`.
struct RefreshScene : EpochScene {
  RefreshScene() {
    Amendment amendment;
    amendment.refreshes.push_back(ben.id());
    made.emplace(
        make_change(head, roster, "dispatch", amendment, {}, today, ana.identity, ana.random));
  }
  /// A Welcome by `author` into the state after it, as `mine` reads it where it asked these.
  Result<Change> read(const Person& author, const JoinRequest& mine,
                      std::vector<VerifyKey> asked) const {
    const EpochKeys keys = derive_epoch(*Carry::from(Bytes(32, 1)), {}, made->change.head.id);
    const auto pages = make_state_pages(made->signed_epoch, made->change.roster, keys.control);
    const SecretBytes bytes = make_welcome(made->change.head.day, keys, pages, {}, author.identity);
    TRY(Welcome welcome, open_welcome(bytes.reveal(), asked));
    Arrival arrival(std::move(welcome), SecretBytes(bytes.reveal()), 1);
    arrival.deliver(pages.at(0).address.id(), pages.at(0).envelope);
    const Bytes state = arrival.state();
    // A newcomer's Welcome does not come by it.
    EXPECT_FALSE(verify_welcome(arrival.welcome(), state, mine));
    return verify_refresh(arrival.welcome(), state, mine);
  }
  const JoinRequest& request(const Person& person) const {
    return roster.find(person.id())->request;
  }
  std::optional<MadeChange> made;
};

TEST(Refresh, HoldsOnlyByALeadWhoIsKnownAndForWhomItNames) {
  RefreshScene scene;
  ASSERT_EQ(scene.judge(scene.made->signed_epoch).kind, Judgement::Kind::valid);
  const VerifyKey ana = scene.ana.id();
  const JoinRequest& bens = scene.request(scene.ben);
  const auto refreshed = scene.read(scene.ana, bens, {ana});
  ASSERT_TRUE(refreshed.ok()) << refreshed.error().what;
  EXPECT_THAT(refreshed->refreshed, ElementsAre(scene.ben.id()));
  // By a member, by a stranger, for somebody else, and where Ana was not asked; by one who was
  // asked, and did not make the change.
  EXPECT_FALSE(scene.read(scene.ben, bens, {ana}));
  EXPECT_FALSE(scene.read(scene.eve, bens, {ana}));
  EXPECT_FALSE(scene.read(scene.ana, scene.request(scene.ana), {ana}));
  EXPECT_FALSE(scene.read(scene.ana, bens, {scene.ben.id(), scene.eve.id()}));
  EXPECT_FALSE(scene.read(scene.eve, bens, {ana, scene.eve.id()}));
}

TEST(Epoch, RefreshesOnlyWhoIsIn) {
  EpochScene scene;
  const auto kind = [&](const VerifyKey& member, int times) {
    return scene
        .judge_changed([&](auto& body) {
          body.clear_ops();
          for (int i = 0; i < times; ++i) {
            body.add_ops()->mutable_refresh()->set_member(member.str());
          }
          body.set_roster_hash(scene.roster.hash(scene.group).str());
        })
        .kind;
  };
  EXPECT_EQ(kind(scene.ben.id(), 1), Judgement::Kind::valid);
  EXPECT_EQ(kind(scene.ben.id(), 2), Judgement::Kind::invalid);
  EXPECT_EQ(kind(scene.eve.id(), 1), Judgement::Kind::invalid);
}

}  // namespace
}  // namespace porchlight::client
