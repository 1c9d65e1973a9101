// New cards each week, and what becomes of the old ones (clause 8.4).
#include <gmock/gmock.h>

#include "client/core/card.hpp"
#include "client/core/codec.hpp"
#include "client/core/state.pb.h"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Warn = WarningView::Kind;
using std::chrono::days;

std::vector<std::uint32_t> card_versions(const Device& device) {
  std::vector<std::uint32_t> versions;
  for (const Record& record : device.records()) {
    if (record.table != Table::profile || as_text(record.key) != "me") continue;
    state::Me me;
    EXPECT_TRUE(parse(me, record.value.reveal()));
    for (const auto& card : me.cards()) versions.push_back(card.version());
  }
  return versions;
}

/// The secrets of all cards that are held: the seeds of inboxes and seal keys.
std::set<std::string> card_secrets(const Device& device) {
  std::set<std::string> secrets;
  for (const Record& record : device.records()) {
    if (record.table != Table::profile || as_text(record.key) != "me") continue;
    state::Me me;
    EXPECT_TRUE(parse(me, record.value.reveal()));
    for (const auto& card : me.cards()) secrets.insert({card.inbox(), card.seal()});
  }
  return secrets;
}

struct CardScene : GroupScene {
  void pass(int count) {
    for (int day = 0; day < count; ++day) {
      relay.now += days(1);
      for (Device* device : everybody()) device->run_errands();  // tokens
      sync_all();
    }
  }
};

TEST(Cards, AreNewEachWeekAndTheGroupGoesOn) {
  CardScene scene;
  scene.pass(6);
  EXPECT_THAT(card_versions(scene.ben), ElementsAre(1u));
  scene.pass(2);
  EXPECT_THAT(card_versions(scene.ben), ElementsAre(1u, 2u));
  const auto secrets = card_secrets(scene.ben);
  EXPECT_EQ(secrets.size(), 4u);  // all new
  // A rekey is sealed to the new cards, and everybody follows.
  ASSERT_TRUE(scene.ana.core().rekey(scene.group, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.ben), scene.epoch(scene.ana));
  scene.ben.say(scene.group, "hello");
  scene.sync_all();
  EXPECT_THAT(scene.ana.texts(scene.group), ElementsAre("hello"));  // cards are no messages
  scene.expect_no_warnings();
}

TEST(Cards, ASecretThatWasCopiedOpensNoRekeyAfterTheNextCard) {
  CardScene scene;
  const std::vector<Record> stolen = scene.ben.records();
  scene.pass(8);  // new cards, and a rekey by itself
  ASSERT_THAT(card_versions(scene.ben), ElementsAre(1u, 2u));
  const std::uint32_t epoch = scene.epoch(scene.ben);
  ASSERT_TRUE(scene.ana.core().rekey(scene.group, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  scene.sync_all();
  ASSERT_EQ(scene.epoch(scene.ben), epoch + 1);
  scene.ana.say(scene.group, "not for thieves");
  scene.sync_all();
  Device thief(scene.relay, 77);
  thief.clock_ahead = scene.ben.clock_ahead;
  std::vector<Record> copy;
  for (const Record& record : stolen) {
    copy.push_back({record.table, record.key, SecretBytes(record.value.reveal())});
  }
  thief.restore(std::move(copy));
  thief.sync();
  thief.sync();
  EXPECT_LT(thief.core().group("dispatch")->epoch, epoch + 1);
  EXPECT_THAT(thief.texts(scene.group), IsEmpty());
}

TEST(Cards, OldOnesAreReadForFiveWeeksAndThenGo) {
  CardScene scene;
  const auto first = card_secrets(scene.ben);
  scene.pass(9);
  ASSERT_EQ(card_versions(scene.ben).front(), 1u);
  // What was sent to the old inbox is read: somebody else holds an old card.
  scene.pass(30);
  EXPECT_EQ(card_versions(scene.ben).front(), 1u);
  scene.pass(8);
  EXPECT_GT(card_versions(scene.ben).front(), 1u);
  for (const std::string& gone : first) EXPECT_FALSE(card_secrets(scene.ben).contains(gone));
  EXPECT_LE(card_versions(scene.ben).size(), 7u);
  scene.expect_no_warnings();
}

TEST(Cards, ThatWouldFillAWelcomeOrEndTheCountingAreRefused) {
  crypto_init();
  SeededRandom random(7);
  const SigningKey identity(random.secret<SigningSeed>());
  const CardKeys keys{random.secret<SigningSeed>(), random.secret<SealSeed>()};
  const Bytes good = make_card(identity, card_version_max, keys);
  EXPECT_LE(good.size(), limits::card_bytes_max);
  EXPECT_TRUE(verify_card(good).ok());
  for (const std::uint32_t version : {0u, card_version_max + 1, UINT32_MAX}) {
    EXPECT_EQ(verify_card(make_card(identity, version, keys)).error().code, Errc::malformed);
  }
  Bytes long_one = good;  // a field that nobody knows
  long_one.insert(long_one.end(), {0x7a, 0x20});
  long_one.resize(long_one.size() + 32);
  EXPECT_EQ(verify_card(long_one).error().code, Errc::malformed);
}

TEST(Cards, AreNotRenewedByAClockThatNobodyAgreesWith) {
  CardScene scene;
  scene.ben.clock_ahead = days(20);
  scene.ben.sync();
  scene.ben.sync();
  EXPECT_THAT(card_versions(scene.ben), ElementsAre(1u));
}

TEST(Cards, OfADeviceThatWasAwayComeAndGoByItself) {
  CardScene scene;
  scene.relay.now += days(12);
  scene.ana.sync();
  scene.ben.sync();
  scene.ana.sync();
  scene.cleo.sync();  // was away for twelve days
  scene.sync_all();
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.cleo), scene.epoch(scene.ana));
  EXPECT_THAT(card_versions(scene.cleo), ElementsAre(1u, 2u));
  scene.cleo.say(scene.group, "back");
  scene.sync_all();
  EXPECT_THAT(scene.ana.texts(scene.group), ElementsAre("back"));
  scene.expect_no_warnings();
}

