// Who is in a channel's audience: the same on every device, whatever order it came in, and whole
// again from the vault and from a list.
#include "client/core/audience.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <numeric>

#include "client/core/channel_records.hpp"
#include "proto/base/encoding.hpp"
#include "tests/unit/channel_scene.hpp"
#include "tests/unit/vectors.hpp"

namespace porchlight::client {
namespace {

class ChannelAudience : public ::testing::Test, protected ChannelScene {
 protected:
  AudienceEntry person(std::string name) {
    AudienceEntry entry;
    entry.id = audience_id(random.fixed<RequestHash>());
    entry.name = std::move(name);
    entry.identity = random.fixed<VerifyKey>();
    entry.seal_key = random.fixed<SealKey>();
    entry.tag_key = random.fixed<TagKey>();
    entry.invite = random.fixed<InviteId>();
    entry.card_version = 1;
    return entry;
  }
  AudienceEntry invited(std::string to) {
    AudienceEntry entry;
    entry.invite = random.fixed<InviteId>();
    entry.id = audience_id(entry.invite);
    entry.name = std::move(to);
    entry.seal_key = random.fixed<SealKey>();
    entry.tag_key = random.fixed<TagKey>();
    entry.invited = {random.fixed<VerifyKey>(), random.fixed<VerifyKey>(), from_minute(29'000'000),
                     20};
    return entry;
  }
  Card card(const VerifyKey& identity, std::uint32_t version) {
    return {identity, version, {}, random.fixed<SealKey>()};
  }
  static Bytes beginning(const AudienceId& id) { return to_bytes(id.view().first(16)); }
  std::vector<ListPage> list(const Audience& of) const {
    return make_audience_list(of, as_bytes("an epoch"), signed_by, seed);
  }
  Bytes read_pages(const std::vector<ListPage>& pages) const {
    Bytes all;
    for (std::uint32_t number = 0; number < pages.size(); ++number) {
      const auto payload = open_list_page(derive_list_page(seed, number), pages[number].envelope,
                                          pages[number].hash);
      EXPECT_TRUE(payload.has_value()) << number;
      if (payload) all.insert(all.end(), payload->begin(), payload->end());
    }
    return all;
  }
  /// As after the program was started again.
  Audience reloaded() {
    for (Write& write : journal.drain().writes) {
      if (write.value) {
        vault.insert_or_assign(write.key, std::move(*write.value));
      } else {
        vault.erase(write.key);
      }
    }
    Audience again(journal, channel);
    for (const auto& [key, value] : vault) {
      const ByteView rest = ByteView(key).subspan(1 + ChannelId::size_bytes);
      const bool entry = key[0] == channel_record::entry;
      EXPECT_EQ(key,
                channel_key(static_cast<char>(key[0]), channel, {Part(*AudienceId::from(rest))}));
      EXPECT_TRUE(entry ? again.load_entry(rest, value.reveal())
                        : again.load_removed(rest, value.reveal()));
    }
    return again;
  }

