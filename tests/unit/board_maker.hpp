// Messages of a group as they are agreed on, for tests of what is shown of them.
#pragma once

#include "client/core/board.hpp"
#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {

class BoardMaker {
 public:
  MessageId report(const std::string& who = "Ben", const std::string& activity = "a van") {
    MessageView& message = add(who);
    message.body.mutable_sighting()->set_activity(activity);
    return message.id;
  }
  MessageId correct(const MessageId& earlier, const std::string& who, const std::string& activity) {
    const MessageId id = report(who, activity);
    messages.back().body.set_supersedes(earlier.str());
    return id;
  }
  wire::Verification& about(const MessageId& sighting, const std::string& who) {
    MessageView& message = add(who);
    message.body.mutable_verification()->set_sighting(sighting.str());
    return *message.body.mutable_verification();
  }
  MessageId claim(const MessageId& sighting, const std::string& who, std::uint32_t eta = 0) {
    about(sighting, who).mutable_claim()->set_eta_minutes(eta);
    return messages.back().id;
  }
  MessageId take_over(const MessageId& sighting, const std::string& who, const MessageId& over) {
    about(sighting, who).mutable_claim()->set_over(over.str());
    return messages.back().id;
  }
  void release(const MessageId& sighting, const std::string& who) {
    about(sighting, who).mutable_release();
  }
  MessageId outcome(const MessageId& sighting, wire::OutcomeKind kind,
                    const MessageId& duplicate_of = {}, const std::string& who = "Ana") {
    auto* outcome = about(sighting, who).mutable_outcome();
    outcome->set_kind(kind);
    if (kind == wire::OUTCOME_DUPLICATE) outcome->set_duplicate_of(duplicate_of.str());
    return messages.back().id;
  }
  void close(const MessageId& sighting, const std::string& who = "Ana") {
    about(sighting, who).mutable_closure()->set_note("all left");
  }
  void retract(const MessageId& message, const std::string& who) {
    add(who).body.mutable_retraction()->set_message(message.str());
  }
  Board make() const { return make_board(messages); }
  SightingView view(const MessageId& id) const {
    for (const SightingView& view : make().sightings) {
      if (view.id == id) return view;
    }
    ADD_FAILURE() << "no such sighting";
    return {};
  }
  /// Each name is somebody of their own.
  static VerifyKey key_of(const std::string& who) {
    Bytes bytes(VerifyKey::size_bytes, 0);
    std::copy_n(who.begin(), std::min(who.size(), bytes.size()), bytes.begin());
    return *VerifyKey::from(bytes);
  }
  std::vector<MessageView> messages;

 private:
  MessageView& add(const std::string& who) {
    MessageView& message = messages.emplace_back();
    message.id = random_.fixed<MessageId>();
    message.sender = key_of(who);
    message.sender_name = who;
    message.body.set_id(message.id.str());
    return message;
  }
  SeededRandom random_{5};
};

}  // namespace porchlight::client
