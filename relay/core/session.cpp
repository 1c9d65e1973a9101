#include "relay/core/session.hpp"

#include <algorithm>

#include "proto/wire/envelope.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::relay {
namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;  // clang 14 does not deduce aggregates

}  // namespace

Session::Session(const SessionContext& context)
    : context_(&context), challenge_(context.random.fixed<Challenge>()) {}

wire::Answer Session::greeting(wire::TimePoint now) const {
  wire::Answer answer;
  *answer.mutable_relay_info() = make_relay_info(*context_, challenge_, now);
  return answer;
}

// ---- events ---------------------------------------------------------------------------------

Effects Session::on_frame(ByteView frame, wire::TimePoint now) {
  if (closed_) return {};
  wire::Request request;
  if (!request.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) {
    malformed();
  } else if (open_.size() + parked_.size() >= limits::requests_in_flight_max) {
    fail(request.id(), wire::FAILURE_BUSY);
  } else {
    handle(request, now);
  }
  return take_effects();
}

Effects Session::on_oversized_frame() {
  if (!closed_) malformed();
  return take_effects();
}

Effects Session::on_outcome(Ticket ticket, const Outcome& outcome, wire::TimePoint now) {
  auto node = open_.extract(ticket);
  PORCHLIGHT_ASSERT(!node.empty());
  if (!closed_) settle(node.mapped(), outcome, now);
  return take_effects();
}

void Session::on_collect_ended() {
  PORCHLIGHT_ASSERT(collects_ > 0);
  --collects_;
}

// ---- requests -------------------------------------------------------------------------------

void Session::handle(wire::Request& request, wire::TimePoint now) {
  if (closed_) return;
  switch (request.op_case()) {
    case wire::Request::kSpend:
      return spend(request, now);
    case wire::Request::kProve:
      return prove(request);
    case wire::Request::kDrop:
      return drop(request);
    case wire::Request::kCollect:
      return collect(request);
    case wire::Request::kErase:
      return erase(request);
    case wire::Request::kIssue:
      return issue(request, now);
    case wire::Request::kEnroll:
      return enroll(request, now);
    case wire::Request::kAskPuzzle:
      return ask_puzzle(request, now);
    case wire::Request::kSolve:
      return solve(request, now);
    case wire::Request::kPing:
      return answer_done(request.id());
    case wire::Request::OP_NOT_SET:  // a newer client's request is an unknown field to us (3.4)
      return fail(request.id(), wire::FAILURE_UNSUPPORTED);
  }
}

void Session::prove(wire::Request& request) {
  const wire::Prove& prove = request.prove();
  const auto address = wire::MailboxAddress::decode(prove.address());
  if (!address || prove.signature().size() != Signature::size_bytes) return malformed();
  if (prove.right() != wire::MAILBOX_RIGHT_COLLECT && prove.right() != wire::MAILBOX_RIGHT_DROP) {
    return fail(request.id(), wire::FAILURE_UNSUPPORTED);
  }
  if (!can_pay(*address)) return fail(request.id(), wire::FAILURE_NO_BUDGET);

  const bool collects = prove.right() == wire::MAILBOX_RIGHT_COLLECT;
  if (!collects && !address->drop_key) return refuse(request.id());
  const Proof proof{collects ? Right::collect : Right::drop, address->id()};
  if (!proves(collects ? wire::label::prove_collect : wire::label::prove_drop,
              as_bytes(prove.address()), prove.signature(),
              collects ? address->collect_key : *address->drop_key)) {
    return refuse(request.id());
  }
  switch (standing(proof)) {
    case Standing::proven:  // once per connection is enough (4.2)
      return answer_done(request.id());
    case Standing::being_paid:
      return park(proof, request);
    case Standing::unproven:
      break;
  }
  if (proven_.size() + being_paid_.size() >= limits::proofs_per_connection_max) {
    return fail(request.id(), wire::FAILURE_BUSY);
  }
  if (!payer_) return prove_as_guest(request.id(), proof);
  being_paid_.insert(proof);
  queue(request.id(), ChargeProof{*payer_}, proof);
}

