// Channels: what the group says in them, and what the audience answers (clauses 14.6 and 14.7).
#include "client/core/bodies.hpp"
#include "client/core/ending.hpp"
#include "client/core/short_name.hpp"
#include "client/core/state.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Standing = FrameLog::Standing;
using Voice = MessageView::Voice;

constexpr std::uint32_t days_apart_max = 4;

TimePoint hour_of(std::uint64_t seq) {
  return from_seconds(std::uint64_t{wire::seq_hour(seq)} * 3600);
}

bool is_for_audience(const wire::Body& body) {
  return body.has_alert() || body.has_all_clear() || body.has_recall() || body.has_text();
}

bool is_said(const OutboxEntry& entry, const ChannelId& channel) {
  return (entry.purpose == OutboxPurpose::channel_frame || entry.purpose == OutboxPurpose::reply) &&
         entry.group == channel;
}

}  // namespace

// ---- saying -------------------------------------------------------------------------------------

Result<MessageId> Core::State::say(const ChannelId& id, wire::Body body, TimePoint now) {
  Channel* channel = find_channel(id);
  if (channel == nullptr) return Error{Errc::not_found, tr("there is no such channel here")};
  if (channel->halted()) return update_needed(tr("the channel"));
  if (channel->over()) {
    return Error{
        Errc::not_permitted,
        porchlight::say(tr("you are not in the group of \"{}\" any more; nothing was said there"),
                        channel->name())};
  }
  // A time zone tells one of the group from another.
  if (channel->owner) body.clear_zone();
  CHECK(complete_body(body, random, now));
  CHECK(check_saying(*channel, body));
  if (body.has_ack()) take_back_answers(*channel, body.ack().alert());
  StoredMessage message;
  message.sender = me.id();
  message.id = *MessageId::from(as_bytes(body.id()));
  if (messages.find(id, me.id(), message.id) != nullptr) {
    return Error{Errc::conflict, tr("a message with this id was said there already")};
  }
  message.received = now;
  message.ends = end_of_life(body, std::nullopt);
  message.voice = channel->owner ? Voice::channel : Voice::person;
  if (body.has_ack()) {
    // Answers that follow an alert at once would show who got it.
    const auto alert = MessageId::from(as_bytes(body.ack().alert()));
    const auto spread = messages.find(id, VerifyKey{}, *alert)->body.alert().answer_delay_seconds();
    message.not_before = now + std::chrono::seconds(random.below(spread + 1));
  }
  message.body = std::move(body);
  const MessageId said = message.id;
  messages.queue(id, std::move(message));
  flush_channel(*channel, now);
  return said;
}

/// What was answered before and has not left: it would be taken for the last word.
void Core::State::take_back_answers(const Channel& channel, const std::string& alert) {
  std::vector<MessageId> older;
  for (const StoredMessage* message : messages.queued(channel.id())) {
    if (message->body.has_ack() && message->body.ack().alert() == alert) {
      older.push_back(message->id);
    }
  }
  for (const MessageId& id : older) {
    outbox.erase_if([&](const OutboxEntry& entry) {
      return is_said(entry, channel.id()) && entry.message == id;
    });
    messages.erase(channel.id(), me.id(), id);
  }
}

Status Core::State::check_saying(const Channel& channel, wire::Body& body) const {
  using porchlight::say;
  const auto not_permitted = [&](std::string what) {
    return Error{Errc::not_permitted, say(tr("{}; nothing was said"), what)};
  };
  if (channel.owner) {
    const Group* group = find_group(channel.owner->group);
    if (group == nullptr || group->removed() || group->halted() || group->leaving()) {
      return not_permitted(say(tr("you cannot speak for the group of \"{}\" now"), channel.name()));
    }
    if (!is_for_audience(body)) {
      return not_permitted(tr("an alert, an all-clear or a text can be said in a channel"));
    }
    if (body.has_alert() && body.alert().answers_size() > 0 &&
        body.alert().answer_delay_seconds() == 0) {
      const bool small = channel.audience.count_people() <= limits::small_audience;
      body.mutable_alert()->set_answer_delay_seconds(small ? limits::answer_delay_seconds_small
                                                           : limits::answer_delay_seconds_large);
    }
    return Ok{};
  }
  if (!body.has_ack() && !body.has_text()) {
    return not_permitted(
        tr("the audience of a channel can answer an alert, or write to those who run it"));
  }
  if (!body.has_ack()) return Ok{};
  // An answer goes out only where the channel itself asks for one.
  const auto id = MessageId::from(as_bytes(body.ack().alert()));
  const StoredMessage* alert = id ? messages.find(channel.id(), VerifyKey{}, *id) : nullptr;
  if (alert == nullptr || !alert->body.has_alert() || alert->voice != Voice::channel) {
    return Error{Errc::not_found, say(tr("there is no such alert in \"{}\""), channel.name())};
  }
  const auto& answers = alert->body.alert().answers();
  if (answers.empty()) return not_permitted(tr("this alert asks for no answer"));
  if (std::find(answers.begin(), answers.end(), body.ack().answer()) != answers.end()) return Ok{};
  std::string all;
  for (const std::string& answer : answers) all += (all.empty() ? "" : ", ") + answer;
  return Error{Errc::usage, say(tr("this alert can be answered with: {}; nothing was said"), all)};
}

