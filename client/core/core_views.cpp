// What the core shows: copies without secrets, made for each question.
#include "client/core/bodies.hpp"
#include "client/core/ending.hpp"
#include "client/core/short_name.hpp"
#include "client/core/state.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

template <class Key, class Value>
std::vector<Key> keys_of(const std::map<Key, Value>& map) {
  std::vector<Key> keys;
  for (const auto& [key, value] : map) keys.push_back(key);
  return keys;
}

GroupView view_of(const Group& group, const VerifyKey& me) {
  GroupView view;
  view.id = group.id();
  view.name = group.name();
  view.epoch = group.newest().head.number;
  view.kind = group.newest().head.kind;
  view.standing = group.removed()   ? GroupView::Standing::removed
                  : group.halted()  ? GroupView::Standing::halted
                  : group.leaving() ? GroupView::Standing::leaving
                  : group.asking()  ? GroupView::Standing::behind
                                    : GroupView::Standing::member;
  for (const RosterEntry& entry : group.roster().entries()) {
    view.members.push_back({entry.identity(), group.roster().display_name(entry.identity()),
                            entry.role, entry.identity() == me,
                            group.find_contest(entry.identity()) != nullptr});
  }
  return view;
}

/// A group whose Welcome has not come.
GroupView view_of(const GroupOffer& offer) {
  GroupView view;
  view.id = offer.group;
  view.name = offer.group_name;
  view.standing = GroupView::Standing::asking;
  view.members.push_back({offer.inviter.identity, offer.inviter_name, wire::ROLE_LEAD, false});
  return view;
}

const GroupOffer* asked_offer(const Join& join) {
  return join.is_asking() && join.offer ? std::get_if<GroupOffer>(&*join.offer) : nullptr;
}

InviteView::Standing standing_of(const Invite& invite, TimePoint now) {
  switch (invite.standing) {
    case Invite::Standing::open:
      return invite.expires <= now ? InviteView::Standing::expired : InviteView::Standing::open;
    case Invite::Standing::requested:
      return InviteView::Standing::requested;
    case Invite::Standing::joined:
      return InviteView::Standing::joined;
    case Invite::Standing::lapsed:
      return InviteView::Standing::expired;
    case Invite::Standing::revoked:
      break;
  }
  return InviteView::Standing::revoked;
}

/// By the request of whichever of the two stands later in the roster (clause 9.6).
SafetyWords words_of(const Roster& roster, const VerifyKey& a, const VerifyKey& b) {
  const VerifyKey& later = roster.position(a) > roster.position(b) ? a : b;
  return safety_words(a, b, roster.find(later)->request.hash);
}

}  // namespace

std::optional<Offer> Core::offer() const {
  const Join* join = state_->people.in_hand();
  if (join == nullptr || join->accepted || !join->offer) return std::nullopt;
  Offer view;
  view.expires = expires(*join->offer);
  if (const auto* group = std::get_if<GroupOffer>(&*join->offer)) {
    view.group_name = group->group_name;
    view.inviter_name = group->inviter_name;
    view.role = group->role;
  } else if (const auto* channel = std::get_if<ChannelOffer>(&*join->offer)) {
    view.group_name = channel->name;
    view.role = wire::ROLE_AUDIENCE;
  } else {
    view.from_operator = true;
  }
  return view;
}

std::optional<Error> Core::offer_refused() const {
  const Join* join = state_->people.in_hand();
  if (join == nullptr || join->accepted) return std::nullopt;
  return join->refused;
}

std::vector<GroupView> Core::groups() const {
  std::vector<GroupView> views;
  for (const auto& [id, group] : state_->groups) views.push_back(view_of(group, state_->me.id()));
  for (const auto& [parcel, join] : state_->people.joins) {
    const GroupOffer* offer = asked_offer(join);
    const bool listed =
        offer && std::any_of(views.begin(), views.end(), [&](const GroupView& view) {
          return view.id == offer->group;  // asked for with two invites
        });
    if (offer && !listed) views.push_back(view_of(*offer));
  }
  std::sort(views.begin(), views.end(), [](const GroupView& a, const GroupView& b) {
    return std::tie(a.name, a.id) < std::tie(b.name, b.id);
  });
  return views;
}

