// Messages of a group or a channel, as they are kept.
#include "client/core/messages.hpp"

#include <gtest/gtest.h>

#include "tests/unit/client_core_relay.hpp"

namespace porchlight::client {
namespace {

using Voice = MessageView::Voice;

class StoredMessages : public ::testing::Test {
 protected:
  StoredMessage said(Voice voice, std::uint64_t seq) {
    StoredMessage message;
    message.sender = random.fixed<VerifyKey>();
    message.id = random.fixed<MessageId>();
    message.order = {0, 20'004, seq};
    message.voice = voice;
    return message;
  }
  std::size_t count(Voice voice) const {
    return static_cast<std::size_t>(std::ranges::count(
        messages.list(channel), voice, [](const StoredMessage* m) { return m->voice; }));
  }

  SeededRandom random{5};
  Journal journal;
  Messages messages{journal};
  const GroupId channel = random.fixed<GroupId>();
};

TEST_F(StoredMessages, OfALargeAudienceLeaveRoomForTheAlertsTheyAnswer) {
  for (std::uint64_t seq = 1; seq <= 3; ++seq) messages.add(channel, said(Voice::channel, seq));
  StoredMessage mine = said(Voice::person, 0);
  const StoredMessage kept = mine;
  messages.queue(channel, std::move(mine));
  constexpr std::uint64_t last = 3 + 4 * limits::audience_max;
  for (std::uint64_t seq = 4; seq <= last; ++seq) messages.add(channel, said(Voice::person, seq));

  EXPECT_EQ(count(Voice::channel), 3u);
  EXPECT_NE(messages.find(channel, kept.sender, kept.id), nullptr);
  // All of the largest audience answered, and are counted; the oldest that went are gone for good.
  EXPECT_GE(count(Voice::person), 3 * limits::audience_max);
  EXPECT_LT(count(Voice::person), 4 * limits::audience_max);
  const auto all = messages.list(channel);
  EXPECT_EQ(all[all.size() - 2]->order.seq, last);
  std::size_t kept_records = 0;
  for (const Write& write : journal.drain().writes) kept_records += write.value.has_value();
  EXPECT_EQ(kept_records, all.size());
}

TEST_F(StoredMessages, ThatAreQueuedStandInTheirOwnOrder) {
  std::vector<MessageId> queued;
  for (int i = 0; i < 5; ++i) {
    messages.add(channel, said(Voice::channel, 10 - static_cast<std::uint64_t>(i)));
    StoredMessage mine = said(Voice::person, 0);
    queued.push_back(mine.id);
    messages.queue(channel, std::move(mine));
  }
  std::vector<MessageId> shown;
  for (const StoredMessage* message : messages.queued(channel)) shown.push_back(message->id);
  EXPECT_EQ(shown, queued);
}

}  // namespace
}  // namespace porchlight::client
