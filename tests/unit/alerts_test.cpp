#include "client/core/alerts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {
namespace {

using Voice = MessageView::Voice;

VerifyKey person(std::uint8_t number) {
  VerifyKey key;
  key.data()[0] = number;
  return key;
}

/// A channel's messages as one device holds them.
class ChannelMaker {
 public:
  MessageId alert(std::vector<std::string> answers = {"on my way", "can't"}) {
    MessageView& message = add(person(0), "Ana", Voice::channel);
    message.body.mutable_alert()->add_wordings()->set_text("two vans");
    for (std::string& answer : answers) message.body.mutable_alert()->add_answers(answer);
    return message.id;
  }
  MessageView& ack(const MessageId& alert, std::uint8_t who, const std::string& answer) {
    MessageView& message = add(person(who), "P" + std::to_string(who), Voice::person);
    message.body.mutable_ack()->set_alert(alert.str());
    message.body.mutable_ack()->set_answer(answer);
    return message;
  }
  MessageView& clear(const MessageId& alert, wire::ClearKind kind) {
    MessageView& message = add(person(0), "Ben", Voice::channel);
    message.body.mutable_all_clear()->set_alert(alert.str());
    message.body.mutable_all_clear()->set_kind(kind);
    return message;
  }
  MessageView& recall(const MessageId& alert) {
    MessageView& message = add(person(0), "Ana", Voice::channel);
    message.body.mutable_recall()->set_alert(alert.str());
    return message;
  }
  AlertView view(const MessageId& id) const {
    for (const AlertView& view : make_alerts(messages).alerts) {
      if (view.id == id) return view;
    }
    ADD_FAILURE() << "no such alert";
    return {};
  }
  std::vector<MessageView> messages;

