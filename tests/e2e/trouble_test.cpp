// A relay that is down, is another one, lies, babbles or is full: what it costs, and that nothing
// is lost.
#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "tests/e2e/fake_relay.hpp"
#include "tests/e2e/stage.hpp"

namespace porchlight::e2e {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Trouble : public Stage {
 protected:
  /// Both in the group, and the relay gone.
  void set_and_stop() {
    ASSERT_NO_FATAL_FAILURE(set_both());
    relay_.stop();
  }
  /// Wren posts while something else answers at the relay's address.
  Finished post_to(FakeScript script) {
    FakeRelay fake(relay_.host(), identity_of(relay_.data()), std::move(script));
    return wren_.run({"post", "kept"});
  }
  /// Whatever went wrong, the next command brings it there, once.
  void expect_delivery_once() {
    ASSERT_NO_FATAL_FAILURE(relay_.start());
    wren_.must({"group", "list"});
    wren_.must({"sync"});
    EXPECT_THAT(texts(carla_), ElementsAre("kept"));
    EXPECT_EQ(wren_.record("outbox", {"outbox", "list"}).value("messages", 9), 0);
  }
};

TEST_F(Trouble, PostToARelayThatIsDownIsQueuedAndTheNextCommandDeliversItOnce) {
  ASSERT_NO_FATAL_FAILURE(set_and_stop());
  const Finished ended = wren_.run({"post", "kept"});
  EXPECT_EQ(ended.code, queued);
  EXPECT_THAT(ended.out, HasSubstr("queued"));
  EXPECT_THAT(ended.err, HasSubstr("relay may be down"));
  EXPECT_THAT(wren_.must({"outbox", "list"}), HasSubstr("kept"));
  ASSERT_NO_FATAL_FAILURE(expect_delivery_once());
}

TEST_F(Trouble, ReadingWorksWithoutTheRelayAndSaysThatItMayBeOld) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  wren_.must({"sighting", "post", "--where", "the school"});
  relay_.stop();
  const Finished ended = wren_.run({"sighting", "list"});
  EXPECT_EQ(ended.code, done);
  EXPECT_THAT(ended.out, HasSubstr("the school"));
  EXPECT_THAT(ended.err, HasSubstr("What is shown is what this device knows"));
}

TEST_F(Trouble, RelayWithAnotherIdentityIsASecurityWarningAndGetsNothing) {
  ASSERT_NO_FATAL_FAILURE(set_and_stop());
  SigningSeed stranger;
  stranger.fill()[0] = 1;
  {
    FakeRelay fake(relay_.host(), stranger, {greeting_of(info_of(relay_.data())), {}});
    const Finished ended = wren_.run({"post", "kept"});
    EXPECT_EQ(ended.code, security);
    EXPECT_THAT(ended.out, HasSubstr("queued"));
    EXPECT_THAT(ended.err, HasSubstr("identity"));
    EXPECT_EQ(wren_.run({"listen"}).code, security);
    EXPECT_EQ(fake.requests(), 0);
  }
  ASSERT_NO_FATAL_FAILURE(expect_delivery_once());
}

TEST_F(Trouble, ForgedTokenKeyIsASecurityWarning) {
  ASSERT_NO_FATAL_FAILURE(set_and_stop());
  wire::RelayInfo info = info_of(relay_.data());
  (*info.mutable_token_keys(0))[10] ^= 1;
  EXPECT_EQ(post_to({greeting_of(info), {}}).code, security);
  ASSERT_NO_FATAL_FAILURE(expect_delivery_once());
}

