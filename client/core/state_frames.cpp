// Frames: reading them, sending them, and noticing what is missing (clauses 11.2 and 12).
#include "client/core/attachments.hpp"
#include "client/core/bodies.hpp"
#include "client/core/detention.hpp"
#include "client/core/ending.hpp"
#include "client/core/state.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using Standing = FrameLog::Standing;

/// How far the days of two members can lie apart whose clocks agree with the relay's.
constexpr std::uint32_t days_apart_max = 4;

TimePoint hour_of(std::uint64_t seq) {
  return from_seconds(std::uint64_t{wire::seq_hour(seq)} * 3600);
}

MessageId id_from(const FrameHash& hash) {
  return *MessageId::from(hash.view().first(MessageId::size_bytes));
}

bool is_with_keys(const wire::Body& body) {
  return body.has_channel_keys() || body.has_channel_root() || body.has_audience_list();
}

std::string date_of(std::uint32_t day) {
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{std::int64_t{day}}}};
  const auto two = [](unsigned n) { return (n < 10 ? "-0" : "-") + std::to_string(n); };
  return std::to_string(static_cast<int>(date.year())) + two(static_cast<unsigned>(date.month())) +
         two(static_cast<unsigned>(date.day()));
}

}  // namespace

// ---- reading ----------------------------------------------------------------------------------

void Core::State::deliver_frame(Group& group, Epoch& epoch, std::uint32_t day_number,
                                std::uint64_t seq, ByteView envelope, TimePoint now) {
  Day& day = *epoch.days.find(day_number);
  const auto header = open_frame_envelope(day.keys.seal, envelope);
  if (!header) return;
  if (const FrameLog::Entry* known = group.frames.find(header->hash)) {
    if (known->standing == Standing::sent) {
      own_frame_came_back(group, header->hash, *known, seq, now);
      keep_own_frame(group, epoch, day_number, envelope, now);
    } else if (known->standing == Standing::seen && known->store != relay.store()) {
      frame_moved(group, header->hash, *known, seq);
    }
    if (known->standing == Standing::seen || known->standing == Standing::sent ||
        known->standing == Standing::passed) {
      return;
    }
  }
  if (group.was_out(header->sender, wire::seq_hour(seq))) {
    // Not read, but it is there: whoever had it before they heard of the removal may cite it.
    return group.frames.put(header->hash, {Standing::passed,
                                           epoch.head.number,
                                           day_number,
                                           seq,
                                           header->sender,
                                           header->counter,
                                           {}});
  }
  const Order order{epoch.head.number, day_number, seq};
  const FrameContext context{group.id(), epoch.head.id, day_number};
  std::optional<Chain> unused;
  const Chain* chain = Group::find_chain(epoch, day, header->sender, unused);
  if (chain == nullptr) return;
  auto opened = open_frame(context, *header, *chain);
  if (!opened) {
    const auto accepted = group.frames.at(order.epoch, order.day, header->sender, header->counter);
    if (opened.error().code == Errc::used && accepted && *accepted != header->hash) {
      const bool mine = header->sender == me.id();
      warn(WarningView::Kind::two_versions,
           mine ? porchlight::say(
                      tr("Two different messages in \"{}\" claim to be one and the same by you. If "
                         "another device still uses this vault or a backup of it, use one of the "
                         "two alone."),
                      group.name())
                : porchlight::say(
                      tr("Two different messages in \"{0}\" claim to be one and the same by {1}. "
                         "Ask them whether they restored a backup or use two devices."),
                      group.name(), name_of(group, header->sender)),
           now, group.id());
    }
    return;
  }
  group.commit(epoch, day_number, header->sender, std::move(opened->step));
  const FrameContent& content = opened->content;
  StoredMessage message;
  message.sender = header->sender;
  message.body = read_body(content.body.reveal(), id_from(header->hash), hour_of(seq));
  message.by_lead = group.led(epoch, header->sender);
  if (is_for_leads_to_say(message.body) && !message.by_lead) make_placeholder(message.body);
  if (!may_be_said(message.body, epoch.head.kind)) message.body.clear_kind();
  message.id = *MessageId::from(as_bytes(message.body.id()));
  group.frames.put(header->hash, {Standing::seen, order.epoch, order.day, seq, header->sender,
                                  header->counter, message.id, relay.store()});
  read_cites(group, order, header->sender, content.cites, now);
  if (content.keys_digest && header->sender != me.id()) {
    relay.compare(header->sender, name_of(group, header->sender), content.keys_week,
                  *content.keys_digest, now);
  }
  message.order = order;
  message.store = relay.store();
  message.received = now;
  message.ends = end_of_life(message.body, hour_of(seq));
  const MessageId id = message.id;
  const bool is_mine = header->sender == me.id();  // sent before this vault was restored
  if (is_mine) {
    take_back_frames_of(group, id);
    keep_own_frame(group, epoch, day_number, envelope, now);
  }
  if (!is_for_people(message.body)) return receive_silently(group, message, now);
  const auto notice = notice_of(message.body);
  const bool is_new = messages.add(group.id(), std::move(message));
  if (notice) erase_replaced_notices(messages, group.id(), *notice);
  settle_attachments(*this, group.id(), header->sender, id);
  if (is_new && !is_mine && messages.find(group.id(), header->sender, id) != nullptr) {
    tell(Notice::Kind::message, group.id(), id);
  }
}

