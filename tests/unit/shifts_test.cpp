// Who has which place on a shift.
#include "client/core/shifts.hpp"

#include "proto/base/limits.hpp"
#include "tests/unit/work_scene.hpp"

namespace porchlight::client {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t start = 29'000'000;
constexpr std::size_t ana = 0, ben = 1, cleo = 2, dan = 3, eve = 4;

TimePoint minute(std::uint64_t number) { return TimePoint(std::chrono::minutes(number)); }

class Shifts : public ::testing::Test {
 protected:
  /// By Ana, from `start` on for an hour.
  MessageId plan(std::uint32_t min_people, std::uint32_t max_people) {
    StoredMessage& message = says.say(ana, start - 600);
    fill(*message.body.mutable_shift(), min_people, max_people);
    return message.id;
  }
  static void fill(wire::Shift& shift, std::uint32_t min_people, std::uint32_t max_people) {
    shift.set_site("Lincoln");
    shift.set_start_minute(start);
    shift.set_end_minute(start + 60);
    shift.set_min_people(min_people);
    shift.set_max_people(max_people);
  }
  void change(std::size_t who, const MessageId& shift, std::uint32_t max_people,
              std::uint64_t when = start - 300) {
    StoredMessage& message = says.say(who, when);
    message.body.set_supersedes(shift.str());
    fill(*message.body.mutable_shift(), 1, max_people);
  }
  wire::ShiftAct& act(std::size_t who, const MessageId& shift, wire::ShiftActKind kind,
                      std::uint64_t when = start - 500) {
    wire::ShiftAct& act = *says.say(who, when).body.mutable_shift_act();
    act.set_shift(shift.str());
    act.set_kind(kind);
    return act;
  }
  void offer(std::size_t who, const MessageId& shift, std::size_t to) {
    act(who, shift, wire::SHIFT_HAND_OVER).set_to(says.people[to].str());
  }
  ShiftView view() const {
    const ShiftBoard board = make_shifts(says.in_order());
    EXPECT_EQ(board.shifts.size(), 1u);
    return board.shifts.front();
  }
  static std::string names(const std::vector<ShiftPerson>& people) {
    std::string all;
    for (const ShiftPerson& person : people) all += person.name;
    return all;
  }
  std::string places() const { return names(view().places); }
  std::string backups() const { return names(view().backups); }
  std::string who_is_missing(TimePoint now) const {
    const ShiftView shift = view();
    std::string all;
    for (const ShiftPerson* person : missing(shift, now)) all += person->name;
    return all;
  }

