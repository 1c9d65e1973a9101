#include "tests/sim/intruder.hpp"

#include "client/core/group_records.hpp"
#include "client/core/state.pb.h"
#include "proto/wire/body.pb.h"
#include "proto/wire/envelope.hpp"
#include "proto/wire/group.pb.h"
#include "proto/wire/signed.hpp"

namespace porchlight::sim {
namespace {

using client::Chain;
using client::Record;

constexpr std::size_t frame_envelope_bytes = limits::envelope_sizes_bytes[0];

Mail mail(const wire::MailboxAddress& address, Bytes envelope) {
  return {address.id(), std::move(envelope)};
}

/// Clause 12.2.
Bytes place_of(const wire::GroupFrame& frame, const GroupId& group) {
  const auto big_endian = [](std::uint32_t n) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(n >> shift);
    return bytes;
  };
  return to_bytes(as_bytes(group.str() + frame.epoch_id() + big_endian(frame.day()) +
                           frame.sender() + big_endian(frame.counter())));
}

}  // namespace

std::unique_ptr<Intruder> Intruder::enter(const std::vector<Record>& vault, const GroupId& group,
                                          SeededRandom& random) {
  std::unique_ptr<Intruder> intruder(new Intruder(group, random));
  constexpr std::size_t head_bytes = 1 + GroupId::size_bytes;
  for (const Record& record : vault) {
    const ByteView key(record.key);
    if (record.table == client::Table::profile && as_text(key) == "me") {
      client::state::Me me;
      PORCHLIGHT_ASSERT(client::parse(me, record.value.reveal()));
      intruder->identity_.emplace(*SigningSeed::from(as_bytes(me.identity())));
    } else if (record.table == client::Table::groups &&
               as_text(key.subspan(1, GroupId::size_bytes)) == group.str()) {
      const bool loaded = intruder->group_.load(static_cast<char>(key[0]), key.subspan(head_bytes),
                                                record.value.reveal());
      PORCHLIGHT_ASSERT(loaded);
    }
  }
  const client::Group& held = intruder->group_;
  if (!held.is_whole() || held.removed() || held.roster().find(intruder->identity()) == nullptr) {
    return nullptr;
  }
  return intruder;
}

std::optional<std::uint32_t> Intruder::pick_day() const {
  const auto& days = group_.newest().days.days();
  if (days.empty()) return std::nullopt;
  return std::next(days.begin(), static_cast<std::ptrdiff_t>(random_.below(days.size())))->first;
}

// ---- frames -----------------------------------------------------------------------------------

Mail Intruder::make_frame(std::uint32_t day_number, const VerifyKey& sender, std::uint32_t counter,
                          const client::MessageKey& key, std::uint32_t said_day) const {
  const client::Epoch& epoch = group_.newest();
  const client::Day& day = epoch.days.days().at(day_number);
  wire::FrameBody body;
  body.set_group_id(group_.id().str());
  body.set_epoch_id(epoch.head.id.str());
  body.set_day(said_day);
  body.set_counter(counter);
  body.set_body("whatever");
  wire::GroupFrame frame;
  frame.set_epoch_id(epoch.head.id.str());
  frame.set_day(day_number);
  frame.set_sender(sender.str());
  frame.set_counter(counter);
  const Bytes inside = wire::make_signed(wire::label::frame, client::serialise(body), *identity_);
  frame.set_sealed(to_string(aead_seal(key, place_of(frame, group_.id()), inside, random_)));
  return mail(day.address, wire::seal_envelope(seal_key(day.keys.seal), client::serialise(frame),
                                               frame_envelope_bytes)
                               .value());
}

std::optional<Mail> Intruder::forge_frame() {
  const auto day = pick_day();
  if (!day) return std::nullopt;
  const client::Epoch& epoch = group_.newest();
  const VerifyKey& other = epoch.senders.at(random_.below(epoch.senders.size()));
  std::optional<Chain> unused;
  const Chain& chain = *client::Group::find_chain(epoch, epoch.days.days().at(*day), other, unused);
  const auto ahead = static_cast<std::uint32_t>(random_.below(3));
  const auto step = chain.look(chain.next() + ahead);
  if (!step.ok()) return std::nullopt;
  // In its own name it says something of another day; that is no better.
  const std::uint32_t said_day = other == identity() ? *day + 1 : *day;
  return make_frame(*day, other, step->counter, step->key, said_day);
}

