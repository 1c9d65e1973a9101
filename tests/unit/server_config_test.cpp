// The configuration file and the data folder.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <fstream>
#include <list>
#include <sstream>

#include "relay/server/check.hpp"
#include "relay/server/clock.hpp"
#include "relay/server/commands.hpp"
#include "relay/server/cursor.hpp"
#include "relay/server/node.hpp"
#include "relay/server/qr.hpp"
#include "tests/unit/relay_client.hpp"
#include "tests/unit/relay_program.hpp"

namespace porchlight::relay {
namespace {

Config example() {
  Config config;
  config.host = {"relay.example.org", 7443};
  config.listen = {{"::", 7443}, {"127.0.0.1", 7444}};
  return config;
}

std::string error_of(const std::string& text) {
  const auto config = parse_config(text);
  return config.ok() ? "no error" : config.error().what;
}

const std::string needed = "host = \"a.example\"\nlisten = [\"[::]:7443\"]\n";

TEST(ServerConfig, ReadsBackWhatItWrites) {
  Config config = example();
  config.connections_max = 99;
  config.log_file = "/var/log/it's \"quoted\"";
  const auto read = parse_config(render_config(config));
  ASSERT_TRUE(read.ok()) << read.error().what;
  EXPECT_EQ(read->host, config.host);
  EXPECT_EQ(read->listen, config.listen);
  EXPECT_EQ(read->connections_max, 99u);
  EXPECT_EQ(read->log_file, config.log_file);
  EXPECT_EQ(read->ordinary_days, limits::ordinary_days);
}

TEST(ServerConfig, TheExampleInDeployIsWhatInitWrites) {
  Config config = example();
  config.listen = {{"::", 7443}};
  std::ifstream file(PORCHLIGHT_DEPLOY "/porchlightd.toml");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), render_config(config));
}

TEST(ServerConfig, EveryOptionStandsUnderAComment) {
  std::istringstream lines(render_config(example()));
  std::string before;
  for (std::string line; std::getline(lines, line); before = line) {
    if (line.find(" = ") != std::string::npos && !line.starts_with("#")) {
      EXPECT_TRUE(before.starts_with("# ")) << line;
    }
    EXPECT_LE(line.size(), 100u);
  }
}

TEST(ServerConfig, NamesTheLineAndTheFault) {
  EXPECT_EQ(error_of(needed + "conections_max = 5\n"),
            "porchlightd.toml, line 3: there is no option 'conections_max'; check its spelling.");
  EXPECT_EQ(error_of(needed + "connections_max = \"many\"\n"),
            "porchlightd.toml, line 3: connections_max must be a whole number.");
  EXPECT_EQ(error_of(needed + "\nordinary_days = 8\n"),
            "porchlightd.toml, line 4: ordinary_days must be from 1 to 7.");
  EXPECT_EQ(error_of(needed + "log_level = \"loud\"\n"),
            "porchlightd.toml, line 3: log_level must be one of error, warn, info, debug.");
  EXPECT_NE(error_of("host = \n").find("line 1: this is not TOML"), std::string::npos);
  EXPECT_NE(error_of("host = \"a.example:0\"\n").find("line 1: host is wrong"), std::string::npos);
  EXPECT_NE(error_of("listen = [\"relay.example:1\"]\n").find("IP addresses"), std::string::npos);
  EXPECT_NE(error_of("listen = []\n").find("list"), std::string::npos);
}

TEST(ServerConfig, HostAndListenAreNeeded) {
  EXPECT_EQ(error_of("listen = [\"[::]:7443\"]\n"), "porchlightd.toml lacks the option 'host'.");
  EXPECT_EQ(error_of("host = \"a.example\"\n"), "porchlightd.toml lacks the option 'listen'.");
}

TEST(ServerData, NewFolderIsPrivateThroughout) {
  const TempFolder temp;
  const auto folder = DataFolder::create(temp.path() / "relay", example());
  ASSERT_TRUE(folder.ok()) << folder.error().what;
  EXPECT_TRUE(check_private(folder->path()).ok());
  EXPECT_TRUE(check_private(folder->identity_file()).ok());
  EXPECT_TRUE(check_private(folder->config_file()).ok());
  EXPECT_TRUE(DataFolder::open(folder->path()).ok());
}

TEST(ServerData, AnEmptyFolderThatIsPrivateIsTakenAndAnOpenOneIsNot) {
  const TempFolder temp;
  EXPECT_TRUE(DataFolder::create(temp.path(), example()).ok());
  const TempFolder open;
  std::filesystem::permissions(open.path(), std::filesystem::perms{0755});
  const auto refused = DataFolder::create(open.path(), example());
  EXPECT_EQ(refused.error().code, Errc::usage);
  EXPECT_TRUE(std::filesystem::is_empty(open.path()));
}