  Sayings says;
};

TEST_F(Shifts, GivePlacesToWhoCameFirstAndMakeTheOthersBackups) {
  const MessageId shift = plan(2, 2);
  EXPECT_TRUE(is_understaffed(view()));
  for (const std::size_t who : {cleo, ben, dan, cleo, eve}) act(who, shift, wire::SHIFT_CLAIM);
  EXPECT_EQ(places(), "CB");
  EXPECT_EQ(backups(), "DE");
  EXPECT_FALSE(is_understaffed(view()));
}

TEST_F(Shifts, LetTheFirstBackupMoveUpWhenSomebodyReleasesAPlace) {
  const MessageId shift = plan(1, 2);
  act(ben, shift, wire::SHIFT_CLAIM);
  act(dan, shift, wire::SHIFT_BACKUP);
  EXPECT_EQ(places(), "B");  // a backup waits until somebody goes
  EXPECT_EQ(backups(), "D");
  act(cleo, shift, wire::SHIFT_CLAIM);
  act(eve, shift, wire::SHIFT_CLAIM);
  act(ben, shift, wire::SHIFT_RELEASE, start - 100);
  EXPECT_EQ(places(), "CD");
  EXPECT_EQ(backups(), "E");
  EXPECT_EQ(view().places[1].since, minute(start - 100));
  act(eve, shift, wire::SHIFT_RELEASE);
  EXPECT_EQ(backups(), "");
}

TEST_F(Shifts, TakeABackupThatClaimsAFreePlace) {
  const MessageId shift = plan(1, 2);
  act(ben, shift, wire::SHIFT_BACKUP);
  act(ben, shift, wire::SHIFT_CLAIM);
  EXPECT_EQ(places(), "B");
  EXPECT_EQ(backups(), "");
  act(ben, shift, wire::SHIFT_BACKUP);  // who has a place is no backup as well
  EXPECT_EQ(backups(), "");
}

TEST_F(Shifts, HandAPlaceOverToNobodyButWhomItIsOfferedAndOnlyWhenTheyClaim) {
  const MessageId shift = plan(1, 1);
  act(ben, shift, wire::SHIFT_CLAIM);
  act(cleo, shift, wire::SHIFT_CLAIM);
  offer(cleo, shift, eve);  // has no place to offer
  offer(ben, shift, dan);
  EXPECT_EQ(places(), "B");
  EXPECT_EQ(view().offered(says.people[dan])->name, "B");
  act(eve, shift, wire::SHIFT_CLAIM);
  EXPECT_EQ(places(), "B");
  EXPECT_EQ(backups(), "CE");
  act(dan, shift, wire::SHIFT_CLAIM);
  EXPECT_EQ(places(), "D");
  EXPECT_EQ(backups(), "CE");
  EXPECT_FALSE(view().places[0].offered_to);
}

TEST_F(Shifts, HandAPlaceToABackupWithTheirCheckIn) {
  const MessageId shift = plan(1, 1);
  act(ben, shift, wire::SHIFT_CLAIM);
  act(cleo, shift, wire::SHIFT_BACKUP);
  act(cleo, shift, wire::SHIFT_CHECK_IN, start);
  offer(ben, shift, cleo);
  act(cleo, shift, wire::SHIFT_CLAIM, start + 1);
  EXPECT_EQ(places(), "C");
  EXPECT_EQ(backups(), "");
  EXPECT_EQ(view().places[0].checked_in, minute(start));
}

TEST_F(Shifts, TakeAnOfferBackThatIsMadeToOneself) {
  const MessageId shift = plan(1, 1);
  act(ben, shift, wire::SHIFT_CLAIM);
  offer(ben, shift, dan);
  offer(ben, shift, ben);
  act(dan, shift, wire::SHIFT_CLAIM);
  EXPECT_EQ(places(), "B");
  EXPECT_EQ(backups(), "D");
}

TEST_F(Shifts, LetNobodyCheckInWhoHasNeitherAPlaceNorIsABackup) {
  const MessageId shift = plan(1, 1);
  act(dan, shift, wire::SHIFT_CHECK_IN);
  act(ben, shift, wire::SHIFT_CLAIM);
  act(cleo, shift, wire::SHIFT_BACKUP);
  act(cleo, shift, wire::SHIFT_CHECK_IN, start);
  act(ben, shift, wire::SHIFT_CHECK_OUT, start);  // was not there
  EXPECT_EQ(view().find(says.people[dan]), nullptr);
  EXPECT_EQ(view().backups[0].checked_in, minute(start));
  EXPECT_FALSE(view().places[0].checked_out);
}

TEST_F(Shifts, CountTheFirstCheckInAndOneAfterACheckOutAnew) {
  const MessageId shift = plan(1, 1);
  act(ben, shift, wire::SHIFT_CLAIM);
  act(ben, shift, wire::SHIFT_CHECK_IN, start);
  act(ben, shift, wire::SHIFT_CHECK_IN, start + 5);
  EXPECT_EQ(view().places[0].checked_in, minute(start));
  act(ben, shift, wire::SHIFT_CHECK_OUT, start + 20);
  EXPECT_EQ(view().places[0].checked_out, minute(start + 20));
  act(ben, shift, wire::SHIFT_CHECK_IN, start + 30);
  EXPECT_EQ(view().places[0].checked_in, minute(start + 30));
  EXPECT_FALSE(view().places[0].checked_out);
}

TEST_F(Shifts, ShowWhoHasNotCheckedInFiveMinutesAfterTheStart) {
  const MessageId shift = plan(2, 3);
  act(ben, shift, wire::SHIFT_CLAIM);
  act(cleo, shift, wire::SHIFT_CLAIM);
  act(dan, shift, wire::SHIFT_BACKUP);
  act(cleo, shift, wire::SHIFT_CHECK_IN, start + 1);
  EXPECT_EQ(who_is_missing(minute(start + 5) - 1s), "");
  EXPECT_EQ(who_is_missing(minute(start + 5)), "B");
  act(eve, shift, wire::SHIFT_CLAIM, start + 10);  // has five minutes too
  EXPECT_EQ(who_is_missing(minute(start + 15) - 1s), "B");
  EXPECT_EQ(who_is_missing(minute(start + 15)), "BE");
}

TEST_F(Shifts, SayWhenTheNextOneBeginsToBeMissing) {
  const MessageId shift = plan(2, 3);
  EXPECT_FALSE(next_missing(view(), minute(start)));
  act(ben, shift, wire::SHIFT_CLAIM);
  act(cleo, shift, wire::SHIFT_CLAIM, start + 10);
  EXPECT_EQ(next_missing(view(), minute(start)), minute(start + 5));
  EXPECT_EQ(next_missing(view(), minute(start + 5)), minute(start + 15));
  act(cleo, shift, wire::SHIFT_CHECK_IN, start + 11);
  EXPECT_FALSE(next_missing(view(), minute(start + 5)));
}

TEST_F(Shifts, AreChangedAndCancelledByWhoPlannedThemAlone) {
  const MessageId shift = plan(2, 3);
  for (const std::size_t who : {ben, cleo, dan}) act(who, shift, wire::SHIFT_CLAIM);
  change(ben, shift, 1);
  says.say(ben, start).body.mutable_retraction()->set_message(shift.str());
  EXPECT_EQ(places(), "BCD");
  EXPECT_FALSE(view().cancelled);
  change(ana, shift, 2);
  EXPECT_EQ(view().id, shift);
  EXPECT_EQ(view().shift().max_people(), 2u);
  EXPECT_EQ(places(), "BC");
  EXPECT_EQ(backups(), "D");  // the first who moves up again
  change(ana, shift, 3);
  EXPECT_EQ(places(), "BCD");
  says.say(ana, start).body.mutable_retraction()->set_message(shift.str());
  EXPECT_TRUE(view().cancelled);
  EXPECT_FALSE(is_understaffed(view()));
  EXPECT_EQ(who_is_missing(minute(start + 30)), "");
}

TEST_F(Shifts, CountNothingThatItsAuthorTookBack) {
  const MessageId shift = plan(1, 1);
  act(ben, shift, wire::SHIFT_CLAIM);
  const MessageId claim = says.said.back().id;
  act(cleo, shift, wire::SHIFT_CLAIM);
  change(ana, shift, 2);
  const MessageId changed = says.said.back().id;
  EXPECT_EQ(places(), "BC");
  says.say(cleo, start).body.mutable_retraction()->set_message(claim.str());  // not hers
  EXPECT_EQ(places(), "BC");
  says.say(ben, start).body.mutable_retraction()->set_message(claim.str());
  EXPECT_EQ(places(), "C");
  says.say(ana, start).body.mutable_retraction()->set_message(changed.str());
  EXPECT_EQ(view().shift().max_people(), 1u);
  EXPECT_FALSE(view().cancelled);
}

TEST_F(Shifts, GoByTheNameOfTheirBeginningWhereOnlyAChangeOfItIsHere) {
  const MessageId shift = plan(1, 1);
  change(ana, shift, 2);
  act(ben, shift, wire::SHIFT_CLAIM);
  says.said.erase(says.said.begin());
  EXPECT_EQ(view().id, shift);
  EXPECT_EQ(places(), "B");
}

TEST_F(Shifts, DoNotMindWhatStandsBeforeThePlan) {
  const MessageId shift = plan(1, 1);
  act(ben, shift, wire::SHIFT_CLAIM);
  says.said[0].order.seq = 9;  // two clocks disagree about the day
  EXPECT_EQ(places(), "B");
}

TEST_F(Shifts, IgnoreWhatIsAboutNoShift) {
  act(ben, MessageId{}, wire::SHIFT_CLAIM);
  EXPECT_TRUE(make_shifts(says.in_order()).shifts.empty());
}

TEST_F(Shifts, StandByTheirStartAndAreFoundByTheirShortNames) {
  for (std::uint64_t i = 0; i < 30; ++i) {
    const MessageId id = plan(1, 1);
    auto& shift = *says.said.back().body.mutable_shift();
    shift.set_start_minute(start + (i * 7) % 30);
    shift.set_end_minute(start + 100);
    EXPECT_EQ(says.said.back().id, id);
  }
  const ShiftBoard board = make_shifts(says.in_order());
  for (std::size_t i = 0; i < board.shifts.size(); ++i) {
    EXPECT_EQ(board.find(board.shifts[i].short_id), &board.shifts[i]);
    if (i > 0) {
      EXPECT_LE(board.shifts[i - 1].start(), board.shifts[i].start());
    }
  }
  EXPECT_EQ(board.find("H-"), nullptr);
}

// ---- whatever is said, and whatever order it comes in ---------------------------------------

std::string describe(const ShiftBoard& board) {
  std::string text;
  const auto add = [&](const std::vector<ShiftPerson>& people) {
    for (const ShiftPerson& person : people) {
      text += person.name + (person.checked_in ? "+" : "") + (person.checked_out ? "-" : "") +
              (person.offered_to ? "o" : "");
    }
    text += "|";
  };
  for (const ShiftView& shift : board.shifts) {
    text += shift.short_id + (shift.cancelled ? "x" : "") +
            std::to_string(shift.shift().max_people()) + ":";
    add(shift.places);
    add(shift.backups);
  }
  return text;
}

class AnyShifts : public Shifts {
 protected:
  /// Some dozens of acts by anybody about some shifts.
  void say_anything(std::uint64_t seed) {
    says = Sayings(seed);
    std::vector<MessageId> shifts;
    for (int i = 0; i < 3; ++i) {
      shifts.push_back(plan(1, static_cast<std::uint32_t>(1 + says.draw(3))));
    }
    for (int i = 0; i < 60; ++i) {
      const MessageId shift = shifts[says.draw(shifts.size())];
      const std::size_t who = says.draw(says.people.size());
      const std::size_t what = says.draw(16);
      if (what == 0) {
        change(who, shift, static_cast<std::uint32_t>(1 + says.draw(3)));
      } else if (what == 1 && says.draw(6) == 0) {
        says.say(who, start).body.mutable_retraction()->set_message(shift.str());
      } else if (what == 2) {
        const MessageId said = says.said[says.draw(says.said.size())].id;
        says.say(who, start).body.mutable_retraction()->set_message(said.str());
      } else if (what < 5) {
        offer(who, shift, says.draw(says.people.size()));
      } else {
        const auto kind = static_cast<wire::ShiftActKind>(1 + says.draw(5));
        act(who, shift, kind, start + says.draw(30));
      }
    }
  }
};

TEST_F(AnyShifts, AreTheSameWhateverOrderTheMessagesArriveIn) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    say_anything(seed);
    const std::string expected = describe(make_shifts(says.in_order()));
    for (int i = 0; i < 8; ++i) {
      ASSERT_EQ(describe(make_shifts(says.shuffled())), expected) << "seed " << seed;
    }
  }
}

TEST_F(AnyShifts, AreTheSameForWhoGetsTheSameMessagesTwice) {
  say_anything(99);
  const std::string expected = describe(make_shifts(says.in_order()));
  auto twice = says.said;
  twice.insert(twice.begin(), says.said.rbegin(), says.said.rend());
  EXPECT_EQ(describe(make_shifts(says.arriving(twice))), expected);
}

TEST_F(AnyShifts, NeverHoldMorePeopleThanPlacesNorAnybodyTwice) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    say_anything(seed);
    const auto all = says.said;
    for (std::size_t count = 1; count <= all.size(); ++count) {
      says.said.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
      for (const ShiftView& shift : make_shifts(says.in_order()).shifts) {
        ASSERT_LE(shift.places.size(), shift.shift().max_people());
        std::set<VerifyKey> seen;
        for (const ShiftPerson& person : shift.places) seen.insert(person.who);
        for (const ShiftPerson& person : shift.backups) {
          seen.insert(person.who);
          ASSERT_FALSE(person.offered_to);
        }
        ASSERT_EQ(seen.size(), shift.places.size() + shift.backups.size()) << "seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace porchlight::client
