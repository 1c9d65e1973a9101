// client/engine with a real vault and core, against a relay of the test's own making on loopback.
#include "client/engine/engine.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <future>

#include "client/engine/backoff.hpp"
#include "client/engine/silence.hpp"
#include "tests/e2e/fake_relay.hpp"

namespace porchlight::client {
namespace {

using namespace std::chrono_literals;
using e2e::FakeRelay;
using e2e::FakeScript;

SigningSeed seed(Byte fill) {
  SigningSeed seed;
  for (Byte& byte : seed.fill()) byte = fill;
  return seed;
}

class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    crypto_init();
    std::string name =
        (std::filesystem::temp_directory_path() / "porchlight-engine-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    base_ = name;
    const auto pid = static_cast<unsigned>(getpid());
    address_.identity = wire::relay_identity(SigningKey(seed(1)).verify_key());
    address_.at = {
        "127." + std::to_string(1 + (pid >> 8) % 250) + "." + std::to_string(pid & 0xff) + ".251",
        7462};
  }
  ~EngineTest() override { std::filesystem::remove_all(base_); }

  std::filesystem::path folder() const { return base_ / "vault"; }
  static TimePoint now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }

  std::unique_ptr<Engine> make_engine() {
    auto lock = VaultLock::acquire(folder(), 0ms, VaultLock::Manner::ring, {});
    auto vault = Vault::create(*std::move(lock), as_bytes("correct horse"), PasswordCost::minimum(),
                               random_);
    auto engine =
        Engine::create(*std::move(vault), Core::create(address_, random_, now()), random_);
    EXPECT_TRUE(engine.ok());
    return *std::move(engine);
  }
  /// From now on there is a parcel to be fetched.
  void follow_invite(Engine& engine) {
    wire::Link link;
    link.relay = address_;
    link.seed = random_.secret<wire::InviteSeed>();
    link.session.set_kind(wire::TOKEN_KIND_SESSION);
    link.session.set_week(wire::token_week(now()));
    link.session.set_nonce(std::string(32, 'n'));
    link.session.set_output(std::string(32, 'o'));
    ASSERT_TRUE(engine.core().follow(link, now()).ok());
    ASSERT_TRUE(engine.keep().ok());
  }

  static wire::RelayInfo info() {
    wire::RelayInfo info;
    info.add_versions(1);
    info.mutable_caps()->set_ordinary_days(7);
    info.set_incarnation(std::string(16, 'i'));
    info.set_clock_minute(wire::unix_minute(now()));
    info.set_challenge(std::string(32, 'c'));
    return info;
  }
  static FakeScript honest() {
    return {e2e::greeting_of(info()), [](const wire::Request& request) {
              return e2e::answer_all_but_drops(info(), request, {});
            }};
  }
  static FakeScript silent() { return {e2e::greeting_of(info()), {}}; }

  SyncReport sync(Engine& engine, std::chrono::seconds patience = 60s) {
    const auto report = engine.sync(Haste::none, patience);
    EXPECT_TRUE(report.ok()) << report.error().what;
    return report.ok() ? *report : SyncReport{};
  }
  static ListenCallbacks quiet() {
    return {[] {}, [](const Error&, std::chrono::milliseconds) {}, [] { return true; }};
  }

  StopSignals signals_;
  SystemRandom random_;
  std::filesystem::path base_;
  wire::RelayAddress address_;
};

TEST_F(EngineTest, WithNothingToDoNobodyIsAsked) {
  const auto engine = make_engine();
  const FakeRelay relay(address_.at.str(), seed(1), honest());
  const SyncReport report = sync(*engine);
  EXPECT_FALSE(report.trouble);
  EXPECT_FALSE(report.reached);
  EXPECT_EQ(relay.requests(), 0);
}

TEST_F(EngineTest, RelayThatIsDownIsToldAndWhatWasToBeDoneIsKept) {
  const auto engine = make_engine();
  follow_invite(*engine);
  const SyncReport report = sync(*engine);
  ASSERT_TRUE(report.trouble);
  EXPECT_EQ(report.trouble->code, Errc::unreachable);
  EXPECT_FALSE(report.reached);
  EXPECT_FALSE(engine->core().subscriptions(Lane::parcel, now()).empty());
}

TEST_F(EngineTest, SyncEndsByItselfWhenNothingFollowsAnyMore) {
  const auto engine = make_engine();
  follow_invite(*engine);
  const FakeRelay relay(address_.at.str(), seed(1), honest());
  const SyncReport report = sync(*engine);
  EXPECT_FALSE(report.trouble);
  EXPECT_TRUE(report.reached);
  EXPECT_EQ(relay.requests(), 3);  // spend, prove, collect
  EXPECT_TRUE(engine->core().offer_refused());
}

