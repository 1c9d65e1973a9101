#include "client/core/grants.hpp"

#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {
namespace {

Digest page_hash(ByteView payload) { return hash_digest("page", {payload}); }

}  // namespace

std::vector<GrantPage> make_grant_pages(const Fresh& fresh, std::span<const RosterEntry> stay,
                                        const ControlKeys& control) {
  std::vector<GrantPage> pages;
  while (!stay.empty()) {
    const auto here = stay.first(std::min(stay.size(), grants_per_page));
    stay = stay.subspan(here.size());
    Bytes payload;
    payload.reserve(here.size() * grant_bytes);
    for (const RosterEntry& member : here) {
      const Bytes grant = seal(member.card().seal_key, fresh.reveal());
      payload.insert(payload.end(), grant.begin(), grant.end());
    }
    const PageKeys keys = derive_page(control, static_cast<std::uint32_t>(pages.size()));
    auto envelope =
        wire::seal_envelope(seal_key(keys.seal), payload, limits::envelope_sizes_bytes[1]);
    PORCHLIGHT_ASSERT(envelope.ok());
    pages.push_back({page_hash(payload), keys.address(), std::move(envelope).value()});
  }
  return pages;
}

std::optional<Bytes> open_grant_page(const PageKeys& keys, ByteView envelope, const Digest& hash) {
  auto payload = unseal(keys.seal, envelope);
  if (!payload || !unpad(*payload) || page_hash(payload->reveal()) != hash) return std::nullopt;
  return to_bytes(payload->reveal());
}

Result<Fresh> open_grant(ByteView page, std::size_t position, const SealSeed& seal,
                         const Digest& commit) {
  const Error none{Errc::not_authentic, "a change to a group holds no keys for this member"};
  const std::size_t at = position % grants_per_page * grant_bytes;
  if (page.size() < at + grant_bytes) return none;
  auto opened = unseal(seal, page.subspan(at, grant_bytes));
  if (!opened) return none;
  auto fresh = Fresh::from(opened->reveal());
  if (!fresh || fresh_commit(fresh->reveal()) != commit) return none;
  return std::move(*fresh);
}

}  // namespace porchlight::client
