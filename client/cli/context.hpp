// What every command works with: the options all of them take, the vault behind its lock and
// passphrase, and one exchange with the relay.
// Must not know: any one command.
#pragma once

#include <filesystem>
#include <memory>

#include "client/cli/output.hpp"
#include "client/engine/engine.hpp"

namespace porchlight::client {

struct GlobalOptions {
  std::filesystem::path vault;
  int passphrase_fd = -1;
  Format format = Format::text;
  Colour colour = Colour::automatic;
  bool yes = false;
  bool offline = false;
};

class Context {
 public:
  /// `cost` is for vaults that are made here.
  Context(GlobalOptions options, PasswordCost cost);

  Output& out() { return out_; }
  const GlobalOptions& options() const { return options_; }
  TimePoint now() const;

  // ---- the vault -----------------------------------------------------------------------------
  /// Waits for other commands; 'locked' where they do not end.
  Result<VaultLock> lock();
  /// From wherever the options say, or asked for.
  Result<SecretBytes> passphrase();
  Random& random() { return random_; }
  /// The member in the vault. 'not_found' where nobody has joined yet.
  Result<std::unique_ptr<Engine>> open();
  /// The same, or a new one in a new vault for this relay.
  Result<std::unique_ptr<Engine>> open_or_create(const wire::RelayAddress& relay);
  /// A vault that was released, once nobody else needs it. Waits as long as that takes; null when
  /// `goes_on`, which is asked several times a second, gives the waiting up.
  Result<std::unique_ptr<Engine>> reopen(VaultKeys keys, const std::function<bool()>& goes_on);

  // ---- the relay -----------------------------------------------------------------------------
  /// Sends what is queued and reads what there is; tells what the core has to tell. An error is
  /// one of the vault.
  Result<SyncReport> sync(Engine& engine, Haste haste = Haste::none);
  /// After sync(), for a command that shows what is there: trouble is a warning, as what is shown
  /// may be old; only a relay that is not to be trusted, or too new, is the command's own failure.
  ExitCode end_of_reading(const SyncReport& report);
  /// After sync(), for a command that sends: done, or why not everything has left.
  ExitCode end_of_sending(Engine& engine, const SyncReport& report);
  /// Why a change to a group is not made yet, where that is because the relay was restored.
  void say_if_changes_wait(Engine& engine);
  /// Warnings, and that a group let this member in: they concern whoever is at the keyboard,
  /// whatever the command.
  void tell(const std::vector<Notice>& notices);

 private:
  /// `why`, and what becomes of what is queued.
  Error with_the_way_on(Error why, Engine& engine) const;
  Result<SecretBytes> new_passphrase();
  Result<std::unique_ptr<Engine>> load(Vault vault);
  Result<std::unique_ptr<Engine>> create(const wire::RelayAddress& relay, Vault vault);

  GlobalOptions options_;
  PasswordCost cost_;
  Output out_;
  SystemRandom random_;
};

/// $XDG_DATA_HOME/porchlight, or ~/.local/share/porchlight. 'usage' when neither is set.
Result<std::filesystem::path> default_vault_folder();

}  // namespace porchlight::client
