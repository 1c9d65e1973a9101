// Mailboxes at a session (clauses 3 and 4): every request's good path and every refusal.
#include "session_fixture.hpp"

namespace porchlight::relay {
namespace {

using limits::session_proofs;
using namespace testing;

class Session : public ::testing::Test {
 protected:
  Session() { connection.ask(TestConnection::spend(token)); }
  // Spends the token on this connection too, and proves what is asked for.
  void join(TestConnection& other) { other.ask(TestConnection::spend(token)); }

  TestRelay relay;
  wire::Token token = relay.mint();
  TestConnection connection{relay};
  TestMailbox mailbox{1};
  TestMailbox inbox = TestMailbox::open_to_all(3, wire::mailbox_flag::erasable);
};

// ---- connections (3) ------------------------------------------------------------------------

TEST_F(Session, GreetsWithKeysCapsAndAFreshChallenge) {
  const auto info = connection.session.greeting(noon).relay_info();
  ASSERT_EQ(info.versions_size(), 1);
  EXPECT_EQ(info.versions(0), 1u);
  EXPECT_EQ(info.token_keys_size(), 6);
  for (const std::string& statement : info.token_keys()) {
    const auto checked = wire::parse_signed(statement);
    ASSERT_TRUE(checked.ok());
    EXPECT_TRUE(checked->verify(wire::label::token_key, relay.identity.verify_key()).ok());
  }
  EXPECT_EQ(info.caps().ordinary_days(), 7u);
  EXPECT_EQ(info.caps().session_drops(), 64u);
  EXPECT_EQ(info.caps().session_bytes(), 1u << 20);
  EXPECT_EQ(info.caps().session_proofs(), session_proofs);
  EXPECT_EQ(info.clock_minute(), wire::unix_minute(noon));
  const TestConnection other(relay);
  EXPECT_NE(info.challenge(), other.session.greeting(noon).relay_info().challenge());
}

TEST_F(Session, AnswersPing) { EXPECT_TRUE(connection.ask(TestConnection::ping()).has_done()); }

TEST_F(Session, AnswersAnUnknownRequestAndGoesOn) {
  // Field 15, length-delimited, empty: a request of a later version.
  wire::Request request;
  request.set_id(9);
  connection.answers.clear();
  connection.send_raw(request.SerializeAsString() + "\x7a" + std::string(1, '\0'));
  ASSERT_EQ(connection.answers.size(), 1u);
  EXPECT_EQ(connection.answers[0].id(), 9u);
  EXPECT_EQ(connection.answers[0].failure().code(), wire::FAILURE_UNSUPPORTED);
  EXPECT_TRUE(connection.ask(TestConnection::ping()).has_done());
}

TEST_F(Session, IgnoresUnknownFieldsOfARequestItKnows) {
  wire::Request request = TestConnection::ping();
  request.set_id(5);
  connection.answers.clear();
  connection.send_raw(request.SerializeAsString() + "\xf8\x01\x01");  // field 31, varint 1
  ASSERT_EQ(connection.answers.size(), 1u);
  EXPECT_TRUE(connection.answers[0].has_done());
}

TEST_F(Session, AnswersAFrameThatDoesNotDecodeAndCloses) {
  connection.answers.clear();
  connection.send_raw("\xff\xff\xff");
  ASSERT_EQ(connection.answers.size(), 1u);
  EXPECT_EQ(connection.answers[0].id(), 0u);
  EXPECT_EQ(connection.answers[0].failure().code(), wire::FAILURE_MALFORMED);
  EXPECT_TRUE(connection.closed);
  connection.send(TestConnection::ping());  // nothing comes after Close
  EXPECT_EQ(connection.answers.size(), 1u);
}

TEST_F(Session, AnswersAnOversizedFrameAndCloses) {
  const Effects effects = connection.session.on_oversized_frame();
  ASSERT_EQ(effects.size(), 2u);
  EXPECT_EQ(std::get<Send>(effects[0]).answer.failure().code(), wire::FAILURE_MALFORMED);
  EXPECT_TRUE(std::holds_alternative<Close>(effects[1]));
}

TEST_F(Session, ClosesOnFieldsOfImpossibleSizes) {
  std::vector<wire::Request> requests = {
      TestConnection::drop(mailbox, 'x', 2'047),
      TestConnection::drop(mailbox, 'x', 0),
      TestConnection::drop(mailbox, 'x', 65'537),
      TestConnection::spend(token),
      TestConnection::spend(token),
      TestConnection::spend(token),
      connection.prove_collect(mailbox),
      connection.prove_collect(mailbox),
      TestConnection::collect(mailbox),
      TestConnection::erase(mailbox),
      connection.enroll(key(9), token),
      connection.enroll(key(9), token),
      connection.issue(key(9), TokenKind::session, {}),
      connection.issue(key(9), TokenKind::session, {voprf::Element{}}),
  };
  requests[3].mutable_spend()->set_spend_id(bytes(15));
  requests[4].mutable_spend()->mutable_token()->set_nonce(bytes(31));
  requests[5].mutable_spend()->mutable_token()->set_output(bytes(33));
  requests[6].mutable_prove()->set_signature(bytes(63));
  requests[7].mutable_prove()->set_address(bytes(34, '\0'));
  requests[8].mutable_collect()->set_address(bytes(65, '\x08'));  // an unknown flag
  requests[9].mutable_erase()->clear_address();
  requests[10].mutable_enroll()->set_account(bytes(33));
  requests[11].mutable_enroll()->set_signature("");
  requests[13].mutable_issue()->set_blinded(0, bytes(31));
  for (std::size_t i = 0; i < requests.size(); ++i) {
    TestConnection fresh(relay);
    EXPECT_EQ(fresh.failure(requests[i]), wire::FAILURE_MALFORMED) << i;
    EXPECT_EQ(fresh.answers[0].id(), 0u) << i;
    EXPECT_TRUE(fresh.closed) << i;
  }
}

TEST_F(Session, TakesAtMostSoManyRequestsAtATime) {
  connection.answers.clear();
  for (std::size_t i = 0; i < limits::requests_in_flight_max; ++i) {
    connection.send(TestConnection::drop(inbox, 'a'));
  }
  EXPECT_TRUE(connection.answers.empty());
  connection.send(TestConnection::drop(inbox, 'b'));
  ASSERT_EQ(connection.answers.size(), 1u);
  EXPECT_EQ(connection.answers[0].failure().code(), wire::FAILURE_BUSY);
  connection.commit();
  EXPECT_EQ(connection.answers.size(), 1 + limits::requests_in_flight_max);
  EXPECT_TRUE(connection.ask(TestConnection::drop(inbox, 'c')).has_dropped());
}

TEST_F(Session, EndsAConnectionThatKeepsFailingToAuthenticate) {
  for (std::size_t i = 1; i < limits::refusals_per_connection_max; ++i) {
    EXPECT_EQ(connection.failure(TestConnection::collect(mailbox)), wire::FAILURE_NOT_AUTHORISED);
    EXPECT_FALSE(connection.closed);
  }
  EXPECT_EQ(connection.failure(TestConnection::collect(mailbox)), wire::FAILURE_NOT_AUTHORISED);
  EXPECT_TRUE(connection.closed);
}

// ---- proofs (3.3, 4.2) ----------------------------------------------------------------------

TEST_F(Session, ProvesOnceAndChargesOnce) {
  EXPECT_TRUE(connection.ask(connection.prove_collect(mailbox)).has_done());
  EXPECT_TRUE(connection.ask(connection.prove_collect(mailbox)).has_done());
  EXPECT_TRUE(connection.ask(connection.prove_drop(mailbox)).has_done());
  EXPECT_EQ(connection.ask(TestConnection::spend(token)).budget().proofs(), session_proofs - 2);
}

TEST_F(Session, ProvesOnceWhereTwoProofsAreInFlight) {
  connection.answers.clear();
  connection.send(connection.prove_collect(mailbox));
  connection.send(connection.prove_collect(mailbox));
  connection.commit();
  ASSERT_EQ(connection.answers.size(), 2u);
  for (const wire::Answer& answer : connection.answers) EXPECT_TRUE(answer.has_done());
  EXPECT_EQ(connection.ask(TestConnection::spend(token)).budget().proofs(), session_proofs - 1);
}

TEST_F(Session, WantsATokenBeforeAnythingThatCosts) {
  TestConnection poor(relay);
  EXPECT_EQ(poor.failure(poor.prove_collect(mailbox)), wire::FAILURE_NO_BUDGET);
  EXPECT_EQ(poor.failure(TestConnection::drop(inbox)), wire::FAILURE_NO_BUDGET);
  EXPECT_EQ(poor.failure(TestConnection::collect(mailbox)), wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(Session, RefusesAProofOfAnotherConnection) {
  const wire::Request recorded = connection.prove_collect(mailbox);
  EXPECT_TRUE(connection.ask(recorded).has_done());
  TestConnection other(relay);
  join(other);
  EXPECT_EQ(other.failure(recorded), wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(Session, RefusesAProofMadeForAnotherRelay) {
  TestRelay elsewhere;
  elsewhere.context.identity = wire::relay_identity(key(201).verify_key());
  const Signature signature = wire::prove_possession(
      wire::label::prove_collect, elsewhere.context.identity, connection.session.challenge(),
      mailbox.address.encode(), mailbox.collect);
  wire::Request request = connection.prove_collect(mailbox);
  request.mutable_prove()->set_signature(signature.str());
  EXPECT_EQ(connection.failure(request), wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(Session, RefusesAProofForAnotherAddressOfTheSameKeys) {
  TestMailbox kept_long(1, wire::mailbox_flag::long_kept);
  wire::Request request = connection.prove_collect(mailbox);
  request.mutable_prove()->set_address(kept_long.encoded());
  EXPECT_EQ(connection.failure(request), wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(Session, RefusesOneRightsKeyOrLabelForTheOther) {
  const auto collect = wire::MAILBOX_RIGHT_COLLECT;
  const auto drop = wire::MAILBOX_RIGHT_DROP;
  for (const wire::Request& request :
       {connection.prove(mailbox, drop, wire::label::prove_collect, mailbox.drop),
        connection.prove(mailbox, drop, wire::label::prove_drop, mailbox.collect),
        connection.prove(mailbox, collect, wire::label::prove_drop, mailbox.collect),
        connection.prove(mailbox, collect, wire::label::prove_collect, mailbox.drop)}) {
    EXPECT_EQ(connection.failure(request), wire::FAILURE_NOT_AUTHORISED);
  }
}

TEST_F(Session, DoesNotTakeTheRightToCollectForTheRightToDrop) {
  connection.ask(connection.prove_collect(mailbox));
  EXPECT_EQ(connection.failure(TestConnection::drop(mailbox)), wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(Session, DoesNotTakeTheRightToDropForTheRightToCollectOrErase) {
  TestMailbox erasable(1, wire::mailbox_flag::erasable);
  connection.ask(connection.prove_drop(erasable));
  EXPECT_EQ(connection.failure(TestConnection::collect(erasable)), wire::FAILURE_NOT_AUTHORISED);
  EXPECT_EQ(connection.failure(TestConnection::erase(erasable)), wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(Session, RefusesToProveADropKeyThatAnAddressDoesNotHave) {
  EXPECT_EQ(connection.failure(connection.prove_drop(inbox)), wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(Session, DoesNotKnowOtherRights) {
  wire::Request request = connection.prove_collect(mailbox);
  request.mutable_prove()->set_right(wire::MAILBOX_RIGHT_NONE);
  EXPECT_EQ(connection.failure(request), wire::FAILURE_UNSUPPORTED);
  EXPECT_FALSE(connection.closed);
}

TEST_F(Session, HoldsAtMostSoManyProofs) {
  for (std::size_t i = 0; i < limits::proofs_per_connection_max; ++i) {
    if (i % session_proofs == 0) connection.ask(TestConnection::spend(relay.mint()));
    TestMailbox other = TestMailbox::open_to_all(5);
    other.address.drop_key = *VerifyKey::from(Bytes(32, static_cast<Byte>(i % 251)));
    other.address.flags = static_cast<Byte>(i / 251);
    ASSERT_TRUE(connection.ask(connection.prove_collect(other)).has_done()) << i;
  }
  connection.ask(TestConnection::spend(relay.mint()));
  EXPECT_EQ(connection.failure(connection.prove_collect(mailbox)), wire::FAILURE_BUSY);
}

// ---- dropping (4.3) -------------------------------------------------------------------------

TEST_F(Session, DropsIntoAnOpenMailboxAndAnswersTheSameAgain) {
  const auto first = connection.ask(TestConnection::drop(inbox));
  ASSERT_TRUE(first.has_dropped());
  EXPECT_EQ(wire::seq_hour(first.dropped().seq()), wire::unix_hour(noon));
  TestConnection other(relay);
  join(other);
  const auto again = other.ask(TestConnection::drop(inbox));
  EXPECT_EQ(again.dropped().seq(), first.dropped().seq());
  EXPECT_EQ(other.ask(TestConnection::spend(token)).budget().drops(), 63u);
}

TEST_F(Session, AnswersADropOnlyAfterItsCommit) {
  connection.answers.clear();
  connection.send(TestConnection::drop(inbox));
  EXPECT_TRUE(connection.answers.empty());
  connection.commit();
  EXPECT_EQ(connection.answers.size(), 1u);
}

TEST_F(Session, WantsTheDropKeyProvenWhereThereIsOne) {
  EXPECT_EQ(connection.failure(TestConnection::drop(mailbox)), wire::FAILURE_NOT_AUTHORISED);
  connection.ask(connection.prove_drop(mailbox));
  EXPECT_TRUE(connection.ask(TestConnection::drop(mailbox)).has_dropped());
}

TEST_F(Session, ForgetsProofsWithTheConnection) {
  connection.ask(connection.prove_drop(mailbox));
  TestConnection other(relay);
  join(other);
  EXPECT_EQ(other.failure(TestConnection::drop(mailbox)), wire::FAILURE_NOT_AUTHORISED);
}

TEST_F(Session, TakesTokenProofAndDropsInOneFlight) {
  TestConnection fresh(relay);
  fresh.send(TestConnection::spend(relay.mint()));
  fresh.send(fresh.prove_drop(mailbox));
  fresh.send(fresh.prove_collect(mailbox));
  fresh.send(TestConnection::drop(mailbox, 'a'));
  fresh.send(TestConnection::drop(mailbox, 'b'));
  fresh.send(TestConnection::collect(mailbox));
  EXPECT_TRUE(fresh.answers.empty());
  EXPECT_TRUE(fresh.deliveries.empty());
  EXPECT_GT(fresh.session.parked_bytes(), 2 * 2'048u);
  fresh.commit();
  EXPECT_EQ(fresh.session.parked_bytes(), 0u);
  ASSERT_EQ(fresh.answers.size(), 5u);
  EXPECT_TRUE(fresh.answers[0].has_budget());
  EXPECT_EQ(fresh.answers[3].id(), 4u);
  EXPECT_EQ(fresh.answers[3].dropped().seq() + 1, fresh.answers[4].dropped().seq());
  EXPECT_EQ(fresh.deliveries.size(), 1u);
}

TEST_F(Session, TellsWhatWaitedForAProofWhyItWasNotPaid) {
  for (std::size_t i = 0; i < session_proofs; ++i) {
    TestMailbox other = TestMailbox::open_to_all(5);
    other.address.drop_key = *VerifyKey::from(Bytes(32, static_cast<Byte>(i)));
    connection.ask(connection.prove_collect(other));
  }
  connection.answers.clear();
  connection.send(connection.prove_drop(mailbox));
  for (std::size_t i = 0; i < limits::refusals_per_connection_max; ++i) {
    connection.send(TestConnection::drop(mailbox));
  }
  connection.commit();
  ASSERT_EQ(connection.answers.size(), 1 + limits::refusals_per_connection_max);
  for (const wire::Answer& answer : connection.answers) {
    EXPECT_EQ(answer.failure().code(), wire::FAILURE_NO_BUDGET);
  }
  EXPECT_FALSE(connection.closed);
  connection.ask(TestConnection::spend(relay.mint()));
  EXPECT_TRUE(connection.ask(connection.prove_drop(mailbox)).has_done());
}

TEST_F(Session, TellsTheLoserOfARaceTheNewestSeq) {
  wire::Request first = TestConnection::drop(inbox, 'a');
  first.mutable_drop()->set_if_last(0);
  wire::Request second = TestConnection::drop(inbox, 'b');
  second.mutable_drop()->set_if_last(0);
  const std::uint64_t seq = connection.ask(first).dropped().seq();
  const auto lost = connection.ask(second).failure();
  EXPECT_EQ(lost.code(), wire::FAILURE_NOT_LAST);
  EXPECT_EQ(lost.newest_seq(), seq);
  EXPECT_EQ(connection.ask(first).dropped().seq(), seq);
}

TEST_F(Session, KeepsLongMailboxesLonger) {
  connection.ask(TestConnection::drop(inbox));
  const TestMailbox kept_long =
      TestMailbox::open_to_all(3, wire::mailbox_flag::erasable | wire::mailbox_flag::long_kept);
  connection.ask(TestConnection::drop(kept_long));
  ASSERT_EQ(sweep(*relay.database, noon + std::chrono::hours(24 * 7 + 1))->envelopes, 1u);
  const auto reader = relay.database->reader();
  EXPECT_NE(*(*reader)->newest(kept_long.address.id()), 0u);
}

// ---- collecting and erasing (4.4, 4.5) ------------------------------------------------------

TEST_F(Session, DeliversToWhoProvedTheCollectKey) {
  EXPECT_EQ(connection.failure(TestConnection::collect(mailbox)), wire::FAILURE_NOT_AUTHORISED);
  connection.ask(connection.prove_collect(mailbox));
  connection.send(TestConnection::collect(mailbox, 17));
  wire::Request once = TestConnection::collect(mailbox, 18);
  once.mutable_collect()->set_live(false);
  connection.send(once);
  ASSERT_EQ(connection.deliveries.size(), 2u);
  EXPECT_EQ(connection.deliveries[0].mailbox, mailbox.address.id());
  EXPECT_EQ(connection.deliveries[0].after, 17u);
  EXPECT_EQ(connection.deliveries[0].extent, Deliver::Extent::live);
  EXPECT_EQ(connection.deliveries[1].extent, Deliver::Extent::until_caught_up);
  EXPECT_EQ(connection.deliveries[1].request_id, connection.deliveries[0].request_id + 1);
}

TEST_F(Session, CollectsAtMostSoManyMailboxesAtATime) {
  connection.ask(connection.prove_collect(mailbox));
  for (std::size_t i = 0; i < limits::collects_per_connection_max; ++i) {
    connection.send(TestConnection::collect(mailbox));
  }
  EXPECT_EQ(connection.deliveries.size(), limits::collects_per_connection_max);
  EXPECT_EQ(connection.failure(TestConnection::collect(mailbox)), wire::FAILURE_BUSY);
  connection.session.on_collect_ended();
  connection.send(TestConnection::collect(mailbox));
  EXPECT_EQ(connection.deliveries.size(), limits::collects_per_connection_max + 1);
}

TEST_F(Session, ErasesWhereTheAddressAllowsIt) {
  connection.ask(TestConnection::drop(inbox));
  EXPECT_EQ(connection.failure(TestConnection::erase(inbox)), wire::FAILURE_NOT_AUTHORISED);
  connection.ask(connection.prove_collect(inbox));
  EXPECT_TRUE(connection.ask(TestConnection::erase(inbox)).has_done());
  EXPECT_TRUE(connection.ask(TestConnection::erase(inbox)).has_done());
  const auto reader = relay.database->reader();
  EXPECT_TRUE((*reader)->read(inbox.address.id(), 0, 10, 1u << 20)->empty());
}

TEST_F(Session, AnswersAnEraseOnceAllOfItIsDone) {
  const std::size_t many = limits::erase_batch_max + 10;
  for (std::size_t i = 0; i < many; ++i) {
    if (i % limits::session_drops == 0) connection.ask(TestConnection::spend(relay.mint()));
    wire::Request drop = TestConnection::drop(inbox);
    std::memcpy(drop.mutable_drop()->mutable_envelope()->data(), &i, sizeof i);
    ASSERT_TRUE(connection.ask(drop).has_dropped());
  }
  connection.ask(connection.prove_collect(inbox));
  EXPECT_TRUE(connection.ask(TestConnection::erase(inbox)).has_done());
  const auto reader = relay.database->reader();
  EXPECT_TRUE((*reader)->read(inbox.address.id(), 0, 10, 1u << 20)->empty());
}

TEST_F(Session, DoesNotEraseAMailboxOfMany) {
  connection.ask(connection.prove_drop(mailbox));
  connection.ask(connection.prove_collect(mailbox));
  connection.ask(TestConnection::drop(mailbox));
  EXPECT_EQ(connection.failure(TestConnection::erase(mailbox)), wire::FAILURE_NOT_AUTHORISED);
}

}  // namespace
}  // namespace porchlight::relay