 private:
  MessageView& add(const VerifyKey& sender, std::string name, Voice voice) {
    MessageView& message = messages.emplace_back();
    message.id = random_.fixed<MessageId>();
    message.sender = sender;
    message.sender_name = std::move(name);
    message.voice = voice;
    message.body.set_id(message.id.str());
    return message;
  }
  SeededRandom random_{5};
};

MessageView forced_in_group(const MessageId& alert, const std::string& reason,
                            const MessageId& sighting = {}) {
  MessageView message;
  message.body.mutable_forced_alert()->set_alert(alert.str());
  message.body.mutable_forced_alert()->set_sighting(sighting.str());
  message.body.mutable_forced_alert()->set_reason(reason);
  return message;
}

/// All that a person sees of it, to be compared.
std::string describe(const AlertBoard& board) {
  std::string text;
  for (const AlertView& view : board.alerts) {
    text += view.short_id + " calls " + std::to_string(view.calls);
    if (view.clear) text += " clear " + std::to_string(view.clear->kind()) + view.cleared_by;
    for (const AnswerView& answer : view.answers) {
      text += " " + answer.name + "=" + answer.answer + answer.note;
    }
    text += "\n";
  }
  return text;
}

TEST(Alerts, AreFollowedFromTheCallToTheAllClear) {
  ChannelMaker maker;
  const MessageId id = maker.alert();
  EXPECT_TRUE(maker.view(id).short_id.starts_with("A-"));
  EXPECT_TRUE(maker.view(id).asks_for_answers());
  EXPECT_EQ(maker.view(id).calls, 1u);
  maker.ack(id, 2, "on my way").body.mutable_ack()->set_note("10 min");
  maker.recall(id);
  maker.ack(id, 1, "can't").mine = true;
  const AlertView asked = maker.view(id);
  EXPECT_EQ(asked.calls, 2u);
  ASSERT_EQ(asked.answers.size(), 2u);
  EXPECT_EQ(asked.answers[0].who, person(1));
  EXPECT_EQ(asked.answers[1].note, "10 min");
  ASSERT_NE(asked.my_answer(), nullptr);
  EXPECT_EQ(asked.my_answer()->answer, "can't");
  EXPECT_FALSE(asked.clear);
  maker.clear(id, wire::CLEAR_LEFT);
  EXPECT_EQ(maker.view(id).clear->kind(), wire::CLEAR_LEFT);
  EXPECT_EQ(maker.view(id).cleared_by, "Ben");
}

TEST(Alerts, TakeTheLastAnswerAndTheLastAllClear) {
  ChannelMaker maker;
  const MessageId id = maker.alert();
  maker.ack(id, 1, "on my way");
  maker.ack(id, 1, "can't");
  maker.clear(id, wire::CLEAR_FALSE_ALARM);
  maker.clear(id, wire::CLEAR_CORRECTED);
  ASSERT_EQ(maker.view(id).answers.size(), 1u);
  EXPECT_EQ(maker.view(id).answers[0].answer, "can't");
  EXPECT_EQ(maker.view(id).clear->kind(), wire::CLEAR_CORRECTED);
}

TEST(Alerts, PassOverAnAnswerThatWasNotAskedFor) {
  ChannelMaker maker;
  const MessageId id = maker.alert();
  maker.ack(id, 1, "on my way");
  maker.ack(id, 1, "perhaps");
  maker.ack(maker.alert({}), 1, "on my way");
  ASSERT_EQ(maker.view(id).answers.size(), 1u);
  EXPECT_EQ(maker.view(id).answers[0].answer, "on my way");
}

TEST(Alerts, PassOverWhatIsSaidInTheWrongVoice) {
  ChannelMaker maker;
  const MessageId id = maker.alert();
  maker.ack(id, 1, "on my way").voice = Voice::channel;
  maker.ack(id, 2, "on my way").voice = Voice::unattributed;
  maker.clear(id, wire::CLEAR_LEFT).voice = Voice::person;
  maker.recall(id).voice = Voice::person;
  const MessageId other = maker.alert();
  maker.messages.back().voice = Voice::person;  // one of the audience calls the others
  const AlertBoard board = make_alerts(maker.messages);
  ASSERT_EQ(board.alerts.size(), 1u);
  EXPECT_TRUE(board.alerts[0].answers.empty());
  EXPECT_FALSE(board.alerts[0].clear);
  EXPECT_EQ(board.alerts[0].calls, 1u);
  EXPECT_EQ(board.find(short_id(other, 25)), nullptr);
}

TEST(Alerts, AreShownWhereNobodyStandsForThem) {
  ChannelMaker maker;
  const MessageId id = maker.alert();
  maker.messages.back().voice = Voice::unattributed;
  EXPECT_EQ(maker.view(id).message.voice, Voice::unattributed);
}

TEST(Alerts, PassOverWhatIsAboutNothing) {
  ChannelMaker maker;
  maker.ack({}, 1, "on my way");
  maker.clear({}, wire::CLEAR_LEFT);
  maker.recall({}).body.mutable_recall()->set_alert("short");
  EXPECT_TRUE(make_alerts(maker.messages).alerts.empty());
}

TEST(Alerts, KeepTheFirstOfAnId) {
  ChannelMaker maker;
  const MessageId id = maker.alert();
  maker.alert({"yes"});
  maker.messages[1].id = id;
  ASSERT_EQ(make_alerts(maker.messages).alerts.size(), 1u);
  EXPECT_EQ(maker.view(id).message.body.alert().answers(0), "on my way");
}

TEST(Alerts, AreForcedByTheGroupAlone) {
  ChannelMaker maker;
  const MessageId sighting = MessageId::from(std::string(16, 's')).value();
  const MessageId id = maker.alert();
  maker.messages[0].body.mutable_alert()->set_sighting(sighting.str());
  maker.messages.push_back(forced_in_group(id, "said in the channel", sighting));
  EXPECT_FALSE(maker.view(id).forced_reason);
  const std::vector<MessageView> group = {
      forced_in_group(id, "about another one"), forced_in_group({}, "about none", sighting),
      forced_in_group(id, "three people called", sighting), forced_in_group(id, "later", sighting)};
  EXPECT_EQ(make_alerts(maker.messages, group).alerts[0].forced_reason, "three people called");
}

// What three people answer, and what the channel says beside it, may come in any order, and more
// than once; the answers of each keep theirs.
TEST(Alerts, LookTheSameInWhateverOrderTheyCame) {
  ChannelMaker maker;
  const MessageId id = maker.alert();
  maker.ack(id, 1, "on my way");
  maker.ack(id, 2, "can't");
  maker.recall(id);
  maker.clear(id, wire::CLEAR_LEFT);
  maker.ack(id, 3, "perhaps");
  const std::string once = describe(make_alerts(maker.messages));
  std::vector<std::size_t> order(maker.messages.size());
  std::iota(order.begin(), order.end(), 0);
  do {
    std::vector<MessageView> messages;
    for (const std::size_t i : order) messages.push_back(maker.messages[i]);
    messages.push_back(maker.messages[order.front()]);
    ASSERT_EQ(describe(make_alerts(messages)), once);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(Alerts, AreFoundByShortNames) {
  ChannelMaker maker;
  for (int i = 0; i < 50; ++i) maker.alert();
  const AlertBoard board = make_alerts(maker.messages);
  for (const AlertView& view : board.alerts) {
    EXPECT_EQ(board.find(view.short_id), &view);
    EXPECT_EQ(board.find("a-" + view.short_id.substr(2)), &view);
    EXPECT_EQ(board.find(view.short_id.substr(2)), &view);
  }
  EXPECT_EQ(board.find("A-"), nullptr);
  EXPECT_EQ(board.find(""), nullptr);
}

// ---- who answered ------------------------------------------------------------------------------

TEST(AlertCount, NamesEachAnswersPeopleAndTheSilent) {
  ChannelMaker maker;
  const MessageId id = maker.alert({"on my way", "can't", "need a lift"});
  maker.ack(id, 1, "on my way");
  maker.ack(id, 2, "on my way");
  maker.ack(id, 3, "can't");
  maker.ack(id, 9, "can't");
  const std::vector<AudiencePerson> audience = {{person(2), "Cleo"}, {person(1), "Dan"},
                                                {person(3), "Eve"},  {person(5), "Gus"},
                                                {person(4), "Fay"},  {person(1), "Dan (2)"}};
  const AlertCount count = count_answers(maker.view(id), audience);
  ASSERT_EQ(count.answers.size(), 3u);
  EXPECT_EQ(count.answers[0].answer, "on my way");
  EXPECT_EQ(count.answers[0].names, (std::vector<std::string>{"Cleo", "Dan"}));
  EXPECT_EQ(count.answers[1].names, std::vector<std::string>{"Eve"});
  EXPECT_TRUE(count.answers[2].names.empty());
  EXPECT_EQ(count.silent, (std::vector<std::string>{"Fay", "Gus"}));
  EXPECT_EQ(count.others, 1u);
}

// ---- languages ---------------------------------------------------------------------------------

class Wordings {
 public:
  explicit Wordings(std::initializer_list<const char*> languages) {
    for (const char* language : languages) alert_.add_wordings()->set_language(language);
  }
  const wire::Wording* choose(std::vector<std::string> languages) const {
    const std::vector<const wire::Wording*> all(alert_.wordings().pointer_begin(),
                                                alert_.wordings().pointer_end());
    return choose_wording(all, languages);
  }

 private:
  wire::Alert alert_;
};

TEST(Wording, IsInTheFirstLanguageThatIsThere) {
  const Wordings wordings{"en", "es", "pt-BR"};
  EXPECT_EQ(wordings.choose({"ES"})->language(), "es");
  EXPECT_EQ(wordings.choose({"es-MX"})->language(), "es");
  EXPECT_EQ(wordings.choose({"es-Latn-MX"})->language(), "es");
  EXPECT_EQ(wordings.choose({"ht", "es"})->language(), "es");
  EXPECT_EQ(wordings.choose({"pt"})->language(), "pt-BR");
  EXPECT_EQ(wordings.choose({"pt-PT", "es"})->language(), "pt-BR");
}

TEST(Wording, IsTheFirstOneWhereNoLanguageFits) {
  EXPECT_EQ((Wordings{"en", "es"}.choose({"ht"})->language()), "en");
  EXPECT_EQ((Wordings{"", "es"}.choose({"", "ht"})->language()), "");
  EXPECT_EQ(Wordings{}.choose({"es"}), nullptr);
}

}  // namespace
}  // namespace porchlight::client
