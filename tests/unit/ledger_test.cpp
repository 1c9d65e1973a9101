// Tokens, budgets, accounts, allotments and keys: the rules of clause 6 over both databases.
#include "store_fixture.hpp"

namespace porchlight::relay {
namespace {

using namespace std::chrono_literals;
using namespace testing;

class Ledger : public ::testing::TestWithParam<Kind> {
 protected:
  Outcome enroll(Byte token, Byte account, TokenKind kind = TokenKind::enroll_member) {
    const std::uint32_t week = wire::token_week(db.now);
    return db.commit(
        Enroll{{kind, week, numbered<TokenNonce>(token)}, numbered<AccountKey>(account), week});
  }
  Outcome reserve(Byte account, TokenKind kind, Byte digest) {
    ReserveAllotment reserve;
    reserve.account = numbered<AccountKey>(account);
    reserve.kind = kind;
    reserve.week = wire::token_week(db.now);
    reserve.period = kind == TokenKind::enroll_inviter ? reserve.week : wire::unix_day(db.now);
    reserve.wait_weeks = 1;
    reserve.digest = numbered<IssueDigest>(digest);
    return db.commit(reserve);
  }

  TestDatabase db{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Both, Ledger, ::testing::Values(Kind::memory, Kind::sqlite),
                         [](const auto& kind) {
                           return kind.param == Kind::memory ? "Memory" : "Sqlite";
                         });

// ---- spending (6.3) -------------------------------------------------------------------------

TEST_P(Ledger, ResumesABudgetForTheSameSpendIdAcrossARestart) {
  const Payer payer = db.payer();
  db.commit(db.append(payer, 1, 1));
  EXPECT_EQ(db.commit(ChargeProof{payer}),
            (Outcome{Budget{63, (1u << 20) - 2'048, limits::session_proofs - 1}}));
  db.reopen();
  EXPECT_EQ(db.commit(SpendToken{payer, {}}),
            (Outcome{Budget{63, (1u << 20) - 2'048, limits::session_proofs - 1}}));
}

TEST_P(Ledger, RefusesAnotherSpendIdAcrossARestart) {
  Payer thief = db.payer();
  thief.spend_id = numbered<SpendId>(2);
  EXPECT_EQ(db.commit(SpendToken{thief, {}}), Outcome{NotPermitted{}});
  db.reopen();
  EXPECT_EQ(db.commit(SpendToken{thief, {}}), Outcome{NotPermitted{}});
  EXPECT_EQ(db.commit(db.append(thief, 1, 1)), Outcome{NoBudget{}});
  EXPECT_EQ(db.commit(ChargeProof{thief}), Outcome{NoBudget{}});
}

TEST_P(Ledger, TakesOneNonceUnderTwoKeysForTwoTokens) {
  Payer payer = db.payer();
  db.now += 7 * 24h;
  payer.token.week += 1;
  payer.spend_id = numbered<SpendId>(2);
  EXPECT_EQ(db.commit(SpendToken{payer, {}}), Outcome{Budget{}});
}

TEST_P(Ledger, LetsNobodyDropWhoSpentNothing) {
  const Payer nobody{{TokenKind::session, wire::token_week(noon), numbered<TokenNonce>(1)},
                     numbered<SpendId>(1)};
  EXPECT_EQ(db.commit(db.append(nobody, 1, 1)), Outcome{NoBudget{}});
  EXPECT_EQ(db.commit(ChargeProof{nobody}), Outcome{NoBudget{}});
}

TEST_P(Ledger, EndsABudgetAfterItsDrops) {
  const Payer payer = db.payer();
  for (std::uint32_t i = 0; i < limits::session_drops; ++i) {
    ASSERT_NE(seq_of(db.commit(db.append(payer, 1, i))), 0u);
  }
  EXPECT_EQ(db.commit(db.append(payer, 1, 999)), Outcome{NoBudget{}});
  EXPECT_NE(seq_of(db.commit(db.append(payer, 1, 0))), 0u);  // a duplicate costs nothing
}

TEST_P(Ledger, EndsABudgetAfterItsBytes) {
  const Payer payer = db.payer();
  for (std::uint32_t i = 0; i < 16; ++i) {
    ASSERT_NE(seq_of(db.commit(db.append(payer, 1, i, 65'536))), 0u);
  }
  EXPECT_EQ(db.commit(db.append(payer, 1, 99)), Outcome{NoBudget{}});
}

TEST_P(Ledger, EndsABudgetAfterItsProofs) {
  const Payer payer = db.payer();
  std::vector<Operation> charges(limits::session_proofs, ChargeProof{payer});
  const auto outcomes = db.commit_all(charges);
  EXPECT_EQ(outcomes.back(), (Outcome{Budget{64, 1u << 20, 0}}));
  EXPECT_EQ(db.commit(ChargeProof{payer}), Outcome{NoBudget{}});
}

TEST_P(Ledger, ChargesConnectionsThatShareABudgetTogether) {
  const Payer payer = db.payer();
  std::vector<Operation> drops;
  for (std::uint32_t i = 0; i < 65; ++i) drops.push_back(db.append(payer, i % 2, i));
  const auto outcomes = db.commit_all(drops);
  EXPECT_TRUE(std::holds_alternative<Stored>(outcomes[63]));
  EXPECT_EQ(outcomes[64], Outcome{NoBudget{}});
}

TEST_P(Ledger, NeverTakesATokenWhoseKeyWasDestroyed) {
  const Payer payer = db.payer();
  db.commit(db.append(payer, 1, 1));
  db.now += 14 * 24h;
  db.sweep_all();
  EXPECT_EQ(db->ledger().counts()->spent_tokens, 0u);
  // Whatever a clock or an old keyring says, it is not spent a second time.
  db.now -= 14 * 24h;
  EXPECT_EQ(db.commit(SpendToken{payer, {}}), Outcome{NotPermitted{}});
  EXPECT_EQ(db.commit(db.append(payer, 1, 2)), Outcome{NoBudget{}});
}

// ---- enrolling (6.5) ------------------------------------------------------------------------

TEST_P(Ledger, EnrollsAnAccountOnceATokenAndAnswersAgain) {
  EXPECT_EQ(enroll(1, 1), Outcome{Enrolled{}});
  db.reopen();
  EXPECT_EQ(enroll(1, 1), Outcome{Enrolled{}});
  EXPECT_EQ(enroll(1, 2), Outcome{NotPermitted{}});
  EXPECT_EQ(db->ledger().counts()->accounts, 1u);
  const auto account = db->ledger().find_account(numbered<AccountKey>(1));
  EXPECT_EQ(**account, (Account{Role::member, wire::token_week(noon)}));
  EXPECT_FALSE(db->ledger().find_account(numbered<AccountKey>(2))->has_value());
}

TEST_P(Ledger, GivesTheRoleOfTheTokensKindAndNeverALowerOne) {
  enroll(1, 1, TokenKind::enroll_inviter);
  EXPECT_EQ((*db->ledger().find_account(numbered<AccountKey>(1)))->role, Role::inviter);
  enroll(2, 1, TokenKind::enroll_member);
  EXPECT_EQ((*db->ledger().find_account(numbered<AccountKey>(1)))->role, Role::inviter);
}

TEST_P(Ledger, LetsAMemberBecomeAnInviterWithoutANewWait) {
  enroll(1, 1);
  db.now += 7 * 24h;
  enroll(2, 1, TokenKind::enroll_inviter);
  EXPECT_EQ(reserve(1, TokenKind::enroll_member, 1), Outcome{Reserved{}});
}

// ---- allotments (6.4) -----------------------------------------------------------------------

TEST_P(Ledger, ReservesOneAllotmentADayAndTheSameOneAgain) {
  enroll(1, 1);
  EXPECT_EQ(reserve(1, TokenKind::session, 1), Outcome{Reserved{}});
  db.reopen();
  EXPECT_EQ(reserve(1, TokenKind::session, 1), Outcome{Reserved{}});
  EXPECT_EQ(reserve(1, TokenKind::session, 2), Outcome{AllotmentUsed{}});
  db.now += 24h;
  EXPECT_EQ(reserve(1, TokenKind::session, 3), Outcome{Reserved{}});
}

TEST_P(Ledger, AnswersYesterdaysRequestAgainWithoutUsingTodays) {
  enroll(1, 1);
  reserve(1, TokenKind::session, 1);
  db.now += 24h;
  db.sweep_all();
  EXPECT_EQ(reserve(1, TokenKind::session, 1), Outcome{Reserved{}});
  EXPECT_EQ(reserve(1, TokenKind::session, 2), Outcome{Reserved{}});
  EXPECT_EQ(reserve(1, TokenKind::session, 1), Outcome{Reserved{}});
}

TEST_P(Ledger, GivesAStrangerNothing) {
  EXPECT_EQ(reserve(1, TokenKind::session, 1), Outcome{NotPermitted{}});
}

TEST_P(Ledger, GivesAMemberNoEnrollTokens) {
  enroll(1, 1);
  db.now += 21 * 24h;
  EXPECT_EQ(reserve(1, TokenKind::enroll_member, 1), Outcome{NotPermitted{}});
  EXPECT_EQ(reserve(1, TokenKind::enroll_inviter, 1), Outcome{NotPermitted{}});
}

TEST_P(Ledger, MakesAnInviterWaitUntilTheNextWeek) {
  enroll(1, 1, TokenKind::enroll_inviter);
  EXPECT_EQ(reserve(1, TokenKind::session, 1), Outcome{Reserved{}});
  EXPECT_EQ(reserve(1, TokenKind::enroll_member, 1), Outcome{NotPermitted{}});
  db.now = wire::token_week_start(wire::token_week(noon) + 1) - 1s;
  EXPECT_EQ(reserve(1, TokenKind::enroll_inviter, 1), Outcome{NotPermitted{}});
  db.now += 1s;
  EXPECT_EQ(reserve(1, TokenKind::enroll_member, 1), Outcome{Reserved{}});
  EXPECT_EQ(reserve(1, TokenKind::enroll_inviter, 1), Outcome{Reserved{}});
}

TEST_P(Ledger, AllotsEnrollInviterTokensByTheWeek) {
  enroll(1, 1, TokenKind::enroll_inviter);
  db.now += 7 * 24h;
  EXPECT_EQ(reserve(1, TokenKind::enroll_inviter, 1), Outcome{Reserved{}});
  db.now += 24h;
  db.sweep_all();
  EXPECT_EQ(reserve(1, TokenKind::enroll_inviter, 2), Outcome{AllotmentUsed{}});
  EXPECT_EQ(reserve(1, TokenKind::enroll_member, 2), Outcome{Reserved{}});
}

TEST_P(Ledger, ForgetsPastAllotments) {
  enroll(1, 1);
  reserve(1, TokenKind::session, 1);
  const AllotmentId id{numbered<AccountKey>(1), TokenKind::session, wire::unix_day(noon)};
  db.now += 48h;
  EXPECT_TRUE(db->ledger().find_allotment(id)->has_value());
  db.sweep_all();
  EXPECT_FALSE(db->ledger().find_allotment(id)->has_value());
}

// ---- weeks and incarnation (6.3, 4.7) -------------------------------------------------------

TEST_P(Ledger, TakesNothingOfAWeekThatIsOverWhateverTheClockSaysLater) {
  const Payer payer = db.payer();
  db.now += 21 * 24h;  // the clock ran ahead, and is put right
  db.sweep_all();
  db.reopen();
  db.now = noon;
  EXPECT_EQ(db.commit(SpendToken{payer, {}}), Outcome{NotPermitted{}});
  EXPECT_EQ(enroll(1, 1), Outcome{NotPermitted{}});
}

TEST_P(Ledger, GivesNoKeysForAWeekThatIsOver) {
  SystemRandom random;
  const auto secret = random.secret<TokenSecret>();
  const SigningKey identity{random.secret<SigningSeed>()};
  EXPECT_TRUE(load_keyring(*db, secret, identity, noon).ok());
  ASSERT_TRUE(sweep(*db, noon + 21 * 24h).ok());  // the clock ran ahead, and is put right
  const auto keyring = load_keyring(*db, secret, identity, noon);
  ASSERT_FALSE(keyring.ok());
  EXPECT_EQ(keyring.error().code, Errc::expired);
  EXPECT_TRUE(load_keyring(*db, secret, identity, noon + 14 * 24h).ok());
}

TEST_P(Ledger, KeepsItsIncarnation) {
  const Incarnation before = *db->ledger().incarnation();
  db.reopen();
  EXPECT_EQ(*db->ledger().incarnation(), before);
  ASSERT_TRUE(db->begin().ok());
  ASSERT_TRUE(db->ledger().set_incarnation(numbered<Incarnation>(3)).ok());
  ASSERT_TRUE(db->commit().ok());
  db.reopen();
  EXPECT_EQ(*db->ledger().incarnation(), numbered<Incarnation>(3));
}

TEST_P(Ledger, UndoesABatchThatIsRolledBack) {
  const Payer payer = db.payer();
  ASSERT_TRUE(db->begin().ok());
  ASSERT_TRUE(db->ledger().put_spent(payer.token, {Holder::of(payer.spend_id), {0, 0, 0}}).ok());
  ASSERT_TRUE(db->ledger().put_account(numbered<AccountKey>(1), {}).ok());
  db->rollback();
  EXPECT_EQ(db.commit(SpendToken{payer, {}}), Outcome{Budget{}});
  EXPECT_EQ(db->ledger().counts()->accounts, 0u);
}

}  // namespace
}  // namespace porchlight::relay
