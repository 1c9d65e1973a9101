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
    for (const char* name : {"Ana", "Ben", "Cleo"}) {
      const bool me = group.view.members.empty();
      group.view.members.push_back({random_.fixed<VerifyKey>(), name, wire::ROLE_MEMBER, me});
    }
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
  /// A message of Ana (0, this member), Ben (1) or Cleo (2).
  MessageView& said_by(std::size_t member, int minutes_ago) {
    const MemberView who = facts.groups[0].view.members.at(member);
    MessageView& view = message(who.name, minutes_ago);
    view.sender = who.identity;
    view.mine = who.me;
    return view;
  }
  /// By Ben, of everybody.
  MessageId call(int minutes_ago) {
    MessageView& view = said_by(1, minutes_ago);
    std::vector<VerifyKey> people;
    for (const MemberView& member : facts.groups[0].view.members) people.push_back(member.identity);
    porchlight::client::ask(people, *view.body.mutable_roll_call());
    return view.id;
  }
  MessageView& answer(const MessageId& call, std::size_t member, wire::RollCallAnswerKind kind) {
    MessageView& view = said_by(member, 0);
    view.body.mutable_roll_call_answer()->set_roll_call(call.str());
    view.body.mutable_roll_call_answer()->set_kind(kind);
    return view;
  }
  /// For an hour, beginning so many minutes ago.
  MessageId shift(int minutes_ago) {
    MessageView& view = said_by(1, 300);
    wire::Shift& body = *view.body.mutable_shift();
    body.set_site("Lincoln");
    body.set_post("north gate");
    const auto start = wire::unix_minute(watch_now - std::chrono::minutes(minutes_ago));
    body.set_start_minute(start);
    body.set_end_minute(start + 60);
    body.set_min_people(1);
    body.set_max_people(3);
    return view.id;
  }
  void act(const MessageId& shift, std::size_t member, wire::ShiftActKind kind, int minutes_ago) {
    MessageView& view = said_by(member, minutes_ago);
    view.body.set_sent_minute(wire::unix_minute(view.sent));
    view.body.mutable_shift_act()->set_shift(shift.str());
    view.body.mutable_shift_act()->set_kind(kind);
  }
  void request() {
    facts.requests.push_back({"7QK",
                              "Dan",
                              "Dan from the school",
                              "dispatch",
                              watch_now,
                              {"maple", "orbit", "tin", "sofa", "jade", "rust"}});
  }
  void warn(const std::string& id) {
    facts.warnings.push_back({WarningView::Kind::clock, watch_now, "This clock is fast.", id});
  }

  WatchFacts made() const {
    WatchFacts whole = facts;
    for (auto& group : whole.groups) {
      group.board = make_board(group.messages);
      group.shifts = make_shifts(group.messages);
      std::vector<KnownPerson> known;
      for (const MemberView& each : group.view.members) {
        known.push_back({each.identity, each.name});
      }
      for (const RollCallView& call : make_roll_calls(group.messages)) {
        group.calls.push_back({{group.view, call}, count_answers(call, known)});
      }
    }
    return whole;
  }
  WatchModel model() const { return make_watch_model(made()); }

  WatchFacts facts;

 private:
  SeededRandom random_{11};
};

inline WatchKey typed(char c) { return {WatchKey::Kind::character, std::string(1, c)}; }
inline WatchKey pressed(WatchKey::Kind kind) { return {kind, ""}; }

/// Types `text`; what was ordered last, if anything.
inline std::optional<WatchOrder> type(WatchDesk& desk, std::string_view text) {
  std::optional<WatchOrder> order;
  for (const char c : text) {
    auto next = c == '\n'     ? desk.on_key(pressed(WatchKey::Kind::enter))
                : c == '\x1b' ? desk.on_key(pressed(WatchKey::Kind::escape))
                              : desk.on_key(typed(c));
    if (next) order = std::move(next);
  }
  return order;
}

}  // namespace porchlight::client
