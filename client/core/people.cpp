#include "client/core/people.hpp"

#include "client/core/state.pb.h"
#include "proto/base/translate.hpp"

namespace porchlight::client {

constexpr std::size_t seen_catch_ups_max = 1'024;

Result<ParcelOffer> Join::open(ByteView envelope, const RelayIdentity& relay, TimePoint now) const {
  TRY(ParcelOffer opened, open_parcel(envelope, keys(), relay, now));
  const auto* group = std::get_if<GroupOffer>(&opened);
  const auto* channel = std::get_if<ChannelOffer>(&opened);
  const bool by_inviter = (group != nullptr && group->inviter.identity == event_inviter) ||
                          (channel != nullptr && channel->root == event_inviter);
  if (event_inviter && !by_inviter) {
    return Error{Errc::not_authentic,
                 tr("somebody else has put an invite of their own behind this link: do not follow "
                    "it, and tell the person who gave it to you")};
  }
  return opened;
}

wire::MailboxAddress Invite::address() const {
  if (!parcel) return keys().address();
  return wire::parcel_address(SigningKey(parcel->collect).verify_key(),
                              SigningKey(parcel->drop).verify_key(), kind());
}

SigningSeed Invite::parcel_seed(wire::MailboxRight right) const {
  const bool collect = right == wire::MAILBOX_RIGHT_COLLECT;
  if (parcel) {
    return *SigningSeed::from((collect ? parcel->collect : parcel->drop).reveal());
  }
  wire::InviteKeys of = keys();
  return std::move(collect ? of.collect : of.drop);
}

bool People::load_invite(const Record& record) {
  state::Invite kept;
  const auto id = InviteId::from(record.key);
  Invite invite;
  if (!id || !parse(kept, record.value.reveal()) ||
      !take_secret(invite.seed, *kept.mutable_seed()) || !read(invite.group, kept.group())) {
    return false;
  }
  invite.id = *id;
  invite.to = kept.to();
  invite.role = kept.role();
  invite.expires = from_minute(kept.expires_minute());
  invite.standing = static_cast<Invite::Standing>(kept.standing());
  invite.uses = std::max(kept.uses(), 1u);
  invite.auto_approve = kept.auto_approve();
  invite.auto_approved = kept.auto_approved();
  invite.joined = kept.joined();
  for (const std::string& asked : kept.asked()) {
    const auto hash = RequestHash::from(as_bytes(asked));
    if (!hash) return false;
    invite.asked.push_back(*hash);
  }
  invite.erase_up_to = kept.erase_up_to();
  invite.enrolls.assign(kept.enrolls().begin(), kept.enrolls().end());
  if (!kept.parcel_collect().empty()) {
    Invite::Parcel& of = invite.parcel.emplace();
    if (!take_secret(of.collect, *kept.mutable_parcel_collect()) ||
        !take_secret(of.drop, *kept.mutable_parcel_drop())) {
      return false;
    }
  }
  invites.emplace(*id, std::move(invite));
  return true;
}

bool People::load_request(const Record& record) {
  state::Request kept;
  if (!parse(kept, record.value.reveal())) return false;
  if (!kept.catch_up().empty()) {
    auto asked = verify_catch_up(as_bytes(kept.catch_up()));
    if (!asked) return false;
    const RequestHash hash = asked->hash;
    catch_ups.emplace(hash, PendingCatchUp{std::move(asked).value(),
                                           from_minute(kept.received_minute()), kept.approved()});
    return true;
  }
  if (kept.request().empty()) {
    const auto seen = EnvelopeHash::from(record.key);
    if (seen) seen_catch_ups.emplace(*seen, from_minute(kept.received_minute()));
    return seen.has_value();
  }
  auto request = read_kept_join_request(as_bytes(kept.request()));
  if (!request) return false;
  const RequestHash hash = request->hash;
  requests.emplace(hash,
                   PendingRequest{std::move(request).value(), from_minute(kept.received_minute()),
                                  kept.approved(), kept.by_itself()});
  return true;
}

bool People::load_join(const Record& record, const RelayIdentity& relay) {
  state::Join kept;
  const auto parcel = MailboxId::from(record.key);
  Join join;
  if (!parcel || !parse(kept, record.value.reveal()) ||
      !take_secret(join.seed, *kept.mutable_seed())) {
    return false;
  }
  join.followed = kept.followed();
  join.accepted = kept.accepted();
  if (!kept.event_inviter().empty()) {
    join.event_inviter = VerifyKey::from(as_bytes(kept.event_inviter()));
    if (!join.event_inviter) return false;
  }
  join.bundles.assign(kept.bundles().begin(), kept.bundles().end());
  if (!kept.parcel().empty()) {
    join.parcel = to_bytes(as_bytes(kept.parcel()));
    // It was good when it came; whether it has expired since is asked when it is taken up.
    auto offer = join.open(*join.parcel, relay, TimePoint{});
    if (offer) join.offer = std::move(offer).value();
  }
  for (const std::uint32_t bundle : join.bundles) {
    if (!join.offer || bundle >= bundles(*join.offer).size()) return false;
  }
  if (!kept.refused_what().empty()) {
    join.refused = Error{static_cast<Errc>(kept.refused_code()), kept.refused_what()};
  }
  if (!kept.request().empty()) {
    auto request = read_kept_join_request(as_bytes(kept.request()));
    if (!request || !take_secret(join.one_time, *kept.mutable_one_time())) return false;
    join.request = std::move(request).value();
    join.arrival = load_arrival(*kept.mutable_welcome(), kept.welcome_seq(),
                                std::span(&join.request->inviter, 1));
  }
  joins.emplace(*parcel, std::move(join));
  return true;
}

void People::save(const Invite& invite) {
  state::Invite kept;
  kept.set_seed(to_string(invite.seed.reveal()));
  kept.set_group(invite.group.str());
  kept.set_to(invite.to);
  kept.set_role(invite.role);
  kept.set_expires_minute(wire::unix_minute(invite.expires));
  kept.set_standing(static_cast<std::uint32_t>(invite.standing));
  kept.set_uses(invite.uses);
  kept.set_auto_approve(invite.auto_approve);
  kept.set_auto_approved(invite.auto_approved);
  kept.set_joined(invite.joined);
  for (const RequestHash& asked : invite.asked) kept.add_asked(asked.str());
  kept.set_erase_up_to(invite.erase_up_to);
  for (const wire::Token& token : invite.enrolls) *kept.add_enrolls() = token;
  if (invite.parcel) {
    kept.set_parcel_collect(to_string(invite.parcel->collect.reveal()));
    kept.set_parcel_drop(to_string(invite.parcel->drop.reveal()));
  }
  journal_.put(Table::invites, to_bytes(invite.id.view()), kept);
  wipe_text(*kept.mutable_seed());
  wipe_text(*kept.mutable_parcel_collect());
  wipe_text(*kept.mutable_parcel_drop());
}

void People::save(const PendingRequest& request) {
  state::Request kept;
  kept.set_request(to_string(request.request.bytes));
  kept.set_received_minute(wire::unix_minute(request.received));
  kept.set_approved(request.approved);
  kept.set_by_itself(request.by_itself);
  journal_.put(Table::requests, to_bytes(request.request.hash.view()), kept);
}

void People::save(const PendingCatchUp& catch_up) {
  state::Request kept;
  kept.set_catch_up(to_string(catch_up.asked.bytes));
  kept.set_received_minute(wire::unix_minute(catch_up.received));
  kept.set_approved(catch_up.approved);
  journal_.put(Table::requests, to_bytes(catch_up.asked.hash.view()), kept);
}

void People::save(const MailboxId& parcel, const Join& join) {
  state::Join kept;
  kept.set_seed(to_string(join.seed.reveal()));
  kept.set_followed(join.followed);
  kept.set_accepted(join.accepted);
  if (join.event_inviter) kept.set_event_inviter(join.event_inviter->str());
  for (const std::uint32_t bundle : join.bundles) kept.add_bundles(bundle);
  if (join.parcel) kept.set_parcel(to_string(*join.parcel));
  if (join.refused) {
    kept.set_refused_code(static_cast<std::uint32_t>(join.refused->code));
    kept.set_refused_what(join.refused->what);
  }
  if (join.request) {
    kept.set_request(to_string(join.request->bytes));
    kept.set_one_time(to_string(join.one_time.reveal()));
  }
  if (join.arrival) {
    kept.set_welcome(to_string(join.arrival->signed_welcome().reveal()));
    kept.set_welcome_seq(join.arrival->seq());
  }
  journal_.put(Table::joins, to_bytes(parcel.view()), kept);
  wipe_text(*kept.mutable_seed());
  wipe_text(*kept.mutable_one_time());
  wipe_text(*kept.mutable_welcome());
}

bool People::see_catch_up(const EnvelopeHash& envelope, TimePoint now) {
  if (!seen_catch_ups.emplace(envelope, to_the_minute(now)).second) return false;
  state::Request kept;
  kept.set_received_minute(wire::unix_minute(now));
  journal_.put(Table::requests, to_bytes(envelope.view()), kept);
  if (seen_catch_ups.size() <= seen_catch_ups_max) return true;
  const auto oldest =
      std::min_element(seen_catch_ups.begin(), seen_catch_ups.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  journal_.erase(Table::requests, to_bytes(oldest->first.view()));
  seen_catch_ups.erase(oldest);
  return true;
}

void People::forget_catch_ups_before(TimePoint time) {
  std::erase_if(seen_catch_ups, [&](const auto& entry) {
    if (entry.second >= time) return false;
    journal_.erase(Table::requests, to_bytes(entry.first.view()));
    return true;
  });
}

void People::erase_request(const RequestHash& hash) {
  if (requests.erase(hash) + catch_ups.erase(hash) > 0) {
    journal_.erase(Table::requests, to_bytes(hash.view()));
  }
}

void People::erase_join(const MailboxId& parcel) {
  if (joins.erase(parcel) > 0) journal_.erase(Table::joins, to_bytes(parcel.view()));
}

Join* People::in_hand() {
  Join* newest = nullptr;
  for (auto& [parcel, join] : joins) {
    if (newest == nullptr || join.followed > newest->followed) newest = &join;
  }
  return newest;
}

}  // namespace porchlight::client
