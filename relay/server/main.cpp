// porchlightd: the relay's program. Only the command line is here.
#include <sys/stat.h>

#include <CLI/CLI.hpp>

#include "proto/crypto/random.hpp"
#include "relay/server/commands.hpp"

namespace porchlight::relay {
namespace {

constexpr const char* data_help = "The relay's data folder";

void add_init(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("init", "Make a relay: identity, database, configuration");
  auto options = std::make_shared<InitOptions>();
  command->add_option("--data", options->data, data_help)->required();
  command->add_option("--host", options->host, "HOST[:PORT] that people reach this relay at")
      ->required();
  command->add_option("--listen", options->listen,
                      "ADDR:PORT to listen at; every address of this machine when left out");
  command->footer("Example: porchlightd init --data /var/lib/porchlight --host relay.example.org");
  command->callback([options, &code] { code = init_command(*options); });
}

void add_run(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("run", "Run the relay until SIGTERM");
  auto data = std::make_shared<std::string>();
  command->add_option("--data", *data, data_help)->required();
  command->footer("Example: porchlightd run --data /var/lib/porchlight");
  command->callback([data, &code] { code = run_command(*data); });
}

void add_invite(CLI::App& app, int& code) {
  struct Arguments {
    InviteOptions options;
    bool inviter = false;
    bool qr = false;
    std::string expires = "24h";
  };
  auto* command = app.add_subcommand("invite", "Print invites: links that each let one person in");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("--data", arguments->options.data, data_help)->required();
  command->add_flag("--inviter", arguments->inviter, "They may invite others");
  command->add_option("--uses", arguments->options.request.uses, "How many separate links");
  command->add_option("--expires", arguments->expires, "How long they hold: 90m, 24h, 7d");
  command->add_flag("--qr", arguments->qr, "QR codes even when this is no terminal");
  command->footer("Example: porchlightd invite --data /var/lib/porchlight --inviter --expires 24h");
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
  auto* command = app.add_subcommand("status", "How full and how busy the relay is");
  auto data = std::make_shared<std::string>();
  auto json = std::make_shared<bool>(false);
  command->add_option("--data", *data, data_help)->required();
  command->add_flag("--json", *json, "One line of JSON");
  command->footer("Example: porchlightd status --data /var/lib/porchlight --json");
  command->callback(
      [data, json, &code] { code = status_command(*data, *json ? Format::json : Format::text); });
}

void add_check(CLI::App& app, int& code) {
  auto* command = app.add_subcommand("check", "Say what is wrong with this relay, and what to do");
  auto data = std::make_shared<std::string>();
  command->add_option("--data", *data, data_help)->required();
  command->footer("Example: porchlightd check --data /var/lib/porchlight");
  command->callback([data, &code] { code = check_command(*data); });
}

struct FileArguments {
  std::string file;
  std::string data;
};

void add_backup(CLI::App& app, int& code) {
  auto* command = app.add_subcommand(
      "backup",
      "Write all that makes this relay into one new file, while it runs or not.\n"
      "The file holds the relay's identity and token secret, its configuration and accounts, and\n"
      "the sealed mailboxes as they are. Whoever has it can pose as this relay: keep it as "
      "private\n"
      "as the relay itself, on another machine, and destroy it when you have a newer one");
  auto arguments = std::make_shared<FileArguments>();
  command->add_option("FILE", arguments->file, "The new file; nothing is overwritten")->required();
  command->add_option("--data", arguments->data, data_help)->required();
  command->footer("Example: porchlightd backup relay.backup --data /var/lib/porchlight");
  command->callback(
      [arguments, &code] { code = backup_command(arguments->file, arguments->data); });
}

void add_restore(CLI::App& app, int& code) {
  auto* command = app.add_subcommand(
      "restore",
      "Make a backup the relay it is of, in a new folder.\n"
      "What came after the backup is brought back by the devices that sent it; people are told.\n"
      "The old relay must never run again");
  auto arguments = std::make_shared<FileArguments>();
  command->add_option("FILE", arguments->file, "What porchlightd backup wrote")->required();
  command->add_option("--data", arguments->data, "A folder that is new or empty")->required();
  command->footer("Example: porchlightd restore relay.backup --data /var/lib/porchlight");
  command->callback(
      [arguments, &code] { code = restore_command(arguments->file, arguments->data); });
}

int parse_and_run(int argc, char** argv) {
  CLI::App app{"porchlightd: a relay that stores sealed boxes in mailboxes and knows nothing else",
               "porchlightd"};
  app.require_subcommand(1);
  app.set_version_flag("--version", "porchlightd " PORCHLIGHT_VERSION);
  int code = exit_code::done;
  add_init(app, code);
  add_run(app, code);
  add_invite(app, code);
  add_status(app, code);
  add_check(app, code);
  add_backup(app, code);
  add_restore(app, code);
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
  porchlight::crypto_init();
  return porchlight::relay::parse_and_run(argc, argv);
}
