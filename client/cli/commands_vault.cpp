// vault backup, vault restore and vault wipe.
#include "client/cli/commands.hpp"
#include "client/cli/terminal.hpp"
#include "proto/base/translate.hpp"

namespace porchlight::client {
namespace {

using std::filesystem::path;

Error not_there(const Context& context) {
  return {Errc::not_found,
          say(tr("There is no vault in {}. Nothing was done: say with --vault DIR where it is."),
              context.options().vault.string())};
}

// ---- backup ---------------------------------------------------------------------------------

Result<ExitCode> run_backup(Context& context, const std::string& name) {
  const path file = std::filesystem::absolute(name).lexically_normal();
  if (!Vault::exists(context.options().vault)) return not_there(context);
  TRY(const SecretBytes secret, context.passphrase());
  TRY(VaultLock held, context.lock());
  TRY(Vault vault, Vault::open(std::move(held), secret.reveal(), context.random()));
  CHECK(vault.back_up(file));
  Output& out = context.out();
  if (out.json()) {
    out.record("vault_backup", {{"file", file.string()}});
    return ExitCode::done;
  }
  out.line(say(tr("Backed up to {}."), one_line(file.string())));
  out.say(tr(
      "It opens with the passphrase that the vault has now, and holds all that the vault holds:\n"
      "keep it where you would keep the vault. What the vault forgets later stays in it, so make\n"
      "a new one now and then and destroy the old one. To use it: porchlight vault restore FILE."));
  return ExitCode::done;
}

// ---- restore --------------------------------------------------------------------------------

Result<ExitCode> run_restore(Context& context, const std::string& name) {
  const path file = std::filesystem::absolute(name).lexically_normal();
  const path& folder = context.options().vault;
  CHECK(Vault::check_restore(folder, file));
  TRY(const SecretBytes secret, context.passphrase());
  TRY(VaultLock held, context.lock());
  TRY(Vault vault, Vault::stage(std::move(held), file, secret.reveal(), context.random()));
  TRY(auto records, vault.read_all());
  TRY(Core core, Core::load(std::move(records), context.random()));
  core.on_restored();
  CHECK(vault.apply(core.drain().writes));
  CHECK(vault.put_in_place());
  Output& out = context.out();
  if (out.json()) {
    out.record("vault_restore", {{"vault", folder.string()}, {"groups", core.groups().size()}});
    return ExitCode::done;
  }
  out.line(
      say(tr("Restored to {0}: {1} group.", "Restored to {0}: {1} groups.", core.groups().size()),
          one_line(folder.string()), core.groups().size()));
  out.say(tr(
      "What happens next:\n"
      "- The next command reads what you have missed, your own messages too, before it sends\n"
      "  anything. The relay keeps messages for about 7 days: older ones do not come back.\n"
      "- Tokens that were used since the backup are dropped without a word. New ones come with\n"
      "  the next day, and invites are paid with those alone.\n"
      "- Invites made since the backup are not known here: make new ones.\n"
      "- The device that the backup was made on must not be used any more, nor another copy of\n"
      "  it: run porchlight vault wipe there. If it was stolen, tell a lead: only taking you out\n"
      "  and letting you in anew locks it out."));
  return ExitCode::done;
}

// ---- wipe -----------------------------------------------------------------------------------

Result<ExitCode> run_wipe(Context& context) {
  const path& folder = context.options().vault;
  if (!Vault::has_remains(folder)) return not_there(context);
  if (!context.options().yes) {
    TRY(const bool sure,
        confirm(say(tr("Destroy the vault in {} for good? Its messages, groups and keys cannot be "
                       "had again."),
                    one_line(folder.string())),
                tr("This destroys the vault for good. If it is meant, say --yes.")));
    if (!sure) {
      context.out().say(tr("Nothing was destroyed."));
      return ExitCode::done;
    }
  }
  TRY(const VaultLock held, context.lock());
  CHECK(Vault::wipe(held));
  Output& out = context.out();
  if (out.json()) {
    out.record("vault_wipe", {{"vault", folder.string()}});
    return ExitCode::done;
  }
  out.line(say(tr("Destroyed the vault in {}."), one_line(folder.string())));
  out.say(tr(
      "Gone, and not to be had again from this device: its messages, groups, keys and tokens, and\n"
      "what was queued. The key went first and was overwritten; a disk may keep old blocks all "
      "the\n"
      "same, and those are protected by the passphrase alone.\n"
      "Still there: backups, which open with their passphrase (destroy them too), what others "
      "have\n"
      "read, until its lifetime ends on their devices, and your name in your groups: tell a lead\n"
      "to take you out. The empty folder stays."));
  return ExitCode::done;
}

std::shared_ptr<std::string> add_file(CLI::App& app, const char* what) {
  auto file = std::make_shared<std::string>();
  app.add_option("file", *file, what)->type_name(tr("FILE"))->required();
  return file;
}

}  // namespace

Action define_vault_backup(CLI::App& app) {
  const auto file = add_file(app, tr("A new file; none is overwritten"));
  return [file](Context& context) { return run_backup(context, *file); };
}

Action define_vault_restore(CLI::App& app) {
  const auto file = add_file(app, tr("What porchlight vault backup wrote"));
  return [file](Context& context) { return run_restore(context, *file); };
}

Action define_vault_wipe(CLI::App&) { return run_wipe; }

}  // namespace porchlight::client
