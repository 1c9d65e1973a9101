#include "client/core/lane.hpp"

#include <algorithm>

#include "proto/base/translate.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/frame.hpp"

namespace porchlight::client {
namespace {

// Below limits::requests_in_flight_max, so that a Ping always has room.
constexpr std::size_t in_flight_max = limits::requests_in_flight_max / 2;
/// Those above it are read to their end, and again at each ping: the relay counts them all.
constexpr std::size_t live_max = limits::collects_per_connection_max - in_flight_max;
constexpr std::size_t output_bytes_max = 1024 * 1024;

}  // namespace

Result<std::string> LaneSession::step() {
  if (greeting_ && !error_) plan();
  if (Status kept = host_.persist(); !kept.ok()) fail(std::move(kept).error());
  if (error_) return *error_;
  return std::exchange(output_, {});
}

bool LaneSession::is_collecting() const {
  return std::any_of(pending_.begin(), pending_.end(), [](const auto& open) {
    return std::holds_alternative<Collecting>(open.second.kind);
  });
}

void LaneSession::collect_again() {
  std::erase_if(collected_, [&](const MailboxId& mailbox) {
    for (const auto& [id, pending] : pending_) {
      const auto* collecting = std::get_if<Collecting>(&pending.kind);
      if (collecting && collecting->mailbox == mailbox) return false;
    }
    return true;
  });
}

void LaneSession::ping() {
  if (!greeting_) return;
  wire::Request ping = new_request(Pinging{});
  ping.mutable_ping();
  send(ping);
  collect_again();
}

void LaneSession::fail(Error error) {
  if (!error_) error_ = std::move(error);
}

void LaneSession::fail_impossible() {
  fail({Errc::malformed,
        "The relay answered what it was not asked, so the connection was ended. Nothing was lost. "
        "If it happens again, tell the relay's operator."});
}

// ---- what is to be done ---------------------------------------------------------------------

void LaneSession::plan() {
  trouble_ = full_;
  if (work_is_waiting() && pay()) {
    plan_collects();
    plan_drops();
    plan_erasures();
  }
}

bool LaneSession::at_rest() {
  return greeting_ && !error_ && output_.empty() && in_flight_ == 0 &&
         (trouble_ || !work_is_waiting());
}

bool LaneSession::work_is_waiting() {
  for (const Subscription& subscription : host_.subscriptions()) {
    if (!collected_.contains(subscription.address.id())) return true;
  }
  for (const Erasure& erasure : host_.erasures()) {
    if (!erasing_.contains(erasure.address.id())) return true;
  }
  if (full_) return false;
  for (const OutboxItem& item : host_.outbox()) {
    if (!dropping_.contains(item.id)) return true;
  }
  return false;
}

void LaneSession::plan_collects() {
  const std::vector<Subscription> subscriptions = host_.subscriptions();
  std::size_t from_here = subscriptions.size();  // the newest stand last
  for (const Subscription& subscription : subscriptions) {
    const bool is_new = from_here-- <= live_max;
    const bool live = extent_ == Extent::live && is_new && live_ < live_max;
    if (!has_room()) return;
    const MailboxId mailbox = subscription.address.id();
    if (collected_.contains(mailbox)) continue;
    if (!prove(subscription.address, wire::MAILBOX_RIGHT_COLLECT)) continue;
    collected_.insert(mailbox);
    live_ += live;
    wire::Request collect = new_request(Collecting{mailbox, subscription.after_seq, live});
    collect.mutable_collect()->set_address(to_string(subscription.address.encode()));
    collect.mutable_collect()->set_after_seq(subscription.after_seq);
    collect.mutable_collect()->set_live(live);
    send(collect);
  }
}

void LaneSession::plan_drops() {
  for (OutboxItem& item : host_.outbox()) {
    if (full_ || !has_room() || !paying_) return;
    if (dropping_.contains(item.id)) continue;
    if (!afford(item)) return;
    if (item.address.drop_key && !prove(item.address, wire::MAILBOX_RIGHT_DROP)) continue;
    dropping_.insert(item.id);
    std::optional<MailboxId> proven;
    if (item.address.drop_key) proven = item.address.id();
    wire::Request drop = new_request(Dropping{item.id, proven});
    drop.mutable_drop()->set_address(to_string(item.address.encode()));
    drop.mutable_drop()->set_envelope(to_string(item.envelope));
    if (item.if_last) drop.mutable_drop()->set_if_last(*item.if_last);
    send(drop);
  }
}

void LaneSession::plan_erasures() {
  for (const Erasure& erasure : host_.erasures()) {
    if (!has_room()) return;
    const MailboxId mailbox = erasure.address.id();
    if (erasing_.contains(mailbox)) continue;
    if (!prove(erasure.address, wire::MAILBOX_RIGHT_COLLECT)) continue;
    erasing_.insert(mailbox);
    wire::Request erase = new_request(Erasing{mailbox, erasure.up_to_seq});
    erase.mutable_erase()->set_address(to_string(erasure.address.encode()));
    erase.mutable_erase()->set_up_to_seq(erasure.up_to_seq);
    send(erase);
  }
}

/// True once the proof is on its way: the relay holds what needs it until it is settled.
bool LaneSession::prove(const wire::MailboxAddress& address, wire::MailboxRight right) {
  const Right subject{address.id(), right};
  if (proven_.contains(subject)) return true;
  if (proven_.size() >= limits::proofs_per_connection_max) {
    trouble_ = Error{Errc::refused,
                     tr("This vault has more mailboxes than one connection may read: some were not "
                        "read. Days that are over leave by themselves; sync again tomorrow.")};
    return false;
  }
  const auto signature = host_.prove(address, right, greeting_->challenge);
  if (!signature.ok()) {
    trouble_ = signature.error();
    return false;
  }
  proven_.insert(subject);
  wire::Request prove = new_request(Proving{subject.first, right});
  prove.mutable_prove()->set_right(right);
  prove.mutable_prove()->set_address(to_string(address.encode()));
  prove.mutable_prove()->set_signature(signature->str());
  send(prove);
  return true;
}

wire::Request LaneSession::new_request(Kind kind) {
  wire::Request request;
  request.set_id(next_id_++);
  pending_.emplace(request.id(), Pending{std::move(kind), payments_});
  ++in_flight_;
  return request;
}

void LaneSession::send(const wire::Request& request) { wire::append_frame(request, output_); }

bool LaneSession::has_room() const {
  return !error_ && in_flight_ < in_flight_max && output_.size() < output_bytes_max;
}

// ---- what came ------------------------------------------------------------------------------

void LaneSession::on_frame(ByteView frame) {
  if (error_) return;
  auto answer = parse_answer(frame);
  if (!answer.ok()) return fail(std::move(answer).error());
  if (greeting_) return on_answer(*answer);
  auto greeting = read_greeting(*answer, relay_key_);
  if (!greeting.ok()) return fail(std::move(greeting).error());
  host_.on_relay_facts(greeting->facts);
  greeting_ = *std::move(greeting);
}

void LaneSession::on_answer(const wire::Answer& answer) {
  if (answer.id() == 0 && answer.has_failure()) return fail(describe(answer.failure()));
  const Open open = pending_.find(answer.id());
  if (open == pending_.end()) return fail_impossible();
  on_answer_to(open, answer);
}

void LaneSession::on_answer_to(Open open, const wire::Answer& answer) {
  switch (answer.op_case()) {
    case wire::Answer::kBudget:
      return on_budget(open, answer.budget());
    case wire::Answer::kPuzzle:
      return on_puzzle(open, answer.puzzle());
    case wire::Answer::kDone:
      return on_done(open);
    case wire::Answer::kDropped:
      return on_dropped(open, answer.dropped());
    case wire::Answer::kDelivery:
      return on_delivery(open, answer.delivery());
    case wire::Answer::kCaughtUp:
      return on_caught_up(open, answer.caught_up());
    case wire::Answer::kFailure:
      return on_failure(open, answer.failure());
    default:
      return fail_impossible();
  }
}

void LaneSession::on_budget(Open open, const wire::Budget& left) {
  const auto* spending = std::get_if<Spending>(&open->second.kind);
  if (!spending) return fail_impossible();
  const SpendId id = spending->id;
  close(open);
  paying_ = id;
  paying_now_ = false;
  left_ = left;
  host_.on_budget(id, left);
}

void LaneSession::on_done(Open open) {
  const Kind& kind = open->second.kind;
  if (const auto* erasing = std::get_if<Erasing>(&kind)) {
    host_.on_erased(erasing->mailbox, erasing->up_to_seq);
  } else if (std::holds_alternative<Proving>(kind)) {
    barren_payments_ = 0;
  } else if (std::holds_alternative<Solving>(kind)) {
    guest_ = Guest::yes;
    paying_now_ = false;
  } else if (!std::holds_alternative<Pinging>(kind)) {
    return fail_impossible();
  }
  close(open);
}

void LaneSession::on_dropped(Open open, const wire::Dropped& dropped) {
  const auto* dropping = std::get_if<Dropping>(&open->second.kind);
  if (!dropping || dropped.seq() == 0) return fail_impossible();
  barren_payments_ = 0;
  ++stored_;
  host_.on_dropped(dropping->item, dropped.seq());
  close(open);
}

void LaneSession::on_delivery(Open open, const wire::Delivery& delivery) {
  auto* collecting = std::get_if<Collecting>(&open->second.kind);
  if (!collecting || delivery.seq() <= collecting->newest_seq ||
      !wire::is_envelope_size(delivery.envelope().size())) {
    return fail_impossible();
  }
  collecting->newest_seq = delivery.seq();
  host_.on_delivery(collecting->mailbox, delivery.seq(), as_bytes(delivery.envelope()));
}

void LaneSession::on_caught_up(Open open, const wire::CaughtUp& caught_up) {
  auto* collecting = std::get_if<Collecting>(&open->second.kind);
  const auto incarnation = Incarnation::from(caught_up.incarnation());
  if (!collecting || collecting->caught_up || incarnation != greeting_->facts.incarnation) {
    return fail_impossible();
  }
  host_.on_caught_up(collecting->mailbox, *incarnation);
  if (!collecting->live) {
    close(open);
  } else {
    collecting->caught_up = true;
    --in_flight_;
  }
}

void LaneSession::on_failure(Open open, const wire::Failure& failure) {
  const Pending pending = close(open);
  const bool entering = std::holds_alternative<AskingPuzzle>(pending.kind) ||
                        std::holds_alternative<Solving>(pending.kind);
  if (entering && failure.code() == wire::FAILURE_UNSUPPORTED) {
    guest_ = Guest::refused;  // a token may do
    paying_now_ = false;
    return;
  }
  // Another token would not help, and there may be none.
  if (entering || (guest_ == Guest::yes && !paying_)) return fail(describe(failure));
  if (failure.code() == wire::FAILURE_NO_BUDGET ||
      (failure.code() == wire::FAILURE_NOT_AUTHORISED && lost_its_proof(pending.kind))) {
    return on_no_budget(pending);
  }
  if (const auto* spending = std::get_if<Spending>(&pending.kind)) {
    return on_spend_failure(spending->id, failure);
  }
  if (const auto* dropping = std::get_if<Dropping>(&pending.kind)) {
    return on_drop_failure(dropping->item, failure);
  }
  fail(describe(failure));
}

void LaneSession::on_spend_failure(const SpendId& spend, const wire::Failure& failure) {
  paying_now_ = false;
  if (failure.code() != wire::FAILURE_NOT_AUTHORISED) return fail(describe(failure));
  host_.on_spend_refused(spend);
}

void LaneSession::on_drop_failure(OutboxId item, const wire::Failure& failure) {
  switch (failure.code()) {
    case wire::FAILURE_NOT_LAST:
      return host_.on_drop_refused(item, failure);
    case wire::FAILURE_FULL:
      full_ = describe(failure);
      host_.on_drop_refused(item, failure);
      break;
    default:
      return fail(describe(failure));
  }
}

// Neither the item nor the mailbox is at fault: it is tried again under the next token.
void LaneSession::on_no_budget(const Pending& pending) {
  if (const auto* proving = std::get_if<Proving>(&pending.kind)) {
    proven_.erase({proving->mailbox, proving->right});
  } else if (const auto* collecting = std::get_if<Collecting>(&pending.kind)) {
    collected_.erase(collecting->mailbox);
  } else if (const auto* dropping = std::get_if<Dropping>(&pending.kind)) {
    dropping_.erase(dropping->item);
  } else if (const auto* erasing = std::get_if<Erasing>(&pending.kind)) {
    erasing_.erase(erasing->mailbox);
  } else {
    return fail_impossible();
  }
  // Others that the same token was to pay for fail after it has been replaced.
  if (!paying_ || pending.payment != payments_) return;
  host_.on_budget(*paying_, wire::Budget{});
  paying_.reset();
}

// It leant on a proof sent just before it, which the budget did not pay for: to a relay that had
// answered the proof by then, that is no proof at all.
bool LaneSession::lost_its_proof(const Kind& kind) const {
  if (const auto* collecting = std::get_if<Collecting>(&kind)) {
    return !proven_.contains({collecting->mailbox, wire::MAILBOX_RIGHT_COLLECT});
  }
  if (const auto* erasing = std::get_if<Erasing>(&kind)) {
    return !proven_.contains({erasing->mailbox, wire::MAILBOX_RIGHT_COLLECT});
  }
  const auto* dropping = std::get_if<Dropping>(&kind);
  return dropping != nullptr && dropping->proven &&
         !proven_.contains({*dropping->proven, wire::MAILBOX_RIGHT_DROP});
}

LaneSession::Pending LaneSession::close(Open open) {
  Pending pending = std::move(open->second);
  const auto* collecting = std::get_if<Collecting>(&pending.kind);
  if (!collecting || !collecting->caught_up) --in_flight_;
  if (collecting && collecting->live) --live_;
  pending_.erase(open);
  return pending;
}

}  // namespace porchlight::client
