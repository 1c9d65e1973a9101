// Times at a site, plans as people write them, and what is shown of shifts.
#include <gmock/gmock.h>

#include <cstdlib>
#include <ctime>

#include "client/cli/shift_plan.hpp"
#include "client/cli/show_library.hpp"
#include "client/cli/show_shift.hpp"
#include "client/cli/site_time.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/limits.hpp"
#include "tests/e2e/json_schema.hpp"

namespace porchlight::client {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

SiteZone zone_called(const std::string& name) {
  auto zone = SiteZone::find(name);
  EXPECT_TRUE(zone.ok()) << zone.error().what;
  return *zone;
}

/// RFC 3339, with "?" behind a time that the clocks show twice, or what is wrong.
std::string at(const std::string& zone, const std::string& day, const std::string& time) {
  const auto moment = zone_called(zone).at(*parse_day(day), *parse_time_of_day(time));
  if (!moment.ok()) return moment.error().what;
  return rfc3339(moment->when) + (moment->doubt.empty() ? "" : "?");
}

TimePoint utc(const std::string& text) { return *parse_time(text, TimePoint{}); }

/// This device's time zone, while it lives.
class DeviceIn {
 public:
  explicit DeviceIn(const char* zone) {
    if (const char* set = std::getenv("TZ")) before_ = set;
    setenv("TZ", zone, 1);
    tzset();
  }
  DeviceIn(const DeviceIn&) = delete;
  DeviceIn& operator=(const DeviceIn&) = delete;
  ~DeviceIn() {
    before_ ? setenv("TZ", before_->c_str(), 1) : unsetenv("TZ");
    tzset();
  }

