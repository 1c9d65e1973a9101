// porchlightd over real TLS: what PROTOCOL.md clauses 3 to 6 promise, through the whole program.
#include <set>

#include "tests/unit/server_fixture.hpp"

namespace porchlight::relay {
namespace {

class Server : public ServerFixture {};

TEST_F(Server, SpeaksFirstWithKeysItsIdentitySignedAndAFreshChallenge) {
  RelayClient first(address());
  RelayClient second(address());
  EXPECT_EQ(first.greeting().id(), 0u);
  ASSERT_EQ(first.info().versions_size(), 1);
  EXPECT_EQ(first.info().versions(0), 1u);
  ASSERT_EQ(first.info().token_keys_size(), 6);
  for (const std::string& key : first.info().token_keys()) {
    const auto statement = wire::parse_signed(key);
    ASSERT_TRUE(statement.ok());
    EXPECT_TRUE(statement->verify(wire::label::token_key, *first.connection().relay_key()).ok());
  }
  EXPECT_EQ(first.info().incarnation(), second.info().incarnation());
  EXPECT_EQ(first.info().challenge().size(), 32u);
  EXPECT_NE(first.info().challenge(), second.info().challenge());
}

TEST_F(Server, DeliversWhatWasDroppedInOrderThenWhatComesLive) {
  const TestMailbox mailbox;
  const auto dropper = paid_client();
  const std::string early = random_envelope();
  const auto first = dropper->drop(mailbox, early);
  ASSERT_TRUE(first.has_dropped());

  const auto collector = paid_client();
  ASSERT_TRUE(collector->prove_collect(mailbox).has_done());
  collector->send(RelayClient::collect_request(mailbox.address, 0, true));
  const auto delivered = collector->pushed();
  EXPECT_EQ(delivered.delivery().envelope(), early);
  EXPECT_EQ(delivered.delivery().seq(), first.dropped().seq());
  EXPECT_EQ(collector->pushed().caught_up().incarnation(), collector->info().incarnation());

  const std::string late = random_envelope(65'536);
  const auto second = dropper->drop(mailbox, late);
  const auto live = collector->pushed();
  EXPECT_EQ(live.delivery().envelope(), late);
  EXPECT_EQ(live.delivery().seq(), second.dropped().seq());
  EXPECT_GT(second.dropped().seq(), first.dropped().seq());
}

TEST_F(Server, EveryLiveCollectorOfAMailboxGetsEachEnvelopeOnce) {
  const TestMailbox mailbox;
  std::vector<std::unique_ptr<RelayClient>> collectors;
  for (int i = 0; i < 5; ++i) {
    collectors.push_back(paid_client());
    ASSERT_TRUE(collectors.back()->prove_collect(mailbox).has_done());
    collectors.back()->send(RelayClient::collect_request(mailbox.address, 0, true));
    EXPECT_TRUE(collectors.back()->pushed().has_caught_up());
  }
  const auto dropper = paid_client();
  std::vector<std::string> envelopes;
  for (int i = 0; i < 10; ++i) {
    envelopes.push_back(random_envelope());
    EXPECT_TRUE(dropper->drop(mailbox, envelopes.back()).has_dropped());
  }
  EXPECT_TRUE(dropper->drop(mailbox, envelopes[3]).has_dropped());  // again: no news
  envelopes.push_back(random_envelope());
  EXPECT_TRUE(dropper->drop(mailbox, envelopes.back()).has_dropped());
  for (const auto& collector : collectors) {
    for (const std::string& envelope : envelopes) {
      EXPECT_TRUE(collector->pushed().delivery().envelope() == envelope);
    }
  }
}

TEST_F(Server, TheSameEnvelopeAgainHasTheSameSeqAndCostsNothing) {
  const TestMailbox mailbox;
  const std::string envelope = random_envelope();
  const wire::Token token = this->token();
  const auto spend_id = system_random.fixed<SpendId>();
  RelayClient client(address());
  ASSERT_TRUE(client.spend(token, spend_id).has_budget());
  const auto first = client.drop(mailbox, envelope);
  const auto left = client.spend(token, spend_id).budget().drops();
  const auto second = client.drop(mailbox, envelope);
  EXPECT_EQ(second.dropped().seq(), first.dropped().seq());
  EXPECT_EQ(client.spend(token, spend_id).budget().drops(), left);
}

TEST_F(Server, LoserOfARaceLearnsTheNewestSeq) {
  const TestMailbox mailbox;
  const auto client = paid_client();
  const auto first = client->drop(mailbox, random_envelope());
  auto late = RelayClient::drop_request(mailbox.address, random_envelope());
  late.mutable_drop()->set_if_last(0);
  const auto lost = client->call(std::move(late));
  EXPECT_EQ(failure_of(lost), wire::FAILURE_NOT_LAST);
  EXPECT_EQ(lost.failure().newest_seq(), first.dropped().seq());
}

TEST_F(Server, ErasesForTheCollectorOfAnErasableMailboxAlone) {
  const TestMailbox erasable(wire::mailbox_flag::erasable);
  const TestMailbox lasting;
  const auto client = paid_client();
  for (const TestMailbox* mailbox : {&erasable, &lasting}) {
    EXPECT_TRUE(client->drop(*mailbox, random_envelope()).has_dropped());
    ASSERT_TRUE(client->prove_collect(*mailbox).has_done());
  }
  const auto erase = [&](const TestMailbox& mailbox) {
    wire::Request request;
    request.mutable_erase()->set_address(to_string(mailbox.address.encode()));
    request.mutable_erase()->set_up_to_seq(~std::uint64_t{0});
    return client->call(std::move(request));
  };
  EXPECT_TRUE(erase(erasable).has_done());
  EXPECT_EQ(failure_of(erase(lasting)), wire::FAILURE_NOT_AUTHORISED);
  EXPECT_TRUE(client->collect(erasable.address).empty());
  EXPECT_EQ(client->collect(lasting.address).size(), 1u);
}

TEST_F(Server, BudgetBelongsToTheTokenAndIsResumedWithItsSpendIdAlone) {
  const TestMailbox mailbox;
  const wire::Token token = this->token();
  const auto spend_id = system_random.fixed<SpendId>();
  {
    RelayClient client(address());
    EXPECT_EQ(client.spend(token, spend_id).budget().drops(), limits::session_drops);
    EXPECT_TRUE(client.drop(mailbox, random_envelope()).has_dropped());
  }
  RelayClient later(address());
  EXPECT_EQ(later.spend(token, spend_id).budget().drops(), limits::session_drops - 1);
  RelayClient thief(address());
  EXPECT_EQ(failure_of(thief.spend(token)), wire::FAILURE_NOT_AUTHORISED);
  EXPECT_EQ(failure_of(thief.drop(mailbox, random_envelope())), wire::FAILURE_NO_BUDGET);
}

TEST_F(Server, EnrolsAnAccountAndIssuesTokensThatCanBeSpent) {
  const SigningKey account = new_key();
  RelayClient client(address());
  wire::Request enroll;
  *enroll.mutable_enroll()->mutable_token() = supplies().enroll();
  enroll.mutable_enroll()->set_account(account.verify_key().str());
  enroll.mutable_enroll()->set_signature(
      wire::prove_possession(wire::label::enroll, address().identity, client.challenge(),
                             wire::enroll_subject(supplies().enroll()).view(), account)
          .str());
  EXPECT_TRUE(client.call(enroll).has_done());
  EXPECT_TRUE(client.call(enroll).has_done());  // asked again

  const TokenNonce nonce = system_random.fixed<TokenNonce>();
  auto blinded = voprf::blind(nonce.view(), system_random);
  ASSERT_TRUE(blinded.ok());
  const std::vector<voprf::Element> elements{blinded->element};
  const std::uint32_t week = supplies().enroll().week();
  wire::Request issue;
  issue.mutable_issue()->set_account(account.verify_key().str());
  issue.mutable_issue()->set_kind(wire::TOKEN_KIND_SESSION);
  issue.mutable_issue()->set_week(week);
  issue.mutable_issue()->add_blinded(elements[0].str());
  const auto subject = wire::issue_subject(wire::TOKEN_KIND_SESSION, week, elements);
  issue.mutable_issue()->set_signature(
      wire::prove_possession(wire::label::issue, address().identity, client.challenge(),
                             subject.view(), account)
          .str());
  const auto issued = client.call(issue);
  ASSERT_TRUE(issued.has_issued());
  const auto evaluated = voprf::Element::from(issued.issued().evaluated(0));
  const voprf::Evaluation evaluation{{*evaluated}, *voprf::Proof::from(issued.issued().proof())};
  wire::TokenKey key;
  for (const std::string& statement : client.info().token_keys()) {
    wire::TokenKey candidate;
    candidate.ParseFromString(to_string(wire::parse_signed(statement)->body));
    if (candidate.kind() == wire::TOKEN_KIND_SESSION && candidate.week() == week) key = candidate;
  }
  const ByteView inputs[] = {nonce.view()};
  const voprf::Blinded blinds[] = {std::move(*blinded)};
  const auto outputs =
      voprf::finalize(inputs, blinds, evaluation, *voprf::PublicKey::from(key.public_key()));
  ASSERT_TRUE(outputs.ok()) << outputs.error().what;
  wire::Token token;
  token.set_kind(wire::TOKEN_KIND_SESSION);
  token.set_week(week);
  token.set_nonce(nonce.str());
  token.set_output(to_string(outputs->front().view().first(TokenOutput::size_bytes)));
  EXPECT_TRUE(client.spend(token).has_budget());
}

TEST_F(Server, AnswersMalformedAndEndsTheConnectionAtAFrameThatDoesNotDecode) {
  RelayClient client(address());
  std::string frame;
  wire::append_frame(as_bytes("\xff\xff\xff\xff"), frame);
  client.write(std::move(frame));
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->id(), 0u);
  EXPECT_EQ(failure_of(*answer), wire::FAILURE_MALFORMED);
  EXPECT_FALSE(client.read());
}

TEST_F(Server, AnswersMalformedAndEndsTheConnectionAtAnAnnouncementAboveTheLimit) {
  RelayClient client(address());
  client.write(std::string{'\x00', '\x01', '\x20', '\x01'});
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->id(), 0u);
  EXPECT_EQ(failure_of(*answer), wire::FAILURE_MALFORMED);
  EXPECT_FALSE(client.read());
}

TEST_F(Server, AnswersUnsupportedToAnUnknownRequestAndGoesOn) {
  RelayClient client(address());
  wire::Request unknown;
  unknown.set_id(77);
  std::string bytes = unknown.SerializeAsString();
  bytes += std::string{'\xa2', '\x06', '\x00'};  // field 100, an empty message
  std::string frame;
  wire::append_frame(as_bytes(bytes), frame);
  client.write(std::move(frame));
  const auto answer = client.read();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->id(), 77u);
  EXPECT_EQ(failure_of(*answer), wire::FAILURE_UNSUPPORTED);
  wire::Request ping;
  ping.mutable_ping();
  EXPECT_TRUE(client.call(std::move(ping)).has_done());
}

