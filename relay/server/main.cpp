// porchlightd: the relay's program. Only the command line is here.
#include <sys/stat.h>

#include <CLI/CLI.hpp>

#include "proto/arguments/arguments_text.hpp"
#include "proto/base/translate.hpp"
#include "proto/crypto/random.hpp"
#include "proto/manual/manual_command.hpp"
#include "proto/manual/reference.hpp"
#include "relay/server/commands.hpp"
#include "relay/server/config.hpp"

namespace porchlight::relay {
namespace {

const char* data_help() { return tr("The relay's data folder"); }

void add_init(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("init", tr("Make a relay: identity, database, configuration"));
  auto options = std::make_shared<InitOptions>();
  command->add_option("--data", options->data, data_help())->type_name("DIR")->required();
  command
      ->add_option("--host", options->host,
                   tr("HOST[:PORT] that people reach this relay at; port 7443 if you do not say"))
      ->type_name("HOST")
      ->required();
  command
      ->add_option("--listen", options->listen,
                   tr("ADDR:PORT to listen at; every address of this machine when left out"))
      ->type_name("ADDR:PORT");
  command->footer(
      tr("Example: porchlightd init --data /var/lib/porchlight --host relay.example.org"));
  command->callback([options, &code] { code = init_command(*options); });
}

void add_run(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("run", tr("Run the relay until SIGTERM"));
  auto data = std::make_shared<std::string>();
  command->add_option("--data", *data, data_help())->type_name("DIR")->required();
  command->footer(tr("Example: porchlightd run --data /var/lib/porchlight"));
  command->callback([data, &code] { code = run_command(*data); });
}

void add_invite(CLI::App& app, int& code) {
  struct Arguments {
    InviteOptions options;
    bool inviter = false;
    bool qr = false;
    std::string expires = "24h";
  };
  auto* command =
      app.add_subcommand("invite", tr("Print invites: links that each let one person in"));
  auto arguments = std::make_shared<Arguments>();
  command->add_option("--data", arguments->options.data, data_help())->type_name("DIR")->required();
  command->add_flag("--inviter", arguments->inviter, tr("They may invite others"));
  command
      ->add_option("--uses", arguments->options.request.uses,
                   tr("How many separate links; 1 if you do not say"))
      ->type_name("N");
  command
      ->add_option("--expires", arguments->expires,
                   tr("How long they hold: 90m, 24h, 7d; 24h if you do not say"))
      ->type_name("SPAN");
  command->add_flag("--qr", arguments->qr, tr("QR codes even when this is no terminal"));
  command->footer(
      tr("Example: porchlightd invite --data /var/lib/porchlight --inviter --expires 24h"));
  command->callback([arguments, &code] {
    InviteOptions& options = arguments->options;
    const auto lifetime = parse_duration(arguments->expires);
    if (!lifetime.ok()) throw CLI::ValidationError("--expires", lifetime.error().what);
    options.request.lifetime = *lifetime;
    if (arguments->inviter) options.request.role = Role::inviter;
    if (arguments->qr) options.qr = InviteOptions::Qr::always;
    code = invite_command(options);
  });
}

void add_status(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("status", tr("How full and how busy the relay is"));
  auto data = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("--data", *data, data_help())->type_name("DIR")->required();
  command->add_flag("--json", *json, tr("One line of JSON"));
  command->footer(tr("Example: porchlightd status --data /var/lib/porchlight --json"));
  command->callback(
      [data, json, &code] { code = status_command(*data, *json ? Format::json : Format::text); });
}

void add_check(CLI::App& app, int& code) {
  auto* command =
      app.add_subcommand("check", tr("Say what is wrong with this relay, and what to do"));
  auto data = std::make_shared<std::string>();
  command->add_option("--data", *data, data_help())->type_name("DIR")->required();
  command->footer(tr("Example: porchlightd check --data /var/lib/porchlight"));
  command->callback([data, &code] { code = check_command(*data); });
}

struct FileArguments {
  std::string file;
  std::string data;
};

void add_backup(CLI::App& app, int& code) {
  auto* command = app.add_subcommand(
      "backup",
      tr("Write all that makes this relay into one new file, while it runs or not.\nThe file holds "
         "the relay's identity and token secret, its configuration and accounts, and\nthe sealed "
         "mailboxes as they are. Whoever has it can pose as this relay: keep it as private\nas the "
         "relay itself, on another machine, and destroy it when you have a newer one"));
  auto arguments = std::make_shared<FileArguments>();
  command->add_option("FILE", arguments->file, tr("The new file; nothing is overwritten"))
      ->type_name("FILE")
      ->required();
  command->add_option("--data", arguments->data, data_help())->type_name("DIR")->required();
  command->footer(tr("Example: porchlightd backup relay.backup --data /var/lib/porchlight"));
  command->callback(
      [arguments, &code] { code = backup_command(arguments->file, arguments->data); });
}

void add_restore(CLI::App& app, int& code) {
  auto* command = app.add_subcommand(
      "restore", tr("Make a backup the relay it is of, in a new folder.\nWhat came after the "
                    "backup is brought back by the devices that sent it; people are told.\nThe old "
                    "relay must never run again"));
  auto arguments = std::make_shared<FileArguments>();
  command->add_option("FILE", arguments->file, tr("What porchlightd backup wrote"))
      ->type_name("FILE")
      ->required();
  command->add_option("--data", arguments->data, tr("A folder that is new or empty"))
      ->type_name("DIR")
      ->required();
  command->footer(tr("Example: porchlightd restore relay.backup --data /var/lib/porchlight"));
  command->callback(
      [arguments, &code] { code = restore_command(arguments->file, arguments->data); });
}

/// The part of the man page on porchlightd.toml.
std::string configuration_reference() {
  std::string text;
  for (const ConfigOption& option : config_options()) {
    const std::string value = option.fallback.empty() ? "(must be given)" : "= " + option.fallback;
    text += manual::roff_item(option.name, value, option.explanation);
  }
  return text;
}

int parse_and_run(int argc, char** argv) {
  CLI::App app{
      tr("porchlightd: a relay that stores sealed boxes in mailboxes and knows nothing else"),
      "porchlightd"};
  app.require_subcommand(1);
  speak_to_people(app);
  app.set_version_flag("--version", "porchlightd " PORCHLIGHT_VERSION,
                       tr("Display program version information and exit"));
  int code = exit_code::done;
  add_init(app, code);
  add_run(app, code);
  add_invite(app, code);
  add_status(app, code);
  add_check(app, code);
  add_backup(app, code);
  add_restore(app, code);
  manual::add_manual_command(app, {{"configuration", configuration_reference}});
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? exit_code::done : exit_code::usage;
  }
  return code;
}

}  // namespace
}  // namespace porchlight::relay

int main(int argc, char** argv) {
  ::umask(077);
  porchlight::choose_language();
  porchlight::crypto_init();
  return porchlight::relay::parse_and_run(argc, argv);
}
