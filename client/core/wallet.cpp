#include "client/core/wallet.hpp"

#include "client/core/parcel.hpp"
#include "client/core/state.pb.h"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

/// With more unspent tokens than this, collecting and dropping pay separately.
constexpr std::size_t few_tokens = 4;
constexpr std::size_t coins_max = 1'024;

std::uint32_t bit(Lane lane) { return 1u << static_cast<unsigned>(lane); }

bool is_empty(const wire::Budget& left) {
  return left.drops() == 0 && left.drop_bytes() == 0 && left.proofs() == 0;
}

/// What an inviter keeps for letting people in: a token pays for 64 envelopes and 1 MiB, and each
/// change of a large group takes up to 12 of 64 KiB beside a Welcome for everybody.
constexpr std::size_t sessions_kept_back(std::uint32_t uses) { return few_tokens + uses / 10; }

/// Those who join enrol up to half a day later.
constexpr auto enrols_within = std::chrono::hours(13);

}  // namespace

bool is_taken(const wire::Token& token, TimePoint now) {
  // This week's and last week's are accepted; a week more for a clock that is behind.
  const std::uint32_t week = wire::token_week(now);
  return token.week() + 1 >= week && token.week() <= week + 1;
}

bool Wallet::load(const Record& record) {
  state::Coin kept;
  if (!parse(kept, record.value.reveal())) return false;
  Coin coin{kept.token(),   kept.from_day(), static_cast<Purpose>(kept.purpose()),
            std::nullopt,   kept.lanes(),    std::nullopt,
            kept.doubtful()};
  if (!kept.spend_id().empty()) {
    coin.spend = SpendId::from(as_bytes(kept.spend_id()));
    if (!coin.spend) return false;
  }
  if (kept.has_left()) coin.left = kept.left();
  const std::string nonce = coin.token.nonce();
  coins_.emplace(nonce, std::move(coin));
  return true;
}

void Wallet::add(const wire::Token& token, Purpose purpose, std::uint32_t from_day) {
  const auto known = coins_.find(token.nonce());
  const bool is_new = known == coins_.end();
  if (is_new ? coins_.size() >= coins_max : purpose == Purpose::general) return;
  if (purpose != Purpose::general) release(purpose);
  Coin fresh{token, from_day, purpose, std::nullopt, 0, std::nullopt, false};
  Coin& coin =
      is_new ? coins_.emplace(token.nonce(), std::move(fresh)).first->second : known->second;
  if (!is_new) {  // followed once more
    coin.purpose = purpose;
    if (coin.spend) coin.lanes |= bit(purpose == Purpose::join ? Lane::join : Lane::parcel);
  }
  save(coin);
}

/// What was set aside before for the same: one that is unspent is as good as any other, and what
/// remains of one that was presented comes last.
void Wallet::release(Purpose purpose) {
  for (auto& [nonce, coin] : coins_) {
    if (coin.purpose != purpose) continue;
    if (coin.spend) {
      coin.lanes = 0;
    } else {
      coin.purpose = Purpose::general;
    }
    save(coin);
  }
}

Result<SpendOrder> Wallet::spend_order(Lane lane, TimePoint now) {
  if (Coin* coin = open_for(lane, now)) return open(*coin, lane);
  const Purpose own = lane == Lane::parcel ? Purpose::parcel
                      : lane == Lane::join ? Purpose::join
                                           : Purpose::general;
  if (own != Purpose::general) {
    if (Coin* coin = unspent(own, now)) return open(*coin, lane);
  }
  if (Coin* coin = to_share(lane, now)) return open(*coin, lane);
  if (Coin* coin = unspent(Purpose::general, now)) return open(*coin, lane);
  if (Coin* coin = left_over(lane, now)) return open(*coin, lane);
  return Error{
      Errc::no_tokens,
      tr("there is no token left to pay the relay with; everything is kept, and goes on when "
         "new ones come")};
}

void Wallet::on_budget(const SpendId& spend, const wire::Budget& left) {
  const auto coin = find(spend);
  if (coin == coins_.end()) return;
  if (is_empty(left)) {
    erase(coin);
    return;
  }
  coin->second.left = left;
  save(coin->second);
}

std::optional<Wallet::Refused> Wallet::on_refused(const SpendId& spend) {
  const auto coin = find(spend);
  if (coin == coins_.end()) return std::nullopt;
  const Refused refused{coin->second.purpose, coin->second.doubtful};
  erase(coin);
  return refused;
}

void Wallet::doubt_unspent() {
  for (auto& [nonce, coin] : coins_) {
    if (coin.spend) continue;  // goes on under its spend id
    coin.doubtful = true;
    save(coin);
  }
}

