// Being let in: the Welcome, and the pages of the state it leads into (clause 10.6), which come
// apart, late, or not at all.
#include "client/core/codec.hpp"
#include "client/core/join.hpp"
#include "client/core/state.pb.h"
#include "client/core/welcome.hpp"
#include "proto/wire/envelope.hpp"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using Warn = WarningView::Kind;

SigningKey identity_in(const Device& device) {
  state::Me me;
  for (const Record& record : device.records()) {
    if (record.table == Table::profile && as_text(record.key) == "me") {
      EXPECT_TRUE(parse(me, record.value.reveal()));
    }
  }
  return SigningKey(*SigningSeed::from(as_bytes(me.identity())));
}

JoinRequest request_in(const Device& device) {
  state::Join join;
  for (const Record& record : device.records()) {
    if (record.table != Table::joins) continue;
    EXPECT_TRUE(parse(join, record.value.reveal()));
  }
  return *verify_join_request(as_bytes(join.request()));
}

struct ArrivalScene : GroupScene {
  /// Dan was welcomed, and the page with the group's state is not to be had.
  void welcome_dan_without_the_state() {
    ask(dan, invite(ana, group, "Dan"), "Dan");
    ana.sync();
    const auto before = relay.mailboxes();
    approve_all(ana);
    std::tie(page_mailbox, page) = lose_page_since(before);
  }
  bool is_in(Device& device) {
    return device.core().group("dispatch")->standing == GroupView::Standing::member;
  }

  std::map<std::uint64_t, Bytes> page;
  MailboxId page_mailbox;
  Device dan{relay, 5};
};

TEST(Arrival, WaitsForTheStateAcrossRestartsAndSaysSo) {
  ArrivalScene scene;
  scene.welcome_dan_without_the_state();
  scene.dan.sync();
  EXPECT_FALSE(scene.is_in(scene.dan));
  EXPECT_TRUE(scene.dan.has_warning(Warn::left_behind));
  const std::size_t warnings = scene.dan.core().warnings().size();
  scene.dan.reload();
  scene.dan.sync();
  EXPECT_FALSE(scene.is_in(scene.dan));
  EXPECT_EQ(scene.dan.core().warnings().size(), warnings);
  // Who holds the group's keys puts something else there first.
  auto& mailbox = scene.relay.mailbox(scene.page_mailbox);
  mailbox = scene.page;
  mailbox.emplace(scene.page.begin()->first - 1, Bytes(limits::envelope_sizes_bytes[1], 7));
  scene.dan.reload();
  scene.dan.sync();
  ASSERT_TRUE(scene.is_in(scene.dan));
  EXPECT_EQ(scene.epoch(scene.dan), scene.epoch(scene.ana));
  EXPECT_FALSE(scene.dan.has_warning(Warn::left_behind));
  scene.dan.say(scene.group, "here at last");
  scene.dan.sync();
  scene.sync_all();
  EXPECT_EQ(scene.ben.texts(scene.group), std::vector<std::string>{"here at last"});
}

TEST(Arrival, IsNotAnnouncedBeforeItsStateIsStored) {
  ArrivalScene scene;
  ask(scene.dan, invite(scene.ana, scene.group, "Dan"), "Dan");
  scene.ana.sync();
  const auto& requests = scene.ana.core().requests();
  ASSERT_EQ(requests.size(), 1u);
  ASSERT_TRUE(scene.ana.core().approve(std::vector{requests[0].id}, scene.ana.now()).ok());
  scene.ana.keep();
  // The change leaves and is read back; then one thing after the other.
  for (std::size_t steps = 1; scene.ana.core().group("dispatch")->members.size() < 4; ++steps) {
    ASSERT_LT(steps, 100u);
    scene.ana.drop(Lane::drop);
    scene.ana.collect(Lane::collect);
  }
  const auto leaving = scene.ana.core().outbox(Lane::drop);
  ASSERT_EQ(leaving.size(), 1u);
  EXPECT_EQ(leaving[0].envelope.size(), limits::envelope_sizes_bytes[1]);
  scene.ana.core().on_dropped(leaving[0].id, 1, scene.ana.now());
  const auto then = scene.ana.core().outbox(Lane::drop);
  ASSERT_EQ(then.size(), 1u);
  EXPECT_EQ(then[0].envelope.size(), limits::envelope_sizes_bytes[0]);
}

TEST(Arrival, OfAStateThatDoesNotHoldIsGivenUpWithAWarning) {
  ArrivalScene scene;
  scene.welcome_dan_without_the_state();
  // Ana, or who has her keys, had signed the hash of something else.
  const JoinRequest asking = request_in(scene.dan);
  const SigningKey ana = identity_in(scene.ana);
  SeededRandom random(3);
  EpochKeys keys;
  keys.control = {random.secret<SigningSeed>(), random.secret<SigningSeed>(),
                  random.secret<SealSeed>()};
  std::vector<Page> pages{make_page(keys.control, PageKind::state, 0, as_bytes("no state at all"),
                                    limits::envelope_sizes_bytes[1])};
  wire::InboxMessage message;
  message.set_welcome(
      to_string(make_welcome(wire::unix_day(scene.relay.now), keys, pages, {}, ana).reveal()));
  scene.relay.put(pages[0].address, pages[0].envelope);
  scene.relay.put(asking.card.inbox, *wire::seal_envelope(asking.one_time_key, serialise(message)));
  scene.dan.sync();
  EXPECT_FALSE(scene.is_in(scene.dan));
  EXPECT_TRUE(scene.dan.has_warning(Warn::foreign_epoch));
}

}  // namespace
}  // namespace porchlight::client
