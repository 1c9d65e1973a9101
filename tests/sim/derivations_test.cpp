// The checker itself, on graphs small enough to be judged by eye.
#include <gtest/gtest.h>

#include "client/core/channel_schedule.hpp"
#include "proto/crypto/aead.hpp"
#include "proto/crypto/hash.hpp"
#include "proto/crypto/seal.hpp"
#include "tests/sim/closure.hpp"
#include "tests/sim/seeded_random.hpp"

namespace porchlight::sim {
namespace {

using Key = Secret<struct TestKeyTag, 32>;

class ClosureTest : public testing::Test {
 protected:
  ClosureTest() { crypto_init(); }

  Bytes bytes_of(const Key& key) { return to_bytes(key.reveal()); }
  Key child(const Key& key, std::string_view label) { return kdf<Key>(key, label); }
  SealSeed seed(const Key& key) { return *SealSeed::from(key.reveal()); }
  Bytes encrypt(const Key& key, ByteView text) {
    return aead_seal(*AeadKey::from(key.reveal()), {}, text, random_);
  }
  Bytes box(const Key& to, ByteView text) { return seal(seal_key(seed(to)), text); }

  /// Whether `value` follows from what occurs in `held`.
  bool follows(const Key& value, const std::vector<Bytes>& held) {
    Closure closure(derivations_);
    for (const Bytes& bytes : held) closure.hold(derivations_.find_all(bytes), "held");
    closure.follow();
    const auto id = derivations_.find(value.reveal());
    return id && closure.knows(*id);
  }

