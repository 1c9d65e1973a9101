// A small group that is the same in every run, for targets that need somebody's signature to get
// anywhere: what the fuzzer makes is signed by these.
#pragma once

#include "client/core/epoch.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::client::fuzz {

/// The same bytes in every run, so that what was found is found again.
class FixedRandom final : public Random {
 public:
  void fill(std::span<Byte> bytes) override {
    for (Byte& byte : bytes) byte = next_++;
  }

 private:
  Byte next_ = 0;
};

template <class Fixed>
Fixed filled(Byte fill) {
  return *Fixed::from(Bytes(Fixed::size_bytes, fill));
}

struct Person {
  explicit Person(Byte number)
      : identity(filled<SigningSeed>(number)),
        keys{filled<SigningSeed>(number), filled<SealSeed>(number)},
        card(make_card(identity, 1, keys)),
        name("person " + std::to_string(number)) {}

  const VerifyKey& key() const { return identity.verify_key(); }
  JoinRequest request(const GroupId& group, const VerifyKey& inviter) const {
    FixedRandom random;
    const RequestDraft draft{group, inviter, filled<InviteId>(3), seal_key(keys.seal), card, name};
    return verify_join_request(make_join_request(draft, identity, random)).value();
  }

  SigningKey identity;
  CardKeys keys;
  Bytes card;
  std::string name;
};

/// A lead and a member, in epoch 4, and requests of all kinds by others.
struct Group {
  Group() {
    PORCHLIGHT_ASSERT(roster.add(lead.request(id, lead.key()), wire::ROLE_LEAD).ok());
    PORCHLIGHT_ASSERT(roster.add(member.request(id, lead.key()), wire::ROLE_MEMBER).ok());
    for (Byte number = 3; number < 7; ++number) {
      requests.push_back(Person(number).request(id, lead.key()));
    }
    requests.push_back(Person(7).request(id, member.key()));                // by no lead's invite
    requests.push_back(Person(8).request(filled<GroupId>(9), lead.key()));  // to another group
    requests.push_back(lead.request(id, lead.key()));
    requests.push_back(member.request(id, lead.key()));
  }

  /// A request of one byte stands for one of `requests`, as fuzzers cannot sign: fills it in, and
  /// adds it to `after` where that can be.
  void add(std::string& request, wire::Role role, Roster& after) const {
    if (request.size() == 1) {
      request = to_string(requests[static_cast<Byte>(request[0]) % requests.size()].bytes);
    }
    auto verified = verify_join_request(as_bytes(request));
    if (verified.ok()) (void)after.add(std::move(verified).value(), role);
  }

  GroupId id = filled<GroupId>(0x67);
  Person lead{1};
  Person member{2};
  Roster roster;
  EpochHead head{id, 4, filled<EpochId>(0x65), 20'000};
  std::vector<JoinRequest> requests;
};

}  // namespace porchlight::client::fuzz