TEST_F(EngineTest, AnotherIdentityGetsNoRequestAndIsTheReasonTold) {
  const auto engine = make_engine();
  follow_invite(*engine);
  const FakeRelay relay(address_.at.str(), seed(2), honest());
  const SyncReport report = sync(*engine);
  ASSERT_TRUE(report.trouble);
  EXPECT_EQ(report.trouble->code, Errc::wrong_identity);
  EXPECT_EQ(relay.requests(), 0);
}

TEST_F(EngineTest, RelayThatSaysNothingMoreDoesNotHoldACommandForEver) {
  const auto engine = make_engine();
  follow_invite(*engine);
  const FakeRelay relay(address_.at.str(), seed(1), silent());
  const SyncReport report = sync(*engine, 1s);
  ASSERT_TRUE(report.trouble);
  EXPECT_EQ(report.trouble->code, Errc::unreachable);
}

TEST_F(EngineTest, NothingLeavesTheDeviceWhenTheVaultCannotKeepIt) {
  const auto engine = make_engine();
  follow_invite(*engine);
  const FakeRelay relay(address_.at.str(), seed(1), honest());
  struct rlimit old {};
  getrlimit(RLIMIT_FSIZE, &old);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit none { 0, old.rlim_max };
  setrlimit(RLIMIT_FSIZE, &none);
  const auto report = engine->sync(Haste::none, 60s);
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_FALSE(report.ok());
  EXPECT_EQ(relay.requests(), 0);
}

TEST_F(EngineTest, WhatWasKeptIsThereForTheNextEngine) {
  {
    const auto engine = make_engine();
    follow_invite(*engine);
  }
  auto lock = VaultLock::acquire(folder(), 0ms, VaultLock::Manner::ring, {});
  auto vault = Vault::open(*std::move(lock), as_bytes("correct horse"), random_);
  ASSERT_TRUE(vault.ok());
  auto records = vault->read_all();
  ASSERT_TRUE(records.ok());
  auto core = Core::load(*std::move(records), random_);
  ASSERT_TRUE(core.ok()) << core.error().what;
  EXPECT_EQ(core->subscriptions(Lane::parcel, now()).size(), 1u);
}

TEST_F(EngineTest, ListeningEndsWhenItsOwnerHasEnough) {
  const auto engine = make_engine();
  ListenCallbacks callbacks = quiet();
  callbacks.on_change = [] { return false; };
  const auto end = engine->listen(callbacks, signals_, nullptr);
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(*end, ListenEnd::finished);
}

TEST_F(EngineTest, ListeningLooksAgainWhenItsOwnerWantsTo) {
  const auto engine = make_engine();
  const TimePoint begun = engine->now();
  ListenCallbacks callbacks = quiet();
  callbacks.look_again_at = [&] { return begun + 1s; };
  callbacks.on_change = [&] { return engine->now() < begun + 1s; };
  const auto end = engine->listen(callbacks, signals_, nullptr);
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(*end, ListenEnd::finished);
  EXPECT_LT(engine->now() - begun, limits::tick_interval) << "it was only the next minute";
}

TEST_F(EngineTest, ListeningStepsAsideWhenSomebodyRings) {
  auto engine = make_engine();
  auto bell = VaultBell::hang(folder());
  ASSERT_TRUE(bell.ok());
  auto waiting = std::async(std::launch::async, [&] {
    return VaultLock::acquire(folder(), 60s, VaultLock::Manner::ring, {}).ok();
  });
  const auto end = engine->listen(quiet(), signals_, &*bell);
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(*end, ListenEnd::wanted);
  Engine::release(std::move(engine));
  EXPECT_TRUE(waiting.get());
}

TEST_F(EngineTest, ListeningEndsOnASignalWithoutHarm) {
  const auto engine = make_engine();
  ListenCallbacks callbacks = quiet();
  callbacks.on_change = [] {
    std::raise(SIGTERM);
    return true;
  };
  const auto end = engine->listen(callbacks, signals_, nullptr);
  ASSERT_TRUE(end.ok());
  EXPECT_EQ(*end, ListenEnd::interrupted);
}