void Session::drop(wire::Request& request) {
  const wire::Drop& drop = request.drop();
  const auto address = wire::MailboxAddress::decode(drop.address());
  if (!address || !wire::is_envelope_size(drop.envelope().size())) return malformed();
  const MailboxId mailbox = address->id();
  if (address->drop_key) {
    const Proof proof{Right::drop, mailbox};
    const Standing at = standing(proof);
    if (at == Standing::being_paid) return park(proof, request);
    if (at == Standing::unproven) return refuse(request.id());
  }
  if (!can_pay(*address)) return fail(request.id(), wire::FAILURE_NO_BUDGET);

  const ByteView envelope = as_bytes(drop.envelope());
  Append append;
  append.mailbox = mailbox;
  append.envelope = std::make_shared<const Bytes>(envelope.begin(), envelope.end());
  append.hash = wire::envelope_hash(envelope);
  append.retention =
      address->has(wire::mailbox_flag::long_kept) ? Retention::long_kept : Retention::ordinary;
  if (drop.has_if_last()) append.if_last = drop.if_last();
  if (!payer_) return drop_as_guest(request.id(), std::move(append));
  append.payer = *payer_;
  queue(request.id(), std::move(append));
}

void Session::collect(wire::Request& request) {
  const wire::Collect& collect = request.collect();
  const auto address = wire::MailboxAddress::decode(collect.address());
  if (!address) return malformed();
  const Proof proof{Right::collect, address->id()};
  const Standing at = standing(proof);
  if (at == Standing::being_paid) return park(proof, request);
  if (at == Standing::unproven) return refuse(request.id());
  if (collects_ >= limits::collects_per_connection_max) {
    return fail(request.id(), wire::FAILURE_BUSY);
  }
  if (!payer_ || is_guest()) {
    if (!guest_ || guest_->collects == 0) return fail(request.id(), wire::FAILURE_NO_BUDGET);
    --guest_->collects;
  }
  ++collects_;
  effects_.push_back(
      Deliver{request.id(), proof.mailbox, collect.after_seq(),
              collect.live() ? Deliver::Extent::live : Deliver::Extent::until_caught_up});
}

void Session::erase(wire::Request& request) {
  const auto address = wire::MailboxAddress::decode(request.erase().address());
  if (!address) return malformed();
  const Proof proof{Right::collect, address->id()};
  const Standing at = standing(proof);
  if (at == Standing::being_paid) return park(proof, request);
  if (at == Standing::unproven || !payer_ || is_guest() ||
      !address->has(wire::mailbox_flag::erasable)) {
    return refuse(request.id());
  }
  const EraseUpTo erase{proof.mailbox, request.erase().up_to_seq()};
  queue(request.id(), erase, erase);
}

// ---- outcomes -------------------------------------------------------------------------------

void Session::settle(Open& open, const Outcome& outcome, wire::TimePoint now) {
  if (const auto* spending = std::get_if<Spending>(&open.detail)) {
    return settle_spending(open, *spending, outcome);
  }
  if (const auto* proof = std::get_if<Proof>(&open.detail)) {
    return settle_proof(open, *proof, outcome, now);
  }
  const auto* stored = std::get_if<Stored>(&outcome);
  const bool costs = stored && stored->novelty == Stored::Novelty::fresh;
  if (std::holds_alternative<GuestDrop>(open.detail) && !costs) ++guest_->drops;
  if (stored) {
    answer(open.request_id).mutable_dropped()->set_seq(stored->seq);
  } else if (std::holds_alternative<Erased>(outcome) || std::holds_alternative<Enrolled>(outcome)) {
    answer_done(open.request_id);
  } else if (std::holds_alternative<ErasedSome>(outcome)) {
    queue(open.request_id, std::get<EraseUpTo>(open.detail), open.detail);
  } else if (std::holds_alternative<Reserved>(outcome)) {
    sign_tokens(open.request_id, std::get<Signing>(open.detail), now);
  } else {
    fail(open.request_id, outcome);
  }
}

void Session::settle_spending(const Open& open, const Spending& spending, const Outcome& outcome) {
  if (const auto* left = std::get_if<Budget>(&outcome)) {
    has_spent_ = true;
    return answer_budget(open.request_id, *left);
  }
  if (payer_ == spending.tried) payer_ = spending.before;
  fail(open.request_id, outcome);
}

