// Chains, days and frames: keys that move on, and frames that belong in one place.
#include "client/core/frame.hpp"

#include <gtest/gtest.h>

#include "client/core/codec.hpp"
#include "client/core/days.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/group.pb.h"
#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {
namespace {

std::string bytes_of(const MessageKey& key) { return to_string(key.reveal()); }

Chain chain_of(std::uint64_t seed) {
  crypto_init();
  SeededRandom random(seed);
  return Chain(random.secret<ChainKey>());
}

std::string take(Chain& chain, std::uint32_t counter) {
  auto step = chain.look(counter);
  EXPECT_TRUE(step.ok()) << (step.ok() ? "" : step.error().what);
  std::string key = bytes_of(step->key);
  chain.commit(std::move(step).value());
  return key;
}

TEST(Chain, GivesEachKeyOnceInAnyOrder) {
  Chain in_order = chain_of(1);
  Chain shuffled = chain_of(1);
  std::map<std::uint32_t, std::string> keys;
  for (std::uint32_t i = 0; i < 6; ++i) keys[i] = take(in_order, i);
  for (const std::uint32_t i : {4u, 0u, 5u, 2u, 1u, 3u}) EXPECT_EQ(take(shuffled, i), keys[i]);
  EXPECT_TRUE(shuffled.skipped().empty());
  for (std::uint32_t i = 0; i < 6; ++i) EXPECT_EQ(shuffled.look(i).error().code, Errc::used);
}

TEST(Chain, DoesNotMoveUntilAStepIsCommitted) {
  Chain chain = chain_of(1);
  ASSERT_TRUE(chain.look(40).ok());
  EXPECT_EQ(chain.next(), 0u);
  EXPECT_TRUE(chain.skipped().empty());
  const std::string first = bytes_of(chain.look(0)->key);
  EXPECT_EQ(take(chain, 0), first);
}

TEST(Chain, KeepsABoundedNumberOfSkippedKeys) {
  Chain chain = chain_of(1);
  const auto most = static_cast<std::uint32_t>(limits::skipped_keys_max);
  EXPECT_EQ(chain.look(most + 1).error().code, Errc::too_large);
  EXPECT_EQ(chain.look(UINT32_MAX).error().code, Errc::too_large);
  take(chain, most);
  EXPECT_EQ(chain.skipped().size(), most);
  EXPECT_EQ(chain.look(most + 2).error().code, Errc::too_large);
  EXPECT_TRUE(chain.look(most + 1).ok());
  take(chain, 7);
  EXPECT_TRUE(chain.look(most + 2).ok());
}

TEST(DayRatchet, DerivesTheSameDaysHoweverTheyAreEntered) {
  crypto_init();
  SeededRandom random(4);
  const auto seed = random.secret<DaySecret>();
  const std::vector<VerifyKey> senders{random.fixed<VerifyKey>(), random.fixed<VerifyKey>()};
  const auto make = [&] { return DayRatchet(*DaySecret::from(seed.reveal()), 100); };
  DayRatchet slowly = make();
  DayRatchet at_once = make();
  for (std::uint32_t day = 100; day <= 105; ++day) slowly.enter(day, senders, 0);
  EXPECT_EQ(at_once.enter(105, senders, 103).size(), 3u);
  EXPECT_EQ(at_once.find(102), nullptr);
  for (std::uint32_t day = 103; day <= 105; ++day) {
    EXPECT_EQ(slowly.find(day)->address, at_once.find(day)->address);
    for (const VerifyKey& sender : senders) {
      std::optional<Chain> one;
      std::optional<Chain> other;
      EXPECT_TRUE(
          equal_constant_time(slowly.find(day)->find_chain(sender, one)->key().reveal(),
                              at_once.find(day)->find_chain(sender, other)->key().reveal()));
    }
  }
  EXPECT_NE(slowly.find(100)->address, slowly.find(101)->address);
  EXPECT_EQ(slowly.next_day(), 106u);
}

TEST(DayRatchet, MakesTheChainsOfABranchOnceAndForgetsTheBranch) {
  crypto_init();
  SeededRandom random(4);
  // Two on one branch, one on another.
  std::vector<VerifyKey> senders;
  for (const Byte first : {Byte{8}, Byte{15}, Byte{16}}) {
    Bytes key(32, 1);
    key[0] = first;
    senders.push_back(*VerifyKey::from(key));
  }
  DayRatchet ratchet(random.secret<DaySecret>(), 100);
  ratchet.enter(100, senders, 0);
  Day& day = *ratchet.find(100);
  EXPECT_EQ(day.branches.size(), 2u);
  EXPECT_TRUE(day.chains.empty());
  std::optional<Chain> unused;
  const ChainKey first = *ChainKey::from(day.find_chain(senders[1], unused)->key().reveal());
  EXPECT_TRUE(unused.has_value());
  EXPECT_TRUE(day.open_branch(branch_of(senders[0]), senders));
  EXPECT_FALSE(day.open_branch(branch_of(senders[0]), senders));
  EXPECT_EQ(day.branches.size(), 1u);
  EXPECT_EQ(day.chains.size(), 2u);
  unused.reset();
  const Chain* chain = day.find_chain(senders[1], unused);
  ASSERT_NE(chain, nullptr);
  EXPECT_FALSE(unused.has_value());
  EXPECT_TRUE(equal_constant_time(chain->key().reveal(), first.reveal()));
  // Nobody else's chain can be made from there any more.
  Bytes late(32, 2);
  late[0] = 8;
  EXPECT_EQ(day.find_chain(*VerifyKey::from(late), unused), nullptr);
}

TEST(DayRatchet, HoldsNothingThatAnEnteredDayFollowsFrom) {
  crypto_init();
  SeededRandom random(4);
  const auto seed = random.secret<DaySecret>();
  DayRatchet ratchet(*DaySecret::from(seed.reveal()), 100);
  ratchet.enter(100, {}, 0);
  EXPECT_TRUE(equal_constant_time(ratchet.next()->reveal(), next_day(seed).reveal()));
  ratchet.close();
  EXPECT_FALSE(ratchet.next().has_value());
  EXPECT_TRUE(ratchet.enter(120, {}, 0).empty());
}

struct FrameScene {
  FrameScene() {
    ratchet.enter(day, everybody, 0);
    content.body = SecretBytes(as_bytes("hello"));
    content.cites = {{random.fixed<FrameHash>(), 3, day}};
    content.keys_week = 2'800;
    content.keys_digest = random.fixed<Digest>();
  }
  Day& today() { return *ratchet.find(day); }
  Chain& chain(const SigningKey& sender) {
    for (const SigningKey* of : {&ana, &ben}) {
      today().open_branch(branch_of(of->verify_key()), everybody);
    }
    return today().chains.at(sender.verify_key());
  }
  Bytes seal(const SigningKey& sender) {
    auto sealed =
        seal_frame(context, sender, chain(sender), seal_key(today().keys.seal), content, random);
    EXPECT_TRUE(sealed.ok());
    return sealed->envelope;
  }
  FrameHeader header(const Bytes& envelope) {
    auto header = open_frame_envelope(today().keys.seal, envelope);
    EXPECT_TRUE(header.ok());
    return std::move(header).value();
  }
  Errc refusal(const FrameHeader& frame, const FrameContext& place, const Chain& by) {
    const auto opened = open_frame(place, frame, by);
    return opened.ok() ? Errc::storage : opened.error().code;
  }

