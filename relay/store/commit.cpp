#include "relay/store/commit.hpp"

#include <algorithm>

namespace porchlight::relay {
namespace {

// Applies operations to an open batch. An error means that the batch must be rolled back.
class Rules {
 public:
  Rules(Database& database, const Policy& policy, wire::TimePoint now)
      : store_(database.store()), ledger_(database.ledger()), policy_(policy), now_(now) {}

  // Clause 4.3, in its order.
  Result<Outcome> operator()(const Append& append) {
    std::optional<SpentToken> payer;
    if (append.payer) {
      TRY(payer, find_payer(*append.payer));
      if (!payer) return Outcome{NoBudget{}};
    }
    TRY(const Situation at, store_.look(append.mailbox, append.hash, *append.envelope));
    if (at.duplicate) return Outcome{Stored{*at.duplicate, Stored::Novelty::duplicate}};
    if (append.if_last && *append.if_last != at.newest) return Outcome{NotLast{at.newest}};
    if (payer && !payer->left.pay_drop(append.envelope->size())) return Outcome{NoBudget{}};
    TRY(const bool fits, store_.has_room(append.envelope->size()));
    if (!fits) return Outcome{Full{}};

    const std::uint32_t hour = wire::unix_hour(now_);
    const Seq seq = std::max(wire::first_seq_of_hour(hour) + 1, at.newest + 1);  // clause 4.6
    // One hour more, as only its hour is known of an envelope; and counted from its seq, should the
    // clock have gone back, so that a mailbox loses its oldest first.
    const std::uint32_t days =
        append.retention == Retention::long_kept ? limits::long_days : policy_.ordinary_days;
    const std::uint32_t expiry_hour = std::max(hour, wire::seq_hour(seq)) + 24 * days + 1;
    CHECK(store_.append({append.mailbox, seq, expiry_hour, append.hash, *append.envelope}));
    if (payer) CHECK(ledger_.put_spent(append.payer->token, *payer));
    return Outcome{Stored{seq, Stored::Novelty::fresh}};
  }

  Result<Outcome> operator()(const EraseUpTo& erase) {
    TRY(const std::size_t count, store_.erase(erase.mailbox, erase.up_to, limits::erase_batch_max));
    return count == limits::erase_batch_max ? Outcome{ErasedSome{}} : Outcome{Erased{}};
  }

  // Clause 6.3.
  Result<Outcome> operator()(const SpendToken& spend) {
    const Holder holder = Holder::of(spend.payer.spend_id);
    TRY(const auto spent, ledger_.find_spent(spend.payer.token));
    if (spent) return spent->holder == holder ? Outcome{spent->left} : Outcome{NotPermitted{}};
    TRY(const bool spendable, is_spendable(spend.payer.token));
    if (!spendable) return Outcome{NotPermitted{}};
    CHECK(ledger_.put_spent(spend.payer.token, {holder, spend.full}));
    return Outcome{spend.full};
  }

  Result<Outcome> operator()(const ChargeProof& charge) {
    TRY(auto payer, find_payer(charge.payer));
    if (!payer || !payer->left.pay_proof()) return Outcome{NoBudget{}};
    CHECK(ledger_.put_spent(charge.payer.token, *payer));
    return Outcome{payer->left};
  }

  // Clause 6.5.
  Result<Outcome> operator()(const Enroll& enroll) {
    const Holder holder = Holder::of(enroll.account);
    TRY(const auto spent, ledger_.find_spent(enroll.token));
    if (spent) return spent->holder == holder ? Outcome{Enrolled{}} : Outcome{NotPermitted{}};
    TRY(const bool spendable, is_spendable(enroll.token));
    if (!spendable) return Outcome{NotPermitted{}};
    const Role role = enroll.token.kind == TokenKind::enroll_inviter ? Role::inviter : Role::member;
    TRY(auto account, ledger_.find_account(enroll.account));
    // A member with an inviter's token becomes one, and has waited since it enrolled.
    if (!account) account = Account{role, enroll.week};
    account->role = std::max(account->role, role);
    CHECK(ledger_.put_account(enroll.account, *account));
    CHECK(ledger_.put_spent(enroll.token, {holder, Budget{0, 0, 0}}));
    return Outcome{Enrolled{}};
  }

  // Clause 6.4.
  Result<Outcome> operator()(const ReserveAllotment& reserve) {
    TRY(const auto account, ledger_.find_account(reserve.account));
    if (!account) return Outcome{NotPermitted{}};
    if (reserve.kind != TokenKind::session &&
        (account->role == Role::member ||
         reserve.week < account->enrolled_week + reserve.wait_weeks)) {
      return Outcome{NotPermitted{}};
    }
    const AllotmentId now{reserve.account, reserve.kind, reserve.period};
    TRY(const auto used, ledger_.find_allotment(now));
    if (used == reserve.digest) return Outcome{Reserved{}};
    // Asked again after its period's end, because the answer was lost: it has been paid for.
    TRY(const auto before, ledger_.find_allotment({now.account, now.kind, now.period - 1}));
    if (before == reserve.digest) return Outcome{Reserved{}};
    if (used) return Outcome{AllotmentUsed{}};
    CHECK(ledger_.add_allotment(now, reserve.digest));
    return Outcome{Reserved{}};
  }

 private:
  // None unless the token was spent by this spending.
  Result<std::optional<SpentToken>> find_payer(const Payer& payer) {
    TRY(auto spent, ledger_.find_spent(payer.token));
    if (spent && spent->holder != Holder::of(payer.spend_id)) spent.reset();
    return spent;
  }

  // What was spent of a week that is over is forgotten: nothing of it may come again.
  Result<bool> is_spendable(const TokenId& token) {
    TRY(const std::uint32_t first, ledger_.first_token_week());
    return token.week >= first;
  }

  Store& store_;
  Ledger& ledger_;
  const Policy& policy_;
  wire::TimePoint now_;
};

Result<std::vector<Outcome>> try_batch(Database& database,
                                       std::span<const Operation* const> operations,
                                       const Policy& policy, wire::TimePoint now) {
  CHECK(database.begin());
  Rules rules(database, policy, now);
  std::vector<Outcome> outcomes;
  outcomes.reserve(operations.size());
  for (const Operation* operation : operations) {
    auto outcome = std::visit(rules, *operation);
    if (!outcome) {
      database.rollback();
      return std::move(outcome).error();
    }
    outcomes.push_back(*std::move(outcome));
  }
  CHECK(database.commit());
  return outcomes;
}

}  // namespace

std::vector<Outcome> commit_batch(Database& database, std::span<const Operation* const> operations,
                                  const Policy& policy, wire::TimePoint now) {
  if (operations.empty()) return {};
  auto batch = try_batch(database, operations, policy, now);
  if (batch) return *std::move(batch);
  if (operations.size() == 1) {
    return {batch.error().code == Errc::full ? Outcome{Full{}} : Outcome{Failed{}}};
  }
  // Each would wait as long as all of them did for whoever else is writing.
  if (batch.error().code == Errc::conflict) {
    return std::vector<Outcome>(operations.size(), Failed{});
  }
  std::vector<Outcome> outcomes;
  outcomes.reserve(operations.size());
  for (std::size_t i = 0; i < operations.size(); ++i) {
    outcomes.push_back(commit_batch(database, operations.subspan(i, 1), policy, now).front());
  }
  return outcomes;
}

}  // namespace porchlight::relay
