// client/cli: roll calls, detention notices and counts as people and programs see them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "client/cli/show.hpp"
#include "client/cli/show_detention.hpp"
#include "client/cli/show_export.hpp"
#include "client/cli/show_roll_call.hpp"
#include "client/cli/time_text.hpp"
#include "tests/e2e/json_schema.hpp"

namespace porchlight::client {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class CliNight : public testing::Test {
 protected:
  CliNight() {
    setenv("TZ", "America/Chicago", 1);
    tzset();
  }
  MessageView said(const std::string& who) const {
    MessageView view;
    view.id = *MessageId::from(Bytes(16, 7));
    view.body.set_id(view.id.str());
    view.sender_name = who;
    view.sent = now_;
    return view;
  }
  MessageView call() const {
    MessageView view = said("Ana");
    wire::RollCall& call = *view.body.mutable_roll_call();
    call.set_text("Everybody\x1b[2J home?");
    call.set_deadline_minute(wire::unix_minute(now_) + 20);
    for (const char* asked : {"aaaaaaaa", "bbbbbbbb"}) call.add_asked(asked);
    return view;
  }
  MessageView answer(wire::RollCallAnswerKind kind) const {
    MessageView view = said("Ben");
    view.body.mutable_roll_call_answer()->set_roll_call(view.id.str());
    view.body.mutable_roll_call_answer()->set_kind(kind);
    view.body.mutable_roll_call_answer()->set_note("at 5th & Oak");
    return view;
  }
  std::string line(const MessageView& message) const {
    return message_line(message, "dispatch", {}, now_);
  }
  // 2026-11-23 14:02 in Chicago.
  const TimePoint now_ = *parse_time("2026-11-23T20:02:00Z", TimePoint{});
};

TEST_F(CliNight, RollCallIsOneLineWithWhatItAsks) {
  EXPECT_THAT(line(call()),
              AllOf(HasSubstr("Ana  roll call C-0W3, 2 people are asked"),
                    HasSubstr("Everybody\\x1b[2J home?"), HasSubstr("answer by 14:22")));
  const Json fields = message_json(call(), "dispatch", {});
  EXPECT_EQ(e2e::schema_fault(record_line("message", fields)), "");
  EXPECT_EQ(fields["kind"], "roll_call");
  EXPECT_EQ(fields["roll_call"], "C-0W3");
  EXPECT_EQ(fields["asked"], 2);
  EXPECT_EQ(fields["deadline"], "2026-11-23T20:22:00Z");
}

TEST_F(CliNight, AnswerThatIsNotAllRightStandsOutByAWord) {
  EXPECT_THAT(line(answer(wire::ROLL_CALL_URGENT)),
              HasSubstr("Ben  URGENT, in answer to C-0W3 · at 5th & Oak"));
  EXPECT_THAT(line(answer(wire::ROLL_CALL_NEED_HELP)), HasSubstr("Ben  NEEDS HELP"));
  EXPECT_THAT(line(answer(wire::ROLL_CALL_OK)), HasSubstr("Ben  ok"));
  const Json fields = message_json(answer(wire::ROLL_CALL_NEED_HELP), "dispatch", {});
  EXPECT_EQ(e2e::schema_fault(record_line("message", fields)), "");
  EXPECT_EQ(fields["kind"], "roll_call_answer");
  EXPECT_EQ(fields["answer"], "need-help");
  EXPECT_EQ(fields["note"], "at 5th & Oak");
}

TEST_F(CliNight, AnswersAreTypedAsTheyStandInJson) {
  EXPECT_EQ(*parse_roll_call_answer("need-help"), wire::ROLL_CALL_NEED_HELP);
  EXPECT_EQ(parse_roll_call_answer("fine").error().code, Errc::usage);
}

TEST_F(CliNight, StandingOfARollCallSaysWhoIsNotAllRight) {
  std::vector<MessageView> messages{call(), answer(wire::ROLL_CALL_URGENT)};
  messages[1].sender = *VerifyKey::from(std::string(32, 'a'));
  const auto calls = make_roll_calls(messages);
  ASSERT_EQ(calls.size(), 1u);
  const RollCallCount count = count_answers(calls[0], {});
  EXPECT_EQ(roll_call_standing(calls[0], count), "1 of 2 answered · 1 URGENT");
  const Json fields = roll_call_json(calls[0], count, "dispatch");
  EXPECT_EQ(e2e::schema_fault(record_line("roll_call", fields)), "");
  EXPECT_EQ(fields["asked"], 2);
  EXPECT_EQ(fields["urgent"], 1);
  EXPECT_EQ(fields["left_unknown"], 1);
  EXPECT_EQ(fields["answers"][0]["name"], "Ben");
}

TEST_F(CliNight, ListenNamesNobodyWhoIsDetained) {
  MessageView message = said("Ana");
  wire::DetentionNotice& notice = *message.body.mutable_detention_notice();
  notice.set_notice(std::string(16, '\7'));
  notice.set_place("5th & Oak");
  notice.set_minute(wire::unix_minute(now_));
  notice.set_consent(true);
  notice.set_name("Maria");
  notice.set_contact("555-0100");
  notice.set_attorney(wire::ATTORNEY_WANTED);
  notice.set_purge_day(20'800);
  EXPECT_THAT(line(message),
              AllOf(HasSubstr("detention notice N-0W3 · 5th & Oak · 14:02 · attorney wanted"),
                    Not(HasSubstr("Maria")), Not(HasSubstr("555-0100"))));
  const Json fields = message_json(message, "dispatch", {});
  EXPECT_EQ(e2e::schema_fault(record_line("message", fields)), "");
  EXPECT_EQ(fields["kind"], "detention_notice");
  EXPECT_EQ(fields["purge_day"], "2026-12-13");
  EXPECT_THAT(fields.dump(), AllOf(Not(HasSubstr("Maria")), Not(HasSubstr("555-0100"))));

  GroupView group;
  group.name = "legal";
  const auto notices = make_notices(std::vector{message});
  ASSERT_EQ(notices.size(), 1u);
  const Json whole = notice_json(notices[0], group);
  EXPECT_EQ(e2e::schema_fault(record_line("detention_notice", whole)), "");
  EXPECT_EQ(whole["name"], "Maria");
  EXPECT_EQ(whole["contact"], "555-0100");
  EXPECT_EQ(whole["holder"], "");
}

TEST_F(CliNight, CountsComeAsCsvThatNoSpreadsheetRuns) {
  const std::vector<ExportRow> rows{
      {"2026-W48", "north", wire::OUTCOME_CONFIRMED, 7},
      {"2026-W48", "=cmd()", wire::OUTCOME_NONE, {}},
      {"2026-W48", "5th, \"Oak\"", wire::OUTCOME_NOT_ENFORCEMENT, 5},
  };
  EXPECT_EQ(export_csv(rows),
            "week,zone,outcome,count\r\n"
            "2026-W48,north,confirmed,7\r\n"
            "2026-W48,'=cmd(),open,<5\r\n"
            "2026-W48,\"5th, \"\"Oak\"\"\",not-enforcement,5\r\n");
  EXPECT_EQ(export_json(rows[0])["count"], 7);
  EXPECT_TRUE(export_json(rows[1])["count"].is_null());
  for (const ExportRow& row : rows) {
    EXPECT_EQ(e2e::schema_fault(record_line("count", export_json(row))), "");
  }
}

}  // namespace
}  // namespace porchlight::client
