#include "client/core/enrolment.hpp"

#include "client/core/state.pb.h"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/wire/signed.hpp"
#include "proto/wire/subject.hpp"

namespace porchlight::client {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using wire::TokenKind;

const Bytes record_name = to_bytes(as_bytes("enrolment"));
constexpr std::size_t token_bytes = TokenOutput::size_bytes;

TokenKind kind_of(Errand errand) {
  switch (errand) {
    case Errand::issue_session:
      return wire::TOKEN_KIND_SESSION;
    case Errand::issue_enroll_member:
      return wire::TOKEN_KIND_ENROLL_MEMBER;
    case Errand::issue_enroll_inviter:
      return wire::TOKEN_KIND_ENROLL_INVITER;
    case Errand::enroll:
      break;
  }
  return wire::TOKEN_KIND_NONE;
}

bool is_weekly(TokenKind kind) { return kind == wire::TOKEN_KIND_ENROLL_INVITER; }

std::uint32_t period(TokenKind kind, TimePoint relay_time) {
  return is_weekly(kind) ? wire::token_week(relay_time) : wire::unix_day(relay_time);
}

TimePoint period_start(TokenKind kind, std::uint32_t period) {
  return is_weekly(kind) ? wire::token_week_start(period)
                         : TimePoint{std::chrono::days{std::int64_t{period}}};
}

std::uint32_t allotment_size(TokenKind kind) {
  if (kind == wire::TOKEN_KIND_SESSION) return limits::session_tokens_per_day;
  return is_weekly(kind) ? limits::enroll_inviter_tokens_per_week
                         : limits::enroll_member_tokens_per_day;
}

}  // namespace

void Enrolment::add_token(const wire::Token& token, TimePoint now) {
  if (enrolled() || token_) {
    // An inviter's account is worth more than a member's; the other token becomes stock.
    const bool better = !enrolled() && token.kind() == wire::TOKEN_KIND_ENROLL_INVITER &&
                        token_->kind() != wire::TOKEN_KIND_ENROLL_INVITER;
    parts_.wallet.add(better ? *token_ : token, Wallet::Purpose::general, 0);
    if (!better) return;
  }
  token_ = token;
  due_ = later(now, hours(1), hours(12));
  save();
}

void Enrolment::begin_again(TimePoint now) {
  const std::uint32_t week = wire::token_week(parts_.relay.relay_time(now));
  if (!enrolled() || token_ || !used_ || used_->week() + 1 < week) return;
  token_ = used_;
  due_ = later(now, hours(1), hours(12));
  save();
}

void Enrolment::forget_asked() {
  for (auto& [kind, allotment] : allotments_) allotment.asked.reset();
  save();
}

std::optional<TimePoint> Enrolment::due() const {
  if (!token_) return std::nullopt;
  return due_;
}

std::optional<TimePoint> Enrolment::next_tokens_at() const {
  const auto session = allotments_.find(wire::TOKEN_KIND_SESSION);
  if (session == allotments_.end()) return std::nullopt;
  return session->second.due;
}

std::optional<Errand> Enrolment::errand(TimePoint now, Haste haste) const {
  // Nothing is ever put off for longer than to the end of the next period: what seems to be was put
  // off by a clock that has been set right since.
  const auto is_due = [&](TimePoint due) {
    return haste == Haste::now || due <= now || due > now + hours(14 * 24);
  };
  if (token_) return is_due(due_) ? std::optional(Errand::enroll) : std::nullopt;
  for (const Errand errand :
       {Errand::issue_session, Errand::issue_enroll_member, Errand::issue_enroll_inviter}) {
    const auto allotment = allotments_.find(kind_of(errand));
    if (allotment != allotments_.end() && is_due(allotment->second.due) &&
        is_available(allotment->first, now)) {
      return errand;
    }
  }
  return std::nullopt;
}

std::optional<TimePoint> Enrolment::next_errand_at() const {
  if (token_) return due_;
  std::optional<TimePoint> next;
  for (const auto& [kind, allotment] : allotments_) {
    if (!next || allotment.due < *next) next = allotment.due;
  }
  return next;
}

/// Its period has come, and the key that will sign was shown on a lane.
bool Enrolment::is_available(TokenKind kind, TimePoint now) const {
  const TimePoint relay_time = parts_.relay.relay_time(now);
  const std::uint32_t here = period(kind, relay_time);
  const std::uint32_t next = allotments_.at(kind).next_period;
  const bool has_come = here >= next || next > here + 1;  // the latter by a clock that was wrong
  return has_come && parts_.relay.token_key(kind, wire::token_week(relay_time)).has_value();
}

