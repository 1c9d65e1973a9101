#include "client/core/detention.hpp"

#include <gtest/gtest.h>

#include "client/core/bodies.hpp"
#include "client/core/messages.hpp"
#include "tests/unit/client_core_epoch_scene.hpp"
#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {
namespace {

constexpr const char* name = "NAME-OF-SOMEBODY";

wire::Body notice_body(char id, std::uint32_t purge_day) {
  wire::Body body;
  wire::DetentionNotice& notice = *body.mutable_detention_notice();
  notice.set_notice(std::string(16, id));
  notice.set_place("5th & Oak");
  notice.set_consent(true);
  notice.set_name(name);
  notice.set_purge_day(purge_day);
  return body;
}

/// Ana leads a group, in which Ben is.
struct LegalScene {
  explicit LegalScene(GroupKind kind = GroupKind::legal) {
    take_operator_invite(ana, relay);
    group = *ana.core().create_group("dispatch", "Ana", ana.now(), kind);
    ana.keep();
    ana.sync();
    bring_in(ana, ben, group, "Ben");
  }
  std::uint32_t today() const { return wire::unix_day(relay.now); }
  void post(Device& device, const wire::Body& body) {
    const auto posted = device.core().post(group, body, device.now());
    ASSERT_TRUE(posted.ok()) << posted.error().what;
    device.keep();
    sync_all();
  }
  void sync_all() {
    for (int round = 0; round < 2; ++round) {
      for (Device* device : {&ana, &ben}) device->sync();
    }
  }
  std::vector<NoticeView> notices(Device& device) {
    return make_notices(device.core().live_messages(group, device.now()));
  }
  static bool holds(const Device& device, std::string_view text) {
    for (const Record& record : device.records()) {
      const std::string value(as_text(record.value.reveal()));
      if (value.find(text) != std::string::npos) return true;
    }
    return false;
  }

  MemoryRelay relay;
  Device ana{relay, 2};
  Device ben{relay, 3};
  GroupId group;
};

TEST(Detention, NoticesAreForLegalGroupsAlone) {
  LegalScene scene(GroupKind::ordinary);
  const auto refused =
      scene.ana.core().post(scene.group, notice_body('n', scene.today() + 3), scene.ana.now());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::not_permitted);
  EXPECT_TRUE(scene.ana.core().messages(scene.group).empty());
  EXPECT_FALSE(may_be_said(notice_body('n', 1), GroupKind::ordinary));
  EXPECT_TRUE(may_be_said(notice_body('n', 1), GroupKind::legal));
}

/// Her device holds the group for legal from now on, as somebody's own program might.
void tamper(LegalScene& scene) {
  std::vector<Record> records = scene.ana.records();
  for (Record& record : records) {
    if (record.table != Table::groups || record.key[0] != 'c') continue;
    Bytes changed = to_bytes(record.value.reveal());
    for (const Byte byte : {Byte{0x80}, Byte{0x01}, Byte{0x01}})
      changed.push_back(byte);  // state::Epoch.legal
    record.value = SecretBytes(std::move(changed));
  }
  scene.ana.restore(std::move(records));
}

TEST(Detention, NoticeInAGroupThatIsNotLegalBecomesAPlaceholder) {
  LegalScene scene(GroupKind::ordinary);
  tamper(scene);
  ASSERT_EQ(scene.ana.core().group("dispatch")->kind, GroupKind::legal);
  scene.post(scene.ana, notice_body('n', scene.today() + 3));
  const auto messages = scene.ben.core().messages(scene.group);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].body.kind_case(), wire::Body::KIND_NOT_SET);
  EXPECT_FALSE(LegalScene::holds(scene.ben, name));
  scene.post(scene.ana, [] {
    wire::Body body;
    body.mutable_text()->set_text("after");
    return body;
  }());
  EXPECT_EQ(scene.ben.core().messages(scene.group).size(), 2u);  // the chain moves on
}

