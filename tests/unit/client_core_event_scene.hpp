// Ana, who leads a group and makes event invites, and whoever comes by them.
#pragma once

#include "client/core/codec.hpp"
#include "client/core/join.hpp"
#include "client/core/parcel.hpp"
#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {

struct EventScene {
  explicit EventScene(int enrolls = 30, int sessions = 90) {
    take_operator_invite(ana, relay, enrolls, sessions);
    group = *ana.core().create_group("dispatch", "Ana", ana.now());
    ana.keep();
    ana.sync();
  }
  Result<wire::Link> make(std::uint32_t uses, std::uint32_t auto_approve = 0) {
    auto link = ana.core().create_invite(
        {group, "Evening", wire::ROLE_MEMBER, 3h, uses, auto_approve}, ana.now());
    ana.keep();
    ana.sync();
    return link;
  }
  wire::Link must_make(std::uint32_t uses, std::uint32_t auto_approve = 0) {
    auto link = make(uses, auto_approve);
    EXPECT_TRUE(link.ok()) << (link.ok() ? "" : link.error().what);
    return std::move(link).value();
  }
  Device& newcomer() {
    return *guests.emplace_back(std::make_unique<Device>(relay, 100 + guests.size()));
  }
  Device& asks(const wire::Link& link) {
    Device& device = newcomer();
    ask(device, link, "Guest " + std::to_string(guests.size()));
    return device;
  }
  InviteView view() { return ana.core().invites(ana.now()).at(0); }
  std::size_t members() { return ana.core().group("dispatch")->members.size(); }
  std::map<std::uint64_t, Bytes>& parcel(const wire::Link& link) {
    return relay.mailbox(wire::InviteKeys(link.seed, link.kind()).address().id());
  }
  bool is_in(Device& device) {
    device.sync();
    const auto joined = device.core().group("dispatch");
    return joined.ok() && joined->standing == GroupView::Standing::member;
  }

  MemoryRelay relay;
  Device ana{relay, 2};
  GroupId group;
  std::vector<std::unique_ptr<Device>> guests;
};

/// Requests by an event's link that somebody makes up, without its bundles.
struct CrowdScene : EventScene {
  CrowdScene() : EventScene(30, 90) {}
  void made_up_request(const wire::Link& link, const std::string& name) {
    const wire::InviteKeys keys(link.seed, wire::InviteKind::event);
    if (!offer) {
      offer = std::get<GroupOffer>(
          *open_parcel(parcel(link).begin()->second, keys, relay.address().identity, relay.now));
    }
    const SigningKey identity(random.secret<SigningSeed>());
    const CardKeys card_keys{random.secret<SigningSeed>(), random.secret<SealSeed>()};
    const Bytes bytes = make_join_request(
        {group, offer->inviter.identity, offer->invite, seal_key(random.secret<SealSeed>()),
         make_card(identity, 1, card_keys), name},
        identity, random);
    wire::InboxMessage message;
    message.mutable_join()->set_request(to_string(bytes));
    message.mutable_join()->set_mac(to_string(join_mac(keys.join, bytes).reveal()));
    relay.put(offer->inviter.inbox,
              *wire::seal_envelope(offer->inviter.seal_key, serialise(message)));
  }
  std::optional<GroupOffer> offer;
  SeededRandom random{77};
};

}  // namespace porchlight::client
