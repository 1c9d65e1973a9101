// Epochs of a channel: the input is a ChannelEpochBody that the root, and then somebody else,
// signed. It is tried as it is, and completed: what is missing is taken from a good one, which no
// fuzzer can guess. And pages of grants: the input is a GrantPage, the same.
#include "client/core/audience_grants.hpp"
#include "client/core/codec.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
#include "proto/wire/channel.pb.h"
#include "proto/wire/envelope.hpp"
#include "tests/fuzz/channel.hpp"

using namespace porchlight;
using namespace porchlight::client;

namespace {

using Kind = ChannelJudgement::Kind;

const fuzz::Channel channel;
const ChannelHead& before = channel.first.head;
constexpr std::uint32_t seq_day = fuzz::Channel::day + 1;
const SealSeed seed = fuzz::filled<SealSeed>(8);
const auto tag = fuzz::filled<GrantTag>(9);

template <class Message>
Message good(ByteView signed_message) {
  Message message;
  PORCHLIGHT_ASSERT(parse(message, wire::parse_signed(signed_message)->body));
  return message;
}

/// Fields that are empty become those of the next epoch; `days` of one byte stays wrong.
wire::ChannelEpochBody complete(const wire::ChannelEpochBody& given) {
  auto body = good<wire::ChannelEpochBody>(channel.next.signed_epoch);
  body.MergeFrom(given);
  return body;
}

void check_valid(const ChannelHead& head, ByteView signed_epoch) {
  PORCHLIGHT_ASSERT(head.channel == before.channel && head.number == before.number + 1);
  PORCHLIGHT_ASSERT(head.day >= before.day && head.day <= seq_day + 1);
  PORCHLIGHT_ASSERT(is_clean_name(head.name) && head.days.size() == limits::channel_days);
  PORCHLIGHT_ASSERT(std::ranges::count(limits::grant_counts, head.grants) == 1);
  PORCHLIGHT_ASSERT(is_verify_key(head.root) && is_verify_key(head.post));
  PORCHLIGHT_ASSERT(head.find_day(head.day) == &head.days.front());
  // It says the same to who reads it in a Welcome or in the vault, and follows nothing else.
  PORCHLIGHT_ASSERT(read_channel_epoch(signed_epoch, channel.root_key)->id == head.id);
  PORCHLIGHT_ASSERT(read_kept_channel_epoch(signed_epoch)->id == head.id);
  PORCHLIGHT_ASSERT(judge_channel_epoch(head, signed_epoch, seq_day).kind == Kind::invalid);
  const std::uint32_t too_late = head.day + 2 + limits::ordinary_days;
  PORCHLIGHT_ASSERT(judge_channel_epoch(before, signed_epoch, too_late).kind == Kind::invalid);
}

void judge(ByteView body) {
  const Bytes by_other =
      wire::make_signed(wire::label::channel_epoch, body, SigningKey(channel.other_root));
  const auto foreign = judge_channel_epoch(before, by_other, seq_day);
  PORCHLIGHT_ASSERT(foreign.kind == Kind::invalid && !foreign.by_root);
  const Bytes bytes = wire::make_signed(wire::label::channel_epoch, body, SigningKey(channel.root));
  const auto judgement = judge_channel_epoch(before, bytes, seq_day);
  PORCHLIGHT_ASSERT(judgement.by_root);
  PORCHLIGHT_ASSERT(judgement.head.has_value() == (judgement.kind == Kind::valid));
  if (judgement.head) check_valid(*judgement.head, bytes);
}

void open_grants(const wire::GrantPage& page) {
  const ChannelHead& head = channel.next.head;
  const SealSeed page_seal = fuzz::filled<SealSeed>(7);
  const std::array<const SealSeed*, 1> keys{&seed};
  const auto open = [&](const RootSeed& signer, std::uint32_t number) {
    const Bytes payload =
        wire::make_signed(wire::label::channel_grants, serialise(page), SigningKey(signer));
    const auto envelope = wire::seal_envelope(seal_key(page_seal), payload);
    if (!envelope.ok()) return false;
    const auto fresh =
        open_audience_grant(head, channel.root_key, page_seal, number, *envelope, tag, keys);
    return fresh.ok() && fresh_commit(fresh->reveal()) == head.fresh_commit;
  };
  PORCHLIGHT_ASSERT(!open(channel.other_root, page.page()));
  PORCHLIGHT_ASSERT(!open(channel.root, page.page() + 1));
  const bool opened = open(channel.root, page.page());
  PORCHLIGHT_ASSERT(!opened || page.grants().size() % audience_grant_bytes == 0);
  PORCHLIGHT_ASSERT(!opened || page.number() == head.number);
}

void check_page(ByteView bytes) {
  wire::GrantPage given;
  if (!parse(given, bytes)) return;
  open_grants(given);
  wire::GrantPage page;
  page.set_channel_id(channel.next.head.channel.str());
  page.set_number(channel.next.head.number);
  page.set_salt(channel.next.head.salt.str());
  page.MergeFrom(given);
  open_grants(page);
  // With a grant that opens behind the others.
  const Bytes box = seal(seal_key(seed), fuzz::filled<Fresh>(0x66).reveal());
  page.mutable_grants()->append(tag.str() + to_string(box));
  open_grants(page);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  judge({data, size});
  wire::ChannelEpochBody body;
  if (parse(body, {data, size})) judge(serialise(complete(body)));
  check_page({data, size});
  return 0;
}
