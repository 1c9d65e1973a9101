// People, and a group of two, for tests of changes to groups without any mailbox.
#pragma once

#include "client/core/codec.hpp"
#include "client/core/epoch.hpp"
#include "proto/wire/group.pb.h"
#include "proto/wire/signed.hpp"
#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {

inline constexpr std::uint32_t today = 20'004;

struct Person {
  explicit Person(std::uint64_t seed)
      : random(seed),
        identity(random.secret<SigningSeed>()),
        keys{random.secret<SigningSeed>(), random.secret<SealSeed>()},
        card(make_card(identity, 1, keys)) {}
  const VerifyKey& id() const { return identity.verify_key(); }
  JoinRequest request(const GroupId& group, const VerifyKey& inviter) {
    const SealKey one_time = seal_key(random.secret<SealSeed>());
    const Bytes bytes = make_join_request(
        {group, inviter, random.fixed<InviteId>(), one_time, card, "somebody"}, identity, random);
    return *verify_join_request(bytes);
  }
  SeededRandom random;
  SigningKey identity;
  CardKeys keys;
  Bytes card;
};

inline Amendment adding(JoinRequest request) {
  Amendment amendment;
  amendment.additions.push_back({std::move(request), wire::ROLE_MEMBER});
  return amendment;
}

/// A group of Ana (lead) and Ben (member), and Cleo who asks.
struct EpochScene {
  EpochScene() {
    crypto_init();
    const MadeChange founded = found_group(group, "dispatch", ana.request(group, ana.id()), today,
                                           ana.identity, ana.random);
    roster = founded.change.roster;
    head = founded.change.head;
    const MadeChange added =
        make_change(head, roster, "dispatch", adding(ben.request(group, ana.id())), {}, today,
                    ana.identity, ana.random);
    roster = added.change.roster;
    head = added.change.head;
  }
  MadeChange propose(Person& author, std::uint32_t day = today) {
    return make_change(head, roster, "dispatch", adding(cleo.request(group, ana.id())), {}, day,
                       author.identity, author.random);
  }
  Judgement judge(ByteView bytes, std::uint32_t seq_day = today) const {
    return judge_change(head, roster, bytes, seq_day);
  }
  /// Ana's change with something different in it, signed by `signer`.
  template <class Change>
  Judgement judge_changed(Change change, const SigningKey& signer) {
    const MadeChange made = propose(ana);
    wire::EpochBody body;
    EXPECT_TRUE(parse(body, wire::parse_signed(made.signed_epoch)->body));
    change(body);
    return judge(wire::make_signed(wire::label::epoch, serialise(body), signer));
  }
  template <class Change>
  Judgement judge_changed(Change change) {
    return judge_changed(change, ana.identity);
  }

  Person ana{1};
  Person ben{2};
  Person cleo{3};
  Person eve{4};
  GroupId group = ana.random.fixed<GroupId>();
  Roster roster;
  EpochHead head;
};

}  // namespace porchlight::client