TEST_F(Trouble, BabblingRelaysAreLeftAndWhatIsQueuedStays) {
  ASSERT_NO_FATAL_FAILURE(set_and_stop());
  const wire::RelayInfo info = info_of(relay_.data());
  const std::string hello = greeting_of(info);
  const auto always = [](std::string bytes) {
    return [bytes](const wire::Request&) { return bytes; };
  };
  wire::Answer stranger;
  stranger.set_id(4711);
  stranger.mutable_done();
  const std::string unknown_kind("\x00\x00\x00\x05\x08\x01\xfa\x7f\x00", 9);
  const std::vector<FakeScript> scripts = {
      {"HTTP/1.1 400 Bad Request\r\n\r\n", {}},                  // a frame's header by accident
      {std::string("\x00\x00\x00\x04\xff\xff\xff\xff", 8), {}},  // no protobuf
      {std::string("\x7f\xff\xff\xff", 4), {}},                  // two gigabytes are coming
      {hello, always(std::string("\xff\xff\xff\xff", 4))},
      {hello, always(frame_of(stranger))},  // an answer to nothing
      {hello, always(unknown_kind)},        // of a kind nobody knows
      {hello, always(hello)},               // the greeting again
  };
  for (std::size_t i = 0; i < scripts.size(); ++i) {
    if (i > 0) {
      const Finished ended = [&] {
        FakeRelay fake(relay_.host(), identity_of(relay_.data()), scripts[i]);
        return wren_.run({"sync"});
      }();
      EXPECT_EQ(ended.code, queued) << i << ended.err;
      EXPECT_THAT(ended.err, HasSubstr("error")) << i;
    } else {
      EXPECT_EQ(post_to(scripts[i]).code, queued);
    }
  }
  ASSERT_NO_FATAL_FAILURE(expect_delivery_once());
}

TEST_F(Trouble, UnknownFieldsOfANewerRelayAreNoTrouble) {
  ASSERT_NO_FATAL_FAILURE(set_and_stop());
  const wire::RelayInfo info = info_of(relay_.data());
  // The greeting with an unknown field behind it: number 100, a varint.
  wire::Answer greeting;
  *greeting.mutable_relay_info() = info;
  greeting.mutable_relay_info()->add_versions(2);
  const std::string bytes = greeting.SerializeAsString() + std::string("\xa0\x06\x01", 3);
  std::string frame;
  for (int shift = 24; shift >= 0; shift -= 8) {
    frame.push_back(static_cast<char>(bytes.size() >> shift & 0xff));
  }
  const auto answer = [info](const wire::Request& request) {
    wire::Answer stored;
    stored.mutable_dropped()->set_seq(std::uint64_t{600'000} << 24);
    return answer_all_but_drops(info, request, stored);
  };
  const Finished ended = post_to({frame + bytes, answer});
  EXPECT_EQ(ended.code, done) << ended.err;
}

TEST_F(Trouble, RelayThatOnlySpeaksANewerVersionNeedsAnUpdate) {
  ASSERT_NO_FATAL_FAILURE(set_and_stop());
  wire::RelayInfo info = info_of(relay_.data());
  info.set_versions(0, 2);
  EXPECT_EQ(post_to({greeting_of(info), {}}).code, 9);
  ASSERT_NO_FATAL_FAILURE(expect_delivery_once());
}

TEST_F(Trouble, RelayThatRefusesToStoreIsExitSixAndTheMessageStays) {
  ASSERT_NO_FATAL_FAILURE(set_and_stop());
  const wire::RelayInfo info = info_of(relay_.data());
  for (const auto code : {wire::FAILURE_FULL, wire::FAILURE_INTERNAL, wire::FAILURE_BUSY}) {
    const auto answer = [info, code](const wire::Request& request) {
      wire::Answer no;
      no.mutable_failure()->set_code(code);
      return answer_all_but_drops(info, request, no);
    };
    FakeRelay fake(relay_.host(), identity_of(relay_.data()), {greeting_of(info), answer});
    const bool first = code == wire::FAILURE_FULL;
    const Finished ended = first ? wren_.run({"post", "kept"}) : wren_.run({"sync"});
    EXPECT_EQ(ended.code, refused) << code << ended.err;
    EXPECT_THAT(ended.err, HasSubstr("kept")) << code;
  }
  ASSERT_NO_FATAL_FAILURE(expect_delivery_once());
}

TEST_F(Trouble, FullRelayIsExitSixUntilItHasRoomAgain) {
  ASSERT_NO_FATAL_FAILURE(set_and_stop());
  const auto database = (relay_.data() / "relay.db").string();
  const auto fill = [&](const char* sql) {
    SQLite::Database(database, SQLite::OPEN_READWRITE).exec(sql);
  };
  relay_.configure("store_mib_max", "64");
  fill("CREATE TABLE filler(b); INSERT INTO filler VALUES(zeroblob(67108864));");
  ASSERT_NO_FATAL_FAILURE(relay_.start());
  const Finished ended = wren_.run({"post", "kept"});
  EXPECT_EQ(ended.code, refused) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("queued"));
  EXPECT_THAT(ended.err, HasSubstr("room"));
  relay_.stop();
  EXPECT_THAT(relay_.log(), HasSubstr("the store is full"));
  fill("DROP TABLE filler;");
  ASSERT_NO_FATAL_FAILURE(expect_delivery_once());
}

TEST_F(Trouble, ReportOfTheFutureIsRefusedWhereNobodyCanBeAsked) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  const auto post = [&](const char* time, const std::vector<std::string>& more) {
    std::vector<std::string> words = {"sighting", "post", "--where", "x", "--time", time};
    words.insert(words.end(), more.begin(), more.end());
    return wren_.run(words);
  };
  EXPECT_EQ(post("2099-01-01 10:00", {}).code, usage);
  EXPECT_THAT(post("2099-01-01 10:00", {}).err, HasSubstr("--yes"));
  EXPECT_EQ(post("2099-01-01 10:00", {"--yes"}).code, done);
  EXPECT_EQ(post("yesterday", {}).code, usage);
  EXPECT_EQ(post("2020-01-01 10:00", {}).code, done);  // worth a question, no refusal
}