  Derivations derivations_;
  Recording recording_{derivations_};
  SeededRandom random_{1};
};

TEST_F(ClosureTest, FollowsDerivationsForwardsAndNeverBack) {
  const auto root = random_.secret<Key>();
  const Key next = child(root, "next");
  const Key last = child(next, "next");
  EXPECT_TRUE(follows(last, {bytes_of(root)}));
  EXPECT_TRUE(follows(last, {bytes_of(next)}));
  EXPECT_FALSE(follows(next, {bytes_of(last)}));
  EXPECT_FALSE(follows(root, {bytes_of(next)}));
  EXPECT_FALSE(follows(last, {}));
}

TEST_F(ClosureTest, FindsAValueAtAnyOffset) {
  const auto key = random_.secret<Key>();
  Bytes text(7);
  text.insert(text.end(), key.reveal().begin(), key.reveal().end());
  text.push_back(1);
  EXPECT_TRUE(follows(child(key, "next"), {text}));
  text.erase(text.begin() + 10);
  EXPECT_FALSE(follows(child(key, "next"), {text}));
}

TEST_F(ClosureTest, NeedsBothTheCarryAndTheFreshPart) {
  const auto carry = random_.secret<Key>();
  const auto fresh = random_.secret<Key>();
  const auto id = random_.fixed<EpochId>();
  const auto secret = kdf<Key>(carry, "epoch", {fresh.reveal(), id});
  EXPECT_FALSE(follows(secret, {bytes_of(carry)}));
  EXPECT_FALSE(follows(secret, {bytes_of(fresh)}));
  EXPECT_TRUE(follows(secret, {bytes_of(carry), bytes_of(fresh)}));
  EXPECT_TRUE(follows(secret, {bytes_of(fresh), bytes_of(carry)}));
  const auto plain = kdf<Key>(carry, "epoch", {ByteView{}, id});
  EXPECT_TRUE(follows(plain, {bytes_of(carry)}));
}

TEST_F(ClosureTest, NeedsBothPartsOfAChannelsSecretAndCallsItByItsLabel) {
  const auto carry = random_.secret<Key>();
  const auto fresh = random_.secret<Key>();
  const auto id = random_.fixed<EpochId>();
  const auto keys =
      client::derive_channel_epoch(*client::Carry::from(carry.reveal()), fresh.reveal(), id);
  const auto day = *Key::from(keys.day.reveal());
  EXPECT_FALSE(follows(day, {bytes_of(carry)}));
  EXPECT_FALSE(follows(day, {bytes_of(fresh)}));
  EXPECT_TRUE(follows(day, {bytes_of(carry), bytes_of(fresh)}));
  const Node& node = derivations_.node(*derivations_.find(day.reveal()));
  // No key of a group, by whose rules it would be judged.
  EXPECT_EQ(node.kind, Kind::channel_day_secret);
  EXPECT_EQ(node.epoch, id);
  EXPECT_EQ(node.label, "day");
  EXPECT_FALSE(derivations_.has_fresh(id));
}

TEST_F(ClosureTest, OpensABoxWithItsSeedAlone) {
  const auto reader = random_.secret<Key>();
  const auto stranger = random_.secret<Key>();
  const auto inside = random_.secret<Key>();
  (void)box(stranger, {});
  const Bytes sealed = box(reader, inside.reveal());
  EXPECT_TRUE(follows(inside, {bytes_of(reader), sealed}));
  EXPECT_TRUE(follows(inside, {sealed, bytes_of(reader)}));
  EXPECT_FALSE(follows(inside, {sealed}));
  EXPECT_FALSE(follows(inside, {bytes_of(reader)}));
  EXPECT_FALSE(follows(inside, {bytes_of(stranger), sealed}));
}

TEST_F(ClosureTest, OpensABoxInsideACiphertextInsideABox) {
  const auto outer = random_.secret<Key>();
  const auto middle = random_.secret<Key>();
  const auto inner = random_.secret<Key>();
  const auto inside = random_.secret<Key>();
  const Key from_middle = child(middle, "msg");
  const Bytes sealed = box(outer, encrypt(from_middle, box(inner, inside.reveal())));
  EXPECT_TRUE(follows(inside, {bytes_of(outer), bytes_of(middle), bytes_of(inner), sealed}));
  EXPECT_FALSE(follows(inside, {bytes_of(middle), bytes_of(inner), sealed}));
  EXPECT_FALSE(follows(inside, {bytes_of(outer), bytes_of(inner), sealed}));
  EXPECT_FALSE(follows(inside, {bytes_of(outer), bytes_of(middle), sealed}));
}

TEST_F(ClosureTest, FollowsAKeyThatItsOwnBoxBringsOnce) {
  const auto first = random_.secret<Key>();
  const auto second = random_.secret<Key>();
  const Bytes to_second = box(first, second.reveal());
  const Bytes to_first = box(second, first.reveal());
  EXPECT_TRUE(follows(second, {bytes_of(first), to_first, to_second}));
  EXPECT_FALSE(follows(second, {to_first, to_second}));
}

TEST_F(ClosureTest, NamesWhatAKeyIsAndHowItIsReached) {
  const auto carry = random_.secret<Key>();
  const auto id = random_.fixed<EpochId>();
  const auto sender = random_.fixed<VerifyKey>();
  const auto secret = kdf<Key>(carry, "epoch", {ByteView{}, id});
  const Key tomorrow = child(child(secret, "day"), "next");
  const auto branch = kdf<Key>(tomorrow, "branch", {client::branch_of(sender)});
  const auto chain = kdf<Key>(branch, "chain", {sender});
  const Key message = child(child(child(chain, "next"), "next"), "msg");
  const Node& node = derivations_.node(*derivations_.find(message.reveal()));
  EXPECT_EQ(node.kind, Kind::message_key);
  EXPECT_EQ(node.epoch, id);
  EXPECT_EQ(node.day, 1U);
  EXPECT_EQ(node.sender, sender);
  EXPECT_EQ(node.counter, 2U);
  EXPECT_EQ(derivations_.node(*derivations_.find(chain.reveal())).kind, Kind::chain);
  EXPECT_EQ(derivations_.node(*derivations_.find(branch.reveal())).kind, Kind::branch);
  EXPECT_EQ(derivations_.node(*derivations_.find(tomorrow.reveal())).kind, Kind::day_secret);

  Closure closure(derivations_);
  closure.hold(derivations_.find_all(chain.reveal()), "here");
  closure.follow();
  const auto reasons = closure.explain(*derivations_.find(message.reveal()), 10);
  ASSERT_EQ(reasons.size(), 4U);
  EXPECT_EQ(reasons.back().id, *derivations_.find(chain.reveal()));
  EXPECT_STREQ(reasons.back().where, "here");
}

}  // namespace
}  // namespace porchlight::sim
