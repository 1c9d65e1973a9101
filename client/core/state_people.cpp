// What comes to the inbox (clause 8.3), and the requests by our invites (clause 9.4).
#include "client/core/short_name.hpp"
#include "client/core/state.hpp"
#include "client/core/text.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/wire/envelope.hpp"

namespace porchlight::client {

std::optional<wire::InboxMessage> open_inbox(const SealSeed& seed, ByteView envelope) {
  auto payload = unseal(seed, envelope);
  wire::InboxMessage message;
  if (!payload || !unpad(*payload) || !parse(message, payload->reveal())) return std::nullopt;
  return message;
}

void Core::State::deliver_inbox(std::uint64_t seq, ByteView envelope, TimePoint now) {
  for (const HeldCard& card : me.cards()) {
    const auto message = open_inbox(card.keys.seal, envelope);
    if (!message) continue;
    if (message->has_join()) receive_request(message->join(), seq, now);
    if (message->kind_case() == wire::InboxMessage::kCatchUp) {
      receive_catch_up(wire::envelope_hash(envelope), as_bytes(message->catch_up()), now);
    }
    if (message->kind_case() == wire::InboxMessage::kCardNotice) {
      receive_card_notice(as_bytes(message->card_notice()), now);
    }
    return;
  }
  if (open_channel_inbox(envelope, now)) return;
  for (auto& [parcel, join] : people.joins) {
    if (!join.is_asking()) continue;
    auto message = open_inbox(join.one_time, envelope);
    if (!message) continue;
    if (message->kind_case() == wire::InboxMessage::kWelcome) {
      receive_welcome(parcel, join, seq, as_bytes(message->welcome()), now);
      wipe_text(*message->mutable_welcome());
    }
    return;
  }
  for (auto& [id, group] : groups) {
    if (!group.asking()) continue;
    auto message = open_inbox(group.asking()->one_time, envelope);
    if (!message) continue;
    if (message->kind_case() == wire::InboxMessage::kWelcome) {
      receive_refresh(group, seq, as_bytes(message->welcome()), now);
      wipe_text(*message->mutable_welcome());
    }
    return;
  }
}

void Core::State::receive_request(const wire::JoinDelivery& delivery, std::uint64_t seq,
                                  TimePoint now) {
  auto request = verify_join_request(as_bytes(delivery.request()));
  if (!request || request->inviter != me.id()) return;
  const auto found = people.invites.find(request->invite);
  if (found == people.invites.end() || found->second.group != request->group) return;
  Invite& invite = found->second;
  const wire::InviteKeys keys = invite.keys();
  const JoinMac mac = join_mac(keys.join, request->bytes);
  if (!equal_constant_time(mac.reveal(), as_bytes(delivery.mac()))) return;
  // From here on it was somebody who had the link.
  const Group* group = find_group(invite.group);
  if (group == nullptr || invite.was_asked_by(request->hash)) return;
  if (const RosterEntry* member = group->roster().find(request->identity())) {
    if (member->request.hash != request->hash) refuse_second_entry(invite, *group, *request);
    return;
  }
  if (invite.is_used_up()) return warn_of_reuse(invite, *group, request->name, now);
  const auto hour_stored = std::uint64_t{wire::seq_hour(seq)} * 3600;
  const bool holds =
      invite.standing == Invite::Standing::open || invite.standing == Invite::Standing::lapsed;
  if (!holds || from_seconds(hour_stored) > invite.expires) {
    tell(Notice::Kind::warning, group->id(), {},
         porchlight::say(
             tr("{0} asked to join \"{1}\" with the invite for {2}, which is over. Make them a new "
                "one if they should be in."),
             request->name, group->name(), invite.to));
    return;
  }
  // How many wait is bounded by what one's own invites are for: nobody's link crowds out another's.
  const bool approved = approves_by_itself(invite, *group);
  invite.asked.push_back(request->hash);
  invite.auto_approved += approved;
  if (invite.is_used_up()) {
    invite.standing = Invite::Standing::requested;
    invite.erase_up_to = wire::first_seq_of_hour(wire::seq_hour(seq) + 48);
  }
  people.save(invite);
  const RequestHash hash = request->hash;
  const auto& pending = people.requests
                            .emplace(hash, PendingRequest{std::move(request).value(),
                                                          to_the_minute(now), approved, approved})
                            .first->second;
  people.save(pending);
  // With the next tick, together with whoever else asks until then.
  if (approved) return;
  tell(Notice::Kind::join_requested, group->id(), {},
       short_name(hash.view(), request_name_chars()));
}

/// Who is in already could follow no change that adds them: said once for each that they send.
void Core::State::refuse_second_entry(Invite& invite, const Group& group,
                                      const JoinRequest& request) {
  if (invite.is_used_up()) return;
  invite.asked.push_back(request.hash);
  people.save(invite);
  tell(Notice::Kind::warning, group.id(), {},
       porchlight::say(
           tr("{0} is in \"{1}\" already, and asks to be let in anew: their device could not "
              "follow, or somebody has a copy of it. Ask them; then take them out with porchlight "
              "member remove, and make them a new invite."),
           group.roster().display_name(request.identity()), group.name()));
}

void Core::State::warn_of_reuse(const Invite& invite, const Group& group, const std::string& name,
                                TimePoint now) {
  const bool event = invite.kind() == wire::InviteKind::event;
  warn(WarningView::Kind::invite_reused,
       event ? porchlight::say(
                   tr("More people asked to join \"{0}\" with the invite for {1} than the {2} it "
                      "is for, and are not shown: somebody may have asked more than once, or "
                      "passed the link on. Compare safety words with those whom you do not know."),
                   group.name(), invite.to, invite.uses)
             : porchlight::say(
                   tr("{0} asked to join \"{1}\" with the invite for {2}, which somebody had used "
                      "already: the link was seen by two. Compare safety words before you approve "
                      "either of them."),
                   name, group.name(), invite.to),
       now, group.id());
}

std::size_t Core::State::request_name_chars() const {
  std::vector<RequestHash> hashes;
  for (const auto& [hash, pending] : people.requests) hashes.push_back(hash);
  for (const auto& [hash, pending] : people.catch_ups) hashes.push_back(hash);
  return unique_length<RequestHash>(hashes);
}

// ---- what a person decides ----------------------------------------------------------------------

Result<RequestHash> Core::State::find_request(std::string_view typed) const {
  std::vector<RequestHash> found;
  const auto look = [&](const auto& map) {
    for (const auto& [hash, pending] : map) {
      if (matches_short_name(hash.view(), typed)) found.push_back(hash);
    }
  };
  look(people.requests);
  look(people.catch_ups);
  if (found.size() == 1) return found[0];
  if (!found.empty()) {
    return Error{Errc::usage, porchlight::say(tr("more than one request begins with {}"), typed)};
  }
  return Error{
      Errc::not_found,
      porchlight::say(tr("there is no request {}: see which ones wait with: porchlight requests"),
                      typed)};
}

/// The group that the request is about.
const GroupId& Core::State::group_of(const RequestHash& hash) const {
  const auto joining = people.requests.find(hash);
  return joining != people.requests.end() ? joining->second.request.group
                                          : people.catch_ups.at(hash).asked.group;
}

Status Core::State::approve(std::span<const std::string> ids, TimePoint now) {
  std::vector<RequestHash> hashes;
  for (const std::string& id : ids) {
    TRY(const RequestHash hash, find_request(id));
    const Channel* channel = find_channel(group_of(hash));
    if (channel != nullptr) {
      TRY(const Channel* led, led_channel(channel->id(), tr("give keys to its audience")));
      (void)led;
      hashes.push_back(hash);
      continue;
    }
    const Group* group = find_group(group_of(hash));
    if (group == nullptr || !group->roster().is_lead(me.id())) {
      return Error{Errc::not_permitted, tr("only a lead of the group can let people in")};
    }
    if (group->halted()) return update_needed(tr("the group"));
    hashes.push_back(hash);
  }
  CHECK(check_places(hashes));
  const auto agree = [&](auto& map, const RequestHash& hash) {
    const auto found = map.find(hash);
    if (found == map.end() || found->second.approved) return;
    found->second.approved = true;
    people.save(found->second);
  };
  for (const RequestHash& hash : hashes) {
    const auto asked = people.catch_ups.find(hash);
    if (asked != people.catch_ups.end() && find_channel(asked->second.asked.group) != nullptr) {
      give_channel_keys(asked->second, now);
      people.erase_request(hash);
      continue;
    }
    agree(people.requests, hash);
    agree(people.catch_ups, hash);
  }
  for (auto& [id, group] : groups) propose(group, now);
  return Ok{};
}

Status Core::State::deny(std::string_view id) {
  TRY(const RequestHash hash, find_request(id));
  const auto joining = people.requests.find(hash);
  const bool approved = joining != people.requests.end() ? joining->second.approved
                                                         : people.catch_ups.at(hash).approved;
  if (approved) {
    return Error{Errc::conflict, tr("this request was approved: they are being let in")};
  }
  people.erase_request(hash);
  return Ok{};
}

Status Core::State::check_lifetime(const InviteOrder& order) {
  if (order.lifetime < std::chrono::minutes(1) || order.lifetime > limits::invite_lifetime_max) {
    return Error{Errc::usage, tr("an invite is valid for a minute at least and 7 days at most")};
  }
  return Ok{};
}

Result<wire::Link> Core::State::create_invite(const InviteOrder& order, TimePoint now) {
  if (order.role == wire::ROLE_AUDIENCE) return create_audience_invite(order, now);
  const Group* group = find_group(order.group);
  if (group == nullptr) return Error{Errc::not_found, tr("there is no such group")};
  if (group->halted()) return update_needed(tr("the group"));
  if (!group->roster().is_lead(me.id())) {
    return Error{Errc::not_permitted, tr("only a lead of the group can invite")};
  }
  if (order.role != wire::ROLE_MEMBER && order.role != wire::ROLE_LEAD) {
    return Error{Errc::usage, tr("people are invited as a member or as a lead")};
  }
  CHECK(check_lifetime(order));
  CHECK(check_name(order.to, tr("whom the invite is for")));
  CHECK(check_event(order));
  TRY(const Card card, verify_card(me.card()));
  Invite invite;
  invite.id = random.fixed<InviteId>();
  invite.seed = random.secret<wire::InviteSeed>();
  invite.group = order.group;
  invite.to = order.to;
  invite.role = order.role;
  invite.expires = to_the_minute(relay.relay_time(now) + order.lifetime);
  invite.uses = order.uses;
  invite.auto_approve = order.auto_approve;
  GroupOffer offer{card,
                   invite.id,
                   order.group,
                   group->name(),
                   group->roster().find(me.id())->request.name,
                   order.role,
                   invite.expires,
                   {}};
  wire::Link link{me.relay(), *wire::InviteSeed::from(invite.seed.reveal()), {}};
  CHECK(supply(invite, {offer.supplies, offer.bundles, me.id()}, link, now));
  const wire::InviteKeys keys = invite.keys();
  OutboxEntry entry;
  entry.item.address = keys.address();
  entry.item.envelope = make_group_parcel(offer, me.card(), me.identity(), keys);
  entry.purpose = OutboxPurpose::parcel;
  entry.group = order.group;
  entry.invite = invite.id;
  outbox.add(std::move(entry));
  people.save(invite);
  people.invites.emplace(invite.id, std::move(invite));
  return link;
}

Error Core::State::explain_no_tokens(Error error, TimePoint now) const {
  const auto next = enrolment.next_tokens_at();
  error.what = porchlight::say(
      !next          ? tr("{}; they come once this device has enrolled, some hours after joining")
      : *next <= now ? tr("{}; new ones come with the next sync")
                     : tr("{}; new ones come within a day, when this device is online"),
      error.what);
  return error;
}

}  // namespace porchlight::client