Result<wire::Request> Enrolment::request(Errand errand, const SigningKey& account,
                                         const RelayIdentity& relay, const Challenge& challenge,
                                         TimePoint now) {
  if (errand == Errand::enroll) return enroll_request(account, relay, challenge);
  return issue_request(kind_of(errand), account, relay, challenge, now);
}

Result<wire::Request> Enrolment::enroll_request(const SigningKey& account,
                                                const RelayIdentity& relay,
                                                const Challenge& challenge) const {
  if (!token_) return Error{Errc::not_found, tr("there is no token to enrol with")};
  wire::Request request;
  wire::Enroll* enroll = request.mutable_enroll();
  *enroll->mutable_token() = *token_;
  enroll->set_account(account.verify_key().str());
  const Digest subject = wire::enroll_subject(*token_);
  enroll->set_signature(
      wire::prove_possession(wire::label::enroll, relay, challenge, subject.view(), account).str());
  return request;
}

Result<wire::Request> Enrolment::issue_request(TokenKind kind, const SigningKey& account,
                                               const RelayIdentity& relay,
                                               const Challenge& challenge, TimePoint now) {
  const auto found = allotments_.find(kind);
  if (found == allotments_.end() || !is_available(kind, now)) {
    return Error{Errc::not_found, tr("there are no tokens to fetch at this time")};
  }
  CHECK(ask(found->second, kind, now));
  const Asked& asked = *found->second.asked;
  std::vector<voprf::Element> elements;
  wire::Request request;
  wire::Issue* issue = request.mutable_issue();
  for (const voprf::Blinded& blinded : asked.blinded) {
    elements.push_back(blinded.element);
    issue->add_blinded(blinded.element.str());
  }
  issue->set_account(account.verify_key().str());
  issue->set_kind(kind);
  issue->set_week(asked.week);
  const Digest subject = wire::issue_subject(kind, asked.week, elements);
  issue->set_signature(
      wire::prove_possession(wire::label::issue, relay, challenge, subject.view(), account).str());
  return request;
}

/// Draws the elements, unless those of this period were drawn already: the relay evaluates the same
/// ones again, and refuses others.
Status Enrolment::ask(Allotment& allotment, TokenKind kind, TimePoint now) {
  const TimePoint relay_time = parts_.relay.relay_time(now);
  const std::uint32_t week = wire::token_week(relay_time);
  const std::uint32_t now_period = period(kind, relay_time);
  if (allotment.asked && allotment.asked->period == now_period && allotment.asked->week == week) {
    return Ok{};
  }
  Asked asked{now_period, week, {}, {}};
  for (std::uint32_t i = 0; i < allotment_size(kind); ++i) {
    const auto nonce = parts_.random.fixed<TokenNonce>();
    TRY(voprf::Blinded blinded, voprf::blind(nonce.view(), parts_.random));
    asked.nonces.push_back(nonce);
    asked.blinded.push_back(std::move(blinded));
  }
  allotment.asked = std::move(asked);
  save();
  return Ok{};
}

void Enrolment::on_answer(Errand errand, const wire::Answer& answer, TimePoint now) {
  if (errand == Errand::enroll) {
    on_enroll_answer(answer, now);
  } else {
    on_issue_answer(kind_of(errand), answer, now);
  }
  save();
}

void Enrolment::on_enroll_answer(const wire::Answer& answer, TimePoint now) {
  if (!token_) return;
  if (answer.has_done()) {
    role_ = token_->kind();
    used_ = std::exchange(token_, std::nullopt);
    if (lost_) {
      // A new account has had nothing of today's yet.
      for (auto& [kind, allotment] : allotments_) allotment.next_period = 0;
    }
    set_found();
    // Both requests show the account: nothing is gained by waiting with the first allotment.
    allotments_[wire::TOKEN_KIND_SESSION].due = to_the_minute(now);
    if (role_ == wire::TOKEN_KIND_ENROLL_INVITER) {
      allotments_[wire::TOKEN_KIND_ENROLL_MEMBER].due = to_the_minute(now);
      allotments_[wire::TOKEN_KIND_ENROLL_INVITER].due = to_the_minute(now);
    } else {
      allotments_.erase(wire::TOKEN_KIND_ENROLL_MEMBER);  // of an inviter's account that was lost
      allotments_.erase(wire::TOKEN_KIND_ENROLL_INVITER);
    }
  } else if (answer.failure().code() == wire::FAILURE_NOT_AUTHORISED) {
    token_.reset();
    used_.reset();
    if (enrolled()) return;  // the second time: it was known, or is too old by now
    if (lost_) return come_back(now);
    parts_.warnings.add(WarningView::Kind::token_refused,
                        tr("The relay did not take the token to enrol with: somebody else may have "
                           "used this invite, or it lay too long. Ask for a new invite."),
                        now);
  } else {
    due_ = later(now, minutes(10), hours(1));
  }
}