void Core::State::flush_channel(Channel& channel, TimePoint now) {
  if (channel.is_still() || relay.has_leapt(now)) return;
  enter_channel_days(channel, now);
  ChannelEpoch& epoch = channel.newest();
  const auto sending = channel.sending_day(relay.today(now));
  if (!sending) return;  // nobody would read it
  const std::uint32_t day = *sending;
  take_back_said(channel, epoch.head.number, day);
  if (!epoch.caught_up) return;
  if (channel.owner) {
    const Group* group = find_group(channel.owner->group);
    if (group == nullptr || group->is_mute() || !group->newest().caught_up) return;
    // Somebody was taken out who knows these keys: others are on their way.
    if (epoch.post->made_under < group->removal_epoch()) return;
    if (!epoch.days.at(day).caught_up) return;
  } else {
    renew_audience_join(channel);
  }
  for (const StoredMessage* message : messages.queued(channel.id())) {
    // Further away than an answer ever waits it was by a clock that was wrong.
    const bool waits =
        message->not_before > now &&
        message->not_before <= now + std::chrono::seconds(limits::answer_delay_seconds_max);
    if (message->in_flight != 0 || waits || waits_for_clock(*message, now)) continue;
    if (channel.owner) {
      make_channel_frame(channel, day, *message, now);
    } else {
      make_reply(channel, day, *message);
    }
  }
}

void Core::State::make_channel_frame(Channel& channel, std::uint32_t day_number,
                                     const StoredMessage& message, TimePoint now) {
  ChannelEpoch& epoch = channel.newest();
  const ChannelDay& day = epoch.days.at(day_number);
  FrameContent content;
  content.body = serialise_secret(message.body);
  content.cites = channel.frames.newest();
  content.keys_week = wire::token_week(relay.relay_time(now));
  content.keys_digest = relay.keys_digest(content.keys_week);
  auto sealed = seal_channel_frame(
      {channel.id(), epoch.head.id, day_number},
      {epoch.post->post, epoch.post->attribution, epoch.post->made_under_key}, me.identity(),
      find_group(channel.owner->group)->newest().head.id, seal_key(day.keys.seal), content, random);
  PORCHLIGHT_ASSERT(sealed.ok());  // complete_body() let nothing larger pass
  channel.frames.put(sealed->hash,
                     {Standing::sent, epoch.head.number, day_number, 0, me.id(), 0, message.id});
  OutboxEntry entry;
  entry.item.address = day.address;
  entry.item.envelope = std::move(sealed->envelope);
  entry.purpose = OutboxPurpose::channel_frame;
  entry.group = channel.id();
  entry.epoch = epoch.head.number;
  entry.day = day_number;
  entry.message = message.id;
  messages.set_in_flight(channel.id(), me.id(), message.id, outbox.add(std::move(entry)));
}

void Core::State::make_reply(Channel& channel, std::uint32_t day, const StoredMessage& message) {
  const ChannelEpoch& epoch = channel.newest();
  const ChannelDayStatement* stated = epoch.head.find_day(day);
  PORCHLIGHT_ASSERT(stated != nullptr);  // only such days are entered
  const SecretBytes body = serialise_secret(message.body);
  auto envelope = seal_reply({channel.id(), epoch.head.id, day}, me.identity(), body.reveal(),
                             stated->reply_seal);
  PORCHLIGHT_ASSERT(envelope.ok());
  OutboxEntry entry;
  entry.item.address = reply_address(stated->reply);
  entry.item.envelope = std::move(envelope).value();
  entry.purpose = OutboxPurpose::reply;
  entry.group = channel.id();
  entry.epoch = epoch.head.number;
  entry.day = day;
  entry.message = message.id;
  messages.set_in_flight(channel.id(), me.id(), message.id, outbox.add(std::move(entry)));
}

/// What was not stored and is not for this epoch and day: it is made anew.
void Core::State::take_back_said(const Channel& channel, std::uint32_t epoch, std::uint32_t day) {
  outbox.erase_if([&](const OutboxEntry& entry) {
    if (!is_said(entry, channel.id()) || (entry.epoch == epoch && entry.day == day)) return false;
    messages.set_in_flight(channel.id(), me.id(), entry.message, 0);
    return true;
  });
}

