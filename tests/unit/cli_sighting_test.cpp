// client/cli: what people see of sightings on their way to closure.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "client/cli/plausible.hpp"
#include "client/cli/show_sighting.hpp"
#include "client/cli/time_text.hpp"
#include "tests/e2e/json_schema.hpp"

namespace porchlight::client {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class CliSighting : public testing::Test {
 protected:
  CliSighting() {
    setenv("TZ", "America/Chicago", 1);
    tzset();
    MessageView& report = say(1, "Ana");
    report.body.mutable_sighting()->set_activity("two vans");
    report.body.mutable_sighting()->set_area("north");
  }

  MessageView& say(Byte id, const std::string& who) {
    MessageView& message = messages_.emplace_back();
    message.id = id_of(id);
    message.sender = *VerifyKey::from(Bytes(32, static_cast<Byte>(who[0])));
    message.sender_name = who;
    message.sent = message.received = now_;
    message.body.set_id(message.id.str());
    return message;
  }
  wire::Verification& verify(const std::string& who) {
    auto& said = *say(static_cast<Byte>(messages_.size() + 1), who).body.mutable_verification();
    said.set_sighting(id_of(1).str());
    return said;
  }
  static MessageId id_of(Byte id) { return *MessageId::from(Bytes(16, id)); }
  std::string line(std::size_t i) const {
    return message_line(messages_[i], "dispatch", make_board(messages_), now_);
  }
  Json json(std::size_t i) const {
    const Json fields = message_json(messages_[i], "dispatch", make_board(messages_));
    EXPECT_EQ(e2e::schema_fault(record_line("message", fields)), "");
    return fields;
  }
  SightingView view() const { return make_board(messages_).sightings.at(0); }

  // 2026-11-23 14:02 in Chicago.
  const TimePoint now_ = *parse_time("2026-11-23T20:02:00Z", TimePoint{});
  std::vector<MessageView> messages_;
};

TEST_F(CliSighting, ZoneIsShownWithTheReport) {
  EXPECT_THAT(line(0), HasSubstr("two vans · zone north"));
  EXPECT_EQ(json(0)["report"].value("area", ""), "north");
}

TEST_F(CliSighting, TakingOverAndLettingGoSaySo) {
  verify("Ben").mutable_claim()->set_eta_minutes(5);
  EXPECT_THAT(line(1), HasSubstr("claimed, there in 5 min"));
  verify("Cleo").mutable_claim()->set_over(id_of(2).str());
  EXPECT_THAT(line(1), HasSubstr("claimed, but Cleo has it"));
  EXPECT_EQ(json(1).value("lost", false), true);
  EXPECT_THAT(line(2), HasSubstr("taken over"));
  verify("Cleo").mutable_release()->set_note("my bus does\nnot come");
  EXPECT_EQ(json(2).value("takes_over", false), true);
  EXPECT_THAT(line(3), HasSubstr("released: my bus does / not come"));
  EXPECT_EQ(json(3).value("act", ""), "release");
}

TEST_F(CliSighting, WhatWasTakenBackIsNotShownAgain) {
  say(2, "Ana").body.mutable_retraction()->set_message(id_of(1).str());
  say(3, "Mallory").body.mutable_retraction()->set_message(id_of(1).str());
  EXPECT_THAT(line(0), HasSubstr("(taken back)"));
  EXPECT_THAT(line(0), Not(HasSubstr("vans")));
  EXPECT_FALSE(json(0).contains("report"));
  EXPECT_EQ(json(0).value("taken_back", false), true);
  EXPECT_THAT(line(1), HasSubstr(view().short_id + " taken back"));
  EXPECT_EQ(json(1).value("kind", ""), "retraction");
  EXPECT_THAT(line(2), Not(HasSubstr(view().short_id))) << "it changed nothing";
  EXPECT_EQ(standing_text(view(), {}), "taken back by its author");
}

TEST_F(CliSighting, TextThatWasTakenBackIsNotShownAgain) {
  say(2, "Ben").body.mutable_text()->set_text("the south gate");
  EXPECT_THAT(line(1), HasSubstr("the south gate"));
  say(3, "Ben").body.mutable_retraction()->set_message(id_of(2).str());
  EXPECT_THAT(line(1), Not(HasSubstr("south")));
  EXPECT_FALSE(json(1).contains("text"));
}

TEST_F(CliSighting, CorrectionHasTheNameOfWhatItCorrects) {
  MessageView& correction = say(2, "Ana");
  correction.body.mutable_sighting()->set_activity("three vans");
  correction.body.set_supersedes(id_of(1).str());
  EXPECT_THAT(line(1), HasSubstr(view().short_id + " corrected: three vans"));
  EXPECT_EQ(json(1).value("sighting", ""), view().short_id);
}

TEST_F(CliSighting, RulesAreOneLineWithTheirVersion) {
  say(2, "Ana").body.mutable_rules()->set_version(3);
  messages_.back().body.mutable_rules()->set_text("Step back\nwhen told.");
  EXPECT_THAT(line(1), HasSubstr("rules of conduct, version 3: Step back / when told."));
  EXPECT_EQ(json(1).value("kind", ""), "rules");
}

TEST_F(CliSighting, SaysWhatTheClockMakesOfIt) {
  EXPECT_EQ(delay_text(view(), now_ + 2min), "");
  EXPECT_EQ(delay_text(view(), now_ + 5min), "nobody has had it for 5 min");
  Json fields;
  add_delay(fields, view(), now_ + 5min);
  EXPECT_EQ(fields.value("waiting_minutes", 0), 5);
  verify("Ben").mutable_claim()->set_eta_minutes(5);
  EXPECT_EQ(delay_text(view(), now_ + 14min), "");
  EXPECT_EQ(delay_text(view(), now_ + 15min), "overdue since 14:17");
  Json late;
  add_delay(late, view(), now_ + 15min);
  EXPECT_EQ(late.value("overdue_since", ""), "2026-11-23T20:17:00Z");
}

TEST_F(CliSighting, TimeThatCanHardlyBeMeantIsDoubted) {
  EXPECT_EQ(doubt_about(now_, now_), Doubt::none);
  EXPECT_EQ(doubt_about(now_ - 2h + 1s, now_), Doubt::none);
  EXPECT_EQ(doubt_about(now_ - 2h, now_), Doubt::old);
  EXPECT_EQ(doubt_about(now_ + 1min, now_), Doubt::none);
  EXPECT_EQ(doubt_about(now_ + 5min, now_), Doubt::slightly_ahead);
  EXPECT_EQ(doubt_about(now_ + 6min, now_), Doubt::ahead);
}

}  // namespace
}  // namespace porchlight::client
