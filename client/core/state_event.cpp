// Event invites (clauses 9.7 and 9.8): one link for many, for those who follow it and for who made
// it; and how many may be let in at all.
#include "client/core/state.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

Error used_up() {
  return {
      Errc::used,
      tr("this invite is used up: as many as it is for have joined with it, or it lay too long. "
         "Ask the person who gave it to you for another one")};
}

const wire::Supplies& bundle_of(const Join& join, std::uint32_t number) {
  return client::bundles(*join.offer).at(number);
}

const wire::Token& first_token(const wire::Supplies& bundle) { return bundle.session(0); }

std::string places_text(std::size_t places) {
  if (places == 0) return tr("there is no free place");
  return places == 1 ? tr("there is one free place")
                     : porchlight::say(tr("there are {} free places"), places);
}

}  // namespace

// ---- who follows one ----------------------------------------------------------------------------

Result<std::vector<std::uint32_t>> Core::State::draw_bundles(
    const std::vector<wire::Supplies>& bundles, TimePoint now) {
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < bundles.size(); ++i) {
    if (is_taken(first_token(bundles[i]), relay.relay_time(now))) order.push_back(i);
  }
  if (order.empty()) return used_up();
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(random.below(i))]);
  }
  return order;
}

/// Its first token pays for the request, as any token set aside for that does: if the relay takes
/// it.
void Core::State::try_bundle(const Join& join) {
  wallet.add(first_token(bundle_of(join, join.bundles.back())), Wallet::Purpose::join, 0);
}

Join* Core::State::seeking(std::string_view nonce) {
  for (auto& [parcel, join] : people.joins) {
    if (join.accepted && !join.bundles.empty() &&
        first_token(bundle_of(join, join.bundles.back())).nonce() == nonce) {
      return &join;
    }
  }
  return nullptr;
}

void Core::State::bundle_accepted(const SpendId& spend) {
  const auto token = wallet.token_of(spend);
  Join* join = token ? seeking(token->str()) : nullptr;
  if (join == nullptr) return;
  const wire::Supplies& bundle = bundle_of(*join, join->bundles.back());
  wallet.add(bundle.session(1), Wallet::Purpose::general, 0);
  join->bundles.clear();
  people.save(join->parcel_id(), *join);
}

bool Core::State::bundle_refused(const SpendId& spend, TimePoint now) {
  const auto token = wallet.token_of(spend);
  Join* join = token ? seeking(token->str()) : nullptr;
  if (join == nullptr) return false;
  (void)wallet.on_refused(spend);
  try_next_bundle(*join, now);
  return true;
}

void Core::State::try_next_bundle(Join& join, TimePoint now) {
  do {
    join.bundles.pop_back();
  } while (!join.bundles.empty() &&
           !is_taken(first_token(bundle_of(join, join.bundles.back())), relay.relay_time(now)));
  if (join.bundles.empty()) {
    find_event_used_up(join);
  } else {
    try_bundle(join);
  }
  people.save(join.parcel_id(), join);
}

void Core::State::lapse_claims(TimePoint now) {
  std::vector<MailboxId> forgotten;
  for (auto& [parcel, join] : people.joins) {
    if (from_minute(join.followed) + std::chrono::days(limits::card_kept_days) <
        relay.sure_time(now)) {
      forgotten.push_back(parcel);
    } else if (join.accepted && !join.bundles.empty() &&
               !is_taken(first_token(bundle_of(join, join.bundles.back())),
                         relay.relay_time(now))) {
      try_next_bundle(join, now);
    }
  }
  for (const MailboxId& parcel : forgotten) {
    take_request_back(people.joins.at(parcel));
    people.erase_join(parcel);
    cursors.erase(parcel);
  }
}

void Core::State::take_request_back(const Join& join) {
  if (!join.is_asking()) return;
  outbox.erase_if([&](const OutboxEntry& entry) {
    return entry.purpose == OutboxPurpose::join && entry.invite == join.request->invite;
  });
}