bool Core::State::may_leave_channel(const OutboxEntry& entry) const {
  const Channel* channel = find_channel(entry.group);
  if (channel == nullptr || channel->is_still() || !channel->newest().caught_up) return false;
  const Group* group = channel->owner ? find_group(channel->owner->group) : nullptr;
  switch (entry.purpose) {
    case OutboxPurpose::reply:
      return entry.epoch == channel->newest().head.number;
    case OutboxPurpose::channel_frame: {
      const auto day = channel->newest().days.find(entry.day);
      return group != nullptr && !group->is_mute() &&
             channel->newest().post->made_under >= group->removal_epoch() &&
             entry.epoch == channel->newest().head.number && day != channel->newest().days.end() &&
             day->second.caught_up;
    }
    case OutboxPurpose::channel_epoch: {
      // Those who speak there must have its keys before anybody reads it, and so must its audience.
      if (group == nullptr || group->is_still()) return false;
      const StoredMessage* told = messages.find(group->id(), me.id(), entry.message);
      const bool is_told = told == nullptr || told->is_stored();
      return is_told &&
             std::none_of(outbox.entries().begin(), outbox.entries().end(), [&](const auto& other) {
               return other.second.purpose == OutboxPurpose::channel_page &&
                      other.second.group == entry.group;
             });
    }
    default:
      return true;
  }
}

/// What was said, or answered, is at the relay.
void Core::State::said_stored(const OutboxEntry& entry, std::uint64_t seq, TimePoint now) {
  const StoredMessage* message = messages.find(entry.group, me.id(), entry.message);
  if (message == nullptr) return;
  const TimePoint ends = end_of_life(message->body, hour_of(seq));
  if (messages.set_stored(entry.group, me.id(), entry.message, {entry.epoch, entry.day, seq},
                          relay.store(), ends)) {
    if (is_for_people(message->body)) tell(Notice::Kind::stored, entry.group, entry.message);
    if (Channel* channel = find_channel(entry.group); channel != nullptr && channel->reader) {
      const StoredMessage* said = messages.find(entry.group, me.id(), entry.message);
      if (!is_for_people(said->body)) messages.erase(entry.group, me.id(), entry.message);
    }
  }
  if (relay.clocks_checked(now)) erase_ended(*this, relay.sure_time(now));
}

// ---- reading ------------------------------------------------------------------------------------

void Core::State::deliver_channel_frame(Channel& channel, ChannelEpoch& epoch,
                                        std::uint32_t day_number, std::uint64_t seq,
                                        ByteView envelope, TimePoint now) {
  const ChannelDay& day = epoch.days.at(day_number);
  const ChannelPlace place{channel.id(), epoch.head.id, day_number};
  const auto frame = open_channel_frame(place, epoch.head.post, day.keys.seal, envelope);
  if (!frame) return;
  const FrameLog::Entry* known = channel.frames.find(frame->hash);
  if (known != nullptr && (known->standing == Standing::passed ||
                           (known->standing == Standing::seen && known->store == relay.store()))) {
    return;
  }
  const Order order{epoch.head.number, day_number, seq};
  if (epoch.is_over_by(seq)) {
    return channel.frames.put(frame->hash,
                              {Standing::passed, order.epoch, order.day, seq, {}, 0, {}});
  }
  StoredMessage message;
  message.body =
      read_body(frame->content.body.reveal(),
                *MessageId::from(frame->hash.view().first(MessageId::size_bytes)), hour_of(seq));
  message.id = *MessageId::from(as_bytes(message.body.id()));
  message.order = order;
  message.store = relay.store();
  message.received = now;
  message.ends = end_of_life(message.body, hour_of(seq));
  message.voice = Voice::channel;
  const bool was_known = known != nullptr && known->standing == Standing::seen;
  if (channel.owner) attribute_frame(channel, epoch, *frame, place, message, now);
  channel.frames.put(frame->hash, {Standing::seen, order.epoch, order.day, seq, message.sender, 0,
                                   message.id, relay.store()});
  if (was_known) {
    return messages.move(channel.id(), message.sender, message.id, order, relay.store());
  }
  read_channel_cites(channel, order, frame->content.cites, now);
  if (frame->content.keys_digest && message.sender != me.id()) {
    relay.compare(epoch.head.post, channel.name(), frame->content.keys_week,
                  *frame->content.keys_digest, now);
  }
  if (!is_for_audience(message.body) && message.body.kind_case() != wire::Body::KIND_NOT_SET) {
    return;  // nothing that is said in a channel
  }
  const MessageId id = message.id;
  if (message.sender == me.id()) {
    // Its answer was lost, or it was said before this vault was restored.
    outbox.erase_if([&](const OutboxEntry& entry) {
      return is_said(entry, channel.id()) && entry.message == id;
    });
  }
  const bool is_mine = message.sender == me.id();
  if (messages.add(channel.id(), std::move(message)) && !is_mine) {
    tell(Notice::Kind::message, channel.id(), id);
  }
}

