// How a lane pays: with tokens (clause 6.3), or by a puzzle (clause 6.7).
#include "client/core/lane.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/puzzle.hpp"
#include "proto/wire/relay_address.hpp"

namespace porchlight::client {
namespace {

/// Tokens that bought nothing, one after the other, before the relay is not believed any more.
constexpr std::size_t barren_payments_max = 4;

Error no_guests() {
  return {
      Errc::refused,
      tr("This relay lets no guests in, so an invite for several people does not work there. The "
         "invite is kept. Ask the person who gave it to you for a link of your own.")};
}

}  // namespace

bool LaneSession::pay() {
  if (paying_ || guest_ == Guest::yes) return true;
  if (paying_now_) return false;
  if (guest_ == Guest::no && is_guests_work()) {
    ask_puzzle();
    return false;
  }
  if (barren_payments_ >= barren_payments_max) {
    fail(
        {Errc::refused,
         tr("The relay took several tokens and gave nothing for them, so the connection was ended. "
            "What is queued is kept. If it happens again, tell the relay's operator.")});
    return false;
  }
  auto order = host_.spend_order();
  if (!order.ok()) {
    trouble_ = guest_ == Guest::refused ? no_guests() : std::move(order).error();
    return false;
  }
  const bool contested = order->claim == SpendOrder::Claim::contested;
  if (contested && contested_ == contested_max) {
    must_begin_anew_ = true;
    trouble_ =
        Error{Errc::refused, tr("Others were first with this invite's tokens; trying others.")};
    return false;
  }
  ++payments_;
  contested_ += contested;
  barren_payments_ += !contested;
  paying_now_ = true;
  wire::Request spend = new_request(Spending{order->spend_id});
  *spend.mutable_spend()->mutable_token() = std::move(order->token);
  spend.mutable_spend()->set_spend_id(order->spend_id.str());
  send(spend);
  return false;
}

// A drop that the budget does not cover is held back rather than refused: those behind it could be
// smaller, be stored, and so overtake it.
bool LaneSession::afford(const OutboxItem& item) {
  const auto bytes = static_cast<std::uint32_t>(item.envelope.size());
  if (left_.drops() >= 1 && left_.drop_bytes() >= bytes) {
    left_.set_drops(left_.drops() - 1);
    left_.set_drop_bytes(left_.drop_bytes() - bytes);
    return true;
  }
  // What is under way may turn out to cost nothing; the next token is for afterwards.
  if (in_flight_ == 0) {
    host_.on_budget(*paying_, wire::Budget{});
    paying_.reset();
    pay();
  }
  return false;
}

/// All there is to do is to collect where guests may.
bool LaneSession::is_guests_work() {
  const std::vector<Subscription> subscriptions = host_.subscriptions();
  return subscriptions.size() == 1 &&
         subscriptions.front().address.has(wire::mailbox_flag::guest) && host_.outbox().empty() &&
         host_.erasures().empty();
}

void LaneSession::ask_puzzle() {
  paying_now_ = true;
  wire::Request ask = new_request(AskingPuzzle{});
  ask.mutable_ask_puzzle();
  send(ask);
}

void LaneSession::on_puzzle(Open open, const wire::Puzzle& puzzle) {
  if (!std::holds_alternative<AskingPuzzle>(open->second.kind)) return fail_impossible();
  close(open);
  if (puzzle.bits() > limits::puzzle_bits_max) {
    return fail(
        {Errc::refused,
         tr("The relay asks for more work than this device does before it lets a guest in, so "
            "the connection was ended. The invite is kept: try again in half an hour.")});
  }
  const auto nonce =
      wire::solve({wire::relay_identity(relay_key_), greeting_->challenge, puzzle.bits()});
  if (!nonce) return fail_impossible();
  wire::Request solve = new_request(Solving{});
  solve.mutable_solve()->set_nonce(nonce->str());
  send(solve);
}

}  // namespace porchlight::client
