// A group with a channel, and people who come into its audience.
#pragma once

#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {

/// Ana leads; Ben and Cleo are in; their channel is "pickup".
struct ChannelScene {
  explicit ChannelScene(int enrolls = 30, int sessions = 120) {
    take_operator_invite(ana, relay, enrolls, sessions);
    group = *ana.core().create_group("dispatch", "Ana", ana.now());
    ana.keep();
    ana.sync();
    bring_in(ana, ben, group, "Ben");
    bring_in(ana, cleo, group, "Cleo");
    const auto made = ana.core().create_channel(group, "pickup", ana.now());
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().what);
    channel = made.ok() ? *made : ChannelId{};
    ana.keep();
    sync_all();
  }
  void sync_all() {
    for (int round = 0; round < 2; ++round) {
      for (Device* device : everybody()) device->sync();
    }
  }
  std::vector<Device*> everybody() {
    std::vector<Device*> all{&ana, &ben, &cleo};
    for (const auto& volunteer : volunteers) all.push_back(volunteer.get());
    return all;
  }
  void expect_no_warnings() { expect_no_warnings_but(nullptr); }
  void expect_no_warnings_but(const Device* one) {
    for (Device* device : everybody()) {
      if (device == one) continue;
      for (const auto& warning : device->core().warnings()) ADD_FAILURE() << warning.text;
    }
  }
  wire::Link invite(const std::string& to = "Gate", std::uint32_t uses = 1,
                    std::chrono::seconds lifetime = 3h) {
    auto link =
        ana.core().create_invite({channel, to, wire::ROLE_AUDIENCE, lifetime, uses}, ana.now());
    EXPECT_TRUE(link.ok()) << (link.ok() ? "" : link.error().what);
    ana.keep();
    ana.sync();
    return std::move(link).value();
  }
  /// From the link to reading, with nobody of the group there.
  Device& follows(const wire::Link& link, const std::string& name) {
    Device& device =
        *volunteers.emplace_back(std::make_unique<Device>(relay, 100 + volunteers.size()));
    ask(device, link, name);
    return device;
  }
  /// Invited, reading and listed.
  Device& volunteer(const std::string& name) {
    Device& device = follows(invite(name), name);
    ana.sync();
    device.sync();
    return device;
  }
  MessageId alert(Device& by, const std::string& text, std::vector<std::string> answers = {}) {
    wire::Body body;
    body.mutable_alert()->set_urgency(wire::URGENCY_NOW);
    body.mutable_alert()->add_wordings()->set_text(text);
    for (std::string& answer : answers) body.mutable_alert()->add_answers(std::move(answer));
    return say(by, std::move(body));
  }
  MessageId say(Device& by, wire::Body body) {
    const auto said = by.core().say(channel, std::move(body), by.now());
    EXPECT_TRUE(said.ok()) << (said.ok() ? "" : said.error().what);
    by.keep();
    by.sync();
    return said.ok() ? *said : MessageId{};
  }
  Status answer(Device& by, const MessageId& alert, const std::string& what) {
    wire::Body body;
    body.mutable_ack()->set_alert(alert.str());
    body.mutable_ack()->set_answer(what);
    const auto said = by.core().say(channel, std::move(body), by.now());
    by.keep();
    if (!said) return said.error();
    relay.now += 60s;  // it waits for a moment
    by.sync();
    return Ok{};
  }
  /// The texts of the alerts that a device shows.
  std::vector<std::string> alerts(Device& device) {
    std::vector<std::string> texts;
    for (const AlertView& view : device.core().alerts(channel, device.now()).alerts) {
      texts.push_back(view.message.body.alert().wordings(0).text());
    }
    return texts;
  }
  /// The channel's newest control mailbox, as one of its audience reads it.
  MailboxId control(Device& reader) {
    std::optional<MailboxId> found;
    for (const Subscription& each : reader.core().subscriptions(Lane::collect, reader.now())) {
      const bool control =
          each.address.has(wire::mailbox_flag::long_kept) && each.address.drop_key.has_value();
      if (control) found = each.address.id();
    }
    EXPECT_TRUE(found.has_value());
    return found.value_or(MailboxId{});
  }
  void remove_from_audience(const std::string& name) {
    const auto removed = ana.core().remove_from_audience(channel, name, ana.now());
    EXPECT_TRUE(removed.ok()) << (removed.ok() ? "" : removed.error().what);
    ana.keep();
    ana.sync();
  }
  /// The relay loses what the others of the audience would follow by.
  void remove_from_audience_and_lose_the_page(const std::string& name) {
    const auto before = relay.mailboxes();
    remove_from_audience(name);
    for (const MailboxId& id : relay.mailboxes()) {
      auto& mailbox = relay.mailbox(id);
      if (before.contains(id) || mailbox.empty()) continue;
      if (mailbox.begin()->second.size() == limits::envelope_sizes_bytes[1]) mailbox.clear();
    }
  }
  std::uint32_t epoch(Device& device) { return device.core().channel("pickup")->epoch; }

  MemoryRelay relay;
  Device ana{relay, 2};
  Device ben{relay, 3};
  Device cleo{relay, 4};
  std::vector<std::unique_ptr<Device>> volunteers;
  GroupId group;
  ChannelId channel;
};

}  // namespace porchlight::client
