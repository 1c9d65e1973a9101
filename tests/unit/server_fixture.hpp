// A running relay, with tokens to speak to it.
#pragma once

#include "tests/unit/relay_client.hpp"
#include "tests/unit/relay_program.hpp"

namespace porchlight::relay {

class ServerFixture : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(relay_.init().code, 0);
    configure();
    relay_.start();
    const CommandResult invited = relay_.command({"invite", "--inviter"});
    ASSERT_EQ(invited.code, 0) << invited.err;
    const std::string link = invited.out.substr(0, invited.out.find('\n'));
    address_ = wire::Link::parse(link)->relay;
    supplies_ = redeem(link);
    ASSERT_EQ(supplies_.session_size(), 66);
    ASSERT_EQ(supplies_.enroll_stock_size(), 20);
  }
  /// A relay that still runs must end well: a sanitizer's report is an exit code, too.
  void TearDown() override {
    if (!relay_.running()) return;
    EXPECT_EQ(relay_.end(SIGTERM), 0) << relay_.log();
  }
  virtual void configure() {}

  RelayProgram& relay() { return relay_; }
  const wire::RelayAddress& address() const { return address_; }
  const wire::Supplies& supplies() const { return supplies_; }
  /// Another session token each time.
  wire::Token token() { return supplies_.session(next_token_++); }
  /// A connection with a spent token.
  std::unique_ptr<RelayClient> paid_client() {
    auto client = std::make_unique<RelayClient>(address_);
    EXPECT_TRUE(client->spend(token()).has_budget());
    return client;
  }
  std::vector<std::string> stored_in(const TestMailbox& mailbox) {
    const auto client = paid_client();
    EXPECT_TRUE(client->prove_collect(mailbox).has_done());
    std::vector<std::string> envelopes;
    for (auto& delivery : client->collect(mailbox.address)) {
      envelopes.push_back(std::move(*delivery.mutable_envelope()));
    }
    return envelopes;
  }

 private:
  RelayProgram relay_;
  wire::RelayAddress address_;
  wire::Supplies supplies_;
  int next_token_ = 0;
};

inline wire::FailureCode failure_of(const wire::Answer& answer) { return answer.failure().code(); }

}  // namespace porchlight::relay
