#include "proto/wire/link.hpp"

#include <gtest/gtest.h>

#include "proto/base/encoding.hpp"
#include "proto/base/limits.hpp"
#include "proto/crypto/hash.hpp"
#include "proto/crypto/random.hpp"

namespace porchlight::wire {
namespace {

// 56 characters and ".onion": the longest host that is in common use.
const std::string onion = std::string(56, 'x') + ".onion";

Link example(std::string host = "relay.example.org") {
  crypto_init();
  SystemRandom random;
  Link link{
      {random.fixed<RelayIdentity>(), {std::move(host), 7443}}, random.secret<InviteSeed>(), {}};
  link.session.set_kind(TOKEN_KIND_SESSION);
  link.session.set_week(2900);
  link.session.set_nonce(random.fixed<TokenNonce>().str());
  link.session.set_output(random.fixed<TokenOutput>().str());
  return link;
}

Link event_example(std::string host = "relay.example.org") {
  Link link = example(std::move(host));
  link.session.Clear();
  link.inviter = SystemRandom().fixed<VerifyKey>();
  return link;
}

void expect_same(const Link& a, const Link& b) {
  EXPECT_EQ(a.relay, b.relay);
  EXPECT_TRUE(equal_constant_time(a.seed.reveal(), b.seed.reveal()));
  EXPECT_EQ(a.session.SerializeAsString(), b.session.SerializeAsString());
  EXPECT_EQ(a.inviter, b.inviter);
}

Errc code_of(std::string_view text) {
  const auto parsed = Link::parse(text);
  EXPECT_FALSE(parsed.ok());
  return parsed.ok() ? Errc::storage : parsed.error().code;
}

/// A link over other content than Porchlight would write, with a checksum that holds.
std::string forged(Bytes content) {
  const Digest digest = hash_digest("link", {content});
  content.insert(content.end(), digest.data(), digest.data() + 4);
  return "porchlight:j/" + base64url_encode(content);
}

TEST(Link, IsReadBackAsItWasMade) {
  for (const std::string host : {"h", "relay.example.org", "10.0.0.1", "2001:db8::1"}) {
    const Link link = example(host);
    const auto parsed = Link::parse(link.str());
    ASSERT_TRUE(parsed.ok()) << parsed.error().what;
    expect_same(link, *parsed);
  }
}

TEST(Link, OfAnEventIsReadBackAndShorter) {
  for (const std::string host : {"h", "relay.example.org", "2001:db8::1", onion.c_str()}) {
    const Link link = event_example(host);
    const auto parsed = Link::parse(link.str());
    ASSERT_TRUE(parsed.ok()) << parsed.error().what;
    expect_same(link, *parsed);
    EXPECT_EQ(parsed->kind(), InviteKind::event);
    EXPECT_LT(link.str().size(), example(host).str().size());
  }
  EXPECT_LE(event_example("relay.example.org").str().size(), 180u);
}

TEST(Link, OfAnEventCutShortOrOfTheOtherKindsLengthIsRefused) {
  const std::string text = event_example().str();
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_EQ(code_of(text.substr(0, i)), Errc::usage) << "at " << i;
  }
  for (const auto& [link, other] :
       {std::pair{example("h"), Byte{2}}, {event_example("h"), Byte{1}}}) {
    Bytes content = *base64url_decode(link.str().substr(13));
    content.resize(content.size() - 4);
    content[0] = other;
    EXPECT_EQ(code_of(forged(content)), Errc::usage);
  }
}

TEST(Link, WithAnOnionHostFitsTheLimit) {
  const Link link = example(onion);
  EXPECT_LE(link.str().size(), limits::link_chars_max);
  const auto parsed = Link::parse(link.str());
  ASSERT_TRUE(parsed.ok());
  expect_same(link, *parsed);
}

TEST(Link, HasAtMost300CharactersForAHostOf75Bytes) {
  EXPECT_EQ(example(std::string(75, 'h')).str().size(), limits::link_chars_max);
  EXPECT_GT(example(std::string(76, 'h')).str().size(), limits::link_chars_max);
}

TEST(Link, HoldsTheLongestHost) {
  const Link link = example(std::string(limits::host_bytes_max, 'h'));
  ASSERT_TRUE(Link::parse(link.str()).ok());
}

TEST(Link, MayBeWrappedOverLines) {
  const Link link = example();
  std::string wrapped = "\n  ";
  for (std::size_t i = 0; i < link.str().size(); ++i) {
    wrapped.push_back(link.str()[i]);
    if (i % 40 == 39) wrapped += "\r\n\t";
  }
  const auto parsed = Link::parse(wrapped + " \n");
  ASSERT_TRUE(parsed.ok()) << parsed.error().what;
  expect_same(link, *parsed);
}

TEST(Link, WithOneCharacterMistypedAnywhereIsRefused) {
  const std::string text = example().str();
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char c : {'A', 'b', '7', '-', '.', '/'}) {
      if (text[i] == c) continue;
      std::string changed = text;
      changed[i] = c;
      EXPECT_EQ(code_of(changed), Errc::usage) << "at " << i;
    }
  }
}