  const ChannelId channel = random.fixed<ChannelId>();
  const VerifyKey signed_by = random.fixed<VerifyKey>();
  const ListSeed seed = random.secret<ListSeed>();
  Journal journal;
  std::map<Bytes, SecretBytes> vault;
  Audience audience{journal, channel};
};

std::string text_of(const Audience& audience) {
  std::string text;
  for (const auto& [id, entry] : audience.entries()) {
    text += hex_encode(id.view()) + entry.name + hex_encode(entry.seal_key.view()) +
            hex_encode(entry.tag_key.view()) + hex_encode(entry.invite.view()) +
            std::to_string(entry.card_version);
    if (entry.identity) text += hex_encode(entry.identity->view());
    if (entry.invited) {
      text += hex_encode(entry.invited->by.view()) + hex_encode(entry.invited->join_key.view()) +
              std::to_string(entry.invited->uses) +
              std::to_string(to_seconds(entry.invited->expires));
    }
  }
  for (const AudienceId& id : audience.removed()) text += "-" + hex_encode(id.view());
  for (const AudienceId& id : audience.due()) text += "!" + hex_encode(id.view());
  return text;
}

TEST_F(ChannelAudience, DropsAUsedInviteWhicheverOfTheTwoCameFirst) {
  AudienceEntry gate = invited("Gate");
  gate.invited->uses = 1;
  AudienceEntry maria = person("Maria");
  maria.invite = gate.invite;
  for (const bool invite_first : {true, false}) {
    Audience held(journal, random.fixed<ChannelId>());
    for (const AudienceEntry& entry : {invite_first ? gate : maria, invite_first ? maria : gate}) {
      EXPECT_TRUE(held.add(AudienceEntry(entry)));
      held.remove_used(gate.invite);
    }
    EXPECT_EQ(held.find_invite(gate.invite), nullptr);
    EXPECT_NE(held.find(maria.id), nullptr);
    EXPECT_TRUE(held.due().empty());
  }
}

TEST_F(ChannelAudience, HoldsPeopleAndInvites) {
  const AudienceEntry invite = invited("Ben's street");
  AudienceEntry ana = person("Ana");
  ana.invite = invite.invite;
  EXPECT_TRUE(audience.add(invite));
  EXPECT_TRUE(audience.add(ana));
  EXPECT_FALSE(audience.add(ana));
  EXPECT_EQ(audience.entries().size(), 2u);
  EXPECT_EQ(audience.count_people(), 1u);
  EXPECT_EQ(audience.count_by(invite.invite), 1u);
  EXPECT_EQ(audience.find(ana.id)->name, "Ana");
  EXPECT_EQ(audience.find(*ana.identity)->id, ana.id);
  EXPECT_EQ(audience.find_invite(invite.invite)->name, "Ben's street");
  EXPECT_EQ(audience.find(random.fixed<VerifyKey>()), nullptr);
  EXPECT_EQ(audience.find_invite(random.fixed<InviteId>()), nullptr);
  ASSERT_EQ(audience.readers().size(), 2u);
}

TEST_F(ChannelAudience, CallsAnInviteAsTheVectorsSay) {
  const auto vectors = testing::read_vectors("kdf.json")["channels"];
  const auto invite = *InviteId::from(Bytes(16, 6));
  EXPECT_EQ(testing::hex(audience_id(invite)), vectors["audience invite"]);
}

TEST_F(ChannelAudience, KeepsOutWhoWasRemovedWhateverOrderThatCameIn) {
  const AudienceEntry ana = person("Ana");
  const AudienceEntry ben = person("Ben");
  EXPECT_TRUE(audience.add(ana));
  EXPECT_TRUE(audience.remove(ana.id));
  EXPECT_TRUE(audience.remove(ben.id));  // before they were added
  EXPECT_FALSE(audience.add(ana));
  EXPECT_FALSE(audience.add(ben));
  EXPECT_FALSE(audience.remove(ana.id));
  EXPECT_TRUE(audience.entries().empty());
  EXPECT_TRUE(audience.readers().empty());
  EXPECT_TRUE(audience.was_removed(ana.id) && audience.was_removed(ben.id));
  EXPECT_EQ(audience.find(*ana.identity), nullptr);
}

TEST_F(ChannelAudience, ComesToTheSameInEveryOrder) {
  const AudienceEntry ana = person("Ana");
  const AudienceEntry ben = person("Ana");
  const AudienceEntry invite = invited("a street");
  const AudienceEntry cleo = person("Cleo");
  const std::vector<std::function<void(Audience&)>> steps{
      [&](Audience& one) { one.add(ana); },        [&](Audience& one) { one.add(ben); },
      [&](Audience& one) { one.add(invite); },     [&](Audience& one) { one.remove(ben.id); },
      [&](Audience& one) { one.remove(cleo.id); }, [&](Audience& one) { one.add(cleo); }};
  std::vector<std::size_t> order(steps.size());
  std::iota(order.begin(), order.end(), 0);
  std::set<std::string> outcomes;
  do {
    Audience one(journal, channel);
    for (const std::size_t step : order) steps[step](one);
    outcomes.insert(text_of(one) + one.display_name(ana.id));
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_EQ(outcomes.size(), 1u);
}

TEST_F(ChannelAudience, OwesAnEpochToWhoWasRemovedUntilOneLeftThemOut) {
  const AudienceEntry ana = person("Ana");
  const AudienceEntry ben = person("Ben");
  audience.add(ana);
  audience.add(ben);
  audience.remove(ana.id);
  audience.remove(ben.id);
  EXPECT_EQ(audience.due().size(), 2u);
  const std::vector<Bytes> left_out{beginning(ana.id), Bytes(16, 0), Bytes(3, 1), {}};
  audience.settle(left_out);
  EXPECT_EQ(audience.due(), std::vector{ben.id});
  EXPECT_TRUE(audience.was_removed(ana.id));
  EXPECT_FALSE(audience.add(ana));
}

TEST_F(ChannelAudience, TakesNewerCardsAlone) {
  AudienceEntry ana = person("Ana");
  ana.card_version = 3;
  audience.add(ana);
  EXPECT_FALSE(audience.renew_card(card(*ana.identity, 3)));
  EXPECT_FALSE(audience.renew_card(card(*ana.identity, 2)));
  EXPECT_FALSE(audience.renew_card(card(random.fixed<VerifyKey>(), 9)));
  const Card newer = card(*ana.identity, 4);
  EXPECT_TRUE(audience.renew_card(newer));
  EXPECT_EQ(audience.find(*ana.identity)->seal_key, newer.seal_key);
  EXPECT_EQ(audience.readers()[0].seal_key, newer.seal_key);
}

TEST_F(ChannelAudience, FindsThePersonOfTheNewestCard) {
  AudienceEntry before = person("Ana");
  AudienceEntry after = person("Ana");
  after.identity = before.identity;
  after.card_version = 2;
  audience.add(after);
  audience.add(before);
  EXPECT_EQ(audience.find(*before.identity)->id, after.id);
  audience.remove(after.id);
  EXPECT_EQ(audience.find(*before.identity)->id, before.id);
}

TEST_F(ChannelAudience, TellsTheSameNamesApart) {
  std::vector<AudienceEntry> anas{person("Ana"), person("Ana"), person("Ana")};
  for (const AudienceEntry& one : anas) audience.add(one);
  audience.add(person("Ben"));
  std::ranges::sort(anas, {}, &AudienceEntry::id);
  EXPECT_EQ(audience.display_name(anas[0].id), "Ana");
  EXPECT_EQ(audience.display_name(anas[1].id), "Ana (2)");
  EXPECT_EQ(audience.display_name(anas[2].id), "Ana (3)");
  audience.remove(anas[0].id);
  EXPECT_EQ(audience.display_name(anas[1].id), "Ana");
}

TEST_F(ChannelAudience, LoadsBackFromItsRecords) {
  const AudienceEntry ana = person("Ana");
  const AudienceEntry ben = person("Ben");
  const AudienceEntry cleo = person("Cleo");
  for (const AudienceEntry& one : {ana, ben, cleo, invited("a street")}) audience.add(one);
  audience.remove(ben.id);
  audience.remove(cleo.id);
  audience.settle(std::vector<Bytes>{beginning(cleo.id)});
  audience.renew_card(card(*ana.identity, 7));
  Audience again = reloaded();
  EXPECT_EQ(text_of(again), text_of(audience));
  EXPECT_EQ(again.find(*ana.identity)->card_version, 7u);
  again.erase_all();
  EXPECT_TRUE(again.entries().empty() && again.removed().empty());
  EXPECT_TRUE(text_of(reloaded()).empty());
}

TEST_F(ChannelAudience, RefusesRecordsThatAreDamaged) {
  const AudienceEntry ana = person("Ana");
  audience.add(ana);
  audience.remove(audience_id(random.fixed<RequestHash>()));
  (void)reloaded();
  Audience again(journal, channel);
  for (const auto& [key, value] : vault) {
    const ByteView rest = ByteView(key).subspan(1 + ChannelId::size_bytes);
    const Bytes broken{0xFF, 0xFF};
    EXPECT_FALSE(again.load_entry(rest, broken));
    EXPECT_FALSE(again.load_removed(rest, broken));
    EXPECT_FALSE(again.load_entry(rest.first(31), value.reveal()));
    EXPECT_FALSE(again.load_removed(rest.first(31), value.reveal()));
  }
}

TEST_F(ChannelAudience, RemembersTheNewestOfThoseWhoWereRemoved) {
  std::vector<AudienceId> gone;
  for (std::size_t i = 0; i <= limits::audience_removed_max; ++i) {
    gone.push_back(random.fixed<AudienceId>());
    audience.remove(gone.back());
  }
  EXPECT_EQ(audience.removed().size(), limits::audience_removed_max);
  EXPECT_FALSE(audience.was_removed(gone.front()));
  EXPECT_TRUE(audience.was_removed(gone[1]) && audience.was_removed(gone.back()));
  // Which ones are the oldest is known after a start as well.
  Audience again = reloaded();
  again.remove(random.fixed<AudienceId>());
  EXPECT_FALSE(again.was_removed(gone[1]));
  EXPECT_TRUE(again.was_removed(gone[2]));
}

// ---- lists -------------------------------------------------------------------------------------

TEST_F(ChannelAudience, ListOfTheLargestFitsItsPagesAndComesBackWhole) {
  const std::string longest(limits::name_bytes_max, 'n');
  const std::size_t people = 10;  // an invite is longer than a person
  for (std::size_t i = 0; i < limits::audience_max; ++i) {
    AudienceEntry entry = i < people ? person(longest) : invited(longest);
    if (entry.identity) entry.card_version = card_version_max;
    if (entry.invited) {
      entry.invited->uses = limits::event_uses_max;
      entry.invited->expires = from_minute(4'000'000'000);
    }
    ASSERT_TRUE(audience.add(std::move(entry)));
  }
  EXPECT_FALSE(audience.add(person("one too many")));
  for (std::size_t i = 0; i < limits::audience_removed_max; ++i) {
    audience.remove(random.fixed<AudienceId>());
  }
  const auto pages = list(audience);
  EXPECT_LE(pages.size(), limits::audience_pages_max);
  std::set<MailboxId> places;
  for (const ListPage& page : pages) {
    EXPECT_EQ(page.envelope.size(), limits::envelope_sizes_bytes[2]);
    places.insert(page.address.id());
  }
  EXPECT_EQ(places.size(), pages.size());
  const auto content = read_audience_list(read_pages(pages));
  ASSERT_TRUE(content.ok());
  EXPECT_EQ(as_text(content->signed_epoch), "an epoch");
  EXPECT_EQ(content->signed_by, signed_by);
  Audience again(journal, channel);
  for (const AudienceEntry& entry : content->entries) EXPECT_TRUE(again.add(entry));
  for (const AudienceId& id : content->removed) again.remove(id);
  EXPECT_EQ(text_of(again), text_of(audience));
}

TEST_F(ChannelAudience, ListPageIsTheOneThatItsHashNames) {
  audience.add(person("Ana"));
  const auto pages = list(audience);
  ASSERT_EQ(pages.size(), 1u);
  const ListPageKeys keys = derive_list_page(seed, 0);
  EXPECT_EQ(pages[0].address, keys.address());
  EXPECT_TRUE(open_list_page(keys, pages[0].envelope, pages[0].hash).has_value());
  EXPECT_FALSE(open_list_page(keys, pages[0].envelope, random.fixed<Digest>()).has_value());
  Bytes torn = pages[0].envelope;
  torn[5'000] ^= 1;
  EXPECT_FALSE(open_list_page(keys, torn, pages[0].hash).has_value());
  EXPECT_FALSE(
      open_list_page(derive_list_page(seed, 1), pages[0].envelope, pages[0].hash).has_value());
  // Another list of the same audience, by who holds the seed.
  audience.add(person("Ben"));
  EXPECT_FALSE(open_list_page(keys, list(audience)[0].envelope, pages[0].hash).has_value());
}

TEST_F(ChannelAudience, ListWithWhatCannotBeIsRefused) {
  audience.add(invited("a street"));
  audience.add(person("Ana"));
  audience.remove(random.fixed<AudienceId>());
  wire::Audience good;
  ASSERT_TRUE(parse(good, read_pages(list(audience))));
  const bool first_is_invite = good.entries(0).identity().empty();
  const int invite = first_is_invite ? 0 : 1;
  const auto refused = [&](auto change) {
    wire::Audience message = good;
    change(message);
    const auto content = read_audience_list(serialise(message));
    return !content.ok() && content.error().code == Errc::malformed;
  };
  using List = wire::Audience;
  EXPECT_FALSE(refused([](List&) {}));
  EXPECT_TRUE(refused([&](List& l) { l.mutable_entries(1 - invite)->set_id("short"); }));
  EXPECT_TRUE(refused([](List& l) { l.mutable_entries(0)->clear_seal_key(); }));
  EXPECT_TRUE(refused([](List& l) { l.mutable_entries(0)->clear_tag_key(); }));
  EXPECT_TRUE(refused([](List& l) { l.mutable_entries(0)->set_name("a\nb"); }));
  EXPECT_TRUE(refused([](List& l) { l.mutable_entries(0)->set_card_version(UINT32_MAX); }));
  EXPECT_TRUE(refused([](List& l) { *l.add_entries() = l.entries(0); }));
  EXPECT_TRUE(refused([](List& l) { l.add_removed(l.removed(0)); }));
  EXPECT_TRUE(refused([&](List& l) { l.add_removed(l.entries(1 - invite).id()); }));
  EXPECT_TRUE(refused([](List& l) { l.add_removed("short"); }));
  EXPECT_TRUE(refused([](List& l) { l.clear_signed_by(); }));
  const auto of_invite = [&](auto change) {
    return refused([&](List& l) { change(*l.mutable_entries(invite)); });
  };
  using Entry = wire::Audience::Entry;
  EXPECT_TRUE(of_invite([](Entry& e) { e.set_identity(std::string(32, 'i')); }));
  EXPECT_TRUE(of_invite([](Entry& e) { e.clear_join_key(); }));
  EXPECT_TRUE(of_invite([](Entry& e) { e.set_uses(0); }));
  EXPECT_TRUE(of_invite([](Entry& e) { e.set_uses(limits::event_uses_max + 1); }));
  EXPECT_TRUE(of_invite([](Entry& e) { e.set_expires_minute(UINT64_MAX); }));
  EXPECT_TRUE(of_invite([](Entry& e) { e.set_invite_id("short"); }));
  EXPECT_TRUE(of_invite([](Entry& e) { e.clear_by(); }));
  EXPECT_TRUE(refused([](List& l) {
    for (std::size_t i = 0; i <= limits::audience_removed_max; ++i) l.add_removed("");
  }));
}

}  // namespace
}  // namespace porchlight::client
