#include "client/core/core.hpp"

#include "client/core/attachments.hpp"
#include "client/core/bodies.hpp"
#include "client/core/state.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

Error only_where_legal(const std::string& group) {
  return {Errc::not_permitted,
          porchlight::say(
              tr("\"{0}\" is not marked legal, so nothing about a detention may be said there: all "
                 "of its members would hold it. Nothing was posted or kept. A group is marked when "
                 "it is made: porchlight group create NAME --legal"),
              group)};
}

}  // namespace

Core::Core(std::unique_ptr<State> state) : state_(std::move(state)) {}
Core::Core(Core&&) noexcept = default;
Core& Core::operator=(Core&&) noexcept = default;
Core::~Core() = default;

Core Core::create(const wire::RelayAddress& relay, Random& random, TimePoint now) {
  auto state = std::make_unique<State>(Me::draw(relay, random, wire::unix_day(now)), random);
  state->me.save(state->journal);
  return Core(std::move(state));
}

Result<Core> Core::load(std::vector<Record> records, Random& random) {
  const auto mine = std::find_if(records.begin(), records.end(), [](const Record& record) {
    return record.table == Table::profile && as_text(record.key) == "me";
  });
  if (mine == records.end()) {
    return Error{Errc::malformed, "the vault is damaged: it does not say whose it is"};
  }
  TRY(Me me, Me::load(*mine));
  auto state = std::make_unique<State>(std::move(me), random);
  CHECK(state->load(std::move(records)));
  return Core(std::move(state));
}

void Core::on_restored() { state_->begin_restored(); }

Effects Core::drain() { return state_->journal.drain(); }

// ---- what should be running -----------------------------------------------------------------

const wire::RelayAddress& Core::relay() const { return state_->me.relay(); }

std::vector<Subscription> Core::subscriptions(Lane lane, TimePoint) const {
  if (lane == Lane::collect) return state_->collected();
  if (lane != Lane::parcel) return {};
  const Join* join = state_->people.in_hand();
  if (join == nullptr || join->offer || join->refused || join->accepted) return {};
  const wire::MailboxAddress parcel = join->keys().address();
  return {{parcel, state_->cursors.after(parcel.id())}};
}

bool Core::wants_new_connection(TimePoint now) const {
  constexpr auto most = std::chrono::hours(24);
  const auto& since = state_->collecting_since;
  return since && (state_->reads_anew || state_->relay.has_leapt(now) || now > *since + most ||
                   now < *since - most);
}

std::vector<OutboxItem> Core::outbox(Lane lane) const {
  std::vector<OutboxItem> items = state_->to_drop_again(lane);
  for (const auto& [id, entry] : state_->outbox.entries()) {
    if (entry.lane == lane && state_->may_leave(entry)) items.push_back(entry.item);
  }
  if (lane == Lane::drop) {  // behind all that is said
    for (OutboxItem& chunk : chunks_to_drop(*state_)) items.push_back(std::move(chunk));
  }
  return items;
}

std::vector<Erasure> Core::erasures() const {
  std::vector<Erasure> all;
  for (const auto& [id, invite] : state_->people.invites) {
    if (invite.erase_up_to != 0) {
      all.push_back({invite.address(), invite.erase_up_to});
    }
  }
  return all;
}

std::optional<Errand> Core::errand(TimePoint now, Haste haste) const {
  return state_->enrolment.errand(now, haste);
}

std::optional<TimePoint> Core::next_errand_at() const { return state_->enrolment.next_errand_at(); }

// ---- what a lane asks -----------------------------------------------------------------------

Result<SpendOrder> Core::spend_order(Lane lane, TimePoint now) {
  TRY(SpendOrder order, state_->wallet.spend_order(lane, state_->relay.relay_time(now)));
  if (state_->seeking(order.token.nonce()) != nullptr) order.claim = SpendOrder::Claim::contested;
  return order;
}

Result<Signature> Core::prove(const wire::MailboxAddress& address, wire::MailboxRight right,
                              const Challenge& challenge) const {
  return state_->prove(address, right, challenge);
}

Result<wire::Request> Core::errand_request(Errand errand, const Challenge& challenge,
                                           TimePoint now) {
  return state_->enrolment.request(errand, state_->me.account(), state_->me.relay().identity,
                                   challenge, now);
}

// ---- events ---------------------------------------------------------------------------------

void Core::on_relay_facts(const RelayFacts& facts, std::optional<Lane> lane, TimePoint now) {
  const bool other_store = state_->relay.learn(facts, lane.has_value(), now);
  if (other_store) state_->begin_with_other_store(now);
  if (other_store || lane == Lane::collect) state_->forget_caught_up();
  if (lane == Lane::collect) {
    state_->collecting_since = now;
    state_->reads_anew = false;
  }
  state_->settle_restored(now);
  // Only now is it known what time it is: a command that ends soon has no later tick.
  if (lane == Lane::collect) state_->tick(now);
}

