#include "relay/server/admin_socket.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/read_until.hpp>
#include <nlohmann/json.hpp>

#include "proto/base/translate.hpp"
#include "proto/net/deadline.hpp"
#include "relay/server/admin.hpp"

namespace porchlight::relay {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
namespace asio = net::asio;

constexpr std::size_t request_bytes_max = 4 * 1024;
constexpr std::size_t answer_bytes_max = 1024 * 1024;
constexpr auto request_timeout = 5s;
constexpr auto answer_timeout = 60s;
constexpr auto accept_pause = 100ms;  // when there are no file descriptors left

using Socket = asio::local::stream_protocol::socket;

net::awaitable<Result<std::string>> read_line(Socket& socket, std::size_t bytes_max) {
  std::string line;
  auto buffer = asio::dynamic_buffer(line, bytes_max);
  const auto [error, size] = co_await asio::async_read_until(socket, buffer, '\n', net::as_result);
  if (error) co_return Error{Errc::unreachable, tr("The running relay did not answer.")};
  line.resize(size - 1);
  co_return line;
}

net::awaitable<Result<std::optional<json>>> ask(Socket& socket, std::string path,
                                                std::string line) {
  const asio::local::stream_protocol::endpoint endpoint(path);
  const auto [refused] = co_await socket.async_connect(endpoint, net::as_result);
  if (refused) co_return std::optional<json>{};
  const auto [broken, sent] =
      co_await asio::async_write(socket, asio::buffer(line), net::as_result);
  if (broken) co_return Error{Errc::unreachable, tr("The running relay broke the connection.")};
  CO_TRY(const std::string answer, co_await read_line(socket, answer_bytes_max));
  json parsed = json::parse(answer, nullptr, false);
  if (!parsed.is_object())
    co_return Error{Errc::malformed, tr("The running relay answered nonsense.")};
  co_return std::optional<json>(std::move(parsed));
}

using OptionalAnswer = Result<std::optional<json>>;

net::awaitable<void> ask_in_time(Socket& socket, std::string path, std::string line,
                                 OptionalAnswer& answer) {
  auto asking =
      net::with_deadline(ask(socket, std::move(path), std::move(line)), answer_timeout,
                         Error{Errc::unreachable, tr("The running relay did not answer.")});
  answer = co_await std::move(asking);
}

bool fits_socket_address(const std::filesystem::path& path) {
  return path.string().size() < sizeof(sockaddr_un::sun_path);
}

}  // namespace

AdminSocket::AdminSocket(asio::io_context& io, Node& node, Server& server, spdlog::logger& log,
                         Random& random)
    : io_(io),
      node_(node),
      server_(server),
      log_(log),
      random_(random),
      path_(node.folder.admin_socket()),
      acceptor_(io) {}

AdminSocket::~AdminSocket() { stop(); }

Result<std::unique_ptr<AdminSocket>> AdminSocket::open(asio::io_context& io, Node& node,
                                                       Server& server, spdlog::logger& log,
                                                       Random& random) {
  std::unique_ptr<AdminSocket> admin{new AdminSocket(io, node, server, log, random)};
  if (!fits_socket_address(admin->path_)) {
    return Error{Errc::usage, say(tr("The data folder's path is too long for a Unix socket ({}). "
                                     "Move it to a shorter one."),
                                  admin->path_.string())};
  }
  // We hold the folder's lock: whoever made the one that is there is gone.
  ::unlink(admin->path_.c_str());
  net::error_code error;
  admin->acceptor_.open(Protocol(), error);
  if (!error) admin->acceptor_.bind(Protocol::endpoint(admin->path_.string()), error);
  if (!error && ::chmod(admin->path_.c_str(), 0600) != 0) {
    error = {errno, boost::system::system_category()};
  }
  if (!error) admin->acceptor_.listen(Protocol::acceptor::max_listen_connections, error);
  if (error) {
    return Error{Errc::storage, say(tr("The admin socket {0} could not be made: {1}."),
                                    admin->path_.string(), error.message())};
  }
  return admin;
}

void AdminSocket::start() {
  const auto log_failure = [this](std::exception_ptr failure) {
    if (failure) log_.error("the admin socket ended by an internal error");
  };
  asio::co_spawn(io_, accept(), log_failure);
}

void AdminSocket::stop() {
  if (!acceptor_.is_open()) return;
  net::error_code ignored;
  acceptor_.close(ignored);
  ::unlink(path_.c_str());
}

net::awaitable<void> AdminSocket::accept() {
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(net::as_result);
    // One after the other: there is one operator.
    if (!error) {
      co_await serve(std::move(socket));
      continue;
    }
    asio::steady_timer pause(io_, accept_pause);
    if (acceptor_.is_open()) co_await pause.async_wait(net::as_result);
  }
}

net::awaitable<void> AdminSocket::serve(Protocol::socket socket) {
  auto reading = net::with_deadline(read_line(socket, request_bytes_max), request_timeout,
                                    Error{Errc::expired, ""});
  const auto line = co_await std::move(reading);
  if (!line.ok()) co_return;
  std::string answer = co_await on_commit_thread(*line);
  answer += '\n';
  co_await asio::async_write(socket, asio::buffer(answer), net::as_result);
}

/// The database belongs to the commit thread.
net::awaitable<std::string> AdminSocket::on_commit_thread(std::string request) {
  struct Pending {
    asio::steady_timer done;
    std::string answer;
  };
  // Shared: the commit thread may still hold it when the relay stops.
  const auto pending = std::make_shared<Pending>(
      Pending{asio::steady_timer(io_, asio::steady_timer::time_point::max()), {}});
  server_.committer().run(
      [this, pending, request, keyring = server_.keyring(), state = server_.state()](Database&) {
        const json parsed = json::parse(request, nullptr, false);
        std::string answer = answer_admin(parsed, node_, *keyring, &state, random_).dump();
        asio::post(io_, [pending, answer = std::move(answer)]() mutable {
          pending->answer = std::move(answer);
          pending->done.cancel();
        });
      });
  co_await pending->done.async_wait(net::as_result);
  co_return pending->answer;
}

Result<std::optional<json>> ask_running_relay(const DataFolder& folder, const json& request) {
  if (!fits_socket_address(folder.admin_socket())) return std::optional<json>{};
  asio::io_context io;
  Socket socket(io);
  OptionalAnswer answer{Errc::unreachable, tr("The running relay could not be asked.")};
  asio::co_spawn(io,
                 ask_in_time(socket, folder.admin_socket().string(), request.dump() + '\n', answer),
                 [](std::exception_ptr) {});  // the answer says it
  io.run();
  return answer;
}

}  // namespace porchlight::relay
