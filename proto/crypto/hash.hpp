// H and KDF of clause 1: BLAKE2b-256 over "porchlight/1 " label and length-prefixed parts.
#pragma once

#include <initializer_list>
#include <span>
#include <string_view>

#include "proto/base/ids.hpp"
#include "proto/base/secret.hpp"

namespace porchlight {

/// What H and KDF take: bytes, text, ids, secrets' bytes, or integers (big-endian, own width).
class Part {
 public:
  Part(ByteView bytes) : view_(bytes) {}
  Part(const Bytes& bytes) : view_(bytes) {}
  Part(std::string_view text) : view_(as_bytes(text)) {}
  Part(const std::string& text) : view_(as_bytes(text)) {}
  template <class Tag, std::size_t N>
  Part(const FixedBytes<Tag, N>& value) : view_(value.view()) {}
  template <class Tag, std::size_t N>
  Part(const Secret<Tag, N>& value) : view_(value.reveal()) {}
  Part(std::uint32_t number);
  Part(std::uint64_t number);
  Part(const Part& other);
  Part& operator=(const Part&) = delete;

  ByteView view() const { return view_; }

 private:
  std::array<Byte, 8> number_{};
  ByteView view_;
};

/// H(label, parts...): 32 bytes.
Digest hash_digest(std::string_view label, std::initializer_list<Part> parts);
/// The same for a number of parts that is not known beforehand.
Digest hash_digest(std::string_view label, std::span<const Part> parts);

/// H as the id type it names, e.g. hash<MailboxId>("mailbox", {address}).
template <class Id>
Id hash(std::string_view label, std::initializer_list<Part> parts) {
  static_assert(Id::size_bytes == 32);
  return *Id::from(hash_digest(label, parts).view());
}

/// KDF(key, label, parts...) into a caller's 32 bytes. `key` is 1 to 64 bytes.
void kdf_into(std::span<Byte, 32> out, ByteView key, std::string_view label,
              std::initializer_list<Part> parts);

/// KDF as the secret type it makes, e.g. kdf<DaySecret>(epoch_secret, "day").
template <class Out, class Tag, std::size_t N>
Out kdf(const Secret<Tag, N>& key, std::string_view label,
        std::initializer_list<Part> parts = {}) {
  static_assert(Out::size_bytes == 32);
  Out out;
  kdf_into(std::span<Byte, 32>(out.fill()), key.reveal(), label, parts);
  return out;
}

/// Compares in constant time; differing lengths are unequal.
bool equal_constant_time(ByteView a, ByteView b);

}  // namespace porchlight
