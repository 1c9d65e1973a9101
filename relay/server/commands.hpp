// The commands of porchlightd. Data goes to stdout, everything else to stderr; each returns an exit
// code of the table below.
#pragma once

#include <filesystem>
#include <optional>

#include "proto/base/result.hpp"
#include "proto/wire/relay_address.hpp"
#include "relay/server/invite.hpp"

namespace porchlight::relay {

/// The same for both programs.
namespace exit_code {
inline constexpr int done = 0;
inline constexpr int failure = 1;
inline constexpr int usage = 2;
inline constexpr int locked = 3;
inline constexpr int not_permitted = 4;
inline constexpr int refused = 6;
inline constexpr int security = 7;
inline constexpr int not_found = 8;
inline constexpr int update_needed = 9;
}  // namespace exit_code
int exit_code_of(Errc code);

struct InitOptions {
  std::filesystem::path data;
  std::string host;
  std::string listen;  // empty: every address, on the host's port
};
int init_command(const InitOptions& options);

int run_command(const std::filesystem::path& data);

struct InviteOptions {
  std::filesystem::path data;
  InviteRequest request;
  enum class Qr { when_terminal, always } qr = Qr::when_terminal;
};
int invite_command(const InviteOptions& options);

enum class Format { text, json };
int status_command(const std::filesystem::path& data, Format format);

int check_command(const std::filesystem::path& data);

int backup_command(const std::filesystem::path& file, const std::filesystem::path& data);
int restore_command(const std::filesystem::path& file, const std::filesystem::path& data);

/// "90m", "24h" or "7d" in minutes; 'usage' otherwise.
Result<std::chrono::minutes> parse_duration(std::string_view text);

}  // namespace porchlight::relay
