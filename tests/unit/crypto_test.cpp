#include <gtest/gtest.h>

#include <set>

#include "proto/crypto/aead.hpp"
#include "proto/crypto/hash.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/password.hpp"
#include "proto/crypto/seal.hpp"
#include "proto/crypto/sign.hpp"
#include "proto/crypto/unseal.hpp"
#include "tests/unit/vectors.hpp"

namespace porchlight {
namespace {

using testing::from_hex;
using testing::hex;
using testing::read_vectors;
using testing::unhex;

class CryptoStart : public ::testing::Environment {
  void SetUp() override { crypto_init(); }
};
// For every test of this program.
[[maybe_unused]] const auto* const crypto_start =
    ::testing::AddGlobalTestEnvironment(new CryptoStart);

// ---- H and KDF ------------------------------------------------------------------------------

// An initializer_list has its length in its source; the vectors have none or up to two parts.
template <class Function>
std::string with_parts(const nlohmann::json& parts, const Function& function) {
  switch (parts.size()) {
    case 0:
      return function({});
    case 1:
      return function({unhex(parts[0])});
    case 2:
      return function({unhex(parts[0]), unhex(parts[1])});
    default:
      throw std::runtime_error("a vector has too many parts");
  }
}

TEST(Hash, GivesWhatPythonGives) {
  const auto vectors = read_vectors("kdf.json")["hash"];
  ASSERT_GE(vectors.size(), 9u);
  for (const auto& vector : vectors) {
    const auto label = vector["label"].get<std::string>();
    const auto out = with_parts(vector["parts"], [&](std::initializer_list<Part> parts) {
      return hex(hash_digest(label, parts));
    });
    EXPECT_EQ(out, vector["out"]) << vector;
  }
}

TEST(Kdf, GivesWhatPythonGives) {
  const auto vectors = read_vectors("kdf.json")["kdf"];
  ASSERT_GE(vectors.size(), 7u);
  for (const auto& vector : vectors) {
    const auto label = vector["label"].get<std::string>();
    const auto key = unhex(vector["key"]);
    const auto out = with_parts(vector["parts"], [&](std::initializer_list<Part> parts) {
      Secret<struct AnyTag> secret;
      kdf_into(std::span<Byte, 32>(secret.fill()), key, label, parts);
      return hex_encode(secret.reveal());
    });
    EXPECT_EQ(out, vector["out"]) << vector;
  }
}

TEST(Hash, TakesNumbersBigEndianAndInTheirOwnWidth) {
  const auto expected = hash_digest("numbers", {unhex("01020304"), unhex("0102030405060708")});
  EXPECT_EQ(hash_digest("numbers", {std::uint32_t{0x01020304}, std::uint64_t{0x0102030405060708}}),
            expected);
}

TEST(Hash, TellsApartWherePartsAndLabelsEnd) {
  const auto text = [](std::string_view bytes) { return Part(bytes); };
  const std::set<Digest> all = {
      hash_digest("a", {}),
      hash_digest("a", {text("")}),
      hash_digest("a", {text("b")}),
      hash_digest("ab", {}),
      hash_digest("a", {text("bc")}),
      hash_digest("a", {text("b"), text("c")}),
      hash_digest("a", {text("bc"), text("")}),
      hash_digest("a", {text(""), text("bc")}),
  };
  EXPECT_EQ(all.size(), 8u);
}

TEST(Hash, AssertsThatAPartIsShorterThanTwoToThe24) {
  EXPECT_DEATH((void)hash_digest("x", {Bytes(1u << 24)}), "internal error");
}

TEST(Kdf, AssertsThatThereIsAKeyOfAtMost64Bytes) {
  Secret<struct AnyTag> out;
  const auto into = std::span<Byte, 32>(out.fill());
  EXPECT_DEATH(kdf_into(into, {}, "x", {}), "internal error");
  EXPECT_DEATH(kdf_into(into, Bytes(65), "x", {}), "internal error");
}

TEST(EqualConstantTime, ComparesBytesAndLengths) {
  EXPECT_TRUE(equal_constant_time(as_bytes("same"), as_bytes("same")));
  EXPECT_TRUE(equal_constant_time({}, {}));
  EXPECT_FALSE(equal_constant_time(as_bytes("same"), as_bytes("sane")));
  EXPECT_FALSE(equal_constant_time(as_bytes("same"), as_bytes("sam")));
}

// ---- signatures -----------------------------------------------------------------------------

TEST(Sign, GivesTheSignaturesOfRfc8032) {
  const auto vectors = read_vectors("rfc8032-ed25519.json")["vectors"];
  ASSERT_EQ(vectors.size(), 4u);
  for (const auto& vector : vectors) {
    const SigningKey key(from_hex<SigningSeed>(vector["seed"]));
    const Bytes message = unhex(vector["message"]);
    EXPECT_EQ(hex(key.verify_key()), vector["public_key"]);
    EXPECT_EQ(hex(key.sign(message)), vector["signature"]);
    EXPECT_TRUE(verify(key.verify_key(), message, from_hex<Signature>(vector["signature"])));
  }
}

TEST(Sign, TellsAKeyThatASeedMakesFromBytesThatAreNone) {
  SystemRandom random;
  EXPECT_TRUE(is_verify_key(SigningKey(random.secret<SigningSeed>()).verify_key()));
  const auto key = [](Byte first, Byte middle, Byte last) {
    Bytes bytes(32, middle);
    bytes.front() = first;
    bytes.back() = last;
    return *VerifyKey::from(ByteView(bytes));
  };
  EXPECT_FALSE(is_verify_key(key(0, 0, 0)));           // of order 4
  EXPECT_FALSE(is_verify_key(key(1, 0, 0)));           // the neutral element
  EXPECT_FALSE(is_verify_key(key(2, 0, 0)));           // not on the curve
  EXPECT_FALSE(is_verify_key(key(0xEE, 0xFF, 0x7F)));  // another encoding of the neutral element
}

TEST(Sign, RejectsAnythingChanged) {
  SystemRandom random;
  const SigningKey key(random.secret<SigningSeed>());
  const SigningKey other(random.secret<SigningSeed>());
  const Signature signature = key.sign(as_bytes("message"));
  ASSERT_TRUE(verify(key.verify_key(), as_bytes("message"), signature));
  EXPECT_FALSE(verify(other.verify_key(), as_bytes("message"), signature));
  EXPECT_FALSE(verify(key.verify_key(), as_bytes("messagf"), signature));
  EXPECT_FALSE(verify(key.verify_key(), as_bytes("messag"), signature));
  for (std::size_t i = 0; i < Signature::size_bytes; ++i) {
    Signature changed = signature;
    changed.data()[i] ^= 1;
    EXPECT_FALSE(verify(key.verify_key(), as_bytes("message"), changed)) << i;
  }
}

TEST(Sign, RejectsASmallOrderKeyForWhichEverythingIsSigned) {
  VerifyKey identity;
  identity.data()[0] = 1;
  Signature signature;  // R = the identity, S = 0 satisfies the equation for this key
  signature.data()[0] = 1;
  EXPECT_FALSE(verify(identity, as_bytes("anything"), signature));
}

TEST(Sign, RejectsASecondFormOfTheSameSignature) {
  const SigningKey key(SigningSeed{});
  Signature signature = key.sign(as_bytes("message"));
  const Bytes order = unhex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += unsigned{signature.data()[32 + i]} + unsigned{order[i]};
    signature.data()[32 + i] = static_cast<Byte>(carry);
    carry >>= 8;
  }
  EXPECT_FALSE(verify(key.verify_key(), as_bytes("message"), signature));
}

// ---- sealed boxes ---------------------------------------------------------------------------

TEST(Seal, OpensWithTheSeedAlone) {
  SystemRandom random;
  const SealSeed seed = random.secret<SealSeed>();
  for (const std::size_t size : {0u, 1u, 65'488u}) {
    const Bytes plaintext(size, 7);
    const Bytes box = seal(seal_key(seed), plaintext);
    EXPECT_EQ(box.size(), size + 48);
    const auto opened = unseal(seed, box);
    ASSERT_TRUE(opened);
    EXPECT_EQ(to_bytes(opened->reveal()), plaintext);
    EXPECT_FALSE(unseal(random.secret<SealSeed>(), box));
  }
}

TEST(Seal, MakesAnotherBoxEachTime) {
  const SealKey key = seal_key(SealSeed{});
  EXPECT_NE(seal(key, as_bytes("same")), seal(key, as_bytes("same")));
}

TEST(Seal, RejectsABoxWithAnyByteChangedOrMissing) {
  const SealSeed seed;
  const Bytes box = seal(seal_key(seed), as_bytes("message"));
  for (std::size_t i = 0; i < box.size(); ++i) {
    Bytes changed = box;
    changed[i] ^= 1;
    EXPECT_FALSE(unseal(seed, changed)) << i;
    EXPECT_FALSE(unseal(seed, ByteView(box).first(i))) << i;
  }
}

TEST(Seal, KnowsKeysThatNothingCanBeSealedTo) {
  EXPECT_TRUE(is_seal_key(seal_key(SealSeed{})));
  // The points of small order of Curve25519, and other encodings of them.
  const std::string ff(60, 'f');
  for (const std::string& point :
       {std::string(64, '0'), "01" + std::string(62, '0'), "ec" + ff + "7f", "ed" + ff + "7f",
        "ee" + ff + "7f", std::string(62, '0') + "80",
        std::string("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
        std::string("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157")}) {
    EXPECT_FALSE(is_seal_key(from_hex<SealKey>(point))) << point;
  }
}

TEST(Seal, AssertsThatNothingIsSealedToNobody) {
  EXPECT_DEATH((void)seal(SealKey{}, as_bytes("x")), "internal error");
}

// ---- AEAD -----------------------------------------------------------------------------------

class FixedRandom final : public Random {
 public:
  explicit FixedRandom(Bytes bytes) : bytes_(std::move(bytes)) {}
  void fill(std::span<Byte> out) override {
    ASSERT_EQ(out.size(), bytes_.size());
    std::copy(bytes_.begin(), bytes_.end(), out.begin());
  }

 private:
  Bytes bytes_;
};

TEST(Aead, GivesTheVectorOfTheXChaChaDraft) {
  // draft-irtf-cfrg-xchacha-03, A.3.1
  const auto key =
      from_hex<AeadKey>("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  const std::string nonce = "404142434445464748494a4b4c4d4e4f5051525354555657";
  FixedRandom random(unhex(nonce));
  const Bytes sealed = aead_seal(key, unhex("50515253c0c1c2c3c4c5c6c7"),
                                 as_bytes("Ladies and Gentlemen of the class of '99: If I could "
                                          "offer you only one tip for the future, sunscreen would "
                                          "be it."),
                                 random);
  EXPECT_EQ(hex_encode(sealed),
            nonce +
                "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
                "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
                "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
                "21f9664c97637da9768812f615c68b13b52e"
                "c0875924c1c7987947deafd8780acf49");
}

TEST(Aead, OpensWithKeyAndContextAlone) {
  SystemRandom random;
  const auto key = random.secret<AeadKey>();
  const Bytes sealed = aead_seal(key, as_bytes("context"), as_bytes("plain"), random);
  EXPECT_EQ(sealed.size(), 5 + aead_overhead_bytes);
  EXPECT_EQ(as_text(aead_open(key, as_bytes("context"), sealed)->reveal()), "plain");
  EXPECT_FALSE(aead_open(key, as_bytes("contexu"), sealed));
  EXPECT_FALSE(aead_open(key, {}, sealed));
  EXPECT_FALSE(aead_open(random.secret<AeadKey>(), as_bytes("context"), sealed));
}

TEST(Aead, SealsEmptyPlaintextsToo) {
  SystemRandom random;
  const auto key = random.secret<AeadKey>();
  const auto opened = aead_open(key, {}, aead_seal(key, {}, {}, random));
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->empty());
}

TEST(Aead, RejectsAnyByteChangedOrMissing) {
  SystemRandom random;
  const auto key = random.secret<AeadKey>();
  const Bytes sealed = aead_seal(key, as_bytes("context"), as_bytes("plain"), random);
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 0x80;
    EXPECT_FALSE(aead_open(key, as_bytes("context"), changed)) << i;
    EXPECT_FALSE(aead_open(key, as_bytes("context"), ByteView(sealed).first(i))) << i;
  }
}

TEST(Aead, NeverUsesANonceTwice) {
  SystemRandom random;
  const auto key = random.secret<AeadKey>();
  EXPECT_NE(aead_seal(key, {}, as_bytes("same"), random),
            aead_seal(key, {}, as_bytes("same"), random));
}

// ---- padding --------------------------------------------------------------------------------

TEST(Pad, FillsWithOneMarkAndZeros) {
  EXPECT_EQ(hex_encode(pad(as_bytes("ab"), 5)->reveal()), "6162800000");
  EXPECT_EQ(hex_encode(pad({}, 1)->reveal()), "80");
  EXPECT_EQ(hex_encode(pad(as_bytes("ab"), 3)->reveal()), "616280");
}

TEST(Pad, NeedsRoomForTheMark) {
  EXPECT_FALSE(pad(as_bytes("abc"), 3));
  EXPECT_FALSE(pad(as_bytes("abcd"), 3));
  EXPECT_FALSE(pad({}, 0));
}

TEST(Pad, TakesEveryPayloadThereAndBack) {
  // Among them payloads that end in zeros and in marks of their own.
  for (const char* payload : {"", "00", "80", "8000", "0080", "610000", "808080"}) {
    SecretBytes padded = *pad(unhex(payload), 8);
    ASSERT_TRUE(unpad(padded)) << payload;
    EXPECT_EQ(hex_encode(padded.reveal()), payload);
  }
}

TEST(Pad, RejectsWhatHasNoMark) {
  for (const char* bytes : {"", "00", "0000", "8001", "6100", "81"}) {
    SecretBytes padded{ByteView(unhex(bytes))};
    EXPECT_FALSE(unpad(padded)) << bytes;
    EXPECT_EQ(hex_encode(padded.reveal()), bytes);
  }
}

// ---- passphrases ----------------------------------------------------------------------------

std::string key_of(std::string_view passphrase, Byte salt) {
  PasswordSalt bytes;
  bytes.data()[0] = salt;
  const auto key = key_from_password(as_bytes(passphrase), bytes, PasswordCost::minimum());
  return hex_encode(key.value().reveal());
}

TEST(Password, MakesOneKeyForOnePassphraseAndSalt) {
  EXPECT_EQ(key_of("correct horse", 1), key_of("correct horse", 1));
  EXPECT_NE(key_of("correct horse", 1), key_of("correct horse", 2));
  EXPECT_NE(key_of("correct horse", 1), key_of("correct horsf", 1));
  EXPECT_NE(key_of("", 1), key_of("correct horse", 1));
}

TEST(Password, TheCostIsPartOfTheKey) {
  PasswordCost cost = PasswordCost::minimum();
  cost.operations += 1;
  const auto key = key_from_password(as_bytes("correct horse"), PasswordSalt{}, cost);
  EXPECT_NE(hex_encode(key.value().reveal()), key_of("correct horse", 0));
}

TEST(Password, RejectsCostsThatAVaultCannotHave) {
  const PasswordCost least = PasswordCost::minimum();
  const PasswordCost usual = PasswordCost::moderate();
  for (const PasswordCost& cost : {PasswordCost{least.operations - 1, least.memory_bytes},
                                   PasswordCost{least.operations, least.memory_bytes - 1},
                                   PasswordCost{4 * usual.operations + 1, least.memory_bytes},
                                   PasswordCost{least.operations, 4 * usual.memory_bytes + 1},
                                   PasswordCost{UINT64_MAX, UINT64_MAX}}) {
    const auto key = key_from_password(as_bytes("x"), PasswordSalt{}, cost);
    EXPECT_EQ(key.error().code, Errc::malformed);
  }
}

// ---- randomness -----------------------------------------------------------------------------

TEST(Random, DrawsBelowTheBoundAndReachesEveryValue) {
  SystemRandom random;
  std::set<std::uint64_t> seen;
  while (seen.size() < 3) {
    const std::uint64_t value = random.below(3);
    ASSERT_LT(value, 3u);
    seen.insert(value);
  }
  EXPECT_EQ(random.below(1), 0u);
  EXPECT_DEATH((void)random.below(0), "internal error");
}

TEST(Random, DrawsAgainWhereValuesWouldNotBeEquallyLikely) {
  // 2^64 is 6 above a multiple of 10: the words above that would favour the numbers up to 5.
  class Descending final : public Random {
   public:
    void fill(std::span<Byte> out) override {
      std::fill(out.begin(), out.end(), next_);
      next_ = 0;
    }

   private:
    Byte next_ = 0xff;
  } random;
  EXPECT_EQ(random.below(10), 0u);
}

}  // namespace
}  // namespace porchlight
