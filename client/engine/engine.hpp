// One member's vault and core, and their dealings with the relay: sync() does everything that is to
// be done and ends; listen() stays connected. One thread; nothing leaves before it is in the vault.
// Must not know: terminals, arguments, what messages mean.
#pragma once

#include <functional>

#include "client/core/core.hpp"
#include "client/core/lane_host.hpp"
#include "client/engine/lane_task.hpp"
#include "client/engine/stop_signals.hpp"
#include "client/vault/vault.hpp"

namespace porchlight::client {

/// How sync() ended. Whatever was not done stays queued.
struct SyncReport {
  /// Why something was left undone: the gravest reason, none when all was done.
  std::optional<Error> trouble;
  /// The pinned relay has spoken: what is shown is as new as it gets.
  bool reached = false;
};

/// What listen() tells while it runs.
struct ListenCallbacks {
  std::function<void()> on_connected;
  /// With why, and how long until the next try.
  std::function<void(const Error&, std::chrono::milliseconds)> on_disconnected;
  /// After everything that may have changed the core, and is kept. Returning false ends listen().
  std::function<bool()> on_change;
  /// When on_change() is wanted again though nothing came; may itself be none.
  std::function<std::optional<TimePoint>()> look_again_at = {};
  /// A descriptor to wait for beside the relay, -1 for none, and what is called whenever it is
  /// readable, to read it. What that does to the core is kept at once, and leaves then. Returning
  /// false ends listen().
  int input = -1;
  std::function<bool()> on_input = {};
};

/// Why listen() ended.
enum class ListenEnd : std::uint8_t {
  interrupted,  // SIGINT or SIGTERM
  finished,     // on_change or on_input said so
  wanted,       // another command rang the vault's bell
};

class Engine final : private Keeper {
 public:
  /// `core` is what `vault` holds. `random` outlives the engine. 'storage' when TLS cannot start.
  static Result<std::unique_ptr<Engine>> create(Vault vault, Core core, Random& random);

  Core& core() { return core_; }
  TimePoint now() override;

  /// Makes what was done to the core durable. After an error the engine is of no more use.
  Status keep() override;
  /// What the core had to tell since the last call, in order.
  std::vector<Notice> take_notices() { return std::exchange(notices_, {}); }

  /// Sends what is queued, reads what is there until nothing more follows from it, and does the
  /// errands that are due. Takes `patience` at most. An error is one of the vault. `on_change` is
  /// called whenever something was kept meanwhile.
  Result<SyncReport> sync(Haste haste, std::chrono::seconds patience,
                          const std::function<void()>& on_change = {});

  /// Until Core::next_tick_at(), and `patience` at most; at once where nothing waits for its time.
  /// The sync() after it lets that go.
  void wait_for_tick(std::chrono::seconds patience);

  /// Stays connected, and connects again when the connection breaks. An error is one of the vault,
  /// or one that waiting does not mend: the relay has another identity, this program is too old.
  Result<ListenEnd> listen(const ListenCallbacks& callbacks, const StopSignals& signals,
                           const VaultBell* bell);

  /// Ends the engine; what opens the vault again without its passphrase.
  static VaultKeys release(std::unique_ptr<Engine> engine);

 private:
  Engine(Vault vault, Core core, Random& random, net::TlsClient tls);

  Vault vault_;
  Core core_;
  Random& random_;
  net::TlsClient tls_;
  net::asio::io_context io_;
  Signal signal_;
  std::optional<Error> vault_failure_;
  std::vector<Notice> notices_;
  std::function<void()> on_change_;  // of the sync() that runs
};

/// Whether `lane` has anything to ask of the relay.
bool has_work(const Core& core, Lane lane, TimePoint now);

}  // namespace porchlight::client
