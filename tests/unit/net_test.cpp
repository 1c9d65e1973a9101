// proto/net over real loopback sockets, client and relay in one io_context.
#include <gtest/gtest.h>

#include <optional>

#include "proto/base/limits.hpp"
#include "proto/net/connect.hpp"
#include "proto/net/deadline.hpp"
#include "proto/wire/relay.pb.h"
#include "tests/unit/net_fixture.hpp"
#include "tests/unit/tls_record.hpp"

namespace porchlight::net {
namespace {

using namespace std::chrono_literals;
using tcp = asio::ip::tcp;

class Net : public NetFixture {};

TEST_F(Net, ClientReachesTheRelayItPinned) {
  std::string seen;
  run(
      [&]() -> awaitable<void> {
        auto relay = co_await accept_connection();
        EXPECT_TRUE(relay.ok());
        if (!relay.ok()) co_return;
        auto frame = co_await relay->read_frame();
        if (frame.ok()) seen = to_string(*frame);
        co_await relay->finish();
      },
      [&]() -> awaitable<void> {
        auto client = co_await connect(client_tls(), at());
        EXPECT_TRUE(client.ok()) << client.error().what;
        if (!client.ok()) co_return;
        EXPECT_TRUE(client->relay_key().has_value());
        EXPECT_EQ(wire::relay_identity(client->relay_key().value_or(VerifyKey{})),
                  authority().identity());
        EXPECT_TRUE((co_await client->write(frame_of("hello"))).ok());
        auto end = co_await client->read_frame();
        EXPECT_EQ(end.error().code, Errc::unreachable);
      });
  EXPECT_EQ(seen, "hello");
}

TEST_F(Net, ClientRefusesARelayWithAnotherIdentityBeforeItSendsAnything) {
  std::optional<Errc> at_client;
  bool handshake_at_relay = true;
  auto elsewhere = TlsClient::create(wire::relay_identity(SigningKey(seed(2)).verify_key()));
  run(
      [&]() -> awaitable<void> {
        auto relay = co_await accept_connection();
        handshake_at_relay = relay.ok();
      },
      [&]() -> awaitable<void> {
        auto client = co_await connect(*elsewhere, at());
        at_client = client.error().code;
      });
  EXPECT_EQ(at_client, Errc::wrong_identity);
  EXPECT_FALSE(handshake_at_relay);
}

TEST_F(Net, ClientRefusesALeafThatIsOverAndPointsAtTheClock) {
  const Error error = refusal_of(chain_issued_at(now() - std::chrono::days(30)));
  EXPECT_EQ(error.code, Errc::not_authentic);
  EXPECT_NE(error.what.find("clock"), std::string::npos);
}

TEST_F(Net, ClientRefusesALeafThatHasNotBegunAndPointsAtTheClock) {
  const Error error = refusal_of(chain_issued_at(now() + std::chrono::days(30)));
  EXPECT_EQ(error.code, Errc::not_authentic);
  EXPECT_NE(error.what.find("clock"), std::string::npos);
}

TEST_F(Net, ClientRefusesAChainWithAForeignAuthorityBehindTheRelays) {
  Chain chain = chain_issued_at(now());
  chain.certificates.push_back(copy(foreign().certificate()));
  EXPECT_EQ(refusal_of(std::move(chain)).code, Errc::wrong_identity);
}

TEST_F(Net, ClientRefusesALeafWithoutItsAuthority) {
  Chain chain = chain_issued_at(now());
  chain.certificates.clear();
  EXPECT_EQ(refusal_of(std::move(chain)).code, Errc::wrong_identity);
}

TEST_F(Net, ClientRefusesALeafThatThePinnedAuthorityDidNotSign) {
  auto leaf = foreign().issue_leaf(now());
  Chain chain{std::move(leaf->key), std::move(leaf->certificate), {}};
  chain.certificates.push_back(copy(authority().certificate()));
  EXPECT_EQ(refusal_of(std::move(chain)).code, Errc::not_authentic);
}

TEST_F(Net, ClientRefusesTheAuthorityItselfAsALeaf) {
  PkeyPtr key = private_key(seed(1));
  Chain chain{std::move(key), copy(authority().certificate()), {}};
  chain.certificates.push_back(copy(authority().certificate()));
  EXPECT_EQ(refusal_of(std::move(chain)).code, Errc::not_authentic);
}

TEST_F(Net, LeavesAreDifferentAndTheAuthorityIsTheSameAtEveryStart) {
  const auto first = authority().issue_leaf(now());
  const auto second = authority().issue_leaf(now());
  EXPECT_NE(X509_cmp(first->certificate.get(), second->certificate.get()), 0);
  EXPECT_NE(EVP_PKEY_eq(first->key.get(), second->key.get()), 1);
  const auto again = Authority::from_seed(seed(1));
  EXPECT_EQ(X509_cmp(authority().certificate(), again->certificate()), 0);
  EXPECT_EQ(authority().identity(), wire::relay_identity(SigningKey(seed(1)).verify_key()));
}

TEST_F(Net, ServerRenewsItsLeafInTheSecondHalfOfItsLifeAndNotBefore) {
  auto server = TlsServer::create(*Authority::from_seed(seed(1)), now());
  const auto first = (*server)->leaf_not_after();
  EXPECT_TRUE((*server)->renew_if_due(now() + std::chrono::days(1)).ok());
  EXPECT_EQ((*server)->leaf_not_after(), first);
  EXPECT_TRUE((*server)->renew_if_due(now() + std::chrono::days(8)).ok());
  EXPECT_EQ((*server)->leaf_not_after(), first + std::chrono::days(8));
  // The clock was set back: a leaf from the future would be refused.
  EXPECT_TRUE((*server)->renew_if_due(now()).ok());
  EXPECT_EQ((*server)->leaf_not_after(), first);
}

TEST_F(Net, RelayRefusesAClientThatStopsAtTls12) {
  bool accepted = true;
  bool connected = true;
  run([&]() -> awaitable<void> { accepted = (co_await accept_connection()).ok(); },
      [&]() -> awaitable<void> {
        SslCtxPtr old{SSL_CTX_new(TLS_client_method())};
        SSL_CTX_set_max_proto_version(old.get(), TLS1_2_VERSION);
        TlsSession session{SslPtr{SSL_new(old.get())}, nullptr};
        SSL_set_connect_state(session.ssl.get());
        auto socket = co_await raw_socket();
        TlsStream stream(std::move(socket), std::move(session));
        connected = (co_await stream.handshake()).ok();
      });
  EXPECT_FALSE(accepted);
  EXPECT_FALSE(connected);
}

TEST_F(Net, RelayEndsAConnectionThatIsNotTls) {
  std::optional<Errc> at_relay;
  run([&]() -> awaitable<void> { at_relay = (co_await accept_connection()).error().code; },
      [&]() -> awaitable<void> {
        auto socket = co_await raw_socket();
        const std::string garbage = "GET / HTTP/1.1\r\nHost: relay\r\n\r\n";
        co_await asio::async_write(socket, asio::buffer(garbage), as_result);
        char byte = 0;
        co_await asio::async_read(socket, asio::buffer(&byte, 1), as_result);
      });
  EXPECT_EQ(at_relay, Errc::unreachable);
}

TEST_F(Net, ClientSaysThatGarbageIsNotARelay) {
  std::optional<Error> error;
  run(
      [&]() -> awaitable<void> {
        auto [failed, socket] = co_await acceptor().async_accept(as_result);
        const std::string garbage = "220 mail.example.org ESMTP\r\n";
        co_await asio::async_write(socket, asio::buffer(garbage), as_result);
        char byte = 0;
        co_await asio::async_read(socket, asio::buffer(&byte, 1), as_result);
      },
      [&]() -> awaitable<void> { error = (co_await connect(client_tls(), at())).error(); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, Errc::unreachable);
  EXPECT_NE(error->what.find("not a relay"), std::string::npos);
}

TEST_F(Net, ClientSaysThatNobodyListens) {
  acceptor().close();
  std::optional<Error> error;
  run([&]() -> awaitable<void> { error = (co_await connect(client_tls(), at())).error(); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, Errc::unreachable);
  EXPECT_NE(error->what.find("listens"), std::string::npos);
}

TEST_F(Net, ClientSaysThatAHostDoesNotExist) {
  std::optional<Error> error;
  wire::HostPort nowhere{"no-such-host.invalid", 7443};
  run([&]() -> awaitable<void> { error = (co_await connect(client_tls(), nowhere)).error(); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, Errc::unreachable);
  EXPECT_NE(error->what.find("host name"), std::string::npos);
}

TEST_F(Net, FrameAboveTheLimitIsRefusedFromItsHeaderAlone) {
  std::optional<Errc> at_relay;
  run(
      [&]() -> awaitable<void> {
        auto relay = co_await accept_connection();
        at_relay = (co_await relay->read_frame()).error().code;
        relay->close();
      },
      [&]() -> awaitable<void> {
        auto client = co_await connect(client_tls(), at());
        std::string header{'\x00', '\x01', '\x20', '\x01'};  // 72 KiB and one byte
        (void)co_await client->write(std::move(header));
        (void)co_await client->read_frame();
      });
  EXPECT_EQ(at_relay, Errc::malformed);
}

TEST_F(Net, HalfAFrameBeforeTheEndIsNotAFrame) {
  std::optional<Errc> at_relay;
  run(
      [&]() -> awaitable<void> {
        auto relay = co_await accept_connection();
        at_relay = (co_await relay->read_frame()).error().code;
      },
      [&]() -> awaitable<void> {
        auto client = co_await connect(client_tls(), at());
        std::string half = frame_of("half of this");
        half.resize(half.size() / 2);
        (void)co_await client->write(std::move(half));
        co_await client->finish();
      });
  EXPECT_EQ(at_relay, Errc::unreachable);
}

TEST_F(Net, HalfClosedSideStillReadsWhatTheOtherSends) {
  std::string answer;
  run(
      [&]() -> awaitable<void> {
        auto relay = co_await accept_connection();
        auto request = co_await relay->read_frame();
        EXPECT_TRUE(request.ok());
        auto end = co_await relay->read_frame();
        EXPECT_EQ(end.error().code, Errc::unreachable);
        (void)co_await relay->write(frame_of("answer"));
        co_await relay->finish();
      },
      [&]() -> awaitable<void> {
        TlsSession session = client_tls().new_session();
        SSL* const ssl = session.ssl.get();
        auto socket = co_await raw_socket();
        TlsStream stream(std::move(socket), std::move(session));
        EXPECT_TRUE((co_await stream.handshake()).ok());
        const std::string request = frame_of("request");
        (void)co_await stream.write_all(request);
        SSL_shutdown(ssl);  // says that nothing more will come, and goes on reading
        Connection client(std::move(stream));
        auto frame = co_await client.read_frame();
        if (frame.ok()) answer = to_string(*frame);
      });
  EXPECT_EQ(answer, "answer");
}

TEST_F(Net, LargeFramesGoBothWaysAtTheSameTime) {
  constexpr int count = 200;
  const std::string payload(64 * 1024, 'x');
  int at_relay = 0;
  int at_client = 0;
  const auto exchange = [&](Connection& connection, int& received) -> awaitable<void> {
    using namespace asio::experimental::awaitable_operators;
    auto both = write_many(connection, payload, count) && read_many(connection, payload, received);
    co_await std::move(both);
  };
  run(
      [&]() -> awaitable<void> {
        auto relay = co_await accept_connection();
        co_await exchange(*relay, at_relay);
        co_await relay->finish();
      },
      [&]() -> awaitable<void> {
        auto client = co_await connect(client_tls(), at());
        co_await exchange(*client, at_client);
        co_await client->finish();
      });
  EXPECT_EQ(at_relay, count);
  EXPECT_EQ(at_client, count);
}

TEST_F(Net, DeadlineEndsAReadOfASilentPeerAndTheConnectionStaysUsable) {
  std::optional<Errc> late;
  std::string after;
  run(
      [&]() -> awaitable<void> {
        auto relay = co_await accept_connection();
        auto frame = co_await relay->read_frame();
        EXPECT_TRUE(frame.ok());
        (void)co_await relay->write(frame_of("after"));
        co_await relay->finish();
      },
      [&]() -> awaitable<void> {
        auto client = co_await connect(client_tls(), at());
        auto reading = with_deadline(client->read_frame(), 1ms, Error{Errc::expired, "late"});
        late = (co_await std::move(reading)).error().code;
        (void)co_await client->write(frame_of("go on"));
        auto frame = co_await client->read_frame();
        if (frame.ok()) after = to_string(*frame);
      });
  EXPECT_EQ(late, Errc::expired);
  EXPECT_EQ(after, "after");
}

// Who writes while a key update is half received cannot go on before the rest of it is there: it
// has to sleep until then, not to try as often as it can.
TEST_F(Net, HalfAKeyUpdateDoesNotKeepAWriterBusy) {
  asio::steady_timer waiting(context(), asio::steady_timer::time_point::max());
  bool woken = false;
  bool woken_too_early = false;
  std::size_t written = 0;
  run(
      [&]() -> awaitable<void> {
        TlsSession session = server_session();
        auto [failed, socket] = co_await acceptor().async_accept(as_result);
        TlsStream stream(std::move(socket), std::move(session));
        EXPECT_TRUE((co_await stream.handshake()).ok());
        std::array<Byte, 100> bytes;
        EXPECT_EQ(stream.try_read(bytes).value(), 0u);  // it came right behind the handshake
        EXPECT_EQ(stream.try_write("an answer").value(), 0u);
        waiting.cancel();
        EXPECT_TRUE((co_await stream.wait_writable()).ok());
        woken = true;
        written = stream.try_write("an answer").value();
      },
      [&]() -> awaitable<void> {
        TlsSession session = client_tls().new_session();
        const porchlight::testing::ClientSecret secret(session.ssl.get());
        auto socket = co_await raw_socket();
        const int fd = socket.native_handle();
        TlsStream stream(std::move(socket), std::move(session));
        EXPECT_TRUE((co_await stream.handshake()).ok());
        // The header of a KeyUpdate (24) of one byte, and, later, the byte.
        const Bytes header = {24, 0, 0, 1};
        const std::string half = porchlight::testing::handshake_record(header, 0);
        const std::string rest = porchlight::testing::handshake_record(Bytes{0}, 1);
        EXPECT_EQ(::send(fd, half.data(), half.size(), 0), static_cast<ssize_t>(half.size()));
        co_await waiting.async_wait(as_result);
        // Many turns of the event loop, in each of which the socket is found to be writable.
        for (int turn = 0; turn < 100; ++turn) {
          co_await asio::post(co_await asio::this_coro::executor, as_result);
        }
        woken_too_early = woken;
        EXPECT_EQ(::send(fd, rest.data(), rest.size(), 0), static_cast<ssize_t>(rest.size()));
        EXPECT_TRUE((co_await stream.wait_readable()).ok());
      });
  EXPECT_FALSE(woken_too_early);
  EXPECT_TRUE(woken);
  EXPECT_GT(written, 0u);
}

TEST_F(Net, KeyUpdatesAreTakenUpToALimit) {
  // Finished, and before it the ClientHello, count as well.
  for (const std::size_t count :
       {limits::tls_handshake_messages_max - 2, limits::tls_handshake_messages_max - 1}) {
    std::optional<Errc> at_relay;
    run(
        [&]() -> awaitable<void> {
          auto relay = co_await accept_connection();
          const auto frame = co_await relay->read_frame();
          if (!frame.ok()) at_relay = frame.error().code;
          relay->close();
        },
        [&]() -> awaitable<void> {
          TlsSession session = client_tls().new_session();
          SSL* const ssl = session.ssl.get();
          auto socket = co_await raw_socket();
          TlsStream stream(std::move(socket), std::move(session));
          EXPECT_TRUE((co_await stream.handshake()).ok());
          for (std::size_t i = 0; i < count; ++i) {
            EXPECT_EQ(SSL_key_update(ssl, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
            EXPECT_EQ(SSL_do_handshake(ssl), 1);
          }
          const std::string frame = frame_of("behind them");
          (void)co_await stream.write_all(frame);
          (void)co_await stream.wait_readable();
        });
    const bool within = count + 2 <= limits::tls_handshake_messages_max;
    EXPECT_EQ(at_relay, within ? std::nullopt : std::optional(Errc::unreachable)) << count;
  }
}

TEST_F(Net, ClosingEndsWhatIsInFlight) {
  std::optional<Errc> at_client;
  run(
      [&]() -> awaitable<void> {
        auto relay = co_await accept_connection();
        (void)co_await relay->read_frame();
      },
      [&]() -> awaitable<void> {
        auto client = co_await connect(client_tls(), at());
        asio::post(co_await asio::this_coro::executor, [&] { client->close(); });
        at_client = (co_await client->read_frame()).error().code;
      });
  EXPECT_EQ(at_client, Errc::unreachable);
}

}  // namespace
}  // namespace porchlight::net
