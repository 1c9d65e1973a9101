#include "client/engine/errand_task.hpp"

#include "proto/base/translate.hpp"
#include "proto/net/deadline.hpp"

namespace porchlight::client {
namespace {

using net::awaitable;

Error silent_relay() {
  return {Errc::unreachable, tr("The relay stopped answering. It is asked again later.")};
}

awaitable<Status> converse(net::Connection& connection, ErrandSession& session) {
  while (true) {
    auto output = session.step();
    if (!output.ok()) co_return std::move(output).error();
    if (session.done()) co_return Ok{};
    if (!output->empty()) CO_CHECK(co_await connection.write(*std::move(output)));
    CO_TRY(const ByteView frame, co_await connection.read_frame());
    session.on_frame(frame);
  }
}

}  // namespace

awaitable<Status> run_errand(Wiring wiring, Errand errand) {
  CO_TRY(net::Connection connection, co_await net::connect(wiring.tls, wiring.core.relay().at));
  CoreErrand host(wiring.core, wiring.keeper, errand);
  ErrandSession session(host, *connection.relay_key());
  auto conversing =
      net::with_deadline(converse(connection, session), limits::request_timeout, silent_relay());
  CO_CHECK(co_await std::move(conversing));
  connection.close();
  wiring.signal.raise();
  if (session.refusal()) co_return *session.refusal();
  co_return Ok{};
}

}  // namespace porchlight::client
