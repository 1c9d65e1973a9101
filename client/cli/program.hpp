// porchlight's command line from argv to exit status.
#pragma once

#include "client/cli/commands.hpp"
#include "proto/crypto/password.hpp"

namespace porchlight::client {

/// The options that every command takes, as they were typed.
struct GlobalFlags {
  std::string vault;
  int passphrase_fd = -1;
  bool json = false;
  bool no_color = false;
  bool yes = false;
  bool offline = false;
};

/// All that can be typed. Parsing fills in `flags` and `chosen`, and does nothing yet.
struct CommandLine {
  CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  CLI::App app;
  GlobalFlags flags;
  Action chosen;
};

/// Never throws. `new_vault_cost` is what the passphrase of a vault made by this program costs: an
/// argument, so that no person can lower it by mistake.
int run_program(int argc, char** argv, PasswordCost new_vault_cost);

}  // namespace porchlight::client
