// porchlightd.toml: what an operator may decide. One table holds every option's name, explanation,
// range and place; it writes the commented file and reads it back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proto/base/limits.hpp"
#include "proto/base/result.hpp"
#include "proto/wire/relay_address.hpp"

namespace porchlight::relay {

struct Config {
  wire::HostPort host;                 // goes into invites
  std::vector<wire::HostPort> listen;  // IP addresses
  std::uint32_t connections_max = limits::connections_max_default;
  std::uint32_t ordinary_days = limits::ordinary_days;
  std::uint32_t store_mib_max = 20 * 1024;
  std::uint32_t guest_drops = limits::guest_drops;
  std::uint32_t inviter_wait_days = limits::inviter_wait_days_default;
  std::string log_level = "info";
  std::string log_file;
};

/// An option, for a reader.
struct ConfigOption {
  std::string_view name;
  std::string fallback;  // its value as TOML where the file leaves it out; empty: it must be there
  std::string_view explanation;
};
/// In the order in which the file has them.
std::vector<ConfigOption> config_options();

/// The file's text: each option with its explanation above it. parse_config() reads it back.
std::string render_config(const Config& config);

/// 'usage' says the line and what is wrong there: not TOML, an unknown option, another type than
/// the option has, a value out of range, or a missing host.
Result<Config> parse_config(std::string_view text);

}  // namespace porchlight::relay