void Core::on_budget(const SpendId& spend, const wire::Budget& left, TimePoint) {
  state_->bundle_accepted(spend);
  state_->wallet.on_budget(spend, left);
}

void Core::on_spend_refused(const SpendId& spend, TimePoint now) {
  if (state_->bundle_refused(spend, now)) return;
  const auto refused = state_->wallet.on_refused(spend);
  if (!refused || refused->doubtful) return;
  Join* join = state_->people.in_hand();
  if (refused->purpose == Wallet::Purpose::parcel && join != nullptr && !join->offer &&
      !join->accepted) {
    join->refused =
        Error{Errc::used, tr("this invite was used by somebody, or lay too long: if it was "
                             "not you, tell the person who gave it to you")};
    state_->people.save(join->parcel_id(), *join);
    return;
  }
  state_->warn(WarningView::Kind::token_refused,
               "The relay did not take a token that should be good. Another one was used; if it "
               "happens again, tell the relay's operator.",
               now);
}

void Core::on_delivery(const MailboxId& mailbox, std::uint64_t seq, ByteView envelope,
                       TimePoint now) {
  if (seq <= state_->cursors.after(mailbox)) return;
  auto places = state_->locate(mailbox);
  if (places.empty()) return;
  state_->kept.seen(envelope, state_->relay.store());
  bool is_read = true;
  for (std::size_t i = 0; i < places.size(); ++i) {
    is_read &= state_->deliver(places[i], mailbox, seq, envelope, now);
    places = state_->locate(mailbox);  // what came may have changed what there is
  }
  if (!is_read) return;
  state_->cursors.move(mailbox, seq);
  for (const Place& place : places) {
    if (place.kind == Place::Kind::control) state_->propose(*place.group, now);
    if (place.kind == Place::Kind::channel_control) {
      state_->propose_channel(*place.channel, now);
    }
  }
}

void Core::on_caught_up(const MailboxId& mailbox, const Incarnation&, TimePoint now) {
  for (const Place& place : state_->locate(mailbox)) {
    state_->caught_up(place, mailbox, now);
  }
}

void Core::on_dropped(OutboxId id, std::uint64_t seq, TimePoint now) {
  if (Kept::is_kept(id)) return state_->kept.on_dropped(id, state_->relay.store());
  if (Uploads::is_chunk(id)) return chunk_stored(id, now);
  const OutboxEntry* found = state_->outbox.find(id);
  if (found == nullptr) return;
  const OutboxEntry entry = *found;
  state_->outbox.erase(id);
  state_->keep_stored(entry, now);
  switch (entry.purpose) {
    case OutboxPurpose::frame:
      return state_->frame_stored(entry, seq, now);
    case OutboxPurpose::proposal:
      if (Group* group = state_->find_group(entry.group);
          group != nullptr && group->newest().head.number == entry.epoch) {
        group->proposal.stored_seq = seq;
        state_->propose(*group, now);
      }
      return;
    case OutboxPurpose::join:
      if (Channel* channel = state_->find_channel(entry.group)) {
        if (channel->reader) state_->audience_join_stored(*channel);
        return;
      }
      return state_->tell(Notice::Kind::stored, entry.group);
    case OutboxPurpose::channel_epoch:
      if (Channel* channel = state_->find_channel(entry.group);
          channel != nullptr && channel->newest().head.number == entry.epoch) {
        channel->proposal.stored_seq = seq;
      }
      return;
    case OutboxPurpose::channel_frame:
    case OutboxPurpose::reply:
      return state_->said_stored(entry, seq, now);
    case OutboxPurpose::parcel:
    case OutboxPurpose::welcome:
    case OutboxPurpose::page:
    case OutboxPurpose::state_page:
    case OutboxPurpose::catch_up:
    case OutboxPurpose::card:
    case OutboxPurpose::channel_page:
    case OutboxPurpose::list_page:
    case OutboxPurpose::to_audience:
      return;
  }
}

void Core::on_drop_refused(OutboxId id, const wire::Failure& failure, TimePoint now) {
  const OutboxEntry* found = state_->outbox.find(id);
  if (found == nullptr || failure.code() == wire::FAILURE_NO_BUDGET) return;
  const OutboxEntry entry = *found;
  Group* group = state_->find_group(entry.group);
  if (failure.code() == wire::FAILURE_NOT_LAST && entry.purpose == OutboxPurpose::proposal &&
      group != nullptr) {
    state_->outbox.erase(id);
    if (group->newest().head.number != entry.epoch) return;
    group->proposal.refused_newest = failure.newest_seq();
    ++group->proposal.refusals;
    return state_->propose(*group, now);
  }
  Channel* channel = state_->find_channel(entry.group);
  if (failure.code() == wire::FAILURE_NOT_LAST && entry.purpose == OutboxPurpose::channel_epoch &&
      channel != nullptr) {
    state_->outbox.erase(id);
    if (channel->newest().head.number != entry.epoch) return;
    channel->proposal.refused_newest = failure.newest_seq();
    ++channel->proposal.refusals;
    return state_->propose_channel(*channel, now);
  }
  const bool full = failure.code() == wire::FAILURE_FULL;
  std::optional<MessageId> message;
  if (entry.purpose == OutboxPurpose::frame || entry.purpose == OutboxPurpose::channel_frame ||
      entry.purpose == OutboxPurpose::reply) {
    message = entry.message;
  }
  state_->tell(
      Notice::Kind::refused, entry.group, message,
      full ? tr("The relay has no room. What you sent is kept here and is tried again.")
           : tr("The relay did not take what you sent. It is kept here and is tried again."));
}

