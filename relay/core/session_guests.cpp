// The session's part in clause 6.7: connections that come in by work, not by a token.
#include "proto/wire/puzzle.hpp"
#include "relay/core/session.hpp"

namespace porchlight::relay {

void Session::ask_puzzle(const wire::Request& request, wire::TimePoint now) {
  if (context_->policy.guest_drops == 0) {
    return fail(request.id(), wire::FAILURE_UNSUPPORTED);
  }
  // Announced once: who is at work on it is not told to begin anew.
  if (!puzzle_bits_) puzzle_bits_ = puzzle_bits(context_->guests.lately(now));
  answer(request.id()).mutable_puzzle()->set_bits(*puzzle_bits_);
}

void Session::solve(const wire::Request& request, wire::TimePoint now) {
  const auto nonce = PuzzleNonce::from(as_bytes(request.solve().nonce()));
  if (!nonce) return malformed();
  if (context_->policy.guest_drops == 0) {
    return fail(request.id(), wire::FAILURE_UNSUPPORTED);
  }
  if (guest_) return answer_done(request.id());  // once per connection
  if (!puzzle_bits_ || !wire::solves({context_->identity, challenge_, *puzzle_bits_}, *nonce)) {
    return refuse(request.id());
  }
  context_->guests.admit(now);
  const std::uint32_t drops = context_->policy.guest_drops;
  guest_ = Guest{.drops = drops, .drop_proofs = drops};
  answer_done(request.id());
}

bool Session::can_pay(const wire::MailboxAddress& address) const {
  return payer_ || (guest_ && address.has(wire::mailbox_flag::guest));
}

void Session::prove_as_guest(std::uint64_t request_id, const Proof& proof) {
  std::uint32_t& left =
      proof.right == Right::collect ? guest_->collect_proofs : guest_->drop_proofs;
  if (left == 0) return fail(request_id, wire::FAILURE_NO_BUDGET);
  --left;
  proven_.insert(proof);
  answer_done(request_id);
}

void Session::drop_as_guest(std::uint64_t request_id, Append append) {
  if (guest_->drops == 0 || append.envelope->size() != limits::envelope_sizes_bytes.front()) {
    return fail(request_id, wire::FAILURE_NO_BUDGET);
  }
  --guest_->drops;
  queue(request_id, std::move(append), GuestDrop{});
}

}  // namespace porchlight::relay
