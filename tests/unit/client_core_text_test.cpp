#include "client/core/text.hpp"

#include <gtest/gtest.h>

#include <set>

#include "client/core/bodies.hpp"
#include "client/core/codec.hpp"
#include "client/core/short_name.hpp"
#include "client/core/words.hpp"
#include "proto/base/limits.hpp"
#include "tests/unit/client_core_fixture.hpp"

namespace porchlight::client {
namespace {

TEST(Words, AreDistinctAndPlain) {
  std::set<std::string_view> all;
  for (std::size_t i = 0; i < words_count; ++i) {
    const std::string_view w = word(i);
    EXPECT_TRUE(w.size() >= 3 && w.size() <= 7) << w;
    EXPECT_TRUE(std::all_of(w.begin(), w.end(), [](char c) { return c >= 'a' && c <= 'z'; })) << w;
    all.insert(w);
  }
  EXPECT_EQ(all.size(), words_count);
}

TEST(Text, TakesWhatPeopleWrite) {
  for (const char* text :
       {"", "plain", "two\nlines", "añb", "日本語", "🕯️", "שלום", "e\u0301"}) {
    EXPECT_TRUE(is_clean_text(text, 100)) << text;
  }
}

TEST(Text, RefusesWhatATerminalWouldObey) {
  for (const char* text : {"\x1b[2J", "a\tb", "a\rb", "\x7f",
                           "\xc2\x9b"
                           "31m",
                           "a\xe2\x80\xae"
                           "b",
                           "\xe2\x80\xa8", "\xe2\x81\xa6"}) {
    EXPECT_FALSE(is_clean_text(text, 100)) << text;
  }
  EXPECT_FALSE(is_clean_text(std::string("a\0b", 3), 100));
  EXPECT_FALSE(is_clean_line("two\nlines", 100));
}

TEST(Text, RefusesWhatIsNotUtf8) {
  for (const char* text : {"\xff", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                           "\xe2\x82", "\x80", "\xf8\x88\x80\x80\x80"}) {
    EXPECT_FALSE(is_clean_text(text, 100));
  }
}

TEST(Text, ChecksNames) {
  EXPECT_TRUE(is_clean_name("Ana María"));
  EXPECT_TRUE(is_clean_name("\xd9\x86\xe2\x80\x8c\xd8\xa7"));  // a joiner that Persian needs
  EXPECT_TRUE(is_clean_name(std::string(limits::name_bytes_max, 'x')));
  for (const std::string& name : {std::string(), std::string(" a"), std::string("a "),
                                  std::string("a\nb"), std::string(limits::name_bytes_max + 1, 'x'),
                                  std::string("An\xe2\x80\x8b"
                                              "a"),
                                  std::string("Ana\xef\xbb\xbf"), std::string("A\xc2\xadna"),
                                  std::string("\xd8\x9c"
                                              "Ana"),
                                  std::string("Ana\xf3\xa0\x80\xa1")}) {
    EXPECT_FALSE(is_clean_name(name));
    EXPECT_EQ(check_name(name, "the name").error().code, Errc::usage);
  }
}

TEST(ShortName, IsReadAsItLooks) {
  MessageId id;
  id.data()[0] = 0b00000'000;
  id.data()[1] = 0b01'111110;
  const std::string name = short_name(id.view(), 3);
  EXPECT_EQ(name, "01Z");
  EXPECT_TRUE(matches_short_name(id.view(), "oiz"));
  EXPECT_TRUE(matches_short_name(id.view(), "OLZ"));
  EXPECT_FALSE(matches_short_name(id.view(), "01"));
  EXPECT_FALSE(matches_short_name(id.view(), "01Y"));
  EXPECT_FALSE(matches_short_name(id.view(), std::string(30, '0')));
  EXPECT_TRUE(matches_shown_name(name, "oiz"));
  EXPECT_TRUE(matches_shown_name(name, "OLZ7"));
  EXPECT_FALSE(matches_shown_name(name, "01"));
  EXPECT_FALSE(matches_shown_name(name, "01Y"));
}

TEST(ShortName, GrowsUntilAllDiffer) {
  MessageId a;
  MessageId b;
  b.data()[3] = 1;
  const std::vector<MessageId> ids{a, b};
  const std::size_t length = unique_length<MessageId>(ids);
  EXPECT_EQ(length, 7u);
  EXPECT_NE(short_name(a.view(), length), short_name(b.view(), length));
}

wire::Body text_body(std::string text) {
  wire::Body body;
  body.mutable_text()->set_text(std::move(text));
  return body;
}

Errc refusal(wire::Body body) {
  SeededRandom random(1);
  const auto status = complete_body(body, random, monday_noon);
  return status.ok() ? Errc::storage : status.error().code;
}

TEST(Body, IsCompleted) {
  SeededRandom random(1);
  wire::Body body = text_body("hello");
  ASSERT_TRUE(complete_body(body, random, monday_noon).ok());
  EXPECT_EQ(body.id().size(), 16u);
  EXPECT_EQ(body.sent_minute(), wire::unix_minute(monday_noon));
  EXPECT_EQ(body.lifetime_hours(), limits::text_lifetime_hours);
}

TEST(Body, SaysByHowManyCharactersATextIsTooLong) {
  SeededRandom random(1);
  std::string text(limits::text_bytes_max - 1, 'x');
  text += "éé";  // the first one crosses the limit
  wire::Body body = text_body(text);
  const auto status = complete_body(body, random, monday_noon);
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().what.find("2 characters too long"), std::string::npos)
      << status.error().what;
  body.mutable_text()->set_text(text.substr(0, limits::text_bytes_max - 1));
  EXPECT_TRUE(complete_body(body, random, monday_noon).ok());
}

TEST(Body, OutsideItsLimitsIsRefused) {
  EXPECT_EQ(refusal({}), Errc::usage);
  EXPECT_EQ(refusal(text_body("")), Errc::usage);
  EXPECT_EQ(refusal(text_body("\x1b[0m")), Errc::usage);
  wire::Body body = text_body("x");
  body.set_lifetime_hours(limits::text_lifetime_hours_max + 1);
  EXPECT_EQ(refusal(body), Errc::usage);
  body = text_body("x");
  body.set_zone("Europe/\nBerlin");
  EXPECT_EQ(refusal(body), Errc::usage);
  body = text_body("x");
  body.set_sent_minute(UINT64_MAX);
  EXPECT_EQ(refusal(body), Errc::usage);
  body = {};
  body.mutable_sighting();
  EXPECT_EQ(refusal(body), Errc::usage);
  body.mutable_sighting()->set_activity(std::string(limits::field_bytes_max + 1, 'x'));
  EXPECT_EQ(refusal(body), Errc::usage);
  body = {};
  body.mutable_verification()->set_sighting(std::string(16, 'x'));
  EXPECT_EQ(refusal(body), Errc::usage);
  auto* outcome = body.mutable_verification()->mutable_outcome();
  EXPECT_EQ(refusal(body), Errc::usage);
  outcome->set_kind(wire::OUTCOME_DUPLICATE);
  EXPECT_EQ(refusal(body), Errc::usage);
  outcome->set_duplicate_of(std::string(16, 'y'));
  EXPECT_EQ(refusal(body), Errc::storage);  // that is: good
  outcome->set_kind(static_cast<wire::OutcomeKind>(99));
  EXPECT_EQ(refusal(body), Errc::usage);
}

TEST(Body, ThatCannotBeShownBecomesAPlaceholder) {
  SeededRandom random(1);
  const MessageId fallback = random.fixed<MessageId>();
  wire::Body body = text_body("hello");
  ASSERT_TRUE(complete_body(body, random, monday_noon).ok());
  EXPECT_EQ(read_body(serialise(body), fallback, monday_noon).text().text(), "hello");

  body.mutable_text()->set_text(std::string(limits::text_bytes_max + 1, 'x'));
  const wire::Body too_long = read_body(serialise(body), fallback, monday_noon);
  EXPECT_EQ(too_long.kind_case(), wire::Body::KIND_NOT_SET);
  EXPECT_EQ(too_long.id(), body.id());

  const Bytes unknown_kind{0xA2, 0x06, 0x00};  // field 100, empty
  const wire::Body unknown = read_body(unknown_kind, fallback, monday_noon);
  EXPECT_EQ(unknown.kind_case(), wire::Body::KIND_NOT_SET);
  EXPECT_EQ(unknown.id(), fallback.str());
  EXPECT_EQ(read_body(Bytes{0xFF}, fallback, monday_noon).id(), fallback.str());
}

TEST(Body, EndsByTheSendersClockOnlyNearTheRelays) {
  SeededRandom random(1);
  wire::Body body = text_body("hello");
  ASSERT_TRUE(complete_body(body, random, monday_noon).ok());
  const auto life = std::chrono::hours(limits::text_lifetime_hours);
  EXPECT_EQ(end_of_life(body, monday_noon), monday_noon + life);
  body.set_sent_minute(0);
  EXPECT_EQ(end_of_life(body, monday_noon), monday_noon - 24h + life);
  body.set_sent_minute(wire::unix_minute(monday_noon + 9000h));
  EXPECT_EQ(end_of_life(body, monday_noon), monday_noon + 1h + life);
}

}  // namespace
}  // namespace porchlight::client