 private:
  std::optional<std::string> before_;
};

// ---- the site's clocks ----------------------------------------------------------------------

TEST(SiteTime, IsTheSitesOwnOnBothSidesOfAChangeOfTheClocks) {
  EXPECT_EQ(at("America/Chicago", "2026-10-31", "14:30"), "2026-10-31T19:30:00Z");
  EXPECT_EQ(at("America/Chicago", "2026-11-01", "14:30"), "2026-11-01T20:30:00Z");
  EXPECT_EQ(at("America/Chicago", "2027-03-13", "14:30"), "2027-03-13T20:30:00Z");
  EXPECT_EQ(at("America/Chicago", "2027-03-14", "14:30"), "2027-03-14T19:30:00Z");
  EXPECT_EQ(at("Europe/Berlin", "2026-03-28", "08:00"), "2026-03-28T07:00:00Z");
  EXPECT_EQ(at("Europe/Berlin", "2026-03-29", "08:00"), "2026-03-29T06:00:00Z");
  EXPECT_EQ(at("Asia/Kolkata", "2026-11-24", "00:15"), "2026-11-23T18:45:00Z");
  EXPECT_EQ(at("Australia/Adelaide", "2026-10-03", "12:00"), "2026-10-03T02:30:00Z");
  EXPECT_EQ(at("Australia/Adelaide", "2026-10-04", "12:00"), "2026-10-04T01:30:00Z");
  EXPECT_EQ(at("Australia/Lord_Howe", "2026-10-04", "12:00"), "2026-10-04T01:00:00Z");  // half
}

TEST(SiteTime, ThatTheClocksSkipIsRefusedWithWhatHappensThen) {
  const std::string spring = at("America/Chicago", "2027-03-14", "02:30");
  EXPECT_THAT(spring, HasSubstr("There is no 02:30 on Sun 2027-03-14 in America/Chicago"));
  EXPECT_THAT(spring, HasSubstr("from 02:00 to 03:00"));
  EXPECT_EQ(at("America/Chicago", "2027-03-14", "03:00"), "2027-03-14T08:00:00Z");
  EXPECT_THAT(at("Europe/Berlin", "2026-03-29", "02:00"), HasSubstr("There is no 02:00"));
  EXPECT_THAT(at("Australia/Lord_Howe", "2026-10-04", "02:15"), HasSubstr("from 02:00 to 02:30"));
  EXPECT_EQ(at("Australia/Lord_Howe", "2026-10-04", "02:30"), "2026-10-03T15:30:00Z");
}

TEST(SiteTime, ThatTheClocksShowTwiceIsTheFirstAndSaysSo) {
  EXPECT_EQ(at("America/Chicago", "2026-11-01", "01:30"), "2026-11-01T06:30:00Z?");
  EXPECT_EQ(at("America/Chicago", "2026-11-01", "02:00"), "2026-11-01T08:00:00Z");
  EXPECT_EQ(at("Europe/Berlin", "2026-10-25", "02:30"), "2026-10-25T00:30:00Z?");
  EXPECT_EQ(at("Australia/Lord_Howe", "2026-04-05", "01:45"), "2026-04-04T14:45:00Z?");
  const auto moment = zone_called("America/Chicago").at(*parse_day("2026-11-01"), 90min);
  EXPECT_THAT(moment->doubt, HasSubstr("show 01:30 twice"));
  EXPECT_THAT(moment->doubt, HasSubstr("the first of the two is meant (CDT)"));
}

TEST(SiteTime, ComesBackAsItWasSaid) {
  for (const char* zone : {"America/Chicago", "Europe/Berlin", "Asia/Kolkata"}) {
    for (LocalDay day = *parse_day("2026-10-20"); day <= *parse_day("2026-11-05");
         day += std::chrono::days(1)) {
      const auto moment = zone_called(zone).at(day, 22h + 15min);
      ASSERT_TRUE(moment.ok());
      const SiteZone::Local local = zone_called(zone).local(moment->when);
      EXPECT_EQ(local.day, day);
      EXPECT_EQ(local.time, 22h + 15min);
    }
  }
}

TEST(SiteTime, ShowsTheSitesTimeAndThisDevicesWhereItDiffers) {
  const DeviceIn device("America/Chicago");
  EXPECT_EQ(span_text(utc("2026-11-24T20:30:00Z"), utc("2026-11-24T21:30:00Z"), "America/Chicago"),
            "Tue 2026-11-24 14:30 to 15:30 in America/Chicago");
  EXPECT_EQ(span_text(utc("2026-11-24T20:30:00Z"), utc("2026-11-24T21:30:00Z"), "Europe/Berlin"),
            "Tue 2026-11-24 21:30 to 22:30 in Europe/Berlin; here Tue 2026-11-24 14:30 to 15:30");
  EXPECT_EQ(span_text(utc("2026-11-01T06:30:00Z"), utc("2026-11-01T07:30:00Z"), "America/Chicago"),
            "Sun 2026-11-01 01:30 CDT to 01:30 CST in America/Chicago");
  EXPECT_EQ(span_text(utc("2026-11-25T04:00:00Z"), utc("2026-11-25T08:00:00Z"), "America/Chicago"),
            "Tue 2026-11-24 22:00 to Wed 2026-11-25 02:00 in America/Chicago");
  EXPECT_THAT(span_text(utc("2026-11-24T20:30:00Z"), utc("2026-11-24T21:30:00Z"), "Mars/Base\x1b"),
              HasSubstr("here (Mars/Base\\x1b is a time zone that this device does not know)"));
}

TEST(SiteTime, OfAnUnknownZoneNamesThoseThatLookLikeIt) {
  EXPECT_THAT(SiteZone::find("America/Chicgo").error().what, HasSubstr("America/Chicago"));
  EXPECT_THAT(SiteZone::find("chicago").error().what, HasSubstr("America/Chicago"));
  EXPECT_THAT(SiteZone::find("America/New York").error().what, HasSubstr("America/New_York"));
  EXPECT_THAT(SiteZone::find("").error().what, HasSubstr("looks like"));
  EXPECT_FALSE(SiteZone::find("../../etc/passwd").ok());
}

TEST(SiteTime, OfADayOrAClockThatIsNoneIsRefused) {
  for (const char* text : {"2026-02-30", "2026-11-24x", "24.11.2026", "2026-1-4", "", "tomorrow"}) {
    EXPECT_FALSE(parse_day(text).ok()) << text;
  }
  for (const char* text : {"24:00", "14:60", "14", "2pm", "", "14:30:00"}) {
    EXPECT_FALSE(parse_time_of_day(text).ok()) << text;
  }
  EXPECT_EQ(day_text(*unix_day_of(*parse_day("2027-05-01"))), "2027-05-01");
}

// ---- plans ----------------------------------------------------------------------------------

const TimePoint now = utc("2026-11-23T12:00:00Z");

class ShiftPlan : public ::testing::Test {
 protected:
  ShiftDraft draft(const std::string& day, std::chrono::minutes from, std::chrono::minutes to) {
    return {"Lincoln", "north gate", "", zone_called("America/Chicago"), *parse_day(day), from, to};
  }
  Result<std::vector<PlannedShift>> read(const std::string& text) {
    return read_shift_file(text, "plan.toml", "UTC", random, now);
  }
  std::string error_of(const std::string& text) {
    const auto planned = read(text);
    return planned.ok() ? "none" : planned.error().what;
  }
  static std::string start_of(const PlannedShift& planned) {
    return rfc3339(TimePoint(
        std::chrono::minutes(static_cast<std::int64_t>(planned.body.shift().start_minute()))));
  }
  SystemRandom random;
};

TEST_F(ShiftPlan, LivesForADayAfterItsEnd) {
  const auto planned = plan_shift(draft("2026-12-20", 14h, 15h), random, now);
  ASSERT_TRUE(planned.ok()) << planned.error().what;
  const TimePoint end = utc("2026-12-20T21:00:00Z");
  EXPECT_GE(now + std::chrono::hours(planned->body.lifetime_hours()), end + 24h);
  EXPECT_EQ(planned->body.zone(), "America/Chicago");
  EXPECT_EQ(planned->body.shift().max_people(), 1u);
  EXPECT_GE(hours_left(planned->body, now + 48h), planned->body.lifetime_hours() - 48);
}

TEST_F(ShiftPlan, EndsOnTheNextDayWhereItsEndIsNotAfterItsStart) {
  const auto planned = plan_shift(draft("2026-11-24", 22h, 2h), random, now);
  ASSERT_TRUE(planned.ok()) << planned.error().what;
  EXPECT_EQ(planned->body.shift().end_minute() - planned->body.shift().start_minute(), 240u);
}

TEST_F(ShiftPlan, IsRefusedWhereItIsOverOrTooFarAhead) {
  EXPECT_THAT(plan_shift(draft("2026-11-22", 14h, 15h), random, now).error().what,
              HasSubstr("over already"));
  EXPECT_THAT(plan_shift(draft("2026-12-24", 14h, 15h), random, now).error().what,
              HasSubstr("at most 29 days ahead"));
  EXPECT_TRUE(plan_shift(draft("2026-12-22", 4h, 5h), random, now).ok());
}

TEST_F(ShiftPlan, ComesFromAFileWithWhatIsSharedAndRepeats) {
  const auto planned = read(R"(
site = "Lincoln"
zone = "America/Chicago"
people = 2

[[shift]]
post = "north gate"
on = 2026-11-24
from = 14:30:00
to = "15:30"
at_most = 3
repeat = ["mon", "tue"]
until = "2026-12-07"

[[shift]]
site = "Schule"
zone = "Europe/Berlin"
on = "2026-11-24"
from = "07:30"
to = "08:15"
people = 1
note = "yellow vests"
)");
  ASSERT_TRUE(planned.ok()) << planned.error().what;
  ASSERT_EQ(planned->size(), 5u);
  std::vector<std::string> starts;
  for (const PlannedShift& each : *planned) starts.push_back(start_of(each));
  EXPECT_EQ(starts, (std::vector<std::string>{"2026-11-24T20:30:00Z", "2026-11-30T20:30:00Z",
                                              "2026-12-01T20:30:00Z", "2026-12-07T20:30:00Z",
                                              "2026-11-24T06:30:00Z"}));
  const wire::Shift& first = planned->front().body.shift();
  EXPECT_EQ(first.site() + "," + first.post(), "Lincoln,north gate");
  EXPECT_EQ(first.min_people(), 2u);
  EXPECT_EQ(first.max_people(), 3u);
  const wire::Body& last = planned->back().body;
  EXPECT_EQ(last.zone() + last.shift().note(), "Europe/Berlinyellow vests");
}

constexpr const char* good_shift =
    "[[shift]]\nsite = \"Lincoln\"\non = \"2026-11-24\"\nfrom = \"14:30\"\nto = \"15:30\"\n";

TEST_F(ShiftPlan, FromAFileNamesTheLineAndTheFieldThatIsWrong) {
  const std::string good = good_shift;
  EXPECT_THAT(error_of(good + "people = \"two\"\n"), HasSubstr("plan.toml, line 6, people:"));
  EXPECT_THAT(error_of(good + "persons = 2\n"), HasSubstr("line 6, persons: There is no such"));
  EXPECT_THAT(error_of(good + "zone = \"America/Chicgo\"\n"), HasSubstr("line 6, zone:"));
  EXPECT_THAT(error_of(good + "people = 3\nat_most = 2\n"), HasSubstr("line 7, at_most:"));
  EXPECT_THAT(error_of(good + "repeat = [\"someday\"]\nuntil = 2026-11-30\n"),
              HasSubstr("line 6, repeat:"));
  EXPECT_THAT(error_of(good + "repeat = [\"mon\"]\n"), HasSubstr("line 6, repeat:"));
  EXPECT_THAT(error_of(good + "repeat = [\"mon\"]\nuntil = 2026-12-09\n"),
              HasSubstr("line 7, until:"));
  EXPECT_THAT(error_of("[[shift]]\nsite = \"a\"\non = \"soon\"\n"), HasSubstr("line 3, on:"));
  EXPECT_THAT(error_of("[[shift]]\non = 2026-11-24\nfrom = \"1\"\n"), HasSubstr("line 3, from:"));
  EXPECT_THAT(error_of("[[shift]]\non = 2026-11-24\nfrom = \"10:00\"\nto = \"11:00\"\n"),
              HasSubstr("line 1, site: It is missing."));
  EXPECT_THAT(error_of("[[shift]\n"), HasSubstr("plan.toml, line 1: this is no TOML"));
  EXPECT_THAT(error_of("site = \"Lincoln\"\n"), HasSubstr("plans no shift"));
  EXPECT_THAT(error_of("on = 2026-11-24\n"), HasSubstr("line 1, on: There is no such field"));
  for (const char* end : {"people = 100\n", "people = -1\n", "note = 4\n"}) {
    EXPECT_THAT(error_of(good + end), HasSubstr("line 6, "));
  }
  EXPECT_THAT(error_of("[[shift]]\non = 2026-11-24\nfrom = \"10:00\"\nto = \"11:00\"\n"
                       "site = \"a\\nb\"\n"),
              HasSubstr("line 5, site:"));
}

TEST_F(ShiftPlan, FromAFileIsNoneWhereAnyEntryIsWrong) {
  const std::string good = good_shift;
  EXPECT_TRUE(read(good + good).ok());
  const std::string error = error_of(good + "[[shift]]\nsite = \"Lincoln\"\non = \"2026-11-01\"\n" +
                                     "from = \"14:30\"\nto = \"15:30\"\n");
  EXPECT_THAT(error, HasSubstr("line 8, on: That shift is over already"));
  EXPECT_THAT(error, HasSubstr("Nothing was planned."));
}

TEST_F(ShiftPlan, FromAFileIsNotWithoutALimit) {
  std::string many;
  for (std::size_t i = 0; i <= limits::plan_shifts_max; ++i) many += good_shift;
  EXPECT_THAT(error_of(many), HasSubstr("at most 64 shifts"));
}

TEST_F(ShiftPlan, FromAFileRefusesATimeThatTheClocksSkip) {
  const auto planned = read_shift_file(
      "[[shift]]\nsite = \"a\"\non = 2027-03-14\nfrom = \"02:30\"\nto = \"04:00\"\n", "plan.toml",
      "America/Chicago", random, utc("2027-03-10T00:00:00Z"));
  EXPECT_THAT(planned.error().what, HasSubstr("line 4, from: There is no 02:30"));
}

// ---- what is shown --------------------------------------------------------------------------

FoundShift shift_of(std::size_t places) {
  FoundShift found;
  found.group.name = "dispatch";
  found.shift.short_id = "H-4K7";
  found.shift.plan.sender_name = "Ana";
  found.shift.plan.body.set_zone("America/Chicago");
  wire::Shift& shift = *found.shift.plan.body.mutable_shift();
  shift.set_site("Lincoln");
  shift.set_post("north gate");
  shift.set_start_minute(wire::unix_minute(now));
  shift.set_end_minute(wire::unix_minute(now) + 60);
  shift.set_min_people(2);
  shift.set_max_people(3);
  for (std::size_t i = 0; i < places; ++i) {
    found.shift.places.emplace_back().name = std::string(1, static_cast<char>('B' + i)) + "\x1b";
  }
  return found;
}

TEST(ShownShift, SaysWhoIsWantedAndWhoIsMissing) {
  EXPECT_EQ(shift_standing(shift_of(1).shift, now), "1 of 2 to 3 people · needs 1 more");
  EXPECT_EQ(shift_standing(shift_of(2).shift, now + 5min),
            "2 of 2 to 3 people · 2 have not checked in");
  FoundShift mine = shift_of(2);
  mine.shift.places[1].mine = true;
  mine.shift.places[1].checked_in = now;
  EXPECT_EQ(shift_standing(mine.shift, now + 5min),
            "2 of 2 to 3 people · 1 has not checked in · you are there");
  mine.shift.cancelled = true;
  EXPECT_EQ(shift_standing(mine.shift, now), "2 of 2 to 3 people · cancelled");
}

TEST(ShownShift, IsARecordForPrograms) {
  const FoundShift found = shift_of(1);
  const Json record = shift_json(found, now + 5min);
  EXPECT_EQ(e2e::schema_fault(record_line("shift", record)), "");
  const Json missing = missing_json(found, found.shift.places[0]);
  EXPECT_EQ(e2e::schema_fault(record_line("not_checked_in", missing)), "");
  EXPECT_EQ(record["shift"], "H-4K7");
  EXPECT_EQ(record["start"], "2026-11-23T12:00:00Z");
  EXPECT_EQ(record["zone"], "America/Chicago");
  EXPECT_EQ(record["understaffed"], true);
  EXPECT_EQ(record["not_checked_in"].size(), 1u);
  EXPECT_EQ(record["places"][0]["stored"], true);
  EXPECT_EQ(missing["name"], "B\x1b");
  EXPECT_THAT(missing_text(found, found.shift.places[0]),
              HasSubstr("B\\x1b has not checked in: H-4K7, Lincoln, north gate, Mon 2026-11-23"));
}

TEST(ShownLibrary, SaysWhatIsNotInOnesLanguageOldOrPastItsReview) {
  LibraryItemView item;
  item.version = 2;
  wire::LibraryItem& english = *item.texts.emplace_back().message.body.mutable_library_item();
  english.set_language("en");
  english.set_version(2);
  const std::vector<std::string> spanish{"es-MX"};
  EXPECT_EQ(cautions(item, choose_text(item, spanish), now),
            std::vector<std::string>{"This is there only in English."});
  wire::LibraryItem& older = *item.texts.emplace_back().message.body.mutable_library_item();
  older.set_language("es");
  older.set_version(1);
  older.set_review_by_day(wire::unix_day(now) - 1);
  const auto all = cautions(item, choose_text(item, spanish), now);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_THAT(all[0], HasSubstr("version 1, and not the newest: version 2 is there in English"));
  EXPECT_THAT(all[1], HasSubstr("looked over by 2026-11-22"));
  EXPECT_TRUE(cautions(item, choose_text(item, {}), now).empty());
  const FoundItem found{{}, item};
  EXPECT_EQ(e2e::schema_fault(record_line("library_item", item_json(found, now))), "");
  const Json text = text_json(found, choose_text(found.item, spanish), now);
  EXPECT_EQ(e2e::schema_fault(record_line("library_text", text)), "");
}

}  // namespace
}  // namespace porchlight::client
