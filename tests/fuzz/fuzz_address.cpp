// Relay and mailbox addresses: whatever is taken is written back to something that means the same.
#include "proto/wire/mailbox.hpp"
#include "proto/wire/relay_address.hpp"

using namespace porchlight;
using namespace porchlight::wire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);

  const auto relay = RelayAddress::parse(as_text(bytes));
  if (relay.ok()) {
    PORCHLIGHT_ASSERT(RelayAddress::parse(relay->str()).value() == *relay);
  } else {
    PORCHLIGHT_ASSERT(relay.error().code == Errc::usage);
  }
  const auto at = HostPort::parse(as_text(bytes));
  if (at.ok()) PORCHLIGHT_ASSERT(HostPort::parse(at->str()).value() == *at);

  const auto mailbox = MailboxAddress::decode(bytes);
  if (mailbox.ok()) PORCHLIGHT_ASSERT(mailbox->encode() == to_bytes(bytes));
  return 0;
}
