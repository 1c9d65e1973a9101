#include "tests/sim/relay_view.hpp"

#include "proto/wire/envelope.hpp"
#include "proto/wire/mailbox.hpp"

namespace porchlight::sim {
namespace {

std::string owner(const std::string& purpose) { return purpose.substr(0, purpose.find(' ')); }

bool is_join(const std::string& purpose) { return purpose.ends_with(" join"); }

bool is_mailboxes(const std::string& purpose) {
  return purpose.ends_with(" collect") || purpose.ends_with(" drop");
}

bool is_control(const std::string& bytes) {
  const auto address = wire::MailboxAddress::decode(bytes);
  return address.ok() && address->drop_key && address->has(wire::mailbox_flag::long_kept);
}

}  // namespace

void RelayView::on_request(ConnectionId connection, const std::string& purpose,
                           const std::string& frame) {
  on_bytes("a request", frame);
  wire::Request request;
  if (!request.ParseFromString(frame)) {
    world_.fail("relay view: " + purpose + " sent a frame that does not decode");
    return;
  }
  switch (request.op_case()) {
    case wire::Request::kSpend:
      return on_spend(connection, purpose, request.spend());
    case wire::Request::kProve:
      on_address(request.prove().address());
      if (proofs_.emplace(request.prove().signature(), connection).first->second != connection) {
        world_.fail("relay view: " + purpose +
                    " used a proof of possession on a second connection");
      }
      return;
    case wire::Request::kDrop:
      on_address(request.drop().address());
      on_envelope(as_bytes(request.drop().envelope()));
      // Everybody in a group brings back a change that the relay has lost: to a mailbox that the
      // relay sees all of them read.
      if (is_control(request.drop().address())) return;
      return belongs(wire::envelope_hash(as_bytes(request.drop().envelope())).str(), "envelope",
                     purpose);
    case wire::Request::kCollect:
      return on_address(request.collect().address());
    case wire::Request::kErase:
      return on_address(request.erase().address());
    case wire::Request::kIssue:
      for (const std::string& element : request.issue().blinded()) {
        belongs(element, "blinded element", purpose);
      }
      return on_account(connection, purpose, request.issue().account());
    case wire::Request::kEnroll:
      belongs(request.enroll().token().nonce(), "nonce", purpose);
      return on_account(connection, purpose, request.enroll().account());
    case wire::Request::kPing:
    case wire::Request::kAskPuzzle:
    case wire::Request::kSolve:
      return;
    case wire::Request::OP_NOT_SET:
      world_.fail("relay view: " + purpose + " sent a request without an operation");
  }
}

void RelayView::on_bytes(std::string_view where, std::string_view bytes) {
  for (const std::string& word : words_) {
    if (bytes.find(word) != std::string_view::npos) {
      world_.fail("relay view: the relay could read \"" + word + "\" in " + std::string(where));
    }
  }
}

void RelayView::belongs(const std::string& identifier, std::string_view kind,
                        const std::string& purpose) {
  const auto [found, fresh] = purpose_of_.emplace(std::string(kind) + ' ' + identifier, purpose);
  if (!fresh && found->second != purpose) {
    world_.fail("relay view: one " + std::string(kind) + " ties " + found->second + " to " +
                purpose);
  }
}

void RelayView::on_address(const std::string& address) {
  addresses_.insert(address);
  for (std::size_t at = 1; at < address.size(); at += VerifyKey::size_bytes) {
    const auto [found, fresh] =
        address_of_key_.emplace(address.substr(at, VerifyKey::size_bytes), address);
    if (!fresh && found->second != address)
      world_.fail("relay view: one key ties two mailboxes together");
  }
}

std::vector<MailboxId> RelayView::mailboxes() const {
  std::vector<MailboxId> ids;
  for (const std::string& bytes : addresses_) {
    const auto address = wire::MailboxAddress::decode(bytes);
    const bool is_parcel =
        address.ok() && address->drop_key && address->has(wire::mailbox_flag::erasable);
    if (address.ok() && !is_parcel) ids.push_back(address->id());
  }
  return ids;
}

std::vector<MailboxId> RelayView::inboxes() const {
  std::vector<MailboxId> ids;
  for (const std::string& bytes : addresses_) {
    const auto address = wire::MailboxAddress::decode(bytes);
    if (address.ok() && !address->drop_key) ids.push_back(address->id());
  }
  return ids;
}

void RelayView::on_spend(ConnectionId connection, const std::string& purpose,
                         const wire::Spend& spend) {
  // A device with few tokens pays with one for what it collects and what it drops, and in the end
  // with what remains of the one for its parcel or its join request (clause 6.6).
  const std::string payer = is_mailboxes(purpose) ? owner(purpose) : purpose;
  const std::string& nonce = spend.token().nonce();
  const auto before = purpose_of_.find("nonce " + nonce);
  const std::string first = before == purpose_of_.end() ? payer : before->second;
  if (first == payer) {
    belongs(nonce, "nonce", payer);
  } else if (is_mailboxes(purpose) && owner(first) == payer) {
    world_.count("last resorts");
  } else if (is_join(purpose) && is_join(first)) {
    world_.count("bundles tried by two");  // of an event: whoever is second takes another
  } else {
    belongs(nonce, "nonce", payer);
  }
  if (first == payer) belongs(spend.spend_id(), "spend id", payer);
  paid_.insert(connection);
  if (account_on_.contains(connection))
    world_.fail("relay view: " + purpose + " spent beside an account");
  const auto [found, fresh] =
      spend_ids_.emplace(std::pair{nonce, owner(purpose)}, spend.spend_id());
  if (!fresh && found->second != spend.spend_id()) {
    world_.fail("relay view: " + purpose + " presented one token under two spend ids");
  }
}

void RelayView::on_account(ConnectionId connection, const std::string& purpose,
                           const std::string& account) {
  belongs(account, "account", owner(purpose));
  if (paid_.contains(connection))
    world_.fail("relay view: " + purpose + " showed an account beside a token");
  const auto [found, fresh] = account_on_.emplace(connection, account);
  if (!fresh && found->second != account) world_.fail("relay view: two accounts on one connection");
}

}  // namespace porchlight::sim