TEST(Link, CutShortAnywhereIsRefused) {
  const std::string text = example().str();
  for (std::size_t i = 0; i < text.size(); ++i) {
    EXPECT_EQ(code_of(text.substr(0, i)), Errc::usage) << "at " << i;
  }
}

TEST(Link, WithSomethingAppendedIsRefused) {
  EXPECT_EQ(code_of(example().str() + "A"), Errc::usage);
  EXPECT_EQ(code_of(example().str() + "AAAA"), Errc::usage);
  EXPECT_EQ(code_of(std::string(1 << 20, 'A')), Errc::usage);
}

TEST(Link, OfAnotherSchemeSaysWhatItIs) {
  const auto what = [](std::string_view text) { return Link::parse(text).error().what; };
  const Link link = example();
  EXPECT_EQ(code_of(link.relay.str()), Errc::usage);
  EXPECT_NE(what(link.relay.str()).find("address of a relay"), std::string::npos);
  EXPECT_NE(what("porchlight:h/AAAA").find("not an invite"), std::string::npos);
  EXPECT_NE(what("https://example.org/").find("not a Porchlight link"), std::string::npos);
  EXPECT_EQ(code_of(""), Errc::usage);
}

TEST(Link, OfANewerVersionAsksForAnUpdate) {
  EXPECT_EQ(code_of(forged({3, 1, 2, 3})), Errc::update_needed);
}

TEST(Link, WithContentThatCannotBeIsRefused) {
  EXPECT_EQ(code_of(forged({})), Errc::usage);
  EXPECT_EQ(code_of(forged({1})), Errc::usage);
  EXPECT_EQ(code_of(forged(Bytes(200, 1))), Errc::usage);
  // A host that no address can hold, and port 0.
  for (const auto& [host, port] : {std::pair{"a b", 7443}, {"", 7443}, {"h", 0}}) {
    Link link = example("h");
    link.relay.at = {host, static_cast<std::uint16_t>(port)};
    const std::string text = link.str();
    EXPECT_EQ(code_of(text), Errc::usage);
  }
}

TEST(InviteKeys, AreTheSameForBothSidesAndDifferAmongThemselves) {
  const Link link = example();
  const InviteKeys keys(link.seed);
  const InviteKeys other_side(Link::parse(link.str())->seed);
  EXPECT_EQ(keys.address(), other_side.address());
  EXPECT_NE(keys.address().collect_key, *keys.address().drop_key);
  EXPECT_EQ(keys.address().flags, mailbox_flag::erasable);
  EXPECT_TRUE(equal_constant_time(keys.join.reveal(), other_side.join.reveal()));
  EXPECT_FALSE(equal_constant_time(keys.join.reveal(), keys.seal.reveal()));
  EXPECT_EQ(InviteKeys(link.seed, InviteKind::event).address().flags,
            mailbox_flag::erasable | mailbox_flag::guest);
}

}  // namespace
}  // namespace porchlight::wire
