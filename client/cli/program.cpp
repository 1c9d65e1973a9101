#include "client/cli/program.hpp"

#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <map>

#include "client/cli/commands.hpp"

namespace porchlight::client {
namespace {

struct GlobalFlags {
  std::string vault;
  int passphrase_fd = -1;
  bool json = false;
  bool no_color = false;
  bool yes = false;
  bool offline = false;
};

void add_global_options(CLI::App& app, GlobalFlags& flags) {
  app.add_option("--vault", flags.vault, "The folder of the vault")->type_name("DIR");
  app.add_option("--passphrase-fd", flags.passphrase_fd,
                 "Read the passphrase from this file descriptor")
      ->type_name("N");
  app.add_flag("--json", flags.json, "One JSON object a line, for programs");
  app.add_flag("--no-color", flags.no_color, "No colours (as NO_COLOR does)");
  app.add_flag("--yes", flags.yes, "Do not ask");
  app.add_flag("--offline", flags.offline, "Do not connect");
  app.set_version_flag("--version", "porchlight " PORCHLIGHT_VERSION);
}

Result<GlobalOptions> read_globals(const GlobalFlags& flags) {
  GlobalOptions options;
  if (flags.vault.empty()) {
    TRY(options.vault, default_vault_folder());
  } else {
    options.vault = std::filesystem::absolute(flags.vault).lexically_normal();
    if (!options.vault.has_filename()) options.vault = options.vault.parent_path();
  }
  options.passphrase_fd = flags.passphrase_fd;
  if (flags.json) options.format = Format::json;
  if (flags.no_color) options.colour = Colour::never;
  options.yes = flags.yes;
  options.offline = flags.offline;
  return options;
}

/// The App of everything in front of a command's last word; made where no command made it.
CLI::App& parent_of(std::string_view path, CLI::App& app,
                    std::map<std::string_view, CLI::App*>& known) {
  const auto space = path.rfind(' ');
  if (space == std::string_view::npos) return app;
  const std::string_view family = path.substr(0, space);
  CLI::App*& parent = known[family];
  if (!parent) {
    parent = app.add_subcommand(std::string(family), std::string(family_summary(family)));
    parent->require_subcommand(1);
    parent->fallthrough();
  }
  return *parent;
}

/// `action` of a command below `app`; refused where a word stands before that command's name, as it
/// would be passed over: "channel audience X remove Y".
Action unless_stray(const CLI::App& app, Action action) {
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional() || option->count() == 0) continue;
    const std::string at = app.get_parent()->get_name() + " " + app.get_name() + " " +
                           app.get_subcommands().front()->get_name();
    return [stray = option->as<std::string>(), at](Context&) -> Result<ExitCode> {
      return Error{Errc::usage, "\"" + stray + "\" stands before the command's last word: it " +
                                    "comes after \"" + at + "\". Nothing was done."};
    };
  }
  return action;
}

/// Every command below `app`; gives the action of whichever is named.
void add_commands(CLI::App& app, Action& chosen) {
  std::map<std::string_view, CLI::App*> known;
  for (const Command& command : all_commands()) {
    CLI::App& parent = parent_of(command.path, app, known);
    const std::string_view name = command.path.substr(command.path.rfind(' ') + 1);
    CLI::App* added = parent.add_subcommand(std::string(name), std::string(command.summary));
    known[command.path] = added;
    added->fallthrough();
    added->footer("Example: " + std::string(command.example) +
                  "\nporchlight --help shows the options that every command takes.");
    added->callback([&chosen, added, action = command.define(*added)] {
      chosen = added->get_subcommands().empty() ? action : unless_stray(*added, chosen);
    });
  }
}

/// Which command is missing: CLI11 says only that one is.
std::string without_command(const CLI::App& app) {
  const CLI::App* at = &app;
  std::string so_far = "porchlight";
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    so_far += " " + at->get_name();
  }
  if (at->get_require_subcommand_min() == 0) return "";
  std::string names;
  for (const CLI::App* known : at->get_subcommands({})) {
    names += (names.empty() ? "" : ", ") + known->get_name();
  }
  const auto typed = app.remaining(true);
  const std::string what = typed.empty()
                               ? "Say what to do"
                               : "There is no \"" + so_far + " " + one_line(typed.front()) + "\"";
  const bool one = names.find(',') == std::string::npos;
  return what + ": after " + so_far + (one ? " comes " : " comes one of ") + names + ".";
}

int fail_early(const Error& error) {
  Output out(Format::text, Colour::automatic);
  const ExitCode code = exit_code_of(error.code);
  out.fail(error, code);
  return static_cast<int>(code);
}

int run_action(const Action& action, GlobalOptions options, PasswordCost cost) {
  Context context(std::move(options), cost);
  const auto end = action(context);
  ExitCode code = end.ok() ? *end : exit_code_of(end.error().code);
  context.out().done_with_progress();
  context.out().flush();
  if (!end.ok()) context.out().fail(end.error(), code);
  return static_cast<int>(code);
}

/// What is in memory is secret: it goes to no core file, and files made here are the owner's.
void keep_to_ourselves() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  umask(077);
  // A reader of stdout that has enough shows as a failed write.
  std::signal(SIGPIPE, SIG_IGN);
}

int parse_and_run(int argc, char** argv, PasswordCost cost) {
  CLI::App app{"porchlight: sealed messages for neighbourhood response networks", "porchlight"};
  app.require_subcommand(1);
  app.footer(
      "The passphrase is asked for on the terminal, or read from --passphrase-fd, or from the\n"
      "file that the environment variable PORCHLIGHT_PASSPHRASE_FILE names. The vault is in\n"
      "~/.local/share/porchlight, or where XDG_DATA_HOME or --vault says.\n\n"
      "Exit status: 0 done, 1 failure, 2 usage, 3 locked or wrong passphrase, 4 not\n"
      "permitted, 5 queued here, 6 relay refused or full, 7 security warning, 8 not found\n"
      "or expired, 9 update needed.");
  GlobalFlags flags;
  Action chosen;
  add_global_options(app, flags);
  add_commands(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    const std::string missing = without_command(app);
    if (!missing.empty()) return fail_early({Errc::usage, missing});
    app.exit(error);
    return static_cast<int>(ExitCode::usage);
  } catch (const CLI::ParseError& error) {
    return static_cast<int>(app.exit(error) == 0 ? ExitCode::done : ExitCode::usage);
  }
  auto options = read_globals(flags);
  if (!options.ok()) return fail_early(options.error());
  return run_action(chosen, *std::move(options), cost);
}

}  // namespace

int run_program(int argc, char** argv, PasswordCost new_vault_cost) {
  keep_to_ourselves();
  crypto_init();
  try {
    return parse_and_run(argc, argv, new_vault_cost);
  } catch (const std::exception& failure) {
    return fail_early({Errc::storage, std::string("porchlight had to stop: ") + failure.what() +
                                          ". What was kept in the vault is unharmed"});
  }
}

}  // namespace porchlight::client
