#include "relay/server/invite.hpp"

#include "proto/base/translate.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/link.hpp"
#include "proto/wire/person.pb.h"
#include "relay/store/commit.hpp"

namespace porchlight::relay {
namespace {

constexpr int session_supply = 2;  // the join request's, and collecting until the first allotment
// A coordinator invites people before their own account's waiting time is over.
constexpr int inviter_session_stock = 64;
constexpr int inviter_enroll_stock = 20;
constexpr std::uint32_t suite = 1;

class Mint {
 public:
  Mint(const Inviter& inviter, wire::TimePoint now) : inviter_(inviter), now_(now) {}

  Result<wire::Token> one(TokenKind kind) const {
    return inviter_.keyring.mint(kind, now_, inviter_.random);
  }
  template <class Repeated>
  Status some(TokenKind kind, int count, Repeated* into) const {
    for (int i = 0; i < count; ++i) {
      TRY(*into->Add(), one(kind));
    }
    return Ok{};
  }

 private:
  const Inviter& inviter_;
  wire::TimePoint now_;
};

Status fill(wire::Supplies& supplies, Role role, const Mint& mint) {
  const bool inviter = role == Role::inviter;
  const auto enroll = inviter ? TokenKind::enroll_inviter : TokenKind::enroll_member;
  TRY(*supplies.mutable_enroll(), mint.one(enroll));
  const int sessions = session_supply + (inviter ? inviter_session_stock : 0);
  CHECK(mint.some(TokenKind::session, sessions, supplies.mutable_session()));
  if (!inviter) return Ok{};
  return mint.some(TokenKind::enroll_member, inviter_enroll_stock, supplies.mutable_enroll_stock());
}

/// The envelope that waits in the invite's mailbox.
Result<Bytes> make_parcel(const InviteRequest& request, const Inviter& inviter,
                          const wire::InviteKeys& keys, const Mint& mint, wire::TimePoint now) {
  wire::Parcel parcel;
  wire::RelayInvite& invite = *parcel.mutable_relay_invite();
  invite.set_suite(suite);
  invite.set_relay_identity(inviter.address.identity.str());
  invite.set_expires_minute(wire::unix_minute(now + request.lifetime));
  CHECK(fill(*invite.mutable_supplies(), request.role, mint));
  std::string text = parcel.SerializeAsString();
  const SecretBytes payload = SecretBytes::absorb(text);
  return wire::seal_envelope(seal_key(keys.seal), payload.reveal());
}

Status stored(const Outcome& outcome) {
  if (std::holds_alternative<Stored>(outcome)) return Ok{};
  if (std::holds_alternative<Full>(outcome)) {
    return Error{Errc::full,
                 tr("The relay's store is full, so no invite was made. Give it more room "
                    "(store_mib_max, or disk space) and try again.")};
  }
  return Error{Errc::storage, tr("The invite could not be stored. Run: porchlightd check")};
}

Status drop(const wire::MailboxAddress& mailbox, Bytes envelope, const Mint& mint,
            const Inviter& inviter, Database& database, wire::TimePoint now) {
  TRY(const wire::Token token, mint.one(TokenKind::session));
  const Payer payer{{TokenKind::session, token.week(), *TokenNonce::from(token.nonce())},
                    inviter.random.fixed<SpendId>()};
  Append append;
  append.mailbox = mailbox.id();
  append.hash = wire::envelope_hash(envelope);
  append.envelope = std::make_shared<const Bytes>(std::move(envelope));
  append.payer = payer;
  const Operation spend_operation = SpendToken{payer, inviter.policy.session_budget};
  const Operation append_operation = std::move(append);
  const Operation* const operations[] = {&spend_operation, &append_operation};
  return stored(commit_batch(database, operations, inviter.policy, now).back());
}

}  // namespace

Result<std::vector<std::string>> make_invites(const InviteRequest& request, const Inviter& inviter,
                                              Database& database, wire::TimePoint now) {
  if (request.uses < 1 || request.uses > limits::operator_invites_max) {
    return Error{Errc::usage, say(tr("The number of invites must be from 1 to {}."),
                                  limits::operator_invites_max)};
  }
  // The parcel's mailbox is an ordinary one: the invite cannot outlive its envelope.
  const auto longest = std::min<std::chrono::minutes>(
      limits::invite_lifetime_max, std::chrono::hours(24 * inviter.policy.ordinary_days));
  if (request.lifetime < std::chrono::minutes(1) || request.lifetime > longest) {
    return Error{Errc::usage, say(tr("An invite lives from one minute to {} hours."),
                                  longest / std::chrono::hours(1))};
  }
  const Mint mint(inviter, now);
  std::vector<std::string> links;
  for (std::uint32_t i = 0; i < request.uses; ++i) {
    wire::Link link{inviter.address, inviter.random.secret<wire::InviteSeed>(), {}};
    TRY(link.session, mint.one(TokenKind::session));
    const wire::InviteKeys keys(link.seed);
    TRY(Bytes parcel, make_parcel(request, inviter, keys, mint, now));
    CHECK(drop(keys.address(), std::move(parcel), mint, inviter, database, now));
    links.push_back(link.str());
  }
  return links;
}

}  // namespace porchlight::relay
