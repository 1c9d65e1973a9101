#include "relay/server/server.hpp"

#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "relay/server/clock.hpp"
#include "relay/store/commit.hpp"

namespace porchlight::relay {
namespace {

using namespace std::chrono_literals;
using net::asio::ip::tcp;

constexpr auto house_interval = 1s;
constexpr auto retry_interval = 1min;
constexpr auto notice_interval = 1min;
constexpr auto accept_pause = 100ms;  // when there are no file descriptors left

}  // namespace

Server::Server(net::asio::io_context& io, Node& node, spdlog::logger& log)
    : io_(io),
      node_(node),
      log_(log),
      keyring_(node.keyring),
      clock_(io),
      stop_limit_(io),
      started_(std::chrono::steady_clock::now()) {}

Server::~Server() {
  if (committer_) committer_->stop();
}

Result<std::unique_ptr<Server>> Server::create(net::asio::io_context& io, Node& node,
                                               spdlog::logger& log, Random& random) {
  std::unique_ptr<Server> server{new Server(io, node, log)};
  TRY(const SigningSeed seed, node.folder.identity_seed());
  TRY(net::Authority authority, net::Authority::from_seed(seed));
  TRY(server->tls_, net::TlsServer::create(std::move(authority), system_now()));
  TRY(std::unique_ptr<Reader> reader, node.database->reader());
  for (const wire::HostPort& at : node.config.listen) CHECK(server->listen(at));
  SessionContext context{node.relay_identity(), node.incarnation, node.policy(), node.keyring,
                         random};
  server->committer_ = std::make_unique<Committer>(
      *node.database, node.policy(), log, [&io, s = server.get()](std::vector<Work> batch) {
        net::asio::post(io,
                        [s, b = std::move(batch)]() mutable { s->shard_->on_batch(std::move(b)); });
      });
  server->shard_ =
      std::make_unique<Shard>(io, std::move(context), *server->committer_, std::move(reader), log);
  return server;
}

Status Server::listen(const wire::HostPort& at) {
  net::error_code error;
  const auto address = net::asio::ip::make_address(at.host, error);
  const tcp::endpoint endpoint(address, at.port);
  Acceptor acceptor(io_);
  if (!error) acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(Acceptor::reuse_address(true), error);
  if (!error && address.is_v6()) acceptor.set_option(net::asio::ip::v6_only(false), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(Acceptor::max_listen_connections, error);
  if (error) {
    return Error{Errc::unreachable, say(tr("The relay cannot listen at {0}: {1}. Change 'listen' "
                                           "in porchlightd.toml, or stop what uses that address."),
                                        at.str(), error.message())};
  }
  acceptors_.push_back(std::move(acceptor));
  return Ok{};
}

std::vector<std::uint16_t> Server::ports() const {
  std::vector<std::uint16_t> ports;
  for (const Acceptor& acceptor : acceptors_) ports.push_back(acceptor.local_endpoint().port());
  return ports;
}

void Server::start() {
  for (Acceptor& acceptor : acceptors_) shard_->spawn(accept_from(acceptor));
  shard_->spawn(keep_house());
}

net::awaitable<void> Server::accept_from(Acceptor& acceptor) {
  while (!stopping_) {
    auto [error, socket] = co_await acceptor.async_accept(net::as_result);
    if (stopping_) break;  // one that was accepted meanwhile, nobody would end
    if (!error) {
      admit(std::move(socket));
      continue;
    }
    say_not_accepted(error);
    net::asio::steady_timer pause(io_, accept_pause);
    co_await pause.async_wait(net::as_result);
  }
}

/// Not every time: who takes all file descriptors must not fill the disk with what is said of it.
void Server::say_not_accepted(const net::error_code& error) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_accept_notice_) return;
  next_accept_notice_ = now + notice_interval;
  log_.warn("a connection could not be accepted: {}", error.message());
}

void Server::admit(tcp::socket socket) {
  const std::size_t now = shard_->connections();
  const std::size_t most = node_.config.connections_max;
  if (now >= most + limits::surplus_connections_max) return;  // closes it
  const auto admission = now < most ? Peer::Admission::normal : Peer::Admission::surplus;
  net::TlsStream stream(std::move(socket), tls_->new_session());
  shard_->admit(net::Connection(std::move(stream)), admission);
}

net::awaitable<void> Server::keep_house() {
  while (!stopping_) {
    shard_->end_silent();
    renew_what_is_due();
    clock_.expires_after(house_interval);
    co_await clock_.async_wait(net::as_result);
  }
}

void Server::renew_what_is_due() {
  if (std::chrono::steady_clock::now() < retry_at_) return;
  const auto now = system_now();
  if (!tls_->renew_if_due(now).ok()) {
    log_.error("the TLS certificate could not be renewed; trying again");
    retry_at_ = std::chrono::steady_clock::now() + retry_interval;
  }
  if (!keyring_->is_complete(now) && !std::exchange(keyring_asked_, true)) load_new_keyring();
}

/// A week has begun. The database says whether it is over already: on the commit thread.
void Server::load_new_keyring() {
  committer_->run([this](Database& database) {
    auto loaded = load_keyring(database, node_.token_secret, node_.identity, system_now());
    net::asio::post(io_, [this, loaded = std::move(loaded)]() mutable {
      keyring_asked_ = false;
      if (!loaded.ok()) {
        log_.error("this week's token keys could not be made; trying again. {}",
                   loaded.error().what);
        retry_at_ = std::chrono::steady_clock::now() + retry_interval;
        return;
      }
      keyring_ = std::make_shared<const Keyring>(std::move(*loaded));
      shard_->use_keyring(keyring_);
      log_.info("a week has begun: there are new token keys");
    });
  });
}

void Server::stop(std::function<void()> done) {
  stopping_ = true;
  net::error_code ignored;
  for (Acceptor& acceptor : acceptors_) acceptor.close(ignored);
  clock_.cancel();
  stop_limit_.expires_after(limits::stop_timeout);
  stop_limit_.async_wait([this](net::error_code error) {
    if (error) return;
    log_.warn("{} connections did not finish in time", shard_->connections());
    shard_->abandon_all();
  });
  shard_->stop([this, done = std::move(done)] {
    stop_limit_.cancel();
    done();
  });
}

RunningState Server::state() const {
  const auto up = std::chrono::steady_clock::now() - started_;
  return {shard_->connections(), shard_->subscriptions(), shard_->counters(),
          std::chrono::duration_cast<std::chrono::seconds>(up)};
}

}  // namespace porchlight::relay
