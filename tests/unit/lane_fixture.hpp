// For the tests of client/core/lane and client/core/errand: a scripted core, and a relay whose
// every answer a test writes.
#pragma once

#include "client/core/lane.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "client/core/errand.hpp"
#include "proto/wire/frame.hpp"
#include "proto/wire/signed.hpp"

namespace porchlight::client {

using testing::ElementsAre;
using testing::IsEmpty;

inline SigningSeed seed(Byte fill) {
  SigningSeed seed;
  for (Byte& byte : seed.fill()) byte = fill;
  return seed;
}

inline wire::MailboxAddress mailbox(Byte number) {
  wire::MailboxAddress address;
  address.collect_key = *VerifyKey::from(Bytes(32, number));
  return address;
}

inline std::string name_of(const MailboxId& id) {
  for (Byte number = 1; number < 250; ++number) {
    if (mailbox(number).id() == id) return "m" + std::to_string(number);
  }
  return "?";
}

/// A core that does as it is told and writes down what it is told.
class ScriptedHost final : public LaneHost, public ErrandHost {
 public:
  std::vector<Subscription> subscriptions() override { return wanted; }
  std::vector<OutboxItem> outbox() override { return queue; }
  std::vector<Erasure> erasures() override { return useless; }
  Result<SpendOrder> spend_order() override {
    if (tokens == 0) return Error{Errc::no_tokens, "No tokens."};
    wire::Token token;
    token.set_kind(wire::TOKEN_KIND_SESSION);
    return SpendOrder{token, *SpendId::from(Bytes(16, static_cast<Byte>(tokens))),
                      contested ? SpendOrder::Claim::contested : SpendOrder::Claim::own};
  }
  Result<Signature> prove(const wire::MailboxAddress& address, wire::MailboxRight,
                          const Challenge&) override {
    if (address.id() == unprovable) return Error{Errc::not_found, "No such key."};
    return Signature{};
  }
  void on_relay_facts(const RelayFacts& facts) override {
    events.push_back("facts " + std::to_string(facts.token_keys.size()));
  }
  void on_budget(const SpendId&, const wire::Budget& left) override {
    events.push_back("budget " + std::to_string(left.drops()));
    if (left.drops() == 0 && left.proofs() == 0) --tokens;
  }
  void on_spend_refused(const SpendId&) override {
    events.push_back("spend refused");
    --tokens;
  }
  void on_delivery(const MailboxId& from, std::uint64_t seq, ByteView) override {
    events.push_back(name_of(from) + " delivers " + std::to_string(seq));
    for (Subscription& subscription : wanted) {
      if (subscription.address.id() == from) subscription.after_seq = seq;
    }
  }
  void on_caught_up(const MailboxId& in, const Incarnation&) override {
    events.push_back(name_of(in) + " caught up");
  }
  void on_dropped(OutboxId id, std::uint64_t seq) override {
    events.push_back("item " + std::to_string(id) + " stored at " + std::to_string(seq));
    std::erase_if(queue, [&](const OutboxItem& item) { return item.id == id; });
  }
  void on_drop_refused(OutboxId id, const wire::Failure& failure) override {
    events.push_back("item " + std::to_string(id) + " refused " + std::to_string(failure.code()));
  }
  void on_erased(const MailboxId& in, std::uint64_t) override {
    events.push_back(name_of(in) + " erased");
    std::erase_if(useless, [&](const Erasure& erasure) { return erasure.address.id() == in; });
  }
  Result<wire::Request> errand_request(const Challenge&) override {
    wire::Request request;
    request.mutable_enroll();
    return request;
  }
  void on_errand_answer(const wire::Answer& answer) override {
    events.push_back(answer.has_failure() ? "errand refused" : "errand done");
  }
  Status persist() override {
    events.push_back("kept");
    if (disk_full) return Error{Errc::full, "The disk is full."};
    return Ok{};
  }

  void queue_item(OutboxId id, Byte to, std::size_t size = 2048) {
    queue.push_back({id, mailbox(to), Bytes(size), std::nullopt});
  }

  std::vector<Subscription> wanted;
  std::vector<OutboxItem> queue;
  std::vector<Erasure> useless;
  std::optional<MailboxId> unprovable;
  unsigned tokens = 9;
  bool disk_full = false;
  bool contested = false;
  std::vector<std::string> events;
};

class LaneTest : public testing::Test {
 protected:
  LaneTest() { crypto_init(); }

  static constexpr auto once = LaneSession::Extent::until_caught_up;
  static constexpr auto live = LaneSession::Extent::live;

