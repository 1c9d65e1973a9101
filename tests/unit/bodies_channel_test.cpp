#include "client/core/bodies_channel.hpp"

#include <gtest/gtest.h>

#include "client/core/bodies.hpp"
#include "client/core/codec.hpp"
#include "proto/base/limits.hpp"
#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {
namespace {

using wire::Body;

const std::string id(16, 'i');
const std::string key(32, 'k');

Body alert_body() {
  Body body;
  wire::Alert& alert = *body.mutable_alert();
  alert.set_sighting(id);
  alert.add_wordings()->set_text("Use the north gate");
  alert.set_urgency(wire::URGENCY_NOW);
  alert.add_answers("on my way");
  alert.set_answer_delay_seconds(5);
  return body;
}

Body ack_body() {
  Body body;
  body.mutable_ack()->set_alert(id);
  body.mutable_ack()->set_answer("on my way");
  return body;
}

Body clear_body() {
  Body body;
  body.mutable_all_clear()->set_alert(id);
  body.mutable_all_clear()->set_kind(wire::CLEAR_LEFT);
  return body;
}

Body recall_body() {
  Body body;
  body.mutable_recall()->set_alert(id);
  return body;
}

Body forced_body() {
  Body body;
  body.mutable_forced_alert()->set_channel_id(key);
  body.mutable_forced_alert()->set_alert(id);
  body.mutable_forced_alert()->set_sighting(id);
  body.mutable_forced_alert()->set_reason("three people called");
  return body;
}

Body keys_body() {
  Body body;
  wire::ChannelKeys& keys = *body.mutable_channel_keys();
  for (std::string* field :
       {keys.mutable_channel_id(), keys.mutable_epoch_id(), keys.mutable_root(),
        keys.mutable_ctl_drop(), keys.mutable_salt(), keys.mutable_carry(),
        keys.mutable_ctl_collect(), keys.mutable_ctl_seal(), keys.mutable_post(),
        keys.mutable_attribution(), keys.mutable_made_under_key(), keys.mutable_day_collect(),
        keys.mutable_day_seal(), keys.mutable_day_drop(), keys.mutable_reply_collect(),
        keys.mutable_reply_seal(), keys.mutable_next_day_secret(), keys.mutable_next_post_day()}) {
    *field = key;
  }
  keys.set_name("pickup");
  keys.add_left_out(id);
  return body;
}

Body root_body() {
  Body body;
  body.mutable_channel_root()->set_channel_id(key);
  body.mutable_channel_root()->set_root(key);
  body.mutable_channel_root()->add_boxes(std::string(80, 'b'));
  return body;
}

Body add_body() {
  Body body;
  body.mutable_audience_add()->set_channel_id(key);
  body.mutable_audience_add()->set_request("request");
  body.mutable_audience_add()->set_invite_id(id);
  return body;
}

Body invite_body() {
  Body body;
  wire::AudienceInvite& invite = *body.mutable_audience_invite();
  invite.set_channel_id(key);
  invite.set_invite_id(id);
  invite.set_to("Dan");
  invite.set_seal_key(key);
  invite.set_tag_key(key);
  invite.set_join_key(key);
  invite.set_expires_minute(29'000'000);
  invite.set_uses(1);
  return body;
}

Body remove_body() {
  Body body;
  body.mutable_audience_remove()->set_channel_id(key);
  body.mutable_audience_remove()->set_entry(key);
  return body;
}

Body list_body() {
  Body body;
  body.mutable_audience_list()->set_channel_id(key);
  body.mutable_audience_list()->set_seed(key);
  body.mutable_audience_list()->add_pages(key);
  return body;
}

Status complete(Body& body) {
  SeededRandom random(1);
  return complete_body(body, random, monday_noon);
}

/// A body with one thing done to it is refused when written, and a placeholder when read.
template <class Change>
void expect_refused(Body body, Change change) {
  ASSERT_TRUE(complete(body).ok());
  change(body);
  const auto status = complete(body);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Errc::usage);
  const Body read = read_body(serialise(body), {}, monday_noon);
  EXPECT_EQ(read.kind_case(), Body::KIND_NOT_SET);
}

TEST(ChannelBody, IsReadAsItWasWritten) {
  for (Body body : {alert_body(), ack_body(), clear_body(), recall_body(), forced_body()}) {
    ASSERT_TRUE(complete(body).ok());
    EXPECT_EQ(serialise(read_body(serialise(body), {}, {})), serialise(body));
    EXPECT_TRUE(is_for_people(body));
    EXPECT_EQ(body.lifetime_hours(), limits::alert_lifetime_hours);
    body.set_lifetime_hours(limits::alert_lifetime_hours_max);
    EXPECT_TRUE(complete(body).ok());
    expect_refused(body,
                   [](Body& b) { b.set_lifetime_hours(limits::alert_lifetime_hours_max + 1); });
  }
}

