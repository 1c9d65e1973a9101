#include "client/cli/context.hpp"

#include <fcntl.h>

#include <cstdlib>

#include "client/cli/terminal.hpp"
#include "client/cli/time_text.hpp"
#include "proto/base/limits.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/hash.hpp"

namespace porchlight::client {
namespace {

constexpr std::size_t new_passphrase_bytes_min = 8;
/// How often a listener that has stepped aside looks whether it is to end.
constexpr auto lock_slice = std::chrono::milliseconds(200);

Error offline() { return {Errc::unreachable, tr("Not connected, as --offline says.")}; }

/// The local disk is not the relay.
Error of_vault(Error error) {
  if (error.code == Errc::full) error.code = Errc::storage;
  return error;
}

}  // namespace

Result<std::filesystem::path> default_vault_folder() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data == '/') {
    return std::filesystem::path(data) / "porchlight";
  }
  if (const char* home = std::getenv("HOME"); home && *home == '/') {
    return std::filesystem::path(home) / ".local/share/porchlight";
  }
  return Error{Errc::usage, tr("HOME is not set: say with --vault DIR where the vault is.")};
}

Context::Context(GlobalOptions options, PasswordCost cost)
    : options_(std::move(options)), cost_(cost), out_(options_.format, options_.colour) {}

