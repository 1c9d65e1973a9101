// Letting people in, and being let in: Welcomes and the state they lead into (clause 10.6), for who
// is new and for who could not follow (clause 10.10).
#include "client/core/state.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {
namespace {

/// How far a group's day may lie after the day on which its welcome was stored: enough for clocks
/// that were set right in between. Beyond it nobody would ever be met.
constexpr std::uint32_t welcome_days_ahead_max = 7;
/// Every Welcome looks alike.
constexpr std::size_t welcome_envelope_bytes = limits::envelope_sizes_bytes[0];

bool contains(const std::vector<VerifyKey>& keys, const VerifyKey& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

OutboxEntry make_entry(OutboxPurpose purpose, const EpochHead& head,
                       const wire::MailboxAddress& address, Bytes envelope) {
  OutboxEntry entry;
  entry.item.address = address;
  entry.item.envelope = std::move(envelope);
  entry.purpose = purpose;
  entry.group = head.group;
  entry.epoch = head.number;
  return entry;
}

Error other_kind() { return {Errc::not_authentic, "a welcome makes another kind of group of it"}; }

Bytes seal_welcome(const SealKey& one_time, const SecretBytes& signed_welcome) {
  wire::InboxMessage message;
  message.set_welcome(to_string(signed_welcome.reveal()));
  const SecretBytes payload = serialise_secret(message);
  wipe_text(*message.mutable_welcome());
  auto envelope = wire::seal_envelope(one_time, payload.reveal(), welcome_envelope_bytes);
  PORCHLIGHT_ASSERT(envelope.ok());  // keys, and the hashes of limits::state_pages_max
  return std::move(envelope).value();
}

}  // namespace

// ---- who lets others in -------------------------------------------------------------------------

/// Built before the epoch's keys move on: pages first, and a Welcome for each of our requests that
/// `change` adds or refreshes. None where it is another's change.
std::vector<OutboxEntry> Core::State::make_welcomes(const Change& change, const Bytes& signed_epoch,
                                                    const EpochKeys& keys, TimePoint now) {
  struct Entrant {
    const Card* card;
    const SealKey* one_time;
    std::optional<wire::Token> enroll = {};
  };
  std::vector<Entrant> entrants;
  if (change.author != me.id()) return {};
  for (const VerifyKey& added : change.added) {
    const JoinRequest& request = change.roster.find(added)->request;
    if (people.requests.contains(request.hash)) {
      entrants.push_back({&request.card, &request.one_time_key, take_enroll(request.invite, now)});
    }
  }
  for (const auto& [hash, pending] : people.catch_ups) {
    if (pending.approved && pending.asked.group == change.head.group &&
        contains(change.refreshed, pending.asked.identity())) {
      entrants.push_back({&pending.asked.card, &pending.asked.one_time_key});
    }
  }
  std::vector<OutboxEntry> entries;
  if (entrants.empty()) return entries;
  std::vector<Page> pages = make_state_pages(signed_epoch, change.roster, keys.control);
  for (Page& page : pages) {
    const auto number = static_cast<std::uint32_t>(entries.size());
    entries.push_back(
        make_entry(OutboxPurpose::state_page, change.head, page.address, std::move(page.envelope)));
    entries.back().page = number;
  }
  for (const Entrant& entrant : entrants) {
    const SecretBytes welcome =
        make_welcome(change.head.day, keys, pages, entrant.enroll, me.identity());
    entries.push_back(make_entry(OutboxPurpose::welcome, change.head, entrant.card->inbox,
                                 seal_welcome(*entrant.one_time, welcome)));
  }
  return entries;
}

/// One that is good yet: of those set aside for the event, or else of one's own. None for who came
/// by another invite: theirs lay in its parcel.
std::optional<wire::Token> Core::State::take_enroll(const InviteId& invite, TimePoint now) {
  const auto found = people.invites.find(invite);
  if (found == people.invites.end() || found->second.kind() != wire::InviteKind::event) {
    return std::nullopt;
  }
  std::vector<wire::Token>& set_aside = found->second.enrolls;
  std::optional<wire::Token> token;
  while (!token && !set_aside.empty()) {
    if (is_taken(set_aside.back(), relay.relay_time(now))) token = set_aside.back();
    set_aside.pop_back();
  }
  people.save(found->second);
  if (!token) token = wallet.take_enroll(wire::TOKEN_KIND_ENROLL_MEMBER, relay.relay_time(now));
  return token;
}

/// Pages of the state that this Welcome leads into, which are not stored yet.
bool Core::State::has_state_pages(const OutboxEntry& welcome) const {
  return std::any_of(outbox.entries().begin(), outbox.entries().end(), [&](const auto& other) {
    const OutboxEntry& entry = other.second;
    return entry.purpose == OutboxPurpose::state_page && entry.group == welcome.group &&
           entry.epoch == welcome.epoch;
  });
}

/// Into epochs whose keys are gone.
void Core::State::forget_old_welcomes() {
  outbox.erase_if([&](const OutboxEntry& entry) {
    if (entry.purpose != OutboxPurpose::welcome && entry.purpose != OutboxPurpose::state_page) {
      return false;
    }
    const Group* group = find_group(entry.group);
    return group == nullptr || !group->epochs().contains(entry.epoch);
  });
}

// ---- who is let in ------------------------------------------------------------------------------

void Core::State::refuse_welcome(const Error& why, TimePoint now) {
  const bool newer = why.code == Errc::update_needed;
  warn(newer ? WarningView::Kind::update_needed : WarningView::Kind::foreign_epoch,
       newer
           ? why.what
           : tr("A welcome to a group came that does not hold. It was not followed; ask the person "
                "who sent it."),
       now);
}

/// None where that very Welcome is `known`, or it does not hold.
std::optional<Arrival> Core::State::begin_arrival(std::span<const Arrival> known,
                                                  ByteView signed_welcome,
                                                  std::span<const VerifyKey> authors,
                                                  std::uint64_t seq, TimePoint now) {
  const bool is_known = std::any_of(known.begin(), known.end(), [&](const Arrival& other) {
    return equal_constant_time(other.signed_welcome().reveal(), signed_welcome);
  });
  if (is_known) return std::nullopt;
  auto welcome = open_welcome(signed_welcome, authors);
  if (welcome && welcome->day > wire::seq_hour(seq) / 24 + welcome_days_ahead_max) {
    welcome = Error{Errc::not_authentic, "a welcome is to a day that cannot be"};
  }
  if (!welcome) {
    refuse_welcome(welcome.error(), now);
    return std::nullopt;
  }
  return Arrival(std::move(welcome).value(), SecretBytes(signed_welcome), seq);
}

void Core::State::receive_welcome(const MailboxId& parcel, Join& join, std::uint64_t seq,
                                  ByteView signed_welcome, TimePoint now) {
  const std::span<const Arrival> known(join.arrival ? &*join.arrival : nullptr,
                                       join.arrival ? 1 : 0);
  auto arrival =
      begin_arrival(known, signed_welcome, std::span(&join.request->inviter, 1), seq, now);
  if (!arrival) return;
  join.arrival = std::move(arrival);
  people.save(parcel, join);
}

void Core::State::receive_refresh(Group& group, std::uint64_t seq, ByteView signed_welcome,
                                  TimePoint now) {
  auto arrival = begin_arrival(group.arrivals(), signed_welcome, group.asking()->leads, seq, now);
  if (arrival) group.put_arrival(*std::move(arrival));
}

void Core::State::deliver_state_page(const MailboxId& mailbox, ByteView envelope, TimePoint now) {
  std::vector<MailboxId> whole;
  for (auto& [parcel, join] : people.joins) {
    if (!join.arrival || !join.arrival->reads(mailbox)) continue;
    join.arrival->deliver(mailbox, envelope);
    if (join.arrival->is_whole()) whole.push_back(parcel);
  }
  for (const MailboxId& parcel : whole) {
    if (people.joins.contains(parcel)) enter(parcel, people.joins.at(parcel), now);
  }
  for (auto& [id, group] : groups) {
    Arrival* whole_one = nullptr;
    for (Arrival& arrival : group.arrivals()) {
      if (!arrival.reads(mailbox)) continue;
      arrival.deliver(mailbox, envelope);
      if (arrival.is_whole()) whole_one = &arrival;
    }
    if (whole_one != nullptr) go_on(group, *whole_one, now);
  }
}

void Core::State::state_page_caught_up(const MailboxId& mailbox, TimePoint now) {
  const auto tell_lack = [&](const std::string& name, const GroupId& group) {
    warnings.stands(
        WarningView::Kind::left_behind,
        porchlight::say(
            tr("You were let into {}, but its list of members did not come whole: the relay may be "
               "holding it back. It is asked for again with each connection. If this stays, ask a "
               "lead to take you out and to invite you anew."),
            name),
        now, group);
  };
  if (relay.changes_wait_until(now)) return;  // whoever holds it may bring it back yet
  for (const auto& [parcel, join] : people.joins) {
    if (join.arrival && join.arrival->lacks(mailbox)) tell_lack(tr("a group"), join.request->group);
  }
  for (const auto& [id, group] : groups) {
    for (const Arrival& arrival : group.arrivals()) {
      if (arrival.lacks(mailbox)) tell_lack('"' + group.name() + '"', id);
    }
  }
}

/// The state of the group that `join` asked to be let into is there. `join` is gone where it holds.
void Core::State::enter(const MailboxId& parcel, Join& join, TimePoint now) {
  auto change = verify_welcome(join.arrival->welcome(), join.arrival->state(), *join.request);
  if (!change) refuse_welcome(change.error(), now);
  // An update can read it: the pages come again.
  if (!change && change.error().code == Errc::update_needed) return;
  Arrival arrival = *std::exchange(join.arrival, std::nullopt);
  people.save(parcel, join);
  if (!change) return;
  const GroupId id = change->head.group;
  if (Group* known = find_group(id)) {
    if (known->newest().head.kind != change->head.kind) return refuse_welcome(other_kind(), now);
    // Only a state beyond the one that is held; this member has asked for it.
    if (!known->removed() && change->head.number <= known->newest().head.number) return;
    take_back_frames(*known, UINT32_MAX, 0);
    forget_proposal(*known);
    forget_asking(*known);
    for (const MailboxId& mailbox : known->clear()) cursors.erase(mailbox);
    halted_at.erase(id);
  }
  settle_warnings(id);
  if (const auto& enroll = arrival.welcome().enroll; enroll && is_enroll_token(*enroll)) {
    enrolment.add_token(*enroll, now);
  }
  Group& group = groups.try_emplace(id, journal, id).first->second;
  group.begin(*change, arrival.take_keys());
  if (!group.roster().is_lead(me.id())) take_events_back(group, now);
  enter_days(group, now);
  std::vector<MailboxId> answered;
  for (const auto& [other, asking] : people.joins) {
    // Who was invited to it twice asks nobody any more.
    if (asking.is_asking() && asking.request->group == id) answered.push_back(other);
  }
  for (const MailboxId& done : answered) {
    people.erase_join(done);
    cursors.erase(done);
  }
  tell(Notice::Kind::group_joined, id, {}, group.name());
}

/// The state that this member asked for anew is there.
void Core::State::go_on(Group& group, Arrival& arrival, TimePoint now) {
  const RosterEntry* mine = group.roster().find(me.id());
  if (mine == nullptr) return;
  auto change = verify_refresh(arrival.welcome(), arrival.state(), mine->request);
  if (change && change->head.kind != group.newest().head.kind) change = other_kind();
  if (!change) refuse_welcome(change.error(), now);
  if (!change && change.error().code == Errc::update_needed) return;
  const VerifyKey author = arrival.welcome().author;
  EpochKeys keys = arrival.take_keys();
  group.drop_arrival(author);
  if (!change || change->head.number <= group.newest().head.number) return;
  forget_proposal(group);
  group.resume(*change, std::move(keys), relay.today(now));
  follow_on(group, *change, now);
  settle_wishes(group, *change);
  settle_contests(group, *change, now);
  tell(Notice::Kind::caught_up, group.id(), {}, group.name());
}

/// What every new state of a group brings with it.
void Core::State::follow_on(Group& group, const Change& change, TimePoint now) {
  if (!group.roster().is_lead(me.id())) take_events_back(group, now);
  enter_days(group, now);
  halted_at.erase(group.id());
  settle_warnings(group.id());
  forget_proposal(group);
  forget_asking(group);
  take_back_frames(group, change.head.number, change.head.day);
  for (const VerifyKey& member : change.refreshed) settle_catch_up(group.id(), member);
  for (const RosterEntry& removed : change.removed) settle_catch_up(group.id(), removed.identity());
}

}  // namespace porchlight::client
