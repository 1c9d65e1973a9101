#include <gtest/gtest.h>

#include "proto/crypto/pad.hpp"
#include "proto/crypto/random.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/mailbox.hpp"
#include "proto/wire/person.pb.h"
#include "proto/wire/relay_address.hpp"
#include "proto/wire/signed.hpp"
#include "proto/wire/time.hpp"
#include "tests/unit/vectors.hpp"

namespace porchlight::wire {
namespace {

using testing::from_hex;
using testing::hex;
using testing::unhex;

const nlohmann::json& vectors() {
  static const auto all = testing::read_vectors("wire.json");
  return all;
}

// ---- Signed ---------------------------------------------------------------------------------

SigningKey key_of(const nlohmann::json& vector) {
  return SigningKey(from_hex<SigningSeed>(vector["seed"]));
}

TEST(Signed, HasTheBytesOfTheVectors) {
  ASSERT_GE(vectors()["signed"].size(), 3u);
  for (const auto& vector : vectors()["signed"]) {
    const auto label = vector["label"].get<std::string>();
    const SigningKey key = key_of(vector);
    const Bytes body = unhex(vector["body"]);
    EXPECT_EQ(hex(key.verify_key()), vector["key"]);
    EXPECT_EQ(hex(sign(label, body, key)), vector["signature"]);
    EXPECT_EQ(hex_encode(make_signed(label, body, key)), vector["signed"]);
  }
}

TEST(Signed, GivesTheBodyBackAndHolds) {
  for (const auto& vector : vectors()["signed"]) {
    const auto parsed = parse_signed(ByteView(unhex(vector["signed"])));
    ASSERT_TRUE(parsed.ok());
    EXPECT_EQ(parsed->body, unhex(vector["body"]));
    EXPECT_TRUE(
        parsed->verify(vector["label"].get<std::string>(), from_hex<VerifyKey>(vector["key"]))
            .ok());
  }
}

class SignedMessage : public ::testing::Test {
 protected:
  SystemRandom random_;
  const SigningKey key_{random_.secret<SigningSeed>()};
  const Bytes signed_ = make_signed(label::card, as_bytes("a body"), key_);
};

TEST_F(SignedMessage, DoesNotHoldUnderAnotherLabelOrKey) {
  const Unverified parsed = parse_signed(ByteView(signed_)).value();
  const SigningKey other(random_.secret<SigningSeed>());
  EXPECT_TRUE(parsed.verify(label::card, key_.verify_key()).ok());
  EXPECT_EQ(parsed.verify(label::frame, key_.verify_key()).error().code, Errc::not_authentic);
  EXPECT_EQ(parsed.verify("", key_.verify_key()).error().code, Errc::not_authentic);
  EXPECT_EQ(parsed.verify(label::card, other.verify_key()).error().code, Errc::not_authentic);
}

TEST_F(SignedMessage, DoesNotHoldWithAnyByteChanged) {
  for (std::size_t i = 0; i < signed_.size(); ++i) {
    Bytes changed = signed_;
    changed[i] ^= 1;
    const auto parsed = parse_signed(ByteView(changed));
    if (parsed.ok()) {
      EXPECT_FALSE(parsed->verify(label::card, key_.verify_key()).ok()) << i;
    } else {
      EXPECT_EQ(parsed.error().code, Errc::malformed) << i;
    }
  }
}

TEST_F(SignedMessage, IsCheckedOverTheBytesReceivedWhateverTheyAre) {
  // A body with a field this version does not know, and fields out of order: serialised again it
  // would be another.
  using namespace std::string_view_literals;
  const Bytes body = to_bytes(as_bytes("\x18\x05\xf8\x07\x01\x08\x01"sv));
  Card card;
  ASSERT_TRUE(card.ParseFromArray(body.data(), static_cast<int>(body.size())));
  ASSERT_NE(to_bytes(as_bytes(card.SerializeAsString())), body);
  const auto parsed = parse_signed(ByteView(make_signed(label::card, body, key_))).value();
  EXPECT_EQ(parsed.body, body);
  EXPECT_TRUE(parsed.verify(label::card, key_.verify_key()).ok());
}

TEST_F(SignedMessage, IsMalformedWhenItDoesNotDecode) {
  EXPECT_EQ(parse_signed(ByteView{}).error().code, Errc::malformed);
  EXPECT_EQ(parse_signed(as_bytes("garbage")).error().code, Errc::malformed);
  EXPECT_EQ(parse_signed(ByteView(signed_).first(signed_.size() - 1)).error().code,
            Errc::malformed);
}

TEST_F(SignedMessage, IsMalformedWithASignatureOfAnotherLength) {
  for (const std::size_t size : {0u, 63u, 65u}) {
    Signed message;
    message.set_body("a body");
    message.set_signature(std::string(size, 's'));
    EXPECT_EQ(parse_signed(message.SerializeAsString()).error().code, Errc::malformed);
  }
}

TEST_F(SignedMessage, IsMalformedAboveTheLimit) {
  const Bytes body(limits::signed_bytes_max - 70, 'x');  // 4 + 66 bytes are around it
  const Bytes largest = make_signed(label::card, body, key_);
  ASSERT_EQ(largest.size(), limits::signed_bytes_max);
  EXPECT_TRUE(parse_signed(ByteView(largest)).ok());
  const Bytes above = make_signed(label::card, Bytes(body.size() + 1, 'x'), key_);
  EXPECT_EQ(parse_signed(ByteView(above)).error().code, Errc::malformed);
}

// ---- proofs of possession -------------------------------------------------------------------

TEST(Possession, HasTheBytesOfTheVectors) {
  ASSERT_GE(vectors()["possession"].size(), 3u);
  for (const auto& vector : vectors()["possession"]) {
    const auto label = vector["label"].get<std::string>();
    const auto relay = from_hex<RelayIdentity>(vector["relay"]);
    const auto challenge = from_hex<Challenge>(vector["challenge"]);
    const Bytes subject = unhex(vector["subject"]);
    const SigningKey key = key_of(vector);
    const Signature proof = prove_possession(label, relay, challenge, subject, key);
    EXPECT_EQ(hex(proof), vector["signature"]);
    EXPECT_TRUE(verify_possession(label, relay, challenge, subject, proof, key.verify_key()));
  }
}

TEST(Possession, HoldsForOneLabelRelayConnectionSubjectAndKey) {
  SystemRandom random;
  const SigningKey key(random.secret<SigningSeed>());
  const auto relay = random.fixed<RelayIdentity>();
  const auto challenge = random.fixed<Challenge>();
  const ByteView subject = as_bytes("a mailbox");
  const Signature proof = prove_possession(label::prove_drop, relay, challenge, subject, key);
  const auto holds = [&](std::string_view label, const RelayIdentity& r, const Challenge& c,
                         ByteView s, const VerifyKey& k) {
    return verify_possession(label, r, c, s, proof, k);
  };
  const VerifyKey& own = key.verify_key();
  EXPECT_TRUE(holds(label::prove_drop, relay, challenge, subject, own));
  EXPECT_FALSE(holds(label::prove_collect, relay, challenge, subject, own));
  EXPECT_FALSE(holds(label::prove_drop, random.fixed<RelayIdentity>(), challenge, subject, own));
  EXPECT_FALSE(holds(label::prove_drop, relay, random.fixed<Challenge>(), subject, own));
  EXPECT_FALSE(holds(label::prove_drop, relay, challenge, as_bytes("another"), own));
  EXPECT_FALSE(holds(label::prove_drop, relay, challenge, {}, own));
  const SigningKey other(random.secret<SigningSeed>());
  EXPECT_FALSE(holds(label::prove_drop, relay, challenge, subject, other.verify_key()));
}

// ---- mailboxes ------------------------------------------------------------------------------

TEST(Mailbox, HasTheAddressesAndIdsOfTheVectors) {
  ASSERT_GE(vectors()["mailboxes"].size(), 5u);
  for (const auto& vector : vectors()["mailboxes"]) {
    MailboxAddress address;
    address.flags = vector["flags"].get<Byte>();
    address.collect_key = from_hex<VerifyKey>(vector["collect_key"]);
    if (!vector["drop_key"].is_null()) {
      address.drop_key = from_hex<VerifyKey>(vector["drop_key"]);
    }
    EXPECT_EQ(hex_encode(address.encode()), vector["address"]);
    EXPECT_EQ(hex(address.id()), vector["id"]);
    EXPECT_EQ(MailboxAddress::decode(ByteView(unhex(vector["address"]))).value(), address);
  }
}

TEST(Mailbox, RejectsImpossibleLengths) {
  for (const std::size_t size : {0u, 1u, 32u, 34u, 64u, 66u, 97u}) {
    EXPECT_EQ(MailboxAddress::decode(ByteView(Bytes(size))).error().code, Errc::malformed) << size;
  }
}

TEST(Mailbox, RejectsFlagsItDoesNotKnow) {
  Bytes address(33);
  for (unsigned flags = 0; flags < 256; ++flags) {
    address[0] = static_cast<Byte>(flags);
    EXPECT_EQ(MailboxAddress::decode(ByteView(address)).ok(), flags < 8) << flags;
  }
}

TEST(Mailbox, TellsItsFlags) {
  MailboxAddress address;
  EXPECT_FALSE(address.has(mailbox_flag::guest));
  address.flags = mailbox_flag::erasable | mailbox_flag::long_kept;
  EXPECT_TRUE(address.has(mailbox_flag::erasable));
  EXPECT_TRUE(address.has(mailbox_flag::long_kept));
  EXPECT_FALSE(address.has(mailbox_flag::guest));
}

// ---- envelopes ------------------------------------------------------------------------------

TEST(Envelope, HasTheSizesOfTheVectorsAndGivesThePayloadBack) {
  const SealSeed seed;
  ASSERT_EQ(vectors()["envelopes"].size(), 7u);
  for (const auto& vector : vectors()["envelopes"]) {
    const Bytes payload(vector["payload"].get<std::size_t>(), 'p');
    const auto envelope = seal_envelope(seal_key(seed), payload);
    if (vector["envelope"] == 0) {
      EXPECT_EQ(envelope.error().code, Errc::too_large);
      continue;
    }
    ASSERT_TRUE(envelope.ok());
    EXPECT_EQ(envelope->size(), vector["envelope"]);
    EXPECT_TRUE(is_envelope_size(envelope->size()));
    auto opened = unseal(seed, *envelope);
    ASSERT_TRUE(opened && unpad(*opened));
    EXPECT_EQ(to_bytes(opened->reveal()), payload);
  }
}

TEST(Envelope, KnowsItsThreeSizesAlone) {
  for (const std::size_t size : limits::envelope_sizes_bytes) {
    EXPECT_TRUE(is_envelope_size(size));
    EXPECT_FALSE(is_envelope_size(size - 1));
    EXPECT_FALSE(is_envelope_size(size + 1));
  }
  EXPECT_FALSE(is_envelope_size(0));
}

TEST(Envelope, TakesAGivenSizeWhenThePayloadFits) {
  const SealKey to = seal_key(SealSeed{});
  EXPECT_EQ(seal_envelope(to, as_bytes("short"), 65'536)->size(), 65'536u);
  EXPECT_EQ(seal_envelope(to, Bytes(1'999), 2'048)->size(), 2'048u);
  EXPECT_EQ(seal_envelope(to, Bytes(2'000), 2'048).error().code, Errc::too_large);
  EXPECT_DEATH((void)seal_envelope(to, as_bytes("short"), 2'000), "internal error");
}

TEST(Envelope, IsNotSealedToAKeyThatNobodyCanHold) {
  EXPECT_EQ(seal_envelope(SealKey{}, as_bytes("x")).error().code, Errc::malformed);
}

TEST(Envelope, HasAHashOfItsOwn) {
  const SealKey to = seal_key(SealSeed{});
  const Bytes one = seal_envelope(to, as_bytes("same")).value();
  const Bytes two = seal_envelope(to, as_bytes("same")).value();
  EXPECT_EQ(envelope_hash(one), envelope_hash(one));
  EXPECT_NE(envelope_hash(one), envelope_hash(two));
}

// ---- relay addresses ------------------------------------------------------------------------

TEST(RelayAddress, ReadsAndWritesTheVectors) {
  ASSERT_GE(vectors()["relay_addresses"].size(), 4u);
  for (const auto& vector : vectors()["relay_addresses"]) {
    const auto address = RelayAddress::parse(vector["text"].get<std::string>());
    ASSERT_TRUE(address.ok()) << vector["text"];
    EXPECT_EQ(address->identity, relay_identity(from_hex<VerifyKey>(vector["key"])));
    EXPECT_EQ(hex(address->identity), vector["identity"]);
    EXPECT_EQ(address->at.host, vector["host"]);
    EXPECT_EQ(address->at.port, vector["port"]);
    EXPECT_EQ(address->str(), vector["text"]);
  }
}

// The part before the host, of a relay whose identity is zeros.
const std::string before = "porchlight://" + std::string(52, 'a') + "@";

TEST(RelayAddress, TakesTheIdentityInCapitals) {
  const auto address = RelayAddress::parse("porchlight://" + std::string(52, 'A') + "@host:1");
  EXPECT_EQ(address->str(), before + "host:1");
}

TEST(RelayAddress, HasADefaultPort) {
  EXPECT_EQ(RelayAddress::parse(before + "host")->at.port, default_port);
  EXPECT_EQ(RelayAddress::parse(before + "[::1]")->str(), before + "[::1]:7443");
}

TEST(RelayAddress, RejectsBadForms) {
  const std::string identity(52, 'a');
  const std::vector<std::string> bad = {
      "",
      "host:7443",
      "porchlight://",
      "https://" + identity + "@host",
      "PORCHLIGHT://" + identity + "@host",
      "porchlight://host:7443",
      "porchlight://@host",
      "porchlight://" + identity.substr(1) + "@host",
      "porchlight://" + identity + "aaaaaaaa@host",
      "porchlight://" + identity.substr(1) + "b@host",  // a spare bit
      "porchlight://" + identity.substr(1) + "1@host",  // no letter of base32
      before + identity + "@host",
  };
  for (const std::string& text : bad) {
    EXPECT_EQ(RelayAddress::parse(text).error().code, Errc::usage) << text;
  }
}

TEST(RelayAddress, RejectsBadHostsAndPorts) {
  using namespace std::string_literals;
  for (const std::string& at : {""s,
                                ":1"s,
                                "host:"s,
                                "host:0"s,
                                "host:65536"s,
                                "host:-1"s,
                                "host:+1"s,
                                "host: 1"s,
                                "host:1x"s,
                                "host:1/"s,
                                "host:1:2"s,
                                "ho st"s,
                                "host/"s,
                                "h\xc3\xb6st"s,
                                "ho\0st"s,
                                "[]"s,
                                "[::1"s,
                                "::1"s,
                                "2001:db8::1"s,
                                "[::1]7443"s,
                                "[::1]:"s,
                                "[::1]:0"s,
                                "[host]"s,
                                "[1.2.3.4]"s,
                                "[:::1]"s,
                                "[1:2:3:4:5:6:7:8:9]"s,
                                "[fe80::1%eth0]"s,
                                "[::1\0]"s,
                                std::string(limits::host_bytes_max + 1, 'h')}) {
    EXPECT_EQ(HostPort::parse(at).error().code, Errc::usage) << at;
    EXPECT_EQ(RelayAddress::parse(before + at).error().code, Errc::usage) << at;
  }
}

TEST(RelayAddress, TakesTheLongestHostAndPort) {
  const std::string host(limits::host_bytes_max, 'h');
  EXPECT_EQ(HostPort::parse(host + ":65535").value(), (HostPort{host, 65'535}));
}

// ---- time -----------------------------------------------------------------------------------

TEST(Time, TokenWeeksAreThoseOfTheVectors) {
  ASSERT_GE(vectors()["weeks"].size(), 8u);
  for (const auto& vector : vectors()["weeks"]) {
    const auto week = token_week(vector["unix_day"].get<std::uint32_t>());
    EXPECT_EQ(week, vector["week"]) << vector["date"];
    EXPECT_EQ(token_week_start(week).time_since_epoch().count(), vector["start"]);
  }
}

TEST(Time, TokenWeeksStartOnMondays) {
  for (std::uint32_t week = 0; week < 5'000; ++week) {
    const TimePoint start = token_week_start(week);
    const std::chrono::weekday day{std::chrono::floor<std::chrono::days>(start)};
    ASSERT_EQ(day, std::chrono::Monday);
    if (week == 0) continue;  // began before 1970
    ASSERT_EQ(token_week(start), week);
    ASSERT_EQ(token_week(start - std::chrono::seconds{1}), week - 1);
  }
}

TEST(Time, RoundsDown) {
  const TimePoint time{std::chrono::seconds{2 * 86'400 - 1}};
  EXPECT_EQ(unix_day(time), 1u);
  EXPECT_EQ(unix_hour(time), 47u);
  EXPECT_EQ(unix_minute(time), 2u * 1'440 - 1);
  EXPECT_DEATH((void)unix_day(TimePoint{std::chrono::seconds{-1}}), "internal error");
}

TEST(Time, ASequenceNumberStartsWithItsHour) {
  EXPECT_EQ(first_seq_of_hour(495'000), 495'000ull << 24);
  EXPECT_EQ(seq_hour(first_seq_of_hour(495'000)), 495'000u);
  EXPECT_EQ(seq_hour(first_seq_of_hour(495'001) - 1), 495'000u);
}

}  // namespace
}  // namespace porchlight::wire
