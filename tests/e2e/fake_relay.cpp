#include "tests/e2e/fake_relay.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "proto/wire/frame.hpp"
#include "relay/core/keyring.hpp"

namespace porchlight::e2e {
namespace {

namespace asio = net::asio;
using asio::ip::tcp;

wire::TimePoint now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

tcp::endpoint endpoint_of(const std::string& host) {
  const auto colon = host.rfind(':');
  return {asio::ip::make_address(host.substr(0, colon)),
          static_cast<std::uint16_t>(std::stoi(host.substr(colon + 1)))};
}

template <class AnySecret>
AnySecret secret_of(const std::filesystem::path& name) {
  AnySecret secret;
  std::ifstream file(name, std::ios::binary);
  file.read(reinterpret_cast<char*>(secret.fill().data()), AnySecret::size_bytes);
  return secret;
}

void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

}  // namespace

FakeRelay::FakeRelay(const std::string& host, const SigningSeed& identity, FakeScript script)
    : script_(std::move(script)),
      acceptor_(io_, endpoint_of(host)),
      tls_(*net::TlsServer::create(*net::Authority::from_seed(identity), now())) {
  asio::co_spawn(io_, accept(), rethrow);
  thread_ = std::thread([this] { io_.run(); });
}

FakeRelay::~FakeRelay() {
  io_.stop();
  thread_.join();
}

net::awaitable<void> FakeRelay::accept() {
  while (true) {
    auto [failed, socket] = co_await acceptor_.async_accept(net::as_result);
    if (failed) co_return;
    asio::co_spawn(io_, serve(std::move(socket)), rethrow);
  }
}

net::awaitable<void> FakeRelay::serve(tcp::socket socket) {
  net::TlsStream stream(std::move(socket), tls_->new_session());
  const Status shaken = co_await stream.handshake();
  if (!shaken.ok()) co_return;
  net::Connection connection(std::move(stream));
  Status said = co_await connection.write(script_.greeting);
  while (said.ok()) {
    const auto frame = co_await connection.read_frame();
    if (!frame.ok()) break;
    ++requests_;
    wire::Request request;
    request.ParseFromArray(frame->data(), static_cast<int>(frame->size()));
    std::string answer = script_.answer ? script_.answer(request) : "";
    if (!answer.empty()) said = co_await connection.write(std::move(answer));
  }
  co_await connection.finish();
}

SigningSeed identity_of(const std::filesystem::path& data) {
  return secret_of<SigningSeed>(data / "identity.key");
}

wire::RelayInfo info_of(const std::filesystem::path& data) {
  SQLite::Database db((data / "relay.db").string(), SQLite::OPEN_READWRITE);
  wire::RelayInfo info;
  info.add_versions(1);
  const auto keyring = relay::Keyring::derive(secret_of<relay::TokenSecret>(data / "tokens.key"),
                                              SigningKey(identity_of(data)), now());
  for (const ByteView key : keyring.statements(now())) info.add_token_keys(to_string(key));
  info.mutable_caps()->set_ordinary_days(7);
  SQLite::Statement meta(db, "SELECT incarnation FROM meta");
  meta.executeStep();
  info.set_incarnation(meta.getColumn(0).getString());
  info.set_clock_minute(wire::unix_minute(now()));
  info.set_challenge(std::string(32, 'c'));
  return info;
}

std::string frame_of(const wire::Answer& answer) {
  std::string frame;
  wire::append_frame(answer, frame);
  return frame;
}

std::string greeting_of(const wire::RelayInfo& info) {
  wire::Answer answer;
  *answer.mutable_relay_info() = info;
  return frame_of(answer);
}

std::string answer_all_but_drops(const wire::RelayInfo& info, const wire::Request& request,
                                 wire::Answer to_drop) {
  wire::Answer answer;
  if (request.has_drop()) answer = std::move(to_drop);
  answer.set_id(request.id());
  if (request.has_spend()) {
    answer.mutable_budget()->set_drops(64);
    answer.mutable_budget()->set_drop_bytes(1 << 20);
    answer.mutable_budget()->set_proofs(64);
  } else if (request.has_collect()) {
    answer.mutable_caught_up()->set_incarnation(info.incarnation());
  } else if (!request.has_drop()) {
    answer.mutable_done();
  }
  return frame_of(answer);
}

}  // namespace porchlight::e2e