TEST_F(Server, SurvivesWhatIsNotTls) {
  net::asio::io_context io;
  net::asio::ip::tcp::socket socket(io);
  socket.connect({net::asio::ip::make_address(address().at.host), address().at.port});
  net::asio::write(socket, net::asio::buffer(std::string("GET / HTTP/1.1\r\n\r\n")));
  std::string rest;
  net::error_code end;
  net::asio::read(socket, net::asio::dynamic_buffer(rest), end);
  EXPECT_TRUE(end);
  EXPECT_TRUE(RelayClient(address()).greeting().has_relay_info());
}

TEST_F(Server, AnswersManyPipelinedRequestsOnOneConnection) {
  const TestMailbox mailbox;
  const auto client = paid_client();
  std::string frames;
  for (std::uint64_t i = 0; i < limits::session_drops; ++i) {
    auto request = RelayClient::drop_request(mailbox.address, random_envelope());
    request.set_id(1000 + i);
    wire::append_frame(request, frames);
  }
  client->write(std::move(frames));
  std::set<std::uint64_t> answered;
  for (std::uint64_t i = 0; i < limits::session_drops; ++i) {
    const auto answer = client->read();
    ASSERT_TRUE(answer && answer->has_dropped());
    answered.insert(answer->id());
  }
  EXPECT_EQ(answered.size(), limits::session_drops);
  EXPECT_EQ(failure_of(client->drop(mailbox, random_envelope())), wire::FAILURE_NO_BUDGET);
}