void Core::on_erased(const MailboxId& mailbox, std::uint64_t up_to_seq) {
  for (auto& [id, invite] : state_->people.invites) {
    if (invite.erase_up_to == 0 || invite.erase_up_to > up_to_seq ||
        invite.address().id() != mailbox) {
      continue;
    }
    invite.erase_up_to = 0;
    state_->people.save(invite);
  }
}

void Core::on_errand_answer(Errand errand, const wire::Answer& answer, TimePoint now) {
  state_->enrolment.on_answer(errand, answer, now);
}

void Core::on_tick(TimePoint now) { state_->tick(now); }

// ---- joining, groups and people -------------------------------------------------------------

Status Core::follow(const wire::Link& link, TimePoint now) { return state_->follow(link, now); }

Result<std::optional<SafetyWords>> Core::accept_offer(std::string_view name, TimePoint now) {
  return state_->accept_offer(name, now);
}

Result<GroupId> Core::create_group(std::string_view name, std::string_view my_name, TimePoint now,
                                   GroupKind kind) {
  return state_->create_group(name, my_name, now, kind);
}

Result<wire::Link> Core::create_invite(const InviteOrder& order, TimePoint now) {
  return state_->create_invite(order, now);
}

Status Core::revoke_invite(std::string_view id, TimePoint now) {
  return state_->revoke_invite(id, now);
}

Status Core::approve(std::span<const std::string> ids, TimePoint now) {
  return state_->approve(ids, now);
}

Status Core::remove_member(const GroupId& group, std::string_view name, TimePoint now) {
  return state_->remove_member(group, name, now);
}

Status Core::keep_member(const GroupId& group, std::string_view name, TimePoint now) {
  return state_->keep_member(group, name, now);
}

Status Core::leave_group(const GroupId& group, TimePoint now) {
  return state_->leave_group(group, now);
}

Status Core::set_role(const GroupId& group, std::string_view name, wire::Role role, TimePoint now) {
  return state_->set_role(group, name, role, now);
}

Status Core::rekey(const GroupId& group, TimePoint now) { return state_->rekey(group, now); }

bool Core::has_wishes(const GroupId& id) const {
  const Group* group = state_->find_group(id);
  return group != nullptr && !group->wishes().empty();
}

Status Core::deny(std::string_view id, TimePoint) { return state_->deny(id); }

Status Core::dismiss_warning(std::string_view id) { return state_->warnings.dismiss(id); }

// ---- messages -------------------------------------------------------------------------------

Result<MessageId> Core::post(const GroupId& id, wire::Body body, TimePoint now) {
  Group* group = state_->find_group(id);
  if (group == nullptr) return Error{Errc::not_found, tr("you are not in this group")};
  if (group->halted()) return update_needed(tr("the group"));
  if (group->removed()) {
    return Error{Errc::not_permitted,
                 porchlight::say(tr("a lead has taken you out of \"{}\"; nothing was posted"),
                                 group->name())};
  }
  if (group->leaving()) {
    return Error{
        Errc::not_permitted,
        porchlight::say(tr("you asked to leave \"{}\"; nothing was posted"), group->name())};
  }
  if (body.has_rules() && !group->roster().is_lead(state_->me.id())) {
    return Error{Errc::not_permitted,
                 porchlight::say(tr("only a lead sets the rules of \"{}\"; nothing was posted"),
                                 group->name())};
  }
  PORCHLIGHT_ASSERT(!body.has_attachment());  // attach_photo() says those
  if (is_for_leads_to_say(body) && !group->roster().is_lead(state_->me.id())) {
    return Error{Errc::not_permitted,
                 porchlight::say(
                     tr("Only a lead of \"{0}\" can put in a further version of that text. Nothing "
                        "was posted: ask one, or add it as a new item."),
                     group->name())};
  }
  CHECK(complete_body(body, state_->random, now));
  if (!may_be_said(body, group->newest().head.kind)) return only_where_legal(group->name());
  const MessageId message = *MessageId::from(as_bytes(body.id()));
  if (state_->messages.find(id, state_->me.id(), message) != nullptr) {
    return Error{Errc::conflict, tr("a message with this id was posted already")};
  }
  state_->queue(*group, std::move(body), now);
  return message;
}

void Core::accept_rules(const GroupId& id, const RulesHash& rules) {
  if (Group* group = state_->find_group(id)) group->accept_rules(rules);
}

}  // namespace porchlight::client