TEST_F(Trouble, WarningIsShownUntilItIsDismissed) {
  ASSERT_NO_FATAL_FAILURE(set_both());
  relay_.stop();
  // Other keys than it has shown, for the tokens of one week.
  std::ofstream(relay_.data() / "tokens.key", std::ios::binary) << std::string(32, 'x');
  relay_.start();
  const auto warnings = [&] {
    std::map<std::string, std::string> ids;
    for (const Json& finding : wren_.records({"doctor"})) {
      if (finding.contains("id")) ids[finding.value("topic", "")] = finding.value("id", "");
    }
    return ids;
  };
  const auto shown = warnings();
  ASSERT_TRUE(shown.contains("keys_differ"));
  const std::string id = shown.at("keys_differ");
  EXPECT_THAT(wren_.run({"doctor"}).out, HasSubstr(id));
  EXPECT_EQ(wren_.run({"doctor", "--dismiss", "W-ZZZZZZ"}).code, not_found);
  const Json dismissed = wren_.record("dismissed", {"doctor", "--dismiss", id});
  EXPECT_EQ(dismissed.value("id", ""), id);
  EXPECT_EQ(dismissed.value("topic", ""), "keys_differ");
  EXPECT_FALSE(warnings().contains("keys_differ"));  // though it is still so
}

TEST_F(Trouble, UsageErrorsAreExitTwoAndHelpHasAnExample) {
  EXPECT_EQ(wren_.run({"nonsense"}).code, usage);
  EXPECT_EQ(wren_.run({"post"}).code, usage);
  EXPECT_EQ(wren_.run({"sighting"}).code, usage);
  EXPECT_EQ(wren_.run({"invite", "new"}).code, usage);
  EXPECT_EQ(wren_.run({}).code, usage);
  for (const std::vector<std::string>& command : {std::vector<std::string>{"join"},
                                                  {"group", "create"},
                                                  {"group", "list"},
                                                  {"group", "show"},
                                                  {"invite", "new"},
                                                  {"invite", "list"},
                                                  {"invite", "revoke"},
                                                  {"requests"},
                                                  {"approve"},
                                                  {"deny"},
                                                  {"post"},
                                                  {"sighting", "post"},
                                                  {"sighting", "list"},
                                                  {"sighting", "show"},
                                                  {"sighting", "claim"},
                                                  {"sighting", "confirm"},
                                                  {"sighting", "dismiss"},
                                                  {"sighting", "close"},
                                                  {"listen"},
                                                  {"sync"},
                                                  {"outbox", "list"},
                                                  {"verify"},
                                                  {"doctor"}}) {
    auto words = command;
    words.push_back("--help");
    EXPECT_THAT(wren_.must(words), HasSubstr("Example: porchlight " + command.front()));
  }
}

}  // namespace
}  // namespace porchlight::e2e
