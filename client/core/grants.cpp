#include "client/core/grants.hpp"

#include "proto/crypto/unseal.hpp"

namespace porchlight::client {

std::vector<Page> make_grant_pages(const Fresh& fresh, std::span<const RosterEntry> stay,
                                   const ControlKeys& control) {
  std::vector<Page> pages;
  while (!stay.empty()) {
    const auto here = stay.first(std::min(stay.size(), grants_per_page));
    stay = stay.subspan(here.size());
    Bytes payload;
    payload.reserve(here.size() * grant_bytes);
    for (const RosterEntry& member : here) {
      const Bytes grant = seal(member.card().seal_key, fresh.reveal());
      payload.insert(payload.end(), grant.begin(), grant.end());
    }
    pages.push_back(make_page(control, PageKind::grants, static_cast<std::uint32_t>(pages.size()),
                              payload, grants_envelope_bytes));
  }
  return pages;
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
