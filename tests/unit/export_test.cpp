#include "client/core/export.hpp"

#include <gtest/gtest.h>

#include "client/core/tally.hpp"
#include "tests/unit/client_core_group_scene.hpp"

namespace porchlight::client {
namespace {

constexpr std::uint32_t week = 2'900;

std::optional<std::uint64_t> count_in(std::span<const ExportRow> rows, std::uint32_t of_week,
                                      std::string_view zone, wire::OutcomeKind outcome) {
  for (const ExportRow& row : rows) {
    if (row.week == iso_week(of_week) && row.zone == zone && row.outcome == outcome) {
      return row.count;
    }
  }
  ADD_FAILURE() << "no such row: " << zone;
  return std::nullopt;
}

bool has_zone(std::span<const ExportRow> rows, std::string_view zone) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const ExportRow& row) { return row.zone == zone; });
}

TEST(Export, CallsWeeksAsTheCalendarDoes) {
  using namespace std::chrono;
  const auto week_of = [](year_month_day day) {
    return iso_week(wire::token_week(TimePoint(sys_days(day))));
  };
  EXPECT_EQ(week_of(2026y / November / 23), "2026-W48");
  EXPECT_EQ(week_of(2027y / January / 3), "2026-W53");  // a Sunday
  EXPECT_EQ(week_of(2027y / January / 4), "2027-W01");
  EXPECT_EQ(week_of(2024y / December / 30), "2025-W01");  // a Monday
  EXPECT_EQ(week_of(1970y / January / 1), "1970-W01");
}

TEST(Export, ShowsNoCountBelowFive) {
  const Counts counts{{{week, "north", wire::OUTCOME_CONFIRMED}, 5},
                      {{week, "north", wire::OUTCOME_GONE}, 4},
                      {{week, "north", wire::OUTCOME_NONE}, 1}};
  const auto rows = make_export(counts, week, week);
  EXPECT_EQ(count_in(rows, week, "north", wire::OUTCOME_CONFIRMED), 5u);
  EXPECT_EQ(count_in(rows, week, "north", wire::OUTCOME_GONE), std::nullopt);
  EXPECT_EQ(count_in(rows, week, "north", wire::OUTCOME_NONE), std::nullopt);
  // Nothing and little look the same.
  EXPECT_EQ(count_in(rows, week, "north", wire::OUTCOME_UNVERIFIABLE), std::nullopt);
}

TEST(Export, HasTheSameRowsWhateverLittleHappened) {
  const Counts much{{{week, "north", wire::OUTCOME_CONFIRMED}, 9}};
  Counts more = much;
  more[{week - 1, "north", wire::OUTCOME_GONE}] = 4;
  more[{week, "Mrs. Diaz's corner", wire::OUTCOME_CONFIRMED}] = 4;
  more[{week - 1, "", wire::OUTCOME_NONE}] = 1;
  const auto key = [](const ExportRow& row) {
    return std::tie(row.week, row.zone, row.outcome, row.count);
  };
  const auto without = make_export(much, week - 3, week);
  const auto with = make_export(more, week - 3, week);
  ASSERT_EQ(without.size(), with.size());
  EXPECT_EQ(with.size(), 4u * 3 * 5);
  for (std::size_t i = 0; i < with.size(); ++i) EXPECT_EQ(key(with[i]), key(without[i]));
}

TEST(Export, NamesOnlyZonesOfWhichACountIsShown) {
  const Counts counts{{{week, "north", wire::OUTCOME_CONFIRMED}, 5},
                      {{week, "south", wire::OUTCOME_CONFIRMED}, 3},
                      {{week, "east", wire::OUTCOME_CONFIRMED}, 3},
                      {{week, "", wire::OUTCOME_GONE}, 6}};
  const auto rows = make_export(counts, week, week);
  EXPECT_TRUE(has_zone(rows, "north"));
  EXPECT_FALSE(has_zone(rows, "south"));
  EXPECT_FALSE(has_zone(rows, "east"));
  EXPECT_EQ(count_in(rows, week, "other", wire::OUTCOME_CONFIRMED), 6u);
  EXPECT_EQ(count_in(rows, week, "unnamed", wire::OUTCOME_GONE), 6u);
}

