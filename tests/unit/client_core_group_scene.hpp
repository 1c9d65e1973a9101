// Three people in a group, for tests of what they say and of who is in.
#pragma once

#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {

/// Ana leads; Ben and Cleo are in.
struct GroupScene {
  GroupScene() {
    group = found(ana, relay);
    bring_in(ana, ben, group, "Ben");
    bring_in(ana, cleo, group, "Cleo");
    ben.sync();
  }
  void sync_all() {
    for (int round = 0; round < 2; ++round) {
      for (Device* device : everybody()) device->sync();
    }
  }
  std::vector<Device*> everybody() { return {&ana, &ben, &cleo}; }
  void expect_no_warnings() {
    for (Device* device : everybody()) {
      for (const auto& warning : device->core().warnings()) ADD_FAILURE() << warning.text;
    }
  }
  /// The page among what the relay has got since, which is not to be had from now on: where it lay,
  /// and what lay there.
  std::pair<MailboxId, std::map<std::uint64_t, Bytes>> lose_page_since(
      const std::set<MailboxId>& before) {
    std::pair<MailboxId, std::map<std::uint64_t, Bytes>> lost;
    for (const MailboxId& id : relay.mailboxes()) {
      auto& mailbox = relay.mailbox(id);
      if (before.contains(id) || mailbox.empty()) continue;
      if (mailbox.begin()->second.size() != limits::envelope_sizes_bytes[1]) continue;
      lost = {id, std::exchange(mailbox, {})};
    }
    EXPECT_FALSE(lost.second.empty());
    return lost;
  }
  /// Ana's rekey is stored, and its page, which all need, is lost.
  std::pair<MailboxId, std::map<std::uint64_t, Bytes>> rekey_and_lose_page() {
    const auto before = relay.mailboxes();
    EXPECT_TRUE(ana.core().rekey(group, ana.now()).ok());
    ana.keep();
    ana.sync();
    return lose_page_since(before);
  }
  std::uint32_t epoch(Device& device) { return device.core().group("dispatch")->epoch; }

  MemoryRelay relay;
  Device ana{relay, 2};
  Device ben{relay, 3};
  Device cleo{relay, 4};
  GroupId group;
};

}  // namespace porchlight::client
