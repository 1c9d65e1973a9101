#include "proto/base/translate.hpp"
#include "relay/store/commit.hpp"

namespace porchlight::relay {
namespace {

// A batch that is undone unless it was committed.
class Batch {
 public:
  explicit Batch(Database& database) : database_(database) {}
  ~Batch() { database_.rollback(); }
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

 private:
  Database& database_;
};

// Yesterday's and last week's allotments stay, for requests that are asked again (clause 3.6).
Result<std::size_t> forget_allotments(Ledger& ledger, wire::TimePoint now) {
  std::size_t most = 0;
  for (const TokenKind kind : all_token_kinds) {
    const std::uint32_t period =
        kind == TokenKind::enroll_inviter ? wire::token_week(now) : wire::unix_day(now);
    TRY(const std::size_t count,
        ledger.forget_allotments(kind, period - 1, limits::erase_batch_max));
    most = std::max(most, count);
  }
  return most;
}

}  // namespace

Result<Swept> sweep(Database& database, wire::TimePoint now) {
  constexpr std::size_t count_max = limits::erase_batch_max;
  const std::uint32_t hour = wire::unix_hour(now);
  // Of a clock that was never set nothing is over.
  const std::uint32_t this_week = wire::token_week(now);
  const std::uint32_t last_week = this_week == 0 ? 0 : this_week - 1;
  Store& store = database.store();
  Ledger& ledger = database.ledger();

  CHECK(database.begin());
  const Batch batch(database);
  TRY(const std::size_t envelopes, store.expire(hour, count_max));
  TRY(const std::size_t mailboxes, store.forget_emptied(hour, count_max));
  CHECK(ledger.end_token_weeks(last_week));
  TRY(const std::size_t spent, ledger.forget_spent(last_week, count_max));
  TRY(const std::size_t allotments, forget_allotments(ledger, now));
  CHECK(database.commit());

  Swept swept{envelopes, Swept::Rest::none};
  if (std::max({envelopes, mailboxes, spent, allotments}) == count_max) {
    swept.rest = Swept::Rest::more;
    return swept;
  }
  if (const Status scrubbed = database.scrub(); !scrubbed) {
    if (scrubbed.error().code != Errc::conflict) return scrubbed.error();
    swept.rest = Swept::Rest::unscrubbed;
  }
  return swept;
}

Result<Keyring> load_keyring(Database& database, const TokenSecret& secret,
                             const SigningKey& identity, wire::TimePoint now) {
  TRY(const std::uint32_t first, database.ledger().first_token_week());
  if (wire::token_week(now) < first) {
    return Error{Errc::expired,
                 tr("The week that this machine's clock shows is over, and which of its tokens "
                    "were spent is forgotten. Either the clock is behind: set it, and nothing is "
                    "lost. Or it had run ahead before: then tokens can be issued again from the "
                    "week before the one it had run to, or by a new relay.")};
  }
  return Keyring::derive(secret, identity, now);
}

}  // namespace porchlight::relay
