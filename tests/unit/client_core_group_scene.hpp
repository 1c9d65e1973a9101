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
  std::uint32_t epoch(Device& device) { return device.core().group("dispatch")->epoch; }

  MemoryRelay relay;
  Device ana{relay, 2};
  Device ben{relay, 3};
  Device cleo{relay, 4};
  GroupId group;
};

}  // namespace porchlight::client
