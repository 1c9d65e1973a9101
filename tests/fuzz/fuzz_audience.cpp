// A channel's audience: the input is the list of one, as it lies on pages, and what the vault keeps
// of an entry. What is read says the same when it is handed on.
#include "client/core/audience.hpp"

#include "client/core/codec.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
#include "proto/wire/channel.pb.h"
#include "tests/fuzz/people.hpp"

using namespace porchlight;
using namespace porchlight::client;

namespace {

const ChannelId channel = fuzz::filled<ChannelId>(0x63);

void check_entry(const AudienceEntry& entry) {
  PORCHLIGHT_ASSERT(entry.identity.has_value() != entry.invited.has_value());
  PORCHLIGHT_ASSERT(is_clean_name(entry.name) && entry.card_version <= card_version_max);
  if (!entry.invited) return;
  PORCHLIGHT_ASSERT(entry.id == audience_id(entry.invite));
  PORCHLIGHT_ASSERT(entry.invited->uses > 0 && entry.invited->uses <= limits::event_uses_max);
}

Bytes read_pages(const std::vector<ListPage>& pages, const ListSeed& seed) {
  Bytes all;
  for (std::uint32_t number = 0; number < pages.size(); ++number) {
    const ListPageKeys keys = derive_list_page(seed, number);
    const auto payload = open_list_page(keys, pages[number].envelope, pages[number].hash);
    PORCHLIGHT_ASSERT(payload.has_value());
    all.insert(all.end(), payload->begin(), payload->end());
  }
  return all;
}

void check_list(ByteView bytes) {
  const auto content = read_audience_list(bytes);
  if (!content.ok()) return;
  Journal journal;
  Audience audience(journal, channel);
  // Nobody stands in it twice.
  for (const AudienceId& id : content->removed) PORCHLIGHT_ASSERT(audience.remove(id));
  for (const AudienceEntry& entry : content->entries) {
    check_entry(entry);
    PORCHLIGHT_ASSERT(audience.add(entry));
    PORCHLIGHT_ASSERT(audience.display_name(entry.id).starts_with(entry.name));
  }
  PORCHLIGHT_ASSERT(audience.readers().size() == content->entries.size());
  const auto seed = fuzz::filled<ListSeed>(0x6c);
  const auto pages = make_audience_list(audience, content->signed_epoch, content->signed_by, seed);
  const auto again = read_audience_list(read_pages(pages, seed));
  PORCHLIGHT_ASSERT(again.ok() && again->removed == audience.removed());
  PORCHLIGHT_ASSERT(again->entries.size() == audience.entries().size());
  PORCHLIGHT_ASSERT(again->signed_epoch == content->signed_epoch);
}

void check_record(ByteView bytes) {
  Journal journal;
  Audience audience(journal, channel);
  (void)audience.load_removed(fuzz::filled<AudienceId>(1).view(), bytes);
  wire::Audience::Entry kept;
  const auto invite = parse(kept, bytes) ? InviteId::from(kept.invite_id()) : std::nullopt;
  const bool loaded = audience.load_entry(as_bytes(kept.id()), bytes) ||
                      (invite && audience.load_entry(audience_id(*invite).view(), bytes));
  if (!loaded) return;
  PORCHLIGHT_ASSERT(audience.entries().size() == 1);
  check_entry(audience.entries().begin()->second);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_list({data, size});
  check_record({data, size});
  return 0;
}
