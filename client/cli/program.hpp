// porchlight's command line from argv to exit status.
#pragma once

#include "proto/crypto/password.hpp"

namespace porchlight::client {

/// Never throws. `new_vault_cost` is what the passphrase of a vault made by this program costs: an
/// argument, so that no person can lower it by mistake.
int run_program(int argc, char** argv, PasswordCost new_vault_cost);

}  // namespace porchlight::client
