// Channels: keys that did not come (clause 14.8). Somebody of the audience asks at the door of the
// newest epoch that they hold; a person who leads agrees, and gives them a Welcome.
#include "client/core/short_name.hpp"
#include "client/core/state.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {
namespace {

constexpr auto ask_again_after = std::chrono::hours(24);

bool holds_what_welcomes_take(const Channel& channel) {
  return channel.owner && channel.can_share() && !channel.newest().signed_epoch.empty() &&
         channel.owner->roots.contains(channel.newest().head.root);
}

bool is_waiting(const Channel& channel, const VerifyKey& person) {
  return std::ranges::any_of(channel.waiting(), [&](const auto& entry) {
    const auto request = read_kept_join_request(entry.second.request);
    return request && request->identity() == person;
  });
}

}  // namespace

/// For who asks. False where nobody would hear it.
bool Core::State::ask_for_channel_keys(Channel& channel, TimePoint now) {
  AudiencePart& mine = *channel.reader;
  if (!mine.request_stored) return false;
  if (mine.asking && mine.asking->asked + ask_again_after > now) return true;
  // The key stays the same: somebody may be answering what was asked yesterday.
  if (!mine.asking) mine.asking.emplace(AudiencePart::Asking{random.secret<SealSeed>(), now});
  mine.asking->asked = to_the_minute(now);
  channel.save_head();
  const ChannelHead& head = channel.newest().head;
  const Bytes asked = make_catch_up(
      {channel.id(), head.number, head.id, seal_key(mine.asking->one_time), me.card()},
      me.identity());
  auto envelope = seal_channel_catch_up(asked, head.door_seal);
  PORCHLIGHT_ASSERT(envelope.ok());
  outbox.erase_if([&](const OutboxEntry& entry) {
    return entry.purpose == OutboxPurpose::catch_up && entry.group == channel.id();
  });
  OutboxEntry entry;
  entry.item.address = door_address(head.door);
  entry.item.envelope = std::move(envelope).value();
  entry.purpose = OutboxPurpose::catch_up;
  entry.group = channel.id();
  outbox.add(std::move(entry));
  return true;
}

void Core::State::receive_audience_catch_up(Channel& channel, const EnvelopeHash& envelope,
                                            ByteView signed_catch_up, TimePoint now) {
  const Group* group = find_group(channel.owner->group);
  if (group == nullptr || !group->roster().is_lead(me.id())) return;
  auto asked = verify_catch_up(signed_catch_up);
  if (!asked || asked->group != channel.id()) return;
  const AudienceEntry* person = channel.audience.find(asked->identity());
  if (person == nullptr && !is_waiting(channel, asked->identity())) return;
  if (!people.see_catch_up(envelope, now) || people.catch_ups.contains(asked->hash)) return;
  std::vector<RequestHash> older;  // the newest counts
  for (const auto& [hash, pending] : people.catch_ups) {
    if (pending.asked.group == channel.id() && pending.asked.identity() == asked->identity()) {
      older.push_back(hash);
    }
  }
  for (const RequestHash& hash : older) people.erase_request(hash);
  const RequestHash hash = asked->hash;
  const auto& pending =
      people.catch_ups
          .emplace(hash, PendingCatchUp{std::move(asked).value(), to_the_minute(now), false})
          .first->second;
  people.save(pending);
  if (person == nullptr) return;  // they are answered when they are let in
  answer_newcomers(channel, now);
  if (!people.catch_ups.contains(hash)) return;
  tell(Notice::Kind::join_requested, channel.id(), {},
       short_name(hash.view(), request_name_chars()));
}

/// Nobody had to agree that they come in, and a change has overtaken the news of them or of their
/// invite. One made after that has a grant of theirs.
void Core::State::answer_newcomers(Channel& channel, TimePoint now) {
  if (!holds_what_welcomes_take(channel)) return;
  std::vector<RequestHash> answered;
  for (const auto& [hash, pending] : people.catch_ups) {
    const CatchUp& asked = pending.asked;
    if (asked.group != channel.id() || asked.number >= channel.newest().head.number) continue;
    const AudienceEntry* person = channel.audience.find(asked.identity());
    const auto added =
        person == nullptr ? channel.added_here.end() : channel.added_here.find(person->id);
    if (added == channel.added_here.end() || asked.number > added->second) continue;
    channel.added_here.erase(added);
    give_channel_keys(pending, now);
    answered.push_back(hash);
  }
  for (const RequestHash& hash : answered) people.erase_request(hash);
}

