#include "relay/server/commands.hpp"

#include <unistd.h>

#include <charconv>
#include <ctime>
#include <iostream>
#include <nlohmann/json.hpp>

#include "proto/base/translate.hpp"
#include "relay/server/admin.hpp"
#include "relay/server/admin_socket.hpp"
#include "relay/server/backup.hpp"
#include "relay/server/check.hpp"
#include "relay/server/clock.hpp"
#include "relay/server/qr.hpp"

namespace porchlight::relay {
namespace {

using nlohmann::json;

int fail(const Error& error) {
  std::cerr << "porchlightd: " << error.what << "\n";
  return exit_code_of(error.code);
}

/// The running relay's answer, or one made here while this process owns the database.
Result<json> ask(const std::filesystem::path& data, const json& request) {
  TRY(const DataFolder folder, DataFolder::open(data));
  TRY(std::optional<json> answer, ask_running_relay(folder, request));
  if (!answer) {
    SystemRandom random;
    TRY(const std::unique_ptr<Node> node, Node::open(data, random));
    answer = answer_admin(request, *node, *node->keyring, nullptr, random);
  }
  if (auto error = answer_error(*answer)) return std::move(*error);
  return std::move(*answer);
}

Result<Config> first_config(const InitOptions& options) {
  Config config;
  TRY(config.host, wire::HostPort::parse(options.host));
  if (options.listen.empty()) {
    config.listen = {{"::", config.host.port}};
    return config;
  }
  TRY(wire::HostPort listen, wire::HostPort::parse(options.listen));
  config.listen = {std::move(listen)};
  // Through the file's own reader, so that what it would refuse at the first start is refused now.
  return parse_config(render_config(config));
}

Result<wire::RelayAddress> make_relay(const InitOptions& options) {
  TRY(const Config config, first_config(options));
  CHECK(DataFolder::create(options.data, config));
  SystemRandom random;
  TRY(const std::unique_ptr<Node> node, Node::open(options.data, random));
  return node->address();
}

std::string shell_word(const std::filesystem::path& path) {
  const std::string text = path.string();
  const bool plain = text.find_first_not_of(
                         "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                         "0123456789/._-") == std::string::npos;
  return plain ? text : "'" + text + "'";
}

std::string amount(const json& status, const char* bytes) {
  return std::to_string(status.value(bytes, std::uint64_t{0}) >> 20) + " MiB";
}

std::string count(const json& status, const char* name) {
  return std::to_string(status.value(name, std::uint64_t{0}));
}

void print_status(const json& status) {
  const bool running = status.value("running", false);
  std::cout << say(tr("Relay         {}\n"), status.value("address", ""))
            << (running ? say(tr("State         running for {} min\n"),
                              status.value("up_seconds", 0) / 60)
                        : tr("State         not running\n"))
            << say(tr("Store         {0} of {1}; the disk has {2} free\n"),
                   amount(status, "store_bytes"), amount(status, "store_bytes_max"),
                   amount(status, "disk_free_bytes"))
            << say(tr("Accounts      {}\n"), count(status, "accounts"))
            << say(tr("Spent tokens  {} in two weeks\n"), count(status, "spent_tokens"));
  if (!running) return;
  std::cout << say(tr("Connections   {0} of {1}, {2} mailboxes listened to\n"),
                   count(status, "connections"), count(status, "connections_max"),
                   count(status, "subscriptions"))
            << say(tr("Since start   {0} envelopes stored, {1} delivered, {2} failed handshakes, "
                      "{3} turned away\n"),
                   count(status, "drops_since_start"), count(status, "deliveries_since_start"),
                   count(status, "handshakes_failed_since_start"),
                   count(status, "turned_away_since_start"));
}

std::string utc(wire::TimePoint time) {
  const std::time_t seconds = time.time_since_epoch().count();
  std::tm parts{};
  char text[32] = "";
  if (::gmtime_r(&seconds, &parts)) std::strftime(text, sizeof text, "%F %R UTC", &parts);
  return text;
}

std::string duration_text(std::chrono::minutes lifetime) {
  const auto count = lifetime.count();
  if (count % 60 != 0) return std::to_string(count) + " min";
  return std::to_string(count / 60) + " h";
}

}  // namespace

int exit_code_of(Errc code) {
  switch (code) {
    case Errc::usage:
      return exit_code::usage;
    case Errc::locked:
    case Errc::wrong_passphrase:
      return exit_code::locked;
    case Errc::not_permitted:
      return exit_code::not_permitted;
    case Errc::full:
    case Errc::refused:
      return exit_code::refused;
    case Errc::wrong_identity:
    case Errc::not_authentic:
      return exit_code::security;
    case Errc::not_found:
    case Errc::expired:
      return exit_code::not_found;
    case Errc::update_needed:
      return exit_code::update_needed;
    default:
      return exit_code::failure;
  }
}

int init_command(const InitOptions& options) {
  const auto address = make_relay(options);
  if (!address.ok()) return fail(address.error());
  const std::string data = " --data " + shell_word(options.data);
  std::cout << say(tr("Relay ready   {}\n"), address->str());
  std::cerr << say(
      tr("Next          porchlightd run{0}, then porchlightd invite{0} --inviter\n"
         "Keep safe     porchlightd backup FILE{0}, to another machine and from time to time:\n"
         "              this relay's identity is in that folder alone.\n"),
      data);
  return exit_code::done;
}

int invite_command(const InviteOptions& options) {
  const auto answer = ask(options.data, invite_request(options.request));
  if (!answer.ok()) return fail(answer.error());
  const bool with_qr = options.qr == InviteOptions::Qr::always || ::isatty(STDOUT_FILENO) == 1;
  for (const json& entry : answer->at("links")) {
    const auto link = entry.get<std::string>();
    std::cout << link << "\n";
    if (!with_qr) continue;
    const auto qr = terminal_qr(link);
    if (qr.ok()) {
      std::cout << *qr;
    } else {
      std::cerr << qr.error().what << "\n";
    }
  }
  std::cout.flush();
  std::cerr << say(
      tr("Each link lets one person join, once, for the next {}. Whoever has it can use it: pass "
         "it on only to that person, then\nthey run: porchlight join -\n"),
      duration_text(options.request.lifetime));
  return exit_code::done;
}

int status_command(const std::filesystem::path& data, Format format) {
  const auto answer = ask(data, status_request());
  if (!answer.ok()) return fail(answer.error());
  if (format == Format::json) {
    std::cout << answer->dump() << "\n";
  } else {
    print_status(*answer);
  }
  return exit_code::done;
}

int check_command(const std::filesystem::path& data) {
  int code = exit_code::done;
  for (const Finding& finding : check_relay(data, system_now())) {
    const bool bad = finding.grade == Finding::Grade::bad;
    const bool good = finding.grade == Finding::Grade::good;
    std::cout << (bad ? tr("bad   ") : good ? tr("ok    ") : tr("warn  ")) << finding.text << "\n";
    if (bad) code = exit_code::failure;
  }
  return code;
}

int backup_command(const std::filesystem::path& file, const std::filesystem::path& data) {
  const auto bytes = back_up_relay(data, file, system_now());
  if (!bytes.ok()) return fail(bytes.error());
  std::cout << say(tr("Backup ready  {0} ({1} KiB)\n"), file.string(), (*bytes + 1023) / 1024);
  std::cerr << tr(
      "It holds      this relay's identity, its token secret, its configuration and accounts,\n"
      "              and the sealed mailboxes as they are now.\n"
      "Keep it       as private as the relay, on another machine: whoever has it can pose as\n"
      "              this relay. Destroy it when you have a newer one: what people erase from\n"
      "              the relay, and what expires there, stays in a backup.\n"
      "If need be    porchlightd restore FILE --data NEW-FOLDER\n");
  return exit_code::done;
}

int restore_command(const std::filesystem::path& file, const std::filesystem::path& data) {
  SystemRandom random;
  const auto restored = restore_relay(file, data, random);
  if (!restored.ok()) return fail(restored.error());
  const std::string option = " --data " + shell_word(data);
  std::cout << say(tr("Relay ready   {}\n"), restored->address.str());
  std::cerr << say(
      tr("It is         as it was at {0}. What came to it after that is\n"
         "              not in it: the devices that sent it bring it back when they next connect.\n"
         "              Everybody is told, and changes to groups wait for a day.\n"
         "Make sure     that the old relay never runs again: both would be the same to people.\n"
         "Next          porchlightd check{1}, then porchlightd run{1}\n"),
      utc(restored->made), option);
  return exit_code::done;
}

Result<std::chrono::minutes> parse_duration(std::string_view text) {
  std::uint32_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc{} && stop + 1 == end && number < 100'000) {
    if (*stop == 'm') return std::chrono::minutes(number);
    if (*stop == 'h') return std::chrono::minutes(60 * number);
    if (*stop == 'd') return std::chrono::minutes(24 * 60 * number);
  }
  return Error{Errc::usage, tr("A time span is a number with m, h or d behind it, like 24h.")};
}

}  // namespace porchlight::relay
