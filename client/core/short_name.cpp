#include "client/core/short_name.hpp"

#include "proto/base/result.hpp"

namespace porchlight::client {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

char as_meant(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') return '0';
  if (c == 'I' || c == 'L') return '1';
  return c;
}

}  // namespace

std::string short_name(ByteView id, std::size_t length) {
  PORCHLIGHT_ASSERT(length >= short_name_chars_min && length <= short_name_chars_max &&
                    id.size() * 8 >= length * 5);
  std::string name;
  for (std::size_t i = 0; i < length; ++i) {
    unsigned digit = 0;
    for (std::size_t bit = i * 5; bit < i * 5 + 5; ++bit) {
      digit = digit << 1 | ((unsigned{id[bit / 8]} >> (7 - bit % 8)) & 1u);
    }
    name.push_back(alphabet[digit]);
  }
  return name;
}

bool matches_short_name(ByteView id, std::string_view typed) {
  if (typed.size() < short_name_chars_min || typed.size() > short_name_chars_max) return false;
  const std::string name = short_name(id, typed.size());
  return std::equal(name.begin(), name.end(), typed.begin(),
                    [](char a, char b) { return a == as_meant(b); });
}

bool matches_shown_name(std::string_view shown, std::string_view typed) {
  return typed.size() >= shown.size() &&
         std::equal(shown.begin(), shown.end(), typed.begin(),
                    [](char a, char b) { return a == as_meant(b); });
}

}  // namespace porchlight::client
