// Epochs of a channel: what follows is judged from the epoch before and the envelope's hour alone.
#include "client/core/channel_epoch.hpp"

#include <gtest/gtest.h>

#include "proto/wire/envelope.hpp"
#include "proto/wire/group.pb.h"
#include "tests/unit/channel_scene.hpp"

namespace porchlight::client {
namespace {

using Kind = ChannelJudgement::Kind;
using Body = wire::ChannelEpochBody;

class ChannelEpoch : public ::testing::Test, protected ChannelScene {
 protected:
  template <class Change>
  Kind judge_changed(Change change) {
    return judge_channel_epoch(first.head, changed(next, root, change), today).kind;
  }
  Kind judge(const MadeChannelEpoch& made, std::uint32_t seq_day = today) const {
    return judge_channel_epoch(first.head, made.signed_epoch, seq_day).kind;
  }

  const MadeChannelEpoch first = found();
  const MadeChannelEpoch next = follow(first.head);
};

void expect_alike(const ChannelHead& a, const ChannelHead& b) {
  EXPECT_EQ(a.channel, b.channel);
  EXPECT_EQ(a.number, b.number);
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.day, b.day);
  EXPECT_EQ(a.salt, b.salt);
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.root, b.root);
  EXPECT_EQ(a.post, b.post);
  EXPECT_EQ(a.fresh_commit, b.fresh_commit);
  EXPECT_EQ(a.grants, b.grants);
  EXPECT_EQ(a.ctl_drop, b.ctl_drop);
  EXPECT_EQ(a.page_drop, b.page_drop);
  ASSERT_EQ(a.days.size(), b.days.size());
  for (std::size_t i = 0; i < a.days.size(); ++i) {
    EXPECT_EQ(a.days[i].drop, b.days[i].drop);
    EXPECT_EQ(a.days[i].reply, b.days[i].reply);
    EXPECT_EQ(a.days[i].reply_seal, b.days[i].reply_seal);
  }
}

TEST_F(ChannelEpoch, SaysWhatItsAuthorMeant) {
  const auto judged = judge_channel_epoch(first.head, next.signed_epoch, today);
  ASSERT_EQ(judged.kind, Kind::valid);
  EXPECT_TRUE(judged.by_root);
  expect_alike(*judged.head, next.head);
  EXPECT_EQ(next.head.number, 1u);
  EXPECT_EQ(next.head.channel, channel_id(SigningKey(root).verify_key()));
  EXPECT_EQ(
      next.head.ctl_drop,
      SigningKey(derive_ctl_drop(root, next.head.channel, 1, next.head.salt.view())).verify_key());
  expect_alike(*read_channel_epoch(next.signed_epoch, first.head.root), next.head);
  expect_alike(head_of(next), next.head);
  expect_alike(*read_channel_epoch(first.signed_epoch, first.head.root), first.head);
  EXPECT_EQ(first.head.grants, 0u);
  const Bytes body = wire::parse_signed(next.signed_epoch)->body;
  EXPECT_EQ(next.head.id, hash<EpochId>("channel epoch", {body}));
}

TEST_F(ChannelEpoch, StatesDaysFromItsOwnOn) {
  const ChannelHead& head = next.head;
  EXPECT_EQ(head.find_day(today - 1), nullptr);
  EXPECT_EQ(head.find_day(today), &head.days.front());
  EXPECT_EQ(head.find_day(today + limits::channel_days - 1), &head.days.back());
  EXPECT_EQ(head.find_day(today + limits::channel_days), nullptr);
  EXPECT_EQ(head.find_day(UINT32_MAX), nullptr);
}