std::optional<Mail> Intruder::bring_garbage() {
  const auto day_number = pick_day();
  if (!day_number) return std::nullopt;
  const client::Epoch& epoch = group_.newest();
  const client::Day& day = epoch.days.days().at(*day_number);
  Bytes junk(random_.between(1, 1'500));
  random_.fill(junk);
  if (random_.chance(500)) {
    return mail(day.address,
                wire::seal_envelope(seal_key(day.keys.seal), junk, frame_envelope_bytes).value());
  }
  return mail(epoch.control_address,
              wire::seal_envelope(seal_key(epoch.control.seal), junk).value());
}

std::optional<Mail> Intruder::speak(std::string_view text, std::uint64_t sent_minute,
                                    std::uint64_t skip) {
  const auto day_number = pick_day();
  if (!day_number) return std::nullopt;
  const client::Epoch& epoch = group_.newest();
  const client::Day& day = epoch.days.days().at(*day_number);
  wire::Body body;
  body.set_id(random_.fixed<MessageId>().str());
  body.set_sent_minute(sent_minute);
  body.set_zone("UTC");
  body.set_lifetime_hours(24);
  body.mutable_text()->set_text(std::string(text));
  client::FrameContent content;
  content.body = SecretBytes(as_bytes(body.SerializeAsString()));
  content.cites.push_back({random_.fixed<FrameHash>(), epoch.head.number, *day_number});
  std::optional<Chain> unused;
  const Chain& own = *client::Group::find_chain(epoch, day, identity(), unused);
  Chain ahead(*client::ChainKey::from(own.key().reveal()), own.next(), {});
  for (; skip > 0; --skip) ahead.commit(ahead.look(ahead.next()).value());
  auto sealed = client::seal_frame({group_.id(), epoch.head.id, *day_number}, *identity_, ahead,
                                   seal_key(day.keys.seal), content, random_);
  if (!sealed.ok()) return std::nullopt;
  return mail(day.address, std::move(sealed->envelope));
}

// ---- changes ----------------------------------------------------------------------------------

Mail Intruder::to_control(const Bytes& signed_epoch) const {
  const client::Epoch& epoch = group_.newest();
  wire::ControlMessage message;
  message.set_epoch(to_string(signed_epoch));
  return mail(
      epoch.control_address,
      wire::seal_envelope(seal_key(epoch.control.seal), client::serialise(message)).value());
}

Bytes Intruder::make(const client::Amendment& amendment, std::uint32_t today,
                     std::vector<Mail>& pages, const std::optional<VerifyKey>& left_out) const {
  const client::Epoch& epoch = group_.newest();
  const auto fresh = random_.secret<client::Fresh>();
  const client::Amended after = client::amend(roster(), amendment);
  client::FreshPart part{client::fresh_commit(fresh.reveal()), {}};
  const auto stay = after.roster.entries().first(after.staying);
  std::vector<client::RosterEntry> granted(stay.begin(), stay.end());
  for (client::RosterEntry& entry : granted) {
    if (left_out && entry.identity() == *left_out) entry = *roster().find(identity());
  }
  for (client::Page& page : client::make_grant_pages(fresh, granted, epoch.control)) {
    part.page_hashes.push_back(page.hash);
    pages.push_back(mail(page.address, std::move(page.envelope)));
  }
  return client::make_change(epoch.head, roster(), group_.name(), amendment, std::move(part),
                             std::max(today, epoch.head.day), *identity_, random_)
      .signed_epoch;
}

client::Amendment Intruder::draw_amendment(std::set<VerifyKey>& removed) const {
  client::Amendment amendment;
  const auto entries = roster().entries();
  const client::RosterEntry& entry =
      entries[static_cast<std::size_t>(random_.below(entries.size()))];
  if (entry.identity() == identity() || random_.chance(300)) return amendment;  // new keys alone
  if (entries.size() > 2 && random_.chance(300)) {
    amendment.removals.push_back(entry.identity());
    removed.insert(entry.identity());
  } else {
    amendment.roles.push_back(
        {entry.identity(), entry.role == wire::ROLE_LEAD ? wire::ROLE_MEMBER : wire::ROLE_LEAD});
  }
  return amendment;
}

std::optional<ChangeMail> Intruder::change(std::uint32_t today, std::set<VerifyKey>& removed) {
  if (!leads() || group_.halted() || group_.newest().head.day > today + 1) return std::nullopt;
  std::optional<VerifyKey> left_out;
  const auto drawn = random_.below(roster().size());
  const VerifyKey& other = roster().entries()[static_cast<std::size_t>(drawn)].identity();
  if (other != identity() && random_.chance(400)) {
    left_out = other;
    removed.insert(other);
  }
  ChangeMail change;
  change.head = to_control(make(draw_amendment(removed), today, change.pages, left_out));
  return change;
}

std::optional<ChangeMail> Intruder::forge_change(std::uint32_t today) {
  if (group_.newest().head.day > today + 1) return std::nullopt;
  ChangeMail change;
  std::set<VerifyKey> removed;
  const Bytes good = make(draw_amendment(removed), today, change.pages, std::nullopt);
  wire::EpochBody body;
  PORCHLIGHT_ASSERT(client::parse(body, wire::parse_signed(good).value().body));
  // Who does not lead may not make a good one either.
  const Bytes bytes = client::serialise(leads() ? spoil(std::move(body)) : body);
  change.id = client::epoch_id(bytes);
  change.head = to_control(wire::make_signed(wire::label::epoch, bytes, *identity_));
  return change;
}

wire::EpochBody Intruder::spoil(wire::EpochBody body) const {
  switch (random_.below(7)) {
    case 0:
      body.set_number(body.number() + 1);
      break;
    case 1:
      body.set_prev_id(random_.fixed<EpochId>().str());
      break;
    case 2:
      body.set_roster_hash(random_.fixed<Digest>().str());
      break;
    case 3:
      body.set_day(body.day() + 4);
      break;
    case 4:
      body.clear_page_hashes();
      break;
    case 5:
      body.set_fresh_commit(client::fresh_commit({}).str());
      break;
    default:
      for (const client::RosterEntry& entry : roster().entries()) {
        body.add_ops()->mutable_remove()->set_member(entry.identity().str());
      }
  }
  return body;
}

}  // namespace porchlight::sim