/// A person has agreed.
void Core::State::give_channel_keys(const PendingCatchUp& pending, TimePoint now) {
  Channel& channel = *find_channel(pending.asked.group);
  // They may have been taken out since they asked.
  if (channel.audience.find(pending.asked.identity()) == nullptr) return;
  channel.audience.renew_card(pending.asked.card);
  enter_channel_days(channel, now);
  if (!holds_what_welcomes_take(channel)) return;  // the author asks again tomorrow
  const ChannelEpoch& epoch = channel.newest();
  wire::InboxMessage message;
  const SecretBytes welcome =
      make_channel_welcome(epoch.signed_epoch, epoch.signed_by, channel.reading(),
                           channel.owner->roots.at(epoch.head.root));
  message.set_channel_welcome(to_string(welcome.reveal()));
  const SecretBytes payload = serialise_secret(message);
  wipe_text(*message.mutable_channel_welcome());
  auto envelope = wire::seal_envelope(pending.asked.one_time_key, payload.reveal());
  PORCHLIGHT_ASSERT(envelope.ok());  // an epoch and a few keys
  OutboxEntry entry;
  entry.item.address = pending.asked.card.inbox;
  entry.item.envelope = std::move(envelope).value();
  entry.purpose = OutboxPurpose::to_audience;
  entry.group = channel.id();
  outbox.add(std::move(entry));
}

bool Core::State::open_channel_inbox(ByteView envelope, TimePoint now) {
  for (auto& [id, channel] : channels) {
    if (!channel.reader || channel.over()) continue;
    const auto listed = open_inbox(channel.reader->one_time, envelope);
    if (listed) {
      if (listed->has_enroll() && is_enroll_token(listed->enroll())) {
        enrolment.add_token(listed->enroll(), now);
      }
      return true;
    }
    if (!channel.reader->asking) continue;
    auto answered = open_inbox(channel.reader->asking->one_time, envelope);
    if (!answered) continue;
    if (answered->kind_case() == wire::InboxMessage::kChannelWelcome) {
      receive_channel_welcome(channel, as_bytes(answered->channel_welcome()), now);
      wipe_text(*answered->mutable_channel_welcome());
    }
    return true;
  }
  return false;
}

void Core::State::receive_channel_welcome(Channel& channel, ByteView signed_welcome,
                                          TimePoint now) {
  auto welcome = open_channel_welcome(signed_welcome, std::nullopt);
  if (!welcome || welcome->head.channel != channel.id()) return;
  // By the root that is known, or the one that it has named for what follows; or handed on by it.
  const auto is_known = [&](const VerifyKey& root) {
    return root == channel.newest().head.root ||
           (channel.awaited && root == channel.awaited->head.root);
  };
  if (!is_known(welcome->head.root) && !is_known(welcome->signed_by)) {
    warnings.stands(
        WarningView::Kind::left_behind,
        porchlight::say(tr("Keys for the channel \"{}\" came, but who leads it has changed more "
                           "than once since this device read it last, and it cannot tell that they "
                           "are theirs. What was said until then stays for its time. Ask those who "
                           "run it for a new invite."),
                        channel.name()),
        now, channel.id());
    return;
  }
  if (welcome->head.number <= channel.newest().head.number) {
    // By somebody who was not further on. It lies at the relay, and opens with that key.
    channel.reader->asking.reset();
    return channel.save_head();
  }
  channel.adopt(welcome->head, std::move(welcome->keys), 0, relay.today(now));
  channel.learn(welcome->head, welcome->signed_epoch, welcome->signed_by);
  channel.reader->asking.reset();
  channel.save_head();
  channel_moved_on(channel, now);
  tell(Notice::Kind::channel_joined, channel.id(), {}, channel.name());
}

}  // namespace porchlight::client
