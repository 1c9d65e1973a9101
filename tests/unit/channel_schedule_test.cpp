// The key schedule of channels: every step against vectors, and what must not come out alike.
#include "client/core/channel_schedule.hpp"

#include <gtest/gtest.h>

#include <set>

#include "proto/base/limits.hpp"
#include "tests/unit/client_core_fixture.hpp"
#include "tests/unit/vectors.hpp"

namespace porchlight::client {
namespace {

class ChannelSchedule : public ::testing::Test {
 protected:
  ChannelSchedule() { crypto_init(); }

  template <class Fixed>
  static Fixed filled(Byte byte) {
    return *Fixed::from(Bytes(Fixed::size_bytes, byte));
  }
  std::string expected(const char* step) const { return vectors[step].get<std::string>(); }

  const nlohmann::json vectors = testing::read_vectors("kdf.json")["channels"];
  const ChannelId channel = filled<ChannelId>(4);
  const Bytes salt = Bytes(32, 5);
};

template <class AnySecret>
std::string hex_of(const AnySecret& secret) {
  return hex_encode(secret.reveal());
}

TEST_F(ChannelSchedule, DerivesAnEpochAsTheVectorsSay) {
  const auto keys = derive_channel_epoch(filled<Carry>(1), Bytes(32, 2), filled<EpochId>(3));
  EXPECT_EQ(hex_of(keys.carry), expected("carry"));
  EXPECT_EQ(hex_of(keys.ctl_collect), expected("ctl collect"));
  EXPECT_EQ(hex_of(keys.ctl_seal), expected("ctl seal"));
  EXPECT_EQ(hex_of(keys.day), expected("day"));
  EXPECT_EQ(testing::hex(channel_id(filled<VerifyKey>(4))), expected("channel"));
}

TEST_F(ChannelSchedule, DerivesDaysAsTheVectorsSay) {
  const auto day = derive_channel_day(filled<DaySecret>(1));
  EXPECT_EQ(hex_of(day.collect), expected("day collect"));
  EXPECT_EQ(hex_of(day.seal), expected("day seal"));
  const auto post_day = derive_post_day(filled<PostDaySecret>(1));
  EXPECT_EQ(hex_of(post_day.drop), expected("drop"));
  EXPECT_EQ(hex_of(post_day.reply_collect), expected("reply collect"));
  EXPECT_EQ(hex_of(post_day.reply_seal), expected("reply seal"));
  EXPECT_EQ(hex_of(next_post_day(filled<PostDaySecret>(1))), expected("next"));
}

TEST_F(ChannelSchedule, DerivesWhatTheGroupHoldsAsTheVectorsSay) {
  const auto post = derive_post(filled<PostSecret>(1));
  EXPECT_EQ(hex_of(post.post), expected("post"));
  EXPECT_EQ(hex_of(post.attribution), expected("attribution"));
  EXPECT_EQ(hex_of(post.made_under), expected("made under"));
  EXPECT_EQ(hex_of(post.day), expected("post day"));
  EXPECT_EQ(testing::hex(made_under(filled<MadeUnderKey>(1), filled<EpochId>(3))),
            expected("made under group epoch"));
  EXPECT_EQ(hex_of(derive_ctl_drop(filled<RootSeed>(1), channel, 9, salt)),
            expected("channel ctl drop"));
  EXPECT_EQ(hex_of(derive_grant_page_drop(filled<RootSeed>(1), channel, 9, salt)),
            expected("channel page drop"));
}

TEST_F(ChannelSchedule, DerivesGrantsInvitesAndListsAsTheVectorsSay) {
  const auto page =
      derive_grant_page(filled<SigningSeed>(1), filled<SealSeed>(1), salt, 9, filled<VerifyKey>(4));
  EXPECT_EQ(hex_of(page.collect), expected("grant collect"));
  EXPECT_EQ(hex_of(page.seal), expected("grant seal"));
  EXPECT_EQ(testing::hex(grant_tag(filled<TagKey>(1), channel, 9, salt)), expected("tag"));
  const auto invite = derive_audience_invite(Bytes(32, 1));
  EXPECT_EQ(hex_of(invite.seal), expected("audience seal"));
  EXPECT_EQ(testing::hex(invite.tag), expected("audience tag"));
  EXPECT_EQ(hex_of(invite.join), expected("audience join"));
  const auto list = derive_list_page(filled<ListSeed>(1), 9);
  EXPECT_EQ(hex_of(list.collect), expected("list collect"));
  EXPECT_EQ(hex_of(list.drop), expected("list drop"));
  EXPECT_EQ(hex_of(list.seal), expected("list seal"));
}

TEST_F(ChannelSchedule, PutsEachMailboxWhereItsReadersAndWritersMeet) {
  SeededRandom random(1);
  const auto root = random.secret<RootSeed>();
  const auto drop = SigningKey(derive_ctl_drop(root, channel, 3, salt)).verify_key();
  const auto collect = random.secret<SigningSeed>();
  const auto control = control_address(collect, drop);
  EXPECT_EQ(control.flags, wire::mailbox_flag::long_kept);
  EXPECT_EQ(control.drop_key, drop);
  EXPECT_EQ(control.collect_key, SigningKey(collect).verify_key());
  const auto page = derive_grant_page(collect, random.secret<SealSeed>(), salt, 0, drop);
  EXPECT_EQ(page.address.flags, wire::mailbox_flag::long_kept);
  EXPECT_EQ(page.address.collect_key, SigningKey(page.collect).verify_key());
  EXPECT_EQ(page.address.drop_key, drop);
  EXPECT_EQ(channel_day_address(collect, drop),
            (wire::MailboxAddress{0, SigningKey(collect).verify_key(), drop}));
  // Whoever knows of a reply mailbox can write there.
  EXPECT_EQ(reply_address(drop), (wire::MailboxAddress{0, drop, std::nullopt}));
  const auto list = derive_list_page(random.secret<ListSeed>(), 0);
  EXPECT_EQ(list.address().flags, 0);
  EXPECT_EQ(list.address().drop_key, SigningKey(list.drop).verify_key());
}

TEST_F(ChannelSchedule, StatesTheDaysThatTheGroupDerives) {
  SeededRandom random(2);
  auto secret = random.secret<PostDaySecret>();
  const auto days = state_days(secret);
  ASSERT_EQ(days.size(), limits::channel_days);
  std::set<VerifyKey> keys;
  for (const ChannelDayStatement& day : days) {
    const auto mine = derive_post_day(secret);
    EXPECT_EQ(day.drop, SigningKey(mine.drop).verify_key());
    EXPECT_EQ(day.reply, SigningKey(mine.reply_collect).verify_key());
    EXPECT_EQ(day.reply_seal, seal_key(mine.reply_seal));
    keys.insert({day.drop, day.reply});
    secret = next_post_day(secret);
  }
  EXPECT_EQ(keys.size(), 2 * limits::channel_days);
}

TEST_F(ChannelSchedule, GivesEveryPageTagAndChangeKeysOfItsOwn) {
  SeededRandom random(3);
  const auto collect = random.secret<SigningSeed>();
  const auto seal = random.secret<SealSeed>();
  const auto tag_key = random.fixed<TagKey>();
  const auto root = random.secret<RootSeed>();
  const Bytes other_salt(32, 6);
  std::set<std::string> seen;
  std::size_t made = 0;
  const auto note = [&](const std::string& value) {
    seen.insert(value);
    ++made;
  };
  for (const Bytes& with : {salt, other_salt}) {
    for (const std::uint32_t number : {1u, 2u}) {
      const auto page = derive_grant_page(collect, seal, with, number, {});
      note(hex_of(page.collect));
      note(hex_of(page.seal));
      note(testing::hex(grant_tag(tag_key, channel, number, with)));
      note(hex_of(derive_ctl_drop(root, channel, number, with)));
      note(hex_of(derive_grant_page_drop(root, channel, number, with)));
    }
  }
  EXPECT_EQ(seen.size(), made);
}

}  // namespace
}  // namespace porchlight::client
