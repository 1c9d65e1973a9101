#include "proto/base/encoding.hpp"

#include <gtest/gtest.h>

#include <concepts>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <type_traits>

#include "proto/base/bytes.hpp"
#include "proto/base/result.hpp"
#include "proto/base/secret.hpp"

namespace porchlight {
namespace {

// ---- encodings: RFC 4648, 10, without padding and with our letters ----------------------------

struct EncodingVector {
  std::string_view bytes, base64url, base32, hex;
};
constexpr EncodingVector rfc4648[] = {
    {"", "", "", ""},
    {"f", "Zg", "my", "66"},
    {"fo", "Zm8", "mzxq", "666f"},
    {"foo", "Zm9v", "mzxw6", "666f6f"},
    {"foob", "Zm9vYg", "mzxw6yq", "666f6f62"},
    {"fooba", "Zm9vYmE", "mzxw6ytb", "666f6f6261"},
    {"foobar", "Zm9vYmFy", "mzxw6ytboi", "666f6f626172"},
};

TEST(Encoding, WritesTheVectorsOfRfc4648) {
  for (const auto& vector : rfc4648) {
    EXPECT_EQ(base64url_encode(as_bytes(vector.bytes)), vector.base64url);
    EXPECT_EQ(base32_encode(as_bytes(vector.bytes)), vector.base32);
    EXPECT_EQ(hex_encode(as_bytes(vector.bytes)), vector.hex);
  }
}

TEST(Encoding, ReadsTheVectorsOfRfc4648) {
  for (const auto& vector : rfc4648) {
    const Bytes bytes = to_bytes(as_bytes(vector.bytes));
    EXPECT_EQ(base64url_decode(vector.base64url), bytes);
    EXPECT_EQ(base32_decode(vector.base32), bytes);
    EXPECT_EQ(hex_decode(vector.hex), bytes);
  }
}

TEST(Encoding, TakesAllByteValuesThereAndBack) {
  Bytes bytes;
  for (unsigned i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<Byte>(i * 7));  // every length from 1 to 256 as well
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)), bytes);
    EXPECT_EQ(base32_decode(base32_encode(bytes)), bytes);
    EXPECT_EQ(hex_decode(hex_encode(bytes)), bytes);
  }
}

TEST(Encoding, ReadsBase32AndHexInEitherCaseAndBase64urlInItsOwn) {
  EXPECT_EQ(base32_decode("MZXW6"), base32_decode("mzxw6"));
  EXPECT_EQ(hex_decode("6F"), hex_decode("6f"));
  EXPECT_NE(base64url_decode("zM9V"), base64url_decode("Zm9v"));
}

TEST(Encoding, UsesTheAlphabetForLinks) {
  EXPECT_EQ(base64url_encode(Bytes{0xfb, 0xff}), "-_8");
  EXPECT_EQ(base64url_decode("+/8"), std::nullopt);
}

TEST(Encoding, RejectsForeignCharacters) {
  for (const char* text : {"mz1w", "mz8w", "mz w", "mzxw6===", "m\nzx"}) {
    EXPECT_EQ(base32_decode(text), std::nullopt) << text;
  }
  for (const char* text : {"Zm9v=", "Zg==", "Zm 9", "Zm9\n"}) {
    EXPECT_EQ(base64url_decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(hex_decode("6g"), std::nullopt);
  EXPECT_EQ(hex_decode("0x"), std::nullopt);
  using namespace std::string_view_literals;
  EXPECT_EQ(hex_decode("6\0"sv), std::nullopt);
  EXPECT_EQ(base32_decode("m\xff"sv), std::nullopt);
}

TEST(Encoding, RejectsImpossibleLengths) {
  for (const char* text : {"a", "aaa", "aaaaaa"}) {
    EXPECT_EQ(base32_decode(text), std::nullopt) << text;
  }
  EXPECT_EQ(base64url_decode("A"), std::nullopt);
  EXPECT_EQ(base64url_decode("AAAAA"), std::nullopt);
  EXPECT_EQ(hex_decode("666"), std::nullopt);
}

TEST(Encoding, RejectsSpareBitsThatAreNotZero) {
  EXPECT_EQ(base32_decode("mz"), std::nullopt);      // "my" with a bit more
  EXPECT_EQ(base64url_decode("Zh"), std::nullopt);   // "Zg" with a bit more
  EXPECT_EQ(base64url_decode("Zm9"), std::nullopt);  // "Zm8" with a bit more
}

// ---- fixed bytes ----------------------------------------------------------------------------

using Apple = FixedBytes<struct AppleTag, 8>;
using Pear = FixedBytes<struct PearTag, 8>;
static_assert(!std::is_convertible_v<Apple, Pear> && !std::is_constructible_v<Apple, Pear>);
static_assert(!std::equality_comparable_with<Apple, Pear>);

TEST(FixedBytes, IsMadeOfExactlyItsNumberOfBytes) {
  EXPECT_EQ(Apple::from(Bytes(7)), std::nullopt);
  EXPECT_EQ(Apple::from(Bytes(9)), std::nullopt);
  EXPECT_EQ(Apple::from(std::string_view("12345678"))->str(), "12345678");
}

TEST(FixedBytes, StartsAsZerosAndOrdersByBytes) {
  EXPECT_TRUE(Apple{}.is_zero());
  const Apple low = *Apple::from(std::string_view("aaaaaaab"));
  const Apple high = *Apple::from(std::string_view("b\0\0\0\0\0\0\0", 8));
  EXPECT_FALSE(low.is_zero());
  EXPECT_LT(low, high);
  EXPECT_NE(low, high);
}

// ---- secrets --------------------------------------------------------------------------------

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};
template <class T>
concept HasStr = requires(const T& value) {
  value.str();
};

using Key = Secret<struct KeyTag, 16>;
using OtherKey = Secret<struct OtherKeyTag, 16>;

template <class T>
constexpr bool keeps_to_itself =
    !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T> &&
    std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
    !std::equality_comparable<T> && !std::totally_ordered<T> && !Streamable<T> && !HasStr<T>;
static_assert(keeps_to_itself<Key>);
static_assert(keeps_to_itself<SecretBytes>);
static_assert(!std::is_constructible_v<Key, OtherKey> && !std::is_assignable_v<Key&, OtherKey>);
static_assert(Streamable<std::string> && std::equality_comparable<Apple>, "the concepts see these");

constexpr std::string_view sixteen = "sixteen bytes ok";

bool all_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](Byte byte) { return byte == 0; });
}

