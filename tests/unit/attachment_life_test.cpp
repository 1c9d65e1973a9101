// Photos in a group: they follow their sighting, are said when they are whole, are read by who asks
// for them, and go with the sighting.
#include <gtest/gtest.h>

#include "client/core/attachments.hpp"
#include "client/core/state.pb.h"
#include "tests/unit/attachment_scene.hpp"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

constexpr std::size_t chunk_envelope = limits::envelope_sizes_bytes.back();

struct PhotoScene : GroupScene {
  MessageId see(Device& device) {
    wire::Body body;
    body.mutable_sighting()->set_activity("two vans");
    const auto posted = device.core().post(group, body, device.now());
    EXPECT_TRUE(posted.ok());
    return *posted;
  }
  MessageId see_with_photo(Device& device, const Bytes& photo) {
    const MessageId sighting = see(device);
    const Status kept = device.core().attach_photo(group, sighting, photo, device.now());
    EXPECT_TRUE(kept.ok()) << kept.error().what;
    device.keep();
    return sighting;
  }
  std::vector<SightingPhoto> photos(Device& device, const MessageId& sighting) {
    const Board board = device.core().board(group, device.now());
    const SightingView* view = board.find_id(sighting);
    return view == nullptr ? std::vector<SightingPhoto>{} : view->photos;
  }
  Result<Bytes> get(Device& device, const MessageId& sighting, std::size_t number = 0) {
    const Board board = device.core().board(group, device.now());
    const SightingView& view = *board.find_id(sighting);
    CHECK(device.core().fetch_photo(group, view.report.sender, view.photos.at(number).id));
    device.forget_deliveries();
    device.sync();
    return device.core().take_photo();
  }
  std::size_t count_chunks() {
    std::size_t count = 0;
    for (const MailboxId& id : relay.mailboxes()) {
      for (const auto& [seq, envelope] : relay.mailbox(id)) {
        count += envelope.size() == chunk_envelope;
      }
    }
    return count;
  }
  static bool holds(const Device& device, std::string_view text) {
    for (const Record& record : device.records()) {
      const std::string value(as_text(record.value.reveal()));
      if (value.find(text) != std::string::npos) return true;
    }
    return false;
  }
  /// All that leads to it, as a device holds it.
  std::string seed_of_first_photo(Device& device) {
    for (const Record& record : device.records()) {
      if (record.table != Table::messages) continue;
      state::Message kept;
      if (!parse(kept, record.value.reveal()) || !kept.body().has_attachment()) continue;
      return kept.body().attachment().seed();
    }
    return "";
  }
};

