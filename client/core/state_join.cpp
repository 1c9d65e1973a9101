// Following an invite, from the link to the request (clause 9).
#include "client/core/state.hpp"
#include "client/core/text.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {

Status Core::State::follow(const wire::Link& link, TimePoint now) {
  if (link.relay.identity != me.relay().identity) {
    return Error{
        Errc::wrong_identity,
        tr("this invite is for another relay than this vault's: follow it with a vault of its "
           "own (--vault)")};
  }
  const wire::InviteKeys keys(link.seed, link.kind());
  for (const auto& [id, invite] : people.invites) {
    if (invite.address() == keys.address()) {
      return Error{Errc::usage,
                   porchlight::say(tr("this is an invite of your own: give it to {}"), invite.to)};
    }
  }
  const MailboxId parcel = keys.address().id();
  const auto known = people.joins.find(parcel);
  if (known != people.joins.end() && !known->second.accepted &&
      known->second.event_inviter != link.inviter) {
    // Another link to the same mailbox, with another inviter: one of them is forged.
    people.erase_join(parcel);
    cursors.erase(parcel);
  } else if (known != people.joins.end()) {
    if (known->second.accepted) return Error{Errc::used, tr("this invite was followed already")};
    // Perhaps it is at the relay by now.
    known->second.refused.reset();
    people.save(parcel, known->second);
    if (!link.inviter) wallet.add(link.session, Wallet::Purpose::parcel, 0);
    return Ok{};
  }
  // One at a time: what was followed before and not taken up is let go.
  if (Join* before = people.in_hand(); before != nullptr && !before->accepted) {
    const MailboxId other = before->parcel_id();
    people.erase_join(other);
    cursors.erase(other);
  }
  const Join* newest = people.in_hand();
  Join join;
  join.seed = *wire::InviteSeed::from(link.seed.reveal());
  join.event_inviter = link.inviter;
  join.followed = std::max(wire::unix_minute(now), newest == nullptr ? 0 : newest->followed + 1);
  people.save(parcel, join);
  people.joins.emplace(parcel, std::move(join));
  if (!link.inviter) wallet.add(link.session, Wallet::Purpose::parcel, 0);
  return Ok{};
}

void Core::State::deliver_parcel(const MailboxId& mailbox, ByteView envelope, TimePoint now) {
  Join& join = people.joins.at(mailbox);
  if (join.offer || join.accepted) return;
  // By the relay's clock, which both sides know; their own may be hours apart.
  auto offer = join.open(envelope, me.relay().identity, relay.relay_time(now));
  if (!offer) {
    join.refused = offer.error();
  } else {
    join.offer = std::move(offer).value();
    join.parcel = to_bytes(envelope);
    join.refused.reset();
    tell(Notice::Kind::offer_arrived);
  }
  people.save(mailbox, join);
}

void Core::State::parcel_caught_up(const MailboxId& mailbox) {
  Join& join = people.joins.at(mailbox);
  if (join.offer || join.refused || join.accepted) return;
  join.refused =
      Error{Errc::not_found,
            tr("there is nothing behind this invite: it was taken back or used, it has "
               "expired, or it is not at the relay yet; ask the person who gave it to you")};
  people.save(mailbox, join);
}

Result<std::optional<SafetyWords>> Core::State::accept_offer(std::string_view name, TimePoint now) {
  Join* join = people.in_hand();
  if (join == nullptr || join->accepted || !join->offer) {
    return Error{Errc::not_found, tr("there is no invite in hand that could be taken up")};
  }
  if (expires(*join->offer) <= relay.relay_time(now)) {
    return Error{Errc::expired, tr("this invite has expired: ask for a new one")};
  }
  const MailboxId parcel = join->parcel_id();
  if (!name.empty()) CHECK(remember_name(name));
  if (const auto* group_offer = std::get_if<GroupOffer>(&*join->offer)) {
    return take_group_offer(parcel, *join, *group_offer, name, now);
  }
  if (const auto* channel_offer = std::get_if<ChannelOffer>(&*join->offer)) {
    return take_channel_offer(parcel, *join, *channel_offer, name, now);
  }
  take_tokens_alone(parcel, client::supplies(*join->offer), now);
  return std::optional<SafetyWords>{};
}

void Core::State::take_tokens_alone(const MailboxId& parcel, wire::Supplies supplies,
                                    TimePoint now) {
  for (const wire::Token& token : supplies.session()) {
    wallet.add(token, Wallet::Purpose::general, 0);
  }
  take_enrol_tokens(supplies, now);
  people.erase_join(parcel);
  cursors.erase(parcel);
}

Status Core::State::remember_name(std::string_view name) {
  CHECK(check_name(name, tr("your name")));
  me.set_name(name);
  me.save(journal);
  return Ok{};
}

