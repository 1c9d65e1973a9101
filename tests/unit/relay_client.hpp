// A small client that speaks to a relay over real TLS, one step at a time.
#pragma once

#include <gtest/gtest.h>

#include <deque>

#include "proto/crypto/pad.hpp"
#include "proto/crypto/unseal.hpp"
#include "proto/net/connect.hpp"
#include "proto/net/deadline.hpp"
#include "proto/wire/envelope.hpp"
#include "proto/wire/link.hpp"
#include "proto/wire/person.pb.h"
#include "proto/wire/signed.hpp"
#include "proto/wire/subject.hpp"

namespace porchlight::relay {

inline SystemRandom system_random;

inline SigningKey new_key() { return SigningKey(system_random.secret<SigningSeed>()); }
inline std::string random_envelope(std::size_t size = 2048) {
  Bytes bytes(size);
  system_random.fill(bytes);
  return to_string(bytes);
}

/// A mailbox whose keys the test holds.
struct TestMailbox {
  SigningKey collect = new_key();
  std::optional<SigningKey> drop;
  wire::MailboxAddress address{0, collect.verify_key(), {}};

  explicit TestMailbox(Byte flags = 0) { address.flags = flags; }
};

class RelayClient {
 public:
  explicit RelayClient(const wire::RelayAddress& relay) : relay_(relay) {
    auto tls = net::TlsClient::create(relay.identity);
    auto connected = run(net::connect(*tls, relay.at));
    EXPECT_TRUE(connected.ok()) << connected.error().what;
    if (!connected.ok()) return;
    connection_.emplace(std::move(connected).value());
    if (auto first = read()) greeting_ = std::move(*first);
  }

  const wire::Answer& greeting() const { return greeting_; }
  const wire::RelayInfo& info() const { return greeting_.relay_info(); }
  Challenge challenge() const { return *Challenge::from(info().challenge()); }

  // ---- frames ----
  void write(std::string bytes) { EXPECT_TRUE(run(connection_->write(std::move(bytes))).ok()); }
  std::uint64_t send(wire::Request request) {
    request.set_id(++last_id_);
    std::string frame;
    wire::append_frame(request, frame);
    write(std::move(frame));
    return last_id_;
  }
  /// The next answer; none when the relay ended the connection.
  std::optional<wire::Answer> read() {
    auto reading = net::with_deadline(connection_->read_frame(), limits::request_timeout,
                                      Error{Errc::expired, "no answer in time"});
    const auto frame = run(std::move(reading));
    if (!frame.ok()) {
      EXPECT_NE(frame.error().code, Errc::expired);
      return std::nullopt;
    }
    wire::Answer answer;
    EXPECT_TRUE(answer.ParseFromArray(frame->data(), static_cast<int>(frame->size())));
    return answer;
  }
  /// The answer to this very request. Whatever else comes before it is kept for pushed().
  wire::Answer call(wire::Request request) {
    const std::uint64_t id = send(std::move(request));
    while (auto answer = read()) {
      if (answer->id() == id) return std::move(*answer);
      pushed_.push_back(std::move(*answer));
    }
    ADD_FAILURE() << "the relay ended the connection before it answered";
    return {};
  }
  /// The next answer that no call() waited for.
  wire::Answer pushed() {
    if (pushed_.empty()) {
      auto answer = read();
      EXPECT_TRUE(answer);
      return answer.value_or(wire::Answer{});
    }
    wire::Answer answer = std::move(pushed_.front());
    pushed_.pop_front();
    return answer;
  }

