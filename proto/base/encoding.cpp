#include "proto/base/encoding.hpp"

namespace porchlight {
namespace {

constexpr std::string_view base32_alphabet = "abcdefghijklmnopqrstuvwxyz234567";
constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view hex_alphabet = "0123456789abcdef";

// All three encodings are the same machine with another number of bits a character.
std::string encode(ByteView bytes, std::string_view alphabet, unsigned bits_per_char) {
  std::string text;
  text.reserve((bytes.size() * 8 + bits_per_char - 1) / bits_per_char);
  unsigned window = 0;
  unsigned bits = 0;
  for (const Byte byte : bytes) {
    window = (window << 8) | byte;
    bits += 8;
    while (bits >= bits_per_char) {
      bits -= bits_per_char;
      text.push_back(alphabet[(window >> bits) & ((1u << bits_per_char) - 1)]);
    }
    window &= (1u << bits) - 1;
  }
  if (bits > 0) {
    text.push_back(alphabet[(window << (bits_per_char - bits)) & ((1u << bits_per_char) - 1)]);
  }
  return text;
}

std::optional<Bytes> decode(std::string_view text, std::string_view alphabet,
                            unsigned bits_per_char) {
  Bytes bytes;
  bytes.reserve(text.size() * bits_per_char / 8);
  unsigned window = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const auto digit = alphabet.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    window = (window << bits_per_char) | static_cast<unsigned>(digit);
    bits += bits_per_char;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<Byte>(window >> bits));
      window &= (1u << bits) - 1;
    }
  }
  if (bits >= bits_per_char || window != 0) return std::nullopt;
  return bytes;
}

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

std::string base32_encode(ByteView bytes) { return encode(bytes, base32_alphabet, 5); }
std::optional<Bytes> base32_decode(std::string_view text) {
  return decode(lower(text), base32_alphabet, 5);
}
std::string base64url_encode(ByteView bytes) { return encode(bytes, base64url_alphabet, 6); }
std::optional<Bytes> base64url_decode(std::string_view text) {
  return decode(text, base64url_alphabet, 6);
}
std::string hex_encode(ByteView bytes) { return encode(bytes, hex_alphabet, 4); }
std::optional<Bytes> hex_decode(std::string_view text) {
  return decode(lower(text), hex_alphabet, 4);
}

}  // namespace porchlight
