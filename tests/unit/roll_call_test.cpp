#include "client/core/roll_call.hpp"

#include <gtest/gtest.h>

#include "client/core/bodies.hpp"
#include "client/core/messages.hpp"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

using Place = KnownPerson::Place;

/// What a group says, by people of whom each has a letter.
class Night {
 public:
  VerifyKey person(char letter) const {
    return *VerifyKey::from(std::string(VerifyKey::size_bytes, letter));
  }
  MessageId call(std::string_view asked, std::uint64_t deadline = 0) {
    MessageView& message = add('z');
    std::vector<VerifyKey> people;
    for (const char letter : asked) people.push_back(person(letter));
    ask(people, *message.body.mutable_roll_call());
    message.body.mutable_roll_call()->set_deadline_minute(deadline);
    return message.id;
  }
  MessageView& answer(const MessageId& call, char who, wire::RollCallAnswerKind kind) {
    MessageView& message = add(who);
    message.body.mutable_roll_call_answer()->set_roll_call(call.str());
    message.body.mutable_roll_call_answer()->set_kind(kind);
    return message;
  }
  std::vector<KnownPerson> known(std::string_view letters, Place place = Place::in_group) const {
    std::vector<KnownPerson> people;
    for (const char letter : letters) people.push_back({person(letter), {letter}, place});
    return people;
  }
  RollCallCount count(std::span<const KnownPerson> people) const {
    const auto calls = make_roll_calls(messages);
    EXPECT_EQ(calls.size(), 1u);
    return count_answers(calls.at(0), people);
  }
  std::vector<MessageView> messages;

 private:
  MessageView& add(char who) {
    MessageView& message = messages.emplace_back();
    message.id = random_.fixed<MessageId>();
    message.sender = person(who);
    message.sender_name = {who};
    return message;
  }
  SeededRandom random_{5};
};

/// Everything a person sees of it.
std::string shown(std::span<const MessageView> messages, std::span<const KnownPerson> people) {
  std::string text;
  for (const RollCallView& call : make_roll_calls(messages)) {
    const RollCallCount count = count_answers(call, people);
    text += call.short_id;
    for (const auto& answer : count.answers) text += " " + answer.name + answer.note;
    text += " |";
    for (const auto& answer : count.others) text += " " + answer.name + answer.note;
    text += " |";
    for (const auto& name : count.silent) text += " " + name;
    text += "\n";
  }
  return text;
}

TEST(RollCall, ShowsWhoAnsweredWhatUrgentFirstAndWhoIsSilent) {
  Night night;
  const MessageId call = night.call("abcde");
  night.answer(call, 'a', wire::ROLL_CALL_OK);
  night.answer(call, 'c', wire::ROLL_CALL_URGENT);
  night.answer(call, 'b', wire::ROLL_CALL_NEED_HELP);
  const auto people = night.known("abcdez");
  const RollCallCount count = night.count(people);
  ASSERT_EQ(count.answers.size(), 3u);
  EXPECT_EQ(count.answers[0].name, "c");
  EXPECT_EQ(count.answers[1].name, "b");
  EXPECT_EQ(count.answers[2].name, "a");
  EXPECT_EQ(count.count(wire::ROLL_CALL_URGENT), 1u);
  EXPECT_EQ(count.silent, (std::vector<std::string>{"d", "e"}));
  EXPECT_TRUE(count.others.empty());
}

TEST(RollCall, TakesTheLastAnswerOfEverybody) {
  Night night;
  const MessageId call = night.call("a");
  night.answer(call, 'a', wire::ROLL_CALL_URGENT);
  night.answer(call, 'a', wire::ROLL_CALL_OK);
  const auto people = night.known("a");
  EXPECT_EQ(night.count(people).count(wire::ROLL_CALL_OK), 1u);
  EXPECT_EQ(night.count(people).answers.size(), 1u);
}

TEST(RollCall, ShowsWhoWasNotAskedApart) {
  Night night;
  const MessageId call = night.call("a");
  night.answer(call, 'b', wire::ROLL_CALL_URGENT);
  const auto people = night.known("ab");
  const RollCallCount count = night.count(people);
  ASSERT_EQ(count.others.size(), 1u);
  EXPECT_EQ(count.others[0].name, "b");
  EXPECT_EQ(count.silent, std::vector<std::string>{"a"});
}

TEST(RollCall, NamesWhoHasLeftWhereThatIsKnownAndCountsTheOthers) {
  Night night;
  night.call("abcd");
  auto people = night.known("a");
  for (const KnownPerson& person : night.known("ab", Place::elsewhere)) people.push_back(person);
  const RollCallCount count = night.count(people);
  EXPECT_EQ(count.silent, std::vector<std::string>{"a"});  // in the group, whatever else they are
  EXPECT_EQ(count.left, std::vector<std::string>{"b"});
  EXPECT_EQ(count.left_unknown, 2u);
}