void Session::settle_proof(const Open& open, const Proof& proof, const Outcome& outcome,
                           wire::TimePoint now) {
  const bool paid = std::holds_alternative<Budget>(outcome);
  being_paid_.erase(proof);
  if (paid) {
    proven_.insert(proof);
    answer_done(open.request_id);
  } else {
    fail(open.request_id, outcome);
  }
  const auto waiting =
      std::stable_partition(parked_.begin(), parked_.end(),
                            [&](const Parked& parked) { return parked.awaited != proof; });
  std::vector<Parked> released(std::make_move_iterator(waiting),
                               std::make_move_iterator(parked_.end()));
  parked_.erase(waiting, parked_.end());
  for (const Parked& parked : released) parked_bytes_ -= parked.request.ByteSizeLong();
  for (Parked& parked : released) {
    // Unpaid is not unproven: what had waited learns why, and is not counted as a refusal.
    if (paid) {
      handle(parked.request, now);
    } else {
      fail(parked.request.id(), outcome);
    }
  }
}

// ---- what is held ---------------------------------------------------------------------------

bool Session::proves(std::string_view label, ByteView subject, std::string_view signature,
                     const VerifyKey& key) const {
  const auto checked = Signature::from(signature);
  return checked &&
         wire::verify_possession(label, context_->identity, challenge_, subject, *checked, key);
}

Session::Standing Session::standing(const Proof& proof) const {
  if (proven_.contains(proof)) return Standing::proven;
  return being_paid_.contains(proof) ? Standing::being_paid : Standing::unproven;
}

void Session::park(const Proof& awaited, wire::Request& request) {
  parked_bytes_ += request.ByteSizeLong();
  parked_.push_back({awaited, std::move(request)});
}

void Session::queue(std::uint64_t request_id, Operation operation, Detail detail) {
  const Ticket ticket = next_ticket_++;
  open_.emplace(ticket, Open{request_id, std::move(detail)});
  effects_.push_back(Queue{ticket, std::move(operation)});
}

// ---- answers --------------------------------------------------------------------------------

wire::Answer& Session::answer(std::uint64_t request_id) {
  Send& send = std::get<Send>(effects_.emplace_back(Send{}));
  send.answer.set_id(request_id);
  return send.answer;
}

void Session::answer_done(std::uint64_t request_id) { answer(request_id).mutable_done(); }

void Session::answer_budget(std::uint64_t request_id, const Budget& left) {
  wire::Budget& budget = *answer(request_id).mutable_budget();
  budget.set_drops(left.drops);
  budget.set_drop_bytes(left.drop_bytes);
  budget.set_proofs(left.proofs);
}

void Session::fail(std::uint64_t request_id, wire::FailureCode code, Seq newest) {
  wire::Failure& failure = *answer(request_id).mutable_failure();
  failure.set_code(code);
  failure.set_newest_seq(newest);
}

void Session::fail(std::uint64_t request_id, const Outcome& outcome) {
  std::visit(
      Overloaded{
          [&](const NotLast& last) { fail(request_id, wire::FAILURE_NOT_LAST, last.newest); },
          [&](const NoBudget&) { fail(request_id, wire::FAILURE_NO_BUDGET); },
          [&](const Full&) { fail(request_id, wire::FAILURE_FULL); },
          [&](const AllotmentUsed&) { fail(request_id, wire::FAILURE_ALLOTMENT); },
          [&](const NotPermitted&) { refuse(request_id); },
          [&](const Failed&) { fail(request_id, wire::FAILURE_INTERNAL); },
          [&](const auto&) { PORCHLIGHT_ASSERT(false && "an outcome of another operation"); },
      },
      outcome);
}

void Session::refuse(std::uint64_t request_id) {
  fail(request_id, wire::FAILURE_NOT_AUTHORISED);
  if (++refusals_ < limits::refusals_per_connection_max) return;
  effects_.push_back(Close{});
  closed_ = true;
}

void Session::malformed() {
  fail(0, wire::FAILURE_MALFORMED);
  effects_.push_back(Close{});
  closed_ = true;
}

Effects Session::take_effects() { return std::exchange(effects_, {}); }

}  // namespace porchlight::relay