Result<Wallet::InviteTokens> Wallet::take_for_invite(wire::Role role, TimePoint now) {
  const auto sessions = newest_first(now, [](const Coin& coin) {
    return coin.purpose == Purpose::general && !coin.spend && !coin.doubtful &&
           is_session_token(coin.token);
  });
  auto enrolls = newest_first(
      now, [](const Coin& coin) { return is_enroll_token(coin.token) && !coin.doubtful; });
  constexpr std::size_t sessions_needed = 3;
  if (sessions.size() < sessions_needed || enrolls.empty()) {
    return Error{Errc::no_tokens,
                 say(has_doubtful() ? tr("an invite takes 3 session tokens and 1 enrol token, and "
                                         "there are {0} and {1} (those from before this vault was "
                                         "restored are not given away: they may have been used)")
                                    : tr("an invite takes 3 session tokens and 1 enrol token, and "
                                         "there are {0} and {1}"),
                     sessions.size(), enrolls.size())};
  }
  // Who leads will invite others: that takes an inviter's account.
  const auto wanted =
      role == wire::ROLE_LEAD ? wire::TOKEN_KIND_ENROLL_INVITER : wire::TOKEN_KIND_ENROLL_MEMBER;
  std::stable_partition(enrolls.begin(), enrolls.end(), [&](const Coins::iterator& coin) {
    return coin->second.token.kind() == wanted;
  });
  InviteTokens tokens;
  tokens.link = sessions[0]->second.token;
  *tokens.supplies.add_session() = sessions[1]->second.token;
  *tokens.supplies.add_session() = sessions[2]->second.token;
  *tokens.supplies.mutable_enroll() = enrolls[0]->second.token;
  for (std::size_t i = 0; i < sessions_needed; ++i) erase(sessions[i]);
  erase(enrolls[0]);
  return tokens;
}

Result<Wallet::EventTokens> Wallet::take_for_event(std::uint32_t uses, TimePoint until) {
  const auto sessions = newest_first(until, [](const Coin& coin) {
    return coin.purpose == Purpose::general && !coin.spend && !coin.doubtful &&
           is_session_token(coin.token);
  });
  const auto enrolls = newest_first(until + enrols_within, [](const Coin& coin) {
    return coin.token.kind() == wire::TOKEN_KIND_ENROLL_MEMBER && is_enroll_token(coin.token) &&
           !coin.doubtful;
  });
  const std::size_t sessions_needed = 2 * std::size_t{uses} + sessions_kept_back(uses);
  if (sessions.size() < sessions_needed || enrolls.size() < uses) {
    return Error{
        Errc::no_tokens,
        say(tr("an invite for {0} takes {1} session tokens, for them and for letting them in, and "
               "{0} enrol tokens for members; there are {2} and {3} that last long enough"),
            uses, sessions_needed, sessions.size(), enrolls.size())};
  }
  EventTokens tokens;
  for (std::size_t i = 0; i < uses; ++i) {
    wire::Supplies& bundle = tokens.bundles.emplace_back();
    *bundle.add_session() = sessions[2 * i]->second.token;
    *bundle.add_session() = sessions[2 * i + 1]->second.token;
    tokens.enrolls.push_back(enrolls[i]->second.token);
    erase(enrolls[i]);
    erase(sessions[2 * i]);
    erase(sessions[2 * i + 1]);
  }
  return tokens;
}

std::optional<wire::Token> Wallet::take_enroll(wire::TokenKind kind, TimePoint now) {
  auto enrolls = newest_first(now, [](const Coin& coin) { return is_enroll_token(coin.token); });
  std::erase_if(enrolls, [&](const auto& coin) { return coin->second.token.kind() != kind; });
  if (enrolls.empty()) return std::nullopt;
  std::stable_partition(enrolls.begin(), enrolls.end(),
                        [](const auto& coin) { return !coin->second.doubtful; });
  const wire::Token token = enrolls.front()->second.token;
  erase(enrolls.front());
  return token;
}

std::optional<TokenNonce> Wallet::token_of(const SpendId& spend) const {
  for (const auto& [nonce, coin] : coins_) {
    if (coin.spend == spend) return TokenNonce::from(as_bytes(nonce));
  }
  return std::nullopt;
}

std::uint32_t Wallet::count_sessions() const {
  return static_cast<std::uint32_t>(
      std::count_if(coins_.begin(), coins_.end(), [](const auto& entry) {
        const Coin& coin = entry.second;
        return coin.purpose == Purpose::general && !coin.spend && is_session_token(coin.token);
      }));
}

