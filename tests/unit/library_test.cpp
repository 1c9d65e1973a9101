// The library: which texts count, what a vault keeps of them, and that newcomers get them.
#include "client/core/library.hpp"

#include "client/core/bodies.hpp"
#include "client/core/library_again.hpp"
#include "proto/base/limits.hpp"
#include "tests/unit/client_core_group_scene.hpp"
#include "tests/unit/work_scene.hpp"

namespace porchlight::client {
namespace {

wire::LibraryItem text_of(const MessageId& item, std::uint32_t version, const std::string& language,
                          const std::string& text) {
  wire::LibraryItem said;
  said.set_item(item.str());
  said.set_version(version);
  said.set_title("At the door");
  said.set_language(language);
  said.set_text(text);
  return said;
}

class TheLibrary : public ::testing::Test {
 protected:
  void say(std::uint32_t version, const std::string& language, const std::string& text,
           std::size_t item = 0, std::size_t who = 0) {
    *says.say(who, 1'000).body.mutable_library_item() =
        text_of(items[item], version, language, text);
  }
  void withdraw(std::uint32_t version) { say(version, "", ""); }
  static std::string describe(const Library& library) {
    std::string all;
    for (const LibraryItemView& item : library.items) {
      all += item.short_id + " " + std::to_string(item.version) + ":";
      for (const LibraryText& text : item.texts) {
        all += " " + text.item().language() + std::to_string(text.item().version()) + "=" +
               text.item().text();
      }
      all += "\n";
    }
    return all;
  }
  /// Of the first item.
  std::string texts() const {
    const std::string all = describe(make_library(says.in_order()));
    return all.substr(all.find(' ') + 1, all.find('\n') - all.find(' ') - 1);
  }

  Sayings says;
  SeededRandom random{7};
  std::vector<MessageId> items{random.fixed<MessageId>(), random.fixed<MessageId>(),
                               random.fixed<MessageId>()};
};

TEST_F(TheLibrary, CountsTheHighestVersionOfEachLanguage) {
  say(1, "en", "one");
  say(1, "es", "uno");
  say(2, "en", "two");
  EXPECT_EQ(texts(), "2: en2=two es1=uno");
  say(2, "es", "dos");
  say(1, "en", "late");
  EXPECT_EQ(texts(), "2: en2=two es2=dos");
}

TEST_F(TheLibrary, KeepsTheFirstOfTwoThatAreTheSameVersionInOneLanguage) {
  say(1, "en", "one", 0, 1);
  say(1, "en", "another one", 0, 2);
  EXPECT_EQ(texts(), "1: en1=one");
}

TEST_F(TheLibrary, HoldsNothingOfWhatIsWithdrawnUntilANewerVersionComes) {
  say(1, "en", "one");
  say(1, "es", "uno");
  withdraw(2);
  EXPECT_EQ(texts(), "2:");
  say(2, "es", "dos");  // was on its way
  EXPECT_EQ(texts(), "2:");
  say(3, "es", "tres");
  EXPECT_EQ(texts(), "3: es3=tres");
}

TEST_F(TheLibrary, FallsBackToAnotherLanguageAndSaysSo) {
  say(1, "en", "one");
  say(2, "en", "two");
  say(1, "es", "uno");
  const Library library = make_library(says.in_order());
  const LibraryItemView& item = library.items.at(0);
  const auto choose = [&](std::vector<std::string> languages) {
    const ChosenText chosen = choose_text(item, languages);
    return chosen.text->item().text() + (chosen.fits ? "" : " (not asked for)");
  };
  EXPECT_EQ(choose({"es-MX"}), "uno");
  EXPECT_EQ(choose({"EN"}), "two");
  EXPECT_EQ(choose({"vi"}), "two (not asked for)");
  EXPECT_EQ(choose({}), "two");
}

TEST_F(TheLibrary, MarksWhatIsPastItsReview) {
  wire::LibraryItem item = text_of(items[0], 1, "en", "one");
  EXPECT_FALSE(is_past_review(item, monday_noon));
  item.set_review_by_day(wire::unix_day(monday_noon));
  EXPECT_FALSE(is_past_review(item, monday_noon));
  EXPECT_TRUE(is_past_review(item, monday_noon + 12h));
}

TEST_F(TheLibrary, IsTheSameWhateverOrderTheMessagesArriveIn) {
  const std::vector<std::string> languages{"en", "es", ""};
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    says = Sayings(seed);
    for (int i = 0; i < 40; ++i) {
      const bool is_withdrawal = says.draw(8) == 0;
      const auto version = static_cast<std::uint32_t>(1 + says.draw(5));
      const std::size_t language = says.draw(languages.size());
      const std::size_t item = says.draw(items.size());
      say(version, languages[language], is_withdrawal ? "" : std::to_string(i), item, says.draw(5));
    }
    std::vector<MessageView> unkept;  // what nothing was erased of
    for (const StoredMessage& message : says.said) {
      MessageView& view = unkept.emplace_back();
      view.id = message.id;
      view.body = message.body;
    }
    const auto sorted = [](const Library& library) {
      std::vector<std::string> rows;
      std::istringstream all(describe(library));
      for (std::string row; std::getline(all, row);) rows.push_back(row);
      std::sort(rows.begin(), rows.end());
      return rows;
    };
    const Library expected = make_library(says.in_order());
    ASSERT_EQ(sorted(expected), sorted(make_library(unkept))) << "seed " << seed;
    for (int i = 0; i < 8; ++i) {
      ASSERT_EQ(describe(make_library(says.shuffled())), describe(expected)) << "seed " << seed;
    }
  }
}

// ---- what a vault keeps ---------------------------------------------------------------------

TEST_F(TheLibrary, IsKeptWithoutWhatSaysNothingNew) {
  say(1, "en", "one", 0, 1);
  say(1, "es", "uno", 0, 1);
  say(1, "en", "one", 0, 2);  // said again
  say(2, "es", "dos", 0, 1);
  EXPECT_EQ(says.in_order().size(), 2u);
}

TEST_F(TheLibrary, ShowsATextThatIsSaidAgainOnce) {
  Journal journal;
  Messages messages(journal);
  say(1, "en", "one", 0, 1);
  say(1, "en", "one", 0, 2);
  EXPECT_TRUE(messages.add(says.group, says.said[0]));
  EXPECT_FALSE(messages.add(says.group, says.said[1]));
  ASSERT_EQ(messages.list(says.group).size(), 1u);
  EXPECT_EQ(messages.list(says.group)[0]->id, says.said[0].id);
}

TEST_F(TheLibrary, DoesNotPushOutWhatElseWasSaidNorGrowWithoutEnd) {
  Journal journal;
  Messages messages(journal);
  StoredMessage& sighting = says.say(1, 1'000);
  sighting.body.mutable_sighting()->set_activity("a van");
  const auto seen = std::pair(sighting.sender, sighting.id);
  for (std::size_t i = 0; i < limits::library_texts_held_max + 10; ++i) {
    items[0] = random.fixed<MessageId>();
    say(1, "en", "one");
  }
  for (const StoredMessage& message : says.said) messages.add(says.group, message);
  EXPECT_EQ(messages.list(says.group).size(), limits::library_texts_held_max + 1);
  EXPECT_NE(messages.find(says.group, seen.first, seen.second), nullptr);
  const StoredMessage& newest = says.said.back();
  EXPECT_NE(messages.find(says.group, newest.sender, newest.id), nullptr);
  EXPECT_EQ(messages.find(says.group, says.said[1].sender, says.said[1].id), nullptr);
  std::size_t kept = 0;
  for (const Write& write : journal.drain().writes) kept += write.value.has_value();
  EXPECT_EQ(kept, limits::library_texts_held_max + 1);
}

TEST_F(TheLibrary, IsNotPushedOutByWhatElseIsSaid) {
  Journal journal;
  Messages messages(journal);
  say(1, "en", "one");
  messages.add(says.group, says.said[0]);
  StoredMessage other = says.said[0];
  other.body.mutable_text()->set_text("so much");
  for (std::uint64_t i = 1; i <= 4 * limits::audience_max + 1; ++i) {
    other.id = random.fixed<MessageId>();
    other.order.seq = i + 1;
    messages.add(says.group, other);
  }
  EXPECT_LE(messages.list(says.group).size(), 4 * limits::audience_max);
  EXPECT_NE(messages.find(says.group, says.said[0].sender, says.said[0].id), nullptr);
}

// ---- for newcomers --------------------------------------------------------------------------

TEST_F(TheLibrary, IsSaidAgainWithoutWhatDoesNotCountAndWithTheRestOfItsLife) {
  Journal journal;
  Messages messages(journal);
  const TimePoint now = monday_noon;
  say(1, "en", "one");
  say(2, "en", "two");
  say(1, "es", "uno");
  say(1, "en", "gone", 1);
  say(2, "en", "", 1);
  for (StoredMessage& message : says.said) {
    message.ends = now + 100h + 59min;
    messages.add(says.group, message);
  }
  const auto bodies = library_to_say_again(messages.list(says.group), now);
  ASSERT_EQ(bodies.size(), 2u);
  EXPECT_EQ(bodies[0].library_item().text(), "two");
  EXPECT_EQ(bodies[1].library_item().text(), "uno");
  EXPECT_EQ(bodies[0].lifetime_hours(), 100u);
  EXPECT_TRUE(bodies[0].id().empty());
  EXPECT_TRUE(library_to_say_again(messages.list(says.group), now + 101h).empty());
}

TEST_F(TheLibrary, IsSaidAgainForNoLongerThanItMayLiveWhereTheClockIsBehind) {
  Journal journal;
  Messages messages(journal);
  const TimePoint now = monday_noon;
  say(1, "en", "one");
  says.said[0].ends = now + std::chrono::hours(limits::library_lifetime_hours) + 24h;
  messages.add(says.group, says.said[0]);
  auto bodies = library_to_say_again(messages.list(says.group), now);
  ASSERT_EQ(bodies.size(), 1u);
  EXPECT_TRUE(complete_body(bodies[0], random, now).ok());
}

TEST_F(TheLibrary, IsSaidAgainUpToALimitAndNotWhatIsQueuedAlready) {
  Journal journal;
  Messages messages(journal);
  const TimePoint now = monday_noon;
  for (std::size_t i = 0; i < limits::library_texts_said_again_max + 5; ++i) {
    items[0] = random.fixed<MessageId>();
    say(1, "en", std::to_string(i));
    says.said.back().ends = now + 48h;
    messages.add(says.group, says.said.back());
  }
  auto bodies = library_to_say_again(messages.list(says.group), now);
  ASSERT_EQ(bodies.size(), limits::library_texts_said_again_max);
  EXPECT_EQ(bodies.front().library_item().text(), "5");  // the newest ones, oldest first
  for (wire::Body& body : bodies) {
    StoredMessage mine;
    mine.sender = says.people[3];
    mine.id = random.fixed<MessageId>();
    mine.ends = now + 48h;
    mine.body = body;
    messages.queue(says.group, std::move(mine));
  }
  bodies = library_to_say_again(messages.list(says.group), now);
  EXPECT_EQ(bodies.size(), 5u);  // those that the limit had left out
}

class LibraryOfAGroup : public ::testing::Test, protected GroupScene {
 protected:
  void add(Device& device, std::uint32_t version, const std::string& text) {
    wire::Body body;
    *body.mutable_library_item() = text_of(item, version, "en", text);
    const auto posted = device.core().post(group, body, device.now());
    ASSERT_TRUE(posted.ok()) << posted.error().what;
    device.keep();
    sync_all();
  }
  std::string text_at(Device& device) {
    const Library library = make_library(device.core().live_messages(group, device.now()));
    return library.items.empty() ? "nothing" : library.items[0].texts.at(0).item().text();
  }
  std::size_t count_texts(Device& device) {
    std::size_t count = 0;
    for (const MessageView& view : device.core().messages(group)) {
      count += view.body.has_library_item();
    }
    return count;
  }
  SeededRandom random{9};
  const MessageId item = random.fixed<MessageId>();
};

TEST_F(LibraryOfAGroup, IsSaidAgainToWhoIsNewByTheDeviceThatLetThemIn) {
  add(ben, 1, "one");
  add(cleo, 2, "two");
  Device dan{relay, 7};
  bring_in(ana, dan, group, "Dan");
  ana.sync();
  dan.sync();
  sync_all();
  EXPECT_EQ(text_at(dan), "two");
  EXPECT_EQ(count_texts(dan), 1u);
  for (Device* device : everybody()) {
    EXPECT_EQ(text_at(*device), "two");
    EXPECT_EQ(count_texts(*device), 1u);  // and shows it once
    device->reload();
    EXPECT_EQ(count_texts(*device), 1u);
  }
  expect_no_warnings();
}

TEST_F(LibraryOfAGroup, TextOfTheLargestSizeGoesIntoAFrameOfTheSecondSize) {
  wire::Body body;
  wire::LibraryItem& said = *body.mutable_library_item();
  said = text_of(item, library_version_members_max, std::string(limits::language_bytes_max, 'e'),
                 std::string(limits::library_text_bytes_max, 't'));
  said.set_title(std::string(limits::name_bytes_max, 't'));
  said.set_jurisdiction(std::string(limits::field_bytes_max, 'j'));
  said.set_reviewer(std::string(limits::field_bytes_max, 'r'));
  said.set_review_by_day(2'000'000);
  body.set_zone(std::string(64, 'z'));
  body.set_supersedes(item.str());
  for (Device* device : everybody()) {
    for (int i = 0; i < 5; ++i) device->say(group, "so that there is something to cite");
  }
  sync_all();
  ASSERT_TRUE(ben.core().post(group, body, ben.now()).ok());
  ben.keep();
  std::size_t largest = 0;
  for (const OutboxItem& item_out : ben.core().outbox(Lane::drop)) {
    largest = std::max(largest, item_out.envelope.size());
  }
  EXPECT_EQ(largest, limits::envelope_sizes_bytes[1]);
  sync_all();
  EXPECT_EQ(text_at(cleo).size(), limits::library_text_bytes_max);
  body.mutable_library_item()->mutable_text()->push_back('t');
  EXPECT_FALSE(ben.core().post(group, body, ben.now()).ok());
}

TEST_F(LibraryOfAGroup, VersionAtTheMembersLimitCanBeReplacedByALead) {
  add(ben, library_version_members_max, "stuck");
  wire::Body body;
  *body.mutable_library_item() = text_of(item, library_version_members_max + 1, "en", "mine");
  const auto refused = ben.core().post(group, body, ben.now());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, Errc::not_permitted);
  add(ana, library_version_members_max + 1, "right");
  for (Device* device : everybody()) EXPECT_EQ(text_at(*device), "right");
  Device dan{relay, 7};
  bring_in(ana, dan, group, "Dan");
  sync_all();
  dan.sync();
  EXPECT_EQ(text_at(dan), "right");
}

TEST_F(LibraryOfAGroup, VersionBeyondTheMembersLimitByWhoDoesNotLeadIsNotShown) {
  add(ana, 1, "right");
  ASSERT_TRUE(ana.core().set_role(group, "Ben", wire::ROLE_LEAD, ana.now()).ok());
  ana.keep();
  sync_all();
  // Ben's leaves only when he does not lead any more: as from a device that asks nobody.
  wire::Body body;
  *body.mutable_library_item() = text_of(item, limits::library_version_max, "en", "BLOCKED");
  ASSERT_TRUE(ben.core().post(group, body, ben.now()).ok());
  ben.keep();
  ASSERT_TRUE(ana.core().set_role(group, "Ben", wire::ROLE_MEMBER, ana.now()).ok());
  ana.keep();
  ana.sync();
  sync_all();
  for (Device* device : everybody()) {
    EXPECT_EQ(text_at(*device), "right");
    EXPECT_EQ(count_texts(*device), 1u);
  }
  const auto shown = cleo.core().messages(group);
  EXPECT_EQ(shown.back().body.kind_case(), wire::Body::KIND_NOT_SET);
  EXPECT_TRUE(ben.has_notice(Notice::Kind::refused));
}

}  // namespace
}  // namespace porchlight::client
