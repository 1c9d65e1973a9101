#include "proto/wire/mailbox.hpp"

#include "proto/crypto/hash.hpp"

namespace porchlight::wire {

constexpr std::size_t short_bytes = 1 + VerifyKey::size_bytes;
constexpr std::size_t long_bytes = short_bytes + VerifyKey::size_bytes;

Bytes MailboxAddress::encode() const {
  Bytes bytes{flags};
  const auto append = [&](const VerifyKey& key) {
    bytes.insert(bytes.end(), key.view().begin(), key.view().end());
  };
  append(collect_key);
  if (drop_key) append(*drop_key);
  return bytes;
}

Result<MailboxAddress> MailboxAddress::decode(ByteView bytes) {
  if (bytes.size() != short_bytes && bytes.size() != long_bytes) {
    return Error{Errc::malformed, "a mailbox address has an impossible length"};
  }
  MailboxAddress address;
  address.flags = bytes[0];
  if ((address.flags & ~mailbox_flag::all) != 0) {
    return Error{Errc::malformed, "a mailbox address has flags this version does not know"};
  }
  address.collect_key = *VerifyKey::from(bytes.subspan(1, VerifyKey::size_bytes));
  if (bytes.size() == long_bytes) address.drop_key = VerifyKey::from(bytes.subspan(short_bytes));
  return address;
}

MailboxId MailboxAddress::id() const { return hash<MailboxId>("mailbox", {encode()}); }

}  // namespace porchlight::wire