/// Between devices.
void Core::State::receive_silently(Group& group, const StoredMessage& message, TimePoint now) {
  if (message.sender == me.id()) message_stored(group.id(), message.id, message.order, now);
  if (message.body.has_card_update()) {
    receive_card(group, message.sender, as_bytes(message.body.card_update().card()), now);
  }
  if (message.body.has_leave()) receive_leave(group, message.sender, message.body.leave(), now);
  receive_channel_body(group, message, now);
}

void Core::State::own_frame_came_back(Group& group, const FrameHash& hash, FrameLog::Entry entry,
                                      std::uint64_t seq, TimePoint now) {
  entry.standing = Standing::seen;
  entry.seq = seq;
  entry.store = relay.store();
  group.frames.put(hash, entry);
  // Its answer was lost, or a second frame was made of it meanwhile: either way it is stored.
  take_back_frames_of(group, entry.message);
  message_stored(group.id(), entry.message, {entry.epoch, entry.day, seq}, now);
}

void Core::State::read_cites(Group& group, const Order& order, const VerifyKey& sender,
                             std::span<const Cite> cites, TimePoint now) {
  for (const Cite& cite : cites) {
    // Nobody has seen a frame of a day that cannot be; it would be expected for ever.
    if (cite.day > relay.today(now) + days_apart_max) continue;
    if (group.frames.find(cite.frame) != nullptr || is_past_retention(cite.day, now)) continue;
    FrameLog::Entry entry;
    entry.standing = Standing::expected;
    entry.epoch = cite.epoch;
    entry.day = cite.day;
    entry.sender = sender;  // who has seen it
    if (cite.epoch == order.epoch && cite.day == order.day && !relay.may_have_lost(cite.day)) {
      // It was stored before the frame that cites it, in the same mailbox.
      miss(group, cite.frame, entry, name_of(group, sender), now);
      continue;
    }
    const bool is_later_epoch = cite.epoch > group.newest().head.number;
    Epoch* epoch = group.find_epoch(cite.epoch);
    const bool is_held = epoch != nullptr && epoch->days.find(cite.day) != nullptr;
    const bool is_later_day =
        epoch != nullptr && epoch->days.next() && cite.day >= epoch->days.next_day();
    // What was before one's own time, or is left behind, is nobody's to expect.
    if (is_later_epoch || is_held || is_later_day) group.frames.put(cite.frame, entry);
  }
}

void Core::State::day_caught_up(Group& group, Epoch& epoch, std::uint32_t day_number,
                                TimePoint now) {
  Day& day = *epoch.days.find(day_number);
  day.caught_up = true;
  for (const FrameHash& hash : group.frames.expected(epoch.head.number, day_number)) {
    const FrameLog::Entry entry = *group.frames.find(hash);
    if (is_past_retention(day_number, now) || relay.may_have_lost(day_number)) continue;
    miss(group, hash, entry, name_of(group, entry.sender), now);
  }
  if (relay.clocks_checked(now) && day_number + 2 <= relay.sure_day(now)) {
    group.mark_complete(epoch, day_number);
  }
  flush(group, now);
}

bool Core::State::is_past_retention(std::uint32_t day, TimePoint now) const {
  // A relay that says it keeps less than two days would have nothing to explain otherwise.
  constexpr std::uint32_t days_min = 2;
  return day + std::max(relay.ordinary_days(), days_min) <= relay.today(now) + 1;
}

