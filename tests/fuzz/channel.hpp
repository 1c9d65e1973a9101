// A channel that is the same in every run, for targets that need a signature of its root or of its
// post key to get anywhere.
#pragma once

#include "client/core/channel_epoch.hpp"
#include "client/core/grants.hpp"
#include "tests/fuzz/people.hpp"

namespace porchlight::client::fuzz {

struct Channel {
  static constexpr std::uint32_t day = 20'000;

  ChannelEpochPlan plan() const {
    return {"north side", day, filled<ChannelSalt>(0x5a),
            fresh_commit(filled<Fresh>(0x66).reveal()), 64};
  }

  RootSeed root = filled<RootSeed>(0x72);
  RootSeed other_root = filled<RootSeed>(0x6f);
  VerifyKey root_key = SigningKey(root).verify_key();
  PostKeys post = derive_post(filled<PostSecret>(0x70));
  MadeChannelEpoch first = found_channel(plan(), root, post);
  MadeChannelEpoch next = make_channel_epoch(first.head, plan(), root, root, post);
};

}  // namespace porchlight::client::fuzz