  static constexpr std::uint32_t day = 20'004;
  SeededRandom random{6};
  SigningKey ana{random.secret<SigningSeed>()};
  SigningKey ben{random.secret<SigningSeed>()};
  FrameContext context{random.fixed<GroupId>(), random.fixed<EpochId>(), day};
  std::vector<VerifyKey> everybody{ana.verify_key(), ben.verify_key()};
  DayRatchet ratchet{random.secret<DaySecret>(), day};
  FrameContent content;
};

TEST(GroupFrame, ArrivesAsItWasSent) {
  FrameScene scene;
  const Bytes envelope = scene.seal(scene.ana);
  EXPECT_EQ(envelope.size(), limits::envelope_sizes_bytes[0]);
  const FrameHeader header = scene.header(envelope);
  EXPECT_EQ(header.sender, scene.ana.verify_key());
  const auto opened = open_frame(scene.context, header, scene.chain(scene.ana));
  ASSERT_TRUE(opened.ok()) << opened.error().what;
  EXPECT_EQ(as_text(opened->content.body.reveal()), "hello");
  ASSERT_EQ(opened->content.cites.size(), 1u);
  EXPECT_EQ(opened->content.cites[0].frame, scene.content.cites[0].frame);
  EXPECT_EQ(opened->content.keys_digest, scene.content.keys_digest);
}

TEST(GroupFrame, OfTheLargestBodyFitsTheSmallestEnvelope) {
  FrameScene scene;
  wire::Body body;
  body.set_id(std::string(16, 'x'));
  body.set_sent_minute(UINT32_MAX);
  body.set_zone(std::string(64, 'z'));
  body.set_lifetime_hours(720);
  body.mutable_text()->set_text(std::string(limits::text_bytes_max, 't'));
  scene.content.body = serialise_secret(body);
  scene.content.cites.assign(limits::cites_max,
                             {scene.random.fixed<FrameHash>(), UINT32_MAX, UINT32_MAX});
  EXPECT_EQ(scene.seal(scene.ana).size(), limits::envelope_sizes_bytes[0]);
  auto* sighting = body.mutable_sighting();
  const std::string field(limits::field_bytes_max, 's');
  sighting->set_size(field);
  sighting->set_activity(field);
  sighting->set_location(field);
  sighting->set_uniform(field);
  sighting->set_equipment(field);
  sighting->set_observed_minute(UINT32_MAX);
  sighting->set_first_hand(true);
  sighting->set_still_there(true);
  scene.content.body = serialise_secret(body);
  EXPECT_EQ(scene.seal(scene.ana).size(), limits::envelope_sizes_bytes[0]);
}

TEST(GroupFrame, TooLargeIsRefusedWithoutUsingAKey) {
  FrameScene scene;
  scene.content.body = SecretBytes(limits::envelope_sizes_bytes[1]);
  const auto sealed = seal_frame(scene.context, scene.ana, scene.chain(scene.ana),
                                 seal_key(scene.today().keys.seal), scene.content, scene.random);
  EXPECT_EQ(sealed.error().code, Errc::too_large);
  EXPECT_EQ(scene.chain(scene.ana).next(), 0u);
}

TEST(GroupFrame, InAnotherPlaceIsRefused) {
  FrameScene scene;
  const FrameHeader header = scene.header(scene.seal(scene.ana));
  const Chain& chain = scene.chain(scene.ana);
  EXPECT_EQ(scene.refusal(header, scene.context, chain), Errc::storage);
  FrameContext elsewhere = scene.context;
  elsewhere.group = scene.random.fixed<GroupId>();
  EXPECT_EQ(scene.refusal(header, elsewhere, chain), Errc::not_authentic);

  // Header and place agree, but not with what the sender wrote.
  FrameHeader moved = header;
  elsewhere = scene.context;
  elsewhere.day = moved.day = FrameScene::day + 1;
  EXPECT_EQ(scene.refusal(moved, elsewhere, chain), Errc::not_authentic);
  EXPECT_EQ(scene.refusal(moved, scene.context, chain), Errc::not_authentic);
  moved = header;
  elsewhere = scene.context;
  elsewhere.epoch = moved.epoch = scene.random.fixed<EpochId>();
  EXPECT_EQ(scene.refusal(moved, elsewhere, chain), Errc::not_authentic);
  moved = header;
  moved.counter = 1;
  EXPECT_EQ(scene.refusal(moved, scene.context, chain), Errc::not_authentic);
}

TEST(GroupFrame, ByAnotherSenderIsRefused) {
  FrameScene scene;
  // Ben sends with Ana's chain, which every member can derive, but cannot sign for her.
  auto sealed = seal_frame(scene.context, scene.ben, scene.chain(scene.ana),
                           seal_key(scene.today().keys.seal), scene.content, scene.random);
  FrameHeader header = scene.header(sealed->envelope);
  EXPECT_EQ(scene.refusal(header, scene.context, scene.chain(scene.ben)), Errc::not_authentic);
  header.sender = scene.ana.verify_key();
  EXPECT_EQ(scene.refusal(header, scene.context, scene.chain(scene.ana)), Errc::not_authentic);

  // With the right associated data, so that only the signature is wrong.
  wire::FrameBody body;
  body.set_group_id(scene.context.group.str());
  body.set_epoch_id(scene.context.epoch.str());
  body.set_day(scene.context.day);
  body.set_body("forged");
  const Part day(scene.context.day);
  const Part counter(std::uint32_t{0});
  Bytes data;
  for (const ByteView part : {scene.context.group.view(), scene.context.epoch.view(), day.view(),
                              scene.ana.verify_key().view(), counter.view()}) {
    data.insert(data.end(), part.begin(), part.end());
  }
  const auto step = scene.chain(scene.ana).look(0);
  const auto sealed_as = [&](const SigningKey& signer) {
    header.sealed =
        aead_seal(step->key, data, wire::make_signed(wire::label::frame, serialise(body), signer),
                  scene.random);
    return scene.refusal(header, scene.context, scene.chain(scene.ana));
  };
  EXPECT_EQ(sealed_as(scene.ben), Errc::not_authentic);
  EXPECT_EQ(sealed_as(scene.ana), Errc::storage);  // that is: accepted
  body.set_counter(1);
  EXPECT_EQ(sealed_as(scene.ana), Errc::not_authentic);
  body.set_counter(0);
  for (int i = 0; i < 5; ++i) body.add_cites()->set_frame(std::string(32, 'x'));
  EXPECT_EQ(sealed_as(scene.ana), Errc::malformed);
}

TEST(GroupFrame, ChangedAnywhereIsRefused) {
  FrameScene scene;
  const Bytes envelope = scene.seal(scene.ana);
  for (std::size_t i = 0; i < envelope.size(); i += 61) {
    Bytes changed = envelope;
    changed[i] ^= 1;
    EXPECT_FALSE(open_frame_envelope(scene.today().keys.seal, changed).ok()) << i;
  }
  EXPECT_FALSE(open_frame_envelope(scene.today().keys.seal, {}).ok());
  FrameHeader header = scene.header(envelope);
  header.sealed[header.sealed.size() / 2] ^= 1;
  EXPECT_EQ(scene.refusal(header, scene.context, scene.chain(scene.ana)), Errc::not_authentic);
}

}  // namespace
}  // namespace porchlight::client