/// The request does not leave: without tokens nobody could take part.
void Core::State::find_event_used_up(Join& join) {
  take_request_back(join);
  if (join.arrival) return;  // they are in: by a bundle that this vault knows nothing of
  if (Channel* channel = find_channel(join.request->group); channel != nullptr && channel->reader) {
    erase_channel(*channel);
  }
  join.accepted = false;
  join.request.reset();
  join.refused = used_up();
  tell(Notice::Kind::warning, {}, {},
       porchlight::say(tr("You did not get in: {}."), join.refused->what));
}

// ---- who makes one ------------------------------------------------------------------------------

Status Core::State::check_event(const InviteOrder& order) const {
  if (order.uses < 1 || order.uses > limits::event_uses_max) {
    return Error{Errc::usage,
                 porchlight::say(tr("an invite is for 1 to {} people: make a second one for more"),
                                 limits::event_uses_max)};
  }
  if (order.auto_approve > order.uses) {
    return Error{Errc::usage, tr("more people cannot be let in than the invite is for")};
  }
  if (order.role == wire::ROLE_LEAD && (order.uses > 1 || order.auto_approve > 0)) {
    return Error{Errc::usage,
                 tr("who is to lead is invited alone, and approved by a person: invite them as "
                    "members, and make them leads afterwards")};
  }
  if (order.uses > 1 && !relay.takes_guests()) {
    return Error{
        Errc::not_found,
        tr("this device has not heard yet whether its relay lets guests in, which an invite "
           "for several people needs; nothing was made. Run porchlight sync, then try again")};
  }
  if (order.uses > 1 && !*relay.takes_guests()) {
    return Error{
        Errc::not_permitted,
        tr("this relay lets no guests in, so an invite for several people does not work "
           "there: ask its operator to set guest_drops, or invite everybody with a link of "
           "their own")};
  }
  return Ok{};
}

Status Core::State::supply(Invite& invite, const Stock& stock, wire::Link& link, TimePoint now) {
  if (invite.kind() == wire::InviteKind::event) {
    auto event = wallet.take_for_event(invite.uses, invite.expires);
    if (!event) return explain_no_tokens(std::move(event).error(), now);
    stock.bundles = std::move(event->bundles);
    invite.enrolls = std::move(event->enrolls);
    link.inviter = stock.inviter;
    return Ok{};
  }
  auto tokens = wallet.take_for_invite(invite.role, relay.relay_time(now));
  if (!tokens) return explain_no_tokens(std::move(tokens).error(), now);
  stock.supplies = std::move(tokens->supplies);
  link.session = std::move(tokens->link);
  return Ok{};
}

bool Core::State::approves_by_itself(const Invite& invite, const Group& group) const {
  return invite.auto_approved < invite.auto_approve && group.roster().is_lead(me.id()) &&
         !group.halted() && !group.leaving() && free_places(group) > 0;
}

/// Somebody had to be taken out: they could come back by the same link.
void Core::State::approve_no_more_by_itself(const GroupId& group) {
  for (auto& [id, invite] : people.invites) {
    if (invite.group != group || invite.auto_approve <= invite.auto_approved) continue;
    invite.auto_approve = invite.auto_approved;
    people.save(invite);
    tell(Notice::Kind::warning, group, {},
         porchlight::say(
             tr("Whoever comes by the invite for {} is let in by you alone from now on: who was "
                "taken out may still have its link. porchlight invite revoke takes it back."),
             invite.to));
  }
}

void Core::State::count_joined(Invite& invite) {
  ++invite.joined;
  const bool all = invite.joined >= invite.uses;
  if (all || invite.kind() == wire::InviteKind::personal) {
    invite.standing = Invite::Standing::joined;
  }
  people.save(invite);
}