void Core::State::miss(Group& group, const FrameHash& frame, FrameLog::Entry entry,
                       const std::string& witness, TimePoint now) {
  entry.standing = Standing::missed;
  group.frames.put(frame, entry);
  warn(WarningView::Kind::missing_message,
       porchlight::say(
           tr("A message of {0} in \"{1}\" that {2} has seen never came here: the relay may be "
              "holding messages back. Ask what was said."),
           date_of(entry.day), group.name(), witness),
       now, group.id());
}

void Core::State::warn_of_unknown_epochs(Group& group, TimePoint now) {
  const auto tell_of = [&](const std::string& witness) {
    warn(WarningView::Kind::unknown_epoch,
         porchlight::say(
             tr("{0} writes in \"{1}\" about a state of the group that is unknown here: the relay "
                "may show two histories. Compare with them who is in the group."),
             witness, group.name()),
         now, group.id());
  };
  if (const auto heard = group.heard()) {
    group.set_heard({});
    compare_history(group, heard->member, heard->number, heard->epoch, now);
    // It may be brought back yet (clause 4.8).
    if (group.heard() && !relay.changes_wait_until(now)) {
      group.set_heard({});
      tell_of(name_of(group, heard->member));
    }
  }
  for (const FrameHash& hash : group.frames.expected_beyond(group.newest().head.number)) {
    FrameLog::Entry entry = *group.frames.find(hash);
    entry.standing = Standing::missed;
    group.frames.put(hash, entry);
    tell_of(name_of(group, entry.sender));
  }
}

// ---- sending ----------------------------------------------------------------------------------

void Core::State::queue(Group& group, wire::Body body, TimePoint now) {
  StoredMessage message;
  message.sender = me.id();
  message.id = *MessageId::from(as_bytes(body.id()));
  message.received = now;
  message.ends = end_of_life(body, std::nullopt);
  message.body = std::move(body);
  const MessageId id = message.id;
  messages.queue(group.id(), std::move(message));
  settle_attachments(*this, group.id(), me.id(), id);
  flush(group, now);
}

void Core::State::flush(Group& group, TimePoint now) {
  if (group.is_mute()) return;
  if (relay.has_leapt(now)) return;  // which day it is will be known soon
  enter_days(group, now);
  Epoch& epoch = group.newest();
  const std::uint32_t day_number = group.sending_day(relay.today(now));
  take_back_frames(group, epoch.head.number, day_number);
  if (!epoch.caught_up || !epoch.days.find(day_number)->caught_up) return;
  if (is_unsure(group, day_number)) return want_new_keys(group, now);
  if (restored.is_on() && group.asking()) {  // a new day has made it sure
    forget_asking(group);
    group.set_asking({});
  }
  for (const StoredMessage* message : messages.queued(group.id())) {
    if (message->in_flight != 0 || waits_for_clock(*message, now)) continue;
    make_frame(group, epoch, day_number, *message, now);
  }
}

void Core::State::make_frame(Group& group, Epoch& epoch, std::uint32_t day_number,
                             const StoredMessage& message, TimePoint now) {
  Day& day = *epoch.days.find(day_number);
  FrameContent content;
  content.body = serialise_secret(message.body);
  content.cites = group.frames.newest();
  content.keys_week = wire::token_week(relay.relay_time(now));
  content.keys_digest = relay.keys_digest(content.keys_week);
  std::optional<Chain> unused;
  const Chain* chain = Group::find_chain(epoch, day, me.id(), unused);
  PORCHLIGHT_ASSERT(chain != nullptr);
  auto sealed = seal_frame({group.id(), epoch.head.id, day_number}, me.identity(), *chain,
                           seal_key(day.keys.seal), content, random);
  PORCHLIGHT_ASSERT(sealed.ok());  // complete_body() let nothing larger pass
  const std::uint32_t counter = sealed->step.counter;
  group.commit(epoch, day_number, me.id(), std::move(sealed->step));
  group.frames.put(sealed->hash, {Standing::sent, epoch.head.number, day_number, 0, me.id(),
                                  counter, message.id});
  OutboxEntry entry;
  entry.item.address = day.address;
  entry.item.envelope = std::move(sealed->envelope);
  entry.purpose = OutboxPurpose::frame;
  entry.group = group.id();
  entry.epoch = epoch.head.number;
  entry.day = day_number;
  entry.message = message.id;
  messages.set_in_flight(group.id(), me.id(), message.id, outbox.add(std::move(entry)));
}