TEST(ServerData, OneOwnerAtATime) {
  const TempFolder temp;
  const auto folder = DataFolder::create(temp.path(), example());
  {
    const auto first = folder->lock();
    ASSERT_TRUE(first.ok());
    EXPECT_EQ(folder->lock().error().code, Errc::locked);
  }
  EXPECT_TRUE(folder->lock().ok());
}

TEST(ServerData, NewFilesNeverReplaceOthers) {
  const TempFolder temp;
  const auto file = temp.path() / "file";
  ASSERT_TRUE(write_new_file(file, as_bytes("first")).ok());
  EXPECT_FALSE(write_new_file(file, as_bytes("second")).ok());
  EXPECT_EQ(*read_file(file, 100), "first");
  EXPECT_EQ(read_file(file, 3).error().code, Errc::too_large);
  EXPECT_EQ(read_file(temp.path() / "none", 3).error().code, Errc::not_found);
}

// As on a full disk, while one of these lives.
class NothingCanBeWritten {
 public:
  NothingCanBeWritten() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit nothing{0, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &nothing);
  }
  ~NothingCanBeWritten() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  void (*handler_)(int);
  rlimit before_{};
};

TEST(ServerCheck, NobodyIsToldToMoveADatabaseAwayThatCouldOnlyNotBeRead) {
  const TempFolder temp;
  ASSERT_TRUE(DataFolder::create(temp.path(), example()).ok());
  ASSERT_TRUE(Node::open(temp.path(), system_random).ok());
  const auto text_of_bad = [&] {
    std::string text;
    for (const Finding& finding : check_relay(temp.path(), system_now())) {
      if (finding.grade == Finding::Grade::bad) text += finding.text;
    }
    return text;
  };
  EXPECT_EQ(text_of_bad(), "");
  {
    const NothingCanBeWritten limit;
    EXPECT_NE(text_of_bad().find("disk has room"), std::string::npos);
    EXPECT_EQ(text_of_bad().find("backup"), std::string::npos);
  }
  std::ofstream(temp.path() / "relay.db", std::ios::in).seekp(100) << std::string(4'000, 'x');
  EXPECT_NE(text_of_bad().find("backup"), std::string::npos);
}

TEST(ServerData, AFileThatCannotBeWrittenIsNotInTheWayOfTheNextTry) {
  const TempFolder temp;
  const auto file = temp.path() / "file";
  {
    const NothingCanBeWritten limit;
    EXPECT_FALSE(write_new_file(file, as_bytes("first")).ok());
  }
  EXPECT_TRUE(std::filesystem::is_empty(temp.path()));
  EXPECT_TRUE(write_new_file(file, as_bytes("first")).ok());
}

TEST(ServerCursor, SharedDeliveryIsTheAnswerProtobufWouldMake) {
  const Bytes envelope(2048, 7);
  std::string out;
  append_delivery(300, encode_delivery(12345, envelope), out);
  wire::Answer answer;
  ASSERT_TRUE(answer.ParseFromString(out.substr(4)));
  EXPECT_EQ(answer.id(), 300u);
  EXPECT_EQ(answer.delivery().seq(), 12345u);
  EXPECT_EQ(answer.delivery().envelope(), to_string(envelope));
}

TEST(ServerCursor, SubscriptionsAreRemovedInAnyOrder) {
  Subscriptions live;
  std::list<Cursor> cursors;
  for (int i = 0; i < 5; ++i) {
    live.add(cursors.emplace_back(Cursor{nullptr, Deliver{}, 0}));
  }
  while (!cursors.empty()) {
    const auto middle = std::next(cursors.begin(), static_cast<long>(cursors.size() / 2));
    live.remove(*middle);
    cursors.erase(middle);
    EXPECT_EQ(live.size(), cursors.size());
    EXPECT_EQ(live.of(MailboxId{}).size(), cursors.size());
    for (const Cursor* cursor : live.of(MailboxId{})) {
      EXPECT_EQ(live.of(MailboxId{})[cursor->place], cursor);
    }
  }
}

TEST(ServerInvite, QrOfALongLinkFitsATerminal) {
  const auto lines = terminal_qr(std::string(290, 'x'));
  ASSERT_TRUE(lines.ok());
  EXPECT_LE(std::count(lines->begin(), lines->end(), '\n'), 39);
  EXPECT_FALSE(terminal_qr(std::string(5000, 'x')).ok());
}

TEST(ServerInvite, TimeSpansHaveAUnit) {
  EXPECT_EQ(*parse_duration("90m"), std::chrono::minutes(90));
  EXPECT_EQ(*parse_duration("24h"), std::chrono::hours(24));
  EXPECT_EQ(*parse_duration("7d"), std::chrono::hours(24 * 7));
  for (const char* wrong : {"", "7", "h", "7w", "7hh", "-7h", "999999999d"}) {
    EXPECT_FALSE(parse_duration(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace porchlight::relay
