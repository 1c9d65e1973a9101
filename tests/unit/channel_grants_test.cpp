// Grants: each of an audience finds the fresh secret on one page, and the pages tell nobody how
// many they are or who was left out.
#include "client/core/audience_grants.hpp"

#include <gtest/gtest.h>

#include <set>

#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/envelope.hpp"
#include "tests/unit/channel_scene.hpp"

namespace porchlight::client {
namespace {

struct Volunteer {
  TagKey tag_key;
  SealSeed seal;
};

class ChannelGrants : public ::testing::Test, protected ChannelScene {
 protected:
  ChannelGrants() {
    for (int i = 0; i < 5; ++i) audience.push_back({random.fixed<TagKey>(), fresh_seal()});
  }
  SealSeed fresh_seal() { return random.secret<SealSeed>(); }

  static std::vector<GrantReader> readers_of(std::span<const Volunteer> volunteers) {
    std::vector<GrantReader> readers;
    for (const Volunteer& one : volunteers) readers.push_back({one.tag_key, seal_key(one.seal)});
    return readers;
  }
  /// The change after `first` that grants to these.
  MadeChannelEpoch grant_to(std::span<const GrantReader> readers) {
    const GrantPlan planned = plan_grants(readers, first.head.channel, 1, random);
    ChannelEpochPlan with = plan(today, planned.grants);
    with.salt = planned.salt;
    auto made = make_channel_epoch(first.head, with, root, root, post);
    pages = make_audience_pages(made.head, readers, fresh, root, ctl_collect, ctl_seal, random);
    return made;
  }
  SealSeed page_seal(const ChannelHead& head, std::uint32_t page) const {
    return derive_grant_page(ctl_collect, ctl_seal, head.salt.view(), page, head.page_drop).seal;
  }
  Result<Fresh> open(const ChannelHead& head, const Volunteer& who) const {
    return open(head, who, first.head.root, pages);
  }
  Result<Fresh> open(const ChannelHead& head, const Volunteer& who, const VerifyKey& signer,
                     std::span<const AudiencePage> on) const {
    const GrantTag tag = grant_tag(who.tag_key, head.channel, head.number, head.salt.view());
    const auto page = grant_page_of(tag, count_grant_pages(head.grants));
    const std::vector<const SealSeed*> keys{&who.seal};
    return open_audience_grant(head, signer, page_seal(head, page), page, on[page].envelope, tag,
                               keys);
  }
  bool opens(const ChannelHead& head, const Volunteer& who) const {
    const auto opened = open(head, who);
    return opened.ok() && equal_constant_time(opened->reveal(), fresh.reveal());
  }
  wire::GrantPage read_page(const ChannelHead& head, std::uint32_t number) const {
    auto payload = unseal(page_seal(head, number), pages[number].envelope);
    EXPECT_TRUE(payload && unpad(*payload));
    wire::GrantPage page;
    EXPECT_TRUE(parse(page, wire::parse_signed(payload->reveal())->body));
    return page;
  }
  /// Page 0 with something different on it, signed by `signer`.
  template <class Change>
  Bytes changed(const ChannelHead& head, const RootSeed& signer, Change change) const {
    wire::GrantPage page = read_page(head, 0);
    change(page);
    const Bytes payload =
        wire::make_signed(wire::label::channel_grants, serialise(page), SigningKey(signer));
    return *wire::seal_envelope(seal_key(page_seal(head, 0)), payload,
                                limits::envelope_sizes_bytes[1]);
  }
  /// Why a volunteer does not get it from this in the place of page 0.
  Errc refusal(const ChannelHead& head, Bytes envelope) const {
    std::vector<AudiencePage> other{{pages[0].address, std::move(envelope)}};
    const auto opened = open(head, audience[0], first.head.root, other);
    EXPECT_FALSE(opened.ok());
    return opened.ok() ? Errc::conflict : opened.error().code;
  }

