// porchlightd run: builds the relay, runs it on this thread, and stops it gracefully.
#include <sys/prctl.h>
#include <sys/resource.h>

#include <csignal>
#include <iostream>

#include "relay/server/admin_socket.hpp"
#include "relay/server/commands.hpp"
#include "relay/server/log.hpp"

namespace porchlight::relay {
namespace {

namespace asio = net::asio;

/// No core dumps: they would hold token keys. As many files as the system allows.
void set_process_limits() {
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);
  }
}

/// The first signal stops gracefully, a second at once: the database is whole at any moment.
asio::awaitable<void> wait_for_signals(asio::signal_set& signals, Server& server,
                                       AdminSocket& admin, spdlog::logger& log) {
  const auto [cancelled, signal] = co_await signals.async_wait(net::as_result);
  if (cancelled) co_return;
  log.info("stopping: finishing what was read; a second signal stops at once");
  admin.stop();
  server.stop([&signals] { signals.cancel(); });
  const auto [finished, second] = co_await signals.async_wait(net::as_result);
  if (finished) co_return;
  log.warn("stopped at once by a second signal");
  log.flush();
  std::_Exit(exit_code::failure);
}

Status run_relay(Node& node, spdlog::logger& log) {
  SystemRandom random;
  asio::io_context io(1);
  // Before anybody can connect: later all would wait for it.
  log.info("reading what the store holds");
  CHECK(node.database->prepare());
  TRY(const std::unique_ptr<Server> server, Server::create(io, node, log, random));
  TRY(const std::unique_ptr<AdminSocket> admin, AdminSocket::open(io, node, *server, log, random));
  asio::signal_set signals(io, SIGTERM, SIGINT);
  asio::co_spawn(io, wait_for_signals(signals, *server, *admin, log), [&](std::exception_ptr bad) {
    if (bad) log.error("signals are not handled any more");
  });
  server->start();
  admin->start();
  for (const std::uint16_t port : server->ports()) log.info("listening on port {}", port);
  io.run();
  server->committer().stop();
  const RunningState state = server->state();
  log.info("stopped: {} connections, {} envelopes stored, {} delivered since the start",
           state.counters.connections, state.counters.drops, state.counters.deliveries);
  return Ok{};
}

Status open_and_run(const std::filesystem::path& data) {
  set_process_limits();
  SystemRandom random;
  TRY(const std::unique_ptr<Node> node, Node::open(data, random));
  TRY(const std::shared_ptr<spdlog::logger> log, make_log(node->config));
  return run_relay(*node, *log);
}

}  // namespace

int run_command(const std::filesystem::path& data) {
  const Status ran = open_and_run(data);
  if (ran.ok()) return exit_code::done;
  std::cerr << "porchlightd: " << ran.error().what << "\n";
  return exit_code_of(ran.error().code);
}

}  // namespace porchlight::relay
