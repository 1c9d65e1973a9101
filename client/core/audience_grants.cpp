#include "client/core/audience_grants.hpp"

#include "client/core/codec.hpp"
#include "client/core/pages.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/channel.pb.h"
#include "proto/wire/envelope.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::client {
namespace {

constexpr std::uint32_t grants_for_one_page = 128;
/// Of a salt under which a page overflows one in some hundred does; more are tried only where many
/// readers have one tag.
constexpr int salts_tried_max = 32;
constexpr std::size_t page_envelope_bytes = limits::envelope_sizes_bytes[1];
/// What stands around the grants of a page: its other fields, and the signature.
constexpr std::size_t page_frame_bytes = 160;
static_assert(audience_grants_per_page_max * audience_grant_bytes + page_frame_bytes <=
              page_payload_max(page_envelope_bytes));

bool overflows(std::span<const GrantReader> readers, const ChannelId& channel, std::uint32_t number,
               const GrantPlan& plan) {
  const std::uint32_t pages = count_grant_pages(plan.grants);
  std::vector<std::size_t> filled(pages);
  for (const GrantReader& reader : readers) {
    const GrantTag tag = grant_tag(reader.tag_key, channel, number, plan.salt.view());
    if (++filled[grant_page_of(tag, pages)] > audience_grants_per_page_max) return true;
  }
  return false;
}

/// The grants of all pages: those of readers, then filler where there is room. All boxes of filler
/// are sealed to one key that is gone with this function; no two of them look alike.
std::vector<std::vector<Bytes>> deal_grants(const ChannelHead& head,
                                            std::span<const GrantReader> readers,
                                            const Fresh& fresh, Random& random) {
  const std::uint32_t count = count_grant_pages(head.grants);
  std::vector<std::vector<Bytes>> pages(count);
  const SealKey nobody = seal_key(random.secret<SealSeed>());
  const Bytes nothing(Fresh::size_bytes);
  std::size_t dealt = 0;
  const auto deal = [&](const GrantTag& tag, const SealKey& to, ByteView secret) {
    std::vector<Bytes>& page = pages[grant_page_of(tag, count)];
    if (page.size() == audience_grants_per_page_max) return;
    Bytes grant = to_bytes(tag.view());
    const Bytes box = seal(to, secret);
    grant.insert(grant.end(), box.begin(), box.end());
    page.push_back(std::move(grant));
    ++dealt;
  };
  for (const GrantReader& reader : readers) {
    const GrantTag tag = grant_tag(reader.tag_key, head.channel, head.number, head.salt.view());
    if (is_seal_key(reader.seal_key)) {
      deal(tag, reader.seal_key, fresh.reveal());
    } else {
      deal(tag, nobody, nothing);
    }
  }
  while (dealt < head.grants) deal(random.fixed<GrantTag>(), nobody, nothing);
  for (std::vector<Bytes>& page : pages) std::ranges::sort(page);
  return pages;
}

Error no_page() {
  return {Errc::not_authentic, "a page of a channel's keys is not the one sought"};
}

/// The grants of what `root` signed as this page.
Result<Bytes> read_page(const ChannelHead& head, const VerifyKey& root, const SealSeed& page_seal,
                        std::uint32_t page, ByteView envelope) {
  auto payload =
      envelope.size() == page_envelope_bytes ? unseal(page_seal, envelope) : std::nullopt;
  if (!payload || !unpad(*payload)) return no_page();
  TRY(const wire::Unverified unverified, wire::parse_signed(payload->reveal()));
  CHECK(unverified.verify(wire::label::channel_grants, root));
  wire::GrantPage message;
  ChannelId channel;
  ChannelSalt salt;
  const Error malformed{Errc::malformed, "a page of a channel's keys does not decode"};
  if (!parse(message, unverified.body) || !read(channel, message.channel_id()) ||
      !read(salt, message.salt()) || message.grants().size() % audience_grant_bytes != 0 ||
      message.grants().size() > audience_grants_per_page_max * audience_grant_bytes) {
    return malformed;
  }
  if (channel != head.channel || message.number() != head.number || salt != head.salt ||
      message.page() != page) {
    return no_page();
  }
  return to_bytes(as_bytes(message.grants()));
}

}  // namespace

std::uint32_t count_grant_pages(std::uint32_t grants) {
  return std::max<std::uint32_t>(1, (grants + grants_for_one_page - 1) / grants_for_one_page);
}

std::uint32_t grant_page_of(const GrantTag& tag, std::uint32_t pages) {
  PORCHLIGHT_ASSERT(pages > 0);
  std::uint32_t number = 0;
  for (const Byte byte : tag.view().first(4)) number = number << 8 | byte;
  return number % pages;
}

GrantPlan plan_grants(std::span<const GrantReader> readers, const ChannelId& channel,
                      std::uint32_t number, Random& random) {
  PORCHLIGHT_ASSERT(readers.size() <= limits::audience_max);
  GrantPlan plan;
  plan.grants = *std::ranges::find_if(limits::grant_counts,
                                      [&](std::uint32_t count) { return count >= readers.size(); });
  for (int tried = 0; tried < salts_tried_max; ++tried) {
    plan.salt = random.fixed<ChannelSalt>();
    if (!overflows(readers, channel, number, plan)) break;
  }
  return plan;
}

std::vector<AudiencePage> make_audience_pages(const ChannelHead& head,
                                              std::span<const GrantReader> readers,
                                              const Fresh& fresh, const RootSeed& root,
                                              const SigningSeed& ctl_collect,
                                              const SealSeed& ctl_seal, Random& random) {
  PORCHLIGHT_ASSERT(readers.size() <= head.grants);
  const SigningKey signer(root);
  std::vector<AudiencePage> pages;
  for (const std::vector<Bytes>& grants : deal_grants(head, readers, fresh, random)) {
    const auto number = static_cast<std::uint32_t>(pages.size());
    wire::GrantPage message;
    message.set_channel_id(head.channel.str());
    message.set_number(head.number);
    message.set_salt(head.salt.str());
    message.set_page(number);
    for (const Bytes& grant : grants) message.mutable_grants()->append(as_text(grant));
    const GrantPageKeys keys =
        derive_grant_page(ctl_collect, ctl_seal, head.salt.view(), number, head.page_drop);
    const Bytes payload =
        wire::make_signed(wire::label::channel_grants, serialise(message), signer);
    auto envelope = wire::seal_envelope(seal_key(keys.seal), payload, page_envelope_bytes);
    PORCHLIGHT_ASSERT(envelope.ok());
    pages.push_back({keys.address, std::move(envelope).value()});
  }
  return pages;
}

Result<Fresh> open_audience_grant(const ChannelHead& head, const VerifyKey& root,
                                  const SealSeed& page_seal, std::uint32_t page, ByteView envelope,
                                  const GrantTag& tag, std::span<const SealSeed* const> keys) {
  TRY(const Bytes grants, read_page(head, root, page_seal, page, envelope));
  for (ByteView left = grants; !left.empty(); left = left.subspan(audience_grant_bytes)) {
    if (!std::ranges::equal(left.first(GrantTag::size_bytes), tag.view())) continue;
    const ByteView box = left.subspan(GrantTag::size_bytes, grant_bytes);
    for (const SealSeed* key : keys) {
      const auto opened = unseal(*key, box);
      auto fresh = opened ? Fresh::from(opened->reveal()) : std::nullopt;
      if (fresh && fresh_commit(fresh->reveal()) == head.fresh_commit) return std::move(*fresh);
    }
  }
  return Error{Errc::not_found, tr("a page of a channel's keys holds none for this device")};
}

}  // namespace porchlight::client
