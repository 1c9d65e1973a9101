// Plain byte strings and fixed-size tagged byte types.
// Must not know: I/O, clocks, what the bytes mean.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace porchlight {

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;
using ByteView = std::span<const Byte>;

inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline Bytes to_bytes(ByteView bytes) { return {bytes.begin(), bytes.end()}; }
/// For protobuf's `bytes` fields, which are std::string.
inline std::string to_string(ByteView bytes) { return std::string(as_text(bytes)); }

/// A public value of exactly N bytes. The tag keeps kinds apart: a MailboxId is not an AccountKey.
/// Never for secrets: see Secret.
template <class Tag, std::size_t N>
class FixedBytes {
 public:
  static constexpr std::size_t size_bytes = N;

  constexpr FixedBytes() = default;
  explicit constexpr FixedBytes(const std::array<Byte, N>& bytes) : bytes_(bytes) {}

  /// None unless `bytes` has exactly N bytes.
  static std::optional<FixedBytes> from(ByteView bytes) {
    if (bytes.size() != N) return std::nullopt;
    FixedBytes value;
    std::copy(bytes.begin(), bytes.end(), value.bytes_.begin());
    return value;
  }
  static std::optional<FixedBytes> from(std::string_view bytes) { return from(as_bytes(bytes)); }

  ByteView view() const { return bytes_; }
  std::string str() const { return to_string(bytes_); }
  Byte* data() { return bytes_.data(); }
  const Byte* data() const { return bytes_.data(); }
  bool is_zero() const {
    return std::all_of(bytes_.begin(), bytes_.end(), [](Byte b) { return b == 0; });
  }

  friend auto operator<=>(const FixedBytes&, const FixedBytes&) = default;

 private:
  std::array<Byte, N> bytes_{};
};

/// Hash for unordered containers keyed by ids. The ids are themselves hashes or public keys, but
/// some are chosen by strangers: use only where the number of entries is bounded.
struct FixedBytesHash {
  template <class Tag, std::size_t N>
  std::size_t operator()(const FixedBytes<Tag, N>& value) const {
    static_assert(N >= sizeof(std::size_t));
    std::size_t word = 0;
    std::memcpy(&word, value.data(), sizeof word);
    return word;
  }
};

}  // namespace porchlight
