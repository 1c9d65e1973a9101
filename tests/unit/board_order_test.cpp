// Boards converge: whatever people and hostile members say, and in whatever order it arrives,
// devices that hold the same messages show the same.
#include <gtest/gtest.h>

#include "client/core/messages.hpp"
#include "tests/unit/board_maker.hpp"

namespace porchlight::client {
namespace {

using Standing = SightingView::Standing;

class Rehearsal {
 public:
  explicit Rehearsal(std::uint64_t seed) : random_(seed) {}

  std::uint32_t below(std::size_t bound) {
    return static_cast<std::uint32_t>(random_.below(bound));
  }

  /// Everything that members can say, and what only somebody hostile would: about what is not
  /// there, by others' ids, in circles.
  std::vector<StoredMessage> say_much(std::size_t count) {
    std::vector<StoredMessage> all;
    for (std::size_t i = 0; i < count; ++i) {
      StoredMessage message;
      message.sender = BoardMaker::key_of(std::string(1, static_cast<char>('A' + below(4))));
      const bool copies_an_id = !ids_.empty() && below(20) == 0;
      message.id = copies_an_id ? any_id() : random_.fixed<MessageId>();
      message.body.set_id(message.id.str());
      message.order = {1 + below(2), 100 + below(2), 1 + i};
      message.ends = TimePoint::max();
      fill(message.body);
      ids_.push_back(message.id);
      all.push_back(std::move(message));
    }
    return all;
  }

  std::vector<StoredMessage> shuffled(std::vector<StoredMessage> all) {
    for (std::size_t i = all.size(); i > 1; --i) std::swap(all[i - 1], all[below(i)]);
    return all;
  }

 private:
  MessageId any_id() { return ids_[below(ids_.size())]; }
  /// Of something said before, mostly.
  std::string some_id() {
    return ids_.empty() || below(15) == 0 ? random_.fixed<MessageId>().str() : any_id().str();
  }
  void fill(wire::Body& body) {
    const std::uint32_t kind = below(10);
    if (kind < 3) {
      body.mutable_sighting()->set_activity(std::to_string(below(1000)));
      if (below(3) == 0) body.set_supersedes(some_id());
    } else if (kind < 4) {
      body.mutable_retraction()->set_message(some_id());
    } else {
      verify(*body.mutable_verification());
    }
  }
  void verify(wire::Verification& verification) {
    verification.set_sighting(some_id());
    switch (below(6)) {
      case 0:
        verification.mutable_claim()->set_eta_minutes(below(30));
        break;
      case 1:
        verification.mutable_claim()->set_over(some_id());
        break;
      case 2:
        verification.mutable_release();
        break;
      case 3:
        verification.mutable_closure()->set_note("over");
        break;
      case 4:
        verification.mutable_outcome()->set_kind(
            static_cast<wire::OutcomeKind>(wire::OUTCOME_CONFIRMED + below(4)));
        break;
      default:
        verification.mutable_outcome()->set_kind(wire::OUTCOME_DUPLICATE);
        verification.mutable_outcome()->set_duplicate_of(some_id());
    }
  }

