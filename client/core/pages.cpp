#include "client/core/pages.hpp"

#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {
namespace {

std::string_view label_of(PageKind kind) {
  return kind == PageKind::grants ? "page" : "state page";
}

}  // namespace

Page make_page(const ControlKeys& control, PageKind kind, std::uint32_t number, ByteView payload,
               std::size_t envelope_bytes) {
  const PageKeys keys = derive_page(control, kind, number);
  auto envelope = wire::seal_envelope(seal_key(keys.seal), payload, envelope_bytes);
  PORCHLIGHT_ASSERT(envelope.ok());
  return {hash_digest(label_of(kind), {payload}), keys.address(), std::move(envelope).value()};
}

std::optional<Bytes> open_page(const PageKeys& keys, PageKind kind, ByteView envelope,
                               const Digest& hash) {
  return open_page(keys.seal, label_of(kind), envelope, hash);
}

std::optional<Bytes> open_page(const SealSeed& seal, std::string_view label, ByteView envelope,
                               const Digest& hash) {
  auto payload = unseal(seal, envelope);
  if (!payload || !unpad(*payload) || hash_digest(label, {payload->reveal()}) != hash) {
    return std::nullopt;
  }
  return to_bytes(payload->reveal());
}

}  // namespace porchlight::client
