// What is said in a channel and what is answered: in one place only, by the post key or by its
// author, and attributed to one of the group or to nobody.
#include "client/core/channel_frame.hpp"

#include <gtest/gtest.h>

#include "client/core/catch_up.hpp"
#include "client/core/join.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/envelope.hpp"
#include "tests/unit/channel_scene.hpp"

namespace porchlight::client {
namespace {

class ChannelMessages : public ::testing::Test, protected ChannelScene {
 protected:
  static FrameContent content(std::string_view body) {
    FrameContent content;
    content.body = SecretBytes(as_bytes(body));
    return content;
  }
  ChannelVoice voice() const { return {post.post, post.attribution, post.made_under}; }

  const ChannelPlace place{random.fixed<ChannelId>(), random.fixed<EpochId>(), today};
  const EpochId group_epoch = random.fixed<EpochId>();
  const SigningKey author{random.secret<SigningSeed>()};
  const SigningKey other{random.secret<SigningSeed>()};
  const SealSeed day_seal = random.secret<SealSeed>();
  const VerifyKey post_key = SigningKey(post.post).verify_key();

  /// Places of which one thing is another.
  std::vector<ChannelPlace> elsewhere() {
    std::vector<ChannelPlace> places(3, place);
    places[0].channel = random.fixed<ChannelId>();
    places[1].epoch = random.fixed<EpochId>();
    places[2].day = today + 1;
    return places;
  }
};

// ---- frames ------------------------------------------------------------------------------------

class ChannelFrame : public ChannelMessages {
 protected:
  SealedChannelFrame seal_frame(const FrameContent& what) {
    return *seal_channel_frame(place, voice(), author, group_epoch, seal_key(day_seal), what,
                               random);
  }
  Result<OpenedChannelFrame> open(ByteView envelope) const {
    return open_channel_frame(place, post_key, day_seal, envelope);
  }
  Errc refusal(ByteView envelope) const {
    const auto opened = open(envelope);
    EXPECT_FALSE(opened.ok());
    return opened.ok() ? Errc::conflict : opened.error().code;
  }
  /// A frame with something different in it, signed by `signer`.
  template <class Change>
  Bytes changed(const Bytes& envelope, const SigningSeed& signer, Change change) const {
    auto payload = unseal(day_seal, envelope);
    EXPECT_TRUE(payload && unpad(*payload));
    wire::ChannelFrameBody body;
    EXPECT_TRUE(parse(body, wire::parse_signed(payload->reveal())->body));
    change(body);
    const Bytes made =
        wire::make_signed(wire::label::channel_frame, serialise(body), SigningKey(signer));
    return *wire::seal_envelope(seal_key(day_seal), made, limits::envelope_sizes_bytes[0]);
  }
  template <class Change>
  static auto in_content(Change change) {
    return [change](wire::ChannelFrameBody& body) {
      wire::ChannelContent inside;
      EXPECT_TRUE(parse(inside, as_bytes(body.content())));
      change(inside);
      body.set_content(to_string(serialise(inside)));
    };
  }
};

TEST_F(ChannelFrame, SaysWhatItsAuthorSaidAndWhoThatIsToTheGroupAlone) {
  FrameContent said = content("go now");
  said.cites.push_back({random.fixed<FrameHash>(), 3, today - 1});
  said.keys_week = 2'858;
  said.keys_digest = random.fixed<Digest>();
  const auto sealed = seal_frame(said);
  EXPECT_EQ(sealed.envelope.size(), limits::envelope_sizes_bytes[0]);
  const auto opened = open(sealed.envelope);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(as_text(opened->content.body.reveal()), "go now");
  ASSERT_EQ(opened->content.cites.size(), 1u);
  EXPECT_EQ(opened->content.cites[0].frame, said.cites[0].frame);
  EXPECT_EQ(opened->content.keys_digest, said.keys_digest);
  EXPECT_EQ(opened->content.keys_week, said.keys_week);
  EXPECT_EQ(opened->hash, sealed.hash);
  auto payload = unseal(day_seal, sealed.envelope);
  ASSERT_TRUE(payload && unpad(*payload));
  EXPECT_EQ(sealed.hash, hash<FrameHash>("channel frame", {payload->reveal()}));
  EXPECT_EQ(opened->made_under, made_under(post.made_under, group_epoch));
  EXPECT_EQ(*attribute(*opened, place, post.attribution), author.verify_key());
  // The audience holds everything but the attribution's key, and finds the author nowhere.
  const std::string spoken = to_string(opened->spoken.reveal());
  EXPECT_EQ(spoken.find(author.verify_key().str()), std::string::npos);
  EXPECT_EQ(as_text(opened->attribution).find(author.verify_key().str()), std::string::npos);
  EXPECT_EQ(spoken.find(group_epoch.str()), std::string::npos);
}

TEST_F(ChannelFrame, CarriesTheLongestTextAndNoMore) {
  const auto longest = [&](std::size_t bytes) {
    FrameContent said = content(std::string(bytes, 't'));
    for (int i = 0; i < 4; ++i) said.cites.push_back({random.fixed<FrameHash>(), 9, today});
    said.keys_week = 2'858;
    said.keys_digest = random.fixed<Digest>();
    return seal_channel_frame(place, voice(), author, group_epoch, seal_key(day_seal), said,
                              random);
  };
  // A text of the longest size, and what a body has around it.
  EXPECT_TRUE(longest(limits::text_bytes_max + 64).ok());
  EXPECT_EQ(longest(2'000).error().code, Errc::too_large);
}

TEST_F(ChannelFrame, IsRefusedWhereASingleByteOfItWasChanged) {
  const auto sealed = seal_frame(content("go now"));
  for (std::size_t at = 0; at < sealed.envelope.size(); at += 97) {
    Bytes torn = sealed.envelope;
    torn[at] ^= 1;
    EXPECT_EQ(refusal(torn), Errc::not_authentic) << at;
  }
  EXPECT_EQ(refusal({}), Errc::not_authentic);
  Bytes longer = sealed.envelope;
  longer.resize(limits::envelope_sizes_bytes[1]);
  EXPECT_EQ(refusal(longer), Errc::not_authentic);
  EXPECT_EQ(refusal(*wire::seal_envelope(seal_key(day_seal), as_bytes("nothing"))),
            Errc::malformed);
}

TEST_F(ChannelFrame, IsRefusedUnlessThePostKeySignedIt) {
  const auto sealed = seal_frame(content("go now"));
  const auto keep = [](wire::ChannelFrameBody&) {};
  // One of the audience has the day's keys, and no post key.
  EXPECT_EQ(refusal(changed(sealed.envelope, random.secret<SigningSeed>(), keep)),
            Errc::not_authentic);
  EXPECT_TRUE(open(changed(sealed.envelope, post.post, keep)).ok());
}

TEST_F(ChannelFrame, BelongsInOneChannelEpochAndDay) {
  const auto sealed = seal_frame(content("go now"));
  for (const ChannelPlace& there : elsewhere()) {
    EXPECT_EQ(open_channel_frame(there, post_key, day_seal, sealed.envelope).error().code,
              Errc::not_authentic);
  }
  EXPECT_EQ(
      open_channel_frame(place, post_key, random.secret<SealSeed>(), sealed.envelope).error().code,
      Errc::not_authentic);
}

TEST_F(ChannelFrame, WithFieldsThatCannotBeIsRefused) {
  const auto sealed = seal_frame(content("go now"));
  const auto with = [&](auto change) {
    return refusal(changed(sealed.envelope, post.post, in_content(change)));
  };
  using Content = wire::ChannelContent;
  EXPECT_EQ(with([](Content& inside) { inside.set_channel_id("short"); }), Errc::malformed);
  EXPECT_EQ(with([](Content& inside) { inside.clear_epoch_id(); }), Errc::malformed);
  EXPECT_EQ(with([](Content& inside) { inside.clear_made_under(); }), Errc::malformed);
  EXPECT_EQ(with([](Content& inside) { inside.set_keys_digest("short"); }), Errc::malformed);
  EXPECT_EQ(with([](Content& inside) { inside.add_cites(); }), Errc::malformed);
  const auto five = [&](Content& inside) {
    for (int i = 0; i < 5; ++i) inside.add_cites()->set_frame(std::string(32, 'f'));
  };
  EXPECT_EQ(with(five), Errc::malformed);
}

TEST_F(ChannelFrame, IsAttributedToNobodyWhereTheAttributionIsMissingOrWrong) {
  const auto sealed = seal_frame(content("go now"));
  const auto speaker = [&](const Bytes& envelope) {
    const auto opened = open(envelope);
    EXPECT_TRUE(opened.ok());
    return attribute(*opened, place, post.attribution);
  };
  ASSERT_TRUE(speaker(sealed.envelope).ok());
  const auto set = [&](std::string attribution) {
    return changed(sealed.envelope, post.post, [attribution](wire::ChannelFrameBody& body) {
      body.set_attribution(attribution);
    });
  };
  EXPECT_EQ(speaker(set("")).error().code, Errc::not_authentic);
  EXPECT_EQ(speaker(set(std::string(136, 'a'))).error().code, Errc::not_authentic);
  // That of another thing its author said.
  const auto another = open(seal_frame(content("all clear")).envelope);
  EXPECT_EQ(speaker(set(to_string(another->attribution))).error().code, Errc::not_authentic);
  // Other words under the author's name.
  const Bytes reworded =
      changed(sealed.envelope, post.post,
              in_content([](wire::ChannelContent& inside) { inside.set_body("stay at home"); }));
  EXPECT_EQ(speaker(reworded).error().code, Errc::not_authentic);
}

TEST_F(ChannelFrame, CannotBeSaidInAnothersNameByWhoHoldsTheGroupsKeys) {
  const auto sealed = seal_frame(content("go now"));
  const auto opened = open(sealed.envelope);
  // The other's name, with a signature of one's own; and a name alone.
  const auto forge = [&](const Bytes& plain) {
    Bytes associated = to_bytes(place.channel.view());
    for (const Part& part : {Part(place.epoch), Part(place.day)}) {
      associated.insert(associated.end(), part.view().begin(), part.view().end());
    }
    const AeadKey key = *AeadKey::from(post.attribution.reveal());
    OpenedChannelFrame forged;
    forged.spoken = SecretBytes(opened->spoken.reveal());
    forged.attribution = aead_seal(key, associated, plain, random);
    return attribute(forged, place, post.attribution);
  };
  const auto signature = wire::sign(wire::label::channel_author, opened->spoken.reveal(), other);
  const auto named = [&](const SigningKey& who) {
    Bytes plain = to_bytes(who.verify_key().view());
    plain.insert(plain.end(), signature.view().begin(), signature.view().end());
    return plain;
  };
  EXPECT_EQ(forge(named(author)).error().code, Errc::not_authentic);
  EXPECT_EQ(forge(to_bytes(author.verify_key().view())).error().code, Errc::not_authentic);
  EXPECT_EQ(*forge(named(other)), other.verify_key());
}

TEST_F(ChannelFrame, IsAttributedInItsOwnPlaceWithItsOwnKeyAlone) {
  const auto opened = open(seal_frame(content("go now")).envelope);
  for (const ChannelPlace& there : elsewhere()) {
    EXPECT_FALSE(attribute(*opened, there, post.attribution).ok());
  }
  EXPECT_FALSE(attribute(*opened, place, random.secret<AttributionKey>()).ok());
}

// ---- answers -----------------------------------------------------------------------------------

class ChannelReplies : public ChannelMessages {
 protected:
  Result<OpenedReply> open(ByteView envelope) const {
    return open_reply(place, day_seal, envelope);
  }
  Bytes seal_raw(const wire::ChannelReply& reply) const {
    return *wire::seal_envelope(seal_key(day_seal), serialise(reply),
                                limits::envelope_sizes_bytes[0]);
  }
  Bytes said(std::string_view body) const {
    return *seal_reply(place, author, as_bytes(body), seal_key(day_seal));
  }
};

TEST_F(ChannelReplies, ArriveAsTheirAuthorSaidThem) {
  const Bytes envelope = said("coming");
  EXPECT_EQ(envelope.size(), limits::envelope_sizes_bytes[0]);
  const auto opened = open(envelope);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->kind, OpenedReply::Kind::said);
  EXPECT_EQ(opened->author, author.verify_key());
  EXPECT_EQ(as_text(opened->body.reveal()), "coming");
  EXPECT_EQ(seal_reply(place, author, Bytes(2'000), seal_key(day_seal)).error().code,
            Errc::too_large);
}

TEST_F(ChannelReplies, OfAnotherChannelEpochOrDayAreRefused) {
  const Bytes envelope = said("coming");
  for (const ChannelPlace& there : elsewhere()) {
    EXPECT_EQ(open_reply(there, day_seal, envelope).error().code, Errc::not_authentic);
  }
  const SealSeed tomorrow = random.secret<SealSeed>();
  EXPECT_EQ(open_reply(place, tomorrow, envelope).error().code, Errc::not_authentic);
}

TEST_F(ChannelReplies, ThatTheirAuthorDidNotSignAreRefused) {
  wire::ReplyBody body;
  body.set_channel_id(place.channel.str());
  body.set_epoch_id(place.epoch.str());
  body.set_day(place.day);
  body.set_author(author.verify_key().str());
  body.set_body("coming");
  wire::ChannelReply reply;
  const auto refusal = [&](std::string_view label, const SigningKey& signer) {
    reply.set_said(to_string(wire::make_signed(label, serialise(body), signer)));
    const auto opened = open(seal_raw(reply));
    return opened.ok() ? Errc::conflict : opened.error().code;
  };
  EXPECT_EQ(refusal(wire::label::reply, author), Errc::conflict);
  EXPECT_EQ(refusal(wire::label::reply, other), Errc::not_authentic);
  EXPECT_EQ(refusal(wire::label::frame, author), Errc::not_authentic);
  body.set_author("nobody");
  EXPECT_EQ(refusal(wire::label::reply, author), Errc::malformed);
}

TEST_F(ChannelReplies, ThatWereChangedAreRefused) {
  const Bytes envelope = said("coming");
  for (std::size_t at = 0; at < envelope.size(); at += 97) {
    Bytes torn = envelope;
    torn[at] ^= 1;
    EXPECT_EQ(open(torn).error().code, Errc::not_authentic) << at;
  }
  EXPECT_EQ(open(*wire::seal_envelope(seal_key(day_seal), as_bytes("nothing"))).error().code,
            Errc::malformed);
}

TEST_F(ChannelReplies, OfANewerKindSayThatAnUpdateIsNeeded) {
  EXPECT_EQ(open(seal_raw({})).error().code, Errc::update_needed);
}

TEST_F(ChannelReplies, CarryJoinsThatTheInvitesKeySigned) {
  const auto keys = derive_audience_invite(Bytes(32, 7));
  const VerifyKey join_key = SigningKey(keys.join).verify_key();
  const Bytes request(400, 'r');
  const auto opened = open(*seal_audience_join(request, keys.join, seal_key(day_seal)));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->kind, OpenedReply::Kind::join);
  EXPECT_EQ(opened->request, request);
  EXPECT_TRUE(verify_audience_join(*opened, join_key));
  EXPECT_FALSE(verify_audience_join(*opened, author.verify_key()));
  const auto by_other =
      open(*seal_audience_join(request, random.secret<SigningSeed>(), seal_key(day_seal)));
  EXPECT_FALSE(verify_audience_join(*by_other, join_key));
  OpenedReply moved;
  moved.request = Bytes(400, 's');
  moved.signature = opened->signature;
  EXPECT_FALSE(verify_audience_join(moved, join_key));
  wire::ChannelReply unsigned_join;
  unsigned_join.mutable_join()->set_request(to_string(request));
  EXPECT_EQ(open(seal_raw(unsigned_join)).error().code, Errc::malformed);
}

TEST_F(ChannelReplies, HaveRoomForTheLongestRequestAndForWhoAsksToCatchUp) {
  const CardKeys card_keys{random.secret<SigningSeed>(), random.secret<SealSeed>()};
  const Bytes card = make_card(author, card_version_max, card_keys);
  const SealKey one_time = seal_key(random.secret<SealSeed>());
  const Bytes request =
      make_join_request({place.channel, other.verify_key(), random.fixed<InviteId>(), one_time,
                         card, std::string(limits::name_bytes_max, 'n')},
                        author, random);
  EXPECT_TRUE(seal_audience_join(request, random.secret<SigningSeed>(), seal_key(day_seal)).ok());
  const Bytes asked = make_catch_up({place.channel, 3, place.epoch, one_time, card}, author);
  const auto opened = open(*seal_channel_catch_up(asked, seal_key(day_seal)));
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(opened->kind, OpenedReply::Kind::catch_up);
  EXPECT_EQ(verify_catch_up(opened->request)->identity(), author.verify_key());
}

}  // namespace
}  // namespace porchlight::client
