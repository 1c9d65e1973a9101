// A channel without any mailbox or group, for tests of what a channel's keys and messages are:
// epoch 0 and the epoch after it, as a lead made them.
#pragma once

#include "client/core/channel_epoch.hpp"
#include "client/core/codec.hpp"
#include "client/core/grants.hpp"
#include "proto/base/limits.hpp"
#include "proto/wire/channel.pb.h"
#include "proto/wire/signed.hpp"
#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {

struct ChannelScene {
  static constexpr std::uint32_t today = 20'004;

  ChannelScene() { crypto_init(); }

  PostKeys draw_post() { return derive_post(random.secret<PostSecret>()); }
  ChannelEpochPlan plan(std::uint32_t day = today, std::uint32_t grants = 64) {
    return {"north side", day, random.fixed<ChannelSalt>(), fresh_commit(fresh.reveal()), grants};
  }
  MadeChannelEpoch found() { return found_channel(plan(), root, post); }
  MadeChannelEpoch follow(const ChannelHead& before, std::uint32_t day = today) {
    return make_channel_epoch(before, plan(day), root, root, post);
  }
  static ChannelHead head_of(const MadeChannelEpoch& made) {
    return *read_kept_channel_epoch(made.signed_epoch);
  }
  /// An epoch with something different in it, signed by `signer`.
  template <class Change>
  static Bytes changed(const MadeChannelEpoch& made, const SigningSeed& signer, Change change) {
    wire::ChannelEpochBody body;
    EXPECT_TRUE(parse(body, wire::parse_signed(made.signed_epoch)->body));
    change(body);
    return wire::make_signed(wire::label::channel_epoch, serialise(body), SigningKey(signer));
  }

  SeededRandom random{77};
  const RootSeed root = random.secret<RootSeed>();
  const RootSeed other_root = random.secret<RootSeed>();
  const Fresh fresh = random.secret<Fresh>();
  const PostKeys post = draw_post();
};

}  // namespace porchlight::client
