// client/cli: alerts as people type them, and as either side of a channel sees them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "client/cli/alert_order.hpp"
#include "client/cli/show_channel.hpp"
#include "client/cli/time_text.hpp"
#include "tests/e2e/json_schema.hpp"

namespace porchlight::client {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Voice = MessageView::Voice;

class CliAlert : public testing::Test {
 protected:
  CliAlert() {
    setenv("TZ", "America/Chicago", 1);
    tzset();
  }
  ~CliAlert() override {
    for (const char* name : {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"}) unsetenv(name);
  }

  /// One alert of Ana's and Dan's answer, seen from one side.
  /// What either side sees is as the schema has it.
  void expect_records(const ChannelEye& eye) const {
    const AlertView& alert = eye.alerts.alerts[0];
    EXPECT_EQ(e2e::schema_fault(record_line("alert", alert_json(alert, eye))), "");
    EXPECT_EQ(e2e::schema_fault(record_line("channel", channel_json(eye.channel))), "");
    for (const MessageView& message : messages_) {
      EXPECT_EQ(e2e::schema_fault(record_line("message", channel_message_json(message, eye))), "");
    }
  }
  ChannelEye look(ChannelView::Side side) {
    ChannelEye eye;
    eye.channel.name = "pickup";
    eye.channel.side = side;
    eye.channel.people = 2;
    eye.now = now_;
    MessageView alert = said("Ana", Voice::channel);
    wire::Alert& body = *alert.body.mutable_alert();
    body.add_wordings()->set_text("Use the\x1b[2J north gate");
    wire::Wording& spanish = *body.add_wordings();
    spanish.set_language("es");
    spanish.set_text("Por la puerta norte");
    body.set_urgency(wire::URGENCY_NOW);
    body.add_answers("on my way");
    MessageView answer = said("Dan", Voice::person);
    answer.id = *MessageId::from(Bytes(16, 9));
    answer.body.mutable_ack()->set_alert(alert.id.str());
    answer.body.mutable_ack()->set_answer("on my way");
    messages_ = {alert, answer};
    if (side == ChannelView::Side::audience) messages_.pop_back();
    eye.alerts = make_alerts(messages_);
    return eye;
  }
  MessageView said(std::string who, Voice voice) {
    MessageView view;
    view.id = *MessageId::from(Bytes(16, 7));
    view.body.set_id(view.id.str());
    view.sender_name = std::move(who);
    view.voice = voice;
    view.sent = now_;
    return view;
  }
  static Errc refusal(const AlertOrder& order, TimePoint now) {
    const auto body = order_alert(order, now);
    return body.ok() ? Errc::storage : body.error().code;
  }

  // 2026-11-23 14:02 in Chicago.
  const TimePoint now_ = *parse_time("2026-11-23T20:02:00Z", TimePoint{});
  std::vector<MessageView> messages_;
};

// ---- what people type -----------------------------------------------------------------------

TEST_F(CliAlert, IsMadeOfWhatWasTyped) {
  AlertOrder order;
  order.words = {"pickup", "Use the north gate"};
  order.texts = {"es=Por la puerta norte = ahora"};
  order.answers = "on my way, can't ,";
  order.deadline = "30m";
  order.expires = "90m";
  const auto body = order_alert(order, now_);
  ASSERT_TRUE(body.ok()) << body.error().what;
  const wire::Alert& alert = body->alert();
  ASSERT_EQ(alert.wordings_size(), 2);
  EXPECT_EQ(alert.wordings(0).language(), "");
  EXPECT_EQ(alert.wordings(1).language(), "es");
  EXPECT_EQ(alert.wordings(1).text(), "Por la puerta norte = ahora");
  EXPECT_EQ(alert.urgency(), wire::URGENCY_SOON);
  ASSERT_EQ(alert.answers_size(), 2);
  EXPECT_EQ(alert.answers(1), "can't");
  EXPECT_EQ(alert.deadline_minute(), wire::unix_minute(now_ + 30min));
  EXPECT_EQ(body->lifetime_hours(), 2u);
}

TEST_F(CliAlert, AsksByItselfOnlyWhereItIsUrgent) {
  AlertOrder order;
  order.words = {"pickup", "Go"};
  EXPECT_EQ(order_alert(order, now_)->alert().answers_size(), 0);
  order.urgency = "now";
  EXPECT_EQ(order_alert(order, now_)->alert().answers_size(), 2);
  order.answers = "";
  EXPECT_EQ(order_alert(order, now_)->alert().answers_size(), 0);
}

TEST_F(CliAlert, RefusesWhatCannotBeMeant) {
  AlertOrder order;
  order.words = {"pickup", "Go"};
  order.urgency = "at once";
  EXPECT_EQ(refusal(order, now_), Errc::usage);
  order.urgency = "now";
  for (const char* text : {"Por la puerta", "=hola", "es="}) {
    order.texts = {text};
    EXPECT_EQ(refusal(order, now_), Errc::usage) << text;
  }
  order.texts.clear();
  for (const char* deadline : {"soon", "2026-11-23 13:00", "25h"}) {
    order.deadline = deadline;
    EXPECT_EQ(refusal(order, now_), Errc::usage) << deadline;
  }
  order.deadline = "30m";
  order.answers = "";
  EXPECT_EQ(refusal(order, now_), Errc::usage);  // nobody is asked
  order.deadline = "";
  order.expires = "for ever";
  EXPECT_EQ(refusal(order, now_), Errc::usage);
}

TEST_F(CliAlert, TakesAnHourThatIsOverForTomorrows) {
  AlertOrder order;
  order.words = {"pickup", "Go"};
  order.urgency = "now";
  order.deadline = "14:30";
  EXPECT_EQ(order_alert(order, now_)->alert().deadline_minute(), wire::unix_minute(now_ + 28min));
  order.deadline = "13:00";
  EXPECT_EQ(order_alert(order, now_)->alert().deadline_minute(),
            wire::unix_minute(now_ + 22h + 58min));
  // The clocks change in the night of 2026-11-01, which has 25 hours.
  EXPECT_EQ(*parse_deadline("07:00", *parse_time("2026-10-31 23:30", now_)),
            *parse_time("2026-11-01 07:00", now_));
}

TEST_F(CliAlert, IsNotWaitedForLongerThanItLives) {
  AlertOrder order;
  order.words = {"pickup", "Go"};
  order.urgency = "now";
  order.expires = "2h";
  order.deadline = "3h";
  EXPECT_EQ(refusal(order, now_), Errc::usage);
  order.deadline = "2h";
  EXPECT_TRUE(order_alert(order, now_).ok());
}

TEST_F(CliAlert, CallsAgainWithNothingButItsOwnWords) {
  AlertOrder order;
  order.again = "A-9QX";
  EXPECT_TRUE(check_again(order).ok());
  for (const auto field : {&AlertOrder::sighting, &AlertOrder::urgency, &AlertOrder::deadline,
                           &AlertOrder::expires, &AlertOrder::force}) {
    AlertOrder more = order;
    more.*field = "1h";
    EXPECT_FALSE(check_again(more).ok());
  }
  order.answers = "";
  EXPECT_FALSE(check_again(order).ok());
}

// ---- languages ------------------------------------------------------------------------------

TEST_F(CliAlert, ReadsTheLanguageOfTheDevice) {
  EXPECT_TRUE(my_languages().empty());
  setenv("LANG", "es_MX.UTF-8", 1);
  EXPECT_EQ(my_languages(), std::vector<std::string>{"es-MX"});
  setenv("LC_MESSAGES", "ht", 1);
  EXPECT_EQ(my_languages(), std::vector<std::string>{"ht"});
  setenv("LC_ALL", "C.UTF-8", 1);
  EXPECT_TRUE(my_languages().empty());
  setenv("LANGUAGE", "es_MX:en", 1);
  EXPECT_EQ(my_languages(), (std::vector<std::string>{"es-MX", "en"}));
  setenv("LC_ALL", "C", 1);
  EXPECT_TRUE(my_languages().empty());
}

TEST_F(CliAlert, SaysWhichLanguageItFellBackTo) {
  Wordings wordings;
  wordings.Add()->set_language("en");
  wordings[0].set_text("north gate");
  const std::vector<std::string> spanish = {"es-MX"};
  EXPECT_EQ(wording_text(wordings, spanish), "[en] north gate");
  EXPECT_EQ(wording_text(wordings, std::vector<std::string>{"en-US"}), "north gate");
  wordings.Add()->set_language("es");
  wordings[1].set_text("puerta norte");
  EXPECT_EQ(wording_text(wordings, spanish), "puerta norte");
  wordings[0].clear_language();
  EXPECT_EQ(wording_text(wordings, std::vector<std::string>{"ht"}), "north gate");
  EXPECT_EQ(wording_text({}, spanish), "");
}

// ---- what either side sees ------------------------------------------------------------------

TEST_F(CliAlert, ShowsTheGroupWhoSpokeAndWhoAnswers) {
  const ChannelEye eye = look(ChannelView::Side::group);
  EXPECT_THAT(channel_line(messages_[0], eye),
              AllOf(HasSubstr("14:02  pickup  Ana  A-"), HasSubstr("now: Use the\\x1b[2J north")));
  EXPECT_THAT(channel_line(messages_[1], eye), AllOf(HasSubstr("Dan"), HasSubstr("on my way")));
  const Json fields = alert_json(eye.alerts.alerts[0], eye);
  EXPECT_EQ(fields.value("from", ""), "Ana");
  expect_records(eye);
  EXPECT_EQ(fields["answered"][0].value("name", ""), "Dan");
  EXPECT_EQ(standing_text(eye.alerts.alerts[0], eye), "1 of 2 answered");
}

TEST_F(CliAlert, ShowsTheAudienceTheChannelAndNoPerson) {
  const ChannelEye eye = look(ChannelView::Side::audience);
  const AlertView& alert = eye.alerts.alerts[0];
  EXPECT_THAT(channel_line(messages_[0], eye), Not(HasSubstr("Ana")));
  EXPECT_THAT(channel_message_json(messages_[0], eye).dump(), Not(HasSubstr("Ana")));
  EXPECT_THAT(alert_json(alert, eye).dump(), Not(HasSubstr("Ana")));
  EXPECT_EQ(standing_text(alert, eye), "open, you have not answered");
  EXPECT_THAT(channel_json(eye.channel).dump(), Not(HasSubstr("people")));
  expect_records(eye);
}

TEST_F(CliAlert, AlarmsTheGroupWhereNobodyStandsForIt) {
  ChannelEye eye = look(ChannelView::Side::group);
  AlertView& alert = eye.alerts.alerts[0];
  EXPECT_EQ(alert_json(alert, eye).value("attributed", false), true);
  const std::pair<Voice, const char*> voices[] = {{Voice::unattributed, "NOT ATTRIBUTED"},
                                                  {Voice::outsider, "OUTSIDER"}};
  for (const auto& [voice, word] : voices) {
    messages_[0].voice = voice;
    EXPECT_THAT(channel_line(messages_[0], eye), HasSubstr(word));
    EXPECT_EQ(channel_message_json(messages_[0], eye).value("attributed", true), false);
    alert.message.voice = voice;
    EXPECT_EQ(alert_json(alert, eye).value("attributed", true), false);
  }
}

TEST_F(CliAlert, AlarmsTheGroupOfAnAllClearThatNobodyStandsFor) {
  ChannelEye eye = look(ChannelView::Side::group);
  MessageView clear = said("Ana", Voice::outsider);
  clear.id = *MessageId::from(Bytes(16, 8));
  clear.body.mutable_all_clear()->set_alert(messages_[0].id.str());
  messages_.push_back(clear);
  eye.alerts = make_alerts(messages_);
  eye.clear_voices = {{messages_[0].id, clear.voice}};
  const Json fields = alert_json(eye.alerts.alerts[0], eye);
  EXPECT_EQ(fields.value("attributed", false), true);
  EXPECT_EQ(fields["clear"].value("attributed", true), false);
  expect_records(eye);
}

TEST_F(CliAlert, CallsAgainOnlyWhoHasNotAnswered) {
  ChannelEye eye = look(ChannelView::Side::audience);
  MessageView recall = said("", Voice::channel);
  recall.body.mutable_recall()->set_alert(eye.alerts.alerts[0].id.str());
  EXPECT_THAT(channel_line(recall, eye), HasSubstr("asks again: Use the"));
  AnswerView& mine = eye.alerts.alerts[0].answers.emplace_back();
  mine.mine = true;
  mine.answer = "on my way";
  EXPECT_EQ(channel_line(recall, eye), "");
  eye.channel.side = ChannelView::Side::group;
  EXPECT_THAT(channel_line(recall, eye), HasSubstr("asks again"));
}

TEST_F(CliAlert, ShowsTheAllClearBesideWhatItIsAbout) {
  const ChannelEye eye = look(ChannelView::Side::audience);
  MessageView clear = said("", Voice::channel);
  clear.body.mutable_all_clear()->set_alert(eye.alerts.alerts[0].id.str());
  clear.body.mutable_all_clear()->set_kind(wire::CLEAR_FALSE_ALARM);
  EXPECT_THAT(channel_line(clear, eye),
              AllOf(HasSubstr("all clear, it was a false alarm"), HasSubstr("it was: Use the")));
}

}  // namespace
}  // namespace porchlight::client
