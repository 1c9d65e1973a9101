// Invite links: one link has one text. The input is taken for a link, and for what a link holds
// with the prefix and the checksum put around it.
#include "proto/wire/link.hpp"

#include "proto/base/encoding.hpp"
#include "proto/base/limits.hpp"
#include "proto/crypto/hash.hpp"

using namespace porchlight;
using namespace porchlight::wire;

namespace {

void check(std::string text) {
  const auto link = Link::parse(text);
  if (!link.ok()) {
    const Errc code = link.error().code;
    PORCHLIGHT_ASSERT(code == Errc::usage || code == Errc::update_needed);
    return;
  }
  const std::string again = link->str();
  std::erase_if(text, [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; });
  PORCHLIGHT_ASSERT(again == text);
  PORCHLIGHT_ASSERT(link->relay.at.host.size() > 75 || again.size() <= limits::link_chars_max);
  const auto second = Link::parse(" " + again + "\n");
  PORCHLIGHT_ASSERT(second.ok() && second->str() == again && second->relay == link->relay);
  PORCHLIGHT_ASSERT(RelayAddress::parse(link->relay.str()).value() == link->relay);
  PORCHLIGHT_ASSERT(second->inviter == link->inviter && second->kind() == link->kind());
  PORCHLIGHT_ASSERT(InviteKeys(link->seed).address() == InviteKeys(second->seed).address());
  // A character that goes missing is noticed.
  PORCHLIGHT_ASSERT(!Link::parse(again.substr(0, again.size() - 1)).ok());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  check(std::string(as_text(bytes)));

  const Digest checksum = hash_digest("link", {bytes});
  Bytes content = to_bytes(bytes);
  content.insert(content.end(), checksum.data(), checksum.data() + 4);
  check("porchlight:j/" + base64url_encode(content));
  return 0;
}