  SeededRandom random_;
  std::vector<MessageId> ids_;
};

/// As a device holds them that got them in this order.
Board board_of(std::span<const StoredMessage> arriving) {
  Journal journal;
  Messages held(journal);
  const GroupId group{};
  for (const StoredMessage& message : arriving) held.add(group, message);
  std::vector<MessageView> views;
  for (const StoredMessage* message : held.list(group)) {
    MessageView view;
    view.id = message->id;
    view.sender = message->sender;
    view.sender_name = std::string(1, static_cast<char>(message->sender.view()[0]));
    view.body = message->body;
    views.push_back(std::move(view));
  }
  return make_board(views);
}

std::string describe(const Board& board) {
  std::string text;
  const auto add = [&](const std::string& part) { text += part + "|"; };
  for (const SightingView& view : board.sightings) {
    add(view.short_id);
    add(view.id.str());
    add(view.report.sender.str());
    add(view.report.body.SerializeAsString());
    add(std::to_string(static_cast<int>(view.standing)));
    add(view.claim ? view.claim->id.str() + view.claim->by.str() : "-");
    add(view.claimed_by.value_or("-") + std::to_string(view.eta_minutes.value_or(0)));
    add(view.outcome ? view.outcome->SerializeAsString() : "-");
    add(view.outcome_by.value_or("-") + view.closing_note.value_or("-"));
    add(view.folded_into ? view.folded_into->str() : "-");
    for (const MessageId& id : view.duplicates) add(id.str());
    for (const MessageId& id : view.corrections) add(id.str());
    add(view.taken_back ? "taken back" : "stands");
  }
  for (const auto& [sender, id] : board.taken_back) add(sender.str() + id.str());
  return text;
}

/// What holds of every board, whoever said what.
void expect_sound(const Board& board) {
  std::set<MessageId> seen;
  for (const SightingView& view : board.sightings) {
    EXPECT_TRUE(seen.insert(view.id).second) << "twice";
    EXPECT_TRUE(view.standing != Standing::claimed || view.claim.has_value());
    EXPECT_EQ(view.claim.has_value(), view.claimed_by.has_value());
    EXPECT_EQ(view.taken_back, board.is_taken_back(view.report));
    EXPECT_TRUE(!view.taken_back || view.standing == Standing::closed);
    const SightingView& original = board.original(view);
    EXPECT_FALSE(original.folded_into) << "folded under what is folded";
    EXPECT_EQ(&original == &view, !view.folded_into.has_value());
    EXPECT_TRUE(!view.folded_into || view.standing == Standing::dismissed ||
                view.standing == Standing::closed);
    for (const MessageId& duplicate : view.duplicates) {
      EXPECT_EQ(board.find_id(duplicate)->folded_into, view.id);
    }
  }
}

TEST(Board, IsTheSameWhateverOrderTheMessagesArriveIn) {
  std::size_t claimed = 0;
  std::size_t folded = 0;
  std::size_t corrected = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    Rehearsal rehearsal(seed);
    const auto all = rehearsal.say_much(20 + rehearsal.below(80));
    const Board first = board_of(all);
    expect_sound(first);
    const std::string expected = describe(first);
    for (int turn = 0; turn < 6; ++turn) {
      ASSERT_EQ(describe(board_of(rehearsal.shuffled(all))), expected) << "seed " << seed;
    }
    // Some come twice, as after a break of the connection.
    auto twice = rehearsal.shuffled(all);
    twice.insert(twice.end(), all.begin(), all.begin() + 10);
    ASSERT_EQ(describe(board_of(twice)), expected) << "seed " << seed;
    for (const SightingView& view : first.sightings) {
      claimed += view.standing == Standing::claimed;
      folded += view.folded_into.has_value();
      corrected += !view.corrections.empty();
    }
  }
  // Otherwise nothing was tried.
  EXPECT_GT(claimed, 20u);
  EXPECT_GT(folded, 20u);
  EXPECT_GT(corrected, 20u);
}

TEST(Board, ConvergesOverEveryOrderOfTwoClaimsATakeoverAndARelease) {
  BoardMaker maker;
  const MessageId id = maker.report();
  const MessageId first = maker.claim(id, "A");
  maker.claim(id, "B");
  maker.take_over(id, "B", first);
  maker.release(id, "A");
  std::vector<StoredMessage> all;
  for (const MessageView& view : maker.messages) {
    StoredMessage message;
    message.sender = view.sender;
    message.id = view.id;
    message.body = view.body;
    message.order = {1, 100, all.size() + 1};
    message.ends = TimePoint::max();
    all.push_back(std::move(message));
  }
  const std::string expected = describe(board_of(all));
  std::vector<std::size_t> places{0, 1, 2, 3, 4};
  do {
    std::vector<StoredMessage> arriving;
    for (const std::size_t place : places) arriving.push_back(all[place]);
    ASSERT_EQ(describe(board_of(arriving)), expected);
  } while (std::next_permutation(places.begin(), places.end()));
  EXPECT_EQ(board_of(all).sightings.front().claimed_by, "B");
}

}  // namespace
}  // namespace porchlight::client
