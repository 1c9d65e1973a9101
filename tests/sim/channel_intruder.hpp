// Somebody who does as they like with what their vault holds of a channel: of the group, they speak
// without their name or with another's, or with keys that are over; of the audience, they bring
// rubbish and what others answered wherever they know a mailbox, and alert with a key of their own.
// Must not know: how what they make gets to the relay, and what becomes of it.
#pragma once

#include "client/core/channel.hpp"
#include "client/core/channel_frame.hpp"
#include "tests/sim/intruder.hpp"

namespace porchlight::sim {

class ChannelIntruder {
 public:
  /// What a vault holds of a channel; none where nothing can be made of it. `random` outlives it.
  static std::unique_ptr<ChannelIntruder> enter(const std::vector<client::Record>& vault,
                                                const client::ChannelId& channel,
                                                SeededRandom& random);

  bool speaks() const { return channel_.owner.has_value(); }
  const EpochId& epoch() const { return channel_.newest().head.id; }

  enum class Name : std::uint8_t { own, none, of_another };
  /// As somebody of the group, in the newest epoch that is held. Of another's name it takes that
  /// from `heard`, a day's envelopes; none where no name is in them.
  std::optional<Mail> speak(std::string_view text, std::uint64_t sent_minute, Name name,
                            std::span<const Bytes> heard);
  /// Where `speak` goes.
  std::optional<MailboxId> day_mailbox() const;

  // ---- of the audience: what everybody is to refuse --------------------------------------------
  /// An alert that is signed by no channel.
  std::optional<Mail> forge_alert(std::uint64_t sent_minute);
  /// Sealed so that the group opens it, and of no use; or one of `answers` of another day.
  std::optional<Mail> bring_to_replies(std::span<const Bytes> answers);
  /// Where answers of one day go, and of the day after.
  std::vector<MailboxId> reply_mailboxes() const;

 private:
  ChannelIntruder(const client::ChannelId& channel, SeededRandom& random)
      : channel_(journal_, channel), random_(random) {}

  const client::ChannelDay* day(std::uint32_t& number) const;
  client::ChannelPlace place(std::uint32_t day) const { return {channel_.id(), epoch(), day}; }

  client::Journal journal_;
  client::Channel channel_;
  SeededRandom& random_;
  std::optional<SigningKey> identity_;
};

}  // namespace porchlight::sim