std::uint32_t Wallet::count_enrolls() const {
  return static_cast<std::uint32_t>(
      std::count_if(coins_.begin(), coins_.end(),
                    [](const auto& entry) { return is_enroll_token(entry.second.token); }));
}

bool Wallet::has_doubtful() const {
  return std::any_of(coins_.begin(), coins_.end(),
                     [](const auto& entry) { return entry.second.doubtful; });
}

void Wallet::expire(TimePoint now) {
  for (auto coin = coins_.begin(); coin != coins_.end();) {
    const auto next = std::next(coin);
    if (coin->second.token.week() + 1 < wire::token_week(now)) erase(coin);
    coin = next;
  }
}

/// What pays for this lane already.
Wallet::Coin* Wallet::open_for(Lane lane, TimePoint now) {
  for (auto& [nonce, coin] : coins_) {
    if (coin.spend && (coin.lanes & bit(lane)) != 0 && is_taken(coin.token, now)) return &coin;
  }
  return nullptr;
}

/// What pays for collecting, for dropping, or the other way round, while tokens are few.
Wallet::Coin* Wallet::to_share(Lane lane, TimePoint now) {
  if (lane != Lane::collect && lane != Lane::drop) return nullptr;
  if (count_sessions() > few_tokens) return nullptr;
  for (auto& [nonce, coin] : coins_) {
    if (coin.spend && coin.purpose == Purpose::general && is_taken(coin.token, now)) {
      return &coin;
    }
  }
  return nullptr;
}

/// The oldest week first, and what was issued today only when there is nothing else.
Wallet::Coin* Wallet::unspent(Purpose purpose, TimePoint now) {
  const std::uint32_t today = wire::unix_day(now);
  const auto rank = [&](const Coin& coin) {
    return std::tuple(coin.from_day > today, coin.doubtful, coin.token.week());
  };
  Coin* best = nullptr;
  for (auto& [nonce, coin] : coins_) {
    if (coin.purpose != purpose || coin.spend || !is_session_token(coin.token) ||
        !is_taken(coin.token, now)) {
      continue;
    }
    // A vault's other life takes them from the front: those at the back are likelier to be good.
    const bool at_the_back = coin.doubtful && best != nullptr && rank(coin) == rank(*best);
    if (best == nullptr || rank(coin) < rank(*best) || at_the_back) best = &coin;
  }
  return best;
}

/// What remains of a token that was set aside. It ties two lanes together at the relay, so it comes
/// last: better that than a sighting that does not leave.
Wallet::Coin* Wallet::left_over(Lane lane, TimePoint now) {
  if (lane != Lane::collect && lane != Lane::drop) return nullptr;
  for (auto& [nonce, coin] : coins_) {
    if (coin.spend && coin.left && coin.left->proofs() > 0 && is_taken(coin.token, now)) {
      return &coin;
    }
  }
  return nullptr;
}

SpendOrder Wallet::open(Coin& coin, Lane lane) {
  if (!coin.spend || (coin.lanes & bit(lane)) == 0) {
    if (!coin.spend) coin.spend = random_.fixed<SpendId>();
    coin.lanes |= bit(lane);
    save(coin);
  }
  return {coin.token, *coin.spend};
}

std::vector<Wallet::Coins::iterator> Wallet::newest_first(TimePoint now,
                                                          bool (*wanted)(const Coin&)) {
  std::vector<Coins::iterator> found;
  for (auto coin = coins_.begin(); coin != coins_.end(); ++coin) {
    if (wanted(coin->second) && is_taken(coin->second.token, now)) found.push_back(coin);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return a->second.token.week() > b->second.token.week();
  });
  return found;
}

Wallet::Coins::iterator Wallet::find(const SpendId& spend) {
  return std::find_if(coins_.begin(), coins_.end(),
                      [&](const auto& entry) { return entry.second.spend == spend; });
}

void Wallet::save(const Coin& coin) {
  state::Coin kept;
  *kept.mutable_token() = coin.token;
  kept.set_from_day(coin.from_day);
  kept.set_purpose(static_cast<std::uint32_t>(coin.purpose));
  if (coin.spend) kept.set_spend_id(coin.spend->str());
  kept.set_lanes(coin.lanes);
  if (coin.left) *kept.mutable_left() = *coin.left;
  kept.set_doubtful(coin.doubtful);
  journal_.put(Table::wallet, to_bytes(as_bytes(coin.token.nonce())), kept);
}

void Wallet::erase(Coins::iterator coin) {
  journal_.erase(Table::wallet, to_bytes(as_bytes(coin->first)));
  coins_.erase(coin);
}

}  // namespace porchlight::client