TEST(Secret, IsMadeOfExactlyItsNumberOfBytes) {
  EXPECT_FALSE(Key::from(as_bytes("fifteen bytes..")));
  EXPECT_EQ(as_text(Key::from(as_bytes(sixteen))->reveal()), sixteen);
  EXPECT_TRUE(all_zero(Key{}.reveal()));
}

TEST(Secret, LeavesNothingBehindWhenItMoves) {
  Key first = *Key::from(as_bytes(sixteen));
  Key second = std::move(first);
  EXPECT_TRUE(all_zero(first.reveal()));
  EXPECT_EQ(as_text(second.reveal()), sixteen);
  first = std::move(second);
  EXPECT_TRUE(all_zero(second.reveal()));
  EXPECT_EQ(as_text(first.reveal()), sixteen);
}

TEST(Secret, SurvivesBeingMovedOntoItself) {
  Key key = *Key::from(as_bytes(sixteen));
  Key& alias = key;
  key = std::move(alias);
  EXPECT_EQ(as_text(key.reveal()), sixteen);
}

TEST(Secret, IsWipedWhenItGoes) {
  alignas(Key) std::array<Byte, sizeof(Key)> place;
  Key* key = new (place.data()) Key(*Key::from(as_bytes(sixteen)));
  ASSERT_FALSE(all_zero(place));
  std::destroy_at(key);
  EXPECT_TRUE(all_zero(place));
}

TEST(SecretBytes, MovesAndEmptiesWhatItMovedFrom) {
  SecretBytes first{as_bytes("payload")};
  SecretBytes second = std::move(first);
  EXPECT_TRUE(first.empty());
  EXPECT_EQ(as_text(second.reveal()), "payload");
  SecretBytes third{as_bytes("another")};
  third = std::move(second);
  EXPECT_TRUE(second.empty());
  EXPECT_EQ(as_text(third.reveal()), "payload");
}

TEST(SecretBytes, WipesWhatItAbsorbs) {
  std::string text = "a serialised record, longer than a short string";
  const char* where = text.data();
  const std::size_t size = text.size();
  const SecretBytes secret = SecretBytes::absorb(text);
  EXPECT_TRUE(text.empty());
  EXPECT_TRUE(all_zero(as_bytes({where, size})));
  EXPECT_EQ(secret.size(), size);
}

TEST(SecretBytes, WipesWhatItCutsOffAndNeverGrows) {
  SecretBytes secret{as_bytes("payload and padding")};
  const Byte* where = secret.reveal().data();
  secret.truncate(7);
  EXPECT_EQ(as_text(secret.reveal()), "payload");
  secret.truncate(19);
  EXPECT_EQ(secret.size(), 7u);
  // The vector keeps its room, so the bytes behind its end are still ours to look at.
  EXPECT_TRUE(all_zero({where + 7, 12}));
}

// ---- results --------------------------------------------------------------------------------

Result<int> half(int number) {
  if (number % 2 != 0) return Error{Errc::malformed, "odd"};
  return number / 2;
}
Result<int> quarter(int number) {
  TRY(const int first, half(number));
  TRY(const int second, half(first));
  return second;
}
Status is_even(int number) {
  CHECK(half(number));
  return Ok{};
}

TEST(Result, TryGivesTheValueOrLeavesWithTheError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().code, Errc::malformed);
  EXPECT_EQ(quarter(6).error().what, "odd");
}

TEST(Result, CheckLeavesWithTheError) {
  EXPECT_TRUE(is_even(2).ok());
  EXPECT_EQ(is_even(3).error().what, "odd");
}

TEST(Result, CarriesWhatCanOnlyBeMoved) {
  auto make = []() -> Result<Key> { return *Key::from(as_bytes(sixteen)); };
  auto take = [&]() -> Result<Key> {
    TRY(Key key, make());
    return key;
  };
  EXPECT_EQ(as_text(take()->reveal()), sixteen);
}

TEST(Result, AssertsThatNobodyTakesWhatIsNotThere) {
  EXPECT_DEATH((void)half(1).value(), "internal error");
  EXPECT_DEATH((void)half(2).error(), "internal error");
}

}  // namespace
}  // namespace porchlight