TEST_F(EngineTest, ListeningKeepsWhatItsInputDidAndEndsWhenThatSaysSo) {
  int keyboard[2];
  ASSERT_EQ(pipe(keyboard), 0);
  {
    const auto engine = make_engine();
    std::string typed;
    ListenCallbacks callbacks = quiet();
    callbacks.input = keyboard[0];
    callbacks.on_input = [&] {
      char key = 0;
      EXPECT_EQ(read(keyboard[0], &key, 1), 1);
      typed += key;
      if (key == 'n') (void)engine->core().create_group("dispatch", "Ana", now());
      EXPECT_EQ(write(keyboard[1], "q", 1), 1);
      return key != 'q';
    };
    EXPECT_EQ(write(keyboard[1], "n", 1), 1);
    const auto end = engine->listen(callbacks, signals_, nullptr);
    ASSERT_TRUE(end.ok()) << end.error().what;
    EXPECT_EQ(*end, ListenEnd::finished);
    EXPECT_EQ(typed, "nq");
  }
  auto lock = VaultLock::acquire(folder(), 0ms, VaultLock::Manner::ring, {});
  auto vault = Vault::open(*std::move(lock), as_bytes("correct horse"), random_);
  ASSERT_TRUE(vault.ok());
  auto core = Core::load(*vault->read_all(), random_);
  ASSERT_TRUE(core.ok());
  EXPECT_TRUE(core->group("dispatch").ok());
  for (const int end : keyboard) close(end);
}

TEST_F(EngineTest, ListeningTellsWhyTheConnectionIsNotThereAndTriesAgain) {
  const auto engine = make_engine();
  (void)engine->core().create_group("dispatch", "Ana", now());
  std::vector<Errc> reasons;
  std::optional<FakeRelay> relay;
  bool connected = false;
  ListenCallbacks callbacks = quiet();
  callbacks.on_disconnected = [&](const Error& why, std::chrono::milliseconds) {
    reasons.push_back(why.code);
    // Back by the next try.
    if (!relay) relay.emplace(address_.at.str(), seed(1), silent());
  };
  callbacks.on_connected = [&] { connected = true; };
  callbacks.on_change = [&] { return reasons.size() < 2; };
  const auto end = engine->listen(callbacks, signals_, nullptr);
  ASSERT_TRUE(end.ok()) << end.error().what;
  // First nobody is there; then somebody is, but there is no token to pay with.
  EXPECT_EQ(reasons, (std::vector{Errc::unreachable, Errc::no_tokens}));
  EXPECT_FALSE(connected);
}

TEST_F(EngineTest, RelayThatAnswersButDoesNothingIsAskedLessAndLess) {
  const auto engine = make_engine();
  (void)engine->core().create_group("dispatch", "Ana", now());
  const FakeRelay relay(address_.at.str(), seed(1), honest());
  std::vector<std::chrono::milliseconds> waits;  // there is no token to pay with
  ListenCallbacks callbacks = quiet();
  callbacks.on_disconnected = [&](const Error&, std::chrono::milliseconds wait) {
    waits.push_back(wait);
    if (waits.size() == 2) std::raise(SIGTERM);
  };
  ASSERT_TRUE(engine->listen(callbacks, signals_, nullptr).ok());
  ASSERT_EQ(waits.size(), 2u);
  EXPECT_GE(waits[1], limits::reconnect_first);
}

TEST_F(EngineTest, ListeningEndsAtARelayWithAnotherIdentity) {
  const auto engine = make_engine();
  (void)engine->core().create_group("dispatch", "Ana", now());
  const FakeRelay relay(address_.at.str(), seed(2), honest());
  const auto end = engine->listen(quiet(), signals_, nullptr);
  ASSERT_FALSE(end.ok());
  EXPECT_EQ(end.error().code, Errc::wrong_identity);
}

TEST(Silence, IsProlongedByNothingButTheConnection) {
  const Silence::Time start{};
  Silence silence(start);
  // Looked at every minute, as when the time is minded.
  for (auto now = start; now < start + limits::ping_interval; now += 60s) {
    EXPECT_EQ(silence.end(false, now), start + limits::ping_interval);
  }
  // A ping was sent: now an answer is owed.
  const auto pinged = start + limits::ping_interval;
  EXPECT_EQ(silence.end(true, pinged), pinged + limits::request_timeout);
  EXPECT_EQ(silence.end(true, pinged + 20s), pinged + limits::request_timeout);
  silence.broken(pinged + 20s);
  EXPECT_EQ(silence.end(true, pinged + 21s), pinged + 20s + limits::request_timeout);
  EXPECT_EQ(silence.end(false, pinged + 22s), pinged + 22s + limits::ping_interval);
}

TEST_F(EngineTest, BackoffDoublesToItsCeilingWithinHalfAndBeginsAnewAfterSuccess) {
  Backoff backoff(random_);
  std::chrono::milliseconds step = limits::reconnect_first;
  for (int i = 0; i < 20; ++i) {
    const auto wait = backoff.next();
    EXPECT_GE(wait, step / 2);
    EXPECT_LE(wait, step);
    step = std::min<std::chrono::milliseconds>(2 * step, limits::reconnect_most);
  }
  backoff.reset();
  EXPECT_LE(backoff.next(), limits::reconnect_first);
}

}  // namespace
}  // namespace porchlight::client