Result<GroupView> Core::group(std::string_view name_or_id) const {
  std::vector<GroupView> found;
  std::string names;
  for (GroupView& view : groups()) {
    names += (names.empty() ? "" : ", ") + view.name;
    if (view.name == name_or_id || matches_short_name(view.id.view(), name_or_id)) {
      found.push_back(std::move(view));
    }
  }
  if (found.size() > 1) {
    // One that this member was taken out of does not stand in the way of one it is in.
    std::erase_if(
        found, [](const GroupView& view) { return view.standing == GroupView::Standing::removed; });
  }
  if (found.size() == 1) return std::move(found[0]);
  if (found.empty()) {
    return Error{
        Errc::not_found,
        names.empty()
            ? porchlight::say(tr("there is no group \"{}\" here; you are in none"), name_or_id)
            : porchlight::say(tr("there is no group \"{0}\" here; there are: {1}"), name_or_id,
                              names)};
  }
  std::string ids;
  for (const GroupView& view : found) ids += " " + short_name(view.id.view(), 8);
  return Error{Errc::usage,
               porchlight::say(tr("several groups are called so; say which one:{}"), ids)};
}

std::vector<InviteView> Core::invites(TimePoint now) const {
  const auto ids = keys_of(state_->people.invites);
  const std::size_t length = unique_length<InviteId>(ids);
  std::vector<InviteView> views;
  for (const auto& [id, invite] : state_->people.invites) {
    const Group* group = state_->find_group(invite.group);
    const Channel* channel = state_->find_channel(invite.group);
    const std::string name = group != nullptr     ? group->name()
                             : channel != nullptr ? channel->name()
                                                  : "";
    views.push_back({short_name(id.view(), length), invite.to, name, invite.role, invite.expires,
                     standing_of(invite, state_->relay.relay_time(now)), invite.uses,
                     static_cast<std::uint32_t>(invite.asked.size()), invite.joined,
                     invite.auto_approve});
  }
  std::stable_sort(views.begin(), views.end(),
                   [](const InviteView& a, const InviteView& b) { return a.expires < b.expires; });
  return views;
}

std::vector<RequestView> Core::requests() const {
  const std::size_t length = state_->request_name_chars();
  std::vector<RequestView> views;
  for (const auto& [hash, pending] : state_->people.requests) {
    if (pending.approved) continue;
    const Group* group = state_->find_group(pending.request.group);
    RequestView view{short_name(hash.view(), length),
                     pending.request.name,
                     "",
                     group == nullptr ? "" : group->name(),
                     pending.received,
                     client::safety_words(state_->me.id(), pending.request.identity(), hash),
                     RequestView::Kind::join};
    const auto found = state_->people.invites.find(pending.request.invite);
    if (found != state_->people.invites.end()) {
      const Invite& invite = found->second;
      const auto place = std::find(invite.asked.begin(), invite.asked.end(), hash);
      view.invited_as = invite.to;
      view.invite_uses = invite.uses;
      view.invite_number = static_cast<std::uint32_t>(place - invite.asked.begin()) + 1;
    }
    views.push_back(std::move(view));
  }
  for (const auto& [hash, pending] : state_->people.catch_ups) {
    const VerifyKey& member = pending.asked.identity();
    if (const Channel* channel = state_->find_channel(pending.asked.group)) {
      const AudienceEntry* entry = channel->audience.find(member);
      if (entry == nullptr) continue;
      views.push_back({short_name(hash.view(), length), channel->audience.display_name(entry->id),
                       "", channel->name(), pending.received, audience_words(channel->id(), *entry),
                       RequestView::Kind::catch_up});
      continue;
    }
    const Group* group = state_->find_group(pending.asked.group);
    if (pending.approved || group == nullptr || !group->roster().find(member)) continue;
    views.push_back({short_name(hash.view(), length), group->roster().display_name(member), "",
                     group->name(), pending.received,
                     words_of(group->roster(), state_->me.id(), member),
                     RequestView::Kind::catch_up});
  }
  std::stable_sort(views.begin(), views.end(), [](const RequestView& a, const RequestView& b) {
    return a.received < b.received;
  });
  return views;
}