void Enrolment::on_issue_answer(TokenKind kind, const wire::Answer& answer, TimePoint now) {
  const auto found = allotments_.find(kind);
  if (found == allotments_.end() || !found->second.asked) return;
  Allotment& allotment = found->second;
  if (answer.has_issued()) {
    if (take_tokens(kind, allotment, answer.issued(), now).ok()) {
      finish(kind, allotment);
      set_found();
      return;
    }
    parts_.warnings.add(WarningView::Kind::keys_differ,
                        tr("The relay signed tokens with another key than it shows: it may be "
                           "telling people apart. None of them was kept. Tell the others."),
                        now);
  } else if (answer.failure().code() == wire::FAILURE_NOT_AUTHORISED) {
    return on_issue_refused(kind, allotment, now);
  } else if (answer.failure().code() == wire::FAILURE_ALLOTMENT) {
    finish(kind, allotment);  // had already: the next period will tell
    return;
  }
  allotment.due = later(now, minutes(10), hours(1));
}

/// An inviter's tokens are perhaps not given yet: the next period will tell. Session tokens are
/// given to every account, but to nobody just when a week begins: a relay that was replaced and
/// refuses them does not know the account (clause 4.8).
void Enrolment::on_issue_refused(TokenKind kind, Allotment& allotment, TimePoint now) {
  const TimePoint relay_time = parts_.relay.relay_time(now);
  const std::uint32_t week = allotment.asked->week;
  const bool week_begins = wire::token_week(relay_time - hours(1)) != week ||
                           wire::token_week(relay_time + hours(1)) != week;
  const bool unknown =
      kind == wire::TOKEN_KIND_SESSION && parts_.relay.replaced_hour() && !week_begins;
  if (unknown && !lost_) {
    lost_ = true;
    come_back(now);
  }
  if (!token_) finish(kind, allotment);  // otherwise it is asked for again once it has enrolled
}

/// What the relay has forgotten is made anew with a token that is held, or the person is told.
void Enrolment::come_back(TimePoint now) {
  const TimePoint relay_time = parts_.relay.relay_time(now);
  if (!token_ && used_ && is_taken(*used_, relay_time)) token_ = used_;
  if (!token_) token_ = parts_.wallet.take_enroll(role_, relay_time);
  used_.reset();
  if (token_) due_ = later(now, hours(1), hours(12));
  if (token_) return;
  const bool inviter = role_ == wire::TOKEN_KIND_ENROLL_INVITER;
  parts_.warnings.replace(
      WarningView::Kind::account_lost,
      inviter ? tr("The relay was restored from a backup that is older than this device's account, "
                   "and gives it no more tokens. Groups and messages are kept, and what tokens are "
                   "left are used. Ask the relay's operator for an inviter's invite, and follow it "
                   "with porchlight join.")
              : tr("The relay was restored from a backup that is older than this device's account, "
                   "and gives it no more tokens. Groups and messages are kept, and what tokens are "
                   "left are used. Ask a coordinator, or the relay's operator, for a new invite, "
                   "and follow it with porchlight join."),
      now);
}

void Enrolment::set_found() {
  if (!std::exchange(lost_, false)) return;
  parts_.warnings.remove(WarningView::Kind::account_lost);
}

