// The session's part in clause 6: spending, issuing and enrolling.
#include "proto/wire/signed.hpp"
#include "proto/wire/subject.hpp"
#include "relay/core/session.hpp"

namespace porchlight::relay {
namespace {

bool has_possible_sizes(const wire::Token& token) {
  return token.nonce().size() == TokenNonce::size_bytes &&
         token.output().size() == TokenOutput::size_bytes;
}

// None when the number of elements or the size of one is impossible.
std::optional<std::vector<voprf::Element>> decode_blinded(const wire::Issue& issue) {
  const auto count = static_cast<std::size_t>(issue.blinded_size());
  if (count == 0 || count > limits::issue_batch_max) return std::nullopt;
  std::vector<voprf::Element> elements;
  elements.reserve(count);
  for (const std::string& bytes : issue.blinded()) {
    const auto element = voprf::Element::from(bytes);
    if (!element) return std::nullopt;
    elements.push_back(*element);
  }
  return elements;
}

std::uint32_t allotment(const Policy& policy, TokenKind kind) {
  switch (kind) {
    case TokenKind::session:
      return policy.session_tokens_per_day;
    case TokenKind::enroll_member:
      return policy.enroll_member_tokens_per_day;
    case TokenKind::enroll_inviter:
      return policy.enroll_inviter_tokens_per_week;
  }
  return 0;
}

// Of an account only the week of its enrolment is known: on the Monday after, it may be a minute
// old. So the week it enrolled in does not count.
std::uint32_t weeks_to_wait(std::uint32_t days) { return days == 0 ? 0 : (days + 6) / 7 + 1; }

}  // namespace

void Session::spend(const wire::Request& request, wire::TimePoint now) {
  const wire::Spend& spend = request.spend();
  const auto spend_id = SpendId::from(spend.spend_id());
  if (!spend_id || !has_possible_sizes(spend.token())) return malformed();
  const auto token = context_->keyring->accept(spend.token(), now);
  if (!token || token->kind != TokenKind::session) return refuse(request.id());
  // What follows on this connection is paid by this token. Whether it was spent already, only the
  // commit thread knows; it gets what follows after this, and lets nobody else's token pay.
  const Spending spending{{*token, *spend_id}, payer_};
  payer_ = spending.tried;
  queue(request.id(), SpendToken{spending.tried, context_->policy.session_budget}, spending);
}

void Session::issue(const wire::Request& request, wire::TimePoint now) {
  const wire::Issue& issue = request.issue();
  const auto account = AccountKey::from(issue.account());
  auto blinded = decode_blinded(issue);
  if (!account || !blinded || issue.signature().size() != Signature::size_bytes) {
    return malformed();
  }
  if (issues_ >= limits::issues_per_connection_max) {
    return fail(request.id(), wire::FAILURE_BUSY);
  }
  ++issues_;

  const auto kind = token_kind(issue.kind());
  const std::uint32_t week = wire::token_week(now);
  const Digest subject = wire::issue_subject(issue.kind(), issue.week(), *blinded);
  if (!kind || issue.week() != week || !context_->keyring->signing_key(*kind, now) ||
      !proves(wire::label::issue, subject.view(), issue.signature(),
              *VerifyKey::from(account->view()))) {
    return refuse(request.id());
  }
  // Before anything is reserved: what cannot be signed must not use an allotment up (6.2).
  if (!std::all_of(blinded->begin(), blinded->end(), voprf::is_valid)) return malformed();
  if (blinded->size() > allotment(context_->policy, *kind)) {
    return fail(request.id(), wire::FAILURE_ALLOTMENT);
  }
  ReserveAllotment reserve;
  reserve.account = *account;
  reserve.kind = *kind;
  reserve.week = week;
  reserve.period = *kind == TokenKind::enroll_inviter ? week : wire::unix_day(now);
  reserve.wait_weeks = weeks_to_wait(context_->policy.inviter_wait_days);
  reserve.digest = *IssueDigest::from(subject.view());
  queue(request.id(), reserve, Signing{*kind, week, std::move(*blinded)});
}

void Session::sign_tokens(std::uint64_t request_id, const Signing& signing, wire::TimePoint now) {
  const voprf::KeyPair* key = context_->keyring->signing_key(signing.kind, now);
  // A week may have begun since: then this key signs nothing more.
  if (!key || wire::token_week(now) != signing.week) return refuse(request_id);
  const auto evaluation = voprf::blind_evaluate(*key, signing.blinded, context_->random);
  if (!evaluation) return fail(request_id, wire::FAILURE_INTERNAL);
  wire::Issued& issued = *answer(request_id).mutable_issued();
  for (const voprf::Element& element : evaluation->elements) issued.add_evaluated(element.str());
  issued.set_proof(evaluation->proof.str());
}

void Session::enroll(const wire::Request& request, wire::TimePoint now) {
  const wire::Enroll& enroll = request.enroll();
  const auto account = AccountKey::from(enroll.account());
  if (!account || !has_possible_sizes(enroll.token()) ||
      enroll.signature().size() != Signature::size_bytes) {
    return malformed();
  }
  const Digest subject = wire::enroll_subject(enroll.token());
  if (!proves(wire::label::enroll, subject.view(), enroll.signature(),
              *VerifyKey::from(account->view()))) {
    return refuse(request.id());
  }
  const auto token = context_->keyring->accept(enroll.token(), now);
  if (!token || token->kind == TokenKind::session) return refuse(request.id());
  queue(request.id(), Enroll{*token, *account, wire::token_week(now)});
}

}  // namespace porchlight::relay
