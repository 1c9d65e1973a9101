// A relay without sockets in a test: sessions over a memory database, and a client's half in
// helpers.
#pragma once

#include <gtest/gtest.h>

#include "proto/wire/envelope.hpp"
#include "proto/wire/relay_address.hpp"
#include "proto/wire/signed.hpp"
#include "proto/wire/subject.hpp"
#include "relay/core/session.hpp"
#include "relay/store/commit.hpp"
#include "relay/store/memory_database.hpp"

namespace porchlight::relay::testing {

/// Wednesday, 2026-04-01, 12:30 UTC.
inline constexpr wire::TimePoint noon{std::chrono::seconds{1'775'046'600}};

template <class AnySecret>
AnySecret numbered_secret(Byte number) {
  AnySecret secret;
  std::fill(secret.fill().begin(), secret.fill().end(), number);
  return secret;
}
inline SigningKey key(Byte number) { return SigningKey{numbered_secret<SigningSeed>(number)}; }

inline std::string bytes(std::size_t size, char fill = 'x') { return std::string(size, fill); }

/// A mailbox with all the keys.
struct TestMailbox {
  explicit TestMailbox(Byte number, Byte flags = 0) : collect(key(number)), drop(key(number + 1)) {
    address = {flags, collect.verify_key(), drop.verify_key()};
  }
  static TestMailbox open_to_all(Byte number, Byte flags = 0) {
    TestMailbox mailbox(number, flags);
    mailbox.address.drop_key.reset();
    return mailbox;
  }
  std::string encoded() const { return to_string(address.encode()); }

  SigningKey collect;
  SigningKey drop;
  wire::MailboxAddress address;
};

struct TestRelay {
  TestRelay() : database((crypto_init(), make_memory_database({1u << 30, {}}))) { load_keys(); }

  void load_keys() {
    auto loaded = load_keyring(*database, token_secret, identity, now);
    ASSERT_TRUE(loaded.ok());
    context.keyring = std::make_shared<const Keyring>(*std::move(loaded));
  }
  wire::Token mint(TokenKind kind = TokenKind::session) {
    return *context.keyring->mint(kind, now, random);
  }
  /// An account of the kind's role, enrolled so long ago that it may do everything.
  void add_account(const SigningKey& account, Role role) {
    ASSERT_TRUE(database->begin().ok());
    ASSERT_TRUE(database->ledger()
                    .put_account(*AccountKey::from(account.verify_key().view()),
                                 {role, wire::token_week(now) - 2})
                    .ok());
    ASSERT_TRUE(database->commit().ok());
  }

  SystemRandom random;
  SigningKey identity = key(200);
  TokenSecret token_secret = numbered_secret<TokenSecret>(201);
  wire::TimePoint now = noon;
  std::unique_ptr<Database> database;
  SessionContext context{wire::relay_identity(identity.verify_key()), {}, {}, nullptr, random};
};

/// One connection. Operations are committed when commit() is called, in order, or at once by ask().
class TestConnection {
 public:
  explicit TestConnection(TestRelay& relay) : session(relay.context), relay_(relay) {}

  /// Sends a request; what it queues waits for commit().
  void send(wire::Request request) {
    request.set_id(++last_id_);
    const std::string frame = request.SerializeAsString();
    take(session.on_frame(as_bytes(frame), relay_.now));
  }
  void send_raw(std::string_view frame) { take(session.on_frame(as_bytes(frame), relay_.now)); }
  /// Commits all that is queued, and what that makes the session queue, one batch each.
  void commit() {
    while (!queued_.empty()) {
      std::vector<Queue> batch = std::exchange(queued_, {});
      std::vector<const Operation*> operations;
      for (const Queue& queue : batch) operations.push_back(&queue.operation);
      const auto outcomes =
          commit_batch(*relay_.database, operations, relay_.context.policy, relay_.now);
      for (std::size_t i = 0; i < batch.size(); ++i) {
        take(session.on_outcome(batch[i].ticket, outcomes[i], relay_.now));
      }
    }
  }
  /// The one answer to one request; a Collect has none until it delivers.
  wire::Answer ask(wire::Request request) {
    answers.clear();
    send(std::move(request));
    commit();
    EXPECT_EQ(answers.size(), 1u);
    if (answers.empty()) return {};
    EXPECT_TRUE(closed || answers.front().id() == last_id_);
    return answers.front();
  }
  wire::FailureCode failure(wire::Request request) {
    const wire::Answer answer = ask(std::move(request));
    return answer.has_failure() ? answer.failure().code() : wire::FAILURE_NONE;
  }

  // ---- requests -----------------------------------------------------------------------------
  static wire::Request spend(const wire::Token& token, char spend_id = 's') {
    wire::Request request;
    *request.mutable_spend()->mutable_token() = token;
    request.mutable_spend()->set_spend_id(bytes(16, spend_id));
    return request;
  }
  wire::Request prove_collect(const TestMailbox& mailbox) const {
    return prove(mailbox, wire::MAILBOX_RIGHT_COLLECT, wire::label::prove_collect, mailbox.collect);
  }
  wire::Request prove_drop(const TestMailbox& mailbox) const {
    return prove(mailbox, wire::MAILBOX_RIGHT_DROP, wire::label::prove_drop, mailbox.drop);
  }
  wire::Request prove(const TestMailbox& mailbox, wire::MailboxRight right, std::string_view label,
                      const SigningKey& signer) const {
    wire::Request request;
    wire::Prove& prove = *request.mutable_prove();
    prove.set_right(right);
    prove.set_address(mailbox.encoded());
    prove.set_signature(possession(label, as_bytes(mailbox.encoded()), signer));
    return request;
  }
  static wire::Request drop(const TestMailbox& mailbox, char fill = 'x', std::size_t size = 2'048) {
    wire::Request request;
    request.mutable_drop()->set_address(mailbox.encoded());
    request.mutable_drop()->set_envelope(bytes(size, fill));
    return request;
  }
  static wire::Request collect(const TestMailbox& mailbox, std::uint64_t after = 0) {
    wire::Request request;
    request.mutable_collect()->set_address(mailbox.encoded());
    request.mutable_collect()->set_after_seq(after);
    request.mutable_collect()->set_live(true);
    return request;
  }
  static wire::Request erase(const TestMailbox& mailbox, std::uint64_t up_to = UINT64_MAX) {
    wire::Request request;
    request.mutable_erase()->set_address(mailbox.encoded());
    request.mutable_erase()->set_up_to_seq(up_to);
    return request;
  }
  wire::Request issue(const SigningKey& account, TokenKind kind,
                      const std::vector<voprf::Element>& blinded,
                      std::optional<std::uint32_t> week = {}) const {
    wire::Request request;
    wire::Issue& issue = *request.mutable_issue();
    issue.set_account(account.verify_key().str());
    issue.set_kind(wire_kind(kind));
    issue.set_week(week.value_or(wire::token_week(relay_.now)));
    for (const voprf::Element& element : blinded) issue.add_blinded(element.str());
    const Digest subject = wire::issue_subject(issue.kind(), issue.week(), blinded);
    issue.set_signature(possession(wire::label::issue, subject.view(), account));
    return request;
  }
  wire::Request enroll(const SigningKey& account, const wire::Token& token) const {
    wire::Request request;
    wire::Enroll& enroll = *request.mutable_enroll();
    *enroll.mutable_token() = token;
    enroll.set_account(account.verify_key().str());
    const Digest subject = wire::enroll_subject(token);
    enroll.set_signature(possession(wire::label::enroll, subject.view(), account));
    return request;
  }
  static wire::Request ping() {
    wire::Request request;
    request.mutable_ping();
    return request;
  }

  Session session;
  std::vector<wire::Answer> answers;
  std::vector<Deliver> deliveries;
  bool closed = false;

 private:
  std::string possession(std::string_view label, ByteView subject, const SigningKey& signer) const {
    return wire::prove_possession(label, relay_.context.identity, session.challenge(), subject,
                                  signer)
        .str();
  }
  void take(Effects effects) {
    for (Effect& effect : effects) {
      EXPECT_FALSE(closed) << "an effect after Close";
      if (auto* send = std::get_if<Send>(&effect)) {
        answers.push_back(std::move(send->answer));
      } else if (auto* queue = std::get_if<Queue>(&effect)) {
        queued_.push_back(std::move(*queue));
      } else if (auto* deliver = std::get_if<Deliver>(&effect)) {
        deliveries.push_back(*deliver);
      } else {
        closed = true;
      }
    }
  }

  TestRelay& relay_;
  std::vector<Queue> queued_;
  std::uint64_t last_id_ = 0;
};

/// Blinded elements and what is needed to finalize them.
struct TestBlinded {
  TestBlinded(Random& random, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      nonces.push_back(random.fixed<TokenNonce>());
      blinded.push_back(*voprf::blind(nonces.back().view(), random));
      elements.push_back(blinded.back().element);
    }
  }
  std::vector<TokenNonce> nonces;
  std::vector<voprf::Blinded> blinded;
  std::vector<voprf::Element> elements;
};

}  // namespace porchlight::relay::testing
