// Mailbox addresses (clause 4.1): flags(1) || collect key(32) || drop key(32, where there is one).
#pragma once

#include <optional>

#include "proto/base/ids.hpp"
#include "proto/base/result.hpp"

namespace porchlight::wire {

namespace mailbox_flag {
inline constexpr Byte guest = 1;     // guests may drop and collect
inline constexpr Byte erasable = 2;  // the collector may erase: single-reader mailboxes only
inline constexpr Byte long_kept = 4; // 30 days, otherwise 7
inline constexpr Byte all = guest | erasable | long_kept;
}  // namespace mailbox_flag

struct MailboxAddress {
  Byte flags = 0;
  VerifyKey collect_key;
  std::optional<VerifyKey> drop_key;

  /// 33 or 65 bytes.
  Bytes encode() const;
  /// 'malformed' for another length or an unknown flag.
  static Result<MailboxAddress> decode(ByteView bytes);
  static Result<MailboxAddress> decode(std::string_view bytes) { return decode(as_bytes(bytes)); }

  MailboxId id() const;
  bool has(Byte flag) const { return (flags & flag) != 0; }

  friend bool operator==(const MailboxAddress&, const MailboxAddress&) = default;
};

}  // namespace porchlight::wire