TEST(Photos, AreReadByWhoAsksForThemAndFetchedByNobodyElse) {
  PhotoScene scene;
  const Bytes photo = picture(150'000);
  const MessageId sighting = scene.see_with_photo(scene.ana, photo);
  scene.sync_all();
  EXPECT_EQ(scene.count_chunks(), 3u);
  for (Device* device : {&scene.ana, &scene.ben, &scene.cleo}) {
    const auto shown = scene.photos(*device, sighting);
    ASSERT_EQ(shown.size(), 1u);
    EXPECT_EQ(shown[0].bytes, photo.size());
    EXPECT_EQ(shown[0].standing, MessageView::Standing::stored);
    for (const MessageView& view : device->core().messages(scene.group)) {
      EXPECT_TRUE(view.body.attachment().seed().empty()) << "a view holds no keys";
    }
  }
  // Nobody collects the mailbox that the chunks are in.
  for (const Subscription& wanted :
       scene.ben.core().subscriptions(Lane::collect, scene.relay.now)) {
    for (const auto& [seq, envelope] : scene.relay.mailbox(wanted.address.id())) {
      EXPECT_NE(envelope.size(), chunk_envelope);
    }
  }
  EXPECT_EQ(scene.ben.core().take_photo().error().code, Errc::not_found);
  for (Device* device : {&scene.ana, &scene.ben}) {
    const auto fetched = scene.get(*device, sighting);
    ASSERT_TRUE(fetched.ok()) << fetched.error().what;
    EXPECT_EQ(*fetched, photo);
  }
  EXPECT_EQ(scene.ben.core().take_photo().error().code, Errc::not_found);
  scene.expect_no_warnings();
}

TEST(Photos, LeaveAfterTheTextAndAreSaidWhenTheyAreWhole) {
  PhotoScene scene;
  const MessageId sighting = scene.see_with_photo(scene.ana, picture(limits::attachment_bytes_max));
  scene.ana.connect(Lane::collect);
  scene.ana.collect(Lane::collect);
  const auto first = scene.ana.core().outbox(Lane::drop);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0].envelope.size(), limits::envelope_sizes_bytes.front());
  scene.ana.drop(Lane::drop);
  scene.ben.sync();
  EXPECT_NE(scene.ben.core().board(scene.group, scene.ben.now()).find_id(sighting), nullptr);

  const auto chunks = scene.ana.core().outbox(Lane::drop);
  ASSERT_EQ(chunks.size(), 2u);  // so that little is sent twice where the connection breaks
  // What is said meanwhile goes ahead of them.
  scene.ana.say(scene.group, "they are leaving");
  ASSERT_EQ(scene.ana.core().outbox(Lane::drop).size(), chunks.size() + 1);
  EXPECT_EQ(scene.ana.core().outbox(Lane::drop)[0].envelope.size(),
            limits::envelope_sizes_bytes.front());
  for (std::size_t i = 0; i < limits::attachment_chunks_max; ++i) {
    EXPECT_EQ(scene.ana.core().uploads().at(0).stored, i);
    scene.ben.sync();
    EXPECT_TRUE(scene.photos(scene.ben, sighting).empty()) << i;
    const OutboxItem chunk = scene.ana.core().outbox(Lane::drop).at(1);
    ASSERT_EQ(chunk.envelope.size(), chunk_envelope);
    const auto seq = scene.relay.drop(chunk.address, chunk.envelope, std::nullopt);
    scene.ana.core().on_dropped(chunk.id, *seq, scene.ana.now());
    scene.ana.keep();
  }
  EXPECT_TRUE(scene.ana.core().uploads().empty());
  // That it is there is said in an envelope like any other.
  for (const OutboxItem& item : scene.ana.core().outbox(Lane::drop)) {
    EXPECT_EQ(item.envelope.size(), limits::envelope_sizes_bytes.front());
  }
  scene.sync_all();
  EXPECT_EQ(scene.photos(scene.ben, sighting).size(), 1u);
}