TEST(Detention, WelcomeToAnotherKindOfGroupIsRefused) {
  LegalScene scene(GroupKind::ordinary);
  ASSERT_TRUE(scene.ana.core().remove_member(scene.group, "Ben", scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  ASSERT_EQ(scene.ben.core().group("dispatch")->standing, GroupView::Standing::removed);
  tamper(scene);
  ask(scene.ben, invite(scene.ana, scene.group, "Ben"), "Ben");
  approve_all(scene.ana);
  scene.sync_all();
  EXPECT_EQ(scene.ana.core().group("dispatch")->members.size(), 2u);
  const auto held = scene.ben.core().groups();
  EXPECT_TRUE(std::none_of(held.begin(), held.end(), [](const GroupView& view) {
    return view.kind == GroupKind::legal || view.standing == GroupView::Standing::member;
  }));
  EXPECT_TRUE(scene.ben.has_warning(WarningView::Kind::foreign_epoch));
}

TEST(Detention, GroupStaysLegalForWhoComesLaterAndAcrossRestarts) {
  LegalScene scene;
  for (Device* device : {&scene.ana, &scene.ben}) {
    EXPECT_EQ(device->core().group("dispatch")->kind, GroupKind::legal);
    device->reload();
    EXPECT_EQ(device->core().group("dispatch")->kind, GroupKind::legal);
  }
  ASSERT_TRUE(scene.ana.core().rekey(scene.group, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  EXPECT_EQ(scene.ben.core().group("dispatch")->kind, GroupKind::legal);
  scene.post(scene.ben, notice_body('n', scene.today() + 3));
  ASSERT_EQ(scene.notices(scene.ana).size(), 1u);
  EXPECT_EQ(scene.notices(scene.ana)[0].message.body.detention_notice().name(), name);
}

TEST(Epoch, NeverChangesWhetherAGroupIsLegal) {
  EpochScene scene;
  const auto set_legal = [](wire::EpochBody& body) {
    body.mutable_policy()->set_legal(!body.policy().legal());
  };
  EXPECT_EQ(scene.judge_changed([](wire::EpochBody&) {}).kind, Judgement::Kind::valid);
  EXPECT_EQ(scene.judge_changed(set_legal).kind, Judgement::Kind::invalid);

  const MadeChange founded =
      found_group(scene.group, "legal", scene.ana.request(scene.group, scene.ana.id()), today,
                  scene.ana.identity, scene.ana.random, GroupKind::legal);
  scene.head = founded.change.head;
  scene.roster = founded.change.roster;
  EXPECT_EQ(scene.head.kind, GroupKind::legal);
  const auto stays = scene.judge_changed([](wire::EpochBody&) {});
  ASSERT_EQ(stays.kind, Judgement::Kind::valid);
  EXPECT_EQ(stays.change->head.kind, GroupKind::legal);
  EXPECT_EQ(scene.judge_changed(set_legal).kind, Judgement::Kind::invalid);
}

/// Without the person, and without anything else that helps.
wire::Body blank_body(char id, std::uint32_t purge_day) {
  wire::Body body = notice_body(id, purge_day);
  wire::DetentionNotice& notice = *body.mutable_detention_notice();
  notice.set_consent(false);
  notice.clear_name();
  notice.set_place("BLANK");
  return body;
}

TEST(Detention, NewestBodyIsTheNoticeAndALeadsErasesAllBefore) {
  LegalScene scene;
  scene.post(scene.ben, notice_body('n', scene.today() + 3));
  scene.post(scene.ben, notice_body('m', scene.today() + 3));
  wire::Body renewed = blank_body('n', scene.today() + 20);
  renewed.mutable_detention_notice()->set_note("RENEWED");
  scene.post(scene.ana, renewed);
  for (Device* device : {&scene.ana, &scene.ben}) {
    const auto notices = scene.notices(*device);
    ASSERT_EQ(notices.size(), 2u);
    EXPECT_EQ(device->core().messages(scene.group).size(), 2u);
    for (const NoticeView& view : notices) {
      const auto& notice = view.message.body.detention_notice();
      EXPECT_EQ(notice.note(), notice.notice()[0] == 'n' ? "RENEWED" : "");
      EXPECT_TRUE(view.earlier.empty());
    }
  }
}

TEST(Detention, BodyOfAMemberErasesNobodyElses) {
  LegalScene scene;
  scene.post(scene.ana, notice_body('n', scene.today() + 20));
  for (const char* again : {"one", "two", "three"}) {
    wire::Body attack = blank_body('n', scene.today());
    attack.mutable_detention_notice()->set_note(again);
    scene.post(scene.ben, attack);
  }
  for (Device* device : {&scene.ana, &scene.ben}) {
    device->reload();
    const auto notices = scene.notices(*device);
    ASSERT_EQ(notices.size(), 1u);
    EXPECT_EQ(notices[0].message.body.detention_notice().note(), "three");
    ASSERT_EQ(notices[0].earlier.size(), 1u);  // of one author one, however often they speak
    EXPECT_EQ(notices[0].earlier[0].sender_name, "Ana");
    EXPECT_EQ(notices[0].earlier[0].body.detention_notice().name(), name);
  }
  scene.relay.now += 50h;
  scene.sync_all();
  for (Device* device : {&scene.ana, &scene.ben}) {
    const auto notices = scene.notices(*device);
    ASSERT_EQ(notices.size(), 1u);
    EXPECT_EQ(notices[0].message.body.detention_notice().name(), name);  // as it was
    EXPECT_TRUE(notices[0].earlier.empty());
    EXPECT_FALSE(LegalScene::holds(*device, "BLANK"));
  }
}

TEST(Detention, WithdrawnNameIsNowhereOnAnyDevice) {
  for (const bool by_author : {true, false}) {
    LegalScene scene;
    scene.post(scene.ben, notice_body('n', scene.today() + 3));
    EXPECT_TRUE(LegalScene::holds(scene.ana, name));
    scene.post(by_author ? scene.ben : scene.ana, blank_body('n', scene.today() + 3));
    EXPECT_FALSE(LegalScene::holds(scene.ana, name));
    EXPECT_FALSE(LegalScene::holds(scene.ben, name));
  }
}

TEST(Detention, KeepsTheSameWhateverOrderTheBodiesArriveIn) {
  Journal journal;
  const GroupId group;
  struct Said {
    char by;
    std::uint64_t seq;
    bool by_lead;
  };
  const auto add = [&](Messages& messages, const Said& said) {
    StoredMessage message;
    message.sender = *VerifyKey::from(std::string(32, said.by));
    message.id = *MessageId::from(Bytes(16, static_cast<Byte>(said.seq)));
    message.body = notice_body('n', 3);
    message.order = {0, 1, said.seq};
    message.by_lead = said.by_lead;
    const NoticeId notice = *notice_of(message.body);
    messages.add(group, std::move(message));
    erase_replaced_notices(messages, group, notice);
  };
  // The lead of the second leads no more when they say the fifth.
  const std::vector<Said> said{
      {'a', 1, false}, {'l', 2, true}, {'b', 3, false}, {'b', 4, false}, {'l', 5, false}};
  std::vector<std::size_t> arrival{0, 1, 2, 3, 4};
  do {
    Messages messages(journal);
    for (const std::size_t i : arrival) add(messages, said[i]);
    std::vector<std::uint64_t> held;
    for (const StoredMessage* message : messages.list(group)) held.push_back(message->order.seq);
    EXPECT_EQ(held, (std::vector<std::uint64_t>{2, 4, 5}));
  } while (std::next_permutation(arrival.begin(), arrival.end()));
}

TEST(Detention, EndsWithItsPurgeDay) {
  using std::chrono::days;
  const TimePoint said{days(20'000) + std::chrono::hours(12)};
  wire::Body body = notice_body('n', 20'003);
  SeededRandom random(1);
  ASSERT_TRUE(complete_body(body, random, said).ok());
  EXPECT_EQ(end_of_life(body, said), TimePoint(days(20'004)));
  EXPECT_EQ(end_of_life(body, std::nullopt), TimePoint(days(20'004)));
  body.mutable_detention_notice()->set_purge_day(20'030);
  EXPECT_EQ(end_of_life(body, said), said + days(30));  // never longer than it lives
  body.mutable_detention_notice()->set_purge_day(20'031);
  EXPECT_FALSE(complete_body(body, random, said).ok());
}

TEST(Detention, OfASenderWhoseClockIsOffLivesAsLongAsItWasMeantTo) {
  using std::chrono::days;
  const TimePoint stored{days(20'000) + std::chrono::hours(12)};
  wire::Body body = notice_body('n', 19'003);
  SeededRandom random(1);
  ASSERT_TRUE(complete_body(body, random, stored - days(1'000)).ok());
  const TimePoint end = end_of_life(body, stored);
  EXPECT_GT(end, stored + days(1));
  EXPECT_LE(end, stored + days(4));
}

TEST(Detention, LeavesNothingBehindAfterThePurgeDay) {
  LegalScene scene;
  scene.post(scene.ana, notice_body('n', scene.today() + 3));
  const auto midnight = TimePoint(std::chrono::days(scene.today() + 4));
  scene.relay.now = midnight - 2h;
  scene.sync_all();
  EXPECT_TRUE(LegalScene::holds(scene.ana, name));
  EXPECT_TRUE(LegalScene::holds(scene.ben, name));
  scene.relay.now = midnight + 2h;  // clocks are trusted to an hour or so
  scene.sync_all();
  for (Device* device : {&scene.ana, &scene.ben}) {
    EXPECT_FALSE(LegalScene::holds(*device, name));
    EXPECT_FALSE(LegalScene::holds(*device, "5th & Oak"));
    EXPECT_TRUE(scene.notices(*device).empty());
  }
}

TEST(Detention, ThatIsQueuedYetGoesWithItsPurgeDayAndNeverLeaves) {
  LegalScene scene;
  const auto posted =
      scene.ana.core().post(scene.group, notice_body('n', scene.today() + 1), scene.ana.now());
  ASSERT_TRUE(posted.ok());
  scene.ana.keep();
  EXPECT_TRUE(LegalScene::holds(scene.ana, name));
  scene.relay.now += 72h;
  scene.sync_all();
  EXPECT_FALSE(LegalScene::holds(scene.ana, name));
  EXPECT_TRUE(scene.ben.core().messages(scene.group).empty());
}

TEST(Detention, RenewedNoticeLivesOn) {
  LegalScene scene;
  scene.post(scene.ana, notice_body('n', scene.today() + 3));
  scene.relay.now += 48h;
  scene.post(scene.ben, notice_body('n', scene.today() + 30));
  scene.relay.now += std::chrono::hours(24 * 10);
  scene.sync_all();
  EXPECT_EQ(scene.notices(scene.ana).size(), 1u);
  EXPECT_EQ(scene.notices(scene.ben).size(), 1u);
}

}  // namespace
}  // namespace porchlight::client
