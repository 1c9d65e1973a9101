// The contract of Store, Database and Reader, and the rules over them: both databases alike.
#include "relay/store/room.hpp"
#include "store_fixture.hpp"

namespace porchlight::relay {
namespace {

using namespace std::chrono_literals;
using namespace testing;

class Store : public ::testing::TestWithParam<Kind> {
 protected:
  TestDatabase db{GetParam()};
};
INSTANTIATE_TEST_SUITE_P(Both, Store, ::testing::Values(Kind::memory, Kind::sqlite),
                         [](const auto& kind) {
                           return kind.param == Kind::memory ? "Memory" : "Sqlite";
                         });

const std::uint32_t noon_hour = wire::unix_hour(noon);

// ---- dropping (4.3) -------------------------------------------------------------------------

TEST_P(Store, KeepsWhatWasDropped) {
  const Payer payer = db.payer();
  EXPECT_EQ(db.commit(db.append(payer, 1, 77)),
            (Outcome{Stored{wire::first_seq_of_hour(noon_hour) + 1, Stored::Novelty::fresh}}));
  const auto reader = db->reader();
  const auto found = (*reader)->read(numbered<MailboxId>(1), 0, 10, 1u << 20);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(*found->front().bytes, *envelope(77));
}

TEST_P(Store, GivesADuplicateItsSeqAgainAndForNothing) {
  const Payer payer = db.payer();
  const Seq seq = seq_of(db.commit(db.append(payer, 1, 5)));
  for (int i = 0; i < 100; ++i) {  // more often than the budget would pay for
    EXPECT_EQ(db.commit(db.append(payer, 1, 5)),
              (Outcome{Stored{seq, Stored::Novelty::duplicate}}));
  }
  EXPECT_EQ(db.seqs(1), std::vector{seq});
}

TEST_P(Store, RecognisesADuplicateWithinOneBatchAndAfterARestart) {
  const Payer payer = db.payer();
  const auto both = db.commit_all({db.append(payer, 1, 5), db.append(payer, 1, 5)});
  EXPECT_EQ(both[1], (Outcome{Stored{seq_of(both[0]), Stored::Novelty::duplicate}}));
  db.reopen();
  EXPECT_EQ(db.commit(db.append(payer, 1, 5)), both[1]);
}

TEST_P(Store, RecognisesADuplicateOnceItIsPrepared) {
  const Payer payer = db.payer();
  const Outcome first = db.commit(db.append(payer, 1, 5));
  db.reopen();
  ASSERT_TRUE(db->prepare().ok());
  // What fails right after must not take along what was prepared.
  ASSERT_TRUE(db->begin().ok());
  const auto bytes = envelope(6);
  ASSERT_TRUE(db->store()
                  .append({numbered<MailboxId>(1), seq_of(first) + 1, noon_hour + 1,
                           wire::envelope_hash(*bytes), *bytes})
                  .ok());
  db->rollback();
  EXPECT_EQ(db.commit(db.append(payer, 1, 5)),
            (Outcome{Stored{seq_of(first), Stored::Novelty::duplicate}}));
  EXPECT_EQ(seq_of(db.commit(db.append(payer, 1, 6))), seq_of(first) + 1);
}

TEST_P(Store, TakesTheSameEnvelopeInAnotherMailbox) {
  const Payer payer = db.payer();
  db.commit(db.append(payer, 1, 5));
  EXPECT_EQ(std::get<Stored>(db.commit(db.append(payer, 2, 5))).novelty, Stored::Novelty::fresh);
}

TEST_P(Store, ComparesTheBytesAndNotTheHashAlone) {
  db.drop(1, 5);
  const EnvelopeHash hash = wire::envelope_hash(*envelope(5));
  EXPECT_TRUE(db->store().look(numbered<MailboxId>(1), hash, *envelope(5))->duplicate);
  EXPECT_FALSE(db->store().look(numbered<MailboxId>(1), hash, *envelope(6))->duplicate);
}

TEST_P(Store, LetsOneOfTwoRacersWin) {
  const Payer payer = db.payer();
  Append first = db.append(payer, 1, 1);
  Append second = db.append(payer, 1, 2);
  first.if_last = second.if_last = 0;
  const auto outcomes = db.commit_all({first, second});
  const Seq won = seq_of(outcomes[0]);
  EXPECT_EQ(outcomes[1], Outcome{NotLast{won}});
  second.if_last = won;
  EXPECT_GT(seq_of(db.commit(second)), won);
}

TEST_P(Store, ChecksForADuplicateBeforeIfLast) {
  const Payer payer = db.payer();
  Append mine = db.append(payer, 1, 1);
  mine.if_last = 0;
  const Seq seq = seq_of(db.commit(mine));
  db.commit(db.append(payer, 1, 2));
  // Asked again after a lost answer: it had won, whatever came after.
  EXPECT_EQ(db.commit(mine), (Outcome{Stored{seq, Stored::Novelty::duplicate}}));
}

TEST_P(Store, ChargesNothingForADropThatIsRefused) {
  const Payer payer = db.payer();
  Append late = db.append(payer, 1, 1);
  late.if_last = 99;
  EXPECT_EQ(db.commit(late), Outcome{NotLast{0}});
  EXPECT_EQ(db.commit(SpendToken{payer, {}}), Outcome{Budget{}});
}

// ---- sequence numbers (4.6) -----------------------------------------------------------------

TEST_P(Store, CountsUpwardsWithinAnHourAndStartsTheNextAtOne) {
  const Seq first = db.drop(1, 1);
  EXPECT_EQ(db.drop(1, 2), first + 1);
  db.now += 1h;
  EXPECT_EQ(db.drop(1, 3), wire::first_seq_of_hour(noon_hour + 1) + 1);
}

TEST_P(Store, NeverCountsDownWhenTheClockGoesBack) {
  const Seq seq = db.drop(1, 1);
  db.now -= std::chrono::hours(49);
  EXPECT_EQ(db.drop(1, 2), seq + 1);
  EXPECT_EQ(db.drop(2, 3), wire::first_seq_of_hour(noon_hour - 49) + 1);
}

TEST_P(Store, RemembersAnEmptiedMailboxUntilItsHourEnds) {
  const Seq seq = db.drop(1, 1);
  db.commit(EraseUpTo{numbered<MailboxId>(1), seq});
  db.sweep_all();
  EXPECT_EQ(db.newest(1), seq);
  db.reopen();
  EXPECT_EQ(db.drop(1, 1), seq + 1);
}

TEST_P(Store, ForgetsAnEmptiedMailboxAfterItsHour) {
  const Payer payer = db.payer();
  const Seq seq = seq_of(db.commit(db.append(payer, 1, 1)));
  db.commit(EraseUpTo{numbered<MailboxId>(1), seq});
  db.now += 1h;
  db.sweep_all();
  EXPECT_EQ(db.newest(1), 0u);
  Append again = db.append(payer, 1, 1);
  again.if_last = 0;
  EXPECT_GT(seq_of(db.commit(again)), seq);
}

TEST_P(Store, GoesOnAboveAnEmptiedMailboxWithIfLast) {
  const Payer payer = db.payer();
  const Seq seq = seq_of(db.commit(db.append(payer, 1, 1)));
  db.commit(EraseUpTo{numbered<MailboxId>(1), seq});
  Append next = db.append(payer, 1, 2);
  next.if_last = 0;
  EXPECT_EQ(db.commit(next), Outcome{NotLast{seq}});
  next.if_last = seq;
  EXPECT_EQ(seq_of(db.commit(next)), seq + 1);
  EXPECT_EQ(db.newest(1), seq + 1);
  db.now += 1h;
  db.sweep_all();  // it is not empty any more
  EXPECT_EQ(db.seqs(1), std::vector{seq + 1});
  EXPECT_EQ(db.commit(next), (Outcome{Stored{seq + 1, Stored::Novelty::duplicate}}));
}

// ---- reading (4.4) --------------------------------------------------------------------------

TEST_P(Store, ReadsInOrderAfterAPosition) {
  std::vector<Seq> dropped;
  for (std::uint32_t i = 0; i < 5; ++i) dropped.push_back(db.drop(1, i));
  db.drop(2, 9);
  EXPECT_EQ(db.seqs(1), dropped);
  EXPECT_EQ(db.seqs(1, dropped[2]), (std::vector{dropped[3], dropped[4]}));
  EXPECT_TRUE(db.seqs(1, dropped[4]).empty());
  EXPECT_TRUE(db.seqs(1, UINT64_MAX).empty());
  EXPECT_TRUE(db.seqs(3).empty());
  EXPECT_EQ(db.newest(3), 0u);
}

TEST_P(Store, ReadsAtMostSoManyAndSoMuchButAlwaysOne) {
  for (std::uint32_t i = 0; i < 5; ++i) db.drop(1, i);
  EXPECT_EQ(db.seqs(1, 0, 2).size(), 2u);
  EXPECT_EQ(db.seqs(1, 0, 10, 3 * 2'048).size(), 3u);
  EXPECT_EQ(db.seqs(1, 0, 10, 1).size(), 1u);
}

TEST_P(Store, ShowsReadersNothingOfAnOpenBatch) {
  const auto reader = db->reader();
  const MailboxId mailbox = numbered<MailboxId>(1);
  ASSERT_TRUE(db->begin().ok());
  const auto bytes = envelope(1);
  ASSERT_TRUE(
      db->store().append({mailbox, 10, noon_hour + 1, wire::envelope_hash(*bytes), *bytes}).ok());
  EXPECT_EQ(*(*reader)->newest(mailbox), 0u);
  ASSERT_TRUE(db->commit().ok());
  EXPECT_EQ(*(*reader)->newest(mailbox), 10u);
}

TEST_P(Store, UndoesABatchThatIsRolledBack) {
  const Seq seq = db.drop(1, 1);
  EXPECT_EQ(db.drop(1, 1), seq);
  ASSERT_TRUE(db->begin().ok());
  const auto bytes = envelope(2);
  ASSERT_TRUE(db->store()
                  .append({numbered<MailboxId>(1), seq + 1, noon_hour + 1,
                           wire::envelope_hash(*bytes), *bytes})
                  .ok());
  ASSERT_TRUE(db->store().erase(numbered<MailboxId>(1), seq, 10).ok());
  db->rollback();
  db->rollback();  // without a batch it does nothing
  EXPECT_EQ(db.seqs(1), std::vector{seq});
  EXPECT_EQ(db.drop(1, 1), seq);  // still a duplicate
  EXPECT_EQ(db.drop(1, 2), seq + 1);
}

// ---- erasing and expiry (4.5, 4.7) ----------------------------------------------------------

TEST_P(Store, ErasesUpToAPositionAndNoFurther) {
  std::vector<Seq> dropped;
  for (std::uint32_t i = 0; i < 4; ++i) dropped.push_back(db.drop(1, i));
  db.drop(2, 0);
  EXPECT_EQ(db.commit(EraseUpTo{numbered<MailboxId>(1), dropped[1]}), Outcome{Erased{}});
  EXPECT_EQ(db.seqs(1), (std::vector{dropped[2], dropped[3]}));
  EXPECT_EQ(db.seqs(2).size(), 1u);
  EXPECT_EQ(db.commit(EraseUpTo{numbered<MailboxId>(1), UINT64_MAX}), Outcome{Erased{}});
  EXPECT_TRUE(db.seqs(1).empty());
  EXPECT_EQ(db.commit(EraseUpTo{numbered<MailboxId>(1), UINT64_MAX}), Outcome{Erased{}});
  EXPECT_EQ(db.commit(EraseUpTo{numbered<MailboxId>(3), 5}), Outcome{Erased{}});
}

TEST_P(Store, ErasesInBoundedPiecesOldestFirst) {
  const std::size_t many = limits::erase_batch_max + 10;
  for (std::uint32_t i = 0; i < many; ++i) db.drop(1, i);
  const EraseUpTo all{numbered<MailboxId>(1), UINT64_MAX};
  const Seq newest = db.newest(1);
  EXPECT_EQ(db.commit(all), Outcome{ErasedSome{}});
  EXPECT_EQ(db.seqs(1).size(), 10u);
  EXPECT_EQ(db.seqs(1).back(), newest);
  EXPECT_EQ(db.commit(all), Outcome{Erased{}});
  EXPECT_TRUE(db.seqs(1).empty());
}

TEST_P(Store, TakesAnErasedEnvelopeForANewOne) {
  const Seq seq = db.drop(1, 1);
  db.drop(1, 2);
  db.commit(EraseUpTo{numbered<MailboxId>(1), seq});
  EXPECT_EQ(db.drop(1, 1), seq + 2);
}

TEST_P(Store, KeepsEnvelopesSevenDaysAndLongOnesThirty) {
  db.drop(1, 1);
  db.drop(2, 2, Retention::long_kept);
  db.now = noon + 7 * 24h;
  EXPECT_EQ(db.sweep_all(), 0u);
  db.now += 1h;
  EXPECT_EQ(db.sweep_all(), 1u);
  EXPECT_TRUE(db.seqs(1).empty());
  db.now = noon + 30 * 24h;
  EXPECT_EQ(db.sweep_all(), 0u);
  db.now += 1h;
  EXPECT_EQ(db.sweep_all(), 1u);
  EXPECT_TRUE(db.seqs(2).empty());
}

TEST_P(Store, KeepsOrdinaryEnvelopesForLessWhereTheOperatorSaysSo) {
  db.policy.ordinary_days = 2;
  db.drop(1, 1);
  db.drop(2, 2, Retention::long_kept);
  db.now += 2 * 24h + 1h;
  EXPECT_EQ(db.sweep_all(), 1u);
  EXPECT_EQ(db.seqs(2).size(), 1u);
}

TEST_P(Store, ExpiresInBoundedPieces) {
  const std::size_t many = limits::erase_batch_max + 10;
  for (std::uint32_t i = 0; i < many; ++i) db.drop(static_cast<Byte>(i % 7), i);
  db.now += 8 * 24h;
  const auto first = sweep(*db, db.now);
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(first->envelopes, limits::erase_batch_max);
  EXPECT_EQ(first->rest, Swept::Rest::more);
  EXPECT_EQ(db.sweep_all(), 10u);
  for (Byte mailbox = 0; mailbox < 7; ++mailbox) EXPECT_EQ(db.newest(mailbox), 0u);
}

TEST_P(Store, ExpiresNothingEarlyWhenTheClockGoesBack) {
  const Seq first = db.drop(1, 1);
  db.now -= 72h;
  const Seq second = db.drop(1, 2);  // stands in the hour of the first
  EXPECT_EQ(db.sweep_all(), 0u);
  db.now = noon + 7 * 24h - 1h;
  EXPECT_EQ(db.sweep_all(), 0u);
  EXPECT_EQ(db.seqs(1), (std::vector{first, second}));
  db.now = noon + 7 * 24h + 1h;
  EXPECT_EQ(db.sweep_all(), 2u);
}

TEST_P(Store, ExpiresAMailboxWithoutForgettingWhereItStood) {
  const Seq seq = db.drop(1, 1);
  db.now += 8 * 24h;
  ASSERT_TRUE(db->begin().ok());
  ASSERT_EQ(*db->store().expire(wire::unix_hour(db.now), 10), 1u);
  ASSERT_TRUE(db->commit().ok());
  EXPECT_EQ(db.newest(1), seq);
}

// ---- room -----------------------------------------------------------------------------------

TEST(StoreRoom, RefusesLargeEnvelopesFirst) {
  const std::uint64_t capacity = 100'000'000;
  EXPECT_TRUE(has_room(84'000'000, capacity, 65'536));
  EXPECT_FALSE(has_room(85'000'000, capacity, 65'536));
  EXPECT_TRUE(has_room(94'000'000, capacity, 16'384));
  EXPECT_FALSE(has_room(95'000'000, capacity, 16'384));
  EXPECT_TRUE(has_room(99'990'000, capacity, 2'048));
  EXPECT_FALSE(has_room(100'000'000, capacity, 2'048));
}

class FullStore : public Store {
 protected:
  TestDatabase small{GetParam(), 4u << 20};
};
INSTANTIATE_TEST_SUITE_P(Both, FullStore, ::testing::Values(Kind::memory, Kind::sqlite),
                         [](const auto& kind) {
                           return kind.param == Kind::memory ? "Memory" : "Sqlite";
                         });

TEST_P(FullStore, SaysFullBySizeChargesNothingAndGoesOnAfterErasing) {
  const Payer rich{{TokenKind::session, wire::token_week(noon), numbered<TokenNonce>(1)},
                   numbered<SpendId>(1)};
  const Budget full{100'000, 1u << 30, 64};
  small.commit(SpendToken{rich, full});
  std::uint32_t number = 0;
  Seq last = 0;
  const auto fill = [&](std::size_t size) {
    std::uint32_t stored = 0;
    for (;; ++stored) {
      const Outcome outcome = small.commit(small.append(rich, 1, number++, size));
      if (outcome == Outcome{Full{}}) return stored;
      last = seq_of(outcome);
    }
  };
  const std::uint32_t large = fill(65'536);
  const std::uint32_t middle = fill(16'384);
  const std::uint32_t little = fill(2'048);
  EXPECT_GT(large, 0u);
  EXPECT_GT(middle, 0u);
  EXPECT_GT(little, 0u);
  const Budget left{full.drops - large - middle - little,
                    full.drop_bytes - large * 65'536 - middle * 16'384 - little * 2'048, 64};
  EXPECT_EQ(small.commit(SpendToken{rich, full}), Outcome{left});
  EXPECT_EQ(small.commit(EraseUpTo{numbered<MailboxId>(1), last}), Outcome{Erased{}});
  EXPECT_NE(seq_of(small.commit(small.append(rich, 1, number, 65'536))), 0u);
}

}  // namespace
}  // namespace porchlight::relay