TEST(ChannelBody, BetweenDevicesIsNeverShown) {
  for (Body body :
       {keys_body(), root_body(), add_body(), invite_body(), remove_body(), list_body()}) {
    ASSERT_TRUE(complete(body).ok());
    EXPECT_EQ(serialise(read_body(serialise(body), {}, {})), serialise(body));
    EXPECT_FALSE(is_for_people(body));
    EXPECT_EQ(body.lifetime_hours(), 7u * 24);
  }
}

TEST(AlertBody, OutsideItsLimitsIsRefused) {
  expect_refused(alert_body(), [](Body& b) { b.mutable_alert()->set_sighting("S-4K7"); });
  expect_refused(alert_body(), [](Body& b) { b.mutable_alert()->clear_wordings(); });
  expect_refused(alert_body(), [](Body& b) { b.mutable_alert()->clear_urgency(); });
  expect_refused(alert_body(),
                 [](Body& b) { b.mutable_alert()->set_urgency(static_cast<wire::Urgency>(99)); });
  expect_refused(alert_body(), [](Body& b) {
    b.mutable_alert()->set_answer_delay_seconds(limits::answer_delay_seconds_max + 1);
  });
  expect_refused(alert_body(),
                 [](Body& b) { b.mutable_alert()->set_deadline_minute(minute_max + 1); });
}

TEST(AlertBody, AsksForAFewDifferentAnswers) {
  Body body = alert_body();
  for (std::size_t i = 1; i < limits::answers_max; ++i) {
    body.mutable_alert()->add_answers("answer " + std::to_string(i));
  }
  ASSERT_TRUE(complete(body).ok());
  expect_refused(body, [](Body& b) { b.mutable_alert()->add_answers("one more"); });
  const std::string too_long(limits::answer_bytes_max + 1, 'x');
  for (const std::string answer : {"on my way", "", " can't", "two\nlines", too_long.c_str()}) {
    expect_refused(alert_body(), [&](Body& b) { b.mutable_alert()->add_answers(answer); });
  }
}

TEST(AlertBody, CountsTheTextOfAllLanguagesTogether) {
  Body body = alert_body();
  wire::Alert& alert = *body.mutable_alert();
  alert.mutable_wordings(0)->set_text(std::string(limits::alert_text_bytes_max - 2, 'x'));
  wire::Wording& spanish = *alert.add_wordings();
  spanish.set_language("es-MX");
  spanish.set_text("é");
  EXPECT_TRUE(complete(body).ok());
  spanish.set_text("éa");
  const auto status = complete(body);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().what.find("1 character too long"), std::string::npos)
      << status.error().what;
}

TEST(AlertBody, HasOneCleanTextALanguage) {
  const auto with = [](std::string language, std::string text) {
    return [=](Body& b) {
      wire::Wording& more = *b.mutable_alert()->add_wordings();
      more.set_language(language);
      more.set_text(text);
    };
  };
  expect_refused(alert_body(), with("", "again without a language"));
  expect_refused(alert_body(), with("es", ""));
  expect_refused(alert_body(), with("es", "\x1b[2J"));
  for (const char* language : {"-es", "es-", "español", "es_MX", "a-language-too-long"}) {
    expect_refused(alert_body(), with(language, "hola"));
  }
  Body body = alert_body();
  for (std::size_t i = 1; i < limits::wordings_max; ++i) {
    with("x" + std::to_string(i), "text")(body);
  }
  ASSERT_TRUE(complete(body).ok());
  expect_refused(body, with("xx", "text"));
}

TEST(AckBody, OutsideItsLimitsIsRefused) {
  expect_refused(ack_body(), [](Body& b) { b.mutable_ack()->clear_alert(); });
  expect_refused(ack_body(), [](Body& b) { b.mutable_ack()->clear_answer(); });
  expect_refused(ack_body(), [](Body& b) { b.mutable_ack()->set_answer("\x07"); });
  expect_refused(ack_body(), [](Body& b) {
    b.mutable_ack()->set_note(std::string(limits::field_bytes_max + 1, 'x'));
  });
}