TEST(Export, SaysTheSameOfAWeekWhicheverWeeksAreAskedFor) {
  Counts counts{{{week, "north", wire::OUTCOME_CONFIRMED}, 3},
                {{week, "south", wire::OUTCOME_CONFIRMED}, 4},
                {{week, "east", wire::OUTCOME_CONFIRMED}, 2},
                {{week - 1, "north", wire::OUTCOME_GONE}, 8}};
  const auto narrow = make_export(counts, week, week);
  const auto wide = make_export(counts, week - 1, week);
  // Otherwise what "other" has less of in the second one would be the three of "north".
  EXPECT_FALSE(has_zone(narrow, "north"));
  EXPECT_TRUE(has_zone(wide, "north"));
  EXPECT_EQ(count_in(narrow, week, "other", wire::OUTCOME_CONFIRMED), 9u);
  EXPECT_EQ(count_in(wide, week, "other", wire::OUTCOME_CONFIRMED), 9u);
  EXPECT_EQ(count_in(wide, week, "north", wire::OUTCOME_CONFIRMED), std::nullopt);
}

TEST(Export, LeavesOutOtherWeeks) {
  const Counts counts{{{week - 9, "north", wire::OUTCOME_CONFIRMED}, 50}};
  const auto rows = make_export(counts, week - 1, week);
  EXPECT_FALSE(has_zone(rows, "north"));
}

TEST(Tally, KeepsABoundedNumberOfZonesAWeek) {
  Journal journal;
  Tallies tallies(journal);
  const GroupId group;
  for (std::size_t i = 0; i < tally_zones_max + 10; ++i) {
    tallies.add(group, {week, "zone " + std::to_string(i), wire::OUTCOME_GONE});
  }
  tallies.add(group, {week, "zone 0", wire::OUTCOME_GONE});
  const Counts counts = tallies.counts(group);
  EXPECT_EQ(counts.size(), tally_zones_max + 1);
  EXPECT_EQ(counts.at({week, "zone 0", wire::OUTCOME_GONE}), 2u);
  EXPECT_EQ(counts.at({week, other_zones, wire::OUTCOME_GONE}), 10u);
}

TEST(Tally, RefusesADamagedRecord) {
  Journal journal;
  Tallies tallies(journal);
  EXPECT_FALSE(tallies.load({Table::tallies, Bytes(35), SecretBytes(Bytes{})}));
  EXPECT_FALSE(tallies.load({Table::tallies, Bytes(36), SecretBytes(Bytes{0xff})}));
}

/// A group whose members report, judge, and let a day pass.
struct CountingScene : GroupScene {
  MessageId sight(const std::string& area) {
    wire::Body body;
    body.mutable_sighting()->set_activity("a van");
    body.mutable_sighting()->set_area(area);
    return post(ana, body);
  }
  void judge(const MessageId& sighting, wire::OutcomeKind kind,
             const MessageId& duplicate_of = {}) {
    wire::Body body;
    body.mutable_verification()->set_sighting(sighting.str());
    auto* outcome = body.mutable_verification()->mutable_outcome();
    outcome->set_kind(kind);
    if (kind == wire::OUTCOME_DUPLICATE) outcome->set_duplicate_of(duplicate_of.str());
    post(ben, body);
  }
  MessageId post(Device& device, const wire::Body& body) {
    const auto id = device.core().post(group, body, device.now());
    EXPECT_TRUE(id.ok()) << (id.ok() ? "" : id.error().what);
    device.keep();
    sync_all();
    return id.ok() ? *id : MessageId{};
  }
  void pass(std::chrono::hours hours) {
    relay.now += hours;
    sync_all();
  }
  std::size_t sightings(Device& device) {
    return device.core().board(group, TimePoint::min()).sightings.size();
  }
  std::uint32_t this_week() const { return wire::token_week(relay.now); }
};

TEST(Tally, CountsEachSightingOnceBeforeAndAfterItsEnd) {
  CountingScene scene;
  const std::uint32_t then = scene.this_week();
  const MessageId first = scene.sight("north");
  const MessageId second = scene.sight("north");
  scene.sight("");
  scene.judge(first, wire::OUTCOME_CONFIRMED);
  scene.judge(second, wire::OUTCOME_DUPLICATE, first);
  const Counts expected{{{then, "north", wire::OUTCOME_CONFIRMED}, 1},
                        {{then, "", wire::OUTCOME_NONE}, 1}};
  for (Device* device : scene.everybody()) EXPECT_EQ(device->core().counts(scene.group), expected);
  scene.pass(30h);
  for (Device* device : scene.everybody()) {
    EXPECT_EQ(scene.sightings(*device), 0u);
    EXPECT_EQ(device->core().counts(scene.group), expected);
    device->reload();
    device->sync();
    EXPECT_EQ(device->core().counts(scene.group), expected);
  }
}