void Core::State::take_enrol_tokens(const wire::Supplies& supplies, TimePoint now) {
  enrolment.add_token(supplies.enroll(), now);
  for (const wire::Token& token : supplies.enroll_stock()) {
    wallet.add(token, Wallet::Purpose::general, 0);
  }
}

Result<std::optional<SafetyWords>> Core::State::take_group_offer(const MailboxId& parcel,
                                                                 Join& join,
                                                                 const GroupOffer& offer,
                                                                 std::string_view name,
                                                                 TimePoint now) {
  CHECK(check_name(name, tr("your name")));
  const Group* known = find_group(offer.group);
  if (known != nullptr && !may_come_back(*known, now)) {
    if (enrolment.wants_token() && !join.event_inviter) {
      take_tokens_alone(parcel, offer.supplies, now);
      return std::optional<SafetyWords>{};
    }
    return Error{Errc::conflict,
                 porchlight::say(tr("you are in \"{}\" already"), offer.group_name)};
  }
  if (offer.inviter.identity == me.id()) {
    return Error{Errc::usage, tr("this is an invite of your own: give it to somebody else")};
  }
  if (join.event_inviter) {
    TRY(join.bundles, draw_bundles(offer.bundles, now));
  }
  auto one_time = random.secret<SealSeed>();
  const Bytes request = make_join_request({offer.group, offer.inviter.identity, offer.invite,
                                           seal_key(one_time), me.card(), std::string(name)},
                                          me.identity(), random);
  const wire::InviteKeys keys = join.keys();
  wire::InboxMessage message;
  message.mutable_join()->set_request(to_string(request));
  message.mutable_join()->set_mac(to_string(join_mac(keys.join, request).reveal()));
  TRY(Bytes envelope, wire::seal_envelope(offer.inviter.seal_key, serialise(message)));
  TRY(JoinRequest verified, verify_join_request(request));

  OutboxEntry entry;
  entry.item.address = offer.inviter.inbox;
  entry.item.envelope = std::move(envelope);
  entry.lane = Lane::join;
  entry.purpose = OutboxPurpose::join;
  entry.group = offer.group;
  entry.invite = offer.invite;
  outbox.add(std::move(entry));
  if (join.event_inviter) {
    try_bundle(join);
  } else {
    take_supplies(offer.supplies, now);
  }
  const SafetyWords words = client::safety_words(me.id(), offer.inviter.identity, verified.hash);
  join.request = std::move(verified);
  join.one_time = std::move(one_time);
  join.accepted = true;
  // It is forgotten long after this. The clock may have been wrong when the link was followed.
  join.followed = wire::unix_minute(relay.relay_time(now));
  join.refused.reset();
  people.save(parcel, join);
  return std::optional(words);
}

void Core::State::take_supplies(const wire::Supplies& supplies, TimePoint now) {
  wallet.add(supplies.session(0), Wallet::Purpose::join, 0);
  for (int i = 1; i < supplies.session_size(); ++i) {
    wallet.add(supplies.session(i), Wallet::Purpose::general, 0);
  }
  take_enrol_tokens(supplies, now);
}

/// Taken out, without the keys of the newest change, or away for longer than changes are kept: a
/// group whose keys were never renewed in all that time has gone on without this member.
bool Core::State::may_come_back(const Group& group, TimePoint now) const {
  return group.removed() || group.awaited ||
         group.newest().fresh_day + limits::long_days < relay.today(now);
}

Result<GroupId> Core::State::create_group(std::string_view name, std::string_view my_name,
                                          TimePoint now, GroupKind kind) {
  CHECK(check_name(name, tr("the group's name")));
  CHECK(check_name(my_name, tr("your name")));
  for (const auto& [other_id, other] : groups) {
    if (other.name() == name && !other.removed()) {
      return Error{Errc::conflict, tr("you are in a group of this name already")};
    }
  }
  CHECK(remember_name(my_name));
  const auto id = random.fixed<GroupId>();
  // Nobody will send the founder a Welcome: the key's secret half is thrown away.
  const SealKey one_time = seal_key(random.secret<SealSeed>());
  const Bytes request = make_join_request(
      {id, me.id(), random.fixed<InviteId>(), one_time, me.card(), std::string(my_name)},
      me.identity(), random);
  TRY(JoinRequest founder, verify_join_request(request));
  const MadeChange made =
      found_group(id, name, std::move(founder), relay.today(now), me.identity(), random, kind);
  Group& group = groups.try_emplace(id, journal, id).first->second;
  group.begin(made.change, derive_epoch(random.secret<Carry>(), {}, made.change.head.id));
  enter_days(group, now);
  return id;
}

std::string Core::my_name() const { return state_->me.name(); }

}  // namespace porchlight::client