TEST(Cards, OfANewcomerAreTheNewestThatTheInviterKnows) {
  CardScene scene;
  scene.pass(9);
  Device dan(scene.relay, 9);
  bring_in(scene.ana, dan, scene.group, "Dan");
  // Dan's rekey as a lead is sealed to cards he knows from the Welcome alone.
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Dan", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.ana.sync();
  dan.sync();
  ASSERT_TRUE(dan.core().rekey(scene.group, dan.now()).ok());
  dan.keep();
  dan.sync();
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.cleo), dan.core().group("dispatch")->epoch);
}

TEST(Cards, OfTwoDevicesThatSpeakAsOneAreTold) {
  CardScene scene;
  std::vector<Record> copy = scene.ben.records();
  scene.pass(9);
  ASSERT_THAT(card_versions(scene.ben), ElementsAre(1u, 2u));
  // A backup of before is put back on another device.
  Device other(scene.relay, 78);
  other.restore(std::move(copy));
  other.sync();
  other.sync();
  EXPECT_TRUE(other.has_warning(Warn::two_versions));
  EXPECT_EQ(card_versions(other).back(), 3u);  // beyond what the other one has posted
  scene.ben.sync();
  EXPECT_TRUE(scene.ben.has_warning(Warn::two_versions));
}

TEST(Cards, ANoticeFromAnotherBranchOfTheGroupAlarms) {
  CardScene scene;
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  // Both give the group new keys, and the relay shows each of them their own change alone.
  for (Device* lead : {&scene.ana, &scene.ben}) {
    ASSERT_TRUE(lead->core().rekey(scene.group, lead->now()).ok());
    lead->keep();
  }
  scene.relay.ignore_if_last = true;
  for (Device* lead : {&scene.ana, &scene.ben}) {
    while (lead->drop(Lane::drop)) {
    }
  }
  scene.relay.ignore_if_last = false;
  scene.ben.withheld.insert(wire::first_seq_of_hour(wire::unix_hour(scene.relay.now)) + 1);
  scene.ana.sync();
  scene.ben.sync();
  ASSERT_EQ(scene.epoch(scene.ana), scene.epoch(scene.ben));
  ASSERT_FALSE(scene.ana.has_warning(Warn::foreign_epoch));
  scene.relay.now += days(8);
  scene.ben.sync();
  scene.ben.sync();
  scene.ana.sync();
  EXPECT_TRUE(scene.ana.has_warning(Warn::foreign_epoch));
}

TEST(Cards, ANoticeFromAStateThatTheRelayHidesAlarms) {
  CardScene scene;
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  ASSERT_TRUE(scene.ben.core().rekey(scene.group, scene.ben.now()).ok());
  scene.ben.keep();
  while (scene.ben.drop(Lane::drop)) {
  }
  const auto change = scene.relay.now;
  scene.ana.withheld.insert(wire::first_seq_of_hour(wire::unix_hour(change)) + 1);
  scene.ben.sync();
  scene.ana.sync();
  ASSERT_EQ(scene.epoch(scene.ana) + 1, scene.epoch(scene.ben));
  scene.relay.now += days(8);
  scene.ben.run_errands();
  scene.ben.sync();
  scene.ben.sync();
  EXPECT_TRUE(scene.ana.core().warnings().empty());
  scene.ana.sync();
  EXPECT_TRUE(scene.ana.has_warning(Warn::unknown_epoch));
  // Who was only late is not warned of.
  EXPECT_FALSE(scene.cleo.has_warning(Warn::unknown_epoch));
}

}  // namespace
}  // namespace porchlight::client