  // ---- requests ----
  wire::Answer spend(const wire::Token& token, const SpendId& spend_id) {
    wire::Request request;
    *request.mutable_spend()->mutable_token() = token;
    request.mutable_spend()->set_spend_id(spend_id.str());
    return call(std::move(request));
  }
  wire::Answer spend(const wire::Token& token) {
    return spend(token, system_random.fixed<SpendId>());
  }
  wire::Answer prove(wire::MailboxRight right, const wire::MailboxAddress& address,
                     const SigningKey& key) {
    const auto label =
        right == wire::MAILBOX_RIGHT_COLLECT ? wire::label::prove_collect : wire::label::prove_drop;
    const Bytes subject = address.encode();
    wire::Request request;
    request.mutable_prove()->set_right(right);
    request.mutable_prove()->set_address(to_string(subject));
    request.mutable_prove()->set_signature(
        wire::prove_possession(label, relay_.identity, challenge(), subject, key).str());
    return call(std::move(request));
  }
  wire::Answer prove_collect(const TestMailbox& mailbox) {
    return prove(wire::MAILBOX_RIGHT_COLLECT, mailbox.address, mailbox.collect);
  }
  static wire::Request drop_request(const wire::MailboxAddress& address, std::string envelope) {
    wire::Request request;
    request.mutable_drop()->set_address(to_string(address.encode()));
    request.mutable_drop()->set_envelope(std::move(envelope));
    return request;
  }
  wire::Answer drop(const TestMailbox& mailbox, std::string envelope) {
    return call(drop_request(mailbox.address, std::move(envelope)));
  }
  static wire::Request collect_request(const wire::MailboxAddress& address, std::uint64_t after,
                                       bool live) {
    wire::Request request;
    request.mutable_collect()->set_address(to_string(address.encode()));
    request.mutable_collect()->set_after_seq(after);
    request.mutable_collect()->set_live(live);
    return request;
  }
  /// Everything up to CaughtUp. The mailbox was proven.
  std::vector<wire::Delivery> collect(const wire::MailboxAddress& address,
                                      std::uint64_t after = 0) {
    const std::uint64_t id = send(collect_request(address, after, false));
    std::vector<wire::Delivery> deliveries;
    while (auto answer = read()) {
      if (answer->id() != id) continue;
      if (!answer->has_delivery()) {
        EXPECT_TRUE(answer->has_caught_up());
        break;
      }
      deliveries.push_back(answer->delivery());
    }
    return deliveries;
  }

  net::Connection& connection() { return *connection_; }

  template <class T>
  Result<T> run(net::awaitable<Result<T>> work) {
    std::optional<Result<T>> outcome;
    net::asio::co_spawn(io_, keep(std::move(work), outcome), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    io_.restart();
    io_.run();
    return std::move(*outcome);
  }

 private:
  template <class T>
  static net::awaitable<void> keep(net::awaitable<Result<T>> work,
                                   std::optional<Result<T>>& outcome) {
    outcome = co_await std::move(work);
  }

  net::asio::io_context io_;
  wire::RelayAddress relay_;
  std::optional<net::Connection> connection_;
  wire::Answer greeting_;
  std::uint64_t last_id_ = 0;
  std::deque<wire::Answer> pushed_;
};

/// What an operator's link leads to: the link's token pays for collecting the parcel.
inline wire::Supplies redeem(const std::string& text) {
  const auto link = wire::Link::parse(text);
  EXPECT_TRUE(link.ok()) << link.error().what;
  if (!link.ok()) return {};
  RelayClient client(link->relay);
  const wire::InviteKeys keys(link->seed);
  EXPECT_TRUE(client.spend(link->session).has_budget());
  const SigningKey collect(keys.collect);
  EXPECT_TRUE(client.prove(wire::MAILBOX_RIGHT_COLLECT, keys.address(), collect).has_done());
  const auto deliveries = client.collect(keys.address());
  EXPECT_EQ(deliveries.size(), 1u);
  if (deliveries.empty()) return {};
  auto payload = unseal(keys.seal, as_bytes(deliveries[0].envelope()));
  EXPECT_TRUE(payload && unpad(*payload));
  wire::Parcel parcel;
  EXPECT_TRUE(parcel.ParseFromArray(payload->reveal().data(), static_cast<int>(payload->size())));
  EXPECT_EQ(parcel.relay_invite().relay_identity(), link->relay.identity.str());
  return parcel.relay_invite().supplies();
}

}  // namespace porchlight::relay