TEST(Tally, CountsNothingThatItsAuthorTookBack) {
  CountingScene scene;
  const std::uint32_t then = scene.this_week();
  const MessageId mistaken = scene.sight("north");
  const MessageId judged = scene.sight("north");
  scene.judge(judged, wire::OUTCOME_CONFIRMED);
  const auto said = scene.ben.core().messages(scene.group);
  const auto take_back = [&](Device& device, const MessageId& message) {
    wire::Body body;
    body.mutable_retraction()->set_message(message.str());
    scene.post(device, body);
  };
  take_back(scene.ana, mistaken);
  take_back(scene.ben, said.back().id);
  const Counts expected{{{then, "north", wire::OUTCOME_NONE}, 1}};
  for (Device* device : scene.everybody()) EXPECT_EQ(device->core().counts(scene.group), expected);
  scene.pass(30h);
  for (Device* device : scene.everybody()) {
    EXPECT_EQ(scene.sightings(*device), 0u);
    EXPECT_EQ(device->core().counts(scene.group), expected);
  }
}

TEST(Tally, IsWrittenWithTheErasureSoThatACrashLosesAndDoublesNothing) {
  CountingScene scene;
  scene.sight("north");
  const Counts expected = scene.ana.core().counts(scene.group);
  scene.relay.now += 30h;
  // What was not persisted when the plug was pulled is done again.
  scene.ana.core().on_relay_facts(scene.relay.facts(), Lane::collect, scene.ana.now());
  EXPECT_EQ(scene.sightings(scene.ana), 0u);
  scene.ana.reload();
  EXPECT_EQ(scene.sightings(scene.ana), 1u);
  EXPECT_EQ(scene.ana.core().counts(scene.group), expected);
  scene.ana.sync();
  scene.ana.reload();
  EXPECT_EQ(scene.sightings(scene.ana), 0u);
  EXPECT_EQ(scene.ana.core().counts(scene.group), expected);
}

TEST(Tally, KeepsOfASightingNothingButItsZone) {
  CountingScene scene;
  wire::Body body;
  body.mutable_sighting()->set_activity("SECRET-ACTIVITY");
  body.mutable_sighting()->set_location("SECRET-LOCATION");
  body.mutable_sighting()->set_area("north");
  const MessageId id = scene.post(scene.ana, body);
  scene.pass(30h);
  bool tallied = false;
  for (const Record& record : scene.ben.records()) {
    const std::string value(as_text(record.value.reveal()));
    EXPECT_EQ(value.find("SECRET-"), std::string::npos);
    if (record.table != Table::tallies) continue;
    tallied = value.find("north") != std::string::npos;
    EXPECT_EQ(value.find(id.str()), std::string::npos);
    EXPECT_EQ(value.find("Ana"), std::string::npos);
  }
  EXPECT_TRUE(tallied);
}

TEST(Tally, IsGoneAfterTwoYears) {
  CountingScene scene;
  scene.sight("north");
  scene.pass(30h);
  EXPECT_FALSE(scene.ana.core().counts(scene.group).empty());
  scene.relay.now += std::chrono::weeks(105);
  scene.ana.sync();
  EXPECT_TRUE(scene.ana.core().counts(scene.group).empty());
  for (const Record& record : scene.ana.records()) EXPECT_NE(record.table, Table::tallies);
}

TEST(Tally, GoesWithItsGroup) {
  MemoryRelay relay;
  Device ana(relay, 2);
  const GroupId group = found(ana, relay);
  wire::Body body;
  body.mutable_sighting()->set_activity("a van");
  ASSERT_TRUE(ana.core().post(group, body, ana.now()).ok());
  ana.keep();
  ana.sync();
  relay.now += 30h;
  ana.sync();
  EXPECT_FALSE(ana.core().counts(group).empty());
  ASSERT_TRUE(ana.core().leave_group(group, ana.now()).ok());
  ana.keep();
  for (const Record& record : ana.records()) EXPECT_NE(record.table, Table::tallies);
}

}  // namespace
}  // namespace porchlight::client
