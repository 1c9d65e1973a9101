#include "tests/sim/channel_intruder.hpp"

#include "client/core/state.pb.h"
#include "proto/wire/body.pb.h"
#include "proto/wire/channel.pb.h"
#include "proto/wire/envelope.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::sim {
namespace {

constexpr std::size_t frame_envelope_bytes = limits::envelope_sizes_bytes[0];

SecretBytes say(SeededRandom& random, std::string_view text, std::uint64_t sent_minute) {
  wire::Body body;
  body.set_id(random.fixed<MessageId>().str());
  body.set_sent_minute(sent_minute);
  body.set_zone("UTC");
  body.set_lifetime_hours(24);
  body.mutable_alert()->set_urgency(wire::URGENCY_NOW);
  body.mutable_alert()->add_wordings()->set_text(std::string(text));
  return SecretBytes(as_bytes(body.SerializeAsString()));
}

}  // namespace

std::unique_ptr<ChannelIntruder> ChannelIntruder::enter(const std::vector<client::Record>& vault,
                                                        const client::ChannelId& channel,
                                                        SeededRandom& random) {
  std::unique_ptr<ChannelIntruder> intruder(new ChannelIntruder(channel, random));
  constexpr std::size_t head_bytes = 1 + GroupId::size_bytes;
  for (const client::Record& record : vault) {
    const ByteView key(record.key);
    if (record.table == client::Table::profile && as_text(key) == "me") {
      client::state::Me me;
      PORCHLIGHT_ASSERT(client::parse(me, record.value.reveal()));
      intruder->identity_.emplace(*SigningSeed::from(as_bytes(me.identity())));
    } else if (record.table == client::Table::channels &&
               as_text(key.subspan(1, GroupId::size_bytes)) == channel.str()) {
      const bool loaded = intruder->channel_.load(static_cast<char>(key[0]),
                                                  key.subspan(head_bytes), record.value.reveal());
      PORCHLIGHT_ASSERT(loaded);
    }
  }
  const client::Channel& held = intruder->channel_;
  return held.is_whole() && !held.over() ? std::move(intruder) : nullptr;
}

const client::ChannelDay* ChannelIntruder::day(std::uint32_t& number) const {
  const auto& days = channel_.newest().days;
  if (days.empty()) return nullptr;
  number = days.rbegin()->first;
  return &days.rbegin()->second;
}

std::optional<MailboxId> ChannelIntruder::day_mailbox() const {
  std::uint32_t number = 0;
  const auto* today = day(number);
  return today == nullptr ? std::nullopt : std::optional(today->mailbox);
}

// ---- of the group -------------------------------------------------------------------------------

std::optional<Mail> ChannelIntruder::speak(std::string_view text, std::uint64_t sent_minute,
                                           Name name, std::span<const Bytes> heard) {
  std::uint32_t number = 0;
  const auto* today = day(number);
  const client::ChannelEpoch& epoch = channel_.newest();
  if (today == nullptr || !epoch.post) return std::nullopt;
  client::FrameContent content;
  content.body = say(random_, text, sent_minute);
  const auto nobodys = random_.secret<client::AttributionKey>();
  const auto& attribution = name == Name::own ? epoch.post->attribution : nobodys;
  auto sealed = client::seal_channel_frame(
      place(number), {epoch.post->post, attribution, epoch.post->made_under_key}, *identity_,
      random_.fixed<EpochId>(), seal_key(today->keys.seal), content, random_);
  if (!sealed.ok()) return std::nullopt;
  if (name != Name::of_another) return Mail{today->mailbox, std::move(sealed->envelope)};

  const auto open = [&](ByteView envelope) {
    return client::open_channel_frame(place(number), epoch.head.post, today->keys.seal, envelope);
  };
  const auto mine = open(sealed->envelope);
  for (const Bytes& envelope : heard) {
    const auto theirs = open(envelope);
    if (!theirs.ok()) continue;
    wire::ChannelFrameBody frame;
    frame.set_content(to_string(mine->spoken.reveal()));
    frame.set_attribution(to_string(theirs->attribution));
    const Bytes payload = wire::make_signed(wire::label::channel_frame, client::serialise(frame),
                                            SigningKey(epoch.post->post));
    return Mail{
        today->mailbox,
        wire::seal_envelope(seal_key(today->keys.seal), payload, frame_envelope_bytes).value()};
  }
  return std::nullopt;
}

// ---- of the audience ----------------------------------------------------------------------------

std::optional<Mail> ChannelIntruder::forge_alert(std::uint64_t sent_minute) {
  std::uint32_t number = 0;
  const auto* today = day(number);
  if (today == nullptr) return std::nullopt;
  client::FrameContent content;
  content.body = say(random_, "whatever", sent_minute);
  const auto own = random_.secret<client::PostSeed>();
  const auto attribution = random_.secret<client::AttributionKey>();
  const auto under = random_.secret<client::MadeUnderKey>();
  auto sealed = client::seal_channel_frame(place(number), {own, attribution, under}, *identity_,
                                           random_.fixed<EpochId>(), seal_key(today->keys.seal),
                                           content, random_);
  if (!sealed.ok()) return std::nullopt;
  return Mail{today->mailbox, std::move(sealed->envelope)};
}

std::vector<MailboxId> ChannelIntruder::reply_mailboxes() const {
  std::vector<MailboxId> all;
  std::uint32_t number = 0;
  if (day(number) == nullptr) return all;
  for (const std::uint32_t of : {number, number + 1}) {
    const auto* stated = channel_.newest().head.find_day(of);
    if (stated != nullptr) all.push_back(client::reply_address(stated->reply).id());
  }
  return all;
}

std::optional<Mail> ChannelIntruder::bring_to_replies(std::span<const Bytes> answers) {
  std::uint32_t number = 0;
  const auto* stated = day(number) == nullptr ? nullptr : channel_.newest().head.find_day(number);
  if (stated == nullptr) return std::nullopt;
  const auto mailboxes = reply_mailboxes();
  if (!answers.empty() && random_.chance(500)) {
    return Mail{mailboxes.back(), answers[static_cast<std::size_t>(random_.below(answers.size()))]};
  }
  Bytes junk(random_.between(1, 1'500));
  random_.fill(junk);
  return Mail{mailboxes.front(),
              wire::seal_envelope(stated->reply_seal, junk, frame_envelope_bytes).value()};
}

}  // namespace porchlight::sim