TEST(Photos, AreNeitherLostNorDoubledWhereverThePowerGoes) {
  PhotoScene scene;
  bool cut = true;
  std::size_t cuts = 0;
  for (std::size_t at = 1; cut; ++at) {
    ASSERT_LT(at, 500u);
    scene.ana.run_errands();
    const Bytes photo = picture(70'000, at);
    const std::size_t chunks_before = scene.count_chunks();
    const MessageId sighting = scene.see_with_photo(scene.ana, photo);
    cut = false;
    scene.ana.steps_until_cut = at;
    try {
      scene.ana.sync();
    } catch (const PowerCut&) {
      cut = true;
      ++cuts;
      scene.ana.reload();
      scene.ana.forget_deliveries();
    }
    scene.ana.steps_until_cut = 0;
    scene.ana.sync();
    ASSERT_TRUE(scene.ana.core().uploads().empty()) << at;
    EXPECT_EQ(scene.ana.core().health(scene.ana.now()).queued, 0u) << at;
    EXPECT_EQ(scene.count_chunks(), chunks_before + 2) << at;
    scene.ben.sync();
    ASSERT_EQ(scene.photos(scene.ben, sighting).size(), 1u) << at;
    if (cut && at % 4 != 0) continue;  // it takes a while
    const auto fetched = scene.get(scene.ben, sighting);
    ASSERT_TRUE(fetched.ok()) << at << fetched.error().what;
    EXPECT_EQ(*fetched, photo) << at;
  }
  EXPECT_GT(cuts, 8u);
  scene.expect_no_warnings();
}

TEST(Photos, AreSentAnewWhereTheRelayHasLostTheirFirstChunks) {
  PhotoScene scene;
  scene.sync_all();
  const Bytes photo = picture(200'000);
  const MessageId sighting = scene.see_with_photo(scene.ana, photo);
  auto backup = scene.relay.back_up();
  scene.ana.connect(Lane::collect);
  scene.ana.collect(Lane::collect);
  scene.ana.drop(Lane::drop);
  const auto chunk = scene.ana.core().outbox(Lane::drop).at(0);
  const auto seq = scene.relay.drop(chunk.address, chunk.envelope, std::nullopt);
  scene.ana.core().on_dropped(chunk.id, *seq, scene.ana.now());
  scene.ana.keep();
  ASSERT_EQ(scene.ana.core().uploads().at(0).stored, 1u);
  scene.relay.restore(std::move(backup));
  for (Device* device : scene.everybody()) device->forget_deliveries();
  scene.sync_all();
  ASSERT_EQ(scene.photos(scene.ben, sighting).size(), 1u);
  const auto fetched = scene.get(scene.ben, sighting);
  ASSERT_TRUE(fetched.ok()) << fetched.error().what;
  EXPECT_EQ(*fetched, photo);
}

TEST(Photos, KeysGoEverywhereWhenTheirAuthorTakesTheSightingBack) {
  PhotoScene scene;
  const MessageId sighting = scene.see_with_photo(scene.ana, picture(70'000));
  scene.sync_all();
  const std::string seed = scene.seed_of_first_photo(scene.ben);
  ASSERT_EQ(seed.size(), AttachmentSeed::size_bytes);
  ASSERT_TRUE(scene.holds(scene.ana, seed));

  wire::Body body;
  body.mutable_retraction()->set_message(sighting.str());
  ASSERT_TRUE(scene.ben.core().post(scene.group, body, scene.ben.now()).ok());  // not his to say
  scene.ben.keep();
  scene.sync_all();
  EXPECT_EQ(scene.photos(scene.cleo, sighting).size(), 1u);

  ASSERT_TRUE(scene.ana.core().post(scene.group, body, scene.ana.now()).ok());
  scene.ana.keep();
  EXPECT_FALSE(scene.holds(scene.ana, seed));
  scene.sync_all();
  for (Device* device : scene.everybody()) {
    EXPECT_FALSE(scene.holds(*device, seed));
    EXPECT_TRUE(scene.photos(*device, sighting).empty());
  }
}

TEST(Photos, ThatAreUnderWayAreNotSentAnyFurtherWhenTheSightingIsTakenBack) {
  PhotoScene scene;
  const MessageId sighting = scene.see_with_photo(scene.ana, picture(200'000));
  scene.ana.connect(Lane::collect);
  scene.ana.collect(Lane::collect);
  scene.ana.drop(Lane::drop);
  ASSERT_FALSE(scene.ana.core().uploads().empty());
  wire::Body body;
  body.mutable_retraction()->set_message(sighting.str());
  ASSERT_TRUE(scene.ana.core().post(scene.group, body, scene.ana.now()).ok());
  scene.ana.keep();
  EXPECT_TRUE(scene.ana.core().uploads().empty());
  scene.sync_all();
  EXPECT_EQ(scene.count_chunks(), 0u);
  for (const Record& record : scene.ana.records()) EXPECT_NE(record.table, Table::uploads);
}

/// Whoever reads days in another order hears of the photo last.
TEST(Photos, OfWhatWasTakenBackBeforeAreNotKept) {
  MemoryRelay relay;
  SeededRandom random(3);
  Holdings holdings(Me::draw(relay.address(), random, 20'000), random);
  const auto group = random.fixed<GroupId>();
  const auto author = random.fixed<VerifyKey>();
  const auto sighting = random.fixed<MessageId>();
  const auto say = [&](const VerifyKey& sender, wire::Body body) {
    StoredMessage message;
    message.sender = sender;
    message.id = random.fixed<MessageId>();
    message.order = {0, 20'000, 1};
    message.ends = TimePoint::max();
    message.body = std::move(body);
    message.body.set_id(message.id.str());
    const MessageId id = message.id;
    holdings.messages.add(group, std::move(message));
    settle_attachments(holdings, group, sender, id);
    return holdings.messages.find(group, sender, id) != nullptr;
  };
  wire::Body photo;
  *photo.mutable_attachment() = seal_attachment(sighting, picture(100), random).body;
  wire::Body retraction;
  retraction.mutable_retraction()->set_message(sighting.str());
  EXPECT_TRUE(say(random.fixed<VerifyKey>(), retraction));  // somebody else's is none
  EXPECT_TRUE(say(author, photo));
  EXPECT_TRUE(say(author, retraction));
  EXPECT_EQ(holdings.messages.list(group).size(), 2u);
  EXPECT_FALSE(say(author, photo));
}

TEST(Photos, KeysGoEverywhereWithTheSightingsEnd) {
  PhotoScene scene;
  const MessageId sighting = scene.see_with_photo(scene.ana, picture(70'000));
  scene.sync_all();
  const std::string seed = scene.seed_of_first_photo(scene.ben);
  ASSERT_FALSE(seed.empty());
  scene.relay.now += 25h;
  scene.sync_all();
  for (Device* device : scene.everybody()) EXPECT_FALSE(scene.holds(*device, seed));
  EXPECT_FALSE(
      scene.ana.core().attach_photo(scene.group, sighting, picture(10), scene.relay.now).ok());
}

TEST(Photos, BelongToAFewAndToOnesOwnSightings) {
  PhotoScene scene;
  const MessageId sighting = scene.see(scene.ana);
  scene.ana.keep();
  scene.sync_all();
  const auto attach = [&](Device& device, const MessageId& to, const Bytes& photo) {
    const Status kept = device.core().attach_photo(scene.group, to, photo, device.now());
    return kept.ok() ? std::optional<Errc>{} : kept.error().code;
  };
  EXPECT_EQ(attach(scene.ben, sighting, picture(100)), Errc::not_found);
  const MessageId text = scene.ana.say(scene.group, "no sighting");
  EXPECT_EQ(attach(scene.ana, text, picture(100)), Errc::not_found);
  EXPECT_EQ(attach(scene.ana, sighting, Bytes(100, 'x')), Errc::usage);
  EXPECT_EQ(attach(scene.ana, sighting, picture(limits::attachment_bytes_max + 1)), Errc::usage);
  for (std::size_t i = 0; i < limits::attachments_per_message_max; ++i) {
    EXPECT_EQ(attach(scene.ana, sighting, picture(100, i)), std::nullopt);
    if (i == 0) scene.sync_all();  // those that are said count as well
  }
  EXPECT_EQ(attach(scene.ana, sighting, picture(100)), Errc::full);
  scene.sync_all();
  ASSERT_EQ(scene.photos(scene.ben, sighting).size(), limits::attachments_per_message_max);
  for (std::size_t i = 0; i < limits::attachments_per_message_max; ++i) {
    const auto fetched = scene.get(scene.ben, sighting, i);
    ASSERT_TRUE(fetched.ok()) << fetched.error().what;
    EXPECT_EQ(*fetched, picture(100, i));
  }
}

TEST(Photos, AreFetchedOnFromWhereAConnectionBroke) {
  PhotoScene scene;
  const Bytes photo = picture(150'000);
  const MessageId sighting = scene.see_with_photo(scene.ana, photo);
  scene.sync_all();
  const Board board = scene.ben.core().board(scene.group, scene.ben.now());
  const SightingView& view = *board.find_id(sighting);
  Core& core = scene.ben.core();
  ASSERT_TRUE(core.fetch_photo(scene.group, view.report.sender, view.photos.at(0).id).ok());
  const auto wanted = [&] {
    for (const Subscription& each : core.subscriptions(Lane::collect, scene.relay.now)) {
      const auto& mailbox = scene.relay.mailbox(each.address.id());
      if (!mailbox.empty() && mailbox.begin()->second.size() == chunk_envelope) return each;
    }
    return Subscription{};
  };
  const Subscription first = wanted();
  EXPECT_EQ(first.after_seq, 0u);
  const auto chunk = *scene.relay.mailbox(first.address.id()).begin();
  core.on_delivery(first.address.id(), chunk.first, chunk.second, scene.ben.now());
  const auto unfinished = core.take_photo();
  ASSERT_FALSE(unfinished.ok());
  EXPECT_EQ(unfinished.error().code, Errc::unreachable);
  EXPECT_EQ(wanted().after_seq, chunk.first);
  scene.ben.sync();
  const auto fetched = core.take_photo();
  ASSERT_TRUE(fetched.ok()) << fetched.error().what;
  EXPECT_EQ(*fetched, photo);
}

TEST(Photos, ThatTheRelayDoesNotHoldAreMissedAndNothingElse) {
  PhotoScene scene;
  const MessageId sighting = scene.see_with_photo(scene.ana, picture(150'000));
  scene.sync_all();
  for (const MailboxId& id : scene.relay.mailboxes()) {
    auto& mailbox = scene.relay.mailbox(id);
    if (!mailbox.empty() && mailbox.begin()->second.size() == chunk_envelope) {
      mailbox.erase(mailbox.begin());
    }
  }
  const auto fetched = scene.get(scene.ben, sighting);
  ASSERT_FALSE(fetched.ok());
  EXPECT_EQ(fetched.error().code, Errc::not_found);
  scene.expect_no_warnings();
}

}  // namespace
}  // namespace porchlight::client
