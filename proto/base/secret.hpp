// Secrets: move-only, wiped when they go, with no comparison, printing, encoding or copy.
#pragma once

#include <string.h>

#include <optional>
#include <string>
#include <utility>

#include "proto/base/bytes.hpp"

namespace porchlight {

inline void wipe(std::span<Byte> bytes) {
  if (!bytes.empty()) explicit_bzero(bytes.data(), bytes.size());
}

/// Protobuf's strings are not wiped by themselves. Leaves it empty.
inline void wipe_text(std::string& text) {
  wipe({reinterpret_cast<Byte*>(text.data()), text.size()});
  text.clear();
}

/// Exactly N secret bytes. The tag says which secret; a carry cannot be used as a chain key.
template <class Tag, std::size_t N = 32>
class Secret {
 public:
  static constexpr std::size_t size_bytes = N;

  Secret() = default;  // all zero: a place to be filled
  Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
  Secret& operator=(Secret&& other) noexcept {
    if (this != &other) {
      bytes_ = other.bytes_;
      wipe(other.bytes_);
    }
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(bytes_); }

  /// None unless `bytes` has exactly N bytes. The caller wipes its own copy.
  static std::optional<Secret> from(ByteView bytes) {
    if (bytes.size() != N) return std::nullopt;
    Secret secret;
    std::copy(bytes.begin(), bytes.end(), secret.bytes_.begin());
    return secret;
  }

  /// The bytes, for proto/crypto and for sealing into the vault. Lives as long as the secret.
  ByteView reveal() const { return bytes_; }
  std::span<Byte> fill() { return bytes_; }

 private:
  std::array<Byte, N> bytes_{};
};

/// A secret byte string whose length is not fixed: a payload, a serialised vault record.
class SecretBytes {
 public:
  SecretBytes() = default;
  explicit SecretBytes(std::size_t size) : bytes_(size) {}
  explicit SecretBytes(ByteView bytes) : bytes_(bytes.begin(), bytes.end()) {}
  /// Takes over a protobuf serialisation and wipes the string it came in.
  static SecretBytes absorb(std::string& text) {
    SecretBytes secret{as_bytes(text)};
    explicit_bzero(text.data(), text.size());
    text.clear();
    return secret;
  }
  SecretBytes(SecretBytes&& other) noexcept : bytes_(std::move(other.bytes_)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
      wipe(bytes_);
      bytes_ = std::move(other.bytes_);
      other.bytes_.clear();
    }
    return *this;
  }
  SecretBytes(const SecretBytes&) = delete;
  SecretBytes& operator=(const SecretBytes&) = delete;
  ~SecretBytes() { wipe(bytes_); }

  ByteView reveal() const { return bytes_; }
  std::span<Byte> fill() { return bytes_; }
  std::size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }
  /// Shortens to `size` bytes; what is cut off is wiped. Never grows.
  void truncate(std::size_t size) {
    if (size >= bytes_.size()) return;
    wipe(std::span(bytes_).subspan(size));
    bytes_.resize(size);
  }

 private:
  Bytes bytes_;
};

}  // namespace porchlight
