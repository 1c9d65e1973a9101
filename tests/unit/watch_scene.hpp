// Facts for tests of the board: sightings, alerts, requests and warnings without a core.
#pragma once

#include "client/cli/watch_desk.hpp"
#include "tests/unit/client_core_relay.hpp"

namespace porchlight::client {

inline constexpr TimePoint watch_now{std::chrono::hours(500'000)};

struct WatchScene {
  WatchScene() {
    facts.now = watch_now;
    facts.relay.up = facts.relay.tried = true;
    facts.relay.since = watch_now - std::chrono::minutes(20);
    WatchFacts::Group& group = facts.groups.emplace_back();
    group.view.id = random_.fixed<GroupId>();
    group.view.name = "dispatch";
  }

  MessageView& message(const std::string& who, int minutes_ago) {
    MessageView& view = facts.groups[0].messages.emplace_back();
    view.id = random_.fixed<MessageId>();
    view.body.set_id(view.id.str());
    view.sender_name = who;
    view.sent = view.received = watch_now - std::chrono::minutes(minutes_ago);
    return view;
  }
  MessageId report(const std::string& where, int minutes_ago) {
    MessageView& view = message("Wren", minutes_ago);
    view.body.mutable_sighting()->set_location(where);
    view.body.mutable_sighting()->set_activity("two vans");
    return view.id;
  }
  wire::Verification& about(const MessageId& id, const std::string& who, int minutes_ago) {
    auto& verification = *message(who, minutes_ago).body.mutable_verification();
    verification.set_sighting(id.str());
    return verification;
  }
  void confirm(const MessageId& id) {
    about(id, "Ana", 1).mutable_outcome()->set_kind(wire::OUTCOME_CONFIRMED);
  }
  /// Of a channel with so many who answered and who are silent.
  MessageId alert(std::size_t answered, std::size_t silent) {
    WatchFacts::Channel& channel = facts.channels.emplace_back();
    channel.eye.channel.id = random_.fixed<GroupId>();
    channel.eye.channel.name = "pickup";
    channel.eye.channel.side = ChannelView::Side::group;
    channel.eye.channel.people = answered + silent;
    channel.eye.now = watch_now;
    MessageView& view = channel.messages.emplace_back();
    view.id = random_.fixed<MessageId>();
    view.body.set_id(view.id.str());
    view.voice = MessageView::Voice::channel;
    view.sent = watch_now - std::chrono::minutes(6);
    wire::Alert& body = *view.body.mutable_alert();
    body.add_wordings()->set_text("Use the north gate");
    body.set_urgency(wire::URGENCY_NOW);
    body.add_answers("on my way");
    channel.eye.alerts = make_alerts(channel.messages);
    AlertCount& count = channel.counts[view.id];
    count.answers.push_back({"on my way", std::vector<std::string>(answered, "Dan")});
    count.silent.assign(silent, "Eve");
    return view.id;
  }
  void warn(const std::string& id) {
    facts.warnings.push_back({WarningView::Kind::clock, watch_now, "This clock is fast.", id});
  }

  WatchFacts made() const {
    WatchFacts whole = facts;
    for (auto& group : whole.groups) group.board = make_board(group.messages);
    return whole;
  }
  WatchModel model() const { return make_watch_model(made()); }

  WatchFacts facts;

 private:
  SeededRandom random_{11};
};

inline WatchKey typed(char c) { return {WatchKey::Kind::character, std::string(1, c)}; }
inline WatchKey pressed(WatchKey::Kind kind) { return {kind, ""}; }

}  // namespace porchlight::client