  const MadeChannelEpoch first = found();
  const SigningSeed ctl_collect = random.secret<SigningSeed>();
  const SealSeed ctl_seal = random.secret<SealSeed>();
  std::vector<Volunteer> audience;
  std::vector<AudiencePage> pages;
};

TEST_F(ChannelGrants, ReachEveryoneAndNobodyElse) {
  const auto made = grant_to(readers_of(audience));
  for (const Volunteer& one : audience) EXPECT_TRUE(opens(made.head, one));
  const Volunteer stranger{random.fixed<TagKey>(), fresh_seal()};
  EXPECT_EQ(open(made.head, stranger).error().code, Errc::not_found);
  // A tag that was found out is of no use without the key.
  const Volunteer thief{audience[0].tag_key, fresh_seal()};
  EXPECT_EQ(open(made.head, thief).error().code, Errc::not_found);
}

TEST_F(ChannelGrants, DoNotReachWhoWasTakenOut) {
  const auto left = std::span(audience).first(4);
  const auto made = grant_to(readers_of(left));
  for (const Volunteer& one : left) EXPECT_TRUE(opens(made.head, one));
  EXPECT_EQ(open(made.head, audience[4]).error().code, Errc::not_found);
}

TEST_F(ChannelGrants, OpenWithAnOlderCardsKeyAmongThoseHeld) {
  const auto made = grant_to(readers_of(audience));
  const SealSeed newer = fresh_seal();
  const GrantTag tag = grant_tag(audience[0].tag_key, made.head.channel, 1, made.head.salt.view());
  const std::vector<const SealSeed*> keys{&newer, &audience[0].seal};
  EXPECT_TRUE(open_audience_grant(made.head, first.head.root, page_seal(made.head, 0), 0,
                                  pages[0].envelope, tag, keys)
                  .ok());
}

TEST_F(ChannelGrants, ReachBothOfTwoReadersWithOneTag) {
  audience[1].tag_key = audience[0].tag_key;
  const auto made = grant_to(readers_of(audience));
  for (const Volunteer& one : audience) EXPECT_TRUE(opens(made.head, one));
}

TEST_F(ChannelGrants, GiveFillerToAReaderWhoseKeyNothingCanBeSealedTo) {
  auto readers = readers_of(audience);
  readers[2].seal_key = SealKey{};
  const auto made = grant_to(readers);
  EXPECT_TRUE(opens(made.head, audience[0]));
  EXPECT_EQ(open(made.head, audience[2]).error().code, Errc::not_found);
  EXPECT_EQ(read_page(made.head, 0).grants().size(), 64 * audience_grant_bytes);
}

TEST_F(ChannelGrants, LookTheSameHoweverManyAreBehindThem) {
  std::vector<Volunteer> many;
  for (int i = 0; i < 64; ++i) many.push_back({random.fixed<TagKey>(), fresh_seal()});
  std::set<Bytes> seen;
  for (const std::size_t count : {0u, 1u, 63u, 64u}) {
    const auto made = grant_to(readers_of(std::span(many).first(count)));
    EXPECT_EQ(made.head.grants, 64u);
    ASSERT_EQ(pages.size(), 1u);
    EXPECT_EQ(pages[0].envelope.size(), limits::envelope_sizes_bytes[1]);
    const std::string grants = read_page(made.head, 0).grants();
    EXPECT_EQ(grants.size(), 64 * audience_grant_bytes);
    // Ascending, so that the place says nothing; and no two boxes begin alike.
    std::vector<Bytes> all;
    for (std::size_t at = 0; at < grants.size(); at += audience_grant_bytes) {
      all.push_back(to_bytes(as_bytes(grants).subspan(at, audience_grant_bytes)));
      EXPECT_TRUE(seen.insert(to_bytes(ByteView(all.back()).subspan(16, 32))).second);
    }
    EXPECT_TRUE(std::ranges::is_sorted(all));
  }
}

TEST_F(ChannelGrants, RepeatNoTagInTheNextChange) {
  const auto made = grant_to(readers_of(audience));
  std::set<GrantTag> tags;
  for (const std::uint32_t number : {1u, 2u}) {
    for (const Volunteer& one : audience) {
      tags.insert(grant_tag(one.tag_key, made.head.channel, number, made.head.salt.view()));
    }
  }
  EXPECT_EQ(tags.size(), 10u);
}

TEST_F(ChannelGrants, OnAPageOfAnotherChangeNumberOrPlaceAreRefused) {
  const auto made = grant_to(readers_of(audience));
  const auto with = [&](auto change) {
    return refusal(made.head, changed(made.head, root, change));
  };
  using Page = wire::GrantPage;
  EXPECT_EQ(with([](Page& page) { page.set_number(2); }), Errc::not_authentic);
  EXPECT_EQ(with([](Page& page) { page.set_page(1); }), Errc::not_authentic);
  EXPECT_EQ(with([](Page& page) { page.set_salt(std::string(32, 's')); }), Errc::not_authentic);
  EXPECT_EQ(with([](Page& page) { page.set_channel_id(std::string(32, 'c')); }),
            Errc::not_authentic);
  EXPECT_EQ(with([](Page& page) { page.mutable_grants()->pop_back(); }), Errc::malformed);
  EXPECT_EQ(with([](Page& page) { page.set_salt("short"); }), Errc::malformed);
  // A whole change that the root made for the same number, with another salt.
  const Bytes of_this = pages[0].envelope;
  (void)grant_to(readers_of(audience));
  EXPECT_EQ(refusal(made.head, pages[0].envelope), Errc::not_authentic);
  pages[0].envelope = of_this;
  EXPECT_TRUE(opens(made.head, audience[0]));
}

TEST_F(ChannelGrants, OnAPageSignedByAnotherRootAreRefused) {
  const auto made = grant_to(readers_of(audience));
  const Bytes by_other = changed(made.head, other_root, [](wire::GrantPage&) {});
  EXPECT_EQ(refusal(made.head, by_other), Errc::not_authentic);
  const Bytes by_root = changed(made.head, root, [](wire::GrantPage&) {});
  EXPECT_TRUE(open(made.head, audience[0], first.head.root,
                   std::vector<AudiencePage>{{pages[0].address, by_root}})
                  .ok());
  EXPECT_EQ(open(made.head, audience[0], SigningKey(other_root).verify_key(), pages).error().code,
            Errc::not_authentic);
}

TEST_F(ChannelGrants, OnAPageThatWasChangedOrIsOfAnotherSizeAreRefused) {
  const auto made = grant_to(readers_of(audience));
  for (const std::size_t at : {0u, 40u, 8'000u, 16'383u}) {
    Bytes torn = pages[0].envelope;
    torn[at] ^= 1;
    EXPECT_EQ(refusal(made.head, torn), Errc::not_authentic) << at;
  }
  EXPECT_EQ(refusal(made.head, {}), Errc::not_authentic);
  const auto larger = wire::seal_envelope(seal_key(page_seal(made.head, 0)), Bytes(9, 1),
                                          limits::envelope_sizes_bytes[2]);
  EXPECT_EQ(refusal(made.head, *larger), Errc::not_authentic);
  const auto empty =
      wire::seal_envelope(seal_key(page_seal(made.head, 0)), {}, limits::envelope_sizes_bytes[1]);
  EXPECT_EQ(refusal(made.head, *empty), Errc::malformed);
}

TEST_F(ChannelGrants, OfASecretThatTheHeadDoesNotCommitToAreRefused) {
  auto made = grant_to(readers_of(audience));
  made.head.fresh_commit = fresh_commit(random.secret<Fresh>().reveal());
  EXPECT_EQ(open(made.head, audience[0]).error().code, Errc::not_found);
}

TEST_F(ChannelGrants, AreAsManyAsTheNextStepAndSpreadOverPages) {
  const std::array<std::array<std::size_t, 3>, 7> steps{{{1, 64, 1},
                                                         {64, 64, 1},
                                                         {65, 256, 2},
                                                         {256, 256, 2},
                                                         {257, 1'024, 8},
                                                         {1'024, 1'024, 8},
                                                         {10'000, 16'384, 128}}};
  for (const auto& [count, grants, page_count] : steps) {
    std::vector<GrantReader> readers(count);
    for (GrantReader& reader : readers) reader.tag_key = random.fixed<TagKey>();
    const GrantPlan planned = plan_grants(readers, first.head.channel, 1, random);
    EXPECT_EQ(planned.grants, grants) << count;
    EXPECT_EQ(count_grant_pages(planned.grants), page_count) << count;
    std::vector<std::size_t> filled(page_count);
    for (const GrantReader& reader : readers) {
      const auto tag = grant_tag(reader.tag_key, first.head.channel, 1, planned.salt.view());
      EXPECT_LE(++filled[grant_page_of(tag, static_cast<std::uint32_t>(page_count))],
                audience_grants_per_page_max);
    }
  }
}

TEST_F(ChannelGrants, FillSeveralPagesToTheCountThatIsShown) {
  std::vector<Volunteer> many;
  for (int i = 0; i < 70; ++i) many.push_back({random.fixed<TagKey>(), fresh_seal()});
  const auto made = grant_to(readers_of(many));
  ASSERT_EQ(pages.size(), 2u);
  EXPECT_NE(pages[0].address, pages[1].address);
  EXPECT_EQ(pages[0].address.drop_key, made.head.page_drop);
  std::size_t grants = 0;
  for (std::uint32_t number = 0; number < 2; ++number) {
    EXPECT_EQ(pages[number].envelope.size(), limits::envelope_sizes_bytes[1]);
    const std::string bytes = read_page(made.head, number).grants();
    for (std::size_t at = 0; at < bytes.size(); at += audience_grant_bytes, ++grants) {
      EXPECT_EQ(grant_page_of(*GrantTag::from(as_bytes(bytes).subspan(at, 16)), 2), number);
    }
  }
  EXPECT_EQ(grants, 256u);
  for (const Volunteer& one : many) EXPECT_TRUE(opens(made.head, one));
}

/// The first draw of a salt is the one under which all these readers' tags lie on one page.
class CrowdedFirst final : public Random {
 public:
  explicit CrowdedFirst(const ChannelSalt& salt) : first_(salt) {}
  void fill(std::span<Byte> bytes) override {
    if (drawn_++ > 0) return then_.fill(bytes);
    std::ranges::copy(first_.view(), bytes.begin());
  }
  int drawn() const { return drawn_; }

 private:
  ChannelSalt first_;
  SeededRandom then_{9};
  int drawn_ = 0;
};

TEST_F(ChannelGrants, AreSaltedAnewWhereAPageWouldOverflow) {
  const auto crowding = random.fixed<ChannelSalt>();
  std::vector<GrantReader> readers;
  while (readers.size() <= audience_grants_per_page_max) {
    const auto key = random.fixed<TagKey>();
    const auto tag = grant_tag(key, first.head.channel, 1, crowding.view());
    if (grant_page_of(tag, 2) == 0) readers.push_back({key, {}});
  }
  CrowdedFirst crowded(crowding);
  const GrantPlan planned = plan_grants(readers, first.head.channel, 1, crowded);
  EXPECT_EQ(planned.grants, 256u);
  EXPECT_NE(planned.salt, crowding);
  EXPECT_EQ(crowded.drawn(), 2);
  // One fewer fits as it is.
  CrowdedFirst fitting(crowding);
  readers.pop_back();
  EXPECT_EQ(plan_grants(readers, first.head.channel, 1, fitting).salt, crowding);
}

TEST_F(ChannelGrants, OfTooManyWithOneTagLeaveSomeOutAndEndAllTheSame) {
  const auto shared = random.fixed<TagKey>();
  std::vector<Volunteer> many;
  for (std::size_t i = 0; i < audience_grants_per_page_max + 2; ++i) {
    many.push_back({shared, fresh_seal()});
  }
  const auto made = grant_to(readers_of(many));
  const auto reached =
      std::ranges::count_if(many, [&](const Volunteer& one) { return opens(made.head, one); });
  EXPECT_EQ(reached, static_cast<std::ptrdiff_t>(audience_grants_per_page_max));
}

}  // namespace
}  // namespace porchlight::client