TEST_F(Server, ASlowReaderGetsEverythingInOrderAndHoldsUpNobody) {
  const TestMailbox mailbox;
  const auto slow = paid_client();
  ASSERT_TRUE(slow->prove_collect(mailbox).has_done());
  slow->send(RelayClient::collect_request(mailbox.address, 0, true));
  // More than both sockets' buffers and the relay's own hold, while nothing is read.
  constexpr int tokens = 12;
  constexpr int drops_per_token = 16;
  std::vector<std::uint64_t> seqs;
  for (int t = 0; t < tokens; ++t) {
    const auto dropper = paid_client();
    for (int i = 0; i < drops_per_token; ++i) {
      const auto dropped = dropper->drop(mailbox, random_envelope(65'536));
      ASSERT_TRUE(dropped.has_dropped());
      seqs.push_back(dropped.dropped().seq());
    }
  }
  std::vector<std::uint64_t> delivered;
  while (delivered.size() < seqs.size()) {
    const auto answer = slow->pushed();
    if (answer.has_caught_up()) continue;
    ASSERT_TRUE(answer.has_delivery());
    delivered.push_back(answer.delivery().seq());
  }
  EXPECT_EQ(delivered, seqs);
}

class CrowdedServer : public ServerFixture {
  void configure() override { relay().configure("connections_max", "16"); }
};

TEST_F(CrowdedServer, TellsWhoIsTooManyThatItIsBusy) {
  std::vector<std::unique_ptr<RelayClient>> crowd;
  for (int i = 0; i < 16; ++i) {
    crowd.push_back(std::make_unique<RelayClient>(address()));
    // Its connections from before may not be gone yet.
    if (!crowd.back()->greeting().has_relay_info()) break;
  }
  RelayClient surplus(address());
  EXPECT_EQ(failure_of(surplus.greeting()), wire::FAILURE_BUSY);
  EXPECT_FALSE(surplus.read());
  wire::Request ping;
  ping.mutable_ping();
  EXPECT_TRUE(crowd.front()->call(std::move(ping)).has_done());
}

}  // namespace
}  // namespace porchlight::relay
