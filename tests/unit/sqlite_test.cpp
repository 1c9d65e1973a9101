// What only a database in files can get wrong: full disks, other files in its place, what is left
// in them after erasing, and readers beside the writer.
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include "store_fixture.hpp"

namespace porchlight::relay {
namespace {

using namespace std::chrono_literals;
using namespace testing;

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Of the database and the files beside it.
bool is_anywhere(const TestDatabase& db, std::string_view bytes) {
  for (const auto& entry : std::filesystem::directory_iterator(db.file().parent_path())) {
    if (contents(entry.path()).find(bytes) != std::string::npos) return true;
  }
  return false;
}

void run(const std::filesystem::path& file, const char* sql) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
  sqlite3_close(raw);
}

Result<std::unique_ptr<Database>> open(const std::filesystem::path& file) {
  SystemRandom random;
  SqliteOptions options;
  options.file = file;
  return open_sqlite_database(std::move(options), random);
}

TEST(Sqlite, LeavesNothingOfErasedEnvelopesInItsFiles) {
  TestDatabase db(Kind::sqlite);
  const std::string marker = "these bytes were in an envelope";
  auto bytes = std::make_shared<Bytes>(65'536, Byte{'x'});
  for (const std::size_t at : {0u, 20'000u, 65'000u}) {
    std::copy(marker.begin(), marker.end(), bytes->begin() + static_cast<std::ptrdiff_t>(at));
  }
  const Payer payer = db.payer();
  Append append = db.append(payer, 1, 1);
  append.envelope = bytes;
  append.hash = wire::envelope_hash(*bytes);
  const Seq seq = seq_of(db.commit(append));
  ASSERT_NE(seq, 0u);
  EXPECT_TRUE(is_anywhere(db, marker));
  db.commit(EraseUpTo{append.mailbox, seq});
  db.sweep_all();
  EXPECT_FALSE(is_anywhere(db, marker));
}

TEST(Sqlite, LeavesNothingOfExpiredEnvelopesAndMailboxesInItsFiles) {
  TestDatabase db(Kind::sqlite);
  for (std::uint32_t i = 0; i < 50; ++i) db.drop(static_cast<Byte>(200 + i % 3), i);
  db.now += 8 * 24h;
  EXPECT_EQ(db.sweep_all(), 50u);
  EXPECT_FALSE(is_anywhere(db, std::string(40, '\x07')));
  EXPECT_FALSE(is_anywhere(db, std::string(32, static_cast<char>(201))));
}

TEST(Sqlite, KeepsItsFilesToItsOwner) {
  TestDatabase db(Kind::sqlite);
  db.drop(1, 1);
  for (const auto& entry : std::filesystem::directory_iterator(db.file().parent_path())) {
    struct stat status {};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777, 0600u) << entry.path().filename();
  }
}

TEST(Sqlite, TellsANewerSchemaFromAnOlderOneFromAStrangersFile) {
  TemporaryFolder folder;
  crypto_init();
  const auto newer = folder.path() / "newer.db";
  ASSERT_TRUE(open(newer).ok());
  run(newer, "PRAGMA user_version = 3");
  EXPECT_EQ(open(newer).error().code, Errc::update_needed);
  run(newer, "PRAGMA user_version = 1");  // which kept its token keys in another way
  EXPECT_EQ(open(newer).error().code, Errc::malformed);
  EXPECT_NE(open(newer).error().what.find("before the first release"), std::string::npos);

  const auto stranger = folder.path() / "stranger.db";
  run(stranger, "CREATE TABLE something (x)");
  EXPECT_EQ(open(stranger).error().code, Errc::malformed);

  const auto text = folder.path() / "text.db";
  std::ofstream(text) << std::string(1'000, 'a');
  EXPECT_EQ(open(text).error().code, Errc::malformed);

  EXPECT_EQ(open(folder.path() / "missing" / "relay.db").error().code, Errc::storage);
}

TEST(Sqlite, FindsDamage) {
  TestDatabase db(Kind::sqlite);
  db.drop(1, 1);
  ASSERT_TRUE(check_sqlite_database(db.file()).ok());
  run(db.file(), "UPDATE envelope SET bytes = zeroblob(2048)");
  EXPECT_EQ(check_sqlite_database(db.file()).error().code, Errc::malformed);
  run(db.file(), "DELETE FROM mailbox");
  EXPECT_EQ(check_sqlite_database(db.file()).error().code, Errc::malformed);
}

TEST(Sqlite, LeavesAReserveOnTheDisk) {
  TestDatabase db(Kind::sqlite);
  const Payer payer = db.payer();
  const Seq seq = seq_of(db.commit(db.append(payer, 1, 1)));
  db.disk_free_bytes = limits::disk_reserve_bytes + 10'000;
  EXPECT_EQ(db.commit(db.append(payer, 1, 2, 16'384)), Outcome{Full{}});
  EXPECT_NE(seq_of(db.commit(db.append(payer, 1, 3))), 0u);
  db.disk_free_bytes = 0;
  EXPECT_EQ(db.commit(db.append(payer, 1, 4)), Outcome{Full{}});
  EXPECT_EQ(db.commit(EraseUpTo{numbered<MailboxId>(1), seq}), Outcome{Erased{}});
  EXPECT_EQ(db.seqs(1).size(), 1u);
}

// Files of this process cannot grow while one of these lives: writing fails as on a dead disk.
class FilesCannotGrow {
 public:
  explicit FilesCannotGrow(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FilesCannotGrow() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(Sqlite, LosesNothingWhenWritingFails) {
  TestDatabase db(Kind::sqlite);
  const Payer payer = db.payer();
  const Seq seq = seq_of(db.commit(db.append(payer, 1, 1)));
  {
    const FilesCannotGrow limit(64 * 1024);
    const auto outcomes =
        db.commit_all({db.append(payer, 1, 2, 65'536), db.append(payer, 1, 3, 65'536)});
    EXPECT_EQ(outcomes, (std::vector<Outcome>{Failed{}, Failed{}}));
    EXPECT_EQ(db.seqs(1), std::vector{seq});
  }
  EXPECT_EQ(db.commit(db.append(payer, 1, 1)), (Outcome{Stored{seq, Stored::Novelty::duplicate}}));
  const Seq next = seq_of(db.commit(db.append(payer, 1, 2, 65'536)));
  EXPECT_EQ(next, seq + 1);
  db.reopen();
  EXPECT_EQ(db.seqs(1), (std::vector{seq, next}));
  EXPECT_EQ(db.commit(SpendToken{payer, {}}),
            (Outcome{Budget{62, (1u << 20) - 2'048 - 65'536, limits::session_proofs}}));
  EXPECT_TRUE(check_sqlite_database(db.file()).ok());
}

// SQLite gets little more memory while one of these lives.
class LittleHeap {
 public:
  explicit LittleHeap(sqlite3_int64 bytes) {
    sqlite3_hard_heap_limit64(sqlite3_memory_used() + bytes);
  }
  ~LittleHeap() { sqlite3_hard_heap_limit64(0); }
};

TEST(Sqlite, KnowsItsEnvelopesWhereverTheNextBatchFails) {
  TestDatabase db(Kind::sqlite);
  const Payer payer = db.payer();
  db.commit(db.append(payer, 1, 1));
  ASSERT_TRUE(db->prepare().ok());
  const Seq seq = seq_of(db.commit(db.append(payer, 1, 2)));
  // Another schema, so that statements must be prepared anew, which takes memory.
  run(db.file(), "CREATE TABLE another (x)");
  std::size_t failures = 0;
  for (Outcome next = Failed{}; next == Outcome{Failed{}}; ++failures) {
    const LittleHeap limit(static_cast<sqlite3_int64>(failures * 128));
    next = db.commit(db.append(payer, 1, 3));
  }
  EXPECT_GT(failures, 1u);
  EXPECT_EQ(db.commit(db.append(payer, 1, 2)), (Outcome{Stored{seq, Stored::Novelty::duplicate}}));
  EXPECT_EQ(db.commit(EraseUpTo{numbered<MailboxId>(1), seq}), Outcome{Erased{}});
  EXPECT_EQ(db.seqs(1), std::vector{seq + 1});
}

TEST(Sqlite, FailsAWholeBatchAtOnceWhileAnotherProcessWrites) {
  TestDatabase db(Kind::sqlite);
  const Payer payer = db.payer();
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(db.file().c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  // Were each to wait in its turn, this would outlast the test.
  const std::vector<Operation> charges(limits::commit_batch_max, ChargeProof{payer});
  const auto outcomes = db.commit_all(charges);
  EXPECT_EQ(outcomes, std::vector<Outcome>(charges.size(), Failed{}));
  sqlite3_close_v2(raw);
  EXPECT_EQ(db.commit(ChargeProof{payer}),
            (Outcome{Budget{64, 1u << 20, limits::session_proofs - 1}}));
}

TEST(Sqlite, KeepsEveryCommitWhenTheProcessDies) {
  // A copy of the files as they are while the database is open is what a crash leaves.
  TestDatabase db(Kind::sqlite);
  const Seq seq = db.drop(1, 1);
  TemporaryFolder after;
  std::filesystem::copy(db.file().parent_path(), after.path());
  const auto opened = open(after.path() / "relay.db");
  ASSERT_TRUE(opened.ok()) << opened.error().what;
  const auto reader = (*opened)->reader();
  EXPECT_EQ(*(*reader)->newest(numbered<MailboxId>(1)), seq);
  EXPECT_TRUE(check_sqlite_database(after.path() / "relay.db").ok());
}

TEST(Sqlite, WaitsForAReaderBeforeItSaysThatNothingIsLeft) {
  TestDatabase db(Kind::sqlite);
  const Seq seq = db.drop(1, 1);
  sqlite3* raw = nullptr;
  ASSERT_EQ(sqlite3_open(db.file().c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(raw, "BEGIN; SELECT count(*) FROM envelope", nullptr, nullptr, nullptr),
            SQLITE_OK);
  db.commit(EraseUpTo{numbered<MailboxId>(1), seq});
  EXPECT_EQ(sweep(*db, db.now)->rest, Swept::Rest::unscrubbed);
  sqlite3_close_v2(raw);
  EXPECT_EQ(sweep(*db, db.now)->rest, Swept::Rest::none);
}

TEST(Sqlite, IsReadByOtherThreadsWhileItIsWritten) {
  TestDatabase db(Kind::sqlite);
  db.drop(1, 0);
  const Seq last_expected = db.newest(1) + 200;
  std::vector<std::unique_ptr<Reader>> readers;
  for (int i = 0; i < 2; ++i) readers.push_back(*db->reader());
  std::atomic<int> gaps = 0;
  std::vector<std::thread> threads;
  for (auto& reader : readers) {
    threads.emplace_back([&gaps, &reader, last_expected] {
      Seq at = 0;
      while (at < last_expected) {
        const auto found = reader->read(numbered<MailboxId>(1), at, 16, 1u << 20);
        if (!found) {
          ++gaps;
          return;
        }
        for (const StoredEnvelope& stored : *found) {
          if (at != 0 && stored.seq != at + 1) ++gaps;
          at = stored.seq;
        }
      }
    });
  }
  for (std::uint32_t i = 1; i <= 200; ++i) db.drop(1, i);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(gaps, 0);
}

}  // namespace
}  // namespace porchlight::relay
