// What a group says about its shifts and its library, in the agreed order and in any order of
// arrival, for tests of what is made of it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "client/core/messages.hpp"
#include "tests/unit/client_core_relay.hpp"

namespace porchlight::client {

class Sayings {
 public:
  explicit Sayings(std::uint64_t seed = 5) : random_(seed) {
    crypto_init();
    for (VerifyKey& who : people) who = random_.fixed<VerifyKey>();
  }

  /// The next message in the agreed order, by that one of `people`, at `minute`.
  StoredMessage& say(std::size_t who, std::uint64_t minute) {
    StoredMessage& message = said.emplace_back();
    message.sender = people.at(who);
    message.id = random_.fixed<MessageId>();
    message.order = {0, 20'000, said.size()};
    message.ends = TimePoint::max();
    message.body.set_id(message.id.str());
    message.body.set_sent_minute(minute);
    return message;
  }

  /// As they stand in a vault where they arrived in this order.
  std::vector<MessageView> arriving(const std::vector<StoredMessage>& order) const {
    Journal journal;
    Messages messages(journal);
    for (const StoredMessage& message : order) messages.add(group, message);
    std::vector<MessageView> views;
    for (const StoredMessage* message : messages.list(group)) views.push_back(view_of(*message));
    return views;
  }
  std::vector<MessageView> in_order() const { return arriving(said); }
  std::vector<MessageView> shuffled() {
    std::vector<StoredMessage> order = said;
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[draw(i)]);
    return arriving(order);
  }
  std::size_t draw(std::size_t below) { return static_cast<std::size_t>(random_.below(below)); }

  std::array<VerifyKey, 5> people;
  std::vector<StoredMessage> said;
  GroupId group;

 private:
  MessageView view_of(const StoredMessage& message) const {
    MessageView view;
    view.id = message.id;
    view.sender = message.sender;
    const auto place = std::find(people.begin(), people.end(), message.sender) - people.begin();
    view.sender_name = std::string(1, static_cast<char>('A' + place));
    view.mine = place == 0;
    view.sent = TimePoint(std::chrono::minutes(message.body.sent_minute()));
    view.body = message.body;
    return view;
  }

  SeededRandom random_;
};

}  // namespace porchlight::client
