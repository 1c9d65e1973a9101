#include "client/cli/program.hpp"

#include <google/protobuf/stubs/logging.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <map>

#include "client/cli/commands.hpp"
#include "proto/arguments/arguments_text.hpp"
#include "proto/base/translate.hpp"
#include "proto/manual/manual_command.hpp"

namespace porchlight::client {
namespace {

void add_global_options(CLI::App& app, GlobalFlags& flags) {
  app.add_option("--vault", flags.vault, tr("The folder of the vault"))->type_name(tr("DIR"));
  app.add_option("--passphrase-fd", flags.passphrase_fd,
                 tr("Read the passphrase from this file descriptor"))
      ->type_name(tr("N"));
  app.add_flag("--json", flags.json, tr("One JSON object a line, for programs"));
  app.add_flag("--no-color", flags.no_color, tr("No colours (as NO_COLOR does)"));
  app.add_flag("--yes", flags.yes, tr("Do not ask"));
  app.add_flag("--offline", flags.offline, tr("Do not connect"));
  app.set_version_flag("--version", "porchlight " PORCHLIGHT_VERSION,
                       tr("Display program version information and exit"));
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
      return Error{Errc::usage, say(tr("\"{0}\" stands before the command's last word: it comes "
                                       "after \"{1}\". Nothing was done."),
                                    stray, at)};
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
    CLI::App* added = parent.add_subcommand(std::string(name), tr(command.summary.data()));
    known[command.path] = added;
    added->fallthrough();
    added->footer(
        say(tr("Example: {}\nporchlight --help shows the options that every command takes."),
            tr(command.example.data())));
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
    if (known->get_group().empty()) continue;  // hidden
    names += (names.empty() ? "" : ", ") + known->get_name();
  }
  const auto typed = app.remaining(true);
  const bool one = names.find(',') == std::string::npos;
  if (typed.empty()) {
    return say(one ? tr("Say what to do: after {0} comes {1}.")
                   : tr("Say what to do: after {0} comes one of {1}."),
               so_far, names);
  }
  return say(one ? tr("There is no \"{0} {2}\": after {0} comes {1}.")
                 : tr("There is no \"{0} {2}\": after {0} comes one of {1}."),
             so_far, names, one_line(typed.front()));
}

int fail_early(const Error& error, Format format) {
  Output out(format, Colour::automatic);
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

/// Before the options were read, or where they cannot be.
Format wanted_format(int argc, char** argv) {
  const std::span<char*> words(argv, static_cast<std::size_t>(argc));
  const bool json = std::any_of(words.begin(), words.end(), [](const char* word) {
    return word == std::string_view("--json");
  });
  return json ? Format::json : Format::text;
}

/// What was asked for, as help is; or what is wrong with the command line.
int end_of_parsing(const CLI::App& app, const CLI::ParseError& error, Format format) {
  const bool wrong = error.get_exit_code() != static_cast<int>(CLI::ExitCodes::Success);
  if (wrong && format == Format::json) return fail_early({Errc::usage, error.what()}, format);
  return static_cast<int>(app.exit(error) == 0 ? ExitCode::done : ExitCode::usage);
}

}  // namespace

CommandLine::CommandLine()
    : app(tr("porchlight: sealed messages for neighbourhood response networks"), "porchlight") {
  app.require_subcommand(1);
  speak_to_people(app);
  app.footer(
      tr("The passphrase is asked for on the terminal, or read from --passphrase-fd, or from the\n"
         "file that the environment variable PORCHLIGHT_PASSPHRASE_FILE names. The vault is in\n"
         "~/.local/share/porchlight, or where XDG_DATA_HOME or --vault says.\n\n"
         "Exit status: 0 done, 1 failure, 2 usage, 3 locked or wrong passphrase, 4 not\n"
         "permitted, 5 queued here, 6 relay refused or full, 7 security warning, 8 not found\n"
         "or expired, 9 update needed."));
  add_global_options(app, flags);
  add_commands(app, chosen);
  manual::add_manual_command(app, {});
}

namespace {

int parse_and_run(int argc, char** argv, PasswordCost cost) {
  CommandLine line;
  CLI::App& app = line.app;
  const Format format = wanted_format(argc, argv);
  try {
    app.parse(argc, argv);
  } catch (const CLI::RequiredError& error) {
    const std::string missing = without_command(app);
    if (!missing.empty()) return fail_early({Errc::usage, missing}, format);
    return end_of_parsing(app, error, format);
  } catch (const CLI::ParseError& error) {
    return end_of_parsing(app, error, format);
  }
  auto options = read_globals(line.flags);
  if (!options.ok()) return fail_early(options.error(), format);
  return run_action(line.chosen, *std::move(options), cost);
}

}  // namespace

int run_program(int argc, char** argv, PasswordCost new_vault_cost) {
  keep_to_ourselves();
  // What others send may be no protobuf; the library would say so across a screen.
  google::protobuf::SetLogHandler(nullptr);
  crypto_init();
  try {
    return parse_and_run(argc, argv, new_vault_cost);
  } catch (const std::exception& failure) {
    return fail_early({Errc::storage,
                       say(tr("porchlight had to stop: {}. What was kept in the vault is unharmed"),
                           failure.what())},
                      wanted_format(argc, argv));
  }
}

}  // namespace porchlight::client