/// Checks the proof over all of them before one is kept (clause 6.4).
Status Enrolment::take_tokens(TokenKind kind, const Allotment& allotment,
                              const wire::Issued& issued, TimePoint now) {
  const Asked& asked = *allotment.asked;
  const Error wrong{Errc::not_authentic, "the relay's tokens do not hold"};
  const auto key_bytes = parts_.relay.token_key(kind, asked.week);
  const auto key = key_bytes ? voprf::PublicKey::from(*key_bytes) : std::nullopt;
  voprf::Evaluation evaluation;
  if (!key || !read(evaluation.proof, issued.proof())) return wrong;
  for (const std::string& bytes : issued.evaluated()) {
    if (!read(evaluation.elements.emplace_back(), bytes)) return wrong;
  }
  std::vector<ByteView> inputs;
  for (const TokenNonce& nonce : asked.nonces) inputs.push_back(nonce.view());
  TRY(const auto outputs, voprf::finalize(inputs, asked.blinded, evaluation, *key));
  // Spent from tomorrow on, so that fetching and spending cannot be paired by their time.
  const std::uint32_t from_day = wire::unix_day(parts_.relay.relay_time(now)) + 1;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    wire::Token token;
    token.set_kind(kind);
    token.set_week(asked.week);
    token.set_nonce(asked.nonces[i].str());
    token.set_output(to_string(outputs[i].view().first(token_bytes)));
    parts_.wallet.add(token, Wallet::Purpose::general, from_day);
  }
  return Ok{};
}

/// Until the next period, at a random minute of it.
void Enrolment::finish(TokenKind kind, Allotment& allotment) {
  allotment.next_period = allotment.asked->period + 1;
  allotment.asked.reset();
  const TimePoint start = period_start(kind, allotment.next_period);
  allotment.due = later(start, minutes(0), is_weekly(kind) ? hours(7 * 24) : hours(24));
}

TimePoint Enrolment::later(TimePoint now, minutes least, minutes most) {
  const auto span = static_cast<std::uint64_t>((most - least).count());
  return to_the_minute(now) + least + minutes(static_cast<std::int64_t>(parts_.random.below(span)));
}

bool Enrolment::load(const Record& record) {
  state::Enrolment kept;
  if (!parse(kept, record.value.reveal())) return false;
  if (kept.has_token()) token_ = kept.token();
  if (kept.has_used()) used_ = kept.used();
  due_ = from_minute(kept.due_minute());
  role_ = kept.role();
  lost_ = kept.lost();
  for (auto& kept_allotment : *kept.mutable_allotments()) {
    Allotment& allotment = allotments_[kept_allotment.kind()];
    allotment.next_period = kept_allotment.next_period();
    allotment.due = from_minute(kept_allotment.due_minute());
    if (!kept_allotment.has_asked()) continue;
    auto& kept_asked = *kept_allotment.mutable_asked();
    const int size = kept_asked.nonces_size();
    if (kept_asked.blinds_size() != size || kept_asked.elements_size() != size) return false;
    Asked asked{kept_asked.period(), kept_asked.week(), {}, {}};
    for (int i = 0; i < size; ++i) {
      voprf::Blinded& blinded = asked.blinded.emplace_back();
      if (!read(asked.nonces.emplace_back(), kept_asked.nonces(i)) ||
          !take_secret(blinded.blind, *kept_asked.mutable_blinds(i)) ||
          !read(blinded.element, kept_asked.elements(i))) {
        return false;
      }
    }
    allotment.asked = std::move(asked);
  }
  return true;
}

void Enrolment::save() {
  state::Enrolment kept;
  if (token_) *kept.mutable_token() = *token_;
  if (used_) *kept.mutable_used() = *used_;
  kept.set_due_minute(wire::unix_minute(due_));
  kept.set_role(role_);
  kept.set_lost(lost_);
  for (const auto& [kind, allotment] : allotments_) {
    auto* added = kept.add_allotments();
    added->set_kind(kind);
    added->set_next_period(allotment.next_period);
    added->set_due_minute(wire::unix_minute(allotment.due));
    if (!allotment.asked) continue;
    auto* asked = added->mutable_asked();
    asked->set_period(allotment.asked->period);
    asked->set_week(allotment.asked->week);
    for (const TokenNonce& nonce : allotment.asked->nonces) asked->add_nonces(nonce.str());
    for (const voprf::Blinded& blinded : allotment.asked->blinded) {
      asked->add_blinds(to_string(blinded.blind.reveal()));
      asked->add_elements(blinded.element.str());
    }
  }
  parts_.journal.put(Table::profile, record_name, kept);
  for (auto& allotment : *kept.mutable_allotments()) {
    for (auto& blind : *allotment.mutable_asked()->mutable_blinds()) wipe_text(blind);
  }
}

}  // namespace porchlight::client
