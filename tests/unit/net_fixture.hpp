// Two sides of a TLS connection in one io_context, on a loopback port the system chooses.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <vector>

#include "proto/net/connect.hpp"

namespace porchlight::net {

class NetFixture : public testing::Test {
 protected:
  /// What a server presents, put together by hand: most of them are wrong in one way.
  struct Chain {
    PkeyPtr key;
    X509Ptr leaf;
    std::vector<X509Ptr> certificates;  // behind the leaf
  };

  NetFixture()
      : authority_(*Authority::from_seed(seed(1))),
        foreign_(*Authority::from_seed(seed(2))),
        server_(*TlsServer::create(*Authority::from_seed(seed(1)), now())),
        client_(*TlsClient::create(authority_.identity())),
        acceptor_(io_, {asio::ip::address_v4::loopback(), 0}),
        port_(acceptor_.local_endpoint().port()) {}

  static SigningSeed seed(Byte fill) {
    SigningSeed seed;
    for (Byte& byte : seed.fill()) byte = fill;
    return seed;
  }
  static wire::TimePoint now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
  static std::string frame_of(std::string_view text) {
    std::string frame;
    wire::append_frame(as_bytes(text), frame);
    return frame;
  }
  static X509Ptr copy(X509* certificate) { return X509Ptr{X509_dup(certificate)}; }
  static PkeyPtr private_key(const SigningSeed& seed) {
    return PkeyPtr{EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.reveal().data(),
                                                seed.reveal().size())};
  }

  const Authority& authority() { return authority_; }
  const Authority& foreign() { return foreign_; }
  const TlsClient& client_tls() { return client_; }
  TlsSession server_session() { return server_->new_session(); }
  asio::io_context& context() { return io_; }
  asio::ip::tcp::acceptor& acceptor() { return acceptor_; }
  wire::HostPort at() { return {"127.0.0.1", port_}; }

  Chain chain_issued_at(wire::TimePoint when) {
    auto leaf = authority_.issue_leaf(when);
    Chain chain{std::move(leaf->key), std::move(leaf->certificate), {}};
    chain.certificates.push_back(copy(authority_.certificate()));
    return chain;
  }

  awaitable<asio::ip::tcp::socket> raw_socket() {
    asio::ip::tcp::socket socket(io_);
    const asio::ip::tcp::endpoint endpoint{asio::ip::address_v4::loopback(), port_};
    co_await socket.async_connect(endpoint, as_result);
    co_return socket;
  }

  awaitable<Result<Connection>> accept_with(TlsSession session) {
    auto [error, socket] = co_await acceptor_.async_accept(as_result);
    EXPECT_FALSE(error);
    TlsStream stream(std::move(socket), std::move(session));
    CO_CHECK(co_await stream.handshake());
    co_return Connection(std::move(stream));
  }
  awaitable<Result<Connection>> accept_connection() {
    co_return co_await accept_with(server_->new_session());
  }

  /// Why a client that pins authority() refuses a server that presents `chain`.
  Error refusal_of(Chain chain) {
    SslCtxPtr ctx{SSL_CTX_new(TLS_server_method())};
    SSL_CTX_use_certificate(ctx.get(), chain.leaf.get());
    SSL_CTX_use_PrivateKey(ctx.get(), chain.key.get());
    // Or OpenSSL would find the missing ones itself.
    SSL_CTX_set_mode(ctx.get(), SSL_MODE_NO_AUTO_CHAIN);
    for (const auto& more : chain.certificates) SSL_CTX_add1_chain_cert(ctx.get(), more.get());
    Error refusal{Errc::usage, "the client accepted it"};
    run(
        [&]() -> awaitable<void> {
          TlsSession session{SslPtr{SSL_new(ctx.get())}, nullptr};
          SSL_set_accept_state(session.ssl.get());
          auto relay = co_await accept_with(std::move(session));
          EXPECT_FALSE(relay.ok());
        },
        [&]() -> awaitable<void> {
          auto client = co_await connect(client_, at());
          if (!client.ok()) refusal = client.error();
        });
    return refusal;
  }

  static awaitable<void> write_many(Connection& connection, std::string_view payload, int count) {
    for (int i = 0; i < count; ++i) {
      const Status written = co_await connection.write(frame_of(payload));
      EXPECT_TRUE(written.ok());
    }
    (void)co_await connection.write(frame_of("end"));
  }
  static awaitable<void> read_many(Connection& connection, std::string_view payload,
                                   int& received) {
    while (true) {
      auto frame = co_await connection.read_frame();
      EXPECT_TRUE(frame.ok());
      if (!frame.ok() || as_text(*frame) == "end") co_return;
      received += as_text(*frame) == payload ? 1 : 0;
    }
  }

  /// Runs all sides to their end.
  template <class... Sides>
  void run(Sides... sides) {
    (asio::co_spawn(io_, sides, rethrow), ...);
    io_.run();
    io_.restart();
  }

 private:
  static void rethrow(std::exception_ptr error) {
    if (error) std::rethrow_exception(error);
  }

  asio::io_context io_;
  Authority authority_;
  Authority foreign_;
  std::unique_ptr<TlsServer> server_;
  TlsClient client_;
  asio::ip::tcp::acceptor acceptor_;
  std::uint16_t port_;
};

}  // namespace porchlight::net