TEST_F(ChannelEpoch, FitsTheSmallestEnvelopeWithTheLongestName) {
  ChannelEpochPlan longest = plan(today, 16'384);
  longest.name = std::string(limits::name_bytes_max, 'n');
  const auto made = make_channel_epoch(first.head, longest, root, root, post);
  wire::ControlMessage control;
  control.set_epoch(to_string(made.signed_epoch));
  EXPECT_EQ(wire::seal_envelope(seal_key(random.secret<SealSeed>()), serialise(control))->size(),
            limits::envelope_sizes_bytes[0]);
}

TEST_F(ChannelEpoch, IsValidOnlyWithTheSignatureOfTheRootBeforeIt) {
  const auto keep = [](Body&) {};
  const Bytes by_other = changed(next, other_root, keep);
  EXPECT_EQ(judge_channel_epoch(first.head, by_other, today).kind, Kind::invalid);
  EXPECT_FALSE(judge_channel_epoch(first.head, by_other, today).by_root);
  EXPECT_EQ(read_channel_epoch(by_other, first.head.root).error().code, Errc::not_authentic);
  Bytes torn = next.signed_epoch;
  torn.back() ^= 1;
  EXPECT_EQ(judge_channel_epoch(first.head, torn, today).kind, Kind::invalid);
  // Signed as something else.
  const Bytes body = wire::parse_signed(next.signed_epoch)->body;
  const Bytes other_label = wire::make_signed(wire::label::epoch, body, SigningKey(root));
  EXPECT_EQ(judge_channel_epoch(first.head, other_label, today).kind, Kind::invalid);
}

TEST_F(ChannelEpoch, IsValidOnlyRightAfterTheOneItNames) {
  EXPECT_EQ(judge_channel_epoch(next.head, next.signed_epoch, today).kind, Kind::invalid);
  const auto after_next = follow(next.head);
  EXPECT_EQ(judge(after_next), Kind::invalid);
  EXPECT_EQ(judge_changed([](Body& body) { body.set_number(2); }), Kind::invalid);
  EXPECT_EQ(judge_changed([](Body& body) { body.set_number(0); }), Kind::invalid);
  EXPECT_EQ(judge_changed([&](Body& body) { body.set_prev_id(next.head.id.str()); }),
            Kind::invalid);
  EXPECT_EQ(judge_changed([](Body& body) { body.set_channel_id(std::string(32, 'c')); }),
            Kind::invalid);
  // The last number has no next one.
  ChannelHead last = first.head;
  last.number = UINT32_MAX;
  EXPECT_EQ(
      judge_channel_epoch(last, changed(next, root, [](Body& body) { body.set_number(0); }), today)
          .kind,
      Kind::invalid);
}

TEST_F(ChannelEpoch, KeepsToTheRulesOfDays) {
  EXPECT_EQ(judge(next, today - 1), Kind::valid);
  EXPECT_EQ(judge(next, today - 2), Kind::invalid);
  EXPECT_EQ(judge(next, today + 8), Kind::valid);
  EXPECT_EQ(judge(next, today + 9), Kind::invalid);
  EXPECT_EQ(judge_changed([](Body& body) { body.set_day(today - 1); }), Kind::invalid);
  const auto far = [&](std::uint32_t days) {
    return judge(follow(first.head, today + days), today + days);
  };
  EXPECT_EQ(far(3'660), Kind::valid);
  EXPECT_EQ(far(3'661), Kind::invalid);
}

TEST_F(ChannelEpoch, IsRefusedWithASizeANameOrACountThatCannotBe) {
  const auto with = [&](auto change) { return judge_changed(change); };
  EXPECT_EQ(with([](Body& body) { body.set_salt("short"); }), Kind::invalid);
  EXPECT_EQ(with([](Body& body) { body.clear_post(); }), Kind::invalid);
  EXPECT_EQ(with([](Body& body) { body.clear_fresh_commit(); }), Kind::invalid);
  EXPECT_EQ(with([](Body& body) { body.mutable_days()->resize(13 * 96); }), Kind::invalid);
  EXPECT_EQ(with([](Body& body) { body.mutable_days()->resize(14 * 96 + 1); }), Kind::invalid);
  EXPECT_EQ(with([](Body& body) { body.clear_name(); }), Kind::invalid);
  EXPECT_EQ(with([](Body& body) { body.set_name("north\nside"); }), Kind::invalid);
  for (const std::uint32_t grants : {0u, 1u, 65u, 128u, 16'385u}) {
    EXPECT_EQ(with([&](Body& body) { body.set_grants(grants); }), Kind::invalid) << grants;
  }
  for (const std::uint32_t grants : limits::grant_counts) {
    EXPECT_EQ(with([&](Body& body) { body.set_grants(grants); }), Kind::valid) << grants;
  }
}

TEST_F(ChannelEpoch, IsRefusedWithAKeyThatNobodyHolds) {
  const std::string small_order(32, 0);
  const std::string off_curve(32, 2);
  for (const std::string& key : {small_order, off_curve}) {
    EXPECT_EQ(judge_changed([&](Body& body) { body.set_root(key); }), Kind::invalid);
    EXPECT_EQ(judge_changed([&](Body& body) { body.set_post(key); }), Kind::invalid);
    EXPECT_EQ(judge_changed([&](Body& body) { body.set_ctl_drop(key); }), Kind::invalid);
    EXPECT_EQ(judge_changed([&](Body& body) { body.set_page_drop(key); }), Kind::invalid);
    EXPECT_EQ(judge_changed([&](Body& body) { body.mutable_days()->replace(13 * 96, 32, key); }),
              Kind::invalid);
    EXPECT_EQ(judge_changed([&](Body& body) { body.mutable_days()->replace(32, 32, key); }),
              Kind::invalid);
  }
  const auto sealed_to_nobody = [&](Body& body) {
    body.mutable_days()->replace(64, 32, small_order);
  };
  EXPECT_EQ(judge_changed(sealed_to_nobody), Kind::invalid);
}

TEST_F(ChannelEpoch, OfANewerVersionHaltsTheChannelOnlyWhenTheRootMadeIt) {
  // What else stands in it may be of sizes that are not known here.
  const auto newer = [](Body& body) {
    body.set_suite(2);
    body.set_root("longer than any key of today");
  };
  EXPECT_EQ(judge_changed(newer), Kind::newer);
  const auto by_other = judge_channel_epoch(first.head, changed(next, other_root, newer), today);
  EXPECT_EQ(by_other.kind, Kind::invalid);
  EXPECT_EQ(judge_channel_epoch(next.head, changed(next, root, newer), today).kind, Kind::invalid);
  EXPECT_EQ(read_channel_epoch(changed(next, root, newer), first.head.root).error().code,
            Errc::update_needed);
}

TEST_F(ChannelEpoch, HandsTheChannelToTheRootThatItNames) {
  const auto handed = make_channel_epoch(first.head, plan(), root, other_root, post);
  const auto judged = judge_channel_epoch(first.head, handed.signed_epoch, today);
  ASSERT_EQ(judged.kind, Kind::valid);
  EXPECT_EQ(judged.head->root, SigningKey(other_root).verify_key());
  EXPECT_EQ(judged.head->channel, first.head.channel);
  // The pages of this change are still dropped by who led before, the next change is not.
  EXPECT_EQ(judged.head->page_drop, SigningKey(derive_grant_page_drop(root, first.head.channel, 1,
                                                                      judged.head->salt.view()))
                                        .verify_key());
  const auto after = make_channel_epoch(*judged.head, plan(), other_root, other_root, post);
  EXPECT_EQ(judge_channel_epoch(*judged.head, after.signed_epoch, today).kind, Kind::valid);
  const auto by_old = changed(after, root, [](Body&) {});
  EXPECT_EQ(judge_channel_epoch(*judged.head, by_old, today).kind, Kind::invalid);
}

TEST_F(ChannelEpoch, OfABeginningBelongsToTheRootThatItIsCalledAfter) {
  const auto refused = [&](auto change) {
    const auto read = read_channel_epoch(changed(first, root, change), first.head.root);
    return !read.ok() && read.error().code == Errc::malformed;
  };
  EXPECT_TRUE(refused([](Body& body) { body.set_channel_id(std::string(32, 'c')); }));
  EXPECT_TRUE(refused([](Body& body) { body.set_prev_id(std::string(32, 'p')); }));
  EXPECT_TRUE(refused([](Body& body) { body.set_grants(64); }));
  EXPECT_TRUE(refused([](Body& body) { body.set_fresh_commit(std::string(32, 'f')); }));
  const auto other = SigningKey(other_root).verify_key();
  EXPECT_TRUE(refused([&](Body& body) { body.set_root(other.str()); }));
  // Nobody else can begin the channel of this root.
  const auto taken = changed(first, other_root, [](Body&) {});
  EXPECT_EQ(read_channel_epoch(taken, other).error().code, Errc::malformed);
}

}  // namespace
}  // namespace porchlight::client