TEST(AllClearBody, OutsideItsLimitsIsRefused) {
  expect_refused(clear_body(), [](Body& b) { b.mutable_all_clear()->set_alert("A-9QX"); });
  expect_refused(clear_body(), [](Body& b) { b.mutable_all_clear()->clear_kind(); });
  expect_refused(clear_body(), [](Body& b) {
    b.mutable_all_clear()->set_kind(static_cast<wire::ClearKind>(99));
  });
  expect_refused(clear_body(), [](Body& b) {
    b.mutable_all_clear()->set_kind(wire::CLEAR_CORRECTED);  // without what is right
  });
  expect_refused(clear_body(), [](Body& b) { b.mutable_all_clear()->add_wordings(); });
}

TEST(RecallBody, NamesAnAlert) {
  expect_refused(recall_body(), [](Body& b) { b.mutable_recall()->clear_alert(); });
}

TEST(ForcedAlertBody, OutsideItsLimitsIsRefused) {
  expect_refused(forced_body(), [](Body& b) { b.mutable_forced_alert()->set_channel_id(id); });
  expect_refused(forced_body(), [](Body& b) { b.mutable_forced_alert()->clear_alert(); });
  expect_refused(forced_body(), [](Body& b) { b.mutable_forced_alert()->clear_sighting(); });
  expect_refused(forced_body(), [](Body& b) { b.mutable_forced_alert()->clear_reason(); });
  expect_refused(forced_body(), [](Body& b) {
    b.mutable_forced_alert()->set_reason(std::string(limits::field_bytes_max + 1, 'x'));
  });
}

TEST(ChannelKeysBody, OutsideItsLimitsIsRefused) {
  expect_refused(keys_body(), [](Body& b) { b.mutable_channel_keys()->clear_carry(); });
  expect_refused(keys_body(), [](Body& b) { b.mutable_channel_keys()->set_post("short"); });
  expect_refused(keys_body(), [](Body& b) { b.mutable_channel_keys()->set_name("\x1b[2J"); });
  expect_refused(keys_body(), [](Body& b) { b.mutable_channel_keys()->add_left_out(key); });
  Body full = keys_body();
  while (full.channel_keys().left_out_size() < static_cast<int>(limits::left_out_max)) {
    full.mutable_channel_keys()->add_left_out(id);
  }
  expect_refused(full, [](Body& b) { b.mutable_channel_keys()->add_left_out(id); });
}

TEST(ChannelRootBody, OutsideItsLimitsIsRefused) {
  expect_refused(root_body(), [](Body& b) { b.mutable_channel_root()->clear_root(); });
  expect_refused(root_body(), [](Body& b) { b.mutable_channel_root()->clear_boxes(); });
  expect_refused(root_body(), [](Body& b) { b.mutable_channel_root()->add_boxes(key); });
  Body full = root_body();
  while (full.channel_root().boxes_size() < static_cast<int>(limits::root_boxes_max)) {
    full.mutable_channel_root()->add_boxes(full.channel_root().boxes(0));
  }
  expect_refused(full,
                 [](Body& b) { b.mutable_channel_root()->add_boxes(b.channel_root().boxes(0)); });
}

TEST(AudienceBodies, OutsideTheirLimitsAreRefused) {
  expect_refused(add_body(), [](Body& b) { b.mutable_audience_add()->clear_request(); });
  expect_refused(add_body(), [](Body& b) {
    b.mutable_audience_add()->set_request(std::string(limits::join_request_bytes_max + 1, 'r'));
  });
  expect_refused(add_body(), [](Body& b) { b.mutable_audience_add()->clear_invite_id(); });
  expect_refused(invite_body(), [](Body& b) { b.mutable_audience_invite()->set_to(""); });
  expect_refused(invite_body(), [](Body& b) { b.mutable_audience_invite()->clear_join_key(); });
  expect_refused(invite_body(), [](Body& b) { b.mutable_audience_invite()->set_uses(0); });
  expect_refused(invite_body(), [](Body& b) {
    b.mutable_audience_invite()->set_uses(limits::event_uses_max + 1);
  });
  expect_refused(invite_body(),
                 [](Body& b) { b.mutable_audience_invite()->set_expires_minute(minute_max + 1); });
  expect_refused(remove_body(), [](Body& b) { b.mutable_audience_remove()->set_entry(id); });
  expect_refused(list_body(), [](Body& b) { b.mutable_audience_list()->clear_seed(); });
  expect_refused(list_body(), [](Body& b) { b.mutable_audience_list()->add_pages(id); });
  Body full = list_body();
  while (full.audience_list().pages_size() < static_cast<int>(limits::audience_pages_max)) {
    full.mutable_audience_list()->add_pages(key);
  }
  expect_refused(full, [](Body& b) { b.mutable_audience_list()->add_pages(key); });
}

}  // namespace
}  // namespace porchlight::client