bool Core::State::may_leave(const OutboxEntry& entry) const {
  if (entry.purpose == OutboxPurpose::welcome) return !has_state_pages(entry);
  if (entry.purpose == OutboxPurpose::reply || entry.purpose == OutboxPurpose::channel_frame ||
      entry.purpose == OutboxPurpose::channel_epoch ||
      entry.purpose == OutboxPurpose::channel_page) {
    return may_leave_channel(entry);
  }
  if (entry.purpose != OutboxPurpose::frame && !entry.is_change()) return true;
  const Group* group = find_group(entry.group);
  if (group == nullptr || group->is_still() || !group->newest().caught_up) return false;
  if (entry.purpose == OutboxPurpose::page) return true;
  if (entry.purpose == OutboxPurpose::proposal) {
    // A change whose pages are not there would leave everybody without keys.
    return std::none_of(outbox.entries().begin(), outbox.entries().end(), [&](const auto& other) {
      return other.second.purpose == OutboxPurpose::page && other.second.group == entry.group;
    });
  }
  if (group->is_mute() || has_list_pages(entry)) return false;
  const auto& days = group->newest().days.days();
  const auto day = days.find(entry.day);
  return entry.epoch == group->newest().head.number && day != days.end() && day->second.caught_up;
}

/// What it says where to find is not there yet.
bool Core::State::has_list_pages(const OutboxEntry& frame) const {
  return std::any_of(outbox.entries().begin(), outbox.entries().end(), [&](const auto& other) {
    return other.second.purpose == OutboxPurpose::list_page &&
           other.second.message == frame.message;
  });
}

void Core::State::take_back_frames(const Group& group, std::uint32_t epoch, std::uint32_t day) {
  outbox.erase_if([&](const OutboxEntry& entry) {
    const bool stays = entry.purpose != OutboxPurpose::frame || entry.group != group.id() ||
                       (entry.epoch == epoch && entry.day == day);
    if (!stays) messages.set_in_flight(group.id(), me.id(), entry.message, 0);
    return !stays;
  });
}

void Core::State::take_back_frames_of(const Group& group, const MessageId& message) {
  outbox.erase_if([&](const OutboxEntry& entry) {
    return entry.purpose == OutboxPurpose::frame && entry.group == group.id() &&
           entry.message == message;
  });
}

void Core::State::frame_stored(const OutboxEntry& entry, std::uint64_t seq, TimePoint now) {
  message_stored(entry.group, entry.message, {entry.epoch, entry.day, seq}, now);
}

/// From now on its life is counted as everybody else counts it.
void Core::State::message_stored(const GroupId& group, const MessageId& id, const Order& order,
                                 TimePoint now) {
  const StoredMessage* message = messages.find(group, me.id(), id);
  if (message == nullptr) return;
  if (message->body.has_card_update()) {
    // What is posted here is the newest of then.
    const Bytes card = to_bytes(as_bytes(message->body.card_update().card()));
    if (Group* posted = find_group(group)) receive_card(*posted, me.id(), card, now);
  }
  Group* said_in = find_group(group);
  const Epoch* epoch = said_in == nullptr ? nullptr : said_in->find_epoch(order.epoch);
  const bool by_lead = epoch != nullptr && said_in->led(*epoch, me.id());
  if (is_for_leads_to_say(message->body) && epoch != nullptr && !by_lead) {
    const bool is_of_library = message->body.has_library_item();
    messages.erase(group, me.id(), id);  // nobody else shows them either
    return tell(Notice::Kind::refused, group, {},
                is_of_library
                    ? tr("A text for the library that waited here does not count: its version is "
                         "for leads, and when it left, you did not lead the group any more.")
                    : tr("Rules of conduct that waited here do not count: when they left, you did "
                         "not lead the group any more. Those from before stand."));
  }
  if (by_lead) messages.set_by_lead(group, me.id(), id);
  const TimePoint ends = end_of_life(message->body, hour_of(order.seq));
  const bool for_people = is_for_people(message->body);
  const auto notice = notice_of(message->body);
  const bool with_keys = is_with_keys(message->body);
  if (messages.set_stored(group, me.id(), id, order, relay.store(), ends) && for_people) {
    tell(Notice::Kind::stored, group, id);
  }
  // Keys are not kept in what was said.
  if (with_keys) messages.erase(group, me.id(), id);
  if (notice) erase_replaced_notices(messages, group, *notice);
  // It may have waited here for longer than it lives.
  if (relay.clocks_checked(now)) erase_ended(*this, relay.sure_time(now));
}

}  // namespace porchlight::client