/// What is left behind an event's link when its time is over is for nobody: many have the link.
void Core::State::lapse_events(TimePoint now) {
  for (auto& [id, invite] : people.invites) {
    if (invite.kind() != wire::InviteKind::event || invite.expires > relay.relay_time(now))
      continue;
    if (invite.standing == Invite::Standing::open) {
      invite.standing = Invite::Standing::lapsed;
      take_parcel_back(invite, now);
    }
    // Who asked in time may be in the inbox still.
    const bool all_is_read = std::all_of(me.cards().begin(), me.cards().end(),
                                         [](const HeldCard& card) { return card.caught_up; });
    const auto patience =
        invite.role == wire::ROLE_AUDIENCE ? std::chrono::days(8) : std::chrono::days(0);
    const bool is_over = invite.expires + patience <= relay.relay_time(now);
    if (all_is_read && is_over && !invite.enrolls.empty()) take_enrolls_back(invite);
  }
}

/// What nobody who still waits is going to need goes back into the wallet, and is kept there.
void Core::State::take_enrolls_back(Invite& invite) {
  const auto waiting = static_cast<std::size_t>(
      std::count_if(people.requests.begin(), people.requests.end(),
                    [&](const auto& entry) { return entry.second.request.invite == invite.id; }));
  while (invite.enrolls.size() > waiting) {
    wallet.add(invite.enrolls.back(), Wallet::Purpose::general, 0);
    invite.enrolls.pop_back();
  }
  people.save(invite);
}

void Core::State::take_parcel_back(Invite& invite, TimePoint now) {
  // Beyond any seq that the relay can have given by now, whatever its clock.
  invite.erase_up_to = wire::first_seq_of_hour(wire::unix_hour(relay.relay_time(now)) + 48);
  people.save(invite);
  outbox.erase_if([&](const OutboxEntry& entry) {
    return entry.purpose == OutboxPurpose::parcel && entry.invite == invite.id;
  });
}

// ---- places -------------------------------------------------------------------------------------

std::size_t Core::State::free_places(const Group& group) const {
  // Asked for each request of an evening: what approved() looks up beyond this is settled by then.
  const auto waiting = static_cast<std::size_t>(
      std::count_if(people.requests.begin(), people.requests.end(), [&](const auto& entry) {
        return entry.second.approved && entry.second.request.group == group.id();
      }));
  const std::size_t taken = group.roster().size() + waiting;
  return taken >= limits::group_members_max ? 0 : limits::group_members_max - taken;
}

Status Core::State::check_places(std::span<const RequestHash> hashes) const {
  std::map<GroupId, std::set<RequestHash>> wanted;
  for (const RequestHash& hash : hashes) {
    const auto found = people.requests.find(hash);
    if (found == people.requests.end() || found->second.approved) continue;
    wanted[found->second.request.group].insert(hash);
  }
  for (const auto& [id, requests] : wanted) {
    const Group& group = *find_group(id);
    const std::size_t places = free_places(group);
    if (requests.size() <= places) continue;
    return Error{
        Errc::full,
        porchlight::say(
            places == 0 ? tr("{0} in \"{1}\", which has at most {2} members, and {3} were to be "
                             "let in; nobody was approved")
                        : tr("{0} in \"{1}\", which has at most {2} members, and {3} were to be "
                             "let in; nobody was approved. Say which of them, by their IDs"),
            places_text(places), group.name(), limits::group_members_max, requests.size())};
  }
  return Ok{};
}

void Core::State::return_approvals(const Group& group) {
  const std::vector<Addition> waiting = approved(group);
  const std::size_t size = group.roster().size();
  const std::size_t places =
      size >= limits::group_members_max ? 0 : limits::group_members_max - size;
  if (waiting.size() <= places) return;
  for (std::size_t i = places; i < waiting.size(); ++i) {
    PendingRequest& pending = people.requests.at(waiting[i].request.hash);
    pending.approved = pending.by_itself = false;
    people.save(pending);
  }
  tell(Notice::Kind::warning, group.id(), {},
       porchlight::say(
           tr("Others let people into \"{0}\" first, and it is full: {1} whom you had approved "
              "were not let in. They wait in porchlight requests."),
           group.name(), waiting.size() - places));
}

}  // namespace porchlight::client