  void connect(LaneSession::Extent extent) { session_.emplace(host_, relay_.verify_key(), extent); }
  wire::Answer relay_info() {
    wire::Answer answer;
    wire::RelayInfo& info = *answer.mutable_relay_info();
    info.add_versions(1);
    for (const auto kind : {wire::TOKEN_KIND_SESSION, wire::TOKEN_KIND_ENROLL_MEMBER}) {
      info.add_token_keys(token_key(kind, 7, relay_));
    }
    info.mutable_caps()->set_ordinary_days(7);
    info.set_incarnation(std::string(16, 'i'));
    info.set_challenge(std::string(32, 'c'));
    return answer;
  }
  static std::string token_key(wire::TokenKind kind, Byte fill, const SigningKey& signer) {
    wire::TokenKey key;
    key.set_kind(kind);
    key.set_week(1);
    key.set_public_key(std::string(32, static_cast<char>(fill)));
    return to_string(
        wire::make_signed(wire::label::token_key, as_bytes(key.SerializeAsString()), signer));
  }
  static wire::Answer answer_to(const wire::Request& request) {
    wire::Answer answer;
    answer.set_id(request.id());
    return answer;
  }
  static wire::Answer done(const wire::Request& request) {
    wire::Answer answer = answer_to(request);
    answer.mutable_done();
    return answer;
  }
  static wire::Answer budget(const wire::Request& request, std::uint32_t drops = 64) {
    wire::Answer answer = answer_to(request);
    answer.mutable_budget()->set_drops(drops);
    answer.mutable_budget()->set_drop_bytes(1 << 20);
    answer.mutable_budget()->set_proofs(64);
    return answer;
  }
  static wire::Answer dropped(const wire::Request& request, std::uint64_t seq) {
    wire::Answer answer = answer_to(request);
    answer.mutable_dropped()->set_seq(seq);
    return answer;
  }
  static wire::Answer failure(const wire::Request& request, wire::FailureCode code) {
    wire::Answer answer = answer_to(request);
    answer.mutable_failure()->set_code(code);
    return answer;
  }
  static wire::Answer delivery(const wire::Request& request, std::uint64_t seq,
                               std::size_t size = 2048) {
    wire::Answer answer = answer_to(request);
    answer.mutable_delivery()->set_seq(seq);
    answer.mutable_delivery()->set_envelope(std::string(size, 'e'));
    return answer;
  }
  static wire::Answer caught_up(const wire::Request& request, char incarnation = 'i') {
    wire::Answer answer = answer_to(request);
    answer.mutable_caught_up()->set_incarnation(std::string(16, incarnation));
    return answer;
  }

  void say(const wire::Answer& answer) { session_->on_frame(as_bytes(answer.SerializeAsString())); }
  template <class Session>
  static Result<std::vector<wire::Request>> step(Session& session) {
    TRY(const std::string output, session.step());
    std::vector<wire::Request> requests;
    std::string_view rest = output;
    while (!rest.empty()) {
      std::size_t size = 0;
      for (const char byte : rest.substr(0, 4)) size = size << 8 | static_cast<Byte>(byte);
      requests.emplace_back().ParseFromArray(rest.data() + 4, static_cast<int>(size));
      rest.remove_prefix(4 + size);
    }
    return requests;
  }
  /// What leaves after `answers`; the connection must go on.
  template <class... Answers>
  std::vector<wire::Request> after(const Answers&... answers) {
    (say(answers), ...);
    auto requests = step(*session_);
    EXPECT_TRUE(requests.ok()) << requests.error().what;
    return requests.ok() ? *requests : std::vector<wire::Request>{};
  }
  /// How the connection ends after `answers`.
  template <class... Answers>
  std::optional<Errc> end_after(const Answers&... answers) {
    (say(answers), ...);
    const auto output = session_->step();
    if (output.ok()) return std::nullopt;
    return output.error().code;
  }
  /// Greeted and paid; gives what leaves then.
  std::vector<wire::Request> open(LaneSession::Extent extent, std::uint32_t drops = 64) {
    connect(extent);
    const auto spend = after(relay_info());
    EXPECT_EQ(spend.size(), 1u);
    EXPECT_TRUE(spend.at(0).has_spend());
    auto next = after(budget(spend.at(0), drops));
    host_.events.clear();
    return next;
  }
  static std::vector<int> kinds(const std::vector<wire::Request>& requests) {
    std::vector<int> kinds;
    for (const auto& request : requests) kinds.push_back(request.op_case());
    return kinds;
  }
  std::vector<std::string> take_events() {
    auto events = std::exchange(host_.events, {});
    std::erase(events, "kept");
    return events;
  }

  SigningKey relay_{seed(1)};
  ScriptedHost host_;
  std::optional<LaneSession> session_;
};

}  // namespace porchlight::client