Result<SafetyWords> Core::safety_words(std::string_view name) const {
  std::map<VerifyKey, SafetyWords> found;
  std::set<std::string> names;
  const auto offer_words = [&](const std::string& who, const VerifyKey& identity,
                               const SafetyWords& words) {
    names.insert(who);
    if (who == name) found.emplace(identity, words);
  };
  const VerifyKey& me = state_->me.id();
  // In the order of the groups' ids: two people in several groups see the words of the same one.
  for (const auto& [id, group] : state_->groups) {
    if (group.removed()) continue;
    for (const RosterEntry& entry : group.roster().entries()) {
      if (entry.identity() == me) continue;
      offer_words(group.roster().display_name(entry.identity()), entry.identity(),
                  words_of(group.roster(), me, entry.identity()));
    }
  }
  for (const auto& [hash, pending] : state_->people.requests) {
    const VerifyKey& identity = pending.request.identity();
    offer_words(pending.request.name, identity, client::safety_words(me, identity, hash));
  }
  for (const auto& [parcel, join] : state_->people.joins) {
    if (const GroupOffer* offer = asked_offer(join)) {
      const VerifyKey& identity = offer->inviter.identity;
      offer_words(offer->inviter_name, identity,
                  client::safety_words(me, identity, join.request->hash));
    }
  }
  if (found.size() == 1) return found.begin()->second;
  if (found.size() > 1) {
    return Error{Errc::usage,
                 porchlight::say(tr("more than one person is called {}: compare in the request or "
                                    "the group that you mean"),
                                 name)};
  }
  std::string all;
  for (const std::string& who : names) all += (all.empty() ? "" : ", ") + who;
  return Error{Errc::not_found,
               all.empty()
                   ? porchlight::say(tr("nobody here is called {}; nobody is here yet"), name)
                   : porchlight::say(tr("nobody here is called {0}; there are: {1}"), name, all)};
}

MessageView Core::State::view_of(const Group& group, const StoredMessage& message) const {
  MessageView view;
  view.id = message.id;
  view.sender = message.sender;
  view.sender_name = name_of(group, message.sender);
  view.mine = message.sender == me.id();
  view.standing =
      message.is_stored() ? MessageView::Standing::stored : MessageView::Standing::queued;
  view.sent = from_minute(message.body.sent_minute());
  view.received = message.received;
  view.body = message.body;
  // A view holds no keys.
  if (view.body.has_attachment()) wipe_text(*view.body.mutable_attachment()->mutable_seed());
  return view;
}

std::vector<MessageView> Core::messages(const GroupId& id) const {
  return live_messages(id, TimePoint::min());
}

std::vector<MessageView> Core::live_messages(const GroupId& id, TimePoint now) const {
  std::vector<MessageView> views;
  const Group* group = state_->find_group(id);
  if (group == nullptr) return views;
  const TimePoint until =
      now == TimePoint::min() ? now : state_->relay.sure_time(now);  // as they are erased
  for (const StoredMessage* message : state_->messages.list(id)) {
    if (is_for_people(message->body) && message->ends > until) {
      views.push_back(state_->view_of(*group, *message));
    }
  }
  return views;
}

Board Core::board(const GroupId& id, TimePoint now) const {
  return make_board(live_messages(id, now));
}

std::optional<RulesHash> Core::accepted_rules(const GroupId& id) const {
  const Group* group = state_->find_group(id);
  return group == nullptr ? std::nullopt : group->accepted_rules();
}

Counts Core::counts(const GroupId& id) const { return count_sightings(*state_, id); }

std::vector<WarningView> Core::warnings() const { return state_->warnings.list(); }

Health Core::health(TimePoint now) const {
  Health health;
  health.session_tokens = state_->wallet.count_sessions();
  health.enroll_tokens = state_->wallet.count_enrolls();
  health.enrolled = state_->enrolment.enrolled();
  health.enroll_due = state_->enrolment.due();
  std::size_t queued = state_->messages.count_queued();
  for (const auto& [id, entry] : state_->outbox.entries()) {
    queued += entry.purpose != OutboxPurpose::frame;
  }
  queued += state_->uploads.all().size();
  health.queued = static_cast<std::uint32_t>(queued);
  health.changes_wait_until = state_->relay.changes_wait_until(now);
  health.restored = state_->restored.is_on();
  health.clock_ahead_minutes = state_->relay.clock_ahead_minutes();
  health.members_agreeing_on_keys = state_->relay.count_agreeing(now);
  health.members_disagreeing_on_keys = state_->relay.count_disagreeing(now);
  return health;
}

}  // namespace porchlight::client
