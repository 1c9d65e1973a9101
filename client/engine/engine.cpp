#include "client/engine/engine.hpp"

#include <thread>

#include "client/engine/listener.hpp"
#include "client/engine/syncer.hpp"

namespace porchlight::client {

Result<std::unique_ptr<Engine>> Engine::create(Vault vault, Core core, Random& random) {
  TRY(net::TlsClient tls, net::TlsClient::create(core.relay().identity));
  return std::unique_ptr<Engine>(
      new Engine(std::move(vault), std::move(core), random, std::move(tls)));
}

Engine::Engine(Vault vault, Core core, Random& random, net::TlsClient tls)
    : vault_(std::move(vault)),
      core_(std::move(core)),
      random_(random),
      tls_(std::move(tls)),
      io_(1),
      signal_(io_.get_executor()) {}

TimePoint Engine::now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

Status Engine::keep() {
  if (vault_failure_) return *vault_failure_;
  Effects effects = core_.drain();
  if (Status kept = vault_.apply(effects.writes); !kept.ok()) {
    vault_failure_ = kept.error();
    signal_.raise();
    return kept;
  }
  if (!effects.writes.empty() || !effects.notices.empty()) signal_.raise();
  if (!effects.writes.empty() && on_change_) on_change_();
  std::move(effects.notices.begin(), effects.notices.end(), std::back_inserter(notices_));
  return Ok{};
}

Result<SyncReport> Engine::sync(Haste haste, std::chrono::seconds patience,
                                const std::function<void()>& on_change) {
  core_.on_tick(now());
  CHECK(keep());
  Syncer syncer({core_, *this, signal_, tls_}, io_, haste);
  io_.restart();
  syncer.start(patience);
  on_change_ = on_change;
  io_.run();
  on_change_ = {};
  if (vault_failure_) return *vault_failure_;
  return syncer.report();
}

void Engine::wait_for_tick(std::chrono::seconds patience) {
  const auto wanted = core_.next_tick_at(now());
  if (wanted) std::this_thread::sleep_for(std::min(*wanted - now(), patience));
}

Result<ListenEnd> Engine::listen(const ListenCallbacks& callbacks, const StopSignals& signals,
                                 const VaultBell* bell) {
  core_.on_tick(now());
  CHECK(keep());
  Listener listener({core_, *this, signal_, tls_}, io_, random_, callbacks);
  io_.restart();
  listener.start(signals, bell);
  io_.run();
  if (vault_failure_) return *vault_failure_;
  return listener.end();
}

VaultKeys Engine::release(std::unique_ptr<Engine> engine) {
  return Vault::release(std::move(engine->vault_));
}

bool has_work(const Core& core, Lane lane, TimePoint now) {
  return !core.outbox(lane).empty() || !core.subscriptions(lane, now).empty() ||
         (lane == Lane::collect && !core.erasures().empty());
}

}  // namespace porchlight::client