TEST(RollCall, IsTheSameWhateverOrderItCameIn) {
  Night night;
  const MessageId first = night.call("abc");
  night.answer(first, 'a', wire::ROLL_CALL_URGENT).body.mutable_roll_call_answer()->set_note("1");
  night.answer(first, 'a', wire::ROLL_CALL_OK).body.mutable_roll_call_answer()->set_note("2");
  const MessageId second = night.call("bd");
  night.answer(second, 'a', wire::ROLL_CALL_OK).body.mutable_roll_call_answer()->set_note("3");
  night.answer(first, 'c', wire::ROLL_CALL_OK).body.mutable_roll_call_answer()->set_note("4");
  night.answer(second, 'd', wire::ROLL_CALL_OK).body.mutable_roll_call_answer()->set_note("5");
  const auto people = night.known("abcdz");
  const std::string expected = shown(night.messages, people);

  // As a device holds them: by their place in the order, whenever they arrive.
  Journal journal;
  std::vector<std::size_t> arrival(night.messages.size());
  for (std::size_t i = 0; i < arrival.size(); ++i) arrival[i] = i;
  std::size_t tried = 0;
  do {
    Messages held(journal);
    const GroupId group;
    for (const std::size_t i : arrival) {
      StoredMessage message;
      message.sender = night.messages[i].sender;
      message.id = night.messages[i].id;
      message.body = night.messages[i].body;
      message.order = {0, 1, 100 + i};
      held.add(group, std::move(message));
    }
    std::vector<MessageView> views;
    for (const StoredMessage* message : held.list(group)) {
      for (const MessageView& view : night.messages) {
        if (view.id == message->id) views.push_back(view);
      }
    }
    ASSERT_EQ(shown(views, people), expected);
    ++tried;
  } while (std::next_permutation(arrival.begin(), arrival.end()));
  EXPECT_EQ(tried, 5040u);
}

TEST(RollCall, ShowsOfASetOfMessagesWhatIsInItWhereverTheCallStands) {
  Night night;
  const MessageId call = night.call("ab");
  night.answer(call, 'a', wire::ROLL_CALL_OK);
  night.answer(call, 'b', wire::ROLL_CALL_NEED_HELP);
  const auto people = night.known("ab");
  const std::string expected = shown(night.messages, people);
  std::rotate(night.messages.begin(), night.messages.begin() + 1, night.messages.end());
  EXPECT_EQ(shown(night.messages, people), expected);  // two clocks disagreed about the day
  night.messages.pop_back();
  EXPECT_EQ(shown(night.messages, people), "");  // answers alone are nothing
}

TEST(RollCall, IgnoresASecondCallOfTheSameId) {
  Night night;
  night.call("a");
  night.messages.push_back(night.messages[0]);
  night.messages[1].sender = night.person('y');
  night.messages[1].body.mutable_roll_call()->clear_asked();
  const auto calls = make_roll_calls(night.messages);
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_TRUE(calls[0].asks(night.person('a')));
}

TEST(RollCall, AsksEverybodyOnceInOrder) {
  Night night;
  wire::RollCall call;
  const std::vector<VerifyKey> people{night.person('c'), night.person('a'), night.person('c')};
  ask(people, call);
  ASSERT_EQ(call.asked_size(), 2);
  EXPECT_EQ(call.asked(0), "aaaaaaaa");
  EXPECT_EQ(call.asked(1), "cccccccc");
}

TEST(RollCall, ThatDoesNotNameEverybodyOnceIsRefused) {
  SeededRandom random(1);
  const auto complete = [&](std::initializer_list<std::string> asked) {
    wire::Body body;
    body.mutable_roll_call();
    for (const std::string& id : asked) body.mutable_roll_call()->add_asked(id);
    return complete_body(body, random, monday_noon).ok();
  };
  EXPECT_TRUE(complete({"aaaaaaaa", "bbbbbbbb"}));
  EXPECT_FALSE(complete({}));
  EXPECT_FALSE(complete({"bbbbbbbb", "aaaaaaaa"}));
  EXPECT_FALSE(complete({"aaaaaaaa", "aaaaaaaa"}));
  EXPECT_FALSE(complete({"aaaaaaa"}));
}

TEST(RollCall, ReachesTheWholeGroupAndItsAnswersComeBack) {
  GroupScene scene;
  const auto view = scene.ana.core().group("dispatch");
  std::vector<VerifyKey> people;
  for (const MemberView& member : view->members) {
    if (!member.me) people.push_back(member.identity);
  }
  wire::Body body;
  ask(people, *body.mutable_roll_call());
  const auto call = scene.ana.core().post(scene.group, body, scene.ana.now());
  ASSERT_TRUE(call.ok()) << call.error().what;
  scene.ana.keep();
  scene.sync_all();
  wire::Body answer;
  answer.mutable_roll_call_answer()->set_roll_call(call->str());
  answer.mutable_roll_call_answer()->set_kind(wire::ROLL_CALL_NEED_HELP);
  ASSERT_TRUE(scene.ben.core().post(scene.group, answer, scene.ben.now()).ok());
  scene.ben.keep();
  scene.sync_all();
  for (Device* device : scene.everybody()) {
    std::vector<KnownPerson> known;
    const auto group = device->core().group("dispatch");
    for (const MemberView& member : group->members) {
      known.push_back({member.identity, member.name});
    }
    const auto calls = make_roll_calls(device->core().live_messages(scene.group, device->now()));
    ASSERT_EQ(calls.size(), 1u);
    const RollCallCount count = count_answers(calls[0], known);
    ASSERT_EQ(count.answers.size(), 1u);
    EXPECT_EQ(count.answers[0].name, "Ben");
    EXPECT_EQ(count.silent, std::vector<std::string>{"Cleo"});
  }
}

}  // namespace
}  // namespace porchlight::client