TimePoint Context::now() const {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// ---- the vault ------------------------------------------------------------------------------

Result<SecretBytes> Context::passphrase() {
  if (options_.passphrase_fd >= 0) return read_secret_line(options_.passphrase_fd);
  if (const char* path = std::getenv("PORCHLIGHT_PASSPHRASE_FILE"); path && *path) {
    const FileHandle file{::open(path, O_RDONLY | O_CLOEXEC)};
    if (!file) {
      return Error{
          Errc::usage,
          say(tr("The file that PORCHLIGHT_PASSPHRASE_FILE names cannot be read: {}"), path)};
    }
    return read_secret_line(file.get());
  }
  if (!can_ask()) {
    return Error{Errc::usage,
                 tr("The vault needs its passphrase, and there is no terminal to ask on: use "
                    "--passphrase-fd N, or PORCHLIGHT_PASSPHRASE_FILE.")};
  }
  return ask_hidden(tr("Passphrase: "));
}

Result<SecretBytes> Context::new_passphrase() {
  const bool asked = options_.passphrase_fd < 0 && !std::getenv("PORCHLIGHT_PASSPHRASE_FILE");
  if (asked && can_ask()) {
    out_.say(say(tr("A vault is made in {}. Its passphrase is all that protects it when this "
                    "device is taken: five or six\nrandom words are good. Nobody can reset it."),
                 options_.vault.string()));
  }
  TRY(SecretBytes first, passphrase());
  if (first.size() < new_passphrase_bytes_min) {
    return Error{Errc::usage, say(tr("A passphrase has at least {} characters. Nothing was made."),
                                  new_passphrase_bytes_min)};
  }
  if (!asked) return first;
  TRY(const SecretBytes second, ask_hidden(tr("Once more:  ")));
  if (!equal_constant_time(first.reveal(), second.reveal())) {
    return Error{Errc::usage, tr("The two were not the same. Nothing was made: try again.")};
  }
  return first;
}

Result<VaultLock> Context::lock() {
  return VaultLock::acquire(
      options_.vault, limits::vault_lock_patience, VaultLock::Manner::ring,
      [this] { out_.say(tr("Another porchlight command is using this vault; waiting...")); });
}

Result<std::unique_ptr<Engine>> Context::load(Vault vault) {
  TRY(auto records, vault.read_all());
  if (records.empty()) {
    return Error{Errc::not_found,
                 tr("The vault is empty: follow an invite with porchlight join LINK.")};
  }
  TRY(Core core, Core::load(std::move(records), random_));
  return Engine::create(std::move(vault), std::move(core), random_);
}

Result<std::unique_ptr<Engine>> Context::open() {
  if (!Vault::exists(options_.vault)) {
    return Error{Errc::not_found,
                 say(tr("There is no vault in {} yet: follow an invite with porchlight join LINK, "
                        "or put a backup there with porchlight vault restore FILE."),
                     options_.vault.string())};
  }
  TRY(const SecretBytes secret, passphrase());
  TRY(VaultLock held, lock());
  TRY(Vault vault, Vault::open(std::move(held), secret.reveal(), random_));
  return load(std::move(vault));
}

Result<std::unique_ptr<Engine>> Context::create(const wire::RelayAddress& relay, Vault vault) {
  Core core = Core::create(relay, random_, now());
  TRY(auto engine, Engine::create(std::move(vault), std::move(core), random_));
  if (Status kept = engine->keep(); !kept.ok()) return of_vault(std::move(kept).error());
  return engine;
}

Result<std::unique_ptr<Engine>> Context::open_or_create(const wire::RelayAddress& relay) {
  if (!Vault::exists(options_.vault)) {
    TRY(const SecretBytes secret, new_passphrase());
    TRY(VaultLock held, lock());
    TRY(Vault vault, Vault::create(std::move(held), secret.reveal(), cost_, random_));
    return create(relay, std::move(vault));
  }
  TRY(const SecretBytes secret, passphrase());
  TRY(VaultLock held, lock());
  TRY(Vault vault, Vault::open(std::move(held), secret.reveal(), random_));
  TRY(auto records, vault.read_all());
  // Made, but never filled: the command that made it was cut short.
  if (records.empty()) return create(relay, std::move(vault));
  TRY(Core core, Core::load(std::move(records), random_));
  if (core.relay().identity != relay.identity) {
    return Error{
        Errc::usage,
        tr("This vault belongs to another relay, and one vault holds one relay. Nothing was "
           "changed: for this invite, choose another vault with --vault DIR.")};
  }
  return Engine::create(std::move(vault), std::move(core), random_);
}

Result<std::unique_ptr<Engine>> Context::reopen(VaultKeys keys,
                                                const std::function<bool()>& goes_on) {
  while (goes_on()) {
    auto held = VaultLock::acquire(options_.vault, lock_slice, VaultLock::Manner::step_aside, {});
    if (held.ok()) {
      TRY(Vault vault, Vault::open(*std::move(held), std::move(keys), random_));
      return load(std::move(vault));
    }
    if (held.error().code != Errc::locked) return std::move(held).error();
  }
  return std::unique_ptr<Engine>{};
}

// ---- the relay ------------------------------------------------------------------------------

Result<SyncReport> Context::sync(Engine& engine, Haste haste) {
  if (options_.offline) {
    if (Status kept = engine.keep(); !kept.ok()) return of_vault(std::move(kept).error());
    tell(engine.take_notices());
    return SyncReport{offline(), false};
  }
  out_.progress(tr("talking to the relay..."));
  auto report = engine.sync(haste, limits::sync_patience, [&] {
    const auto waiting = engine.core().uploads();
    if (waiting.empty() || waiting.front().stored == 0) return;
    out_.progress(
        say(tr("photo {0}/{1}, continuing"), waiting.front().stored, waiting.front().chunks));
  });
  out_.done_with_progress();
  if (!report.ok()) return of_vault(std::move(report).error());
  tell(engine.take_notices());
  return report;
}

void Context::tell(const std::vector<Notice>& notices) {
  for (const Notice& notice : notices) {
    if (notice.kind == Notice::Kind::warning) out_.warn(notice.text);
    if (notice.kind == Notice::Kind::group_joined) {
      out_.say(say(tr("You were let into \"{}\"."), one_line(notice.text)));
    }
    if (notice.kind == Notice::Kind::caught_up) {
      out_.say(say(tr("A lead let this device catch up with \"{}\"."), one_line(notice.text)));
    }
    if (notice.kind == Notice::Kind::left) {
      out_.say(say(tr("You have left \"{}\"."), one_line(notice.text)));
    }
    if (notice.kind == Notice::Kind::channel_shared) {
      out_.say(tr("A group of yours has a channel now: porchlight channel list shows it."));
    }
    if (notice.kind == Notice::Kind::removed) {
      out_.warn(say(tr("A lead has taken you out of \"{}\"."), one_line(notice.text)));
    }
  }
}

ExitCode Context::end_of_reading(const SyncReport& report) {
  if (!report.trouble) return ExitCode::done;
  const ExitCode code = exit_code_of(report.trouble->code);
  if (code == ExitCode::security || code == ExitCode::update_needed) {
    out_.fail(*report.trouble, code);
    return code;
  }
  out_.warn(sentences(report.trouble->what, tr("What is shown is what this device knows.")));
  return ExitCode::done;
}

Error Context::with_the_way_on(Error why, Engine& engine) const {
  const Health health = engine.core().health(now());
  if (why.code == Errc::no_tokens && !health.enrolled && health.enroll_due) {
    why.what = sentences(why.what, say(tr("This device enrols at {} and gets new ones after that; "
                                          "porchlight sync --now does it at once."),
                                       short_time(*health.enroll_due, now())));
  } else if (why.what.find("kept") == std::string::npos) {
    why.what =
        sentences(why.what, tr("What was to be sent is kept here, and the next command sends it."));
  }
  return why;
}

void Context::say_if_changes_wait(Engine& engine) {
  const auto until = engine.core().health(now()).changes_wait_until;
  if (!until) return;
  out_.warn(say(tr("The relay was restored from a backup: changes to groups wait until {}, so that "
                   "whoever holds a change that it has lost can bring it back first."),
                short_time(*until, now())));
}

ExitCode Context::end_of_sending(Engine& engine, const SyncReport& report) {
  const auto queued = engine.core().health(now()).queued;
  if (!report.trouble) {
    if (queued == 0) return ExitCode::done;
    out_.warn(say(tr("{} still queued here; the next command tries again."), queued));
    return ExitCode::queued;
  }
  const ExitCode code = exit_code_of(report.trouble->code);
  if (queued == 0 && code != ExitCode::security) {
    out_.warn(report.trouble->what);
    return ExitCode::done;
  }
  out_.fail(with_the_way_on(*report.trouble, engine), code);
  // Whatever the relay's fault was, what was to be sent is kept.
  return code == ExitCode::failure ? ExitCode::queued : code;
}

}  // namespace porchlight::client