/// Who of the group it was. What nobody in it stands for is shown as the audience sees it, and the
/// group is told.
void Core::State::attribute_frame(const Channel& channel, const ChannelEpoch& epoch,
                                  const OpenedChannelFrame& frame, const ChannelPlace& place,
                                  StoredMessage& message, TimePoint now) {
  const Group* group = find_group(channel.owner->group);
  const auto author = attribute(frame, place, epoch.post->attribution);
  const auto alarm = [&](const std::string& what) {
    const std::string id = short_name(message.id.view(), 4);
    const std::string which = message.body.has_alert() ? " (A-" + id + ")" : "";
    warn(WarningView::Kind::unattributed,
         porchlight::say(tr("{0} in the channel \"{1}\", and its audience cannot tell. Look at it "
                            "with porchlight alert list{2}, and take it back with porchlight alert "
                            "clear if it is wrong."),
                         what, channel.name(), which),
         now, channel.id());
  };
  if (!author) {
    message.voice = Voice::unattributed;
    return alarm(tr("Somebody spoke without their name"));
  }
  message.sender = *author;
  if (group == nullptr || *author == me.id()) return;
  if (group->was_out(*author, wire::seq_hour(message.order.seq))) {
    message.voice = Voice::outsider;
    return alarm(porchlight::say(tr("Somebody who was taken out of \"{}\" spoke"), group->name()));
  }
  const auto spoken_under = [&](const auto& known) {
    return made_under(epoch.post->made_under_key, known.second.head.id) == frame.made_under;
  };
  const bool is_known = std::any_of(group->epochs().begin(), group->epochs().end(), spoken_under);
  // Of an epoch that has not come here yet it may be anybody.
  if (group->roster().find(*author) == nullptr && is_known && !group->removed()) {
    message.voice = Voice::outsider;
    alarm(porchlight::say(tr("Somebody who is not in \"{}\" spoke"), group->name()));
  }
}

void Core::State::read_channel_cites(Channel& channel, const Order& order,
                                     std::span<const Cite> cites, TimePoint now) {
  for (const Cite& cite : cites) {
    if (cite.day > relay.today(now) + days_apart_max) continue;
    if (channel.frames.find(cite.frame) != nullptr || is_past_retention(cite.day, now)) continue;
    const ChannelEpoch* epoch = channel.find_epoch(cite.epoch);
    const bool is_held = epoch != nullptr && epoch->days.contains(cite.day);
    const bool is_to_come = epoch == nullptr ? cite.epoch > channel.newest().head.number
                                             : epoch->next && cite.day >= epoch->next_day;
    if (!is_held && !is_to_come) continue;
    FrameLog::Entry entry;
    entry.standing = Standing::expected;
    entry.epoch = cite.epoch;
    entry.day = cite.day;
    channel.frames.put(cite.frame, entry);
    const bool is_here = cite.epoch == order.epoch && cite.day == order.day;
    // It was stored before the frame that cites it, in the same mailbox.
    if (is_here) miss_said(channel, order.epoch, order.day, now);
  }
}

void Core::State::miss_said(Channel& channel, std::uint32_t epoch, std::uint32_t day,
                            TimePoint now) {
  if (is_past_retention(day, now) || relay.may_have_lost(day)) return;
  for (const FrameHash& hash : channel.frames.expected(epoch, day)) {
    FrameLog::Entry entry = *channel.frames.find(hash);
    entry.standing = Standing::missed;
    channel.frames.put(hash, entry);
    warn(WarningView::Kind::missing_message,
         porchlight::say(tr("Something that was said in the channel \"{}\" never came here: the "
                            "relay may be holding it back. Ask what was said."),
                         channel.name()),
         now, channel.id());
  }
}

void Core::State::channel_day_caught_up(Channel& channel, ChannelEpoch& epoch,
                                        std::uint32_t day_number, TimePoint now) {
  epoch.days.at(day_number).caught_up = true;
  miss_said(channel, epoch.head.number, day_number, now);
  if (relay.clocks_checked(now) && day_number + 2 <= relay.sure_day(now)) {
    channel.mark_complete(epoch, day_number);
  }
  flush_channel(channel, now);
}

}  // namespace porchlight::client
